"""What callers want of a store, on its way to the thread that does it, and the answer on its way back.

A thread waits for a future of its own. Coroutines share what costs time: all that ask within one turn of their loop
are passed on together, all answers come back with one wake-up of the loop, and one timer watches over all who wait.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from typing import Any, Literal, TypeAlias

from segment_hooks.inbox.errors import InboxUnavailable

Kind: TypeAlias = Literal["settle", "put", "claim", "take"]

BACKLOG = 10_000
"""Calls of one loop that may wait. More means that the store cannot keep up, so whoever comes next is turned away."""

_TICK = 0.05  # seconds; how exactly the time of those who wait is kept


class Call:
    """What one caller wants."""

    __slots__ = ("abandoned", "due", "future", "items", "kind", "lease", "loop")

    def __init__(self, kind: Kind, items: Any, lease: float, loop: LoopCallers | None = None) -> None:
        self.kind: Kind = kind
        self.items = items
        """Entries or endings; for `take`, how many."""
        self.lease = lease
        self.loop = loop
        self.future: Any = Future() if loop is None else loop.loop.create_future()
        self.due = 0.0
        self.abandoned = False
        """Nobody waits any more."""


Send: TypeAlias = Callable[[list[Call]], object]
Lost: TypeAlias = Callable[[Call, Any], object]
"""What to do with a result that nobody waits for any more."""


class LoopCallers:
    """Those who call from one event loop. All of it but `deliver` runs on that loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop, send: Send, lost: Lost, backlog: int = BACKLOG) -> None:
        self.loop = loop
        self._send = send
        self._lost = lost
        self._backlog = backlog
        self._asked: list[Call] = []
        self._waiting: dict[Call, None] = {}
        self._watching = False

    async def ask(self, kind: Kind, items: Any, lease: float, patience: float) -> Any:
        """The answer to a call. Raises `InboxUnavailable` after `patience` seconds."""
        if len(self._waiting) >= self._backlog:
            raise InboxUnavailable(f"{self._backlog} calls wait for the store already")
        call = Call(kind, items, lease, self)
        call.due = self.loop.time() + patience
        if not self._asked:
            self.loop.call_soon(self._pass_on)
        self._asked.append(call)
        self._waiting[call] = None
        if not self._watching:
            self._watching = True
            self.loop.call_later(_TICK, self._watch)
        try:
            return await call.future
        except asyncio.CancelledError:
            call.abandoned = True
            if not call.future.cancelled() and call.future.exception() is None:
                self._lost(call, call.future.result())  # it came at the last moment
            raise
        finally:
            self._waiting.pop(call, None)

    def _pass_on(self) -> None:
        calls, self._asked = self._asked, []
        self._send(calls)

    def _watch(self) -> None:
        now = self.loop.time()
        for call in [call for call in self._waiting if call.due <= now]:
            call.abandoned = True
            if not call.future.done():
                call.future.set_exception(InboxUnavailable("the store does not answer in time"))
        self._watching = bool(self._waiting)
        if self._watching:
            self.loop.call_later(_TICK, self._watch)

    def deliver(self, answers: Sequence[tuple[Call, Any]]) -> None:
        """Give each call its result, a value or an exception. From any thread."""
        with suppress(RuntimeError):  # the loop has been closed
            self.loop.call_soon_threadsafe(self._tell, answers)

    def _tell(self, answers: Sequence[tuple[Call, Any]]) -> None:
        for call, result in answers:
            future = call.future
            if future.done():
                self._lost(call, result)
            elif isinstance(result, Exception):
                future.set_exception(result)
            else:
                future.set_result(result)


def wait_for(call: Call, patience: float, lost: Lost) -> Any:
    """The answer to a call that has been sent from a thread. Raises `InboxUnavailable` after `patience` seconds."""
    try:
        return call.future.result(patience)
    except TimeoutError:
        call.abandoned = True
        if not call.future.cancel() and call.future.exception() is None:
            lost(call, call.future.result())  # it came at the last moment
        raise InboxUnavailable("the store does not answer in time") from None


def tell_thread(call: Call, result: Any, lost: Lost) -> None:
    """Give a call from a thread its result, a value or an exception."""
    try:
        if isinstance(result, Exception):
            call.future.set_exception(result)
        else:
            call.future.set_result(result)
    except InvalidStateError:  # cancelled
        lost(call, result)
