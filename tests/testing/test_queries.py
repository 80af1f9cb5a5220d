"""Queries: the calls that came as typed events."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TypedDict

import msgspec
import pydantic
import pytest
from dirty_equals import IsPositive

from segment_hooks import Alias, Group, Identify, Page, Screen, Track
from segment_testing import ExpectationFailed, FakeSegment
from tests.testing.tracking import at_noon, identify, page, send, send_text, track


@pytest.fixture
def fake() -> FakeSegment:
    fake = at_noon()
    send(fake, track("Order Completed", "u1", order_id="o1", revenue=10), page("Home", "u1", url="/"), identify("u1"))
    send(fake, track("Order Completed", "u2", order_id="o2", revenue=0), track("Cart Viewed", "u2"))
    send(fake, {"type": "group", "userId": "u2", "groupId": "g1", "traits": {"seats": 3}})
    send(fake, {"type": "screen", "anonymousId": "a1", "name": "Main", "category": "Docs"})
    send(fake, {"type": "alias", "userId": "u3", "previousId": "a1"})
    return fake


def test_tracks(fake: FakeSegment) -> None:
    assert [event.event for event in fake.tracks()] == ["Order Completed", "Order Completed", "Cart Viewed"]
    first, second = fake.tracks("Order Completed")
    assert isinstance(first, Track)
    assert (first.user_id, first.properties["revenue"], second.properties["revenue"]) == ("u1", 10, 0)
    assert [event.user_id for event in fake.tracks("Order Completed", user_id="u2")] == ["u2"]
    assert [event.user_id for event in fake.tracks(properties={"revenue": IsPositive})] == ["u1"]
    assert [event.event for event in fake.tracks(re.compile("Cart .*"))] == ["Cart Viewed"]
    assert [event.event for event in fake.tracks(where=lambda event: not event.properties)] == ["Cart Viewed"]
    assert fake.tracks("order completed") == []


def test_the_other_types(fake: FakeSegment) -> None:
    (identified,) = fake.identifies(user_id="u1")
    (grouped,) = fake.groups("g1", traits={"seats": 3})
    (seen,) = fake.pages("Home", properties={"url": "/"})
    (shown,) = fake.screens("Main", category="Docs", anonymous_id="a1")
    (aliased,) = fake.aliases(previous_id="a1")
    assert [type(event) for event in (identified, grouped, seen, shown, aliased)] == [
        Identify,
        Group,
        Page,
        Screen,
        Alias,
    ]
    assert fake.identifies(traits={"plan": "pro"}) == fake.groups("g2") == fake.pages("Docs") == []
    assert fake.screens("Main", category="Help") == fake.aliases(user_id="u1") == []


class Order(msgspec.Struct):
    order_id: str
    revenue: float = 0


@dataclass
class OrderData:
    order_id: str
    revenue: float = 0


class OrderModel(pydantic.BaseModel):
    order_id: str
    revenue: float = 0


class OrderDict(TypedDict):
    order_id: str
    revenue: float


@pytest.mark.parametrize("kind", [Order, OrderData, OrderModel])
def test_properties_of_ones_own_type(fake: FakeSegment, kind: type[Order]) -> None:
    (event,) = fake.tracks("Order Completed", user_id="u1", properties_as=kind)
    assert event.properties == kind(order_id="o1", revenue=10)
    assert event.user_id == "u1"


def test_a_typed_dict(fake: FakeSegment) -> None:
    (event,) = fake.tracks("Order Completed", user_id="u1", properties_as=OrderDict)
    assert event.properties == {"order_id": "o1", "revenue": 10}


class Seats(msgspec.Struct):
    seats: int


class Url(msgspec.Struct):
    url: str = ""


def test_bags_of_every_type(fake: FakeSegment) -> None:
    assert [event.traits.seats for event in fake.groups(traits_as=Seats)] == [3]
    assert [event.properties.url for event in fake.pages(properties_as=Url)] == ["/"]
    assert [event.properties.url for event in fake.screens(properties_as=Url)] == [""]
    assert [event.traits for event in fake.identifies(traits_as=dict[str, int])] == [{}]


@pytest.mark.parametrize("kind", [Order, OrderModel])
def test_what_does_not_fit_the_type_fails_the_test(fake: FakeSegment, kind: type[Order]) -> None:
    with pytest.raises(ExpectationFailed, match=rf'^#4 track "Cart Viewed" does not fit {kind.__name__}: ') as failure:
        fake.tracks("Cart Viewed", properties_as=kind)
    assert failure.value.matched == [fake.calls[4]]


def test_an_unpaired_surrogate_is_no_obstacle(fake: FakeSegment) -> None:
    text = rb'{"userId": "u9", "event": "A", "properties": {"order_id": "\ud83d"}, "writeKey": "wk"}'
    send_text(fake, text)
    (event,) = fake.tracks(user_id="u9", properties_as=Order)
    assert event.properties.order_id == "\ud83d"
