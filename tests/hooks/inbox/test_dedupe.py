"""Dedupe: every event handled once, and answered as it ended."""

from __future__ import annotations

import asyncio
import json
import logging
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from segment_hooks import (
    ConfigurationError,
    DropEvent,
    Event,
    EventNotSupported,
    Headers,
    Receiver,
    Request,
    Result,
    RetryError,
    Track,
    ValidationError,
    WebhookEventRouter,
    sign,
)
from segment_hooks.inbox import Dedupe, InboxUnavailable, MemoryStore, by_content
from segment_hooks.inbox.protocol import BUSY, DONE, Claims, Ending, Entry
from segment_hooks.inbox.sqlite import SQLiteStore
from tests.hooks.inbox.events import Clock, make_event

SECRET = "s3cr3t-shared"


class Service:
    """A service of one plain handler, which does as it is told, and of its inbox."""

    def __init__(self, store: Claims, *, coroutines: bool = False, **options: Any) -> None:
        self.runs: list[str | None] = []
        self.raises: dict[str | None, Exception] = {}
        self.router = WebhookEventRouter()
        self.router.on_any(self.handle_async if coroutines else self.handle)
        self.dedupe = Dedupe(store, **options)
        self.receiver = Receiver.build(self.router, SECRET, uncovered="accept", inbox=self.dedupe)

    def handle(self, event: Event) -> None:
        self.runs.append(event.message_id)
        error = self.raises.get(event.message_id)
        if error is not None:
            raise error

    async def handle_async(self, event: Event) -> None:
        await asyncio.sleep(0)
        self.handle(event)

    def deliver(self, *names: str | None, **fields: Any) -> tuple[int, dict[str, Any]]:
        """Status and body of the answer to a delivery of events with these ids."""
        response = self.receiver.receive(request(*names, **fields))
        return response.status, json.loads(response.body)

    async def deliver_async(self, *names: str | None, **fields: Any) -> tuple[int, dict[str, Any]]:
        response = await self.receiver.receive_async(request(*names, **fields))
        return response.status, json.loads(response.body)


def request(*names: str | None, **fields: Any) -> Request:
    events = [make_event(name, **fields).raw for name in names]
    body = events[0] if len(events) == 1 else b"[" + b",".join(events) + b"]"
    return Request("POST", Headers({"x-signature": sign(SECRET, events[0])}), body)


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Claims:
    return MemoryStore() if request.param == "memory" else SQLiteStore(tmp_path / "inbox.db")


@pytest.fixture
def service(store: Claims) -> Iterator[Service]:
    service = Service(store)
    yield service
    service.dedupe.close()


def test_an_event_is_handled_once_and_answered_each_time(service: Service) -> None:
    assert service.deliver("m-1") == (200, {"handled": 1})
    assert service.deliver("m-1") == (200, {"duplicate": 1})
    assert service.runs == ["m-1"]


def test_of_a_batch_that_failed_in_part_only_that_part_runs_again(service: Service) -> None:
    service.raises = {"b": RetryError("later"), "d": RuntimeError("no")}
    status, body = service.deliver("a", "b", "c", "d")
    assert (status, body["events"]) == (503, {"handled": 2, "failed": 1, "retry": 1})
    service.raises = {}
    service.runs.clear()
    # Segment makes up its batches anew
    assert service.deliver("d", "e", "a") == (200, {"handled": 2, "duplicate": 1})
    assert service.deliver("c", "b") == (200, {"handled": 1, "duplicate": 1})
    assert service.runs == ["d", "e", "b"]


@pytest.mark.parametrize("error", [DropEvent(), ValidationError("no"), EventNotSupported()])
def test_what_another_try_could_not_help_is_not_tried_again(service: Service, error: Exception) -> None:
    service.raises = {"m-1": error}
    service.deliver("m-1")
    assert service.deliver("m-1") == (200, {"duplicate": 1})
    assert service.runs == ["m-1"]


