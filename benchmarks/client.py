"""Sending: what a call costs its caller, and what an event costs the process, against peers and the same by hand.

The floor by hand is what one would write for one service that sends one kind of event and trusts its values: a struct
of msgspec's, an id of `os.urandom`, a deque, and one thread that sends what is queued with `http.client`, in batches
within Segment's limits. It checks nothing, retries nothing, bounds nothing and loses what is queued when the process
ends.
"""

from __future__ import annotations

import asyncio
import http.client
import importlib.util
import logging
import os
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import partial
from tempfile import TemporaryDirectory
from typing import Any

import msgspec

from benchmarks.harness import Table, compare, measure, rotations
from benchmarks.sink import sink, taken
from segment_hooks.client import AsyncSegmentClient, HttpAnswer, HttpRequest, HttpTransport, SegmentClient
from segment_hooks.client.transports.aiohttp import AiohttpTransport
from segment_hooks.client.transports.httpx import HttpxTransport
from segment_hooks.client.transports.httpx2 import Httpx2Transport

OURS = "segment_hooks"
FLOOR = "floor: by hand"
REACH_HANDOVER, REACH_WHOLE = 0.8, 1.5
ROUNDS = 100
EVENTS = 2_000
"""In each round of the second table."""
MAX_BYTES = 475_000

PROPERTIES: dict[str, Any] = {
    "order_id": "50314b8e9bcf0001",
    "revenue": 19.99,
    "currency": "EUR",
    "items": 3,
    "coupon": None,
    "shipping": "express",
}
LIBRARY = {"library": {"name": "by hand", "version": "1"}}

Track = Callable[[str], object]
"""Makes one track call for that user."""


class Event(msgspec.Struct, rename="camel", tag_field="type", tag="track", gc=False):
    """The floor's."""

    message_id: str
    timestamp: datetime
    user_id: str
    event: str
    properties: dict[str, Any]
    context: dict[str, Any]


class ByHand:
    """See the module."""

    def __init__(self, port: int | None) -> None:
        self.queue: deque[bytes] = deque()
        self._encode = msgspec.json.Encoder().encode
        self._port = port
        self._changed = threading.Condition()
        self._busy = self._over = False
        self._thread = threading.Thread(target=self._run)
        if port is not None:
            self._thread.start()

    def track(self, user_id: str, event: str, properties: dict[str, Any]) -> None:
        """One call."""
        queue = self.queue
        queue.append(self._encode(Event(os.urandom(16).hex(), datetime.now(UTC), user_id, event, properties, LIBRARY)))
        if len(queue) == 100:
            with self._changed:
                self._changed.notify_all()

    def send(self, count: int) -> None:
        """So many calls, and then wait until all are sent."""
        for number in range(count):
            self.track(f"user-{number}", "Order Completed", PROPERTIES)
        with self._changed:
            self._changed.notify_all()
            self._changed.wait_for(lambda: not self.queue and not self._busy)

    def close(self) -> None:
        """When all is sent."""
        self._over = True
        with self._changed:
            self._changed.notify_all()
        self._thread.join()

    def _run(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self._port or 0)
        headers = {"content-type": "application/json", "authorization": "Basic d2s6"}
        while not self._over:
            with self._changed:
                self._busy = False
                self._changed.notify_all()
                if len(self.queue) < 100:
                    self._changed.wait(0.5)
                self._busy = True
            size, events = 0, list[bytes]()
            while self.queue and len(events) < 2_500 and size < MAX_BYTES:
                events.append(self.queue.popleft())
                size += len(events[-1])
            if events:
                sent_at = self._encode(datetime.now(UTC))
                body = b'{"batch":[%b],"sentAt":%b,"writeKey":"wk"}' % (b",".join(events), sent_at)
                connection.request("POST", "/v1/batch", body, headers)
                connection.getresponse().read()
        connection.close()


# ---- what a call costs its caller


class Stuck:
    """A transport that never gets an answer, so that nothing but the caller is at work."""

    def __init__(self) -> None:
        self.over = threading.Event()

    def send(self, _: HttpRequest) -> HttpAnswer:
        """See `Transport.send`."""
        self.over.wait()
        return HttpAnswer(200)

    def close(self) -> None:
        """See `Transport.close`."""

    def forget(self) -> None:
        """See `Transport.forget`."""


def _hand_over() -> tuple[dict[str, Callable[[int], None]], Callable[[], None]]:
    by_hand = ByHand(None)
    stuck = Stuck()
    ours = SegmentClient("wk", transport=stuck, flush_at=1, max_queue=10**9)
    ours.event.track(user_id="u", event="first")
    time.sleep(0.1)  # now its thread waits for an answer, and the queue is all there is

    def floor(count: int) -> None:
        track = by_hand.track
        for _ in range(count):
            track("user-1", "Order Completed", PROPERTIES)
        by_hand.queue.clear()

    def segment_hooks(count: int) -> None:
        track = ours.event.track
        for _ in range(count):
            track(user_id="user-1", event="Order Completed", properties=PROPERTIES)
        ours._core.batcher.queue.clear()

    contenders = {FLOOR: floor, OURS: segment_hooks}
    for name, make in _peers().items():
        contenders[name] = _peer_hand_over(make)

    def end() -> None:
        stuck.over.set()
        ours.close(0)

    return contenders, end


