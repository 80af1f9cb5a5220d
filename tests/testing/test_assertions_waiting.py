"""Expectations that wait: in a thread, and in an event loop."""

from __future__ import annotations

import threading
from collections.abc import Callable, Coroutine
from typing import Any

import anyio
import anyio.lowlevel
import pytest

from segment_testing import Expect, ExpectationFailed, FakeSegment, Ledger
from segment_testing.fake import FakeRequest, Reply, TrackingAPI
from tests.testing.tracking import at_noon, identify, page, send, track

LONG = 30.0
"""Seconds that no test here waits for: what it waits for has happened before."""


@pytest.fixture
def fake() -> FakeSegment:
    return at_noon()


class Late:
    """A fake to which calls come from another thread, once the expectation waits."""

    def __init__(self, *batches: list[dict[str, Any]]) -> None:
        self._batches = list(batches)
        self.threads: list[threading.Thread] = []
        self.ledger = Asked(self._next)
        self.api = TrackingAPI(ledger=self.ledger)
        self.expect = Expect(self.ledger)

    def _next(self) -> None:
        if self._batches:
            thread = threading.Thread(target=send, args=(self, *self._batches.pop(0)))
            self.threads.append(thread)
            thread.start()

    def handle(self, request: FakeRequest) -> Reply:
        return self.api.handle(request)


class Asked(Ledger):
    """Lets something come in each time it has been looked at."""

    def __init__(self, then: Callable[[], None]) -> None:
        super().__init__()
        self._then = then

    def since(self, sequence: int) -> list[Any]:
        found = super().since(sequence)
        self._then()
        return found


def test_waiting_for_what_comes_from_another_thread() -> None:
    fake = Late([identify()], [track("A")])
    fake.expect.track("A").once(within=LONG)


def test_waiting_for_several() -> None:
    fake = Late([track()], [identify()], [track()], [track()])
    fake.expect.track().times(3, within=LONG)
    fake = Late([track()], [track(), track()])
    fake.expect.track().at_least(2, within=LONG)


def test_one_too_many_is_seen_at_once() -> None:
    fake = Late([track(), track()])
    with pytest.raises(ExpectationFailed, match="found 2 among 2"):
        fake.expect.track().once(within=LONG)


def test_never_fails_when_one_comes() -> None:
    fake = Late([identify()], [track()])
    with pytest.raises(ExpectationFailed, match="no such call, found 1 among 2"):
        fake.expect.track().never(within=LONG)


def test_never_holds_when_the_time_is_over() -> None:
    fake = Late([identify()])
    fake.expect.track().never(within=0.02)


def test_in_vain(fake: FakeSegment) -> None:
    with pytest.raises(ExpectationFailed, match=r"Waited for 0\.01 s\."):
        fake.expect.track().once(within=0.01)
    with pytest.raises(ExpectationFailed, match=r"Waited for 0\.01 s\."):
        fake.expect.in_order(fake.expect.track(), fake.expect.page(), within=0.01)


def test_a_ledger_that_is_cleared_meanwhile_is_counted_anew() -> None:
    fake = Late([track()], [], [track()], [track()])
    original, looks = fake.ledger._then, 0

    def clear_once() -> None:
        nonlocal looks
        looks += 1
        if looks == 2:
            fake.threads[0].join(LONG)
            fake.ledger.clear()
        original()

    fake.ledger._then = clear_once
    fake.expect.track().times(2, within=LONG)


def test_waiting_for_an_order_and_for_nothing_else(fake: FakeSegment) -> None:
    later = threading.Timer(0.01, send, args=(fake, page(), track("A")))
    later.start()
    fake.expect.in_order(fake.expect.page(), fake.expect.track("A"), within=LONG)
    later.join()
    fake.expect.nothing_else(within=0.01)
    later = threading.Timer(0.01, send, args=(fake, page()))
    later.start()
    with pytest.raises(ExpectationFailed, match="nothing else, found 1 call"):
        fake.expect.nothing_else(within=LONG)
    later.join()


Body = Callable[[FakeSegment], Coroutine[Any, Any, None]]


def in_both_loops(body: Body) -> Callable[[str], None]:
    @pytest.mark.parametrize("backend", ["asyncio", "trio"])
    def run(backend: str) -> None:
        anyio.run(body, at_noon(), backend=backend)

    return run


@in_both_loops
async def test_eventually(fake: FakeSegment) -> None:
    async def work() -> None:
        for _ in range(3):
            await anyio.lowlevel.checkpoint()
            send(fake, track("A"))
        await anyio.lowlevel.checkpoint()
        send(fake, page())

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(work)
        await fake.expect.track("A").eventually.times(3, within=LONG)  # the third is the last
        await fake.expect.track("A").eventually.at_least(2, within=LONG)
        home = await fake.expect.page("Home").eventually.once(within=LONG)
        assert home.name == "Home"
        await fake.expect.eventually.in_order(fake.expect.track("A"), fake.expect.page(), within=LONG)
    await fake.expect.track("B").eventually.never(within=0.01)
    await fake.expect.eventually.nothing_else(within=0.01)
    send(fake, identify())
    with pytest.raises(ExpectationFailed, match="nothing else, found 1 call"):
        await fake.expect.eventually.nothing_else(within=LONG)
    assert fake.expect.unjudged == []


@in_both_loops
async def test_eventually_fails(fake: FakeSegment) -> None:
    expect = fake.expect
    with pytest.raises(ExpectationFailed, match=r"Waited for 0\.01 s\.") as failure:
        await expect.track("A").eventually.once(within=0.01)
    assert "event loop" not in str(failure.value)
    with pytest.raises(ExpectationFailed, match=r"Waited for 0\.01 s\."):
        await expect.eventually.in_order(expect.track("A"), expect.track("B"), within=0.01)
    send(fake, track("A"))
    with pytest.raises(ExpectationFailed, match="no such call"):
        await expect.track("A").eventually.never(within=LONG)


@in_both_loops
async def test_blocking_the_loop_is_told(fake: FakeSegment) -> None:
    with pytest.raises(ExpectationFailed, match=r"An event loop runs in this thread(.|\n)*await … \.eventually\.once"):
        fake.expect.track("A").once(within=0.01)
