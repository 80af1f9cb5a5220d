"""`properties` and `traits` as your own types: a struct, a dataclass, a TypedDict or a pydantic model.

SEGMENT_SHARED_SECRET=… uvicorn examples.typed_events:app

What does not fit its type never reaches the handler: the event is answered as invalid, and Segment throws it away.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TypedDict

import msgspec
from pydantic import BaseModel, PositiveInt

from segment_hooks import Group, Identify, Payload, Track, WebhookEventRouter

router = WebhookEventRouter()
handled: list[str] = []


class OrderCompleted(msgspec.Struct, rename="camel"):
    """A msgspec struct is decoded straight from the bytes, so it is the fastest."""

    order_id: str
    revenue: float = 0


@dataclass
class Profile:
    """A dataclass needs nothing but the standard library."""

    plan: str
    tags: tuple[str, ...] = ()


class Company(TypedDict, total=False):
    """A TypedDict stays a plain dict."""

    name: str
    employees: int


class Reservation(BaseModel):
    """A pydantic model brings its own rules."""

    seats: PositiveInt


@router.on_track("Order Completed")
def on_order(event: Track[OrderCompleted]) -> None:
    handled.append(f"order {event.properties.order_id} of {event.properties.revenue}")


@router.on_identify
def on_identify(event: Identify[Profile]) -> None:
    handled.append(f"{event.traits.plan} with {len(event.traits.tags)} tags")


@router.on_group
def on_group(event: Group[Company]) -> None:
    handled.append(f"company of {event.traits.get('employees', 0)}")


@router.on_payload
def on_payload(payload: Payload[Reservation]) -> None:
    """An object of your own making, which a mapping in the Segment destination sends in place of the event."""
    handled.append(f"{payload.data.seats} seats")


app = router.asgi(os.environ["SEGMENT_SHARED_SECRET"], uncovered="accept")
