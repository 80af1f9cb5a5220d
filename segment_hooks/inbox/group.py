"""Group commit: many callers, one store, one transaction for all that they want at the same moment.

A transaction costs a flush to disk or a round trip, however little is in it. So callers, whether threads or coroutines,
put what they want into a queue; one thread takes all that has gathered there, does it in one transaction, and only then
tells each of them. The busier a service is, the larger the groups become, by themselves.

A caller waits no longer than it has said. What it no longer waits for is left out where it has not begun; and where
it has, a claim that nobody waits for any more is given back.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from itertools import islice
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from segment_hooks.inbox.errors import InboxUnavailable
from segment_hooks.inbox.protocol import Claims, Ending, Entry, Item, State
from segment_hooks.log import logger

if TYPE_CHECKING:
    import asyncio

Kind: TypeAlias = Literal["settle", "put", "claim", "take"]
_ORDER: tuple[Kind, ...] = ("settle", "put", "claim", "take")  # what frees a record goes before what wants it

LARGEST = 1_000
"""Calls in one transaction at most."""
BACKLOG = 10_000
"""Calls that may wait. More than that means that the store cannot keep up, so whoever comes next is turned away."""
PATIENCE = 30.0
"""Seconds that a caller who has no deadline waits."""
FORGET_AFTER = 500
"""Records written after which twice as many, of those that are due, are forgotten."""


class _Call:
    """What one caller wants, and how to tell it."""

    __slots__ = ("abandoned", "future", "items", "kind", "lease", "loop")

    def __init__(self, kind: Kind, items: Any, lease: float, loop: asyncio.AbstractEventLoop | None = None) -> None:
        self.kind: Kind = kind
        self.items = items
        """Entries or endings; for `take`, how many."""
        self.lease = lease
        self.loop = loop
        self.future: Any = Future() if loop is None else loop.create_future()
        self.abandoned = False


class Group:
    """Lets any number of threads and event loops share the transactions of `store`.

    A store that is `immediate` is called directly. After a fork the child starts a thread of its own.
    `largest`: calls in one transaction. `backlog`: calls that may wait; whoever comes then is turned away at once.
    """

    def __init__(self, store: Claims, *, largest: int = LARGEST, backlog: int = BACKLOG) -> None:
        self.store = store
        self._largest = largest
        self._backlog = backlog
        self._lock = threading.Lock()
        self._queue: SimpleQueue[_Call | None] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._pid = 0
        self._written = 0

    # ---- for callers

    def put(self, entries: Sequence[Entry], patience: float | None) -> None:
        """Store events; on return they are safe. `patience`: seconds. Raises `InboxUnavailable`, as all of these do."""
        self._ask(_Call("put", entries, 0.0), patience)

    async def put_async(self, entries: Sequence[Entry], patience: float | None) -> None:
        """The same on an event loop."""
        await self._ask_async("put", entries, 0.0, patience)

    def claim(self, entries: Sequence[Entry], lease: float, patience: float | None) -> list[int]:
        """`Claims.claim`; here, an id may stand more than once."""
        claims: list[int] = self._ask(_Call("claim", entries, lease), patience)
        return claims

    async def claim_async(self, entries: Sequence[Entry], lease: float, patience: float | None) -> list[int]:
        """The same on an event loop."""
        claims: list[int] = await self._ask_async("claim", entries, lease, patience)
        return claims

    def settle(self, endings: Sequence[Ending], patience: float | None) -> list[bool]:
        """`Claims.settle`."""
        held: list[bool] = self._ask(_Call("settle", endings, 0.0), patience)
        return held

    async def settle_async(self, endings: Sequence[Ending], patience: float | None) -> list[bool]:
        """The same on an event loop."""
        held: list[bool] = await self._ask_async("settle", endings, 0.0, patience)
        return held

    def settle_soon(self, endings: Sequence[Ending]) -> None:
        """The same without waiting; what goes wrong is logged."""
        if self.store.immediate:
            self.store.settle(endings)
            return
        call = _Call("settle", endings, 0.0)
        call.future.add_done_callback(_log_failure)
        try:
            self._send(call)
        except InboxUnavailable as error:
            call.future.set_exception(error)

    async def take_async(self, limit: int, lease: float, patience: float | None) -> list[Item]:
        """`Store.take` on an event loop."""
        items: list[Item] = await self._ask_async("take", limit, lease, patience)
        return items

    def close(self, patience: float = 5.0) -> None:
        """End the thread, once it has done what waits, and let go of the store's connections."""
        with self._lock:
            thread, self._thread = self._thread, None
            queue = self._queue
        if thread is not None and self._pid == os.getpid():
            queue.put(None)
            thread.join(patience)
        else:
            self.store.close()

    # ---- how they ask

    def _ask(self, call: _Call, patience: float | None) -> Any:
        if self.store.immediate:
            return self._do(call.kind, call.items, call.lease)
        self._send(call)
        wait = PATIENCE if patience is None else max(patience, 0.0)
        try:
            return call.future.result(wait)
        except TimeoutError:
            self._abandon(call)
            raise _too_slow(wait) from None

    async def _ask_async(self, kind: Kind, items: Any, lease: float, patience: float | None) -> Any:
        if self.store.immediate:
            return self._do(kind, items, lease)
        import asyncio

        call = _Call(kind, items, lease, asyncio.get_running_loop())
        self._send(call)
        wait = PATIENCE if patience is None else max(patience, 0.0)
        try:
            async with asyncio.timeout(wait):
                return await call.future
        except TimeoutError:
            self._abandon(call)
            raise _too_slow(wait) from None
        except asyncio.CancelledError:
            self._abandon(call)
            raise

    def _send(self, call: _Call) -> None:
        if self._thread is None or self._pid != os.getpid():
            self._start()
        if self._queue.qsize() >= self._backlog:
            raise InboxUnavailable(f"{self._backlog} calls wait for the store already")
        self._queue.put(call)

    def _start(self) -> None:
        with self._lock:
            if self._thread is not None and self._pid == os.getpid():
                return
            if self._pid not in (0, os.getpid()):
                # the fork copied the queue and the connections, but not the thread; neither may be used by both
                self._queue = SimpleQueue()
            self._pid = os.getpid()
            self._thread = threading.Thread(
                target=self._work, args=(self._queue,), name="segment_hooks inbox", daemon=True
            )
            self._thread.start()

    def _abandon(self, call: _Call) -> None:
        call.abandoned = True
        future = call.future
        if not future.cancel() and not future.cancelled() and future.exception() is None:
            self._give_back(call, future.result())  # it came at the last moment

    # ---- the thread

    def _work(self, queue: SimpleQueue[_Call | None]) -> None:
        while True:
            first = queue.get()
            calls = [first, *islice(_waiting(queue), self._largest - 1)]
            wanted = [call for call in calls if call is not None and not call.abandoned]
            if wanted:
                self._serve(wanted)
            if None in calls:
                self.store.close()
                return

    def _serve(self, calls: list[_Call]) -> None:
        try:
            results = self._together(calls)
        except InboxUnavailable as error:
            results = [error] * len(calls)
        except Exception as error:  # noqa: BLE001  # goes to the callers
            # one of them asks for what cannot be done; that must not harm the others
            results = [self._alone(call) for call in calls] if len(calls) > 1 else [error]
        self._deliver(calls, results)
        self._written += sum(len(call.items) for call in calls if call.kind != "take")
        if self._written >= FORGET_AFTER:
            with suppress(InboxUnavailable):
                self.store.forget(2 * self._written)
            self._written = 0

    def _together(self, calls: list[_Call]) -> list[Any]:
        if len(calls) == 1:
            return [self._do(calls[0].kind, calls[0].items, calls[0].lease)]
        results: dict[int, Any] = {}
        with self.store.transaction():
            for kind in _ORDER:
                same = [call for call in calls if call.kind == kind]
                if kind == "take":
                    results.update({id(call): self._do(kind, call.items, call.lease) for call in same})
                elif same:
                    items = [item for call in same for item in call.items]
                    answers = self._do(kind, items, same[0].lease) or [None] * len(items)
                    start = 0
                    for call in same:
                        results[id(call)] = answers[start : start + len(call.items)]
                        start += len(call.items)
        return [results[id(call)] for call in calls]

    def _alone(self, call: _Call) -> Any:
        try:
            return self._do(call.kind, call.items, call.lease)
        except Exception as error:  # noqa: BLE001  # goes to the caller
            return error

    def _do(self, kind: Kind, items: Any, lease: float) -> Any:
        store: Any = self.store
        if kind == "take":
            return store.take(items, lease)
        method: Callable[..., Any] = getattr(store, kind)
        more = (lease,) if kind == "claim" else ()
        if len(items) == 1 or len({item.id for item in items}) == len(items):
            return method(items, *more)
        with self.store.transaction():
            return _in_passes(lambda some: method(some, *more), items)

    def _deliver(self, calls: list[_Call], results: list[Any]) -> None:
        by_loop: dict[asyncio.AbstractEventLoop, list[tuple[_Call, Any]]] = {}
        for call, result in zip(calls, results, strict=True):
            if call.loop is not None:
                by_loop.setdefault(call.loop, []).append((call, result))
            else:
                self._tell(call, result)
        for loop, told in by_loop.items():
            # one call into the loop for all of them: each wakes it up
            with suppress(RuntimeError):  # the loop has been closed
                loop.call_soon_threadsafe(self._tell_all, told)

    def _tell_all(self, told: list[tuple[_Call, Any]]) -> None:
        for call, result in told:
            self._tell(call, result)

    def _tell(self, call: _Call, result: Any) -> None:
        future = call.future
        try:
            if not future.cancelled():
                if isinstance(result, Exception):
                    future.set_exception(result)
                else:
                    future.set_result(result)
                return
        except InvalidStateError:  # cancelled this very moment, by a thread that does not wait any more
            pass
        self._give_back(call, result)

    def _give_back(self, call: _Call, result: Any) -> None:
        if isinstance(result, Exception):
            return
        endings: list[Ending] = []
        if call.kind == "claim":
            endings = [
                Ending(entry.id, token, entry.covered, State.WAITING)
                for entry, token in zip(call.items, result, strict=True)
                if token > 0
            ]
        elif call.kind == "take":
            endings = [Ending(item.id, item.token, item.covered, State.WAITING, counts=False) for item in result]
        if endings:
            self.settle_soon(endings)


def _in_passes(method: Callable[[Sequence[Any]], Sequence[Any] | None], items: Sequence[Any]) -> list[Any]:
    """Call `method` with all items, but never with the same id twice: a repeated one waits for the next pass."""
    results: list[Any] = [None] * len(items)
    left: Sequence[int] = range(len(items))
    while left:
        chosen: dict[str, int] = {}
        left = [index for index in left if chosen.setdefault(items[index].id, index) != index]
        answers = method([items[index] for index in chosen.values()])
        for index, answer in zip(chosen.values(), answers or (), strict=False):
            results[index] = answer
    return results


def _waiting(queue: SimpleQueue[_Call | None]) -> Iterator[_Call | None]:
    with suppress(Empty):
        while True:
            yield queue.get_nowait()


def _too_slow(seconds: float) -> InboxUnavailable:
    return InboxUnavailable(f"no answer from the store within {seconds:.1f} s")


def _log_failure(future: Future[Any]) -> None:
    error = None if future.cancelled() else future.exception()
    if error is not None:
        logger().warning("segment inbox: a claim could not be ended, it ends by itself in a while: %s", error)
