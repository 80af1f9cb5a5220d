"""Generated types against the validator: they accept the same, but for what is noted and what is documented."""

from __future__ import annotations

import json
from typing import Any

import jsonschema_rs
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segment_hooks.tracking_plan.generator import generate
from tests.hooks.tracking_plan import json_schemas as js
from tests.hooks.tracking_plan.loaded import load
from tests.hooks.tracking_plan.plans import mirrored, plan_of

Json = Any


class Both:
    """One schema of a property `v`, as the validator and as a generated type take it."""

    def __init__(self, schema: Json, definitions: Json | None = None) -> None:
        bag = {"type": "object", "properties": {"v": schema}}
        whole = {**mirrored(bag), "definitions": definitions or {}}
        made = generate(plan_of({"type": "TRACK", "key": "Made", "jsonSchema": whole}))
        self.text = made.text
        self.notes = made.notes.get("Made", [])
        self._decode = msgspec.json.Decoder(load(made.text).Made).decode
        self._is_valid = jsonschema_rs.Draft7Validator(
            {**bag, "definitions": definitions or {}},
            validate_formats=True,
            offline=True,
            pattern_options=jsonschema_rs.RegexOptions(),
        ).is_valid

    def accepts(self, bag: Json) -> tuple[bool, bool]:
        """What the validator says, and what the type does."""
        return self._is_valid(bag), self.decodes(msgspec.json.encode(bag))

    def decodes(self, text: bytes) -> bool:
        try:
            self._decode(text)
        except msgspec.ValidationError:
            return False
        return True

    @property
    def assumes(self) -> bool:
        return any(note.assumed for note in self.notes)


@st.composite
def cases(draw: st.DrawFn) -> tuple[Json, Json, list[Json]]:
    """A schema, its definitions, and values."""
    definitions = {"one": draw(js.schemas), "two": draw(js.schemas)}
    schema = draw(js.schemas)
    return schema, definitions, draw(st.lists(js.near(schema, definitions), min_size=8, max_size=8))


@given(case=cases())
def test_a_type_accepts_what_the_schema_accepts(case: tuple[Json, Json, list[Json]]) -> None:
    schema, definitions, values = case
    both = Both(schema, definitions)
    for value in values:
        valid, decoded = both.accepts({"v": value})
        if not both.assumes:
            assert decoded or not valid, f"{value!r} is refused by {both.text}"
        if not both.notes:
            assert valid or not decoded, f"{value!r} is taken by {both.text}"
    assert both.accepts({}) == (True, True)


