"""Sending with httpx, which respx can mock: `pip install "segment-hooks[httpx]"`."""

from __future__ import annotations

from typing import Any

from segment_hooks.client.transports._httpx_like import TIMEOUT, AsyncClient, SyncClient

try:
    import httpx
except ImportError as error:
    raise ImportError('this transport needs httpx: pip install "segment-hooks[httpx]"', name="httpx") from error


class HttpxTransport(SyncClient):
    """For `SegmentClient(…, transport=HttpxTransport())`.

    `options`: those of `httpx.Client`, such as `proxy`, `verify`, `timeout` (10 seconds if left out), `http2` or
    `transport`. The client is made when it is needed, and again in the child of a fork.
    """

    def __init__(self, **options: Any) -> None:
        options.setdefault("timeout", TIMEOUT)
        super().__init__(lambda: httpx.Client(**options), httpx.HTTPError)


class AsyncHttpxTransport(AsyncClient):
    """For `AsyncSegmentClient(…, transport=AsyncHttpxTransport())`.

    `options`: those of `httpx.AsyncClient`; see `HttpxTransport`.
    """

    def __init__(self, **options: Any) -> None:
        options.setdefault("timeout", TIMEOUT)
        super().__init__(lambda: httpx.AsyncClient(**options), httpx.HTTPError)
