"""JSON values as they arrive through Segment: what JavaScript wrote, and a decoder read.

All numbers are doubles, and whole ones come without a fraction, so as `int`: 25, never 25.0. There is no NaN and no
infinity. Strings may hold unpaired surrogates, which JavaScript escapes. Sources: ECMA-262, `JSON.stringify`; recorded
deliveries.
"""

from __future__ import annotations

import math
from typing import Any, TypeGuard

from hypothesis import strategies as st

from segment_testing import javascript
from segment_testing.serverside import loads


def is_strategy(value: object) -> TypeGuard[st.SearchStrategy[Any]]:
    """Whether a user gave a strategy, where a plain value would do as well."""
    return isinstance(value, st.SearchStrategy)


def together(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """The members of both objects; those of the other win."""
    return {**one, **other}


_HARD_CHARACTERS = (
    "\"\\/\b\f\n\r\t\x00\x1f\x7f\x80é\u2028\u2029\ufeff\uffff\U0001f600\U0010ffff\ud800\udbff\udc00\udfff<'&"
)
_HARD_KEYS = ["0", "2", "10", "01", "-1", "1.5", "4294967294", "4294967295", "", "toJSON", "constructor", "order id"]
_HARD_NUMBERS = [
    *(0, -1, 10**15, 2**53, 2**53 + 1, 2**63, 2**64, 10**20, 10**21, 10**22, -(10**21), 10**308, 123456789012345680000),
    *(-0.0, 0.1, 1e-6, 1e-7, 1.5e-7, 5e-324, 1.7976931348623157e308, 1e21, 1e300, 0.30000000000000004, 100.0),
]
_SAFE = 2**53


def _read_back(number: float) -> int | float:
    """The number that a decoder reads where JavaScript wrote this one."""
    read: int | float = loads(javascript.write(number))
    return read


def _read_float(number: float) -> int | float:
    if not number.is_integer() or math.fabs(number) >= 1e21:
        return number
    return int(number) if math.fabs(number) <= _SAFE else _read_back(number)


def _join_pairs(text: str) -> str:
    """`text` as a decoder makes it: surrogates that stand in pairs are one character."""
    if text.isascii():
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")


_characters = st.one_of(st.characters(exclude_categories=["Cs"]), st.sampled_from(_HARD_CHARACTERS))

encodable_texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
"""Any short string that UTF-8 can hold."""

texts = st.one_of(
    st.text(_characters, max_size=12).map(_join_pairs),
    st.sampled_from(["", "\ud83d", "Zoë \U0001f600", "x\udc00\ud800", '\u2028 </b> "q" \\', "a\x00\x1f\x7f", " "]),
)
"""Any short string that JavaScript can hold, unpaired surrogates too."""

keys = st.one_of(st.text("abcde", max_size=3), texts, st.sampled_from(_HARD_KEYS), st.integers(0, 2**33).map(str))
"""Keys of objects. `__proto__`, which Segment's mappings lose on the way, is not among them."""

numbers: st.SearchStrategy[int | float] = st.one_of(
    st.integers(-_SAFE, _SAFE),
    st.floats(allow_nan=False, allow_infinity=False).map(_read_float),
    st.sampled_from([_read_back(number) for number in _HARD_NUMBERS]),
)
"""Any number that JavaScript can write."""

scalars: st.SearchStrategy[Any] = st.one_of(st.none(), st.booleans(), numbers, texts)
"""Any JSON value that holds no other."""

values: st.SearchStrategy[Any] = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(keys, inner, max_size=4)),
    max_leaves=8,
)
"""Any JSON value of moderate size."""

objects: st.SearchStrategy[dict[str, Any]] = st.dictionaries(keys, values, max_size=4)
"""Any JSON object of moderate size: what a mapping in the destination can send."""
