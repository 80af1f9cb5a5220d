"""The closed loop: a client sends to the fake, and the service under test gets webhooks."""

from __future__ import annotations

from collections.abc import Generator
from datetime import timedelta
from typing import Any

import pytest

from segment_hooks import ConfigurationError, Event, Page, Payload, Track, WebhookEventRouter
from segment_hooks.client import SegmentClient
from segment_testing import FakeSegment, factories
from segment_testing.delivery import ClosedLoop, LoseAcknowledgement
from segment_testing.mocking.segment_client import FakeTransport

SECRET = "k"


@pytest.fixture
def segment() -> FakeSegment:
    return FakeSegment()


@pytest.fixture
def client(segment: FakeSegment) -> Generator[SegmentClient]:
    client = SegmentClient("wk", transport=FakeTransport(segment), flush_interval=0)
    yield client
    client.close(timeout=2.0)


class Service:
    """Notes what comes."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.router = WebhookEventRouter()
        self.router.on_any(self.events.append)

    @property
    def app(self) -> Any:
        return self.router.asgi(SECRET, uncovered="refuse")


def test_what_a_client_sends_comes_out_at_the_service(segment: FakeSegment, client: SegmentClient) -> None:
    service = Service()
    loop = segment.deliver_to(service.app, secret=SECRET)
    client.event.track(user_id="u1", event="Order Completed", properties={"revenue": 25.0})
    client.page.page(user_id="u1", name="Home")
    client.flush()
    report = loop.forward()
    report.check()
    track, page = service.events
    assert isinstance(track, Track)
    assert isinstance(page, Page)
    assert (track.event, track.user_id, track.properties) == ("Order Completed", "u1", {"revenue": 25})
    assert page.name == "Home"
    # with what Segment's servers add and correct
    assert track.received_at is not None
    assert track.original_timestamp is not None
    assert track.sent_at is not None
    corrected = track.received_at - (track.sent_at - track.original_timestamp)
    assert track.timestamp is not None
    assert abs(track.timestamp - corrected) <= timedelta(milliseconds=1)
    assert track.version == 2
    assert "writeKey" not in track.payload
    assert list(track.payload) == sorted(track.payload)
    assert b"25.0" not in track.raw
    segment.expect.track("Order Completed").once()
    segment.expect.page("Home").once()


async def test_on_an_event_loop(segment: FakeSegment, client: SegmentClient) -> None:
    service = Service()
    loop = segment.deliver_to(service.app, secret=SECRET)
    client.event.track(user_id="u1", event="A")
    client.flush()
    assert (await loop.forward_async()).ok
    assert len(service.events) == 1


def test_only_what_has_come_since_the_last_time(segment: FakeSegment, client: SegmentClient) -> None:
    service = Service()
    client.event.track(user_id="u1", event="before")
    client.flush()
    loop = segment.deliver_to(service.router)
    counts = []
    for name in ("A", "B"):
        client.event.track(user_id="u1", event=name)
        client.flush()
        loop.forward()
        counts.append(len(service.events))
    assert counts == [1, 2]
    assert loop.forward().fates == []
    segment.reset()
    client.event.track(user_id="u1", event="C")
    client.flush()
    loop.forward()
    assert [event.payload["event"] for event in service.events] == ["A", "B", "C"]


def test_several_mappings(segment: FakeSegment, client: SegmentClient) -> None:
    orders, pages, everything = Service(), Service(), Service()
    loops = [
        segment.deliver_to(orders.router, types=["track"], names=["Order Completed"]),
        segment.deliver_to(pages.router, types=["page", "screen"]),
        segment.deliver_to(
            everything.router, data=lambda event: {"kind": event["type"], "who": event["userId"], "total": 2.0}
        ),
    ]
    client.event.track(user_id="u1", event="Order Completed")
    client.event.track(user_id="u1", event="Signed Up")
    client.page.page(user_id="u1", name="Home")
    client.flush()
    for loop in loops:
        assert loop.forward().ok
    assert [event.payload["event"] for event in orders.events] == ["Order Completed"]
    assert [event.type for event in pages.events] == ["page"]
    assert [event.raw for event in everything.events] == [
        b'{"kind":"track","who":"u1","total":2}',
        b'{"kind":"track","who":"u1","total":2}',
        b'{"kind":"page","who":"u1","total":2}',
    ]
    assert all(type(event) is Payload for event in everything.events)


def test_bad_days_happen_on_the_way_out_too(segment: FakeSegment, client: SegmentClient) -> None:
    service = Service()
    loop = segment.deliver_to(service.app, secret=SECRET, faults=[LoseAcknowledgement(attempts=1)])
    client.event.track(user_id="u1", event="A")
    client.flush()
    report = loop.forward()
    assert report.ok
    assert [fate.handled for fate in report.fates] == [2]
    assert service.events[0].message_id == service.events[1].message_id == segment.calls[0].message_id


def test_events_of_factories_twice(segment: FakeSegment) -> None:
    service = Service()
    order = factories.track("Order Completed", order_id="o1")
    assert segment.deliver_to(service.app, secret=SECRET).twice(order).ok
    assert service.events == [order, order]
    assert len(segment.api.deliveries) == 2  # the page shows them


def test_a_served_fake_of_the_same_kind(segment: FakeSegment) -> None:
    assert isinstance(segment.deliver_to(lambda _: 200), ClosedLoop)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"types": "track"}, r"types is a list of texts, as in types=\['track'\]"),
        ({"names": "Order Completed"}, r"names is a list of texts, as in names=\['Order Completed'\]"),
        ({"types": ["trakc"]}, "no call type: trakc; there are track, identify, group, page, screen, alias"),
    ],
)
def test_mappings_that_would_deliver_nothing(segment: FakeSegment, options: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        segment.deliver_to(lambda _: 200, **options)


def test_a_mapping_that_makes_no_object(segment: FakeSegment, client: SegmentClient) -> None:
    loop = segment.deliver_to(lambda _: 200, data=lambda event: event["event"])
    client.event.track(user_id="u1", event="A")
    client.flush()
    with pytest.raises(ConfigurationError, match="data gives the object that is sent, a dict, not str"):
        loop.forward()
