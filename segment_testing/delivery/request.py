"""One delivery as it goes over the wire: the plain value that everything about deliveries shares."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import msgspec

from segment_hooks import Event, Headers, Parsed, Request, parse


@lru_cache(maxsize=256)
def _lower(name: str) -> bytes:
    return name.lower().encode("latin-1")


Pairs = tuple[tuple[str, str], ...]


class WebhookRequest(msgspec.Struct, frozen=True):
    """A request of Segment's, or one that claims to be.

    `headers` are pairs in the order and the case in which they are sent; `target` is the path with the query.
    """

    method: str
    headers: Pairs
    body: bytes
    target: str = "/"

    @property
    def signature(self) -> str | None:
        """The value of `X-Signature`, or of the header that is to follow it; None where the request is not signed."""
        for name in ("x-signature", "x-segment-signature"):
            value = self.header(name)
            if value is not None:
                return value
        return None

    def header(self, name: str) -> str | None:
        """The first value of a header, whatever the case of its name."""
        name = name.lower()
        return next((value for found, value in self.headers if found.lower() == name), None)

    def parsed(self) -> Parsed:
        """What the body holds, signed or not. Raises `PayloadError` where it cannot be read."""
        return parse(self.body)

    @property
    def events(self) -> list[Event]:
        """The events in the body. Raises `PayloadError` where it cannot be read."""
        return self.parsed().events

    def as_request(self) -> Request:
        """The same for `Receiver.receive` and `Receiver.accept`."""
        return Request(self.method, Headers.from_asgi(self.raw_headers()), self.body)

    def raw_headers(self) -> list[tuple[bytes, bytes]]:
        """The headers as ASGI has them: bytes, the names in lower case."""
        return [(_lower(name), value.encode("latin-1")) for name, value in self.headers]

    def __repr__(self) -> str:
        return f"WebhookRequest({self.method!r}, {len(self.headers)} headers, {len(self.body)} bytes, {self.target!r})"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:  # noqa: ARG002  # IPython's protocol
        # in full, and so that it can be pasted: this is what a failed property test shows
        printer.text(
            f"WebhookRequest(\n    {self.method!r},\n    {self.headers!r},\n    {self.body!r},\n    {self.target!r},\n)"
        )
