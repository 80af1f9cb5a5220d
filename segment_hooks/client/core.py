"""What both clients are made of: everything about accepting a call and about its fate that needs no thread and no loop.

The lock guards the batcher; the methods whose names end in `_locked` are to be called with it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import Literal, TypeAlias

import msgspec

from segment_hooks.client.batcher import Batch, Batcher, Settled
from segment_hooks.client.errors import SegmentError, SegmentErrorType
from segment_hooks.client.exchange import Endpoint, Exchange, carry_out, carry_out_async
from segment_hooks.client.log import logger
from segment_hooks.client.observing import Attempt, Forgiving, Observer
from segment_hooks.client.receipt import Receipt, ReceiptState, settle
from segment_hooks.client.retrying import Failure
from segment_hooks.client.spooling import Spool, SpoolError
from segment_hooks.client.transport import AsyncTransport, Transport

Overflow: TypeAlias = Literal["drop_oldest", "raise", "block"]
OnError: TypeAlias = Callable[[SegmentError], object]

_LEFTOVERS_AT_ONCE = 1_000
_QUIET = 10.0  # seconds between two log records of dropped events


class ClientStats(msgspec.Struct, frozen=True):
    """What a client has done so far, in events where nothing else is said.

    At any time, accepted = delivered + rejected + abandoned + dropped + deferred + queued.
    """

    accepted: int
    delivered: int
    rejected: int
    abandoned: int
    dropped: int
    """Given up to make room for newer ones (`overflow="drop_oldest"`)."""
    deferred: int
    """Left to the next client on the same spool."""
    queued: int
    """Not settled yet, on their way or waiting."""
    recovered: int
    """Of the accepted, those that an earlier process had left in the spool."""
    refused: int
    """Not accepted, since the queue was full (`overflow="raise"`)."""
    blocked: int
    """Calls that had to wait for room (`overflow="block"`)."""
    requests: int
    """Batches sent, every try counted."""
    retries: int
    """Batches put back to be sent again."""
    divisions: int
    """Batches cut in two after a refusal."""


class Core:
    """See the module."""

    def __init__(
        self,
        *,
        batcher: Batcher[Receipt],
        endpoint: Endpoint,
        overflow: Overflow,
        close_timeout: float,
        spool: Spool | None,
        source: str,
        on_error: OnError | None,
        observer: Observer | None,
        clock: Callable[[], float],
        sending: bool,
    ) -> None:
        self.wake: Callable[[], None]  # the driver's
        self._renew_lock()
        self.endpoint = endpoint
        self.overflow: Overflow = overflow
        self.close_timeout = close_timeout
        self.observer = None if observer is None else Forgiving(observer)
        self.closed = False
        self.over = False  # nothing is sent any more
        self._reporting: list[int] = []  # the threads that are telling of settled events just now
        self.refused = self.blocked = self.recovered = 0
        self.batcher = batcher
        if not sending or spool is not None:
            batcher.capacity = 0  # there is more to do than to put events there
        self._on_error = on_error
        self._clock = clock
        self._sending = sending
        self._spool = spool
        self._spool_has_more = False
        self._told_of_drops = -_QUIET
        if spool is not None:
            spool.open(source)
            self._spool_has_more = True

    # ---- a call comes in

    def store_locked(self, receipts: Sequence[Receipt]) -> bool:
        """Take in events for which there is room. Returns whether the driver has to look again."""
        if not self._sending:
            self._pretend_locked(receipts)
            return False
        if self._spool is not None:
            try:
                self._spool.put_many((each.message_id, each.body) for each in receipts)
            except SpoolError as error:
                raise SegmentError(
                    f"the event could not be stored in the spool, and is not accepted ({error})",
                    type=SegmentErrorType.UNKNOWN,
                    code="spool",
                ) from error
        add = self.batcher.add
        wake = [add(each) for each in receipts]  # every one, whatever the first says
        return any(wake)

    def _pretend_locked(self, receipts: Sequence[Receipt]) -> None:
        self.batcher.discard(len(receipts))
        error = SegmentError("sending is turned off (send=False)", type=SegmentErrorType.UNKNOWN, code="send_false")
        settle(receipts, ReceiptState.ABANDONED, error)

    def close_locked(self) -> None:
        """Accept nothing more, and let what is queued wait for nothing."""
        self.closed = True
        self.batcher.capacity = 0
        self.batcher.flush()

    def check_open(self) -> None:
        """Raise `SegmentError` where the client is closed."""
        if self.closed:
            raise SegmentError("the client is closed", type=SegmentErrorType.UNKNOWN, code="closed")

    def full_error_locked(self, count: int) -> SegmentError:
        """The error for events for which there is no room."""
        self.refused += count
        return SegmentError(
            f"the queue is full ({self.batcher.queued} events wait to be sent)",
            type=SegmentErrorType.RATE_LIMIT,
            code="queue_full",
            retriable=True,
        )

    def wait_for_room_locked(self) -> None:
        """Block until there is room."""
        self.blocked += 1
        self.changed.wait_for(lambda: self.closed or not self.batcher.full)
        self.check_open()

    def drop_locked(self) -> Settled[Receipt]:
        """Make room for one event by giving up the oldest; to be reported when the lock is free."""
        self._reporting.append(threading.get_ident())
        failure = Failure(type=SegmentErrorType.RATE_LIMIT, code="queue_full", retriable=True)
        return msgspec.structs.replace(self.batcher.drop_oldest(), failure=failure)

    # ---- what the drivers do

    def next_locked(self) -> Batch[Receipt] | None:
        """The batch to send now, if there is one."""
        if self._spool_has_more and self.batcher.queued < _LEFTOVERS_AT_ONCE:
            self._load_leftovers_locked()
        return self.batcher.next()

    def idle_locked(self) -> bool:
        """Whether nothing is left to be done."""
        return not self._spool_has_more and not self._reporting and self.batcher.outstanding == 0

    def flush_locked(self) -> Callable[[], bool]:
        """Send what is queued without waiting for more; returns what says, with the lock, whether all is settled."""
        mark: int | None = None

        def done() -> bool:
            nonlocal mark
            if self._spool_has_more:  # what was left by an earlier process is queued first
                return False
            if mark is None:
                mark = self.batcher.flush()
                self.wake()
            return self.batcher.settled_to(mark) and not self._reporting

        self.batcher.flush()
        return done

    def is_reporting(self) -> bool:
        """Whether this is a call of `on_error`, which must not wait for what comes after it."""
        return threading.get_ident() in self._reporting

    @property
    def lost_locked(self) -> int:
        """How many events have not been delivered and will not be."""
        counts = self.batcher.counts
        return counts.rejected + counts.abandoned + counts.dropped + counts.deferred

    def send(self, batch: Batch[Receipt], transport: Transport) -> Failure | None:
        """Send a batch, and say why it was not delivered, or None."""
        exchange, attempt = self._begin(batch)
        try:
            if self.observer is None:
                return carry_out(exchange, transport)
            with self.observer.sending(attempt):
                attempt.failure = carry_out(exchange, transport)
            return attempt.failure
        except Exception as error:  # noqa: BLE001  # the driver must go on, whatever a library does
            return _unexpected(error)

    async def send_async(self, batch: Batch[Receipt], transport: AsyncTransport) -> Failure | None:
        """The same with an asynchronous transport."""
        exchange, attempt = self._begin(batch)
        try:
            if self.observer is None:
                return await carry_out_async(exchange, transport)
            with self.observer.sending(attempt):
                attempt.failure = await carry_out_async(exchange, transport)
            return attempt.failure
        except Exception as error:  # noqa: BLE001  # as above
            return _unexpected(error)

    def _begin(self, batch: Batch[Receipt]) -> tuple[Exchange, Attempt]:
        bodies = [receipt.body for receipt in batch.entries]
        return self.endpoint.exchange(bodies, batch.tries), Attempt(len(bodies), batch.tries)

    def answered(self, batch: Batch[Receipt], failure: Failure | None) -> None:
        """What has become of a batch; wakes who waits."""
        with self.changed:
            settled = self.batcher.answered(batch, failure)
            if settled is not None:
                self._reporting.append(threading.get_ident())
        if settled is not None:
            self.report(settled)
        elif failure is not None:
            logger().info(
                "segment client: %d event(s) are sent again (%s: %s)", len(batch.entries), failure.type, failure.code
            )

    def give_up(self, *, code: str) -> None:
        """Nothing more will be sent: abandon what is left, or leave it in the spool."""
        with self.changed:
            settled = self.batcher.empty(deferred=self._spool is not None)
            self._spool_has_more = False
            self.over = True
            self.batcher.wake_at = 1
            if settled is not None:
                self._reporting.append(threading.get_ident())
        if settled is not None:
            if settled.state is ReceiptState.ABANDONED:
                failure = Failure(type=SegmentErrorType.UNKNOWN, code=code, retriable=True)
                settled = msgspec.structs.replace(settled, failure=failure)
            self.report(settled)

    def report(self, settled: Settled[Receipt]) -> None:
        """Tell everyone of settled events: the spool, the receipts, the observer, the log, `on_error`."""
        receipts, state, failure = settled.entries, settled.state, settled.failure
        try:
            if self._spool is not None and state is not ReceiptState.DEFERRED:
                self._forget_in_spool(receipts)
            error = None
            if failure is not None:
                given_up = state is ReceiptState.ABANDONED
                error = failure.error(tuple(each.message_id for each in receipts), given_up=given_up)
            settle(receipts, state, error)
            if self.observer is not None:
                self.observer.settled(state, len(receipts), None if failure is None else failure.code)
            if error is not None:
                self._complain(error)
        finally:
            with self.changed:
                self._reporting.remove(threading.get_ident())
            self.wake()

    def _forget_in_spool(self, receipts: Sequence[Receipt]) -> None:
        assert self._spool is not None  # noqa: S101  # for type checkers
        try:
            self._spool.remove([each.message_id for each in receipts])
        except SpoolError as error:
            # sent once more after a restart, under the same message ids
            logger().error("segment client: the spool cannot be written to (%s)", error)

    def drain(self, transport: Transport, seconds: float) -> None:
        """Deliver what is queued in this thread, where none can be started any more."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            with self.changed:
                batch = self.next_locked()
                if batch is None:
                    if self.idle_locked():
                        return
                    wait = self.batcher.wait()
                    self.changed.wait(left if wait is None else min(wait, left))
                    continue
            self.answered(batch, self.send(batch, transport))

    def _complain(self, error: SegmentError) -> None:
        if error.code != "queue_full" or self._clock() - self._told_of_drops >= _QUIET:
            logger().error("segment client: %s", error, extra={"segment_code": error.code})
            if error.code == "queue_full":
                self._told_of_drops = self._clock()
        if self._on_error is not None:
            try:
                self._on_error(error)
            except Exception as raised:  # noqa: BLE001  # the caller's own; the client must outlive it
                logger().error("segment client: on_error raised %s", type(raised).__name__)

    def _load_leftovers_locked(self) -> None:
        assert self._spool is not None  # noqa: S101  # for type checkers
        try:
            rows = self._spool.leftovers(_LEFTOVERS_AT_ONCE)
        except SpoolError as error:
            logger().error("segment client: the spool cannot be read (%s)", error)
            rows = []
        if not rows:
            self._spool_has_more = False
            self.wake()  # somebody may be flushing
        self.recovered += len(rows)
        for message_id, body in rows:
            self.batcher.add(Receipt(message_id, body))

    def _renew_lock(self) -> None:
        # reentrant, so that a signal handler or a finalizer that makes a call does not wait for the call it interrupts
        self.lock = threading.RLock()
        self.changed = threading.Condition(self.lock)

    # ---- the rest

    def stats_locked(self) -> ClientStats:
        """What has been done so far."""
        counts: dict[str, int] = msgspec.structs.asdict(self.batcher.counts)
        return ClientStats(
            accepted=self.batcher.accepted,
            queued=self.batcher.outstanding,
            recovered=self.recovered,
            refused=self.refused,
            blocked=self.blocked,
            **counts,
        )

    def close_spool(self) -> None:
        """Let go of the spool's file."""
        if self._spool is not None:
            try:
                self._spool.close()
            except SpoolError as error:
                logger().error("segment client: the spool cannot be closed (%s)", error)

    def before_fork(self) -> None:
        """See `forking`."""
        self.changed.acquire()
        if self._spool is not None:
            self._spool.before_fork()

    def after_fork_in_parent(self) -> None:
        """See `forking`."""
        if self._spool is not None:
            self._spool.after_fork_in_parent()
        self.changed.release()

    def after_fork_in_child(self) -> None:
        """See `forking`."""
        self._renew_lock()
        left = self.batcher.empty(deferred=True)
        if left is not None:
            settle(left.entries, ReceiptState.DEFERRED)  # the parent has them
        self.batcher.restart()
        self.refused = self.blocked = self.recovered = 0
        self._reporting.clear()
        self._spool_has_more = False
        if self._spool is not None:
            self._spool.after_fork_in_child()


def _unexpected(error: Exception) -> Failure:
    logger().error("segment client: %s while sending", type(error).__name__)
    return Failure(type=SegmentErrorType.UNKNOWN, code=type(error).__name__, retriable=True)
