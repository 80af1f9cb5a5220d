"""The ASGI adapter: mounts in anything that speaks ASGI, and runs by itself under any ASGI server."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, TypeAlias

from segment_hooks.receiver import METHODS, Receiver
from segment_hooks.wire import Headers, Request, Response

Message: TypeAlias = MutableMapping[str, Any]
Scope: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]


class SegmentASGIApp:
    """An ASGI 3 application around a `Receiver`. Every path is taken: where it is mounted decides.

    The body is held against the receiver's limit while it streams in; a client that goes away gets no answer and no
    handler runs. Answers GET and HEAD for health checks.
    """

    def __init__(self, receiver: Receiver) -> None:
        self.receiver = receiver

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One connection, as ASGI has it."""
        if scope["type"] == "http":
            response = await self._respond(scope, receive)
            if response is not None:
                await send({"type": "http.response.start", "status": response.status, "headers": response.headers})
                body = b"" if scope["method"] == "HEAD" else response.body
                await send({"type": "http.response.body", "body": body})
        elif scope["type"] == "lifespan":
            await _live(receive, send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1000})

    async def _respond(self, scope: Scope, receive: Receive) -> Response | None:
        receiver, method = self.receiver, scope["method"]
        headers = Headers.from_asgi(scope["headers"])
        if method not in METHODS:
            return receiver.check_head(method, headers)
        message = await receive()
        body: bytes = message.get("body", b"")
        if message["type"] == "http.disconnect":
            return None
        if message.get("more_body"):
            declared = headers.get(b"content-length") or b"0"
            if declared.isdigit() and len(declared) < 20 and int(declared) > receiver.max_body:
                return receiver.check_head(method, headers) or receiver.too_large(body[:64])
            chunks, size = [body], len(body)
            while message.get("more_body") and size <= receiver.max_body:
                message = await receive()
                if message["type"] == "http.disconnect":
                    return None
                chunks.append(message.get("body", b""))
                size += len(chunks[-1])
            body = b"".join(chunks)
        return await receiver.receive_async(Request(method, headers, body))


async def _live(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