EXACT = [
    ({"type": "integer"}, [b"1", b"-0", b"99999999999999999999"], [b"1.5", b"true", b'"1"', b"null"]),
    ({"type": "number"}, [b"1", b"1.0", b"1e300"], [b"true", b'"1"']),
    ({"type": ["integer", "null"], "exclusiveMinimum": 1.5, "maximum": 3.5}, [b"2", b"3", b"null"], [b"1", b"4"]),
    ({"type": "integer", "exclusiveMinimum": 1, "exclusiveMaximum": 3}, [b"2"], [b"1", b"3"]),
    ({"type": "integer", "multipleOf": 3}, [b"-3", b"0", b"6"], [b"4"]),
    ({"type": "number", "exclusiveMinimum": 1, "minimum": 1}, [b"1.1"], [b"1"]),
    ({"type": "number", "exclusiveMinimum": 1, "minimum": 2}, [b"2"], [b"1.9"]),
    (
        {"type": "string", "minLength": 2, "maxLength": 2},
        [b'"ab"', '"é😀"'.encode()],
        [b'"a"', '"😀"'.encode(), b'"abc"'],
    ),
    ({"type": "string", "pattern": "a$"}, [b'"ba"'], [b'"a\\n"', b'"ab"']),
    ({"type": "string", "pattern": r"^\d+$"}, [b'"12"'], ['"\u0661"'.encode()]),
    ({"enum": ["b", 1, None]}, [b'"b"', b"1", b"null"], [b'"c"', b"2", b"true"]),
    ({"enum": ["a", "b", 1], "type": "string", "minLength": 1}, [b'"a"'], [b"1", b'"c"']),
    ({"const": "a"}, [b'"a"'], [b'"b"']),
    ({"type": "array", "items": {"type": "string"}, "minItems": 1}, [b'["a"]'], [b"[]", b"[1]", b"{}"]),
    ({"type": "array", "items": False}, [b"[]"], [b"[1]"]),
    (
        {"type": "array", "items": [{"type": "string"}, {}], "additionalItems": False, "minItems": 2},
        [b'["a",1]'],
        [b'["a"]', b"[1,1]", b'["a",1,1]'],
    ),
    (
        {"type": "object", "additionalProperties": {"type": "integer"}, "minProperties": 1},
        [b'{"a":1}'],
        [b"{}", b'{"a":"b"}'],
    ),
    ({"type": "object", "propertyNames": {"pattern": "^a"}}, [b'{"ab":1}'], [b'{"b":1}']),
    ({"type": "object", "additionalProperties": False}, [b"{}"], [b'{"a":1}']),
    (
        {"type": "object", "patternProperties": {"^a": {"type": "null"}}, "additionalProperties": False},
        [b'{"a":null}'],
        [b'{"b":null}'],
    ),
    (
        {"type": "object", "properties": {"a b": {"type": "null"}}, "required": ["a b"]},
        [b'{"a b":null,"c":1}'],
        [b"{}"],
    ),
    ({"type": "object", "properties": {"a": False}}, [b"{}"], [b'{"a":1}']),
    ({"type": "object", "properties": {"a": {}}, "additionalProperties": False}, [b'{"a":1}'], [b'{"b":1}']),
    ({"anyOf": [{"type": "string"}, {"type": "null"}]}, [b'"a"', b"null"], [b"1"]),
    (
        {"oneOf": [{"type": "array", "items": {"type": "null"}}, {"type": "boolean"}]},
        [b"[null]", b"true"],
        [b"[1]", b"0"],
    ),
    ({"type": "string", "anyOf": [{"maxLength": 1}]}, [b'"a"'], [b'"ab"', b"1"]),
    ({"allOf": [{"type": ["string", "null"]}, {"maxLength": 1}, {"minLength": 1}]}, [b'"a"', b"null"], [b'""', b"1"]),
    (
        {
            "allOf": [
                {"type": "object", "properties": {"a": {"type": "number"}}},
                {"properties": {"a": {"type": "integer"}}},
            ]
        },
        [b'{"a":1}'],
        [b'{"a":1.5}'],
    ),
    ({"$ref": "#/definitions/tree"}, [b'{"next":{"next":null}}'], [b'{"next":{"next":1}}']),
    (
        {"type": "string", "format": "date-time"},
        [b'"2024-02-03T04:05:06Z"', b'"2024-02-29t04:05:06.123-05:00"'],
        [b'"2024-02-03T04:05:06"', b'"2023-02-29T04:05:06Z"'],
    ),
    ({"type": "string", "format": "date"}, [b'"2024-02-29"'], [b'"2023-02-29"', b'"2024-2-3"']),
    ({"type": "string", "format": "time"}, [b'"04:05:06Z"'], [b'"04:05:06"', b'"24:05:06Z"']),
    ({"type": "string", "format": "uuid"}, [b'"any"'], [b"1"]),
    ({"type": "string", "description": "x", "unknown": 1}, [b'"any"'], [b"1"]),
    ({}, [b"1", b"null", b"{}"], []),
    (True, [b"1", b"null", b"{}"], []),
]
TREE = {
    "tree": {"type": "object", "properties": {"next": {"anyOf": [{"$ref": "#/definitions/tree"}, {"type": "null"}]}}}
}


@pytest.mark.parametrize(("schema", "good", "bad"), EXACT)
def test_what_a_type_can_say_it_says(schema: Json, good: list[bytes], bad: list[bytes]) -> None:
    both = Both(schema, TREE)
    assert both.notes == []
    for texts, fits in ((good, True), (bad, False)):
        for text in texts:
            value = msgspec.json.decode(text)
            assert both.accepts({"v": value}) == (fits, fits), (text, both.text)


