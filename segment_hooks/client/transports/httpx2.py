"""Sending with httpx2: `pip install "segment-hooks[httpx2]"`."""

from __future__ import annotations

from typing import Any

from segment_hooks.client.transports._httpx_like import TIMEOUT, AsyncClient, SyncClient

try:
    import httpx2
except ImportError as error:
    raise ImportError('this transport needs httpx2: pip install "segment-hooks[httpx2]"', name="httpx2") from error


class Httpx2Transport(SyncClient):
    """For `SegmentClient(…, transport=Httpx2Transport())`.

    `options`: those of `httpx2.Client`, such as `proxy`, `verify`, `timeout` (10 seconds if left out), `http2` or
    `transport`. The client is made when it is needed, and again in the child of a fork.
    """

    def __init__(self, **options: Any) -> None:
        options.setdefault("timeout", TIMEOUT)
        super().__init__(lambda: httpx2.Client(**options), httpx2.HTTPError)


class AsyncHttpx2Transport(AsyncClient):
    """For `AsyncSegmentClient(…, transport=AsyncHttpx2Transport())`.

    `options`: those of `httpx2.AsyncClient`; see `Httpx2Transport`.
    """

    def __init__(self, **options: Any) -> None:
        options.setdefault("timeout", TIMEOUT)
        super().__init__(lambda: httpx2.AsyncClient(**options), httpx2.HTTPError)
