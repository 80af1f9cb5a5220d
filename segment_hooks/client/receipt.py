"""What a call returns: it can be waited for, awaited, or ignored, and says what became of the event."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import suppress
from enum import StrEnum
from typing import Any

import msgspec

from segment_hooks.client.errors import SegmentError


class ReceiptState(StrEnum):
    """What became of an event."""

    PENDING = "pending"
    """Still to be delivered."""
    DELIVERED = "delivered"
    """Segment has answered that it has the event."""
    REJECTED = "rejected"
    """Segment, or the way there, will not take it; trying again could not help."""
    ABANDONED = "abandoned"
    """Given up: no delivery within the limits for trying again, no room in the queue, or the client was closed."""
    DEFERRED = "deferred"
    """Left to another process: the parent, of a fork; with a spool, the next client that opens it."""


_PENDING = ReceiptState.PENDING


class Receipt(msgspec.Struct, eq=False, gc=False):
    """One event that was accepted.

    `message_id`: Segment's id of the event. `state`: what became of it so far. `error`: why, where it was rejected or
    abandoned. All three are for reading. Waiting does not hurry the delivery: `client.flush()` does.

    A struct that the garbage collector passes by: most are thrown away at once, and tens of thousands may be queued.
    The only references that could make a circle are those to who waits, and they go when the event is settled.
    """

    message_id: str
    body: bytes
    """The event's JSON text, until it is settled."""
    state: ReceiptState = ReceiptState.PENDING
    error: SegmentError | None = None
    _waiters: list[Callable[[], None]] | None = None

    def wait(self, timeout: float | None = None) -> ReceiptState:
        """Block until the event is settled, or for `timeout` seconds; returns the state, `PENDING` if the time ran out.

        In a coroutine, `await` the receipt instead.
        """
        if self.state is _PENDING:
            done = threading.Event()
            self._watch(done.set)
            try:
                done.wait(timeout)
            finally:
                self._unwatch(done.set)
        return self.state

    def __await__(self) -> Generator[Any, None, ReceiptState]:
        """Wait until the event is settled, under asyncio; gives the state."""
        if self.state is _PENDING:
            yield from _settled(self).__await__()
        return self.state

    def _watch(self, waiter: Callable[[], None]) -> None:
        with _lock:
            if self.state is _PENDING:
                self._waiters = [*(self._waiters or ()), waiter]
                return
        waiter()

    def _unwatch(self, waiter: Callable[[], None]) -> None:
        with _lock:
            self._waiters = [other for other in self._waiters or () if other != waiter] or None

    def __repr__(self) -> str:
        return f"Receipt({self.message_id!r}, {self.state})"


async def _settled(receipt: Receipt) -> None:
    import asyncio

    loop = asyncio.get_running_loop()
    done = asyncio.Event()

    def wake() -> None:
        with suppress(RuntimeError):  # the loop has been closed, and nobody waits any more
            loop.call_soon_threadsafe(done.set)

    receipt._watch(wake)
    try:
        await done.wait()
    finally:
        receipt._unwatch(wake)


def settle(receipts: Sequence[Receipt], state: ReceiptState, error: SegmentError | None = None) -> None:
    """Say of all these what became of them, and wake who waits. A receipt is settled once; what comes later is void."""
    waiters: list[Callable[[], None]] = []
    with _lock:
        for receipt in receipts:
            if receipt.state is not _PENDING:
                continue
            receipt.state = state
            receipt.error = error
            receipt.body = b""
            if receipt._waiters is not None:
                waiters += receipt._waiters
                receipt._waiters = None
    for waiter in waiters:
        waiter()


_lock = threading.Lock()


def _renew_lock() -> None:
    global _lock  # noqa: PLW0603  # another thread of the parent may have held the old one
    _lock = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_lock)
