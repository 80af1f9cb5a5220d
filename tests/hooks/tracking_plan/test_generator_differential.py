"""Generated types against the validator: they accept the same, but for what is noted and what is documented."""

from __future__ import annotations

from typing import Any

import jsonschema_rs
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segment_hooks.tracking_plan import PlanError
from segment_hooks.tracking_plan.generator import generate
from segment_hooks.tracking_plan.shapes import Note
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
    try:
        both = Both(schema, definitions)
    except PlanError as error:
        assert "too many alternatives" in error.problem
        return
    for value in values:
        valid, decoded = both.accepts({"v": value})
        if not both.assumes:
            assert decoded or not valid, f"{value!r} is refused by {both.text}"
        if not both.notes:
            assert valid or not decoded, f"{value!r} is taken by {both.text}"
    assert both.accepts({}) == (True, True)
