"""Whether a JSON Schema is one at all: every keyword of draft-07 with a value of the kind that it takes.

The validator checks the same and more, but making types of a plan does not need the validator.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from segment_hooks.tracking_plan.errors import PlanError, step
from segment_hooks.tracking_plan.kinds import in_words, is_array, is_object
from segment_hooks.tracking_plan.schemas import subschemas

TYPES = ("array", "boolean", "integer", "null", "number", "object", "string")
_DEEPEST = 64
"""Levels. A schema nested deeper than any event would be, and than a reader's stack should be."""

_Fits = Callable[[Any], bool]


def check(schema: Any, place: str, depth: int = 0) -> None:
    """Raise `PlanError`, with the place, unless `schema` is a schema, and everything in it."""
    if isinstance(schema, bool):
        return
    if not is_object(schema):
        raise PlanError(f"expected a schema (an object, or true or false), found {in_words(schema)}", place=place)
    if depth > _DEEPEST:
        raise PlanError(f"the schema is nested more than {_DEEPEST} levels deep", place=place)
    for keyword, (expected, fits) in _KEYWORDS.items():
        if keyword in schema and not fits(schema[keyword]):
            raise PlanError(f"{keyword} must be {expected}", place=step(place, keyword))
    if not all(map(is_encodable, (*schema.get("properties", ()), *schema.get("required", ())))):
        raise PlanError("the name of a property has half of a character in it (an unpaired surrogate)", place=place)
    for steps, each in subschemas(schema):
        check(each, step(place, *steps), depth + 1)


def is_encodable(text: str) -> bool:
    """Whether it is without unpaired surrogates, which no source file can hold."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_flag(value: Any) -> bool:
    return isinstance(value, bool)


def _is_size(value: Any) -> bool:
    return _is_number(value) and value >= 0 and value == int(value)


def _are_names(value: Any) -> bool:
    return is_array(value) and all(isinstance(name, str) for name in value)


def _is_schema(value: Any) -> bool:
    return is_object(value) or isinstance(value, bool)


def _are_schemas(value: Any) -> bool:
    return is_array(value) and bool(value) and all(map(_is_schema, value))


def _are_named_schemas(value: Any) -> bool:
    return is_object(value) and all(map(_is_schema, value.values()))


def _is_type(value: Any) -> bool:
    return value in TYPES if isinstance(value, str) else _are_names(value) and bool(value) and set(value) <= {*TYPES}


def _are_dependencies(value: Any) -> bool:
    return is_object(value) and all(_is_schema(each) or _are_names(each) for each in value.values())


_TEXT = ("text", _is_text)
_NUMBER = ("a number", _is_number)
_SIZE = ("a whole number, zero or more", _is_size)
_SCHEMA = ("a schema", _is_schema)
_SCHEMAS = ("an array of schemas", _are_schemas)
_NAMED = ("an object of schemas", _are_named_schemas)

_KEYWORDS: dict[str, tuple[str, _Fits]] = {
    "type": (f"one of {', '.join(TYPES)}, or an array of them", _is_type),
    "enum": ("an array", is_array),
    "required": ("an array of names", _are_names),
    "uniqueItems": ("true or false", _is_flag),
    "multipleOf": ("a number above zero", lambda value: _is_number(value) and value > 0),
    "items": (
        "a schema, or an array of schemas",
        lambda value: _is_schema(value) or _are_schemas(value),
    ),
    "dependencies": ("an object of schemas or arrays of names", _are_dependencies),
    **dict.fromkeys(("$ref", "description", "format", "pattern"), _TEXT),
    **dict.fromkeys(("exclusiveMaximum", "exclusiveMinimum", "maximum", "minimum"), _NUMBER),
    **dict.fromkeys(("maxItems", "maxLength", "maxProperties", "minItems", "minLength", "minProperties"), _SIZE),
    **dict.fromkeys(("additionalItems", "additionalProperties", "contains", "else", "if", "not"), _SCHEMA),
    **dict.fromkeys(("propertyNames", "then"), _SCHEMA),
    **dict.fromkeys(("allOf", "anyOf", "oneOf"), _SCHEMAS),
    **dict.fromkeys(("definitions", "patternProperties", "properties"), _NAMED),
}
