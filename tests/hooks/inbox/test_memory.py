"""The store in memory: the contract, and that it stays bounded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from segment_hooks.inbox import MemoryStore, State
from segment_hooks.inbox.protocol import DONE
from tests.hooks.inbox.contract import StoreContract
from tests.hooks.inbox.events import Clock, end, entry
from tests.hooks.inbox.machine import StoreMachine


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(clock: Clock) -> MemoryStore:
    return MemoryStore(clock=clock)


class TestMemoryStore(StoreContract):
    pass


def test_the_number_of_records_is_bounded(clock: Clock) -> None:
    store = MemoryStore(max_records=3, clock=clock)
    for number in range(10):
        (token,) = store.claim([entry(f"m-{number}")], 60)
        store.settle([end(f"m-{number}", token)])
    assert [record.id for record in store.records()] == ["m-7", "m-8", "m-9"]


def test_what_has_not_ended_is_never_forgotten(clock: Clock) -> None:
    store = MemoryStore(max_records=1, clock=clock)
    store.put([entry("waiting")])
    store.claim([entry("held")], 60)
    (token,) = store.claim([entry("ended")], 60)
    store.settle([end("ended", token)])
    assert {record.id for record in store.records()} == {"waiting", "held"}


def test_forgetting_frees_the_memory(clock: Clock) -> None:
    store = MemoryStore(clock=clock)
    for number in range(10):
        (token,) = store.claim([entry(f"m-{number}")], 60)
        store.settle([end(f"m-{number}", token, seconds=10 * (number + 1))])
    clock.forward(35)
    assert store.forget(2) == 2
    assert store.forget(100) == 1
    assert store.claim([entry("m-3")], 60) == [DONE]
    assert store.stats().counts[State.DONE] == 7


class Machine(StoreMachine):
    """Two workers in one process, whose clock jumps."""

    forgets_lapsed = False  # whoever held them has ended with the process

    def open(self, clock: Callable[[], float]) -> Any:
        if not hasattr(self, "store"):
            self.store = MemoryStore(
                clock=lambda: self.clock()  # noqa: PLW0108  # it changes
            )
        return OfWorker(self, clock)


class OfWorker:
    """The store, with the clock of one of the workers."""

    def __init__(self, machine: Machine, clock: Callable[[], float]) -> None:
        self._machine = machine
        self._clock = clock

    def __getattr__(self, name: str) -> Any:
        self._machine.clock = self._clock
        return getattr(self._machine.store, name)


TestTwoWorkers = Machine.TestCase
