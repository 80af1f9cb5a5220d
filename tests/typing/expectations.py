"""What the type checkers make of expectations and queries. Checked, never run."""

from __future__ import annotations

from typing import Any, TypedDict, assert_type

import msgspec

from segment_hooks import Event, Group, Identify, Page, Track
from segment_hooks.client import SegmentClient
from segment_testing import ABSENT, FakeSegment, ServedSegment, exactly, faults


class Order(msgspec.Struct):
    order_id: str
    revenue: float = 0


class Plan(TypedDict):
    plan: str


def is_large(value: float) -> bool:
    return value > 100


def queries(segment: FakeSegment) -> None:
    assert_type(segment.tracks(), list[Track[dict[str, Any]]])
    assert_type(segment.tracks("Order Completed", user_id="u1"), list[Track[dict[str, Any]]])
    assert_type(segment.tracks("Order Completed", properties_as=Order), list[Track[Order]])
    assert_type(segment.tracks(properties_as=Order)[0].properties.revenue, float)
    assert_type(segment.identifies(traits_as=Plan, user_id="u1")[0].traits, Plan)
    assert_type(segment.groups("g1"), list[Group[dict[str, Any]]])
    assert_type(segment.pages("Home", where=lambda event: event.properties), list[Page[dict[str, Any]]])


def expectations(segment: FakeSegment) -> None:
    expect = segment.expect
    assert_type(expect.track("A", properties={"a": ABSENT, "b": is_large}).once(), Track[dict[str, Any]])
    assert_type(expect.identify(traits=exactly({})).once(within=2), Identify[dict[str, Any]])
    assert_type(expect.call(user_id=None).once(), Event)
    expect.in_order(expect.page("Home", category="Docs"), expect.screen(), expect.alias(previous_id="a1"))
    expect.track(str, where=lambda event: event.user_id).times(2)
    expect.track("A", userid="u1")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


async def eventually(segment: FakeSegment) -> None:
    assert_type(await segment.expect.track("A").eventually.once(within=2), Track[dict[str, Any]])
    await segment.expect.eventually.nothing_else()


def a_test(segment_server: ServedSegment, segment_client: SegmentClient) -> None:
    assert_type(segment_server.url, str)
    segment_server.faults.add(faults.status(500).times(2))
    segment_client.event.track(user_id="u1", event="A")
