"""Checked by mypy and pyright, never run: what the module that is made of a tracking plan tells the type checker."""

from __future__ import annotations

from datetime import date
from typing import Any, assert_type

import generated_events as events
from msgspec import UnsetType

from segment_hooks import Identify, Page, Track, WebhookEventRouter
from segment_hooks.client import AsyncSegmentClient, Receipt, SegmentClient
from segment_hooks.tracking_plan import TrackingPlan

router = WebhookEventRouter()


@events.on_track_order_completed(router)
async def newest(event: Track[events.OrderCompleted]) -> str:
    assert_type(event.properties, events.OrderCompleted)
    return "done"


@events.on_track_order_completed_v1(router)
def oldest(event: Track[events.OrderCompletedV1]) -> int:
    return 1


@events.on_track_order_completed(router)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
def mistaken(event: Track[events.OrderCompletedV1]) -> None: ...


@events.on_identify(router)
def save(event: Identify[events.IdentifyTraits]) -> None:
    assert_type(event.traits.email, str)


@events.on_page(router)
def seen(event: Page[events.PageProperties]) -> None:
    assert_type(event.properties.url, str | UnsetType)


@events.on_track_map(router)
def counted(event: Track[events.Map]) -> None:
    assert_type(event.properties, dict[str, int])


assert_type(oldest(Track()), int)


def send(client: SegmentClient, asynchronous: AsyncSegmentClient, plan: TrackingPlan) -> None:
    assert_type(events.track_order_completed(client, user_id="u-1"), Receipt)
    assert_type(events.identify(asynchronous, events.IdentifyTraits(email="ann@example.com"), user_id=1), Receipt)
    events.identify(client, events.IdentifyTraits())  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    events.track_order_completed(client, user="u-1")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    assert_type(plan.check_sending(client), SegmentClient)
    assert_type(plan.check_sending(asynchronous), AsyncSegmentClient)


def read(event: events.Event42TerribleEventName3, recursive: events.Recursive) -> None:
    assert_type(event.date_, date | UnsetType)
    assert_type(event.class_, Any | UnsetType)
    if not isinstance(recursive.nodes, UnsetType):
        assert_type(recursive.nodes[0].next, events.RecursiveNode | UnsetType | None)
