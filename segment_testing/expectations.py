"""One expectation: calls as a test describes them, and the last word that says how many there should be.

The core counts and judges; the sync words and the async ones differ only in how they wait for it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, Generic, TypeVar, cast

from segment_hooks import Event
from segment_testing import failures
from segment_testing.patterns import Pattern
from segment_testing.recording import Call, Ledger

E = TypeVar("E", bound=Event)

EVENTUALLY = 1.0
"""Seconds that the words behind `eventually` wait where nothing else is said."""


class Claims:
    """What the expectations of one test share: the ledger, the calls claimed so far, and who lacks a last word."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self._claimed: set[Call] = set()
        self._unjudged: dict[int, Expectation[Any]] = {}

    def claim(self, calls: list[Call]) -> None:
        """Note that an expectation has counted these calls."""
        self._claimed.update(calls)
        if self.ledger.forgotten:
            self._claimed.intersection_update(self.ledger.calls)  # or it would keep what the ledger let go

    def unclaimed(self) -> tuple[list[Call], int]:
        """The calls that no expectation has counted, and the number of the others."""
        calls = self.ledger.calls
        unclaimed = [call for call in calls if call not in self._claimed]
        return unclaimed, len(calls) - len(unclaimed)

    def described(self, expectation: Expectation[Any]) -> None:
        """An expectation has begun."""
        self._unjudged[id(expectation)] = expectation

    def judged(self, expectation: Expectation[Any]) -> None:
        """It has got its last word."""
        self._unjudged.pop(id(expectation), None)

    def unjudged(self) -> list[str]:
        """The expectations without a last word, each with the line that it stands on."""
        return [f"{each.place}: {failures.in_one_line(each.pattern).strip()}" for each in self._unjudged.values()]

    def clear(self) -> None:
        """Forget what was claimed. An expectation without a last word stays a mistake."""
        self._claimed.clear()


class Expectation(Generic[E]):
    """Calls as a test expects them. Say last how many there should be."""

    def __init__(self, claims: Claims, pattern: Pattern) -> None:
        self.pattern = pattern
        self.place = _place()
        """The line of the test that it stands on."""
        self._claims = claims
        claims.described(self)

    def once(self, *, within: float = 0.0) -> E:
        """There is exactly one such call. Returns its event.

        `within`: seconds to wait for the first; a second one that comes after it is not waited for.
        """
        __tracebackhide__ = True
        return cast("E", self._judge(1, 1, within)[0].event)

    def times(self, count: int, *, within: float = 0.0) -> None:
        """There are exactly so many such calls. `within`: seconds to wait until there are."""
        __tracebackhide__ = True
        self._judge(_counted(count), count, within)

    def at_least(self, count: int, *, within: float = 0.0) -> None:
        """There are so many such calls, or more. `within`: seconds to wait until there are."""
        __tracebackhide__ = True
        self._judge(_counted(count), None, within)

    def never(self, *, within: float = 0.0) -> None:
        """There is no such call, so far.

        What an SDK holds back or has under way has not come, so flush it first. `within`: seconds in which none may
        come; that it did not come is known when all of them have passed, so a test that passes waits as long.
        """
        __tracebackhide__ = True
        self._judge(0, 0, within)

    @property
    def eventually(self) -> Eventually[E]:
        """The same words for async code: they wait without blocking the event loop, under asyncio and trio."""
        return Eventually(self)

    def __repr__(self) -> str:
        return f"<expectation {failures.in_one_line(self.pattern).strip()}>"

    # ---- shared with `Eventually`

    def _judge(self, minimum: int, maximum: int | None, within: float) -> list[Call]:
        __tracebackhide__ = True
        self._claims.judged(self)
        if within > 0:
            self._claims.ledger.wait_for(self._watch(minimum), within)
        return self._conclude(minimum, maximum, hints(within, blocked=True))

    async def _judge_async(self, minimum: int, maximum: int | None, within: float) -> list[Call]:
        __tracebackhide__ = True
        self._claims.judged(self)
        await self._claims.ledger.wait_for_async(self._watch(minimum), within)
        return self._conclude(minimum, maximum, hints(within, blocked=False))

    def _watch(self, minimum: int) -> Callable[[], bool]:
        """Whether there is nothing more to wait for; looks at each call once."""
        ledger, select = self._claims.ledger, self.pattern.select
        seen = count = 0

        def enough() -> bool:
            nonlocal seen, count
            if ledger.total < seen:  # it was cleared
                seen = count = 0
            fresh = ledger.since(seen)
            if fresh:
                seen = fresh[-1].sequence + 1
                count += len(select(fresh))
            return count >= max(minimum, 1)  # where there should be none, the first decides

        return enough

    def _conclude(self, minimum: int, maximum: int | None, hints: list[str]) -> list[Call]:
        __tracebackhide__ = True
        ledger = self._claims.ledger
        matched = self.pattern.select(ledger.calls)
        too_few = len(matched) < minimum
        if too_few or (maximum is not None and len(matched) > maximum):
            words, waited = _in_words(minimum, maximum), hints if too_few else []
            raise failures.wrong_number(ledger, self.pattern, matched, words, too_few=too_few, hints=waited)
        self._claims.claim(matched)
        return matched


