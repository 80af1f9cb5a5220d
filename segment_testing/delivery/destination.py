"""A webhook destination, as set up in Segment: events → the exact requests that it makes.

Held byte for byte against requests that Segment's own published destinations made (`tests/data/webhooks.jsonl`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any

import msgspec

from segment_hooks import ConfigurationError, Event
from segment_testing import javascript
from segment_testing.delivery.making import RequestMaker
from segment_testing.delivery.request import WebhookRequest


class Product(StrEnum):
    """Which of Segment's destinations delivers."""

    WEBHOOK = "webhook"
    """Webhooks (Actions)."""
    AUDIENCES = "webhook-audiences"
    """Webhooks for audiences: with `extras`, which are not signed."""
    EXTENSIBLE = "webhook-extensible"
    """The extensible webhook: with authorization, with forms, and batches whose elements are wrapped."""
    CLASSIC = "webhooks"
    """The first generation: no batches, another user agent."""


class Signing(StrEnum):
    """What the signature is made over, and where it stands."""

    TODAY = "today"
    """`X-Signature` over a single event, or over the first of a batch."""
    PROPOSED = "proposed"
    """`X-Segment-Signature` over the whole body, as in a change that Segment has not released."""


class Destination(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of a destination.

    `secret`: the shared secret; None where none is set. `headers`: those that the user mapped, names in any case.
    `batch_size`: up to how many events go into one request; 0 for none, so that bodies are single objects (Segment's
    own limit is 4,000). `extras`: keys that an audience appends to each event. `authorization`: the whole value of that
    header, for the extensible webhook. `host` and `target`: where to, as they stand in the request.
    Raises `ConfigurationError` for settings with which Segment would deliver nothing.
    """

    secret: str | bytes | None = None
    method: str = "POST"
    headers: Mapping[str, str] = {}
    batch_size: int = 0
    product: Product = Product.WEBHOOK
    signing: Signing = Signing.TODAY
    extras: Mapping[str, Any] = {}
    authorization: str | None = None
    host: str = "127.0.0.1"
    target: str = "/"

    def __post_init__(self) -> None:
        if self.method not in ("POST", "PUT", "PATCH"):
            raise ConfigurationError(f"Segment sends POST, PUT or PATCH, not {self.method!r}")
        if not 0 <= self.batch_size <= 4000:
            raise ConfigurationError(f"batch_size is 0 (no batches) to 4000, Segment's limit, not {self.batch_size!r}")
        for name, value in self.headers.items():
            if not f"{name}{value}".isascii():
                raise ConfigurationError(
                    f"the header {name!r} is not all ASCII: Segment would discard every event, as "
                    "PAYLOAD_VALIDATION_FAILED"
                )
        if self.secret is not None and not self.secret:
            raise ConfigurationError("the shared secret is empty: leave it out for a destination without one")

    def __repr__(self) -> str:
        # what differs from the defaults; headers, too, may be credentials
        given = {name: getattr(self, name) for name in self.__struct_fields__}
        changed = {name: value for name, value in given.items() if value != getattr(_DEFAULT, name)}
        hidden = ("secret", "headers", "authorization")
        return f"Destination({', '.join(f'{n}=…' if n in hidden else f'{n}={v!r}' for n, v in changed.items())})"

    def requests(self, events: Iterable[Event | bytes | Mapping[str, Any]]) -> list[WebhookRequest]:
        """The requests that carry `events`, in order, in batches that are as large as they may be."""
        make = RequestMaker(self).make
        texts = [text_of(event) for event in events]
        size = self.batch_size or 1
        return [make(texts[at : at + size]) for at in range(0, len(texts), size)]

    def request(
        self, texts: Sequence[bytes | None], *, secret: str | bytes | None = None, batch: bool | None = None
    ) -> WebhookRequest:
        """The one request that carries the events whose JSON texts these are.

        None stands for an event in which the mapping found no data. `secret`: another one than the destination's.
        `batch`: whether the body is an array; left out, if the destination makes batches.
        """
        return RequestMaker(self).make(texts, secret=secret, batch=batch)


_DEFAULT = Destination()


def text_of(event: Event | bytes | Mapping[str, Any]) -> bytes:
    """The JSON text that Segment would send for an event.

    An `Event` is what has come from Segment, and goes out with the very bytes that it holds. A dict, or JSON text, is
    what goes into Segment: it is written (again) as JavaScript writes it.

    Raises `ConfigurationError` where `event` is none.
    """
    if isinstance(event, Event):
        return event.raw
    if isinstance(event, bytes):
        try:
            return javascript.rewrite(event)
        except ValueError as error:
            raise ConfigurationError(f"an event is the text of a JSON object: {error}") from error
    if isinstance(event, Mapping):
        return javascript.write(dict(event))
    raise ConfigurationError(f"an event is an Event, a dict or the text of a JSON object, not {type(event).__name__}")
