"""`GET /_fake/stream`: calls and rejections as they come, as server-sent events (HTML standard, "Server-sent events").

    event      data                                  when
    call       a call                                Segment would have taken it
    rejection  a rejection                           Segment would have thrown it away, or refused it
    duplicate  a rejection                           its `messageId` had been seen
    reset      {}                                    the fake forgot everything
    missed     {"count": 3}                          so many came, but were no longer kept when their turn came
    delivery   a delivery to a webhook               it begins, or something has become of it

The id of an event is the place after it, which a browser sends as `Last-Event-ID` when it connects again: nothing is
told twice, and nothing is left out that the fake still keeps. A client that has no place yet gets what comes from now
on, or with `?from=start` also all that is kept. Deliveries alone have no place: each is told in its latest state,
whenever that changes, and to a client that comes back, once more.

A place means nothing to another fake, nor to the same program started anew, and may yet look like one of its own. The
header `fake-run` says which one answers.

Nothing is queued for a slow client: each reads on from its own place in the ledger when it has taken what it was sent.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Iterator
from contextlib import suppress
from email.utils import formatdate
from typing import TYPE_CHECKING

import msgspec
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from segment_testing.fake.deliveries import Deliveries
from segment_testing.fake.views import call_json, delivery_json, rejection_json
from segment_testing.news import Mark, News, mark, news
from segment_testing.recording import Ledger

if TYPE_CHECKING:
    from segment_hooks.tracking_plan import TrackingPlan

HEARTBEAT = 15.0
"""Seconds of silence after which a comment is sent: proxies close connections that are silent for longer."""

RETRY = 1_000
"""Milliseconds after which a client is to connect again."""

_HEADERS = [
    (b"content-type", b"text/event-stream"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),  # or nginx keeps the events until there are many
]


class Start(msgspec.Struct, frozen=True):
    """Where a client begins: its place in the ledger, and after which change of a delivery."""

    place: Mark
    change: int = 0


class LiveStream:
    """The stream of one fake, for any number of clients.

    `deliveries`: their log; left out, none are told. `plan`: what calls are held against.
    `heartbeat`: seconds, see `HEARTBEAT`. `run` tells this fake from
    any other. `close()` ends every stream, so that a server can stop without cutting them.
    """

    def __init__(
        self,
        ledger: Ledger,
        deliveries: Deliveries | None = None,
        *,
        plan: TrackingPlan | None = None,
        heartbeat: float = HEARTBEAT,
    ) -> None:
        self.run = secrets.token_hex(8)
        self._ledger = ledger
        self._deliveries = Deliveries() if deliveries is None else deliveries
        self._plan = plan
        self._heartbeat = heartbeat
        self._clients: set[_Client] = set()
        self._closed = False

    @property
    def clients(self) -> int:
        """How many are connected."""
        return len(self._clients)

    def open(self) -> None:
        """Take clients again, after `close`."""
        self._closed = False

    def close(self) -> None:
        """End every stream, and every one that is asked for from now on. From any thread."""
        self._closed = True
        for client in tuple(self._clients):
            client.wake()

    def start(self, request: Request) -> Start:
        """Where the request wants to begin. Raises `ValueError` with what is wrong with it."""
        last_id = request.headers.get("last-event-id")
        if last_id:
            return Start(Mark.parse(last_id))
        start = request.query_params.get("from", "now")
        if start not in ("now", "start"):
            raise ValueError("from is now or start")
        here = mark(self._ledger)
        return Start(here, self._deliveries.changes) if start == "now" else Start(Mark(here.clears))

    async def serve(self, start: Start, scope: Scope, receive: Receive, send: Send) -> None:
        """Send what comes after `start`, until the client goes or the stream is closed."""
        headers = [*_HEADERS, (b"fake-run", self.run.encode()), (b"date", formatdate(usegmt=True).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        if scope["method"] == "HEAD":
            await send({"type": "http.response.body"})
            return
        place, change = start.place, start.change
        client = _Client()
        subscriptions = [log.subscribe(client.wake) for log in (self._ledger, self._deliveries)]
        self._clients.add(client)
        leaving = asyncio.create_task(_until_gone(receive, client))
        try:
            # the place comes first, so that a client that is cut off before the first event comes back to it
            await send(_chunk(b"retry: %d\nid: %b\n\n" % (RETRY, str(place).encode())))
            while not self._over(client):
                came = news(self._ledger, place)
                for event in _events(place, came, self._plan):
                    if self._over(client):
                        break
                    await send(_chunk(event))
                    await asyncio.sleep(0)  # a long ledger must not keep other requests waiting
                place = came.mark
                change, delivered = self._deliveries.since(change)
                for delivery in delivered:
                    if self._over(client):
                        break
                    await send(_chunk(_event("delivery", place, delivery_json(delivery))))
                    await asyncio.sleep(0)
                if not await client.woken(self._heartbeat):
                    await send(_chunk(b": still here\n\n"))
            if not client.gone:
                await send({"type": "http.response.body"})
        except OSError:
            pass  # the client went while something was sent to it
        finally:
            self._clients.discard(client)
            for unsubscribe in subscriptions:
                unsubscribe()
            leaving.cancel()
            with suppress(asyncio.CancelledError):
                await leaving

    def _over(self, client: _Client) -> bool:
        return client.gone or self._closed


class _Client:
    """One connection, and what wakes it: something was recorded, the client went, the stream was closed."""

    def __init__(self) -> None:
        self.gone = False
        self._loop = asyncio.get_running_loop()
        self._something = asyncio.Event()

    def wake(self) -> None:
        """From any thread, that of the loop included."""
        with suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(self._something.set)

    async def woken(self, timeout: float) -> bool:  # noqa: ASYNC109  # the answer is a bool, not an error
        """Wait until woken, or for `timeout` seconds; returns whether woken."""
        try:
            await asyncio.wait_for(self._something.wait(), timeout)
        except TimeoutError:
            return False
        self._something.clear()
        return True


async def _until_gone(receive: Receive, client: _Client) -> None:
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            client.gone = True
            client.wake()
            return


def _events(since: Mark, came: News, plan: TrackingPlan | None) -> Iterator[bytes]:
    """The news as events, each with the place after it."""
    place = Mark(came.mark.clears) if came.cleared else since
    if came.cleared:
        yield _event("reset", place, b"{}")
    # what is missing is the oldest of its kind, so it comes before the rest of it
    calls = came.mark.calls - len(came.calls)
    rejections = came.mark.rejections - len(came.rejections)
    duplicates = came.mark.duplicates - len(came.duplicates)
    if came.missed:
        place = Mark(place.clears, calls, rejections, duplicates)
        yield _event("missed", place, b'{"count":%d}' % came.missed)
    for number, call in enumerate(came.calls, calls + 1):
        place = Mark(place.clears, number, rejections, duplicates)
        yield _event("call", place, call_json(call, plan))
    for number, rejection in enumerate(came.rejections, rejections + 1):
        place = Mark(place.clears, came.mark.calls, number, duplicates)
        yield _event("rejection", place, rejection_json(rejection))
    for number, duplicate in enumerate(came.duplicates, duplicates + 1):
        place = Mark(place.clears, came.mark.calls, came.mark.rejections, number)
        yield _event("duplicate", place, rejection_json(duplicate))


def _event(name: str, place: Mark, data: bytes) -> bytes:
    # what was sent may be written over several lines; a line break within JSON is one between its parts
    lines = b"".join(b"data: %b\n" % line for line in data.splitlines())
    return b"event: %b\nid: %b\n%b\n" % (name.encode(), str(place).encode(), lines)


def _chunk(body: bytes) -> dict[str, object]:
    return {"type": "http.response.body", "body": body, "more_body": True}