def _peer_hand_over(make: Callable[..., Any]) -> Callable[[int], None]:
    client = make(thread=0, max_queue_size=10**9)  # no consumer, so that nothing but the caller is at work
    client.consumers = []

    def work(count: int) -> None:
        for _ in range(count):
            accepted, _message = client.track("user-1", "Order Completed", PROPERTIES)
            if not accepted:
                raise RuntimeError("an event was not accepted")
        client.queue.queue.clear()

    return work


def _peers() -> dict[str, Callable[..., Any]]:
    """Peers that are installed → how their client is made."""
    found: dict[str, Callable[..., Any]] = {}
    if importlib.util.find_spec("segment"):
        from segment.analytics.client import Client

        found["segment-analytics-python"] = lambda **options: Client("wk", **options)
    if importlib.util.find_spec("rudderstack"):
        from rudderstack.analytics.client import Client as Rudder

        # it compresses unless told not to, and the others do not
        found["rudder-sdk-python"] = lambda **options: Rudder("wk", gzip=False, **options)
    return found


# ---- what an event costs the process

Work = Callable[[int], object]
"""Makes so many calls, and waits until all of them are delivered."""


def _whole(port: int, ends: ExitStack) -> dict[str, Work]:
    host = f"http://127.0.0.1:{port}"
    by_hand = ByHand(port)
    ends.callback(by_hand.close)
    directory = ends.enter_context(TemporaryDirectory())
    contenders: dict[str, Work] = {FLOOR: by_hand.send}
    for name, client in {
        OURS: SegmentClient("wk", host=host, proxy=False),
        "segment_hooks, httpx": SegmentClient("wk", host=host, transport=HttpxTransport()),
        "segment_hooks, httpx2": SegmentClient("wk", host=host, transport=Httpx2Transport()),
        "segment_hooks, SQLite spool": SegmentClient("wk", host=host, proxy=False, spool=directory),
    }.items():
        contenders[name] = partial(_send, ends.enter_context(client))
    loop = asyncio.new_event_loop()
    ends.callback(loop.close)
    for name, transport in {"asyncio": HttpTransport(proxy=False), "asyncio and aiohttp": AiohttpTransport()}.items():
        on_loop = AsyncSegmentClient("wk", host=host, transport=transport)
        ends.callback(lambda client: loop.run_until_complete(client.close()), on_loop)
        contenders[f"segment_hooks, {name}"] = partial(_send_async, loop, on_loop)
    for name, make in _peers().items():
        peer = make(host=host)
        ends.callback(peer.shutdown)
        contenders[name] = partial(_send_by_peer, peer)
    return contenders


def _send(client: SegmentClient, count: int) -> None:
    track = client.event.track
    for number in range(count):
        track(user_id=f"user-{number}", event="Order Completed", properties=PROPERTIES)
    client.flush()


def _send_async(loop: asyncio.AbstractEventLoop, client: AsyncSegmentClient, count: int) -> None:
    async def send() -> None:
        for number in range(count):
            client.event.track(user_id=f"user-{number}", event="Order Completed", properties=PROPERTIES)
            if number % 100 == 99:
                await asyncio.sleep(0)
        await client.flush()

    loop.run_until_complete(send())


def _send_by_peer(client: Any, count: int) -> None:
    for number in range(count):
        client.track(f"user-{number}", "Order Completed", PROPERTIES)
    client.flush()


def run(rounds: int) -> list[Table]:
    """Two tables."""
    logging.disable(logging.CRITICAL)
    contenders, end = _hand_over()
    times = measure(contenders, rounds=rounds, slice_seconds=0.005)
    end()
    tables = [compare("client, hand-over of one event", times, floor=FLOOR, reach={OURS: REACH_HANDOVER})]
    with sink() as port, ExitStack() as ends:
        whole = _measure_whole(_whole(port, ends), port, max(5, rounds // 4))
    note = (
        f"CPU of the whole process for one of {EVENTS} events, from the call until all are delivered, into a sink in "
        "another process. Ratio: time over the floor's time, so less is better."
    )
    tables.append(compare("client, end to end", whole, floor=FLOOR, reach={OURS: REACH_WHOLE}, at_most=True, note=note))
    return tables


def _measure_whole(contenders: dict[str, Work], port: int, rounds: int) -> dict[str, list[float]]:
    times: dict[str, list[float]] = {name: [] for name in contenders}
    for work in contenders.values():
        work(10)  # so that everything is connected
    taken(port)
    for order in rotations(list(contenders), rounds):
        for name in order:
            start = time.process_time()
            contenders[name](EVENTS)
            times[name].append((time.process_time() - start) / EVENTS)
            count = taken(port)
            if count != EVENTS:
                raise RuntimeError(f"{name} delivered {count} of {EVENTS} events")
    return times
