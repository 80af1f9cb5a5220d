"""The store in memory: the contract, and that it stays bounded."""

from __future__ import annotations

import pytest

from segment_hooks.inbox import MemoryStore, State
from segment_hooks.inbox.protocol import DONE
from tests.hooks.inbox.contract import StoreContract
from tests.hooks.inbox.events import Clock, end, entry


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
