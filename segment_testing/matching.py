"""How an expected value is compared with one that came: one set of rules for every field of a call.

expected                     fits
a dict                       an object that has at least these members, each of which fits (to any depth)
a list or a tuple            an array of the same length, element by element
text, True, False, None      the very same
a number                     the same number: 10 is 10.0 (JavaScript has one kind), but True is not 1
a datetime                   text that names that moment, to the millisecond; without a time zone it is UTC
a date, UUID or Enum         what JSON has for it
a compiled pattern           text that it matches from beginning to end
a type                       a value of it; `int` also 25.0, `float` also 25, `datetime` a text that names a moment
`ABSENT`                     no such member
`exactly(value)`             the same, but objects have no further members
what is equal by `==`        dirty-equals, `unittest.mock.ANY`, objects of your own
what can be called           a value for which it returns something true
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any, Final, TypeGuard, cast, final
from uuid import UUID

import msgspec

from segment_hooks import parse_timestamp


@final
class _Absent:
    """The member is not there. (A member that is `null` is there: it fits None.)"""

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT: Final = _Absent()
"""Expect that an object has no such member: `properties={"coupon": ABSENT}`."""


@final
class exactly:  # noqa: N801  # reads as the word it is
    """Expect this value and no member more: `properties=exactly({"order_id": "o1"})`."""

    __slots__ = ("value",)

    def __init__(self, value: object) -> None:
        self.value = value

    def __repr__(self) -> str:
        return f"exactly({self.value!r})"


class Mismatch(msgspec.Struct, frozen=True):
    """One place where what came is not what was expected. `got` is `ABSENT` where nothing came, `expected` where
    nothing should have come."""

    path: str
    """Such as `properties.products[0].price`."""
    expected: object
    got: object
    note: str | None = None
    """What may be behind it."""


def matches(expected: object, got: object) -> bool:
    """Whether `got`, a value as decoded from JSON, or `ABSENT`, is what was expected."""
    # the commonest cases at once, since very many calls may be asked
    kind = type(expected)
    if kind is str or expected is None:
        return expected == got
    if kind is dict and is_object(got):
        for key, value in cast("dict[Any, Any]", expected).items():
            if not (matches(value, got[key]) if key in got else value is ABSENT):
                return False
        return True
    return next(mismatches(expected, got), None) is None


def mismatches(expected: object, got: object, path: str = "", *, strictly: bool = False) -> Iterator[Mismatch]:
    """Every place where `got`, a value as decoded from JSON, or `ABSENT`, differs from what was expected.

    `path`: where the value stands. `strictly`: objects have no further members.
    """
    if isinstance(expected, exactly):
        yield from mismatches(expected.value, got, path, strictly=True)
    elif is_object(expected) and is_object(got):
        yield from _in_object(expected, got, path, strictly)
    elif is_array(expected) and is_array(got):
        yield from _in_array(expected, got, path, strictly)
    else:
        fits, note = _compare(expected, got)
        if not fits:
            yield Mismatch(path, expected, got, note)


def leaves(expected: object) -> int:
    """How many comparisons an expected value stands for."""
    if isinstance(expected, exactly):
        return leaves(expected.value)
    if is_object(expected):
        return sum(leaves(value) for value in expected.values()) or 1
    if is_array(expected):
        return sum(leaves(value) for value in expected) or 1
    return 1


_PLAIN_KEY = re.compile(r"[^\W\d]\w*")


def member_path(path: str, key: object) -> str:
    """The path of a member of the object at `path`."""
    if isinstance(key, str) and _PLAIN_KEY.fullmatch(key):
        return f"{path}.{key}" if path else key
    return f"{path}[{key!r}]"


# ---- the parts


def is_object(value: object) -> TypeGuard[Mapping[Any, Any]]:
    """Whether it is what JSON calls an object."""
    return isinstance(value, Mapping)


def is_array(value: object) -> TypeGuard[Sequence[Any]]:
    """Whether it is what JSON calls an array."""
    return isinstance(value, list | tuple)


def _is_pattern(value: object) -> TypeGuard[re.Pattern[Any]]:
    return isinstance(value, re.Pattern)


def _in_object(expected: Mapping[Any, Any], got: Mapping[str, Any], path: str, strictly: bool) -> Iterator[Mismatch]:
    for key, value in expected.items():
        if key in got:
            yield from mismatches(value, got[key], member_path(path, key), strictly=strictly)
        elif value is not ABSENT:
            yield Mismatch(member_path(path, key), value, ABSENT, _near_key(key, expected, got))
    if strictly:
        for key, value in got.items():
            if key not in expected:
                yield Mismatch(member_path(path, key), ABSENT, value)


def _in_array(expected: Sequence[Any], got: Sequence[Any], path: str, strictly: bool) -> Iterator[Mismatch]:
    if len(expected) != len(got):
        yield Mismatch(path, expected, got, f"the lengths differ: {len(expected)} and {len(got)}")
        return
    for index, (wanted, came) in enumerate(zip(expected, got, strict=True)):
        yield from mismatches(wanted, came, f"{path}[{index}]", strictly=strictly)


def _compare(expected: Any, got: object) -> tuple[bool, str | None]:
    """Whether a value that is no container fits, and what may be behind it where it does not."""
    if isinstance(expected, str) and isinstance(got, str):
        return expected == got, None
    if expected is ABSENT or got is ABSENT:
        return expected is got, None
    if isinstance(expected, bool | int | float | Decimal) and not isinstance(expected, Enum):
        return _same_number(expected, got), None
    if isinstance(expected, date):
        return _same_time(expected, got), None
    if _is_pattern(expected):
        return _fits_pattern(expected, got)
    if isinstance(expected, UUID):
        expected = str(expected)
    elif isinstance(expected, Enum):
        return _compare(expected.value, got)
    try:
        if expected == got:
            return True, None
        if isinstance(expected, type):
            return _is_a(expected, got), None
        if callable(expected):
            return bool(expected(got)), None
    except Exception as error:  # noqa: BLE001  # code of the test's, which may not know what came
        return False, f"raised {type(error).__name__}: {error}"
    return False, None


def _same_number(expected: float | Decimal, got: object) -> bool:
    if isinstance(expected, bool) or isinstance(got, bool):
        return expected is got
    if isinstance(expected, Decimal) and isinstance(got, float):
        return expected == Decimal(repr(got))  # the digits that stood in the JSON, as near as a float keeps them
    return isinstance(got, int | float) and expected == got


_MILLISECOND = timedelta(milliseconds=1)


def _same_time(expected: date, got: object) -> bool:
    if not isinstance(got, str):
        return False
    if not isinstance(expected, datetime):
        return got == expected.isoformat()
    moment = parse_timestamp(got)
    if expected.tzinfo is None:
        expected = expected.replace(tzinfo=UTC)
    # SDKs and Segment write milliseconds, some of them rounded
    return moment is not None and abs(moment - expected) < _MILLISECOND


def _fits_pattern(expected: re.Pattern[Any], got: object) -> tuple[bool, str | None]:
    if not isinstance(got, str):
        return False, None
    if not isinstance(expected.pattern, str):
        return False, "a pattern of bytes fits no text"
    if expected.fullmatch(got):
        return True, None
    return False, "the pattern matches a part of it only" if expected.search(got) else None


def _is_a(expected: Any, got: object) -> bool:
    if expected is Any:  # a class since Python 3.11, but none to ask
        return True
    if expected is int:
        return (isinstance(got, int) and not isinstance(got, bool)) or (isinstance(got, float) and got.is_integer())
    if expected is float:
        return isinstance(got, int | float) and not isinstance(got, bool)
    if expected is datetime:
        return isinstance(got, str) and parse_timestamp(got) is not None
    return isinstance(got, expected)


def _near_key(key: object, expected: Mapping[Any, Any], got: Mapping[str, Any]) -> str | None:
    """For a key that is not there: the one that is there instead, such as `orderId` for `order_id`."""
    from difflib import get_close_matches

    if not isinstance(key, str):
        return "keys are text in JSON" if str(key) in got else None
    others = {_plain(other): other for other in got if other not in expected}
    near = get_close_matches(_plain(key), others, n=1, cutoff=0.8)
    return f'there is "{others[near[0]]}"' if near else None


def _plain(key: str) -> str:
    return re.sub(r"[\W_]", "", key).casefold()
