"""The batcher: what is sent, when, and what becomes of it."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from segment_hooks.client import ReceiptState, SegmentErrorType
from segment_hooks.client.batcher import MAX_BATCH_BYTES, MAX_BATCH_EVENTS, Batch, Batcher
from segment_hooks.client.retrying import Failure
from tests.hooks.client.doubles import Clock


class Entry(msgspec.Struct, frozen=True):
    number: int
    body: bytes = b"{}"


DOWN = Failure(type=SegmentErrorType.SERVER, code="status_503", status_code=503, retriable=True)
BUSY = msgspec.structs.replace(DOWN, status_code=429, retry_after=7.0)
LARGE = Failure(type=SegmentErrorType.VALIDATION, code="too_large", status_code=413, divisible=True)
DENIED = Failure(type=SegmentErrorType.AUTHENTICATION, code="status_401", status_code=401)


class Driver:
    """A batcher, and a clock to go with it."""

    def __init__(self, **options: Any) -> None:
        self.clock = Clock()
        self.batcher = Batcher[Entry](clock=self.clock, random=lambda: 0.0, **options)

    def add(self, *numbers: int) -> list[bool]:
        return [self.batcher.add(Entry(number)) for number in numbers]

    def next(self) -> Batch[Entry]:
        batch = self.batcher.next()
        assert batch is not None
        return batch

    def wait(self, seconds: float) -> None:
        self.clock.seconds += seconds


def numbers(batch: Batch[Entry]) -> list[int]:
    return [entry.number for entry in batch.entries]


def test_it_sleeps_until_something_comes() -> None:
    driver = Driver()
    assert driver.batcher.next() is None
    assert driver.batcher.wait() is None
    assert driver.add(1) == [True]


def test_the_oldest_waits_for_the_interval() -> None:
    driver = Driver(flush_interval=2)
    driver.add(1)
    assert driver.batcher.next() is None
    assert driver.batcher.wait() == 2
    assert driver.add(2, 3) == [False, False]
    driver.wait(1.5)
    assert driver.batcher.wait() == 0.5
    driver.wait(0.5)
    assert numbers(driver.next()) == [1, 2, 3]


def test_enough_events_are_sent_at_once() -> None:
    driver = Driver(flush_at=3)
    driver.add(1)
    driver.batcher.wait()
    assert driver.add(2, 3) == [False, True]
    assert numbers(driver.next()) == [1, 2, 3]


def test_a_batch_takes_all_that_is_queued() -> None:
    driver = Driver(flush_at=3)
    driver.add(*range(10))
    assert numbers(driver.next()) == list(range(10))


def test_a_flush_waits_for_nothing() -> None:
    driver = Driver()
    driver.add(1)
    mark = driver.batcher.flush()
    driver.add(2)
    assert not driver.batcher.settled_to(mark)
    batch = driver.next()
    assert numbers(batch) == [1, 2]
    assert not driver.batcher.settled_to(mark)
    driver.batcher.answered(batch, None)
    assert driver.batcher.settled_to(mark)


def test_batches_keep_segments_limits() -> None:
    driver = Driver()
    driver.add(*range(MAX_BATCH_EVENTS + 1))
    assert len(driver.next().entries) == MAX_BATCH_EVENTS
    large = Driver(flush_at=1)
    body = b"x" * 32_768
    for number in range(20):
        large.batcher.add(Entry(number, body))
    batch = large.next()
    assert numbers(batch) == list(range(14))
    assert len(b",".join(entry.body for entry in batch.entries)) <= MAX_BATCH_BYTES < 15 * 32_769


def test_one_batch_at_a_time() -> None:
    driver = Driver(flush_at=1)
    driver.add(1)
    first = driver.next()
    assert not any(driver.add(2, 3))  # the driver is busy, and looks by itself before it sleeps
    assert driver.batcher.next() is None
    assert driver.batcher.wait() is None
    driver.batcher.answered(first, None)
    assert numbers(driver.next()) == [2, 3]


def test_delivered() -> None:
    driver = Driver(flush_at=1)
    driver.add(1, 2)
    settled = driver.batcher.answered(driver.next(), None)
    assert settled is not None
    assert (settled.state, settled.failure) == (ReceiptState.DELIVERED, None)
    assert driver.batcher.counts.delivered == 2
    assert driver.batcher.outstanding == 0


def test_rejected_for_good() -> None:
    driver = Driver(flush_at=1)
    driver.add(1, 2)
    settled = driver.batcher.answered(driver.next(), DENIED)
    assert settled is not None
    assert (settled.state, settled.failure) == (ReceiptState.REJECTED, DENIED)
    assert len(settled.entries) == 2
    assert driver.batcher.counts.rejected == 2


def test_tried_again_before_anything_newer() -> None:
    driver = Driver(flush_at=1)
    driver.add(1)
    first = driver.next()
    driver.add(2)
    assert driver.batcher.answered(first, DOWN) is None
    assert driver.batcher.next() is None
    assert driver.batcher.wait() == 0.5
    driver.wait(0.5)
    again = driver.next()
    assert again is first
    assert again.tries == 1
    driver.batcher.answered(again, DOWN)
    assert driver.batcher.wait() == 1
    driver.wait(1)
    driver.batcher.answered(driver.next(), None)
    assert numbers(driver.next()) == [2]
    assert driver.batcher.counts.retries == 2


def test_given_up_after_enough_tries() -> None:
    driver = Driver(flush_at=1, max_retries=2)
    driver.add(1)
    for _ in range(2):
        assert driver.batcher.answered(driver.next(), DOWN) is None
        driver.wait(60)
    settled = driver.batcher.answered(driver.next(), DOWN)
    assert settled is not None
    assert (settled.state, settled.failure) == (ReceiptState.ABANDONED, DOWN)
    assert driver.batcher.counts.abandoned == 1


def test_waits_that_the_server_asks_for_are_no_tries() -> None:
    driver = Driver(flush_at=1, max_retries=0)
    driver.add(1)
    for _ in range(50):
        assert driver.batcher.answered(driver.next(), BUSY) is None
        assert driver.batcher.wait() == 7
        driver.wait(7)
    assert driver.next().tries == 50


def test_given_up_after_enough_time() -> None:
    driver = Driver(flush_at=1, max_retries=None, max_retry_seconds=20)
    driver.add(1)
    driver.batcher.answered(driver.next(), BUSY)
    driver.wait(7)
    driver.batcher.answered(driver.next(), BUSY)
    driver.wait(7)
    assert driver.batcher.answered(driver.next(), BUSY) is not None  # 14 and 7 seconds are too many
    # but the server still wants quiet
    driver.add(2)
    assert driver.batcher.next() is None
    assert driver.batcher.wait() == 7


def test_a_batch_that_is_too_large_is_divided_down_to_the_one() -> None:
    driver = Driver(flush_at=1)
    driver.add(*range(8))
    driver.batcher.add(Entry(8))
    delivered: list[int] = []
    rejected: list[int] = []
    while (batch := driver.batcher.next()) is not None:
        settled = driver.batcher.answered(batch, LARGE if 5 in numbers(batch) else None)
        if settled is not None:
            target = delivered if settled.state is ReceiptState.DELIVERED else rejected
            target += [entry.number for entry in settled.entries]
    assert rejected == [5]
    assert delivered == [0, 1, 2, 3, 4, 6, 7, 8]
    assert driver.batcher.counts.divisions == 3


def test_the_oldest_goes() -> None:
    driver = Driver(max_queue=2)
    driver.add(1, 2)
    assert driver.batcher.full
    assert driver.batcher.room == 0
    dropped = driver.batcher.drop_oldest()
    assert [entry.number for entry in dropped.entries] == [1]
    assert dropped.state is ReceiptState.ABANDONED
    assert not driver.batcher.full
    assert driver.batcher.counts.dropped == 1


def test_a_mark_waits_for_what_is_on_its_way_though_the_queue_went_by() -> None:
    driver = Driver(flush_at=2, max_queue=2)
    driver.add(1, 2)
    first = driver.next()
    driver.add(3, 4)
    mark = driver.batcher.flush()
    driver.batcher.drop_oldest()
    driver.batcher.drop_oldest()
    driver.add(5, 6)
    driver.batcher.drop_oldest()
    assert not driver.batcher.settled_to(mark)
    driver.batcher.answered(first, None)
    assert driver.batcher.settled_to(mark)


def test_a_recalled_batch_is_sent_as_the_same_try() -> None:
    driver = Driver(flush_at=1)
    driver.add(1)
    batch = driver.next()
    driver.batcher.unanswered(batch)
    assert driver.next() is batch
    assert batch.tries == 0


@pytest.mark.parametrize("deferred", [True, False])
def test_the_end(deferred: bool) -> None:
    driver = Driver(flush_at=1)
    driver.add(1)
    batch = driver.next()
    driver.add(2)
    settled = driver.batcher.empty(deferred=deferred)
    assert settled is not None
    assert [entry.number for entry in settled.entries] == [1, 2]
    assert settled.state is (ReceiptState.DEFERRED if deferred else ReceiptState.ABANDONED)
    assert driver.batcher.answered(batch, None) is None  # too late
    assert driver.batcher.empty() is None
    counts = driver.batcher.counts
    assert (counts.delivered, counts.abandoned, counts.deferred) == (0, 0 if deferred else 2, 2 if deferred else 0)


def test_as_new_after_a_fork() -> None:
    driver = Driver(flush_at=1)
    driver.add(1)
    driver.next()
    driver.batcher.restart()
    assert (driver.batcher.accepted, driver.batcher.outstanding) == (0, 0)
    assert driver.add(2) == [True]
