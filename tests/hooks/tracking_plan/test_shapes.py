"""What a schema says, read: for those who make values of it."""

from __future__ import annotations

from typing import Any

import pytest

from segment_hooks.tracking_plan.shapes import (
    ANY,
    NEVER,
    Array,
    Mapping,
    Member,
    Number,
    Reader,
    Record,
    Recursion,
    Shape,
    String,
)
from segment_hooks.tracking_plan.shapes.merging import merge, same
from tests.hooks.tracking_plan.plans import plan_for

Json = Any
TEXT = {"type": "string"}


def read(schema: Json) -> tuple[Shape, list[str]]:
    """The shape of a property `v`, and what was noted."""
    (rule,) = plan_for({"type": "object", "properties": {"v": schema}}).rules
    reader = Reader(rule)
    record = reader.bag().object
    assert isinstance(record, Record)
    return record.members[0].shape, [note.keyword for note in reader.notes]


@pytest.mark.parametrize(
    ("schema", "shape"),
    [
        ({}, ANY),
        (True, ANY),
        (False, NEVER),
        ({"type": ["null", "boolean"]}, Shape(null=True, boolean=True)),
        ({"type": "integer", "minimum": 1.5, "exclusiveMaximum": 5}, Shape(number=Number(whole=True, ge=2, le=4))),
        ({"type": "integer", "minimum": 5, "maximum": 4}, NEVER),
        ({"type": "string", "minLength": 5, "maxLength": 4}, NEVER),
        ({"type": "array", "minItems": 5, "maxItems": 4}, NEVER),
        ({"type": "array", "items": False, "minItems": 1}, NEVER),
        ({"type": "array", "items": [{}, {}], "additionalItems": False, "minItems": 3}, NEVER),
        ({"type": "array", "items": [{}, False], "additionalItems": False, "minItems": 2}, NEVER),
        ({"type": "object", "minProperties": 5, "maxProperties": 4}, NEVER),
        ({"type": "object", "additionalProperties": False, "minProperties": 1}, NEVER),
        ({"type": "object", "propertyNames": False}, Shape(object=Mapping(max_length=0))),
        ({"type": "object", "propertyNames": True}, Shape(object=Mapping())),
        ({"type": "object", "propertyNames": {"type": "integer"}}, Shape(object=Mapping(max_length=0))),
        ({"enum": []}, NEVER),
        ({"enum": [1, 2.0, "a", None, True, False]}, Shape(True, True, Number(values=(1, 2)), String(values=("a",)))),
        ({"enum": [1, 5, 9], "minimum": 2, "exclusiveMaximum": 9}, Shape(number=Number(values=(5,)))),
        ({"enum": ["a", "ab", "abc"], "maxLength": 2, "pattern": "b$"}, Shape(string=String(values=("ab",)))),
        ({"const": "a", "enum": ["a", "b"]}, Shape(string=String(values=("a",)))),
        ({"const": True, "enum": [1]}, NEVER),
        ({"allOf": [TEXT, {"type": "null"}]}, NEVER),
        ({"allOf": [{"type": ["integer", "string"]}, {"type": "number"}]}, Shape(number=Number(whole=True))),
        ({"allOf": [TEXT, False]}, NEVER),
        ({"allOf": [True, TEXT]}, Shape(string=String())),
        ({"allOf": [{"enum": ["a", "b"]}, {"enum": ["b", "c"]}]}, Shape(string=String(values=("b",)))),
        (
            {"allOf": [{"type": "array", "items": {"minLength": 1, **TEXT}}, {"items": {"maxLength": 2}}]},
            Shape(array=Array(Shape(string=String(min_length=1, max_length=2)))),
        ),
        (
            {"allOf": [{"type": "object", "required": ["a"]}, {"required": ["b", "a"]}]},
            Shape(object=Record(("v",), (Member("a", ANY, True), Member("b", ANY, True)))),
        ),
        (
            {"type": "object", "properties": {"b": TEXT, "a": {}}, "required": ["b"], "additionalProperties": False},
            Shape(object=Record(("v",), (Member("b", Shape(string=String()), True), Member("a", ANY, False)), True)),
        ),
        ({"$ref": "#/properties/properties"}, Shape(object=Recursion("#/properties/properties"))),
    ],
)
def test_what_can_be_said_exactly(schema: Json, shape: Shape) -> None:
    assert read(schema) == (shape, [])


