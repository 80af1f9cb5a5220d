"""What to send, when, and what to do with an answer: no thread, no socket, and no clock but the one given.

Events wait in a queue. A batch is taken from it when enough have come, when the oldest has waited long enough, or when
somebody flushes; its answer settles it, divides it, or puts it back in front. One batch is on its way at a time, so the
order of the events is kept. A driver, a thread or an asyncio task, does what this says:

    while True:
        batch = batcher.next()                 what to send now, if anything
        … nothing: sleep batcher.wait() seconds, or until add() says that there is something to do …
        settled = batcher.answered(batch, failure)

A driver has a lock around all of this but `add`, which any number of threads may call at any time: it appends to a
deque, which is atomic, and then looks whether the sleeper asked to be woken by so many events. `wait` does it the other
way round, asks first and then looks, so that one of the two always sees the other.

At any time, accepted = delivered + rejected + abandoned + dropped + deferred + outstanding, in events.
"""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Callable, Sequence
from itertools import chain
from typing import Generic, Protocol, TypeVar

import msgspec

from segment_hooks.client.receipt import ReceiptState
from segment_hooks.client.retrying import MAX_RETRIES, MAX_RETRY_SECONDS, Failure, backoff

NEVER = sys.maxsize

MAX_BATCH_EVENTS = 2_500
"""Segment answers 200 to a batch of more, and throws away what is over (HTTP API, "Batch")."""
MAX_BATCH_BYTES = 475_000
"""Of the documented 500 KB, and what SDKs allow themselves; the rest is for the envelope."""


class HasBody(Protocol):
    """What the batcher needs to know of an event."""

    @property
    def body(self) -> bytes:
        """Its JSON text."""
        ...


E = TypeVar("E", bound=HasBody)


class Batch(Generic[E]):
    """Events that go in one request. `tries`: how often they have been sent before."""

    __slots__ = ("counted", "entries", "failed_at", "start", "tries")

    def __init__(self, entries: list[E], start: int) -> None:
        self.entries = entries
        self.start = start  # how many events had left the queue before these
        self.tries = 0
        self.counted = 0  # failed tries, without those after which the server said how long to wait
        self.failed_at: float | None = None  # the first time


class Settled(msgspec.Struct, Generic[E], frozen=True):
    """Events whose fate is known."""

    entries: Sequence[E]
    state: ReceiptState
    failure: Failure | None = None


class Counts(msgspec.Struct):
    """How many events, since the beginning, have been …"""

    delivered: int = 0
    rejected: int = 0
    abandoned: int = 0
    dropped: int = 0
    """Given up to make room for newer ones."""
    deferred: int = 0
    requests: int = 0
    """Batches sent, every try counted."""
    retries: int = 0
    """Batches put back to be sent again."""
    divisions: int = 0
    """Batches cut in two after a refusal."""


