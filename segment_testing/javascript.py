"""JSON text as Segment's senders write it: what `JSON.stringify` makes of a value, quickly.

`segment_hooks.stringify` is exact and slow. What msgspec writes is the same but for a few kinds of numbers and for
integer-like keys; text that shows none of them is taken as it is.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from segment_hooks import stringify
from segment_testing.serverside import loads

# More digits than a double holds; an exponent, which JavaScript writes later and with a sign; a whole number, which it
# writes without a fraction; a key that may have to stand first. Each begins with a literal, which is quick to find.
_NUMBER = rb"-?\d(?:\d{15}|[\d.]*(?:[eE]|\.0[,\]}]))"
_DIFFERENT = tuple(
    re.compile(pattern) for pattern in (b":" + _NUMBER, b",(?:" + _NUMBER + b'|"\\d)', rb"\[" + _NUMBER, rb'\{"\d')
)


def write(value: Any) -> bytes:
    """`JSON.stringify(value)` in UTF-8, for a value made of dicts with text keys, lists, strings, numbers, booleans
    and None. Raises `RecursionError` where it is nested deeper than the stack allows."""
    if not isinstance(value, dict | list):
        return stringify(value)
    try:
        text = msgspec.json.encode(value)
    except (UnicodeEncodeError, OverflowError):  # an unpaired surrogate; an integer over 64 bits
        return stringify(value)
    return stringify(value) if any(pattern.search(text) for pattern in _DIFFERENT) else text


def rewrite(text: bytes) -> bytes:
    """JSON text read and written by JavaScript, as on its way through Segment: `25.0` becomes `25`, and so on.

    Raises `ValueError` where `text` is not JSON.
    """
    return write(loads(text))
