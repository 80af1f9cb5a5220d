"""What is said of a bag that does not fit its type, which may end in a log: never a value out of the event."""

from __future__ import annotations

import datetime
import json
import uuid
from typing import Annotated, Any, Literal

import msgspec
import pydantic
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segment_hooks import InvalidEventPayload
from segment_hooks.typed import decoder_for, name_of
from tests.hooks import strategies as js
from tests.hooks.user_types import ORDERS, refusal


class Cat(msgspec.Struct, tag="cat"):
    lives: int


class Dog(msgspec.Struct, tag="dog"):
    tricks: list[Literal["sit", "roll"]]


class Closed(msgspec.Struct, forbid_unknown_fields=True):
    pet: Cat | Dog | None = None


class Checked(msgspec.Struct):
    name: str

    def __post_init__(self) -> None:
        raise ValueError(f"no such name: {self.name}")


def refuse(name: str) -> str:
    raise ValueError(f"no such name: {name}")


class CatModel(pydantic.BaseModel):
    kind: Literal["cat"]
    lives: int


class DogModel(pydantic.BaseModel):
    kind: Literal["dog"]
    id: uuid.UUID


class PetsModel(pydantic.BaseModel, extra="forbid"):
    pet: Annotated[CatModel | DogModel, pydantic.Field(discriminator="kind")] | None = None
    url: pydantic.HttpUrl | None = None
    name: Annotated[str, pydantic.AfterValidator(refuse)] = ""
    either: int | uuid.UUID | datetime.date | None = None


LEAKY: list[Any] = [*ORDERS, Closed, Checked, PetsModel, list[Dog], dict[str, Cat], Cat | Dog]
FIELDS = ["pet", "url", "name", "either", "order_id", "revenue", "lives", "tricks", "kind", "type", "id"]
TOKEN = "s3cr3t-t0k3n"
tokens = st.sampled_from(
    [TOKEN, f"1{TOKEN}", f"{TOKEN} - at `$.x", f"https://{TOKEN}:x", f"\ud800{TOKEN}", f"'{TOKEN}`"]
)
secretive = st.recursive(
    st.one_of(tokens, st.sampled_from(["cat", "dog", 1])),
    lambda inner: st.one_of(st.lists(inner, max_size=2), st.dictionaries(st.sampled_from(FIELDS), inner, max_size=4)),
    max_leaves=8,
)


@pytest.mark.parametrize("cls", LEAKY, ids=name_of)
@given(value=secretive)
def test_no_message_shows_a_value_out_of_an_event(cls: Any, value: js.Json) -> None:
    text = json.dumps(value).encode()
    try:
        decoder_for(cls)(text)
    except InvalidEventPayload:
        assert "s3cr3t" not in refusal(cls, text)


@pytest.mark.parametrize(
    ("cls", "text"),
    [
        (Closed, b'{"pet":{"type":"SECRET","lives":1}}'),
        (Closed, b'{"SECRET":1}'),
        (Dog, b'{"type":"dog","tricks":["SECRET"]}'),
        (Checked, b'{"name":"SECRET - at `$.SECRET"}'),
        (Checked, b'{"name":"SECRET \\ud800"}'),
        (PetsModel, b'{"pet":{"kind":"SECRET"}}'),
        (PetsModel, b'{"name":"SECRET"}'),
        (PetsModel, b'{"SECRET key":1}'),
    ],
)
def test_the_messages_that_libraries_quote_values_in_show_none(cls: Any, text: bytes) -> None:
    assert "SECRET" not in refusal(cls, text)


@given(js.spaced(js.objects))
def test_any_object_fits_or_does_not_and_nothing_else_happens(text: bytes) -> None:
    for cls in (*ORDERS, Closed, PetsModel, dict[str, int], dict[int, Any], list[Cat]):
        try:
            decoder_for(cls)(text)
        except InvalidEventPayload:
            continue