@pytest.mark.parametrize(
    ("schema", "keyword", "text"),
    [
        ({"type": "array", "uniqueItems": True}, "uniqueItems", b"[1,1]"),
        ({"type": "array", "contains": {"const": 1}}, "contains", b"[2]"),
        ({"type": "array", "items": [{"type": "string"}]}, "items", b"[1]"),
        ({"type": "number", "multipleOf": 0.01}, "multipleOf", b"0.001"),
        ({"type": "integer", "minimum": 1e30}, "minimum or maximum", b"1"),
        ({"type": "string", "pattern": r"^\p{L}$"}, "pattern", b'"1"'),
        ({"type": "string", "pattern": "^(a+)+$"}, "pattern", b'"b"'),
        ({"type": "string", "format": "email"}, "format email", b'"x"'),
        ({"type": "string", "format": "date", "minLength": 11}, "minLength", b'"2024-02-03"'),
        ({"type": "string", "contentEncoding": "base64"}, "contentEncoding", b'"%"'),
        ({"enum": [True, 1.5, [1]]}, "enum", b"false"),
        ({"not": {"type": "string"}}, "not", b'"a"'),
        ({"if": {"type": "string"}, "then": {"maxLength": 1}}, "if", b'"ab"'),
        ({"type": "object", "dependencies": {"a": ["b"]}}, "dependencies", b'{"a":1}'),
        ({"type": "object", "properties": {"a": {}}, "minProperties": 2}, "minProperties", b'{"a":1}'),
        ({"type": "object", "properties": {"a": {}}, "maxProperties": 1}, "maxProperties", b'{"a":1,"b":1}'),
        ({"type": "object", "properties": {"a": {}}, "propertyNames": {"const": "a"}}, "propertyNames", b'{"b":1}'),
        (
            {"type": "object", "properties": {"a": {}}, "additionalProperties": {"type": "null"}},
            "additionalProperties",
            b'{"b":1}',
        ),
        ({"type": "object", "patternProperties": {"^a": False}}, "patternProperties", b'{"a":1}'),
        ({"oneOf": [{"type": "string"}, {"maxLength": 1, "type": "string"}]}, "oneOf", b'"a"'),
        ({"anyOf": [{"type": "string", "maxLength": 1}, {"type": "string", "pattern": "^a"}]}, "anyOf", b'"bc"'),
        ({"type": "object", "anyOf": [{"required": ["a"]}, {"required": ["b"]}]}, "anyOf", b"{}"),
        ({"allOf": [{"type": "string", "pattern": "a"}, {"pattern": "b"}]}, "pattern", b'"a"'),
        (
            {
                "allOf": [
                    {"type": "object", "properties": {"a": {}}, "additionalProperties": False},
                    {"properties": {"b": {}}},
                ]
            },
            "additionalProperties",
            b'{"b":1}',
        ),
    ],
)
def test_what_a_type_cannot_say_is_noted_and_taken(schema: Json, keyword: str, text: bytes) -> None:
    both = Both(schema)
    assert keyword in [note.keyword for note in both.notes]
    assert {note.field for note in both.notes} == {"v"}
    assert both.accepts({"v": msgspec.json.decode(text)}) == (False, True)
    assert f"- v: {keyword}" in both.text


@pytest.mark.parametrize(
    ("schema", "good", "bad"),
    [
        ({"properties": {"a": {"type": "null"}}}, b'{"a":null}', b"1"),
        ({"items": {"type": "null"}}, b"[null]", b"1"),
        ({"pattern": "^a"}, b'"a"', b"1"),
        ({"minimum": 1}, b"1", b'"a"'),
    ],
)
def test_a_schema_without_a_type_is_about_what_its_keywords_are_about(schema: Json, good: bytes, bad: bytes) -> None:
    both = Both(schema)
    assert both.assumes
    assert both.accepts({"v": msgspec.json.decode(good)}) == (True, True)
    assert both.accepts({"v": msgspec.json.decode(bad)}) == (True, False)


@pytest.mark.parametrize(
    ("schema", "text", "valid"),
    [
        ({"type": "integer"}, b"1.0", True),
        ({"type": "integer"}, b"1e2", True),
        ({"enum": [1]}, b"1.0", True),
        ({"type": "number"}, b"1" + b"0" * 400, True),
        ({"type": "string", "format": "date-time"}, b'"2016-12-31T23:59:60Z"', True),
        ({"type": "string", "format": "date-time"}, b'"0000-01-01T00:00:00Z"', True),
        ({"type": "string", "format": "date"}, b'"0000-01-01"', True),
        ({"type": "string", "format": "time"}, b'"23:59:60Z"', True),
        ({"type": "string", "format": "date-time"}, b'"2024-02-03 04:05:06Z"', False),
        ({"type": "string", "format": "date-time"}, b'"2024-02-03T04:05:06+0100"', False),
    ],
)
def test_the_documented_exceptions(schema: Json, text: bytes, valid: bool) -> None:
    # the list at the top of the package; where one of these changes, so must that
    both = Both(schema)
    assert both.notes == []
    assert both._is_valid({"v": json.loads(text)}) is valid
    assert both.decodes(b'{"v":%s}' % text) is not valid
