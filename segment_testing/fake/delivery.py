"""A `Reply` onto an ASGI connection: whole or half, at once or late, or not at all.

ASGI has no word for ending a connection, so `server` puts the connection itself into the scope. Where it is not there,
under another ASGI server or in process, an answer that breaks off is an exception of the app.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, MutableMapping
from email.utils import formatdate
from functools import lru_cache
from typing import Any, Protocol

from segment_testing.fake.wire import Ending, Reply

EXTENSION = "segment_testing.connection"


class Connection(Protocol):
    """What the server lets the app do to a connection."""

    def close(self) -> None:
        """End it once all that was sent has gone out."""

    def reset(self) -> None:
        """End it now, so that the other side sees a reset."""


Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


async def deliver(reply: Reply, scope: Message, receive: Receive, send: Send) -> None:
    """Send `reply` in the way that it asks for."""
    if reply.delay and await _goes_away(receive, reply.delay):
        return
    if reply.ending is Ending.RESET:
        await _end(scope, receive, "reset")
        return
    headers = list(reply.headers)
    if not any(name == b"date" for name, _ in headers):
        headers.append((b"date", _date(int(time.time()))))
    if reply.status != 204:  # RFC 9110, 8.6
        headers.append((b"content-length", str(len(reply.body)).encode()))
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    body = b"" if scope["method"] == "HEAD" else reply.body
    if reply.ending is Ending.HALF and body:
        await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})
        await _end(scope, receive, "close")
        return
    await send({"type": "http.response.body", "body": body})


async def _goes_away(receive: Receive, seconds: float) -> bool:
    """Wait; whether the client has given up before the time was over."""
    import anyio

    with anyio.move_on_after(seconds):
        await _gone(receive)
        return True
    return False


async def _end(scope: Message, receive: Receive, how: str) -> None:
    connection: Connection | None = scope.get("extensions", {}).get(EXTENSION)
    if connection is None:
        raise ConnectionResetError("a fault ends this connection without an answer, or with half of one")
    if how == "reset":
        connection.reset()
    else:
        connection.close()
    await _gone(receive)  # an app that returns earlier has failed, for the server


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


@lru_cache(maxsize=1)
def _date(second: int) -> bytes:
    return formatdate(second, usegmt=True).encode()
