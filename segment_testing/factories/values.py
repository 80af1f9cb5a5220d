"""Values as JSON has them, from what a test's author may write instead: structs, dataclasses, models, dates …"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from enum import Enum
from typing import Any, Final, Literal, cast

import msgspec


class Absent(Enum):
    """The type of `ABSENT`."""

    ABSENT = "absent"


ABSENT: Final = Absent.ABSENT
"""Given for a field, leaves it out: `factories.track("Signed Up", anonymous_id=ABSENT)`. (None becomes `null`.)"""

IsAbsent = Literal[Absent.ABSENT]


def plain(value: object, place: str) -> Any:
    """`value` as JSON has it. A `Decimal` becomes a number, as in Segment's SDK for Python; times become text.

    Structs, dataclasses, attrs classes and pydantic models are written under the names that they have in JSON.
    Raises `TypeError` with `place` for what JSON has no way to say.
    """
    try:
        return _numbers(msgspec.to_builtins(value, builtin_types=(Decimal,), str_keys=True, enc_hook=_model))
    except (TypeError, ValueError, OverflowError) as error:
        raise TypeError(f"{place} cannot be sent as JSON: {error}") from error


def bag(value: object, place: str) -> dict[str, Any]:
    """The same for properties, traits or a context, which are objects."""
    found = plain(value, place)
    if not isinstance(found, dict):
        raise TypeError(f"{place} is an object in JSON: give a dict, struct, dataclass or model, not {_kind(value)}")
    return cast("dict[str, Any]", found)


def laid_over(made: dict[str, Any], given: Mapping[str, Any], place: str, *, deep: bool = False) -> dict[str, Any]:
    """`made` with what is in `given`, of which `ABSENT` takes away. `deep`: an object is laid over an object."""
    result = dict(made)
    for name, value in given.items():
        below = result.get(name)
        if value is ABSENT:
            result.pop(name, None)
        elif deep and isinstance(below, dict) and isinstance(value, Mapping):
            inner = cast("Mapping[str, Any]", value)
            result[name] = laid_over(cast("dict[str, Any]", below), inner, f"{place}.{name}", deep=True)
        else:
            result[name] = plain(value, f"{place}.{name}")
    return result


def _model(value: Any) -> Any:
    # pydantic's models are known by what they have: importing pydantic is not needed
    dump = getattr(value, "model_dump", None)
    if dump is None:
        raise TypeError(f"there is no JSON for {_kind(value)}")
    return dump(mode="json", by_alias=True)


def _numbers(value: Any) -> Any:
    kind: object = value.__class__
    if kind is dict:
        return {name: _numbers(member) for name, member in value.items()}
    if kind is list or kind is tuple:
        return [_numbers(item) for item in value]
    return float(value) if kind is Decimal else value


def _kind(value: object) -> str:
    return f"a value of the type {type(value).__qualname__!r}"
