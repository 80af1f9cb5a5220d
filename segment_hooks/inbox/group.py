"""Group commit: many callers, one store, one transaction for all that they want at the same moment.

A transaction costs a flush to disk or a round trip, however little is in it. So callers, whether threads or coroutines,
put what they want into a queue; one thread takes all that has gathered there, does it in one transaction, and only then
tells each of them. The busier a service is, the larger the groups become, by themselves.

A caller waits no longer than it has said. What it no longer waits for is left out where it has not begun (but for the
end of a claim); and where it has, a claim that nobody waits for any more is given back.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from itertools import islice
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, TypeAlias

from segment_hooks.inbox.errors import InboxUnavailable
from segment_hooks.inbox.protocol import Claims, Ending, Entry, Item, State
from segment_hooks.log import logger

if TYPE_CHECKING:
    import asyncio

    from segment_hooks.inbox.calls import Call, Kind, LoopCallers

_ORDER: tuple[Kind, ...] = ("settle", "put", "claim", "take")  # what frees a record goes before what wants it

LARGEST = 1_000
"""Calls in one transaction; those of one turn of an event loop stay together, so it can be some more."""
PATIENCE = 30.0
"""Seconds that a caller who has no deadline waits."""
FORGET_AFTER = 500
"""Records written after which twice as many, of those that are due, are forgotten."""

_Queue: TypeAlias = "SimpleQueue[list[Call] | None]"


class Group:
    """Lets any number of threads and event loops share the transactions of `store`.

    A store that is `immediate` is called directly. After a fork the child starts a thread of its own. `patience`: the
    seconds that a caller waits, None for as long as `PATIENCE`. All methods raise `InboxUnavailable`.
    """

    def __init__(self, store: Claims, *, largest: int = LARGEST) -> None:
        self.store = store
        self._largest = largest
        self._lock = threading.Lock()
        self._queue: _Queue = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._pid = 0
        self._loops: dict[asyncio.AbstractEventLoop, LoopCallers] = {}
        self._written = 0

    # ---- for callers

    def put(self, entries: Sequence[Entry], patience: float | None) -> None:
        """Store events; on return they are safe."""
        self._ask("put", entries, 0.0, patience)

    def put_async(self, entries: Sequence[Entry], patience: float | None) -> Awaitable[None]:
        """The same on an event loop, as all whose names end so."""
        return self._ask_async("put", entries, 0.0, patience)

    def claim(self, entries: Sequence[Entry], lease: float, patience: float | None) -> list[int]:
        """`Claims.claim`; here, an id may stand more than once."""
        claims: list[int] = self._ask("claim", entries, lease, patience)
        return claims

    def claim_async(self, entries: Sequence[Entry], lease: float, patience: float | None) -> Awaitable[list[int]]:
        """The same on an event loop."""
        return self._ask_async("claim", entries, lease, patience)

    def settle(self, endings: Sequence[Ending], patience: float | None) -> list[bool]:
        """`Claims.settle`."""
        held: list[bool] = self._ask("settle", endings, 0.0, patience)
        return held

    def settle_async(self, endings: Sequence[Ending], patience: float | None) -> Awaitable[list[bool]]:
        """The same on an event loop."""
        return self._ask_async("settle", endings, 0.0, patience)

    def settle_soon(self, endings: Sequence[Ending]) -> None:
        """The same without waiting; what goes wrong is logged."""
        if self.store.immediate:
            self.store.settle(endings)
            return
        from segment_hooks.inbox.calls import Call

        call = Call("settle", endings, 0.0)
        call.future.add_done_callback(_log_failure)
        self._send([call])

    def take_async(self, limit: int, lease: float, patience: float | None) -> Awaitable[list[Item]]:
        """`Store.take` on an event loop."""
        return self._ask_async("take", limit, lease, patience)

    def close(self, patience: float = 5.0) -> None:
        """End the thread, once it has done what waits, and let go of the store's connections."""
        with self._lock:
            thread, self._thread = self._thread, None
        if thread is not None and self._pid == os.getpid():
            self._queue.put(None)
            thread.join(patience)
        self.store.close()

    # ---- how they ask

    def _ask(self, kind: Kind, items: Any, lease: float, patience: float | None) -> Any:
        if self.store.immediate:
            return self._do(kind, items, lease)
        from segment_hooks.inbox.calls import Call, wait_for

        call = Call(kind, items, lease)
        self._send([call])
        return wait_for(call, PATIENCE if patience is None else max(patience, 0.0), self._give_back)

    def _ask_async(self, kind: Kind, items: Any, lease: float, patience: float | None) -> Awaitable[Any]:
        if self.store.immediate:
            return _now(self._do(kind, items, lease))
        from asyncio import get_running_loop

        loop = get_running_loop()
        callers = self._loops.get(loop) or self._new_callers(loop)
        return callers.ask(kind, items, lease, PATIENCE if patience is None else max(patience, 0.0))

    def _new_callers(self, loop: asyncio.AbstractEventLoop) -> LoopCallers:
        from segment_hooks.inbox.calls import LoopCallers

        for closed in [each for each in self._loops if each.is_closed()]:
            self._loops.pop(closed, None)
        callers = self._loops[loop] = LoopCallers(loop, self._send, self._give_back)
        return callers

    def _send(self, calls: list[Call]) -> None:
        if self._thread is None or self._pid != os.getpid():
            self._start()
        self._queue.put(calls)

    def _start(self) -> None:
        with self._lock:
            if self._thread is not None and self._pid == os.getpid():
                return
            # a fork copies the queue and what waits in it, but not the thread
            self._queue, self._pid = SimpleQueue(), os.getpid()
            self._thread = threading.Thread(
                target=self._work, args=(self._queue,), name="segment_hooks inbox", daemon=True
            )
            self._thread.start()

    # ---- the thread

    def _work(self, queue: _Queue) -> None:
        bundle: list[Call] | None = []
        while bundle is not None:
            bundle = queue.get()
            calls: list[Call] = []
            with suppress(Empty):
                while bundle is not None:
                    calls += bundle
                    if len(calls) >= self._largest:
                        break
                    bundle = queue.get_nowait()
            # what has been handled is noted even where nobody waits for that any more
            wanted = [call for call in calls if not call.abandoned or call.kind == "settle"]
            if self.store.exclusive:
                self._serve(wanted)
                continue
            for kind in _ORDER:
                self._serve([call for call in wanted if call.kind == kind])

    def _serve(self, calls: list[Call]) -> None:
        if not calls:
            return
        results: list[Any]
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

    def _together(self, calls: list[Call]) -> list[Any]:
        if len(calls) == 1:
            return [self._do(calls[0].kind, calls[0].items, calls[0].lease)]
        results: dict[Call, Any] = dict.fromkeys(calls)
        with self.store.transaction():
            for kind in _ORDER:
                same = [call for call in calls if call.kind == kind]
                if kind == "take":
                    results.update({call: self._do(kind, call.items, call.lease) for call in same})
                elif same:
                    answers: list[Any] = self._do(kind, [i for call in same for i in call.items], same[0].lease)
                    if kind != "put":  # whose only answer is that it has been done
                        each = iter(answers)
                        results.update({call: list(islice(each, len(call.items))) for call in same})
        return list(results.values())

    def _alone(self, call: Call) -> Any:
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

    def _deliver(self, calls: list[Call], results: list[Any]) -> None:
        from segment_hooks.inbox.calls import tell_thread

        by_loop: dict[LoopCallers | None, list[tuple[Call, Any]]] = {}
        for call, result in zip(calls, results, strict=True):
            by_loop.setdefault(call.loop, []).append((call, result))
        for loop, answers in by_loop.items():
            if loop is not None:
                loop.deliver(answers)
                continue
            for call, result in answers:
                tell_thread(call, result, self._give_back)

    def _give_back(self, call: Call, result: Any) -> None:
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


async def _now(result: Any) -> Any:
    return result


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


def _log_failure(future: Future[Any]) -> None:
    error = future.exception()
    if error is not None:
        logger().warning("segment inbox: a claim could not be ended, it ends by itself in a while: %s", error)
