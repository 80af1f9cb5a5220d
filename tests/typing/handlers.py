"""Checked by mypy and pyright, never run: what a handler's annotation tells the type checker."""

# pyright: reportUnnecessaryTypeIgnoreComment=true

from __future__ import annotations

from datetime import datetime
from typing import Any, assert_type

import msgspec

from segment_hooks import (
    Alias,
    Delete,
    Event,
    Group,
    Identify,
    Outcome,
    Page,
    Payload,
    Screen,
    SegmentWebhookHandler,
    Track,
    WebhookEventRouter,
)

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


@router.on_page("Home", "Docs")
async def home(event: Page[OrderCompleted]) -> None:
    assert_type(event.name, str | None)
    assert_type(event.properties, OrderCompleted)


@router.on_screen(glob="Settings *")
def settings(event: Screen) -> None:
    assert_type(event.properties, dict[str, Any])


@router.on_alias
def merge(event: Alias) -> None:
    assert_type(event.previous_id, str | None)


@router.on_delete
def forget(event: Delete) -> None:
    assert_type(event.user_id, str | None)
    assert_type(event.context.ip, str | None)
    assert_type(event.timestamp, datetime | None)


@router.on_payload
def mapped(payload: Payload[OrderCompleted]) -> None:
    assert_type(payload.data, OrderCompleted)


@router.on_any
@router.on_unhandled
def any_of_them(event: Event) -> None:
    assert_type(event.message_id, str | None)


async def by_hand(body: bytes) -> None:
    delivery = SegmentWebhookHandler("secret").handle_request(headers={"x-signature": "…"}, body=body)
    assert_type(delivery.events, list[Event])
    for event in delivery.events:
        assert_type(await router.route(event), Outcome)
        assert_type(router.route_sync(event), Outcome)
        if isinstance(event, Track):
            assert_type(event.event, str | None)


# what must not pass: each line is an error to both checkers, or its comment would be one


@router.on_identify  # type: ignore[type-var]
def of_another_type(event: Track) -> None: ...


@router.on_track  # type: ignore[type-var]
def two_arguments(event: Track, also: str) -> None: ...


@router.on_track("A", glob=5)  # type: ignore[call-overload, untyped-decorator]
def a_glob_of_another_type(event: Track) -> None: ...
