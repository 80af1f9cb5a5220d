"""The hand-off to engines, without one: what is answered, and what becomes of a message."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest

from segment_hooks import DropEvent, Event, InvalidEventPayload, Result, RetryError, Track, WebhookEventRouter
from segment_hooks.inbox import Dedupe, MemoryStore, RetryPolicy, State
from segment_hooks.inbox.cloudevents import to_cloudevent
from segment_hooks.inbox.handoff import Consumer, Handoff, Verdict
from segment_hooks.inbox.sqlite import SQLiteStore
from tests.hooks.inbox.events import entry, make_event

ROUTER = WebhookEventRouter()


@pytest.mark.parametrize("on_loop", [False, True])
@pytest.mark.parametrize("coroutine", [False, True])
async def test_it_is_answered_once_the_engine_has_it(on_loop: bool, coroutine: bool) -> None:
    published: list[str | None] = []

    def publish(event: Event) -> None:
        published.append(event.message_id)

    async def publish_async(event: Event) -> None:
        await asyncio.sleep(0)
        publish(event)

    gate = Handoff(publish_async if coroutine else publish)
    events = [make_event(f"m-{number}") for number in range(250)]
    if on_loop:
        outcomes = await gate.handle_async(events, ROUTER, 9)
    else:
        outcomes = await asyncio.to_thread(gate.handle, events, ROUTER, 9)
    assert {outcome.result for outcome in outcomes} == {Result.STORED}
    assert sorted(published, key=str) == sorted(f"m-{number}" for number in range(250))


async def test_an_engine_that_takes_a_part_gets_all_of_it_again(caplog: pytest.LogCaptureFixture) -> None:
    def publish(event: Event) -> None:
        if event.message_id == "b":
            raise OSError("secret address")

    outcomes = await Handoff(publish).handle_async([make_event(name) for name in "abc"], ROUTER, 9)
    assert [outcome.result for outcome in outcomes] == [Result.RETRY] * 3
    assert "OSError; 3 event(s)" in caplog.text
    assert "secret" not in caplog.text


@pytest.mark.parametrize("coroutine", [False, True])
async def test_a_slow_engine_is_answered_for_in_time(coroutine: bool) -> None:
    goes = threading.Event()

    def publish(_: Event) -> None:
        goes.wait(20)

    async def publish_async(_: Event) -> None:
        await asyncio.Event().wait()

    gate = Handoff(publish_async if coroutine else publish)
    (outcome,) = await gate.handle_async([make_event()], ROUTER, 0.05)
    assert outcome.result is Result.RETRY
    goes.set()


def consumer(error: Exception | None = None, **options: object) -> Consumer:
    router = WebhookEventRouter()

    @router.on_track
    def handle(event: Track) -> None:
        if error is not None:
            raise error

    policy = RetryPolicy(attempts=3, first=10, longest=10)
    return Consumer(router, policy=policy, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("error", "attempts", "state"),
    [
        (None, 1, State.DONE),
        (DropEvent(), 1, State.DROPPED),
        (RuntimeError("private"), 1, State.WAITING),
        (RuntimeError("private"), 3, State.DEAD),
        (InvalidEventPayload(), 1, State.DEAD),
        (RetryError(retry_after=99), 2, State.WAITING),
    ],
)
@pytest.mark.parametrize("on_loop", [False, True])
@pytest.mark.parametrize("deduped", [False, True])
async def test_what_becomes_of_a_message(  # noqa: PLR0917
    error: Exception | None,
    attempts: int,
    state: State,
    on_loop: bool,
    deduped: bool,
    caplog: pytest.LogCaptureFixture,
) -> None:
    made = consumer(error, dedupe=Dedupe(MemoryStore()) if deduped else None)
    message = to_cloudevent(make_event())
    if on_loop:
        verdict = await made.run_async(message, attempts)
    else:
        verdict = await asyncio.to_thread(made.run, message, attempts)
    assert verdict.state is state
    if state is State.WAITING:
        assert 5 <= verdict.seconds <= 10 or verdict.seconds == 99
    assert "private" not in caplog.text


@pytest.mark.parametrize("on_loop", [False, True])
async def test_a_message_that_comes_twice_is_handled_once(on_loop: bool) -> None:
    made = consumer(dedupe=Dedupe(MemoryStore()))
    message = to_cloudevent(make_event()).decode()
    for _ in range(2):
        verdict = await made.run_async(message, 1) if on_loop else made.run(message, 1)
        assert verdict == Verdict(State.DONE, made.policy.keep)


async def test_nothing_is_given_up_because_somebody_else_is_at_it(tmp_path: Path) -> None:
    store = MemoryStore()
    store.claim([entry()], 60)  # by a worker that has been killed, perhaps
    made = consumer(dedupe=Dedupe(store, lease=60))
    for attempts in (1, 3, 1_000):
        assert made.run(to_cloudevent(make_event()), attempts) == Verdict(State.WAITING, 30.0)

    path = tmp_path / "inbox.db"
    path.write_bytes(b"this is not a database at all, but it has been long enough to be taken for one")
    made = consumer(dedupe=Dedupe(SQLiteStore(path), lease=60))
    assert made.run(to_cloudevent(make_event()), 1_000).state is State.WAITING


@pytest.mark.parametrize("on_loop", [False, True])
async def test_a_message_that_is_no_event_is_not_tried_again(on_loop: bool) -> None:
    made = consumer()
    verdict = await made.run_async(b"{}", 1) if on_loop else made.run(b"{}", 1)
    assert verdict.state is State.DEAD
    assert verdict.error is not None
    assert verdict.error.startswith("PayloadError: this is no CloudEvent")
