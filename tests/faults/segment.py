"""Segment as it delivers: batches made up anew for every try, duplicates, and acknowledgements that get lost."""

from __future__ import annotations

import asyncio
import random
from collections import Counter, deque
from collections.abc import Callable

import httpx
import msgspec

from segment_hooks import sign

_FAILURES = (httpx.TransportError, OSError)


class Sent(msgspec.Struct):
    """What it took."""

    requests: int = 0
    answers: Counter[str] = msgspec.field(default_factory=Counter)
    """By status, or `lost connection`."""
    redelivered: int = 0
    """Events that were delivered again although they had been answered with success."""


class Segment:
    """Delivers `events` numbered events to `url` until all have been acknowledged."""

    def __init__(self, url: str, secret: str, events: int, rand: random.Random, *, largest: int = 40) -> None:
        self._url = url
        self._secret = secret
        self._rand = rand
        self._largest = largest
        self._pending = deque(range(events))
        self._sending = 0
        self.sent = Sent()

    @property
    def left(self) -> int:
        """Events that have not been acknowledged."""
        return len(self._pending) + self._sending

    async def deliver(self, concurrency: int, over: Callable[[], bool]) -> None:
        """Deliver them all, unless `over` says that it has taken too long."""
        limits = httpx.Limits(max_connections=concurrency, max_keepalive_connections=concurrency)
        async with httpx.AsyncClient(timeout=10, limits=limits) as client, asyncio.TaskGroup() as tasks:
            for _ in range(concurrency):
                tasks.create_task(self._send(client, over))

    async def _send(self, client: httpx.AsyncClient, over: Callable[[], bool]) -> None:
        while self.left and not over():
            if not self._pending:
                await asyncio.sleep(0.01)
                continue
            size = self._rand.choice((1, self._rand.randint(1, self._largest)))
            batch = [self._pending.popleft() for _ in range(min(size, len(self._pending)))]
            self._rand.shuffle(batch)
            self._sending += len(batch)
            delivered = await self._post(client, batch)
            self._sending -= len(batch)
            if not delivered:
                self._again(batch)
                await asyncio.sleep(self._rand.uniform(0.01, 0.2))
            elif self._rand.random() < 0.05:  # the acknowledgement got lost, or it is just delivered twice
                self.sent.redelivered += len(batch)
                self._again(batch)

    def _again(self, batch: list[int]) -> None:
        for number in batch:
            place = self._rand.randint(0, len(self._pending))
            self._pending.insert(place, number)

    async def _post(self, client: httpx.AsyncClient, batch: list[int]) -> bool:
        events = [
            b'{"type":"track","event":"Order Completed","messageId":"m-%d","userId":"u-%d",'
            b'"properties":{"order_id":"o-%d"}}' % (number, number % 97, number)
            for number in batch
        ]
        body = events[0] if len(events) == 1 else b"[" + b",".join(events) + b"]"
        headers = {"x-signature": sign(self._secret, events[0]), "content-type": "application/json"}
        self.sent.requests += 1
        try:
            answer = await client.post(self._url, content=body, headers=headers)
        except _FAILURES:
            self.sent.answers["lost connection"] += 1
            return False
        self.sent.answers[str(answer.status_code)] += 1
        return answer.is_success
