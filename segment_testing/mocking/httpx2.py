"""httpx2: `client = httpx2.Client(transport=FakeTransport(segment))`, or `httpx2.AsyncClient`.

A client that talks to others too keeps its own transport for them: `httpx2.Client(mounts=mounts(segment))`.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterable, Iterator
from typing import cast

from segment_hooks import Headers
from segment_testing.fake.wire import FakeRequest
from segment_testing.mocking._missing import missing
from segment_testing.mocking.carrying import SEGMENT_HOSTS, Arrival, Carrier, Handles, Trouble, netlocs

try:
    import httpx2
except ImportError as error:
    raise missing("httpx2", "httpx2") from error


class FakeTransport(httpx2.BaseTransport, httpx2.AsyncBaseTransport):
    """Answers every request of a client, to whatever host, from `api`.

    `wait`: let the time of a slow reply really pass. Without it such a reply comes at once, or, where it is slower than
    the client's time-out for reading, raises `httpx2.ReadTimeout` at once.
    """

    def __init__(self, api: Handles, *, wait: bool = False) -> None:
        self._carrier = Carrier(api, wait=wait)

    @property
    def delays(self) -> list[float]:
        """By how many seconds each reply so far was held back, or would have been."""
        return self._carrier.delays

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """For a `Client`."""
        stream = cast("httpx2.SyncByteStream", request.stream)
        arrival = self._carry(request, b"".join(stream))
        if arrival.wait:
            time.sleep(arrival.wait)
        return _response(arrival)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """For an `AsyncClient`, under asyncio as under trio."""
        stream = cast("httpx2.AsyncByteStream", request.stream)
        arrival = self._carry(request, b"".join([part async for part in stream]))
        if arrival.wait:
            import anyio  # comes with httpx2

            await anyio.sleep(arrival.wait)
        return _response(arrival)

    def answer(self, request: httpx2.Request) -> httpx2.Response:
        """For a request whose body has been read, without ever waiting: what `httpx2.MockTransport` can call."""
        return _response(self._carry(request, request.content))

    def _carry(self, request: httpx2.Request, body: bytes) -> Arrival:
        return self._carrier.carry(
            FakeRequest(
                method=request.method,
                path=request.url.path,
                headers=Headers(request.headers.raw),
                body=body,
                query=request.url.query.decode("ascii"),
                scheme=request.url.scheme,
            ),
            patience=request.extensions.get("timeout", {}).get("read"),
        )


def mounts(
    api: Handles, *, hosts: Iterable[str] = SEGMENT_HOSTS, wait: bool = False
) -> dict[str, httpx2.BaseTransport | None]:
    """For the `mounts` of a client: what goes to `hosts` is answered from `api`, the rest goes its usual way."""
    transport = FakeTransport(api, wait=wait)
    return {f"all://{netloc}": transport for netloc in netlocs(hosts)}


class _Cut(httpx2.SyncByteStream, httpx2.AsyncByteStream):
    """A body that ends before its end."""

    def __init__(self, arrival: Arrival) -> None:
        self._arrival = arrival

    def __iter__(self) -> Iterator[bytes]:
        yield self._arrival.body
        raise httpx2.RemoteProtocolError(self._arrival.complaint)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for part in self:
            yield part


def _response(arrival: Arrival) -> httpx2.Response:
    if arrival.trouble is Trouble.LATE:
        raise httpx2.ReadTimeout("timed out")
    if arrival.trouble is Trouble.RESET:
        raise httpx2.ReadError("Connection reset by peer")
    return httpx2.Response(
        arrival.status,
        headers=arrival.headers,
        stream=_Cut(arrival) if arrival.trouble is Trouble.CUT else httpx2.ByteStream(arrival.body),
        extensions={"http_version": b"HTTP/1.1"},
    )
