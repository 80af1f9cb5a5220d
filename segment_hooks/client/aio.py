"""`AsyncSegmentClient`: the asyncio driver."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self, Unpack

from segment_hooks.client import forking
from segment_hooks.client.base import BaseClient
from segment_hooks.client.batcher import NEVER, Batch
from segment_hooks.client.options import ClientOptions, Proxy, build_core, check_only_transport, default_transport
from segment_hooks.client.receipt import Receipt
from segment_hooks.client.transport import AsyncTransport, Transport
from segment_hooks.client.transports.threaded import ThreadedTransport
from segment_hooks.errors import ConfigurationError


class AsyncSegmentClient(BaseClient):
    """Sends events to Segment in batches, from a task on the event loop.

    The calls are plain ones that never block, and return receipts; `await` a receipt to know what became of it. They
    may be made from other threads too. `transport`: an `AsyncTransport`, or a `Transport` that is then used in a thread
    of its own; `HttpTransport`, if left out, which takes `timeout`, `proxy` and `ca_file` (see `SegmentClient`). For
    the rest see `ClientOptions`; there is no `overflow="block"`: `await client.room()` where you want to wait.

    The task starts with the first call on a running event loop. Use the client as an asynchronous context manager, or
    `await client.close()`.
    """

    def __init__(
        self,
        write_key: str,
        *,
        transport: AsyncTransport | Transport | None = None,
        timeout: float | None = None,
        proxy: Proxy = None,
        ca_file: str | Path | None = None,
        **options: Unpack[ClientOptions],
    ) -> None:
        if options.get("overflow") == "block":
            raise ConfigurationError("overflow='block' would stop the event loop: await client.room() before a call")
        if transport is None:
            transport = default_transport(timeout, proxy, ca_file)
        else:
            check_only_transport(timeout, proxy, ca_file)
        if isinstance(transport, AsyncTransport):
            self._transport = transport
        elif isinstance(transport, Transport):
            self._transport = ThreadedTransport(transport)
        else:
            raise ConfigurationError(f"{type(transport).__name__} is no transport for an AsyncSegmentClient")
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None
        self._sent: Batch[Receipt] | None = None
        self._bell = asyncio.Event()  # rung, and replaced by a new one, at every change
        super().__init__(build_core(write_key, options))

    async def room(self) -> None:
        """Wait until the queue has room for one more event."""
        await self._until(lambda: self._core.closed or not self._core.batcher.full, None)

    async def flush(self, timeout: float | None = None) -> bool:  # noqa: ASYNC109  # as in the other client
        """Send what is queued without waiting for more, and wait until everything accepted so far is settled.

        True: all of it has been delivered. False: `timeout` seconds have passed, or an event was rejected or given up
        meanwhile, of which `on_error` and the event's receipt tell more.
        """
        core = self._core
        with core.changed:
            lost = core.lost_locked
            done = core.flush_locked()
        finished = await self._until(done, timeout)
        with core.changed:
            return finished and core.lost_locked == lost

    async def close(self, timeout: float | None = None) -> None:  # noqa: ASYNC109  # as above
        """Accept nothing more, and deliver what is queued, for `timeout` seconds at most (or `close_timeout`).

        What is not delivered then is given up, and `on_error` told; with a spool it stays there for the next client.
        """
        core = self._core
        with core.changed:
            already = core.closed
            core.close_locked()
        if already:
            return
        try:
            await self._until(core.idle_locked, core.close_timeout if timeout is None else timeout)
        finally:
            core.give_up(code="closed")
            self._wake()
            if self._task is not None:
                self._task.cancel()
                await asyncio.wait([self._task])
            await self._transport.aclose()
            core.close_spool()
            forking.forget(self)

    # ---- the task

    def _wake(self) -> None:
        try:
            here = asyncio.get_running_loop()
        except RuntimeError:
            here = None
        core, loop = self._core, self._loop
        if here is not None and here is not loop and (loop is None or loop.is_closed() or self._task_is_over()):
            loop = self._move_to(here)
        if core.over:
            core.give_up(code="closed")  # what a call put there just while the client was closed
        elif loop is not None and not loop.is_closed():
            core.batcher.wake_at = NEVER
        # or else the next call on a loop, or the end of the process, will see to it
        if here is not None and here is loop:
            self._ring()
        elif loop is not None:
            with suppress(RuntimeError):  # it has been closed
                loop.call_soon_threadsafe(self._ring)

    def _task_is_over(self) -> bool:
        return self._task is None or self._task.done()

    def _move_to(self, loop: asyncio.AbstractEventLoop) -> asyncio.AbstractEventLoop:
        """Go on with another loop, the old one having ended: what was on its way is sent again."""
        self._recall()
        if self._loop is not None:
            self._transport.forget()
        self._loop, self._task, self._bell = loop, None, asyncio.Event()
        return loop

    def _ring(self) -> None:
        self._bell.set()
        self._bell = asyncio.Event()
        if self._task_is_over() and not self._core.closed and self._loop is not None:
            forking.finalize()
            self._task = self._loop.create_task(self._run(), name="segment_hooks client")

    async def _run(self) -> None:
        core = self._core
        try:
            while True:
                batch = self._sent = await self._next()
                failure = await core.send_async(batch, self._transport)
                self._sent = None
                core.answered(batch, failure)
        finally:  # cancelled: whoever comes next sends it again
            self._recall()

    def _recall(self) -> None:
        """Take back the batch that is on its way, if any: it will be sent again, under the same message ids."""
        with self._core.changed:
            if self._sent is not None:
                self._core.batcher.unanswered(self._sent)
                self._sent = None
            self._core.batcher.wake_at = 1

    async def _next(self) -> Batch[Receipt]:
        """The next batch, for which this waits."""
        core = self._core
        while True:
            bell = self._bell
            with core.changed:
                batch = core.next_locked()
                if batch is not None:
                    return batch
                wait = core.batcher.wait()
            await _rung(bell, wait)

    async def _until(self, condition: Callable[[], bool], timeout: float | None) -> bool:  # noqa: ASYNC109
        """Wait until `condition` holds, for `timeout` seconds at most; returns whether it does."""
        loop = asyncio.get_running_loop()
        end = None if timeout is None else loop.time() + timeout
        self._wake()
        while True:
            bell = self._bell
            with self._core.changed:
                if condition():
                    return True
            if end is not None and loop.time() >= end:
                return False
            await _rung(bell, None if end is None else end - loop.time())

    # ---- forks, and the end of the process: see `forking`

    def after_fork_in_child(self) -> None:
        """See `forking`."""
        super().after_fork_in_child()
        self._loop = self._task = self._sent = None
        self._bell = asyncio.Event()
        self._transport.forget()

    def at_exit(self) -> None:
        """See `forking`. There is no loop any more; a transport that can do without one delivers what is queued."""
        core = self._core
        with core.changed:
            core.close_locked()
        self._recall()
        if isinstance(self._transport, ThreadedTransport):
            core.drain(self._transport.transport, core.close_timeout)
            self._transport.transport.close()
        core.give_up(code="not_closed")
        core.close_spool()

    async def __aenter__(self) -> Self:
        self._wake()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()


async def _rung(bell: asyncio.Event, seconds: float | None) -> None:
    try:
        async with asyncio.timeout(seconds):
            await bell.wait()
    except TimeoutError:
        pass