@pytest.mark.parametrize("error", [RuntimeError("no"), RetryError()])
def test_a_handler_that_fails_never_poisons_the_memory(service: Service, error: Exception) -> None:
    service.raises = {"m-1": error}
    assert service.deliver("m-1")[0] in (500, 503)
    assert service.deliver("m-1")[0] in (500, 503)
    service.raises = {}
    assert service.deliver("m-1") == (200, {"handled": 1})
    assert service.runs == ["m-1"] * 3


def test_an_event_twice_in_one_batch_is_handled_once(service: Service) -> None:
    # the second is answered as busy, so the batch comes again, and is all duplicates then
    assert service.deliver("m-1", "m-1")[0] == 503
    assert service.deliver("m-1", "m-1") == (200, {"duplicate": 2})
    assert service.runs == ["m-1"]


def test_without_an_id_it_is_handled_each_time(service: Service) -> None:
    assert service.deliver(None)[1] == {"handled": 1}
    assert service.deliver("a", None, None)[1] == {"handled": 3}
    assert service.runs == [None, "a", None, None]


def test_an_id_of_ones_own(store: Claims) -> None:
    service = Service(store, identify=by_content)
    assert service.deliver(None)[1] == {"handled": 1}
    assert service.deliver(None)[1] == {"duplicate": 1}
    assert service.deliver(None, userId="u-2")[1] == {"handled": 1}
    service.dedupe.close()


@pytest.mark.parametrize("name", ["x" * 100_000, "nul\0", "half \ud83d", "#1", "~1"])
def test_whatever_the_id_it_is_handled_once(service: Service, name: str) -> None:
    assert service.deliver(name)[1] == {"handled": 1}
    assert service.deliver(name)[1] == {"duplicate": 1}


def test_an_appended_event_does_not_suppress_the_genuine_one(service: Service) -> None:
    signed = make_event("seen").raw
    forged = b'{"type":"track","event":"Order Completed","messageId":"victim","userId":"attacker"}'
    attack = Request("POST", Headers({"x-signature": sign(SECRET, signed)}), b"[" + signed + b"," + forged + b"]")
    assert service.receiver.receive(attack).status == 200
    assert service.deliver("victim") == (200, {"handled": 1})
    assert service.deliver("victim") == (200, {"duplicate": 1})


def test_a_handler_that_refuses_what_is_not_covered_gets_it_again_when_it_is(service: Service) -> None:
    service.raises = {"b": DropEvent()}
    assert service.deliver("a", "b")[1] == {"handled": 1, "dropped": 1}
    assert service.deliver("c", "b")[1] == {"handled": 1, "duplicate": 1}, "still not covered"
    service.raises = {}
    assert service.deliver("b") == (200, {"handled": 1})
    assert service.deliver("b") == (200, {"duplicate": 1})


def test_an_event_that_comes_uncovered_the_second_time_is_the_same(service: Service) -> None:
    service.deliver("a", "b")
    assert service.deliver("b", "a") == (200, {"duplicate": 2})


@pytest.mark.parametrize("coroutines", [False, True])
async def test_on_an_event_loop_it_is_all_the_same(store: Claims, coroutines: bool) -> None:
    service = Service(store, coroutines=coroutines)
    service.raises = {"b": RuntimeError("no")}
    assert (await service.deliver_async("a", "b", None))[0] == 500
    service.raises = {}
    assert await service.deliver_async("b", "a") == (200, {"handled": 1, "duplicate": 1})
    answers = await asyncio.gather(*(service.deliver_async("c") for _ in range(20)))
    assert service.runs == ["a", "b", None, "b", "c"]
    assert {status for status, _ in answers} <= {200, 503}
    assert await service.deliver_async("c") == (200, {"duplicate": 1})
    await asyncio.to_thread(service.dedupe.close)


def test_coroutines_run_for_callers_without_a_loop(store: Claims) -> None:
    service = Service(store, coroutines=True)
    assert service.deliver("a", "b")[1] == {"handled": 2}
    assert service.deliver("a", "b")[1] == {"duplicate": 2}
    service.dedupe.close()


