"""Requests to the fake and its replies, as plain values: who carries bytes to the core makes the one and acts on the
other."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from segment_hooks import Headers


class FakeRequest(msgspec.Struct, frozen=True):
    """One HTTP request, whole, or cut off somewhere beyond the limit of a body. `path` is decoded, `query` as it stands
    in the URL, without the question mark; `scheme` is `http` or `https`."""

    method: str
    path: str
    headers: Headers = msgspec.field(default_factory=Headers)
    body: bytes = b""
    query: str = ""
    scheme: str = "http"


class Ending(StrEnum):
    """What becomes of the connection."""

    WHOLE = "whole"
    """The reply is sent to its end."""
    HALF = "half"
    """The headers, with the length of all of it, and half of the body are sent, then the connection is closed."""
    RESET = "reset"
    """Nothing is sent, the connection is reset."""


class Reply(msgspec.Struct, frozen=True):
    """One HTTP answer, and how badly it is to be delivered. Header names are lower case; `content-length` is left to
    whoever sends it."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...] = ()
    body: bytes = b""
    delay: float = 0.0
    """Seconds to wait before the first byte."""
    ending: Ending = Ending.WHOLE