class Eventually(Generic[E]):
    """The last words of an expectation for async code. `within`: seconds."""

    def __init__(self, expectation: Expectation[E]) -> None:
        self._expectation = expectation

    async def once(self, *, within: float = EVENTUALLY) -> E:
        """See `Expectation.once`."""
        __tracebackhide__ = True
        return cast("E", (await self._expectation._judge_async(1, 1, within))[0].event)

    async def times(self, count: int, *, within: float = EVENTUALLY) -> None:
        """See `Expectation.times`."""
        __tracebackhide__ = True
        await self._expectation._judge_async(_counted(count), count, within)

    async def at_least(self, count: int, *, within: float = EVENTUALLY) -> None:
        """See `Expectation.at_least`."""
        __tracebackhide__ = True
        await self._expectation._judge_async(_counted(count), None, within)

    async def never(self, *, within: float = EVENTUALLY) -> None:
        """See `Expectation.never`: this takes all of the time."""
        __tracebackhide__ = True
        await self._expectation._judge_async(0, 0, within)


# ---- the parts


def _counted(count: int) -> int:
    if not isinstance(count, int) or isinstance(count, bool) or count < 1:
        raise TypeError(f"a number of calls is a whole number above zero, not {count!r}; for none at all: never()")
    return count


def _in_words(minimum: int, maximum: int | None) -> str:
    if maximum == 0:
        return "no such call"
    if maximum is None:
        return f"at least {minimum:,} such calls" if minimum > 1 else "at least one such call"
    return f"exactly {minimum:,} such calls" if minimum > 1 else "exactly one such call"


def hints(within: float, *, blocked: bool) -> list[str]:
    """What to say of the waiting where it was in vain. `blocked`: whether it stopped the thread."""
    if within <= 0:
        return []
    lines = [f"Waited for {within:g} s."]
    if blocked and _in_event_loop():
        lines.append(
            "An event loop runs in this thread, and stood still meanwhile; so did what it should have sent. "
            "Write: await … .eventually.once(within=…)"
        )
    return lines


def _in_event_loop() -> bool:
    asyncio: Any = sys.modules.get("asyncio")
    trio: Any = sys.modules.get("trio")
    return (asyncio is not None and asyncio._get_running_loop() is not None) or (
        trio is not None and trio.lowlevel.in_trio_run()
    )


_OWN_PACKAGE = __name__.partition(".")[0]


def _place() -> str:
    """The line of the test that runs, outside of this package."""
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_globals.get("__name__", "").partition(".")[0] == _OWN_PACKAGE:
        frame = frame.f_back
    return f"{frame.f_code.co_filename}:{frame.f_lineno}"
