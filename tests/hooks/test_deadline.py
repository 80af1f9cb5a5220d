"""The time limit: it sets a timer only where something waits, and is otherwise asyncio's own."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from segment_hooks.deadline import within

LONG = 60.0


async def test_what_never_waits_ends_without_a_timer(monkeypatch: pytest.MonkeyPatch) -> None:
    async def coroutine() -> str:
        return "done"

    def no_timer(_: float) -> Any:
        raise AssertionError("a timer was set")

    monkeypatch.setattr(asyncio, "timeout", no_timer)
    assert await within(LONG, coroutine()) == "done"


@pytest.mark.parametrize("seconds", [None, LONG])
async def test_what_waits_is_waited_for_in_the_callers_task(seconds: float | None) -> None:
    loop = asyncio.get_running_loop()
    future = loop.create_future()
    seen: list[Any] = []

    async def coroutine() -> str:
        seen.append(asyncio.current_task())
        await asyncio.sleep(0)
        loop.call_soon(future.set_result, "from outside")
        seen.append(await future)
        seen.append(asyncio.current_task())
        return "done"

    assert await within(seconds, coroutine()) == "done"
    assert seen == [asyncio.current_task(), "from outside", asyncio.current_task()]


async def test_what_takes_too_long_is_cancelled() -> None:
    ended: list[str] = []

    async def coroutine() -> None:
        try:
            await asyncio.get_running_loop().create_future()
        except asyncio.CancelledError:
            ended.append("cancelled")
            raise

    with pytest.raises(TimeoutError):
        await within(0.001, coroutine())
    assert ended == ["cancelled"]
    task = asyncio.current_task()
    assert task is not None
    assert not task.cancelling()


async def test_time_spent_before_the_first_pause_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr("segment_hooks.deadline.monotonic", lambda: now[0])

    async def coroutine() -> None:
        now[0] += LONG + 1
        await asyncio.get_running_loop().create_future()

    with pytest.raises(TimeoutError):
        await within(LONG, coroutine())


async def test_a_coroutine_may_swallow_its_cancellation() -> None:
    async def coroutine() -> str:
        try:
            await asyncio.get_running_loop().create_future()
        except asyncio.CancelledError:
            return "tidied up"
        return "never"

    assert await within(0.001, coroutine()) == "tidied up"


@pytest.mark.parametrize("pauses", [0, 1, 2])
async def test_its_error_is_passed_on(pauses: int) -> None:
    async def coroutine() -> None:
        for _ in range(pauses):
            await asyncio.sleep(0)
        raise KeyError("its own")

    with pytest.raises(KeyError, match="its own"):
        await within(LONG, coroutine())


async def test_a_cancellation_from_outside_stays_one() -> None:
    waiting = asyncio.Event()

    async def coroutine() -> None:
        waiting.set()
        await asyncio.get_running_loop().create_future()

    task = asyncio.create_task(within(LONG, coroutine()))
    await waiting.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_limits_within_it_go_on_working() -> None:
    async def coroutine() -> str:
        try:
            async with asyncio.timeout(0.001):
                await asyncio.get_running_loop().create_future()
        except TimeoutError:
            async with asyncio.TaskGroup() as group:
                return await group.create_task(asyncio.sleep(0, "went on"))
        return "never"

    assert await within(LONG, coroutine()) == "went on"
