"""JSON as JavaScript writes it: what `JSON.stringify` would make of a decoded value.

Never used to verify a delivery (the bytes that came are), only where Segment signs text that it does not send: form
bodies, and to recognise a body that was written again on the way.
"""

from __future__ import annotations

import json
import math
from typing import Any, cast

_ARRAY_INDEX_LIMIT = 2**32 - 1  # ECMA-262, "array index": such keys come first, in ascending order


def stringify(value: Any) -> bytes:
    """`JSON.stringify(value)` in UTF-8, for a value made of dicts, lists, strings, numbers, booleans and None.

    Raises `RecursionError` where `value` is nested deeper than this machine's stack allows.
    """
    return _text(value).encode("utf-8")


def _text(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            return _string(value)
        case int() | float():
            return _number(value)
        case dict():
            members = sorted(cast("dict[str, Any]", value).items(), key=_key_order)
            return "{" + ",".join(f"{_string(key)}:{_text(member)}" for key, member in members) + "}"
        case _:
            return "[" + ",".join(map(_text, value)) + "]"


def _key_order(member: tuple[str, Any]) -> tuple[int, int]:
    key = member[0]
    if key.isascii() and key.isdigit() and (key == "0" or key[0] != "0") and len(key) <= 10:
        index = int(key)
        if index < _ARRAY_INDEX_LIMIT:
            return 0, index
    return 1, 0  # the others keep their order: the sort is stable


def _string(text: str) -> str:
    quoted = json.dumps(text, ensure_ascii=False)
    try:
        quoted.encode("utf-8")
    except UnicodeEncodeError:  # unpaired surrogates are escaped (ECMA-262, QuoteJSONString)
        quoted = "".join(f"\\u{ord(c):04x}" if "\ud800" <= c <= "\udfff" else c for c in quoted)
    return quoted


def _number(value: float) -> str:
    """ECMA-262, Number::toString: the shortest digits that read back, plain from 1e-6 up to 1e21."""
    try:
        value = float(value)
    except OverflowError:
        return "null"
    if not math.isfinite(value):
        return "null"
    sign = "-" if value < 0 else ""
    digits, _, exponent_text = f"{abs(value)!r}".partition("e")
    whole, _, fraction = digits.partition(".")
    # value = 0.<significant> * 10 ** point
    significant = (whole + fraction).lstrip("0")
    point = int(exponent_text or 0) + len(whole) - (len(whole + fraction) - len(significant))
    significant = significant.rstrip("0")
    if not significant:
        return "0"
    count = len(significant)
    if count <= point <= 21:
        return sign + significant.ljust(point, "0")
    if 0 < point <= 21:
        return f"{sign}{significant[:point]}.{significant[point:]}"
    if -6 < point <= 0:
        return f"{sign}0.{'0' * -point}{significant}"
    mantissa = significant if count == 1 else f"{significant[0]}.{significant[1:]}"
    return f"{sign}{mantissa}e{point - 1:+d}"