@pytest.mark.parametrize(
    ("schema", "shape", "noted"),
    [
        ({"enum": [True]}, Shape(boolean=True), ["enum"]),
        ({"enum": [1.5, 2]}, Shape(number=Number()), ["enum"]),
        ({"enum": [[1], {}]}, Shape(array=Array(), object=Mapping()), ["enum"]),
        ({"enum": ["\ud800"]}, Shape(string=String()), ["enum"]),
        ({"enum": [2**70]}, Shape(number=Number()), ["enum"]),
        ({"enum": ["a"], "format": "date"}, Shape(string=String(values=("a",))), ["format"]),
        ({"enum": ["a"], "pattern": "(?!a)"}, Shape(string=String(values=("a",))), ["pattern"]),
        ({"enum": [3], "multipleOf": 2}, Shape(number=Number(values=(3,))), ["multipleOf"]),
        ({"type": "number", "minimum": 10**400}, Shape(number=Number()), ["minimum or maximum"]),
        ({**TEXT, "minLength": 2**40}, Shape(string=String()), ["minLength"]),
        ({**TEXT, "format": "email"}, Shape(string=String(format="email")), ["format email"]),
        ({"type": "array", "uniqueItems": True}, Shape(array=Array(unique=True)), ["uniqueItems"]),
        ({"type": "number", "multipleOf": 0.5}, Shape(number=Number(multiple_of=0.5)), ["multipleOf"]),
        (
            {"type": "object", "patternProperties": {"^a": TEXT, "^b": TEXT}, "additionalProperties": False},
            Shape(object=Mapping()),
            ["patternProperties"],
        ),
        (
            {
                "type": "object",
                "patternProperties": {"^a": {}},
                "propertyNames": {"maxLength": 1},
                "additionalProperties": False,
            },
            Shape(object=Mapping(keys=String(pattern="^a"))),
            ["propertyNames"],
        ),
        ({"allOf": [{**TEXT, "format": "date"}, {"format": "time"}]}, Shape(string=String(format="date")), ["format"]),
        (
            {"allOf": [{"type": "array", "items": [TEXT]}, {"items": TEXT}]},
            Shape(array=Array()),
            ["items", "items"],
        ),
    ],
)
def test_what_cannot_be_said_is_noted(schema: Json, shape: Shape, noted: list[str]) -> None:
    found, notes = read(schema)
    assert (found, notes) == (shape, sorted({*noted}))


@pytest.mark.parametrize(
    ("first", "second", "merged", "left_out"),
    [
        ({"minimum": 1}, {"minimum": 2}, {"minimum": 2}, []),
        ({"maxLength": 1}, {"maxLength": 2}, {"maxLength": 1}, []),
        ({"title": "a"}, {"title": "b"}, {"title": "a"}, []),
        ({"uniqueItems": False}, {"uniqueItems": True}, {"uniqueItems": True}, []),
        ({"pattern": "a"}, {"pattern": "b"}, {"pattern": "a"}, ["pattern"]),
        ({"items": {}}, {"items": {}, "additionalItems": False}, {"items": {}}, []),
        ({"allOf": [1]}, {"allOf": [2]}, {"allOf": [1, 2]}, []),
        ({"propertyNames": True}, {"propertyNames": False}, {"propertyNames": {"allOf": [True, False]}}, []),
        (
            {"properties": {"a": {}}, "additionalProperties": False},
            {"properties": {"a": TEXT}},
            {"properties": {"a": {"allOf": [{}, TEXT]}}, "additionalProperties": False},
            [],
        ),
        (
            {"properties": {"a": {}}},
            {"properties": {"a": {}, "b": {}}, "additionalProperties": False},
            {"properties": {"a": {"allOf": [{}, {}]}, "b": {}}, "additionalProperties": False},
            [],
        ),
        (
            {"properties": {"a": {}}, "additionalProperties": False},
            {"properties": {"a": {}}, "additionalProperties": False},
            {"properties": {"a": {}}, "additionalProperties": False},
            [],
        ),
        (
            {"properties": {"a": {}}, "additionalProperties": False},
            {"properties": {"b": {}}, "additionalProperties": False},
            {"properties": {"a": {}, "b": {}}},
            ["additionalProperties"],
        ),
    ],
)
def test_merging(first: Json, second: Json, merged: Json, left_out: list[str]) -> None:
    told: list[str] = []
    assert merge(first, second, told.append) == merged
    assert told == left_out


def test_two_values_are_the_same_in_json() -> None:
    assert same(1, 1.0)
    assert not same(1, True)
    assert not same([0], [False])
    assert same({"a": [1, "b"]}, {"a": [1.0, "b"]})
    assert not same({"a": 1}, {"b": 1})
    assert not same([1], [1, 2])
