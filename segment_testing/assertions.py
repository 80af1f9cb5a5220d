"""Expectations: what a test says of the calls that its code made.

    segment.expect.track("Order Completed", user_id="u1", properties={"revenue": 10}).once()
    segment.expect.in_order(segment.expect.identify(user_id="u1"), segment.expect.track("Order Completed"))
    segment.expect.nothing_else()

A call is described first, then judged by the last word: `once`, `times`, `at_least`, `never`. Nothing is judged before
that word, so a description without one is a mistake, which the pytest plugin reports. Every word takes `within`, the
seconds to wait for what comes in the background; in async code the same words stand behind `eventually`:

    await segment.expect.track("Order Completed").eventually.once(within=2)

What a satisfied expectation has counted is *claimed* by it; `nothing_else` fails for calls that none has claimed.
Expectations do not use calls up: two may claim the same one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Unpack

from segment_hooks import Alias, Event, Group, Identify, Page, Screen, Track
from segment_testing import failures
from segment_testing.expectations import EVENTUALLY, Claims, Eventually, Expectation, hints
from segment_testing.failures import ExpectationFailed
from segment_testing.patterns import UNSAID, CommonFields, Pattern
from segment_testing.recording import Call, Ledger
from segment_testing.showing import ASKED_FOR

if TYPE_CHECKING:
    from segment_hooks.tracking_plan import TrackingPlan


class Expect:
    """`segment.expect`: describes calls by type, and judges all of them together.

    Values are compared as `segment_testing.matching` says: dicts by the members they name, everything else exactly;
    matchers, patterns, types and functions may stand anywhere. What is left out may be anything.
    """

    def __init__(self, ledger: Ledger, plan: TrackingPlan | None = None) -> None:
        self._claims = Claims(ledger)
        self._plan = plan

    # ---- descriptions

    def track(
        self, event: object = UNSAID, *, properties: object = UNSAID, **fields: Unpack[CommonFields]
    ) -> Expectation[Track]:
        """Track calls; `event` is what happened."""
        return self._describe("track", event, properties=properties, **fields)

    def identify(self, *, traits: object = UNSAID, **fields: Unpack[CommonFields]) -> Expectation[Identify]:
        """Identify calls."""
        return self._describe("identify", UNSAID, traits=traits, **fields)

    def group(
        self, group_id: object = UNSAID, *, traits: object = UNSAID, **fields: Unpack[CommonFields]
    ) -> Expectation[Group]:
        """Group calls."""
        return self._describe("group", UNSAID, group_id=group_id, traits=traits, **fields)

    def page(
        self,
        name: object = UNSAID,
        *,
        category: object = UNSAID,
        properties: object = UNSAID,
        **fields: Unpack[CommonFields],
    ) -> Expectation[Page]:
        """Page calls."""
        return self._describe("page", name, category=category, properties=properties, **fields)

    def screen(
        self,
        name: object = UNSAID,
        *,
        category: object = UNSAID,
        properties: object = UNSAID,
        **fields: Unpack[CommonFields],
    ) -> Expectation[Screen]:
        """Screen calls."""
        return self._describe("screen", name, category=category, properties=properties, **fields)

    def alias(self, *, previous_id: object = UNSAID, **fields: Unpack[CommonFields]) -> Expectation[Alias]:
        """Alias calls; `user_id` is the new id."""
        return self._describe("alias", UNSAID, previous_id=previous_id, **fields)

    def call(self, name: object = UNSAID, **fields: Unpack[CommonFields]) -> Expectation[Event]:
        """Calls of any type; `name` is that of a page or a screen, or the event of a track call."""
        return self._describe(None, name, **fields)

    def _describe(self, kind: str | None, name: object, **fields: Any) -> Expectation[Any]:
        return Expectation(self._claims, Pattern(kind, name, **fields))

    # ---- all of them together

    def in_order(self, *expectations: Expectation[Any], within: float = 0.0) -> None:
        """Such calls came one after the other, in this order; others may have come before, between and behind them.

        The order is that of their arrival: of calls in one batch, the order in it. `within`: seconds to wait.
        """
        __tracebackhide__ = True
        patterns = self._patterns(expectations)
        if within > 0:
            self._claims.ledger.wait_for(lambda: len(self._chain(patterns)) == len(patterns), within)
        self._conclude_order(patterns, hints(within, blocked=True))

    def nothing_else(self, *, within: float = 0.0) -> None:
        """Every call has been claimed by an expectation before. Rejections do not count, see `no_rejections`.

        `within`: seconds in which nothing else may come; a test that passes waits as long.
        """
        __tracebackhide__ = True
        if within > 0:
            self._claims.ledger.wait_for(lambda: bool(self._claims.unclaimed()[0]), within)
        self._conclude_nothing_else()

    def no_rejections(self) -> None:
        """Segment would have thrown away or refused nothing, but for faults and rate limits that the test asked for."""
        __tracebackhide__ = True
        rejections = [each for each in self._claims.ledger.rejections if each.reason not in ASKED_FOR]
        if rejections:
            raise failures.something_rejected(rejections)

    def no_violations(self, plan: TrackingPlan | None = None) -> None:
        """Every call fits the tracking plan: `plan`, or that of the settings. Events and properties that it does not
        have count as violations too."""
        __tracebackhide__ = True
        plan = plan if plan is not None else self._plan
        if plan is None:
            raise TypeError("which plan? Write no_violations(plan), or return FakeSettings(tracking_plan=plan)")
        from segment_testing.tracking_plan import check_plan

        check_plan(self._claims.ledger.calls, plan)

    @property
    def eventually(self) -> EventuallyAll:
        """The same words for async code: they wait without blocking the event loop, under asyncio and trio."""
        return EventuallyAll(self)

    @property
    def unjudged(self) -> list[str]:
        """The expectations without a last word, which have tested nothing: where they stand, and what they describe."""
        return self._claims.unjudged()

    def reset(self) -> None:
        """Forget which calls were claimed."""
        self._claims.clear()

    # ---- shared with `EventuallyAll`

    def _patterns(self, expectations: tuple[Expectation[Any], ...]) -> list[Pattern]:
        if len(expectations) < 2:
            raise TypeError("in_order() takes two expectations or more: in_order(expect.identify(), expect.track(…))")
        for expectation in expectations:
            self._claims.judged(expectation)
        return [expectation.pattern for expectation in expectations]

    def _chain(self, patterns: list[Pattern]) -> list[Call]:
        """The earliest calls that fit one pattern after the other; where any calls do, these do."""
        found: list[Call] = []
        for call in self._claims.ledger.calls:
            if patterns[len(found)].fits(call):
                found.append(call)
                if len(found) == len(patterns):
                    break
        return found

    def _conclude_order(self, patterns: list[Pattern], waited: list[str]) -> None:
        __tracebackhide__ = True
        found = self._chain(patterns)
        if len(found) < len(patterns):
            raise failures.out_of_order(self._claims.ledger, patterns, found, waited)
        self._claims.claim(found)

    def _conclude_nothing_else(self) -> None:
        __tracebackhide__ = True
        unclaimed, claimed = self._claims.unclaimed()
        if unclaimed:
            raise failures.something_else(self._claims.ledger, unclaimed, claimed)


class EventuallyAll:
    """The words of `Expect` that can wait, for async code. `within`: seconds."""

    def __init__(self, expect: Expect) -> None:
        self._expect = expect

    async def in_order(self, *expectations: Expectation[Any], within: float = EVENTUALLY) -> None:
        """See `Expect.in_order`."""
        __tracebackhide__ = True
        expect = self._expect
        patterns = expect._patterns(expectations)
        await expect._claims.ledger.wait_for_async(lambda: len(expect._chain(patterns)) == len(patterns), within)
        expect._conclude_order(patterns, hints(within, blocked=False))

    async def nothing_else(self, *, within: float = EVENTUALLY) -> None:
        """See `Expect.nothing_else`: this takes all of the time."""
        __tracebackhide__ = True
        expect = self._expect
        await expect._claims.ledger.wait_for_async(lambda: bool(expect._claims.unclaimed()[0]), within)
        expect._conclude_nothing_else()


__all__ = ["Eventually", "EventuallyAll", "Expect", "Expectation", "ExpectationFailed"]
