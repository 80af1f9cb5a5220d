"""Violations in Segment's own terms: `type`, `field`, `description`.

Two types are documented, word for word: `Required` ("properties.x is required") and `Invalid Type` ("Invalid type.
Expected: integer, given: number"). The names of the others are not published; here they are the keyword of JSON Schema
in words (`Max Length`, `Additional Properties`). `field` is the way to the value with dots between, as in Segment's
(`properties.products.0.price`), and `(root)` for the event itself.

A description holds what the plan says, never a value of the event.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import msgspec

from segment_hooks.tracking_plan.kinds import kind_of

ROOT = "(root)"


class Violation(msgspec.Struct, frozen=True):
    """One way in which an event does not fit its plan."""

    type: str
    """`Required`, `Invalid Type` …"""
    field: str
    """Such as `properties.order_id`; `(root)` where it is about the whole event."""
    description: str

    def __str__(self) -> str:
        return self.description if self.description.startswith(self.field) else f"{self.field}: {self.description}"


UNPLANNED_EVENT = "Unplanned Event"
UNPLANNED_PROPERTY = "Unplanned Property"


def unplanned_event(field: str) -> Violation:
    """For an event whose name the plan does not have."""
    return Violation(UNPLANNED_EVENT, field, "the tracking plan has no event of this name")


def unplanned_property(field: str) -> Violation:
    """For a property or trait that the rule does not have."""
    return Violation(UNPLANNED_PROPERTY, field, f"{field} is not in the tracking plan")


def field_of(steps: Sequence[str | int]) -> str:
    """The field that these steps lead to."""
    return ".".join(map(str, steps)) if steps else ROOT


def translated(keyword: str, steps: Sequence[str | int], kind: Any, instance: Any) -> Iterator[Violation]:
    """What a validator found → violations. `kind`: its details, under the names that jsonschema-rs gives them."""
    if keyword == "required":
        field = field_of((*steps, kind.property))
        yield Violation("Required", field, f"{field} is required")
    elif keyword == "type":
        expected = "/".join(kind.types)
        description = f"Invalid type. Expected: {expected}, given: {kind_of(instance)}"
        yield Violation("Invalid Type", field_of(steps), description)
    elif keyword == "additionalProperties":
        for name in kind.unexpected:
            yield Violation("Additional Properties", field_of((*steps, name)), "the plan allows no such property here")
    else:
        describe = _DESCRIPTIONS.get(keyword)
        description = describe(kind) if describe else f"the value breaks the plan's rule {keyword!r}"
        yield Violation(_in_words(keyword), field_of(steps), description)


_DESCRIPTIONS: dict[str, Callable[[Any], str]] = {
    "additionalItems": lambda kind: f"the plan allows no more than {kind.limit} items",
    "anyOf": lambda _: "the value fits none of the plan's alternatives (anyOf)",
    "const": lambda kind: f"the value must be {_shown(kind.expected_value)}",
    "contains": lambda _: "none of the items is one that the plan asks for",
    "enum": lambda kind: f"the value must be one of {', '.join(map(_shown, kind.options))}",
    "exclusiveMaximum": lambda kind: f"the value must be less than {kind.limit}",
    "exclusiveMinimum": lambda kind: f"the value must be greater than {kind.limit}",
    "falseSchema": lambda _: "the plan allows no value here",
    "format": lambda kind: f"the text is no {kind.format}",
    "maxItems": lambda kind: f"more items than {kind.limit}",
    "maxLength": lambda kind: f"more characters than {kind.limit}",
    "maxProperties": lambda kind: f"more properties than {kind.limit}",
    "maximum": lambda kind: f"the value must be at most {kind.limit}",
    "minItems": lambda kind: f"fewer items than {kind.limit}",
    "minLength": lambda kind: f"fewer characters than {kind.limit}",
    "minProperties": lambda kind: f"fewer properties than {kind.limit}",
    "minimum": lambda kind: f"the value must be at least {kind.limit}",
    "multipleOf": lambda kind: f"the value must be a multiple of {kind.multiple_of}",
    "not": lambda _: "the value is one that the plan rules out (not)",
    "oneOf": lambda _: "the value must fit exactly one of the plan's alternatives (oneOf)",
    "pattern": lambda kind: f"the text does not match the pattern {kind.pattern!r}",
    "propertyNames": lambda _: "a property has a name that the plan does not allow",
    "uniqueItems": lambda _: "the same item stands more than once",
}


def _shown(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _in_words(keyword: str) -> str:
    words = re.sub(r"([A-Z])", r" \1", keyword)
    return words[:1].upper() + words[1:]
