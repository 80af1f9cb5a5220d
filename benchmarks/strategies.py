"""Hypothesis strategies: making one realistic track event, and shrinking a failing one, against a composite tuned by
hand and against `from_type` of models."""

from __future__ import annotations

import json
import warnings
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import msgspec
import pydantic
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st

from benchmarks.harness import Contender, Table, compare, measure
from segment_hooks import Event, Track, parse_event
from segment_testing.strategies import tracks

REACH = 0.90
ROUNDS = 40
EVENT = "Order Completed"
START = datetime(2026, 1, 1, tzinfo=UTC)
CONTEXTS = (
    {"library": {"name": "analytics-python", "version": "2.4.0"}},
    {"ip": "203.0.113.9", "locale": "en-US", "page": {"path": "/cart", "title": "Cart"}, "userAgent": "Mozilla/5.0"},
    {"app": {"name": "Shop", "version": "5.4.0"}, "os": {"name": "iOS", "version": "18.1"}, "timezone": "UTC"},
)

_number, _cents, _few = st.integers(0, 9_999), st.integers(0, 99_999), st.integers(0, 3)
_who, _id, _moment = st.integers(0, 99), st.integers(0, 2**31), st.integers(0, 10**10)
_currency, _context = st.sampled_from(["EUR", "USD", "GBP", "JPY"]), st.sampled_from(CONTEXTS)


@st.composite
def by_hand(draw: st.DrawFn) -> Event:
    """As few choices as a realistic event can be made of, written by hand for this one event."""
    who, cents = draw(_who), draw(_cents)
    moment = START + timedelta(milliseconds=draw(_moment))
    at = f"{moment.isoformat(timespec='milliseconds')[:23]}Z"
    payload = {
        "anonymousId": f"a-{who}",
        "channel": "server",
        "context": draw(_context),
        "event": EVENT,
        "integrations": {},
        "messageId": f"m-{draw(_id)}",
        "originalTimestamp": at,
        "projectId": "p1",
        "properties": {
            "order_id": f"o-{draw(_number)}",
            "revenue": cents // 100 if cents % 100 == 0 else cents / 100,
            "currency": draw(_currency),
            "products": [{"product_id": f"p-{n}", "price": 9.95, "quantity": 1} for n in range(draw(_few))],
        },
        "receivedAt": at,
        "sentAt": at,
        "timestamp": at,
        "type": "track",
        "userId": f"u-{who}",
        "version": 2,
    }
    return parse_event(msgspec.json.encode(payload))


class Product(pydantic.BaseModel):
    product_id: str
    price: float
    quantity: int = 1


class Properties(pydantic.BaseModel):
    order_id: str
    revenue: float
    currency: Literal["EUR", "USD", "GBP", "JPY"]
    products: list[Product]


class TrackModel(pydantic.BaseModel):
    """What somebody writes who models Segment's events."""

    anonymousId: str  # noqa: N815  # the names on the wire
    event: Literal["Order Completed"]
    messageId: str  # noqa: N815
    properties: Properties
    timestamp: datetime
    type: Literal["track"]
    userId: str  # noqa: N815


class OrderCompleted(msgspec.Struct):
    """What a service's own type looks like."""

    order_id: str
    revenue: float = 0
    currency: str | None = None


FLOOR = "composite tuned by hand"
OURS = "tracks(), ordinary"
STRATEGIES: dict[str, st.SearchStrategy[Any]] = {
    FLOOR: by_hand(),
    OURS: tracks(EVENT, odd=False),
    "tracks(), odd ones too": tracks(EVENT),
    "from_type(Track[struct])": st.from_type(Track[OrderCompleted]),
    "from_type(pydantic model)": st.from_type(TrackModel),
}
LARGE: dict[str, Any] = {
    FLOOR: lambda event: event.properties["revenue"] > 100,
    OURS: lambda event: event.properties["revenue"] > 100,
    "from_type(Track[struct])": lambda event: event.properties.revenue > 100,
    "from_type(pydantic model)": lambda event: event.properties.revenue > 100,
}
"""The same failing property, as each has to be asked."""

_QUICK = {"database": None, "deadline": None, "suppress_health_check": list(HealthCheck)}


def run(rounds: int) -> list[Table]:
    """Both comparisons."""
    warnings.simplefilter("ignore")
    made = measure({name: _making(each) for name, each in STRATEGIES.items()}, rounds=rounds, slice_seconds=0.1)
    shrinkers = {f"{name}: {_size(name):,} B": _shrinking(name) for name in LARGE}
    shrunk = measure(shrinkers, rounds=max(3, rounds // 8), slice_seconds=0.05)
    return [
        compare(
            "one realistic track event, drawn in a test that does nothing",
            made,
            floor=FLOOR,
            reach={OURS: REACH},
            note="Of ten events of `tracks()` three are odd in some way; the ordinary ones are what the floor makes.",
        ),
        compare(
            "finding and shrinking an order of more than 100, with the size of what is shown",
            shrunk,
            floor=next(iter(shrinkers)),
            unit="ms",
            scale=1e3,
        ),
    ]


def _making(strategy: st.SearchStrategy[Any]) -> Contender:
    def work(count: int) -> None:
        @settings(max_examples=count, phases=[Phase.generate], **_QUICK)
        @given(strategy)
        def test(_: Any) -> None:
            pass

        test()

    return work


def _found(name: str) -> Any:
    return find(STRATEGIES[name], LARGE[name], settings=settings(max_examples=2_000, **_QUICK))


def _shrinking(name: str) -> Contender:
    def work(count: int) -> None:
        for _ in range(count):
            _found(name)

    return work


def _size(name: str) -> int:
    """Bytes of JSON in the shrunk example."""
    found = _found(name)
    if isinstance(found, Event):
        return len(found.raw)
    return len(json.dumps(found.model_dump(mode="json"), separators=(",", ":")))
