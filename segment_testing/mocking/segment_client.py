"""The client of segment_hooks: `SegmentClient("write-key", transport=FakeTransport(segment))`, or the async one."""

from __future__ import annotations

import time
from urllib.parse import unquote, urlsplit

from segment_hooks import Headers
from segment_hooks.client import HttpAnswer, HttpRequest, TransportError
from segment_testing.fake.wire import FakeRequest
from segment_testing.mocking.carrying import Arrival, Carrier, Handles, Trouble

_CODES = {Trouble.LATE: "read_timeout", Trouble.RESET: "connection_reset", Trouble.CUT: "incomplete_read"}


class FakeTransport:
    """Answers every request of a client, to whatever host, from `api`; for threads and for asyncio.

    `wait`: let the time of a slow reply really pass. `patience`: seconds after which the client gives up on a reply;
    without `wait` it does so at once.
    """

    def __init__(self, api: Handles, *, wait: bool = False, patience: float = 10.0) -> None:
        self._carrier = Carrier(api, wait=wait)
        self._patience = patience

    @property
    def delays(self) -> list[float]:
        """By how many seconds each reply so far was held back, or would have been."""
        return self._carrier.delays

    def send(self, request: HttpRequest) -> HttpAnswer:
        """For a `SegmentClient`."""
        arrival = self._carry(request)
        if arrival.wait:
            time.sleep(arrival.wait)
        return _answer(arrival)

    async def send_async(self, request: HttpRequest) -> HttpAnswer:
        """For an `AsyncSegmentClient`."""
        arrival = self._carry(request)
        if arrival.wait:
            import asyncio

            await asyncio.sleep(arrival.wait)
        return _answer(arrival)

    def close(self) -> None:
        """There is no connection."""

    async def aclose(self) -> None:
        """There is no connection."""

    def forget(self) -> None:
        """There is no connection."""

    def _carry(self, request: HttpRequest) -> Arrival:
        target = urlsplit(request.url)
        asked = FakeRequest("POST", unquote(target.path) or "/", Headers(request.headers), request.body, target.query)
        return self._carrier.carry(asked, patience=self._patience)


def _answer(arrival: Arrival) -> HttpAnswer:
    if arrival.trouble is not None:
        raise TransportError(_CODES[arrival.trouble])
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in arrival.headers}
    return HttpAnswer(arrival.status, headers, arrival.body)