class Batcher(Generic[E]):
    """See the module.

    `flush_at`: events that make a batch due. `flush_interval`: seconds after which the oldest does. `max_queue`: events
    that may wait, beside the batch on its way. `max_retries`, or None for no limit, and `max_retry_seconds`: when to
    give a batch up. `clock`: seconds that only go up. `random`: gives numbers from 0 to 1.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], float],
        random: Callable[[], float],
        flush_at: int = 100,
        flush_interval: float = 0.5,
        max_queue: int = 10_000,
        max_retries: int | None = MAX_RETRIES,
        max_retry_seconds: float = MAX_RETRY_SECONDS,
    ) -> None:
        self._clock = clock
        self._random = random
        self._flush_at = flush_at
        self._flush_interval = flush_interval
        self.max_queue = max_queue
        self.capacity = max_queue
        """How many events may be in the queue for one more to be put there at once, without the driver's lock."""
        self._max_retries = max_retries
        self._max_retry_seconds = max_retry_seconds

        self.restart()

    def restart(self) -> None:
        """Be as new: in the child of a fork, what was here is the parent's."""
        self.counts = Counts()
        self.queue: deque[E] = deque()
        self.wake_at = 1
        """How many events in the queue the sleeping driver wants to be woken by."""
        self._since: float | None = None  # when the oldest in the queue was first seen there
        self._left = 0  # events that have left the queue, ever
        self._sent: Batch[E] | None = None
        self._again: deque[Batch[E]] = deque()  # to be sent before anything from the queue
        self._not_before = 0.0
        self._flush_to = 0  # the events accepted up to here need not wait for more

    # ---- events come in

    @property
    def full(self) -> bool:
        """Whether the queue has no room for one more."""
        return len(self.queue) >= self.max_queue

    @property
    def room(self) -> int:
        """For how many events the queue has room."""
        return max(0, self.max_queue - len(self.queue))

    def add(self, entry: E) -> bool:
        """Take in an event; the caller has seen to room. Returns whether the driver has to look again."""
        self.queue.append(entry)
        return len(self.queue) >= self.wake_at

    def discard(self, count: int) -> None:
        """Count so many events as accepted and abandoned, without ever having had them."""
        self._left += count
        self.counts.abandoned += count

    def drop_oldest(self) -> Settled[E]:
        """Give up the event that has waited longest. There must be one."""
        entry = self.queue.popleft()
        self._left += 1
        self.counts.dropped += 1
        return Settled((entry,), ReceiptState.ABANDONED)

    def flush(self) -> int:
        """Let what has been accepted so far wait for nothing more. Returns the mark for `settled_to`."""
        self._flush_to = self.accepted
        return self._flush_to

    def settled_to(self, mark: int) -> bool:
        """Whether everything accepted before that mark is settled."""
        first = self._sent or (self._again[0] if self._again else None)
        return self._left >= mark and (first is None or first.start >= mark)

    @property
    def accepted(self) -> int:
        """Events taken in since the beginning."""
        return self._left + len(self.queue)

    @property
    def queued(self) -> int:
        """Events that wait to be sent for the first time."""
        return len(self.queue)

    @property
    def outstanding(self) -> int:
        """Events that are not settled."""
        return len(self.queue) + sum(len(batch.entries) for batch in self._unsettled())

    def _unsettled(self) -> list[Batch[E]]:
        return [*([self._sent] if self._sent is not None else ()), *self._again]

    # ---- batches go out

    def next(self) -> Batch[E] | None:
        """The batch to send now; None while there is nothing to do."""
        if self._sent is not None or self._wait_before_sending() > 0:
            return None
        if self._again:
            batch = self._again.popleft()
        elif self._due_in() == 0:
            batch = self._take()
        else:
            return None
        self._sent = batch
        self.wake_at = NEVER
        self.counts.requests += 1
        return batch

    def wait(self) -> float | None:
        """Seconds until `next` may have something; None: not before an answer, or an event, comes. Sets `wake_at`."""
        self.wake_at = NEVER
        if self._sent is not None:
            return None
        pause = self._wait_before_sending()
        if self._again or pause > 0:
            return pause
        self.wake_at = self._flush_at if self.queue else 1
        return self._due_in()

    def _wait_before_sending(self) -> float:
        return max(0.0, self._not_before - self._clock()) if self._not_before else 0.0

    def _due_in(self) -> float | None:
        """Seconds until a batch can be taken from the queue; None where it is empty."""
        waiting = len(self.queue)
        if not waiting:
            return None
        if self._since is None:
            self._since = self._clock()
        if waiting >= self._flush_at or self._left < self._flush_to:
            return 0.0
        return max(0.0, self._since + self._flush_interval - self._clock())

    def _take(self) -> Batch[E]:
        queue, entries, size = self.queue, list[E](), 0
        batch = Batch(entries, self._left)
        while queue and len(entries) < MAX_BATCH_EVENTS:
            more = len(queue[0].body) + 1
            if entries and size + more > MAX_BATCH_BYTES:
                break
            size += more
            entries.append(queue.popleft())
        self._left += len(entries)
        self._since = None
        return batch

    # ---- answers come back

    def answered(self, batch: Batch[E], failure: Failure | None) -> Settled[E] | None:
        """What the answer settles: None where the batch is tried again, whole or in parts, or was given up before."""
        if batch is not self._sent:
            return None
        self._sent = None
        self._not_before = 0.0
        entries = batch.entries
        batch.tries += 1
        if failure is None:
            self.counts.delivered += len(entries)
            return Settled(entries, ReceiptState.DELIVERED)
        if failure.divisible and len(entries) > 1:
            self._divide(batch)
            return None
        if not failure.retriable:
            self.counts.rejected += len(entries)
            return Settled(entries, ReceiptState.REJECTED, failure)
        return self._try_again(batch, failure)

    def unanswered(self, batch: Batch[E]) -> None:
        """The driver was stopped while it waited for the answer: the batch is to be sent again, as the same try."""
        if batch is self._sent:
            self._sent = None
            self._again.appendleft(batch)

    def _divide(self, batch: Batch[E]) -> None:
        middle = len(batch.entries) // 2
        halves = (Batch(batch.entries[:middle], batch.start), Batch(batch.entries[middle:], batch.start + middle))
        self._again.extendleft(reversed(halves))
        self.counts.divisions += 1

    def _try_again(self, batch: Batch[E], failure: Failure) -> Settled[E] | None:
        now = self._clock()
        if batch.failed_at is None:
            batch.failed_at = now
        if failure.retry_after is not None:
            wait = failure.retry_after
        else:
            batch.counted += 1
            wait = backoff(batch.counted, self._random)
        out_of_tries = self._max_retries is not None and batch.counted > self._max_retries
        if failure.retry_after is not None:
            self._not_before = now + wait  # whatever becomes of this batch, the server wants quiet
        if out_of_tries or now + wait - batch.failed_at > self._max_retry_seconds:
            self.counts.abandoned += len(batch.entries)
            return Settled(batch.entries, ReceiptState.ABANDONED, failure)
        self._not_before = now + wait
        self._again.appendleft(batch)
        self.counts.retries += 1
        return None

    # ---- the end

    def empty(self, *, deferred: bool = False) -> Settled[E] | None:
        """Give up everything that is not settled, or leave it to another process; an answer on its way is void."""
        entries = list(chain.from_iterable(batch.entries for batch in self._unsettled()))
        while self.queue:  # one by one: other threads may still be adding
            entries.append(self.queue.popleft())
            self._left += 1
        self._again.clear()
        self._sent, self._not_before = None, 0.0
        if not entries:
            return None
        if deferred:
            self.counts.deferred += len(entries)
            return Settled(entries, ReceiptState.DEFERRED)
        self.counts.abandoned += len(entries)
        return Settled(entries, ReceiptState.ABANDONED)