# ---- time


async def test_a_handler_that_is_late_goes_on_and_is_not_run_again() -> None:
    store = MemoryStore()  # whose answers take no time
    router, goes, runs = WebhookEventRouter(), asyncio.Event(), []

    @router.on_track
    async def slow(event: Track) -> None:
        runs.append(event.message_id)
        await goes.wait()

    dedupe = Dedupe(store)
    (outcome,) = await dedupe.handle_async([make_event()], router, 0.05)
    assert outcome.result is Result.RETRY
    (outcome,) = await dedupe.handle_async([make_event()], router, 0.5)
    assert outcome.result is Result.RETRY, "somebody is at it"
    goes.set()
    await asyncio.gather(*dedupe._going_on)
    (outcome,) = await dedupe.handle_async([make_event()], router, 5)
    assert outcome.result is Result.DUPLICATE
    assert runs == ["m-1"]
    await asyncio.to_thread(dedupe.close)


async def test_a_thread_that_is_late_goes_on_and_is_not_run_again() -> None:
    store = MemoryStore()  # whose answers take no time
    router, goes, runs = WebhookEventRouter(), threading.Event(), []

    @router.on_track
    def slow(event: Track) -> None:
        runs.append(event.message_id)
        assert goes.wait(10)

    dedupe = Dedupe(store)
    outcomes = await dedupe.handle_async([make_event("a"), make_event("b")], router, 0.05)
    assert [outcome.result for outcome in outcomes] == [Result.RETRY, Result.RETRY]
    goes.set()
    await asyncio.gather(*dedupe._going_on)
    outcomes = await dedupe.handle_async([make_event("a"), make_event("b")], router, 5)
    assert [outcome.result for outcome in outcomes] == [Result.DUPLICATE, Result.HANDLED]
    assert runs == ["a", "b"], "what had not begun was given back"
    await asyncio.to_thread(dedupe.close)


async def test_a_coroutine_is_cancelled_when_its_claim_lapses(caplog: pytest.LogCaptureFixture) -> None:
    store = MemoryStore()
    router, cancelled = WebhookEventRouter(), []

    @router.on_track
    async def hangs(event: Track) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.append(event.message_id)

    dedupe = Dedupe(store, lease=0.05)
    (outcome,) = await dedupe.handle_async([make_event()], router, 9)
    assert (outcome.result, cancelled) == (Result.RETRY, ["m-1"])
    assert "longer than its claim" in caplog.text
    await asyncio.to_thread(dedupe.close)


def test_what_is_not_begun_in_time_is_given_back(store: Claims) -> None:
    clock, runs = Clock(0.0), []
    router = WebhookEventRouter()

    @router.on_track
    def slow(event: Track) -> None:
        runs.append(event.message_id)
        clock.forward(5)

    dedupe = Dedupe(store, clock=clock)
    events = [make_event(name) for name in "abcd"]
    results = [outcome.result for outcome in dedupe.handle(events, router, 9)]
    assert results == [Result.HANDLED, Result.HANDLED, Result.RETRY, Result.RETRY]
    results = [outcome.result for outcome in dedupe.handle(events, router, 9)]
    assert results == [Result.DUPLICATE, Result.DUPLICATE, Result.HANDLED, Result.HANDLED]
    assert runs == ["a", "b", "c", "d"]
    dedupe.close()


# ---- a store in trouble


class Failing(MemoryStore):
    """A store that is down when it is told to be."""

    immediate = False

    def __init__(self) -> None:
        super().__init__()
        self.down: set[str] = set()
        self.settled = 0

    def claim(self, entries: Sequence[Entry], lease: float) -> list[int]:
        if "claim" in self.down:
            raise InboxUnavailable("no route to the store")
        return super().claim(entries, lease)

    def settle(self, endings: Sequence[Ending]) -> list[bool]:
        if "settle" in self.down:
            raise InboxUnavailable("no route to the store")
        self.settled += 1
        return super().settle(endings)


