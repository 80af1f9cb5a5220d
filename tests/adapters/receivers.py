"""The receivers that the adapters are tested around: one with plain handlers, one with coroutines."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import msgspec

from segment_hooks import (
    DropEvent,
    Event,
    EventNotSupported,
    InvalidEventPayload,
    Receiver,
    RetryError,
    Scope,
    SegmentWebhookHandler,
    Track,
    ValidationError,
    WebhookEventRouter,
)
from tests.adapters.calls import SECRET, recorded

MAX_BODY = 60_000

RAISED: dict[str, Exception] = {
    "Drop": DropEvent("on purpose"),
    "Retry": RetryError("busy", retry_after=1.2),
    "Retry at once": RetryError("busy"),
    "Unsupported": EventNotSupported("never"),
    "Invalid": InvalidEventPayload("wrong"),
    "Breaks a rule": ValidationError("wrong"),
    "Fail": ZeroDivisionError("someone@example.com"),
}
"""Name of an event → what its handler raises."""


class Order(msgspec.Struct):
    """What a typed handler asks for."""

    order_id: str


@dataclass
class Subject:
    """A receiver, and the raw bytes of every event that a handler has been given."""

    receiver: Receiver
    seen: list[bytes] = field(default_factory=list)


def make_subject(*, coroutines: bool) -> Subject:
    """A receiver that takes every secret of the recorded requests."""
    router = WebhookEventRouter()
    secrets = [SECRET, *sorted({secret for _, secret, _ in recorded().values() if secret} - {SECRET})]
    handler = SegmentWebhookHandler(secrets, uncovered="accept", scopes=Scope)
    subject = Subject(Receiver(handler, router, max_body=MAX_BODY))
    add = _as_coroutine if coroutines else _as_it_is

    def note(event: Event) -> None:
        subject.seen.append(event.raw)

    def fulfil(event: Track[Order]) -> None:
        assert isinstance(event.properties.order_id, str)

    def make(error: Exception) -> Callable[[Track[Any]], None]:
        def fail(event: Track[Any]) -> None:
            raise error

        return fail

    router.on_any(add(note))
    router.on_track("Order Completed")(add(fulfil))
    for name, error in RAISED.items():
        router.on_track(name)(add(make(error)))
    return subject


def _as_it_is(function: Callable[[Any], None]) -> Callable[[Any], Any]:
    return function


def _as_coroutine(function: Callable[[Any], None]) -> Callable[[Any], Any]:
    async def handler(event: Any) -> None:
        function(event)

    handler.__annotations__ = function.__annotations__
    return handler
