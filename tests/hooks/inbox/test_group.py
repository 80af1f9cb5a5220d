"""Group commit: many callers in one transaction, none harmed by another, none kept waiting."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from segment_hooks.inbox import InboxUnavailable, MemoryStore, State
from segment_hooks.inbox.calls import LoopCallers
from segment_hooks.inbox.group import Group
from segment_hooks.inbox.protocol import BUSY, DONE, Ending, Entry, Item
from segment_hooks.inbox.sqlite import SQLiteStore
from tests.hooks.inbox.events import end, entry


class Recorder(MemoryStore):
    """A store that is called by the thread, says what it was asked, and can be held up."""

    immediate = False

    def __init__(self) -> None:
        super().__init__()
        self.transactions: list[list[str]] = []
        self.goes = threading.Event()
        self.goes.set()
        self.called = threading.Event()
        self.error: Exception | None = None
        self.poison: str | None = None
        self._open = False

    @contextmanager
    def transaction(self) -> Generator[None]:
        if self._open:
            yield
            return
        self._open = True
        self.transactions.append([])
        try:
            yield
        finally:
            self._open = False

    def _note(self, what: str, names: Sequence[str] = ()) -> None:
        self.called.set()
        assert self.goes.wait(10)
        if self._open:
            self.transactions[-1].append(f"{what} {len(names)}")
        else:
            self.transactions.append([f"{what} {len(names)}"])
        if self.error is not None:
            raise self.error
        if self.poison in names:
            raise ValueError("cannot be stored")

    def put(self, entries: Sequence[Entry]) -> None:
        self._note("put", [each.id for each in entries])
        super().put(entries)

    def claim(self, entries: Sequence[Entry], lease: float) -> list[int]:
        self._note("claim", [each.id for each in entries])
        return super().claim(entries, lease)

    def settle(self, endings: Sequence[Ending]) -> list[bool]:
        self._note("settle", [each.id for each in endings])
        return super().settle(endings)

    def take(self, limit: int, lease: float) -> list[Item]:
        self._note("take")
        return super().take(limit, lease)


@pytest.fixture
def store() -> Recorder:
    return Recorder()


@pytest.fixture
def group(store: Recorder) -> Iterator[Group]:
    group = Group(store)
    yield group
    store.goes.set()
    group.close()


async def held_up(store: Recorder, group: Group) -> asyncio.Task[None]:
    """A call that the store is at, and stays at until `store.goes` is set."""
    store.goes.clear()
    store.called.clear()
    first = asyncio.ensure_future(group.put_async([entry("first")], 10))
    await asyncio.to_thread(store.called.wait, 10)
    return first


async def test_what_gathers_while_the_store_is_busy_goes_into_one_transaction(store: Recorder, group: Group) -> None:
    first = await held_up(store, group)
    calls = [asyncio.ensure_future(group.put_async([entry(f"m-{n}")], 10)) for n in range(50)]
    claim = asyncio.ensure_future(group.claim_async([entry("c-1"), entry("c-2")], 60, 10))
    with ThreadPoolExecutor() as pool:
        thread = pool.submit(group.claim, [entry("c-3")], 60, 10)
        while group._queue.qsize() < 2:  # noqa: ASYNC110  # what the loop wants, and what the thread wants
            await asyncio.sleep(0.001)
        store.goes.set()
        await asyncio.gather(first, *calls)
        assert thread.result() > [0]
    assert all(token > 0 for token in await claim)
    assert store.transactions == [["put 1"], ["put 50", "claim 3"]]
    assert store.stats().depth == 54


async def test_a_caller_with_an_impossible_wish_harms_nobody_else(store: Recorder, group: Group) -> None:
    store.poison = "bad"
    first = await held_up(store, group)
    calls = [asyncio.ensure_future(group.put_async([entry(name)], 10)) for name in ("a", "bad", "b")]
    await asyncio.sleep(0)
    store.goes.set()
    await first
    results = await asyncio.gather(*calls, return_exceptions=True)
    assert isinstance(results[1], ValueError)
    assert results[::2] == [None, None]
    assert {record.id for record in store.records()} == {"first", "a", "b"}


async def test_a_store_that_is_down_is_asked_once_for_all(store: Recorder, group: Group) -> None:
    store.error = InboxUnavailable("down")
    first = await held_up(store, group)
    calls = [asyncio.ensure_future(group.put_async([entry(f"m-{n}")], 10)) for n in range(20)]
    await asyncio.sleep(0)
    store.goes.set()
    results = await asyncio.gather(first, *calls, return_exceptions=True)
    assert all(isinstance(result, InboxUnavailable) for result in results)
    assert store.transactions == [["put 1"], ["put 20"]]
    store.error = None
    await group.put_async([entry("later")], 10)  # and it goes on when the store does


async def test_ids_that_stand_twice_are_taken_one_after_another(store: Recorder, group: Group) -> None:
    twice = [entry("a"), entry("b"), entry("a"), entry("a", covered=False)]
    claims = await group.claim_async(twice, 60, 10)
    assert claims[0] > 0
    assert claims[1] > 0
    assert claims[2:] == [BUSY, BUSY]
    ends = [end("a", claims[0]), end("b", claims[1]), end("a", claims[0], State.WAITING)]
    assert await group.settle_async(ends, 10) == [True, True, False]
    assert await group.claim_async([entry("a")], 60, 10) == [DONE]


async def test_nobody_waits_longer_than_they_said(store: Recorder, group: Group) -> None:
    first = await held_up(store, group)
    with pytest.raises(InboxUnavailable, match="in time"):
        await group.put_async([entry("late")], 0.01)
    with pytest.raises(InboxUnavailable, match="in time"):
        await asyncio.to_thread(group.put, [entry("late")], 0.01)
    store.goes.set()
    await first
    await group.put_async([entry("last")], 10)
    assert {record.id for record in store.records()} == {"first", "last"}, "what had not begun is left out"


@pytest.mark.parametrize("how", ["loop", "thread", "cancelled"])
async def test_a_claim_that_nobody_waits_for_is_given_back(store: Recorder, group: Group, how: str) -> None:
    store.goes.clear()
    store.called.clear()
    if how == "thread":
        with pytest.raises(InboxUnavailable):
            await asyncio.to_thread(group.claim, [entry()], 60, 0.3)
    elif how == "loop":
        with pytest.raises(InboxUnavailable):
            await group.claim_async([entry()], 60, 0.3)
    else:
        task = asyncio.ensure_future(group.claim_async([entry()], 60, 10))
        await asyncio.to_thread(store.called.wait, 10)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert store.called.wait(10)
    store.goes.set()
    await group.put_async([entry("after")], 10)
    await group.settle_async([], 10)  # so that what was given back has been seen to
    (token,) = await group.claim_async([entry()], 60, 10)
    assert token > 0


async def test_what_a_worker_does_not_wait_for_is_given_back(store: Recorder, group: Group) -> None:
    await group.put_async([entry()], 10)
    store.goes.clear()
    store.called.clear()
    task = asyncio.ensure_future(group.take_async(1, 60, 10))
    await asyncio.to_thread(store.called.wait, 10)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    store.goes.set()
    await group.settle_async([], 10)
    await group.settle_async([], 10)
    (item,) = await group.take_async(1, 60, 10)
    assert item.attempts == 1


async def test_who_comes_when_too_many_wait_is_turned_away() -> None:
    sent: list[Any] = []
    callers = LoopCallers(asyncio.get_running_loop(), sent.append, lambda *_: None, backlog=2)
    waiting = [asyncio.ensure_future(callers.ask("put", [entry()], 0, 10)) for _ in range(2)]
    await asyncio.sleep(0)
    with pytest.raises(InboxUnavailable, match="2 calls wait"):
        await callers.ask("put", [entry()], 0, 10)
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    assert [len(calls) for calls in sent] == [2]


def test_closed_it_ends_what_waits_and_opens_again(tmp_path: Path) -> None:
    group = Group(SQLiteStore(tmp_path / "inbox.db"))
    group.settle_soon([end("m-1", 1)])
    group.put([entry()], 10)
    group.close()
    group.put([entry("m-2")], 10)
    group.close()
    assert len(SQLiteStore(tmp_path / "inbox.db").records()) == 2


_FORK = """
import os, sys
from segment_hooks import parse_event
from segment_hooks.inbox.group import Group
from segment_hooks.inbox.protocol import Entry
from segment_hooks.inbox.sqlite import SQLiteStore

