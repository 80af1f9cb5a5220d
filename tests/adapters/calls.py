"""A request and its answer as plain values: what every driver in this folder takes and gives."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

from segment_hooks import Headers, Receiver, Request, sign

SECRET = "s3cr3t-shared"
PATH = "/hooks/segment"
_VECTORS = Path(__file__).parent.parent / "data" / "webhooks.jsonl"
# what the connection has to do with, and not the request
_HOP = {"connection", "host", "content-length"}


@dataclass(frozen=True)
class Call:
    """One request. `streamed`: the body comes in pieces, and nothing says beforehand how long it is."""

    method: str = "POST"
    headers: tuple[tuple[bytes, bytes], ...] = ()
    body: bytes = b""
    streamed: bool = False
    path: str = PATH

    def at(self, path: str) -> Call:
        """The same request for another path."""
        return replace(self, path=path)

    def pieces(self) -> list[bytes]:
        """The body as it comes in."""
        if not self.streamed:
            return [self.body]
        size = len(self.body) // 5 + 1
        return [self.body[start : start + size] for start in range(0, len(self.body), size)] or [b""]

    def framed(self) -> list[tuple[bytes, bytes]]:
        """The headers with the one that says where the body ends."""
        if self.streamed:
            return [*self.headers, (b"transfer-encoding", b"chunked")]
        if not self.body and self.method in {"GET", "HEAD", "OPTIONS"}:
            return list(self.headers)
        return [*self.headers, (b"content-length", b"%d" % len(self.body))]


@dataclass(frozen=True)
class Answer:
    """What came back, with the headers that matter."""

    status: int
    content_type: str | None
    retry_after: str | None
    allow: str | None
    body: bytes

    @classmethod
    def of(cls, status: int, headers: Iterable[tuple[str, str]], body: bytes) -> Answer:
        """From what a driver got."""
        named = {name.lower(): value for name, value in headers}
        return cls(status, named.get("content-type"), named.get("retry-after"), named.get("allow"), body)


Client: TypeAlias = Callable[[Call], Answer]


def directly(receiver: Receiver, call: Call) -> Answer:
    """The answer that the receiver itself gives: what every adapter must pass on."""
    response = receiver.receive(Request(call.method, Headers(call.headers), call.body))
    return Answer.of(response.status, response.text_headers(), b"" if call.method == "HEAD" else response.body)


def signed(body: bytes, *headers: tuple[bytes, bytes], method: str = "POST", streamed: bool = False) -> Call:
    """A request as Segment makes it; `headers` take the place of its own of the same name."""
    own = {
        b"user-agent": b"Segment (Actions)",
        b"x-signature": sign(SECRET, body).encode(),
        b"content-type": b"application/json",
    }
    kept = [(name, value) for name, value in own.items() if name not in dict(headers)]
    return Call(method, (*kept, *headers), body, streamed)


def recorded() -> dict[str, tuple[Call, str | None, str]]:
    """Every recorded request by its name, with its secret and what its signature covers."""
    vectors = map(json.loads, _VECTORS.read_text("utf-8").splitlines())
    return {
        vector["name"]: (
            Call(
                vector["method"],
                tuple((n.encode(), v.encode()) for n, v in vector["headers"] if n.lower() not in _HOP),
                base64.b64decode(vector["body_base64"]),
            ),
            vector["secret"],
            vector["signed"],
        )
        for vector in vectors
    }
