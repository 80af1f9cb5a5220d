"""aiohttp's server: `add_segment_routes(app, "/segment", receiver)`.

The receiver's `max_body` is the limit for the body, instead of the application's `client_max_size` (1 MiB), whose 413
would make Segment throw a large batch away.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from segment_hooks.integrations._missing import missing
from segment_hooks.receiver import METHODS, Receiver
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
        body = await _read(request, receiver.max_body) if request.method in METHODS else b""
        if (request.content_length or 0) > receiver.max_body:
            answer = receiver.check_head(request.method, headers) or receiver.too_large(body[:64])
        else:
            answer = await receiver.receive_async(Request(request.method, headers, body))
        return _answer(answer)

    return segment


def add_segment_routes(app: web.Application, path: str, receiver: Receiver) -> None:
    """Answer at `path` of `app`, with and without a slash at its end. `path`: such as `/segment`."""
    bare, handler = path.rstrip("/"), segment_handler(receiver)
    for each in [bare, f"{bare}/"] if bare else ["/"]:
        app.router.add_route("*", each, handler)


async def _read(request: web.Request, limit: int) -> bytes:
    """The body, or a part of it that is over `limit`, or the beginning of one that says that it will be."""
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.content.iter_any():
        chunks.append(chunk)
        size += len(chunk)
        if max(size, request.content_length or 0) > limit:
            break
    body = b"".join(chunks)
    return body or await request.read()  # a middleware may have read it, and then aiohttp keeps it there


def _answer(response: Response) -> web.Response:
    return web.Response(body=response.body, status=response.status, headers=CIMultiDict(response.text_headers()))
