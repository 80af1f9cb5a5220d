"""`SegmentClient`: the thread driver."""

from __future__ import annotations

import threading
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self, Unpack

from segment_hooks.client import forking
from segment_hooks.client.base import BaseClient
from segment_hooks.client.batcher import NEVER, Batch
from segment_hooks.client.options import ClientOptions, Proxy, build_core, check_only_transport, default_transport
from segment_hooks.client.receipt import Receipt
from segment_hooks.client.transport import Transport
from segment_hooks.errors import ConfigurationError

_PARTING = 1.0  # seconds, for a thread that has nothing left to do


class SegmentClient(BaseClient):
    """Sends events to Segment in batches, from a thread of its own. Safe to use from any number of threads.

    `write_key`: of the Segment source. `transport`: how requests are sent, `HttpTransport` if left out, which takes
    `timeout` in seconds, `proxy` (a URL; None: as the environment says; False: none) and `ca_file` (certificates in PEM
    to trust instead of the system's). For the rest see `ClientOptions`.

    The thread starts with the first event, and again in each child of a fork. Use the client as a context manager, or
    `close()` it; the end of the process does so too.
    """

    def __init__(
        self,
        write_key: str,
        *,
        transport: Transport | None = None,
        timeout: float | None = None,
        proxy: Proxy = None,
        ca_file: str | Path | None = None,
        **options: Unpack[ClientOptions],
    ) -> None:
        if transport is None:
            transport = default_transport(timeout, proxy, ca_file)
        else:
            check_only_transport(timeout, proxy, ca_file)
            if not isinstance(transport, Transport):
                raise ConfigurationError(f"{type(transport).__name__} is no transport for a SegmentClient")
        self._transport = transport
        self._thread: threading.Thread | None = None
        super().__init__(build_core(write_key, options))
        with self._core.changed:
            if not self._core.idle_locked():  # a spool may hold what an earlier process has left
                self._wake()

    def flush(self, timeout: float | None = None) -> bool:
        """Send what is queued without waiting for more, and wait until everything accepted so far is settled.

        True: all of it has been delivered. False: `timeout` seconds have passed, or an event was rejected or given up
        meanwhile, of which `on_error` and the event's receipt tell more.
        """
        core = self._core
        if core.is_reporting():
            raise RuntimeError("on_error must not flush: it would wait for itself")
        with core.changed:
            lost = core.lost_locked
            done = core.flush_locked()
            self._wake()
            return core.changed.wait_for(done, timeout) and core.lost_locked == lost

    def close(self, timeout: float | None = None) -> None:
        """Accept nothing more, and deliver what is queued, for `timeout` seconds at most (or `close_timeout`).

        What is not delivered then is given up, and `on_error` told; with a spool it stays there for the next client.
        """
        core = self._core
        seconds = core.close_timeout if timeout is None else timeout
        with core.changed:
            already = core.closed
            core.close_locked()
            self._wake()
            thread = self._thread
        if core.is_reporting() or already:
            return  # the one who began will see to the rest
        if thread is None or not thread.is_alive():
            core.drain(self._transport, seconds)
            self._transport.close()
            thread = None
        with core.changed:
            done = core.changed.wait_for(core.idle_locked, 0 if thread is None else seconds)
        core.give_up(code="closed")
        self._wake()
        if thread is not None and done:
            thread.join(_PARTING)  # it closes the transport; one that still waits for an answer ends with the process
        core.close_spool()
        forking.forget(self)

    # ---- the thread

    def _wake(self) -> None:
        core = self._core
        with core.changed:
            core.batcher.wake_at = NEVER
            if core.over:
                core.give_up(code="closed")  # what a call put there just while the client was closed
            elif self._thread is None and not core.closed:
                forking.finalize()
                thread = threading.Thread(target=self._run, name="segment_hooks client", daemon=True)
                # at the end of the interpreter none can be started; close() delivers what is queued
                with suppress(RuntimeError):
                    thread.start()
                    self._thread = thread
            core.changed.notify_all()

    def _run(self) -> None:
        while (batch := self._next()) is not None:
            self._core.answered(batch, self._core.send(batch, self._transport))
        self._transport.close()

    def _next(self) -> Batch[Receipt] | None:
        """The next batch, for which this waits; None when the client is closed and all is done."""
        core = self._core
        with core.changed:
            while (batch := core.next_locked()) is None:
                if core.closed and core.idle_locked():
                    return None
                core.changed.wait(core.batcher.wait())
            return batch

    # ---- forks, and the end of the process: see `forking`

    def after_fork_in_child(self) -> None:
        """See `forking`."""
        super().after_fork_in_child()
        self._thread = None
        self._transport.forget()

    def at_exit(self) -> None:
        """See `forking`."""
        self.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()
