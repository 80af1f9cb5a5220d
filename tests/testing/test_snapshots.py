"""Snapshots: the same in every run."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segment_testing import FakeSegment
from segment_testing.snapshots import snapshot_of
from tests.testing.tracking import identify, page, send, track

LIBRARY = {"library": {"name": "analytics-python", "version": "2.4.0"}}


def a_run(*, library: str = "2.4.0", day: int = 1) -> FakeSegment:
    """A test run: with ids of its own, on a day of its own."""
    fake = FakeSegment()
    visitor, order, now = str(uuid4()), str(uuid4()), datetime(2026, 1, day, tzinfo=UTC).isoformat()
    context = {"library": {"version": library, "name": "analytics-python"}, "ip": None}
    made_up: dict[str, Any] = {"timestamp": now, "context": context}
    send(
        fake,
        {**page("Home"), "anonymousId": visitor, "userId": None, "messageId": f"ajs-{uuid4()}", **made_up},
        {**identify("u1", seen_at=now), "anonymousId": visitor, **made_up},
        {**track("Order Completed", order_id=order, items=[{"id": order}], total=10), **made_up},
        {**track("Order Shipped", order_id=order, parent="m-1"), "messageId": "m-1", **made_up},
        sentAt=now,
    )
    return fake


def test_a_snapshot() -> None:
    assert a_run().snapshot() == [
        {
            "type": "page",
            "name": "Home",
            "anonymousId": "<anonymousId:1>",
            "context": {"ip": None, "library": {"name": "analytics-python", "version": "<version>"}},
            "messageId": "<messageId:1>",
            "timestamp": "<time>",
        },
        {
            "type": "identify",
            "userId": "u1",
            "anonymousId": "<anonymousId:1>",
            "context": {"ip": None, "library": {"name": "analytics-python", "version": "<version>"}},
            "messageId": "<messageId:2>",
            "timestamp": "<time>",
            "traits": {"seen_at": "<time>"},
        },
        {
            "type": "track",
            "event": "Order Completed",
            "userId": "u1",
            "context": {"ip": None, "library": {"name": "analytics-python", "version": "<version>"}},
            "messageId": "<messageId:3>",
            "properties": {"items": [{"id": "<uuid:1>"}], "order_id": "<uuid:1>", "total": 10},
            "timestamp": "<time>",
        },
        {
            "type": "track",
            "event": "Order Shipped",
            "userId": "u1",
            "context": {"ip": None, "library": {"name": "analytics-python", "version": "<version>"}},
            "messageId": "<messageId:4>",
            "properties": {"order_id": "<uuid:1>", "parent": "<messageId:4>"},
            "timestamp": "<time>",
        },
    ]


def test_keys_stand_in_a_fixed_order() -> None:
    last = a_run().snapshot()[-1]
    assert list(last) == ["type", "event", "userId", "context", "messageId", "properties", "timestamp"]
    assert list(last["properties"]) == ["order_id", "parent"]


def test_every_run_gives_the_same() -> None:
    first, second = a_run(), a_run(library="2.5.0", day=2)
    assert json.dumps(first.snapshot()) == json.dumps(second.snapshot())
    assert json.dumps(first.snapshot(in_order=False)) == json.dumps(second.snapshot(in_order=False))


def test_what_is_kept() -> None:
    keep = ["timestamp", "traits.seen_at", "properties.items", "messageId", "context.library.version"]
    *_, identified, completed, shipped = a_run().snapshot(keep=keep)
    assert identified["traits"] == {"seen_at": "2026-01-01T00:00:00+00:00"}
    assert completed["timestamp"].startswith("20")
    assert completed["context"]["library"]["version"] == "2.4.0"
    assert len(completed["properties"]["items"][0]["id"]) == 36
    assert completed["properties"]["order_id"] == "<uuid:1>"
    assert shipped["messageId"] == "m-1"
    with pytest.raises(TypeError, match=r"write \['timestamp'\]"):
        a_run().snapshot(keep="timestamp")


def test_an_id_that_a_person_chose_is_kept() -> None:
    fake = FakeSegment()
    send(fake, {"type": "track", "event": "A", "anonymousId": "visitor-1"})
    assert fake.snapshot()[0]["anonymousId"] == "visitor-1"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("2026-01-01T00:00:00Z", "<time>"),
        ("2026-01-01T00:00:00.123456+01:00", "<time>"),
        ("2026-01-01 00:00:00", "<time>"),
        ("2026-01-01", "2026-01-01"),
        ("at 2026-01-01T00:00:00Z", "at 2026-01-01T00:00:00Z"),
        ("3f2504e0-4f89-11d3-9a0c-0305e82c3301", "<uuid:1>"),
        ("order-3f2504e0-4f89-11d3-9a0c-0305e82c3301", "order-3f2504e0-4f89-11d3-9a0c-0305e82c3301"),
    ],
)
def test_what_is_replaced_within_properties(text: str, shown: str) -> None:
    fake = FakeSegment()
    send(fake, track("A", a=text))
    assert fake.snapshot()[0]["properties"] == {"a": shown}


def test_the_payload_is_left_as_it_is() -> None:
    fake = a_run()
    before = json.dumps([call.payload for call in fake.calls])
    fake.snapshot()
    assert json.dumps([call.payload for call in fake.calls]) == before


calls = st.lists(
    st.builds(
        lambda name, user, n, own: {**track(name, user, n=n), **({"messageId": own} if own else {})},
        st.sampled_from("AB"),
        st.sampled_from(["u1", "u2"]),
        st.integers(0, 3),
        st.none() | st.sampled_from(["3f2504e0-4f89-11d3-9a0c-0305e82c3301"]),
    ),
    max_size=6,
)


@given(calls, st.randoms(use_true_random=False))
def test_sorted_snapshots_do_not_depend_on_the_order_of_arrival(calls: list[dict[str, Any]], random: Any) -> None:
    mixed = list(calls)
    random.shuffle(mixed)
    assert snapshot_of(calls, in_order=False) == snapshot_of(mixed, in_order=False)
