"""A webhook destination, as set up in Segment: events → the exact requests that it makes.

Held byte for byte against requests that Segment's own published destinations made (`tests/data/webhooks.jsonl`). The
order of the headers: the destination's own (`authorization`, `user-agent`, the signature) in alphabetical order; then
those that the user mapped, likewise, where one of the same name replaces the value in its place; then `content-type`;
then what Node.js adds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any, cast
from urllib.parse import urlencode

import msgspec

from segment_hooks import ConfigurationError, Event, Scope, sign
from segment_testing import javascript
from segment_testing.delivery.request import WebhookRequest

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"


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
        signed = "signed" if self.secret else "not signed"
        return f"Destination({self.product.value!r}, {self.method}, batch_size={self.batch_size}, {signed})"

    def requests(self, events: Iterable[Event | bytes | Mapping[str, Any]]) -> list[WebhookRequest]:
        """The requests that carry `events`, in order, in batches that are as large as they may be."""
        texts = [text_of(event) for event in events]
        if not self.batch_size:
            return [self.request([text]) for text in texts]
        return [self.request(texts[at : at + self.batch_size]) for at in range(0, len(texts), self.batch_size)]

    def request(
        self, texts: Sequence[bytes | None], *, secret: str | bytes | None = None, batch: bool | None = None
    ) -> WebhookRequest:
        """The one request that carries the events whose JSON texts these are.

        None stands for an event in which the mapping found no data. `secret`: another one than the destination's.
        `batch`: whether the body is an array; left out, if the destination makes batches.
        """
        batch = self.batch_size > 0 if batch is None else batch
        secret = secret or self.secret
        form = self._mapped("content-type") == FORM and self.product is Product.EXTENSIBLE
        if batch:
            body = self._batch_body(texts, form)
        else:
            (only,) = texts
            body = b"" if only is None else _as_form(only) if form else self._with_extras(only)
        signature = None
        if secret and texts[0] is not None:
            # what is signed is the first event's data, whatever becomes of it in the body
            whole = self.signing is Signing.PROPOSED
            signature = sign(secret, body if whole else texts[0], scope=Scope.BODY)
        content_type = FORM if form and not batch else JSON
        return WebhookRequest(
            self.method, self._headers(signature, content_type if body else None, len(body)), body, self.target
        )

    def _batch_body(self, texts: Sequence[bytes | None], form: bool) -> bytes:
        parts = [text if text is None else self._with_extras(text) for text in texts]
        if self.product is Product.EXTENSIBLE:
            parts = [text if text is None else _wrapped(text, form) for text in parts]
        return b"[" + b",".join(b"null" if part is None else part for part in parts) + b"]"

    def _with_extras(self, text: bytes) -> bytes:
        if not self.extras or self.product is not Product.AUDIENCES:
            return text
        added = javascript.write(dict(self.extras))
        return added if text == b"{}" else text[:-1] + b"," + added[1:]

    def _mapped(self, name: str) -> str | None:
        return next((value for mapped, value in self.headers.items() if mapped.lower() == name), None)

    def _headers(self, signature: str | None, content_type: str | None, length: int) -> tuple[tuple[str, str], ...]:
        if self.product is Product.CLASSIC:
            headers = {"user-agent": "Segment.io/1.0"}
        else:
            headers = {"user-agent": "Segment (Actions)"}
        if self.authorization is not None and self.product is Product.EXTENSIBLE:
            headers = {"authorization": self.authorization, **headers}
        if signature is not None:
            headers["x-signature" if self.signing is Signing.TODAY else "x-segment-signature"] = signature
        if self.signing is Signing.PROPOSED:
            headers = dict(sorted(headers.items()))
        headers |= {name.lower(): value for name, value in sorted(self.headers.items(), key=_lower)}
        if content_type is not None:
            headers["content-type"] = content_type
        given = dict(headers)
        for name, value in (
            ("Accept", "*/*"),
            ("Content-Length", str(length)),
            ("Accept-Encoding", "gzip,deflate"),
            ("Host", self.host),
            ("Connection", "keep-alive"),
        ):
            if name == "Content-Length" and "content-length" in headers:
                given["content-length"] = value
            elif name.lower() not in headers:
                given[name] = value
        return tuple(given.items())


def text_of(event: Event | bytes | Mapping[str, Any]) -> bytes:
    """The JSON text that Segment would send for an event: read, and written again by JavaScript.

    Raises `ConfigurationError` where `event` is none.
    """
    if isinstance(event, Event | bytes):
        try:
            return javascript.rewrite(event if isinstance(event, bytes) else event.raw)
        except ValueError as error:
            raise ConfigurationError(f"an event is the text of a JSON object: {error}") from error
    if isinstance(event, Mapping):
        return javascript.write(dict(event))
    raise ConfigurationError(f"an event is an Event, a dict or the text of a JSON object, not {type(event).__name__}")


def _lower(member: tuple[str, str]) -> str:
    return member[0].lower()


def _wrapped(text: bytes, form: bool) -> bytes:
    return javascript.write({"body": _as_form(text).decode()}) if form else b'{"json":' + text + b"}"


def _as_form(text: bytes) -> bytes:
    """What `URLSearchParams` makes of an object; the values that are no texts as JavaScript turns them into one."""
    from segment_testing.serverside import loads

    form = urlencode([(_text(key), _text(value)) for key, value in loads(text).items()], safe="*")
    return form.replace("~", "%7E").encode()  # Python leaves it alone, the URL standard does not


def _text(value: object) -> str:
    match value:
        case str():
            return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        case dict():
            return "[object Object]"
        case list():
            return ",".join("" if item is None else _text(item) for item in cast("list[object]", value))
        case _:
            return javascript.write(value).decode()
