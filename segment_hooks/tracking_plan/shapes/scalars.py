"""The parts of a shape that hold no others: null, booleans, numbers, text, and lists of allowed values.

Each function takes a schema without schemas about the same value, and a function to note what is left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from math import ceil, floor
from typing import Any

from segment_hooks.tracking_plan.kinds import is_array, is_object, kind_of
from segment_hooks.tracking_plan.shapes import patterns
from segment_hooks.tracking_plan.shapes.model import Array, Mapping, Number, Shape, String
from segment_hooks.tracking_plan.shapes.wellformed import is_encodable

Schema = dict[str, Any]
Noted = Callable[[str], object]
"""Notes a keyword that the shape leaves out."""

TYPED_FORMATS = ("date-time", "date", "time")
CHECKED_FORMATS = frozenset(
    {
        *("email", "hostname", "idn-email", "idn-hostname", "ipv4", "ipv6", "iri", "iri-reference", "json-pointer"),
        *("regex", "relative-json-pointer", "uri", "uri-reference", "uri-template"),
    }
)
"""Those of draft-07 that the validator checks, and for which there is no type."""

_INT64 = 2**63
_FLOAT = 1.7976931348623157e308
_LARGEST = 2**31
"""Of lengths. Nothing that is sent is longer."""


def number(schema: Schema, noted: Noted, *, whole: bool) -> Number | None:
    """Numbers, or whole numbers only; None where none fits."""
    multiple = _multiple(schema, noted, whole=whole)
    if not whole:
        ge, gt = _stronger(schema.get("minimum"), schema.get("exclusiveMinimum"), lambda one, other: one > other)
        le, lt = _stronger(schema.get("maximum"), schema.get("exclusiveMaximum"), lambda one, other: one < other)
        if any(each is not None and abs(each) > _FLOAT for each in (ge, gt, le, lt)):
            noted("minimum or maximum")
            return Number()
        return Number(ge=ge, gt=gt, le=le, lt=lt, multiple_of=multiple)
    lows = [ceil(schema["minimum"])] if "minimum" in schema else []
    lows += [floor(schema["exclusiveMinimum"]) + 1] if "exclusiveMinimum" in schema else []
    highs = [floor(schema["maximum"])] if "maximum" in schema else []
    highs += [ceil(schema["exclusiveMaximum"]) - 1] if "exclusiveMaximum" in schema else []
    if lows and highs and max(lows) > min(highs):
        return None
    low, high = max(lows, default=0), min(highs, default=0)
    if not (-_INT64 <= low < _INT64 and -_INT64 <= high < _INT64):
        noted("minimum or maximum")
        return Number(whole=True, multiple_of=multiple)
    return Number(whole=True, ge=low if lows else None, le=high if highs else None, multiple_of=multiple)


def _stronger(
    bound: float | None, exclusive: float | None, beyond: Callable[[float, float], bool]
) -> tuple[float | None, float | None]:
    if bound is None or exclusive is None:
        return bound, exclusive
    return (bound, None) if beyond(bound, exclusive) else (None, exclusive)


def _multiple(schema: Schema, noted: Noted, *, whole: bool) -> float | None:
    multiple: float | None = schema.get("multipleOf")
    if multiple is None or (whole and multiple in (1, 0.5, 0.25, 0.125)):
        return None
    if whole and multiple < _INT64 and multiple == int(multiple):
        return int(multiple)
    noted("multipleOf")  # of floats, no two programs take the same remainder
    return multiple


def string(schema: Schema, noted: Noted) -> String | None:
    """Text; None where none fits."""
    for keyword in ("contentEncoding", "contentMediaType"):
        if keyword in schema:
            noted(keyword)
    wanted = schema.get("format")
    if wanted in TYPED_FORMATS:
        for keyword in ("minLength", "maxLength", "pattern"):
            if keyword in schema:
                noted(keyword)
        return String(format=wanted)
    if wanted in CHECKED_FORMATS:
        noted(f"format {wanted}")
    else:
        wanted = None  # which means nothing
    pattern = None
    if "pattern" in schema:
        pattern = patterns.translated(schema["pattern"])
        if pattern is None:
            noted("pattern")
    low, high = lengths(schema, "Length", noted)
    return (
        None
        if high is not None and low > high
        else String(min_length=low, max_length=high, pattern=pattern, format=wanted)
    )


def lengths(schema: Schema, of: str, noted: Noted) -> tuple[int, int | None]:
    """The least and the greatest length; `of`: `Length`, `Items` or `Properties`."""
    low, high = schema.get(f"min{of}", 0), schema.get(f"max{of}")
    if low > _LARGEST:
        noted(f"min{of}")
        low = 0
    return int(low), None if high is None or high > _LARGEST else int(high)


def listed(schema: Schema, kinds: set[str], noted: Noted) -> Shape:
    """The values of `enum` that the other keywords allow, those of each kind as far as a type can list them.

    `kinds`: the types of JSON Schema that the schema allows.
    """
    narrow = {*kinds, "integer"} if "number" in kinds else kinds
    values = [value for value in schema["enum"] if kind_of(value) in narrow]
    texts = sorted({value for value in values if isinstance(value, str) and _fits_text(schema, value, noted)})
    numbers = [each for each in values if isinstance(each, int | float) and not isinstance(each, bool)]
    numbers = [each for each in numbers if _fits_number(schema, each, noted)]
    whole = sorted({int(value) for value in numbers if value == int(value)})
    booleans = {value for value in values if isinstance(value, bool)}
    arrays, objects = any(map(is_array, values)), any(map(is_object, values))
    listable = all(value == int(value) and -_INT64 <= value < _INT64 for value in numbers)
    encodable = all(map(is_encodable, texts))
    if arrays or objects or len(booleans) == 1 or not listable or not encodable:
        noted("enum")
    return Shape(
        null=None in values,
        boolean=bool(booleans),
        number=None if not numbers else Number(values=tuple(whole)) if listable else Number(),
        string=None if not texts else String(values=tuple(texts)) if encodable else String(),
        array=Array() if arrays else None,
        object=Mapping() if objects else None,
    )


def _fits_text(schema: Schema, text: str, noted: Noted) -> bool:
    """Whether a listed text fits what else the schema says of texts."""
    for keyword in ("contentEncoding", "contentMediaType", "format"):
        if keyword in schema:
            noted(keyword)
    if not schema.get("minLength", 0) <= len(text) <= schema.get("maxLength", len(text)):
        return False
    pattern = patterns.translated(schema.get("pattern", ""))
    if pattern is None:
        noted("pattern")
    return pattern is None or re.search(pattern, text) is not None


def _fits_number(schema: Schema, value: float, noted: Noted) -> bool:
    if "multipleOf" in schema:
        noted("multipleOf")
    return (
        value >= schema.get("minimum", value)
        and value <= schema.get("maximum", value)
        and ("exclusiveMinimum" not in schema or value > schema["exclusiveMinimum"])
        and ("exclusiveMaximum" not in schema or value < schema["exclusiveMaximum"])
    )
