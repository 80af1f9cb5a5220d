"""Bags decoded into the user's own types, by msgspec or by pydantic."""

from __future__ import annotations

import datetime
import decimal
import json
import uuid
from typing import Any, Literal, TypedDict

import msgspec
import pydantic
import pytest
from hypothesis import given

from segment_hooks import InvalidEventPayload, RegistrationError
from segment_hooks.typed import decoder_for
from tests.hooks import strategies as js
from tests.hooks.user_types import (
    ORDERS,
    OrderAttrs,
    OrderDataclass,
    OrderDict,
    OrderModel,
    OrderModelDataclass,
    OrderStruct,
    refusal,
)


@pytest.mark.parametrize("cls", ORDERS)
@pytest.mark.parametrize(
    "text",
    [
        b'{"order_id":"o-1","revenue":9.5}',
        b'{"order_id":"o-0","order_id":"o-1","revenue":9.5,"more":[1]}',
        b'{"order_id":"o-1","revenue":9.5,"more":"\\ud800"}',
        b'{"order_id":"o-1","revenue":9.5,"\\ud800":1,"more":{"\\udfff":"\\udfff"}}',
        b'{"order_id":"o-1","revenue":9.5,"more":1e400}',
        b'{"order_id":"o-1","revenue":9.5,"more":%s}' % (b"9" * 10_000),
    ],
)
def test_every_kind_of_type_is_decoded_whatever_else_is_there(cls: Any, text: bytes) -> None:
    for raw in (text, msgspec.Raw(text)):
        order = decoder_for(cls)(raw)
        assert (order if cls is OrderDict else vars_of(order)) in (
            {"order_id": "o-1", "revenue": 9.5},
            json.loads(b'{"order_id":"o-1","revenue":9.5}'),
        )
        assert cls is OrderDict or type(order) is cls


def vars_of(order: Any) -> dict[str, Any]:
    return {name: getattr(order, name) for name in ("order_id", "revenue")}


@pytest.mark.parametrize("cls", ORDERS)
def test_a_missing_field_is_named(cls: Any) -> None:
    message = refusal(cls, b'{"revenue":1}')
    assert message.startswith(f"does not fit {cls.__name__}: ")
    assert "missing" in message
    assert "order_id" in message


@pytest.mark.parametrize("cls", ORDERS)
@pytest.mark.parametrize("extra", [b"", b',"more":"\\ud800"'])
def test_a_value_of_the_wrong_kind_is_named_with_its_place(cls: Any, extra: bytes) -> None:
    message = refusal(cls, b'{"order_id":"o-1","revenue":"a lot"%s}' % extra)
    assert "float" in message
    assert message.endswith(" - at `$.revenue`")
    assert "a lot" not in message


@pytest.mark.parametrize("cls", ORDERS)
@pytest.mark.parametrize("text", [b"[]", b"null", b'"o-1"', b"1", b'{"order_id":"o-1","revenue":[1]}', b'{"revenue":'])
def test_anything_else_does_not_fit(cls: Any, text: bytes) -> None:
    refusal(cls, text)


@pytest.mark.parametrize("cls", [OrderStruct, OrderDataclass, OrderDict, OrderAttrs, OrderModel, OrderModelDataclass])
def test_an_unpaired_surrogate_in_a_typed_string_is_kept(cls: Any) -> None:
    order = decoder_for(cls)(b'{"order_id":"\\ud83d!","revenue":1,"\\ud800":1}')
    assert (order["order_id"] if cls is OrderDict else order.order_id) == "\ud83d!"


SURROGATE = b'"\\ud800 SECRET"'
PICKY = [
    int,
    uuid.UUID,
    datetime.datetime,
    datetime.date,
    datetime.time,
    decimal.Decimal,
    bytes,
    Literal["a"],
    list[int],
]


@pytest.mark.parametrize("kind", PICKY)
@pytest.mark.parametrize("value", [SURROGATE, b'"SECRET"', b"{%s:1}" % SURROGATE, b'{"a":%s}' % SURROGATE, b"[1e400]"])
def test_a_value_that_a_picky_field_cannot_hold_does_not_fit(kind: Any, value: bytes) -> None:
    types = [msgspec.defstruct("Picky", [("v", kind)])]
    if kind is not bytes:  # which pydantic takes any text for
        types.append(pydantic.create_model("Picky", v=(kind, ...)))
    for cls in types:
        assert "SECRET" not in refusal(cls, b'{"v":%s}' % value)


def test_a_dict_with_typed_keys_keeps_those_that_fit() -> None:
    assert decoder_for(dict[str, int])(b'{"\\ud800":1}') == {"\ud800": 1}
    assert "SECRET" not in refusal(dict[int, int], b'{"\\ud800 SECRET":1}')
    assert "SECRET" not in refusal(dict[Literal["a"], int], b'{"SECRET":1}')


@given(js.spaced(js.objects))
def test_a_plain_dict_holds_everything(text: bytes) -> None:
    assert decoder_for(dict[str, Any])(text) == json.loads(text)


@pytest.mark.parametrize("cls", [*ORDERS, dict[str, Any]])
def test_what_is_nested_too_deep_does_not_fit(cls: Any) -> None:
    def nested(depth: int) -> bytes:
        return b'{"order_id":"o-1","revenue":1,"more":["\\ud800",' + b"[" * depth + b"]" * depth + b"]}"

    assert "deep" in refusal(cls, nested(100_000))
    for depth in range(100, 1_000, 100):  # somewhere here, every way of decoding comes to its own limit
        try:
            decoder_for(cls)(nested(depth))
        except InvalidEventPayload as error:
            assert "deep" in str(error)  # noqa: PT017  # only some of them are refused


def test_a_strict_model_reads_dates_as_json_has_them() -> None:
    class Strict(pydantic.BaseModel, strict=True):
        at: datetime.datetime

    assert decoder_for(Strict)(b'{"at":"2026-03-04T05:06:07Z"}').at.year == 2026


# ---- types that cannot work


class Tree(msgspec.Struct):
    children: list[Tree] = []


class Opaque:
    pass


class HoldsOpaque(msgspec.Struct):
    children: list[HoldsOpaque]
    opaque: Opaque | None = None


class HoldsModel(TypedDict):
    order: OrderModel


class Unresolved(msgspec.Struct):
    order: NotImportedAnywhere  # type: ignore[name-defined]  # noqa: F821


class UnresolvedModel(pydantic.BaseModel):
    order: NotImportedAnywhere  # type: ignore[name-defined]  # noqa: F821


@pytest.mark.parametrize(
    "cls",
    [
        *(5, "OrderStruct", len, Opaque, object, complex, list[Opaque], dict[str, Opaque], HoldsOpaque),
        *(
            Opaque | None,
            Opaque | dict,
            list[OrderModel],
            HoldsModel,
            Unresolved,
            UnresolvedModel,
            OrderStruct | Tree,
        ),
    ],
    ids=lambda cls: getattr(cls, "__qualname__", type(cls).__name__),  # the same in every worker: no addresses
)
def test_a_type_that_no_event_could_fit_is_refused_at_registration(cls: Any) -> None:
    with pytest.raises(RegistrationError, match=r"^cannot decode events into .+: .+\. "):
        decoder_for(cls)


def test_a_type_may_refer_to_itself() -> None:
    assert decoder_for(Tree)(b'{"children":[{"children":[]}]}') == Tree([Tree()])
