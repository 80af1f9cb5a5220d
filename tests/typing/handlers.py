"""Checked by mypy and pyright, never run: what a handler's annotation tells the type checker."""

from __future__ import annotations

from typing import Any, assert_type

import msgspec

from segment_hooks import Group, Identify, Track, WebhookEventRouter

router = WebhookEventRouter()


class OrderCompleted(msgspec.Struct):
    order_id: str


@router.on_track("Order Completed")
async def fulfil(event: Track[OrderCompleted]) -> str:
    assert_type(event.properties, OrderCompleted)
    assert_type(event.user_id, str | None)
    return event.properties.order_id


@router.on_track
def plain(event: Track) -> int:
    assert_type(event.properties, dict[str, Any])
    return 1


@router.on_identify(where=lambda event: event.user_id is not None)
def save(event: Identify) -> None:
    assert_type(event.traits, dict[str, Any])


assert_type(plain(Track()), int)


@router.on_group
def group(event: Group[OrderCompleted]) -> None:
    assert_type(event.traits, OrderCompleted)
