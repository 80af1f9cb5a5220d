"""The law of the batcher, whatever is called and answered in whatever order: no event is lost count of."""

from __future__ import annotations

from typing import Any

import msgspec
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from segment_hooks.client import ReceiptState
from segment_hooks.client.batcher import MAX_BATCH_BYTES, MAX_BATCH_EVENTS, Batch, Batcher, Settled
from segment_hooks.client.exchange import unreachable
from segment_hooks.client.retrying import LONGEST_RETRY_AFTER, LONGEST_WAIT, Failure, judge
from segment_hooks.client.transport import TransportError
from tests.hooks.client.doubles import Clock


class Entry(msgspec.Struct, frozen=True):
    number: int
    body: bytes


CLOCK = Clock()
FAILURES: st.SearchStrategy[Failure | None] = st.one_of(
    st.none(),
    st.just(unreachable(TransportError("timeout"))),
    st.builds(
        judge,
        st.integers(100, 599),
        st.dictionaries(
            st.sampled_from(["retry-after", "x-ratelimit-reset"]), st.sampled_from(["0", "1", "30", "900", "soon"])
        ),
        st.sampled_from([b"", b'{"code":"x"}']),
        st.just(CLOCK.now),
    ),
)


class BatcherMachine(RuleBasedStateMachine):
    """Events come in, time passes, answers of every kind come back."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = Clock()
        self.max_queue = 20
        self.batcher = Batcher[Entry](
            clock=self.clock,
            random=lambda: 0.5,
            flush_at=5,
            flush_interval=1,
            max_queue=self.max_queue,
            max_retries=3,
            max_retry_seconds=100,
        )
        self.number = 0
        self.sent: Batch[Entry] | None = None
        self.fates: dict[int, ReceiptState] = {}
        self.given_up: list[Batch[Entry]] = []
        self.order: list[int] = []
        self.asleep_until: float | None = None

    def settle(self, settled: Settled[Entry] | None) -> None:
        for entry in settled.entries if settled is not None else ():
            assert entry.number not in self.fates, "settled twice"
            self.fates[entry.number] = settled.state  # type: ignore[union-attr]

    @rule(count=st.integers(1, 12), size=st.sampled_from([2, 300, 32_768]))
    def add(self, count: int, size: int) -> None:
        for _ in range(count):
            if self.batcher.full:
                self.settle(self.batcher.drop_oldest())
            self.batcher.add(Entry(self.number, b"x" * size))
            self.number += 1

    @rule()
    def flush(self) -> None:
        mark = self.batcher.flush()
        assert mark == self.number

    @rule(seconds=st.sampled_from([0.1, 0.5, 1.0, 7.0, 60.0, 300.0]))
    def pass_time(self, seconds: float) -> None:
        self.clock.seconds += seconds

    @precondition(lambda self: self.sent is None)
    @rule()
    def send(self) -> None:
        wait = self.batcher.wait()
        self.sent = self.batcher.next()
        # wait() and next() agree
        assert (self.sent is not None) == (wait == 0)
        if self.sent is not None:
            entries = self.sent.entries
            assert 1 <= len(entries) <= MAX_BATCH_EVENTS
            assert len(entries) == 1 or sum(len(each.body) + 1 for each in entries) <= MAX_BATCH_BYTES
            self.order += [each.number for each in entries if each.number not in self.order]

    @precondition(lambda self: self.sent is not None)
    @rule(failure=FAILURES)
    def answer(self, failure: Failure | None) -> None:
        assert self.sent is not None
        self.settle(self.batcher.answered(self.sent, failure))
        self.sent = None

    @precondition(lambda self: self.sent is not None)
    @rule()
    def recall(self) -> None:
        assert self.sent is not None
        self.batcher.unanswered(self.sent)
        self.sent = None

    @rule(deferred=st.booleans())
    def empty(self, deferred: bool) -> None:
        self.settle(self.batcher.empty(deferred=deferred))
        if self.sent is not None:  # its answer comes too late
            assert self.batcher.answered(self.sent, None) is None
            self.sent = None
        assert self.batcher.outstanding == 0

    @invariant()
    def every_event_is_accounted_for(self) -> None:
        batcher, counts = self.batcher, self.batcher.counts
        settled = counts.delivered + counts.rejected + counts.abandoned + counts.dropped + counts.deferred
        assert batcher.accepted == self.number == settled + batcher.outstanding
        states = list(self.fates.values())
        assert states.count(ReceiptState.DELIVERED) == counts.delivered
        assert states.count(ReceiptState.REJECTED) == counts.rejected
        assert states.count(ReceiptState.ABANDONED) == counts.abandoned + counts.dropped
        assert states.count(ReceiptState.DEFERRED) == counts.deferred

    @invariant()
    def the_order_is_kept(self) -> None:
        assert self.order == sorted(self.order)

    @invariant()
    def the_queue_is_bounded(self) -> None:
        assert self.batcher.queued <= self.max_queue

    @invariant()
    def it_never_sleeps_for_good_on_something_to_do(self) -> None:
        wait = self.batcher.wait()
        if self.sent is None and self.batcher.outstanding:
            assert wait is not None
            assert wait <= max(LONGEST_WAIT, LONGEST_RETRY_AFTER)

    def teardown(self) -> None:
        """Left alone with a good server, everything is delivered."""
        if self.sent is not None:
            self.answer_well()
        while (wait := self.batcher.wait()) is not None:
            self.clock.seconds += wait
            self.sent = self.batcher.next()
            if self.sent is not None:
                self.answer_well()
        assert self.batcher.outstanding == 0
        self.every_event_is_accounted_for()

    def answer_well(self) -> None:
        assert self.sent is not None
        self.settle(self.batcher.answered(self.sent, None))
        self.sent = None


TestBatcher: Any = BatcherMachine.TestCase
