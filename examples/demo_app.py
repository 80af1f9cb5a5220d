"""The service of the demo: small functions for the events it cares about.

SEGMENT_SHARED_SECRET=… uvicorn --factory examples.demo_app:create_app
"""

from __future__ import annotations

import os
from typing import Any

import msgspec

from segment_hooks import DropEvent, Event, Identify, Payload, Track, WebhookEventRouter
from segment_hooks.asgi import SegmentASGIApp

router = WebhookEventRouter()
journal: list[str] = []
"""What the handlers did, for the demo to show."""


class OrderCompleted(msgspec.Struct):
    """The properties that this service needs; Segment may send any others besides."""

    order_id: str
    revenue: float = 0


@router.on_any
async def note(event: Event) -> None:
    """Runs for every event, first because it is registered first."""
    journal.append(f"{event.type or 'payload'}{'' if event.covered else ' (not covered)'}")


@router.on_track("Order Completed")
async def fulfil(event: Track[OrderCompleted]) -> None:
    """`properties` is an `OrderCompleted` here, for the type checker too."""
    journal.append(f"order {event.properties.order_id}: {event.properties.revenue:.2f}")


@router.on_track(glob="*Test*")
async def ignore_tests(event: Track) -> None:
    """Done with on purpose: Segment is told 200 and does not send it again."""
    raise DropEvent


@router.on_identify
def save_profile(event: Identify) -> None:
    """Plain functions are as welcome; under ASGI they run in a thread."""
    journal.append(f"{len(event.traits)} traits saved")


@router.on_payload
async def take_payload(payload: Payload[dict[str, Any]]) -> None:
    """What a mapping in the destination sends in place of an event."""
    journal.append(f"{len(payload.data)} mapped fields")


def create_app() -> SegmentASGIApp:
    """The service, as `uvicorn --factory examples.demo_app:create_app` runs it."""
    return router.asgi(os.environ["SEGMENT_SHARED_SECRET"], uncovered="accept")
