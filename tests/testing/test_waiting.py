"""Waiting for what is recorded: from plain threads, from the event loop's own thread, under asyncio and trio."""

from __future__ import annotations

import threading
from collections.abc import Callable, Coroutine, Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import anyio
import anyio.lowlevel
import anyio.to_thread
import pytest

from segment_testing.recording import Call, Ledger, Reception

LONG = 30.0
"""Seconds that no test here waits for: what it waits for has happened before."""


def a_call() -> Call:
    reception = Reception(endpoint="/v1/track", write_key="wk", received_at=datetime(2026, 1, 2, tzinfo=UTC))
    return Call(reception, b'{"event":"A"}', type="track", name="A", message_id="m")


@contextmanager
def recording_elsewhere(ledger: Ledger, start: threading.Event) -> Generator[None]:
    """A thread that records one call when `start` is set."""

    def record() -> None:
        assert start.wait(LONG)
        ledger.record([a_call()])

    thread = threading.Thread(target=record)
    thread.start()
    try:
        yield
    finally:
        start.set()
        thread.join(LONG)


def asked(ledger: Ledger, start: threading.Event, calls: int = 1) -> Callable[[], bool]:
    """Whether so many calls are there; the first question sets `start`, so that the waiting has begun by then."""

    def condition() -> bool:
        start.set()
        return len(ledger) >= calls

    return condition


def test_a_thread_waits_for_another() -> None:
    ledger, start = Ledger(), threading.Event()
    with recording_elsewhere(ledger, start):
        assert ledger.wait_for(asked(ledger, start), LONG)


def test_what_holds_already_is_not_waited_for() -> None:
    assert Ledger().wait_for(lambda: True, 0)


def test_the_time_of_a_thread_runs_out() -> None:
    assert not Ledger().wait_for(lambda: False, 0.01)


def test_the_condition_is_asked_again_when_the_time_is_up() -> None:
    answers = iter([False, True])
    assert Ledger().wait_for(lambda: next(answers), 0.001)


def test_other_threads_record_while_the_condition_is_asked() -> None:
    ledger = Ledger()

    def condition() -> bool:
        if not len(ledger):
            thread = threading.Thread(target=ledger.record, args=([a_call()],))
            thread.start()
            thread.join(LONG)  # hangs if the ledger were locked
            assert not thread.is_alive()
            return False
        return True

    assert ledger.wait_for(condition, LONG)


Test = Callable[[], Coroutine[Any, Any, None]]


def in_both_loops(test: Test) -> Callable[[str], None]:
    @pytest.mark.parametrize("backend", ["asyncio", "trio"])
    def run(backend: str) -> None:
        anyio.run(test, backend=backend)

    return run


@in_both_loops
async def test_a_plain_thread_records() -> None:
    ledger, start = Ledger(), threading.Event()
    with recording_elsewhere(ledger, start):
        assert await ledger.wait_for_async(asked(ledger, start), LONG)


@in_both_loops
async def test_another_task_of_the_same_loop_records() -> None:
    ledger = Ledger()

    async def record() -> None:
        await anyio.lowlevel.checkpoint()
        ledger.record([a_call()])

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(record)
        assert await ledger.wait_for_async(lambda: len(ledger) == 1, LONG)


@in_both_loops
async def test_a_worker_thread_of_the_loop_records() -> None:
    ledger, start = Ledger(), threading.Event()

    def record() -> None:
        assert start.wait(LONG)
        ledger.record([a_call()])

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(anyio.to_thread.run_sync, record)
        assert await ledger.wait_for_async(asked(ledger, start), LONG)


@in_both_loops
async def test_many_records_are_waited_for() -> None:
    ledger = Ledger()

    async def record() -> None:
        for _ in range(5):
            await anyio.lowlevel.checkpoint()
            ledger.record([a_call()])

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(record)
        assert await ledger.wait_for_async(lambda: len(ledger) == 5, LONG)


@in_both_loops
async def test_the_time_runs_out() -> None:
    assert not await Ledger().wait_for_async(lambda: False, 0.01)


@in_both_loops
async def test_no_time_at_all_still_asks() -> None:
    assert await Ledger().wait_for_async(lambda: True, 0)


@in_both_loops
async def test_nobody_listens_afterwards() -> None:
    ledger = Ledger()
    await ledger.wait_for_async(lambda: False, 0.001)
    assert ledger._listeners == []


@in_both_loops
async def test_a_record_without_end_does_not_outlast_the_time() -> None:
    ledger = Ledger()

    async def record() -> None:
        while True:
            ledger.record([a_call()])
            await anyio.lowlevel.checkpoint()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(record)
        assert not await ledger.wait_for_async(lambda: False, 0.01)
        tasks.cancel_scope.cancel()


def test_a_loop_that_has_ended_is_told_nothing() -> None:
    listeners: list[Callable[[], None]] = []

    class Late(Ledger):
        def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
            listeners.append(listener)
            return super().subscribe(listener)

    for backend in ("asyncio", "trio"):
        anyio.run(Late().wait_for_async, lambda: False, 0, backend=backend)
    for listener in listeners:
        listener()  # as a thread does that had copied the list of listeners just before
    assert len(listeners) == 2
