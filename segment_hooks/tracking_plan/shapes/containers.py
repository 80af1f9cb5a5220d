"""The parts of a shape that hold others: arrays and objects."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from segment_hooks.tracking_plan.kinds import is_array, is_object
from segment_hooks.tracking_plan.shapes import patterns
from segment_hooks.tracking_plan.shapes.merging import merge
from segment_hooks.tracking_plan.shapes.model import (
    ANY,
    NEVER,
    Array,
    Mapping,
    Member,
    Place,
    Record,
    Shape,
    String,
)
from segment_hooks.tracking_plan.shapes.scalars import TYPED_FORMATS, Noted, Schema, lengths

Read: TypeAlias = Callable[[Any, Place], Shape]
"""Reads a schema within."""


def array(schema: Schema, place: Place, read: Read, noted: Noted) -> Array | None:
    """Arrays; None where none fits."""
    if schema.get("uniqueItems"):
        noted("uniqueItems")
    if "contains" in schema:
        noted("contains")
    low, high = lengths(schema, "Items", noted)
    items = schema.get("items", True)
    if is_array(items):
        return _tuple(schema, place, read, noted)
    shape = read(items, (*place, "[]"))
    if shape.empty:
        shape, high = ANY, 0
    if high is not None and low > high:
        return None
    unique = bool(schema.get("uniqueItems"))
    return Array(None if shape == ANY else shape, min_length=low, max_length=high, unique=unique)


def _tuple(schema: Schema, place: Place, read: Read, noted: Noted) -> Array | None:
    items: list[Any] = schema["items"]
    low, high = lengths(schema, "Items", noted)
    if schema.get("additionalItems") is False:
        high = len(items) if high is None else min(high, len(items))
    if high is not None and low > high:
        return None
    if low == high == len(items):
        shapes = tuple(read(each, (*place, f"[{index}]")) for index, each in enumerate(items))
        return None if any(each.empty for each in shapes) else Array(exactly=shapes)
    noted("items")  # of tuples whose last items may be missing, or are followed by others
    return Array(min_length=low, max_length=high)


def object_of(schema: Schema, place: Place, read: Read, noted: Noted) -> Mapping | Record | None:
    """Objects; None where none fits."""
    if "dependencies" in schema:
        noted("dependencies")
    low, high = lengths(schema, "Properties", noted)
    if high is not None and low > high:
        return None
    if schema.get("properties") or schema.get("required") or not (place or _is_mapping(schema)):
        return _record(schema, place, read, noted)
    return _mapping(schema, place, read, noted)


def _is_mapping(schema: Schema) -> bool:
    """Whether the properties of an event are a mapping rather than an object about which nothing is known."""
    return is_object(schema.get("additionalProperties")) or bool(
        {"maxProperties", "minProperties", "patternProperties", "propertyNames"} & schema.keys()
    )


def _mapping(schema: Schema, place: Place, read: Read, noted: Noted) -> Mapping | None:
    low, high = lengths(schema, "Properties", noted)
    others = schema.get("additionalProperties", True)
    keys = String()
    if named := schema.get("patternProperties"):
        pattern = patterns.translated(next(iter(named))) if len(named) == 1 and others is False else None
        if pattern is None:
            noted("patternProperties")
            others = True
        else:
            others, keys = next(iter(named.values())), String(pattern=pattern)
    values = read(others, (*place, "{}"))
    if "propertyNames" in schema:
        names = _names(schema["propertyNames"], place, read)
        if names is None:
            values = NEVER
        elif keys == String() and names.format not in TYPED_FORMATS:
            keys = names
        else:
            noted("propertyNames")
    if values.empty:
        values, keys, high = ANY, String(), 0
    if high is not None and low > high:
        return None
    return Mapping(None if values == ANY else values, keys, min_length=low, max_length=high)


def _names(schema: Any, place: Place, read: Read) -> String | None:
    if isinstance(schema, bool):
        return String() if schema else None
    return read({"allOf": [{"type": "string"}, schema]}, (*place, "{names}")).string


def _record(schema: Schema, place: Place, read: Read, noted: Noted) -> Record | None:
    given: dict[str, Any] = schema.get("properties", {})
    required: list[str] = schema.get("required", [])
    others = schema.get("additionalProperties", True)
    patterned = bool(schema.get("patternProperties"))
    closed = others is False and not patterned
    names = sorted({*given, *required})
    left_out = {
        "additionalProperties": is_object(others) or (others is False and patterned),
        "patternProperties": patterned,
        "propertyNames": schema.get("propertyNames", True) is not True,
        "minProperties": schema.get("minProperties", 0) > len(set(required)),
        "maxProperties": "maxProperties" in schema and not (closed and schema["maxProperties"] >= len(names)),
    }
    for keyword, matters in left_out.items():
        if matters:
            noted(keyword)
    members: list[Member] = []
    for name in names:
        each = given.get(name, True if patterned else others)
        shape = read(each, (*place, name))
        if shape.empty and name in required:
            return None
        about = each.get("description", "") if name in given and is_object(each) else ""
        members.append(Member(name, shape, name in required, about))
    members.sort(key=lambda member: not member.required)
    return Record(place, tuple(members), closed, schema.get("description", ""))


def as_object(schema: Schema) -> Schema:
    """The same schema for objects only."""
    return merge({"type": "object"}, schema, lambda _: None)