store = SQLiteStore(sys.argv[1])
group = Group(store)

def put(name):
    group.put([Entry(name, parse_event(b"{}"))], 10)

put("before")
group.store.stats()
child = os.fork()
put("parent" if child else "child")
if not child:
    os._exit(0)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
print(*sorted(record.id for record in store.records()))
"""


def test_after_a_fork_each_process_has_its_own_thread_and_connection(tmp_path: Path) -> None:
    command = [sys.executable, "-W", "ignore::DeprecationWarning", "-c", _FORK, str(tmp_path / "inbox.db")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.split() == ["before", "child", "parent"]


def test_loops_that_have_ended_are_let_go_of(store: Recorder, group: Group) -> None:
    for number in range(3):

        async def put(name: str = f"m-{number}") -> None:
            await group.put_async([entry(name)], 10)

        asyncio.run(put())
    assert len(group._loops) == 1


async def test_what_has_been_handled_is_noted_even_if_nobody_waits_for_that(store: Recorder, group: Group) -> None:
    (token,) = await group.claim_async([entry()], 60, 10)
    first = await held_up(store, group)
    with pytest.raises(InboxUnavailable):
        await group.settle_async([end("m-1", token)], 0.01)
    store.goes.set()
    await first
    await group.put_async([entry("m-2")], 10)
    assert await group.claim_async([entry()], 60, 10) == [DONE]
