"""The fake as an ASGI app: bytes in, `TrackingAPI.handle`, bytes out.

Every path goes straight to the core, but for the page at `/` and those below `/_fake/`, of which `control` has the
routes. Of a body over the limit no more is read than shows that it is. What a `Reply` asks of its connection is done in
`delivery`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, TypeAlias

from starlette.applications import Starlette

from segment_hooks import Headers
from segment_testing.fake.control import PREFIX, control_routes
from segment_testing.fake.core import TrackingAPI
from segment_testing.fake.delivery import deliver
from segment_testing.fake.guard import Guarded
from segment_testing.fake.page import PAGE, page_routes
from segment_testing.fake.stream import LiveStream
from segment_testing.fake.wire import FakeRequest

Message: TypeAlias = MutableMapping[str, Any]
Scope: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]


class FakeApp(Starlette):
    """An ASGI 3 application around a `TrackingAPI`; runs by itself under any ASGI server, and mounts in other apps.

    `control`: whether it has the page at `/`, and the endpoints below `/_fake/` with which another process reads,
    resets and troubles it. `any_host`: whether these are reached over loopback under any name too, see `guard`.
    """

    def __init__(self, api: TrackingAPI, *, control: bool = True, any_host: bool = False) -> None:
        self.api = api
        self._control = control
        self._stream = LiveStream(api.ledger, api.deliveries, plan=api.settings.tracking_plan)
        super().__init__(routes=[*page_routes(), *control_routes(api, self._stream)] if control else [])
        self._guarded = Guarded(super().__call__, any_host=any_host)

    def open(self) -> None:
        """Take it up again, after `close`."""
        self._stream.open()

    def close(self) -> None:
        """End what would go on for as long as a client listens, so that a server can stop. From any thread."""
        self._stream.close()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One connection, as ASGI has it."""
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        path: str = scope["path"].removeprefix(scope.get("root_path", ""))
        if path == PREFIX or path.startswith(f"{PREFIX}/"):
            # a slash at its end makes no difference here, but would to Starlette
            await self._guarded({**scope, "path": scope["path"].rstrip("/")}, receive, send)
            return
        if path == "/" and self._control and scope["method"] in ("GET", "HEAD"):
            await self._guarded({**scope, "path": scope.get("root_path", "") + PAGE}, receive, send)
            return
        body = await _read(receive, self.api.settings.limits.request)
        if body is None:
            return
        request = FakeRequest(
            scope["method"],
            path,
            Headers.from_asgi(scope["headers"]),
            body,
            scope["query_string"].decode("latin-1"),
            scope.get("scheme", "http"),
        )
        await deliver(self.api.handle(request), scope, receive, send)


def fake_app(api: TrackingAPI) -> FakeApp:
    """The fake around `api` as an ASGI app."""
    return FakeApp(api)


async def _read(receive: Receive, limit: int) -> bytes | None:
    """The body, or more than `limit` bytes of its beginning; None where the client has gone away."""
    message = await receive()
    if message["type"] == "http.disconnect":
        return None
    body: bytes = message.get("body", b"")
    if not message.get("more_body"):
        return body
    chunks, size = [body], len(body)
    while message.get("more_body") and size <= limit:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        chunks.append(message.get("body", b""))
        size += len(chunks[-1])
    return b"".join(chunks)
