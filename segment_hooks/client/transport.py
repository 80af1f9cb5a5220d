"""The seam between the client and the network: one HTTP request as a plain value out, one answer or error back.

A transport of your own needs the methods below and nothing else. A client uses it for one request at a time.
"""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import msgspec

LONGEST_ANSWER = 64 * 1024
"""Bytes of an answer's body that are read. Segment's have some twenty; a proxy's page of excuses may have more."""


class HttpRequest(msgspec.Struct, frozen=True):
    """A POST. `url` is whole; names of headers are in lower case."""

    url: str
    headers: dict[str, str]
    body: bytes

    def __repr__(self) -> str:
        return f"HttpRequest({self.url!r}, {len(self.body)} bytes)"  # headers hold credentials


class HttpAnswer(msgspec.Struct, frozen=True):
    """The answer to it. Names of headers are in lower case; of the body the beginning is enough."""

    status: int
    headers: dict[str, str] = {}
    body: bytes = b""


class TransportError(Exception):
    """There was no answer, or only a part of one. `code`: what happened, in a short word such as `timeout`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@runtime_checkable
class Transport(Protocol):
    """What `SegmentClient` sends with, from its own thread."""

    def send(self, request: HttpRequest) -> HttpAnswer:
        """Send it, wait for the answer, and raise `TransportError` where there is none. Redirects are not followed."""
        ...

    def close(self) -> None:
        """Let go of the connections. A later `send` opens new ones."""
        ...

    def forget(self) -> None:
        """In the child of a fork: drop the connections without a word, since they are still the parent's."""
        ...


@runtime_checkable
class AsyncTransport(Protocol):
    """What `AsyncSegmentClient` sends with, from its event loop."""

    async def send_async(self, request: HttpRequest) -> HttpAnswer:
        """As `Transport.send`."""
        ...

    async def aclose(self) -> None:
        """As `Transport.close`."""
        ...

    def forget(self) -> None:
        """As `Transport.forget`; also where the event loop has been replaced by another."""
        ...
