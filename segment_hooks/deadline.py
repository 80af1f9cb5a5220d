"""A time limit that costs nothing until something waits."""

from __future__ import annotations

from collections.abc import Coroutine, Generator
from time import monotonic
from typing import Any, Generic, TypeVar

T = TypeVar("T")


async def within(seconds: float | None, coroutine: Coroutine[Any, Any, T]) -> T:
    """Run `coroutine` to its end, and cancel it when that takes longer than `seconds` (None: as long as it takes).

    Raises `TimeoutError` where it was cancelled. It runs in the caller's task, up to its first pause at once: most
    handlers have nothing to wait for, and to set and cancel a timer takes longer than such a handler.
    """
    if seconds is None:
        return await coroutine
    started = monotonic()
    try:
        pause = coroutine.send(None)
    except StopIteration as done:
        result: T = done.value
        return result
    import asyncio

    async with asyncio.timeout(max(0.0, started + seconds - monotonic())):
        return await _Begun(coroutine, pause)


class _Begun(Generic[T]):
    """What is left of a coroutine that has run up to its first pause."""

    __slots__ = ("_coroutine", "_pause")

    def __init__(self, coroutine: Coroutine[Any, Any, T], pause: Any) -> None:
        self._coroutine = coroutine
        self._pause = pause

    def __await__(self) -> Generator[Any, Any, T]:
        pause = self._pause
        try:
            while True:
                try:
                    answer = yield pause
                except BaseException as error:  # noqa: BLE001  # a cancellation too is for the coroutine to handle
                    pause = self._coroutine.throw(error)
                else:
                    pause = self._coroutine.send(answer)
        except StopIteration as done:
            result: T = done.value
            return result
