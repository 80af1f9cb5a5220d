"""The same order as every kind of type that events can be decoded into."""

from __future__ import annotations

import dataclasses
from typing import Any, TypedDict

import attrs
import msgspec
import pydantic
import pytest

from segment_hooks import InvalidEventPayload
from segment_hooks.typed import decoder_for


class OrderStruct(msgspec.Struct):
    order_id: str
    revenue: float = 0


@dataclasses.dataclass
class OrderDataclass:
    order_id: str
    revenue: float = 0


class OrderDict(TypedDict):
    order_id: str
    revenue: float


@attrs.define
class OrderAttrs:
    order_id: str
    revenue: float = 0


class OrderModel(pydantic.BaseModel):
    order_id: str
    revenue: float = 0


@pydantic.dataclasses.dataclass
class OrderModelDataclass:
    order_id: str
    revenue: float = 0


ORDERS: list[Any] = [OrderStruct, OrderDataclass, OrderDict, OrderAttrs, OrderModel, OrderModelDataclass]


def refusal(cls: Any, text: bytes) -> str:
    """What is said of `text`, which does not fit `cls`."""
    with pytest.raises(InvalidEventPayload) as caught:
        decoder_for(cls)(text)
    assert caught.value.__cause__ is None  # a chained error would show the values in a traceback
    assert caught.value.__suppress_context__
    return str(caught.value)
