"""Runs the handlers for what an `Inbox` has stored, in this process or in any number of others.

An event is claimed, handled, and its claim ended as `RetryPolicy` decides: remembered as done, tried again after a
while, or kept as a dead letter. A worker that is killed leaves claims behind, which lapse; so every stored event is
handled at least once, and once only where workers are not killed and handlers end within their time.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from segment_hooks.errors import ConfigurationError
from segment_hooks.inbox.errors import InboxUnavailable
from segment_hooks.inbox.group import Group
from segment_hooks.inbox.policy import RetryPolicy
from segment_hooks.inbox.protocol import Ending, Item, State, Store
from segment_hooks.log import logger
from segment_hooks.outcomes import Outcome, Result
from segment_hooks.parsing import parse_event
from segment_hooks.router import WebhookEventRouter

if TYPE_CHECKING:
    import asyncio

TIMEOUT = 60.0
"""Seconds that the handlers of one event may take."""
GRACE = 30.0
"""Seconds that a claim lasts longer than that, and that handlers have to end in when the worker is stopped."""
_PATIENCE = 10.0  # seconds, for one answer of the store
_LONGEST_REST = 15.0  # seconds between tries while the store is down


class Worker:
    """Takes events from `store` and runs the handlers of `router`.

        with Worker(router, store):     # in a thread of its own, beside a web server
            serve(app)

        await Worker(router, store).run()     # on an event loop, until it is stopped or cancelled

    Coroutine handlers run on the worker's loop: in a thread of its own that is another loop than the web server's.

    `concurrency`: events at once. `timeout`: seconds for the handlers of one event; coroutines are cancelled then, and
    the event is tried again; a plain function cannot be stopped, and one that goes on for longer than `timeout` plus
    `grace` may be run again beside it. `grace`: seconds that a claim lasts beyond `timeout`, after which another worker
    has what a killed one was at; and that handlers have to end in when this worker is stopped.
    `poll`: seconds between looks into an empty inbox.
    `on_end`: called with every item and how its claim ended; must be quick.
    """

    def __init__(
        self,
        router: WebhookEventRouter,
        store: Store,
        *,
        policy: RetryPolicy | None = None,
        concurrency: int = 32,
        timeout: float = TIMEOUT,
        grace: float = GRACE,
        poll: float = 0.5,
        on_end: Callable[[Item, Ending], object] | None = None,
        rand: Callable[[], float] = random.random,
    ) -> None:
        if concurrency < 1 or not min(timeout, grace, poll) > 0:
            raise ConfigurationError("concurrency is a number from one; timeout, grace and poll are seconds above zero")
        self._router = router
        self._policy = policy or RetryPolicy()
        self._group = Group(store)
        self._concurrency = concurrency
        self._timeout = timeout
        self._grace = grace
        self._poll = poll
        self._on_end = on_end
        self._rand = rand
        self._stopping = threading.Event()
        self._wake: Callable[[], object] | None = None
        self._thread: threading.Thread | None = None
        self._running: set[asyncio.Task[None]] = set()

    async def run(self, *, until_empty: bool = False) -> None:
        """Work until `stop` is called or the task is cancelled; with `until_empty`, until nothing is due."""
        import asyncio

        loop, changed = asyncio.get_running_loop(), asyncio.Event()
        self._wake = lambda: loop.call_soon_threadsafe(changed.set)
        rest = self._poll
        try:
            while not self._stopping.is_set():
                changed.clear()
                free = self._concurrency - len(self._running)
                taken: list[Item] = []
                try:
                    if free:
                        taken = await self._group.take_async(free, self._timeout + self._grace, _PATIENCE)
                    rest = self._poll
                except InboxUnavailable as error:
                    logger().error("segment inbox: nothing can be taken out of it: %s", error)
                    rest = min(rest * 2, _LONGEST_REST)
                for item in taken:
                    task = loop.create_task(self._handle(item))
                    self._running.add(task)
                    task.add_done_callback(self._running.discard)
                    task.add_done_callback(lambda _: changed.set())
                if until_empty and not self._running and rest == self._poll:
                    return
                if len(taken) < free or not free:
                    await _wait(changed, rest)
        finally:
            self._wake = None
            await self._finish()

    def start(self) -> None:
        """Work in a thread of its own, until `stop` is called."""
        if self._thread is not None:
            raise ConfigurationError("the worker has been started already")
        self._stopping.clear()
        self._thread = threading.Thread(target=self.run_here, name="segment_hooks worker", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Take nothing more, and end `run` once what is being handled has ended. After `start`, wait for that."""
        self._stopping.set()
        wake, thread = self._wake, self._thread
        if wake is not None:
            wake()
        if thread is not None:
            thread.join()
            self._thread = None

    def __enter__(self) -> Worker:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def run_here(self, *, until_empty: bool = False) -> None:
        """The same as `run`, for a thread that has no event loop."""
        import asyncio
        from concurrent.futures import ThreadPoolExecutor

        async def run() -> None:
            # as many threads as events: none waits for a thread while its time runs
            threads = ThreadPoolExecutor(self._concurrency, "segment_hooks handler")
            asyncio.get_running_loop().set_default_executor(threads)
            await self.run(until_empty=until_empty)

        asyncio.run(run())

    async def _finish(self) -> None:
        import asyncio

        if self._running:
            await asyncio.wait(self._running, timeout=self._grace)
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        await asyncio.to_thread(self._group.close)

    async def _handle(self, item: Item) -> None:
        import asyncio

        ending = self._policy.worn_out(item)
        if ending is None:
            try:
                outcome = await self._outcome(item)
            except asyncio.CancelledError:
                # the worker ends; another may have the event at once
                self._group.settle_soon([Ending(item.id, item.token, item.covered, State.WAITING, counts=False)])
                raise
            ending = self._policy.ending(item, outcome, self._rand)
        self._log(item, ending)
        await self._settle(ending)
        if self._on_end is not None:
            self._on_end(item, ending)

    async def _outcome(self, item: Item) -> Outcome:
        import asyncio

        try:
            async with asyncio.timeout(self._timeout):
                return await self._router.route(parse_event(item.raw, item.covered))
        except TimeoutError:
            return Outcome(Result.RETRY, (TimeoutError(f"not handled within {self._timeout:g} s"),))
        except Exception as error:  # noqa: BLE001  # not a handler's: bytes that this version cannot read
            return Outcome(Result.FAILED, (error,))

    async def _settle(self, ending: Ending) -> None:
        import asyncio

        end, rest = time.monotonic() + self._grace, 0.1
        while True:
            try:
                await self._group.settle_async([ending], _PATIENCE)
                return
            except InboxUnavailable as error:
                if time.monotonic() + rest > end:
                    logger().error(
                        "segment inbox: the end of an event could not be noted; it is handled again: %s", error
                    )
                    return
            await asyncio.sleep(rest)
            rest = min(rest * 2, 5.0)

    def _log(self, item: Item, ending: Ending) -> None:
        if ending.error is None:
            return
        # the class of the error only: messages may hold personal data, and stand in the store
        kind = ending.error.partition(":")[0].partition(" ")[0]
        if ending.state is State.DEAD:
            logger().error("segment inbox: given up after %d tries, %s: %s", item.attempts, kind, item.id)
        else:
            logger().warning(
                "segment inbox: try %d failed, %s; the next in %.0f s: %s", item.attempts, kind, ending.seconds, item.id
            )


async def _wait(changed: asyncio.Event, seconds: float) -> None:
    import asyncio

    try:
        async with asyncio.timeout(seconds):
            await changed.wait()
    except TimeoutError:
        pass
