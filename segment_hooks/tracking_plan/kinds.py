"""What kind of JSON a decoded value is, in a form that type checkers understand."""

from __future__ import annotations

from typing import Any, TypeGuard


def is_object(value: object) -> TypeGuard[dict[str, Any]]:
    """Whether it is a JSON object."""
    return isinstance(value, dict)


def is_array(value: object) -> TypeGuard[list[Any]]:
    """Whether it is a JSON array."""
    return isinstance(value, list)


def kind_of(value: object) -> str:
    """What JSON Schema calls its type: the narrowest, so `integer` for whole numbers."""
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float():
            return "integer" if value.is_integer() else "number"
        case str():
            return "string"
        case list():
            return "array"
        case _:
            return "object"


def in_words(value: object) -> str:
    """For messages: `an object`, `text` …"""
    return _WORDS[kind_of(value)]


_WORDS = {
    "array": "an array",
    "boolean": "true or false",
    "integer": "a number",
    "null": "null",
    "number": "a number",
    "object": "an object",
    "string": "text",
}
