"""aiohttp's server: `add_segment_routes(app, "/segment", receiver)`.

The receiver's `max_body` is the limit for the body, instead of the application's `client_max_size` (1 MiB), whose 413
would make Segment throw a large batch away.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from segment_hooks.integrations._missing import missing
from segment_hooks.problems import INCOMPLETE
from segment_hooks.receiver import Receiver
from segment_hooks.wire import Headers, Request, Response

try:
    from aiohttp import web
    from multidict import CIMultiDict
except ImportError as error:
    raise missing("aiohttp", "aiohttp") from error


def segment_handler(receiver: Receiver) -> Callable[[web.Request], Awaitable[web.Response]]:
    """A handler that answers Segment's webhooks, whatever the path."""

    async def segment(request: web.Request) -> web.Response:
        headers = Headers(request.raw_headers)
        return _answer(receiver.check_head(request.method, headers) or await _receive(receiver, request, headers))

    return segment


def add_segment_routes(app: web.Application, path: str, receiver: Receiver) -> None:
    """Answer at `path` of `app`, with and without a slash at its end. `path`: such as `/segment`."""
    bare, handler = path.rstrip("/"), segment_handler(receiver)
    for each in [bare, f"{bare}/"] if bare else ["/"]:
        app.router.add_route("*", each, handler)


async def _receive(receiver: Receiver, request: web.Request, headers: Headers) -> Response:
    chunks: list[bytes] = []
    size = 0
    try:
        async for chunk in request.content.iter_any():
            chunks.append(chunk)
            size += len(chunk)
            if max(size, request.content_length or 0) > receiver.max_body:
                return receiver.too_large(b"".join(chunks)[:64])
        # a middleware may have read it all, and then aiohttp keeps it there
        body = b"".join(chunks) or await request.read()
    except (OSError, web.RequestPayloadError):
        return INCOMPLETE
    return await receiver.receive_async(Request(request.method, headers, body))


def _answer(response: Response) -> web.Response:
    return web.Response(body=response.body, status=response.status, headers=CIMultiDict(response.text_headers()))