@pytest.mark.parametrize("on_loop", [False, True])
async def test_a_store_that_is_down_makes_segment_try_again_and_the_log_says_why(
    on_loop: bool, caplog: pytest.LogCaptureFixture
) -> None:
    store = Failing()
    store.down = {"claim"}
    service = Service(store)
    status, _ = await service.deliver_async("a", "b") if on_loop else service.deliver("a", "b")
    assert (status, service.runs) == (503, [])
    (record,) = [record for record in caplog.records if record.name == "segment_hooks"]
    assert (record.levelno, "no route to the store; 2 event(s)" in record.getMessage()) == (logging.ERROR, True)
    store.down = set()
    assert service.deliver("a", "b")[0] == 200
    await asyncio.to_thread(service.dedupe.close)


@pytest.mark.parametrize("on_loop", [False, True])
async def test_what_has_been_handled_is_answered_so_even_if_that_cannot_be_noted(
    on_loop: bool, caplog: pytest.LogCaptureFixture
) -> None:
    store = Failing()
    store.down = {"settle"}
    service = Service(store, coroutines=on_loop)
    assert (await service.deliver_async("a") if on_loop else service.deliver("a")) == (200, {"handled": 1})
    assert "could not be noted" in caplog.text
    await asyncio.to_thread(service.dedupe.close)


def test_a_long_batch_is_noted_as_it_goes() -> None:
    clock, store, noted = Clock(0.0), Failing(), []
    router = WebhookEventRouter()
    dedupe = Dedupe(store, clock=clock)

    @router.on_track
    def slow(event: Track) -> None:
        clock.forward(1)
        dedupe._group.settle([], 10)  # all that was sent before has been seen to
        noted.append(store.stats().depth)

    dedupe.handle([make_event(f"m-{n}") for n in range(4)], router, None)
    assert noted == [4, 3, 2, 1]
    assert store.stats().depth == 0
    dedupe.close()


@pytest.mark.parametrize("options", [{"lease": 0}, {"keep": -1}])
def test_what_cannot_work_is_refused(options: dict[str, float]) -> None:
    with pytest.raises(ConfigurationError):
        Dedupe(MemoryStore(), **options)  # type: ignore[arg-type]


def test_one_event_at_a_time_goes_by_the_same_rules(store: Claims) -> None:
    router, runs = WebhookEventRouter(), []
    router.on_any(lambda event: runs.append(event.covered))  # type: ignore[arg-type,return-value]
    dedupe = Dedupe(store)

    def deliver(**fields: Any) -> Result:
        (outcome,) = dedupe.handle([make_event(**fields)], router, 9)
        return outcome.result

    assert deliver(covered=False, userId="attacker") is Result.HANDLED
    assert deliver(covered=False) is Result.DUPLICATE
    assert deliver() is Result.HANDLED
    assert deliver() is deliver(covered=False, userId="attacker") is Result.DUPLICATE
    assert runs == [False, True]
    dedupe.close()


def test_memory_stays_bounded_one_event_at_a_time() -> None:
    store = MemoryStore(max_records=3)
    service = Service(store)
    for number in range(10):
        assert service.deliver(f"m-{number}")[1] == {"handled": 1}
    assert [record.id for record in store.records()] == ["m-7", "m-8", "m-9"]


def test_whoever_is_late_notes_nothing_for_another_one_event_at_a_time() -> None:
    clock = Clock()
    store = MemoryStore(clock=clock)
    late = store.claim_one("m-1", make_event(), 60)
    clock.forward(61)
    held = store.claim_one("m-1", make_event(), 60)
    store.note_one("m-1", late, 600)
    assert store.claim_one("m-1", make_event(), 60) == BUSY
    store.note_one("m-1", held, 600)
    assert store.claim_one("m-1", make_event(), 60) == DONE
