"""The worker: what is stored is handled, tried again, or given up, whatever handlers and store do."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from segment_hooks import ConfigurationError, DropEvent, Event, RetryError, Track, WebhookEventRouter
from segment_hooks.inbox import InboxUnavailable, MemoryStore, RetryPolicy, State, Worker
from segment_hooks.inbox.protocol import Ending, Entry, Item
from segment_hooks.inbox.sqlite import SQLiteStore
from tests.hooks.inbox.events import Clock, entry

SECONDS = 20


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(clock: Clock) -> MemoryStore:
    return MemoryStore(clock=clock)


def stored(store: MemoryStore, *names: str) -> None:
    store.put([entry(name) for name in names])


async def work(router: WebhookEventRouter, store: MemoryStore, **options: object) -> None:
    """Let a worker do all that is due."""
    options = {"policy": RetryPolicy(first=10, longest=1_000), "rand": lambda: 1.0, **options}
    async with asyncio.timeout(SECONDS):
        await Worker(router, store, **options).run(until_empty=True)  # type: ignore[arg-type]


def state(store: MemoryStore, name: str = "m-1") -> tuple[State, int, str | None]:
    record = store.record(name)
    assert record is not None
    return record.state, record.attempts, record.error


async def test_plain_functions_and_coroutines_run(store: MemoryStore) -> None:
    router, runs = WebhookEventRouter(), []

    @router.on_track
    def plain(event: Track) -> None:
        runs.append(("plain", event.message_id, event.covered, threading.current_thread() is threading.main_thread()))

    @router.on_any
    async def coroutine(event: Event) -> None:
        await asyncio.sleep(0)
        runs.append(("coroutine", event.message_id, event.covered, True))

    store.put([entry("a"), entry("b", covered=False)])
    await work(router, store)
    assert sorted(runs) == [
        ("coroutine", "a", True, True),
        ("coroutine", "b", False, True),
        ("plain", "a", True, False),
        ("plain", "b", False, False),
    ]
    assert store.stats().counts[State.DONE] == 2


async def test_what_fails_is_tried_again_after_longer_and_longer_waits(store: MemoryStore, clock: Clock) -> None:
    router, runs = WebhookEventRouter(), []

    @router.on_track
    def fails(event: Track) -> None:
        runs.append(clock.now)
        if len(runs) < 4:
            raise KeyError("order_id")

    stored(store, "m-1")
    start = clock.now
    for _ in range(100):
        await work(router, store)
        clock.forward(1)
    assert [at - start for at in runs] == [0, 10, 30, 70]
    assert state(store) == (State.DONE, 4, None)


async def test_what_always_fails_becomes_a_dead_letter_and_can_be_tried_again(
    store: MemoryStore, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    router, broken, runs = WebhookEventRouter(), [True], []

    @router.on_track
    async def fails(event: Track) -> None:
        runs.append(event.message_id)
        if broken:
            raise KeyError("private@example.com")

    stored(store, "m-1", "m-2")
    policy = RetryPolicy(attempts=3, first=1, longest=1)
    for _ in range(10):
        await work(router, store, policy=policy)
        clock.forward(1)
    assert runs.count("m-1") == 3
    at, attempts, error = state(store)
    assert (at, attempts) == (State.DEAD, 3)
    assert error is not None
    assert error.startswith("KeyError: 'private@example.com' (")
    dead = store.record("m-1")
    assert dead is not None
    assert dead.raw == entry("m-1").event.raw
    assert "given up after 3 tries, KeyError: m-1" in caplog.text
    assert "private" not in caplog.text

    broken.clear()
    assert store.retry(["m-1"]) == 1
    await work(router, store, policy=policy)
    assert state(store)[0] is State.DONE
    assert state(store, "m-2")[0] is State.DEAD


async def test_how_handlers_speak(store: MemoryStore, clock: Clock) -> None:
    router = WebhookEventRouter()

    @router.on_track
    def speaks(event: Track) -> None:
        if event.message_id == "later":
            raise RetryError(retry_after=500)
        raise DropEvent

    stored(store, "later", "dropped")
    await work(router, store)
    assert state(store, "dropped")[0] is State.DROPPED
    later = store.record("later")
    assert later is not None
    assert (later.state, later.due - clock.now) == (State.WAITING, 500)


async def test_an_event_that_takes_too_long_is_cancelled_and_tried_again(store: MemoryStore, clock: Clock) -> None:
    router, runs = WebhookEventRouter(), []

    @router.on_track
    async def hangs(event: Track) -> None:
        runs.append(event.message_id)
        if len(runs) == 1:
            await asyncio.Event().wait()

    stored(store, "m-1")
    await work(router, store, timeout=0.02)
    at, _, error = state(store)
    assert (at, error) == (State.WAITING, "TimeoutError: not handled within 0.02 s")
    clock.forward(10)
    await work(router, store, timeout=SECONDS)
    assert (state(store)[0], runs) == (State.DONE, ["m-1", "m-1"])


async def test_what_kills_the_worker_each_time_is_given_up_without_another_try(
    store: MemoryStore, clock: Clock
) -> None:
    router, runs = WebhookEventRouter(), []
    router.on_any(runs.append)
    stored(store, "m-1")
    for _ in range(3):
        store.take(1, 60)  # and the worker is gone
        clock.forward(61)
    await work(router, store, policy=RetryPolicy(attempts=3))
    at, _, error = state(store)
    assert (at, runs) == (State.DEAD, [])
    assert error is not None
    assert error.startswith("NeverEnded: taken 4 times")


async def test_no_more_than_it_may_run_at_once(store: MemoryStore) -> None:
    router, now, most = WebhookEventRouter(), [0], [0]

    @router.on_track
    async def handle(event: Track) -> None:
        now[0] += 1
        most[0] = max(most[0], now[0])
        await asyncio.sleep(0.001)
        now[0] -= 1

    stored(store, *(f"m-{n}" for n in range(50)))
    await work(router, store, concurrency=4)
    assert (most[0], store.stats().counts[State.DONE]) == (4, 50)


class Flaky(MemoryStore):
    """A store that is down for a number of calls."""

    immediate = False

    def __init__(self) -> None:
        super().__init__()
        self.down = {"take": 0, "settle": 0}

    def _fail(self, kind: str) -> None:
        if self.down[kind]:
            self.down[kind] -= 1
            raise InboxUnavailable("no route to the store")

    def take(self, limit: int, lease: float) -> list[Item]:
        self._fail("take")
        return super().take(limit, lease)

    def settle(self, endings: Sequence[Ending]) -> list[bool]:
        self._fail("settle")
        return super().settle(endings)


async def test_it_goes_on_when_the_store_does(caplog: pytest.LogCaptureFixture) -> None:
    router, runs, store = WebhookEventRouter(), [], Flaky()
    router.on_any(runs.append)
    stored(store, "m-1")
    store.down = {"take": 2, "settle": 2}
    await work(router, store, poll=0.01)
    assert (len(runs), state(store)[0]) == (1, State.DONE)
    assert "nothing can be taken out of it: no route to the store" in caplog.text


async def test_stopped_it_lets_handlers_end_and_takes_nothing_more(store: MemoryStore) -> None:
    router, begun, goes = WebhookEventRouter(), asyncio.Event(), asyncio.Event()

    @router.on_track
    async def slow(event: Track) -> None:
        begun.set()
        await goes.wait()

    stored(store, "m-1", "m-2")
    worker = Worker(router, store, concurrency=1)
    running = asyncio.ensure_future(worker.run())
    async with asyncio.timeout(SECONDS):
        await begun.wait()
        worker.stop()
        goes.set()
        await running
    assert (state(store)[0], state(store, "m-2")[:2]) == (State.DONE, (State.WAITING, 0))


async def test_cancelled_it_gives_back_what_it_was_at(store: MemoryStore) -> None:
    router, begun = WebhookEventRouter(), asyncio.Event()

    @router.on_track
    async def hangs(event: Track) -> None:
        begun.set()
        await asyncio.Event().wait()

    stored(store, "m-1")
    running = asyncio.ensure_future(Worker(router, store, grace=0.01).run())
    async with asyncio.timeout(SECONDS):
        await begun.wait()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
    assert state(store)[:2] == (State.WAITING, 0)


def test_in_a_thread_of_its_own(tmp_path: Path) -> None:
    router, handled = WebhookEventRouter(), threading.Event()

    @router.on_track
    async def handle(event: Track) -> None:
        if event.message_id == "m-9":
            handled.set()

    store = SQLiteStore(tmp_path / "inbox.db")
    with Worker(router, store, poll=0.01) as worker:
        for number in range(10):
            store.put([entry(f"m-{number}")])
        assert handled.wait(SECONDS)
        with pytest.raises(ConfigurationError, match="already"):
            worker.start()
    worker.stop()  # has nothing left to do
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("segment_hooks worker")]


async def test_two_workers_share_the_work(tmp_path: Path) -> None:
    router, runs = WebhookEventRouter(), []

    @router.on_track
    async def handle(event: Track) -> None:
        runs.append(event.message_id)
        await asyncio.sleep(0.001)

    names = [f"m-{number}" for number in range(60)]
    SQLiteStore(tmp_path / "inbox.db").put([entry(name) for name in names])
    workers = [Worker(router, SQLiteStore(tmp_path / "inbox.db"), concurrency=5) for _ in range(2)]
    async with asyncio.timeout(SECONDS):
        await asyncio.gather(*(worker.run(until_empty=True) for worker in workers))
    assert sorted(runs, key=str) == sorted(names)


async def test_who_wants_to_know_is_told_how_it_ended(store: MemoryStore) -> None:
    router, told = WebhookEventRouter(), []
    stored(store, "m-1")
    await work(router, store, on_end=lambda item, ending: told.append((item.id, item.attempts, ending.state)))
    assert told == [("m-1", 1, State.DONE)]


async def test_bytes_that_cannot_be_read_are_kept_for_a_version_that_can(
    store: MemoryStore, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR)
    stored(store, "m-1")
    store._events["m-1"].raw = b"not JSON"
    await work(WebhookEventRouter(), store)
    at, _, error = state(store)
    assert at is State.WAITING
    assert error is not None
    assert error.startswith("PayloadError")


@pytest.mark.parametrize("options", [{"concurrency": 0}, {"timeout": 0}, {"poll": -1}, {"grace": 0}])
def test_what_cannot_work_is_refused(store: MemoryStore, options: dict[str, float]) -> None:
    with pytest.raises(ConfigurationError):
        Worker(WebhookEventRouter(), store, **options)  # type: ignore[arg-type]


def test_an_entry_shows_no_personal_data() -> None:
    assert "u-1" not in repr(Item("m-1", 1, True, entry().event.raw, 1))
    assert isinstance(entry(), Entry)
