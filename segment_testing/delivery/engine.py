"""Segment's side of many deliveries, without I/O: what to send when, and what to make of the answers.

A generator: it yields each request, with how it is to be carried, and is sent the answer. Who drives it carries bytes,
and nothing else; time is the virtual clock's, which the engine sets to when each request is due.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from heapq import heappop, heappush
from random import Random
from urllib.parse import urljoin, urlsplit

import msgspec

from segment_testing.delivery.clock import VirtualClock
from segment_testing.delivery.destination import Destination
from segment_testing.delivery.faults import Fault, Shipment, lost, streams
from segment_testing.delivery.making import RequestMaker
from segment_testing.delivery.report import Attempt, Fate, State
from segment_testing.delivery.request import WebhookRequest
from segment_testing.delivery.rules import MAX_REDIRECTS, Answer, Failure, Rules, Verdict, verdict
from segment_testing.delivery.transport import PLAINLY, Carriage

Exchange = Generator[tuple[WebhookRequest, Carriage], Answer, None]

_TOGETHER = 0.2
"""Events whose next try falls into this part of a wait are tried in one batch."""


class Engine:
    """One run over some events, whose JSON texts and fates are given."""

    def __init__(
        self,
        texts: Sequence[bytes],
        fates: Sequence[Fate],
        *,
        destination: Destination,
        clock: VirtualClock,
        rules: Rules,
        faults: Sequence[Fault] = (),
        seed: int = 0,
        on_attempt: Callable[[Attempt], object] | None = None,
    ) -> None:
        self.attempts: list[Attempt] = []
        self._texts = texts
        self._fates = fates
        self._make = RequestMaker(destination).make
        self._clock = clock
        self._rules = rules
        self._faults = [*zip(faults, streams(faults, seed), strict=True)]
        self._random = Random(f"{seed}/retries")  # noqa: S311
        self._size = max(1, destination.batch_size)
        self._regroups = rules.regroup if rules.regroup is not None else self._size < 1000
        self._start = clock.monotonic()
        self._first_sent: dict[int, float] = {}
        self._due: list[tuple[float, int, tuple[int, ...], bool]] = []
        """When, in which order of those due at once, which events, and whether they were delivered already."""
        self._entries = 0
        self._on_attempt = on_attempt

    def run(self) -> Exchange:
        """Until nothing is left to send."""
        self._plan()
        while self._due:
            due, _, events, again = heappop(self._due)
            if self._regroups and not again:
                due, events = self._join(due, events)
            self._clock.advance_to(due)
            yield from self._ship(events, again)

    def _plan(self) -> None:
        """When each event is first sent, and together with which others."""
        order, delays = list(range(len(self._texts))), [0.0] * len(self._texts)
        for fault, random in self._faults:
            fault.arrange(order, delays, random)
        on_time = [event for event in order if not delays[event]]
        for at in range(0, len(on_time), self._size):
            self._schedule(self._start, tuple(on_time[at : at + self._size]))
        for event in order:
            if delays[event]:
                self._schedule(self._start + delays[event], (event,))

    def _schedule(self, due: float, events: tuple[int, ...], *, again: bool = False) -> None:
        self._entries += 1
        heappush(self._due, (due, self._entries, events, again))

    def _join(self, due: float, events: tuple[int, ...]) -> tuple[float, tuple[int, ...]]:
        """The events that are sent in one batch with these: others that wait for another try at about the same time."""
        if len(events) >= self._size or not self._fates[events[0]].attempts:
            return due, events
        latest = due + self._rules.wait(self._fates[events[0]].attempts, self._random) * _TOGETHER
        while self._due and len(events) < self._size:
            next_due, _, others, again = self._due[0]
            if next_due > latest or again or len(events) + len(others) > self._size:
                break
            if not self._fates[others[0]].attempts:
                break
            heappop(self._due)
            due, events = next_due, events + others
        return due, events

    def _ship(self, events: tuple[int, ...], again: bool) -> Exchange:
        number = self._fates[events[0]].attempts + 1
        shipment = Shipment([self._texts[event] for event in events], number)
        struck: list[tuple[Fault, Random]] = []
        for fault, random in self._faults:
            if fault.strikes(shipment, random):
                struck.append((fault, random))
                shipment.faults.append(fault.NAME)
                fault.before(shipment, random)
        request = self._make(shipment.texts, secret=shipment.secret)
        for fault, random in struck:
            fault.after(shipment, request, random)
        began = self._clock.monotonic()
        for event in events:
            fate = self._fates[event]
            fate.attempts += 1
            if fate.attempts == 1:
                self._first_sent[event] = began
        answer = yield request, shipment.carriage
        if answer.location is not None:
            answer = yield from self._follow(request, answer)
        seen = lost(shipment, answer)
        took = self._clock.monotonic() - began
        if seen.status is not None and took > self._rules.timeout:
            seen = Answer(None, failure=Failure.TIMED_OUT)
        outcome = verdict(seen)
        self._record(events, shipment, request, answer, seen=seen, outcome=outcome, at=began, took=took, again=again)
        if not again:
            self._settle(events, seen, outcome, shipment)
        for forgery in shipment.forgeries:
            began = self._clock.monotonic()
            answer = yield forgery, PLAINLY
            took, outcome = self._clock.monotonic() - began, verdict(answer)
            self._record(
                events, shipment, forgery, answer, seen=answer, outcome=outcome, at=began, took=took, forged=True
            )

    def _follow(
        self, request: WebhookRequest, answer: Answer
    ) -> Generator[tuple[WebhookRequest, Carriage], Answer, Answer]:
        """The answer at the end of redirects, followed as node-fetch does."""
        for _ in range(MAX_REDIRECTS):
            location = answer.location
            if location is None:
                return answer
            request = redirected(request, answer.status or 0, location)
            answer = yield request, PLAINLY
        return answer if answer.location is None else Answer(None, failure=Failure.REDIRECTS)

    def _record(
        self,
        events: tuple[int, ...],
        shipment: Shipment,
        request: WebhookRequest,
        answer: Answer,
        *,
        seen: Answer,
        outcome: Verdict,
        at: float,
        took: float,
        forged: bool = False,
        again: bool = False,
    ) -> None:
        at -= self._start
        faults = tuple(shipment.faults)
        self.attempts.append(
            Attempt(at, events, shipment.attempt, request, answer, seen, outcome, faults, forged, again, took)
        )
        if answer.ok and not forged:
            for event in events:
                self._fates[event].handled += 1
        if self._on_attempt is not None:
            self._on_attempt(self.attempts[-1])

    def _settle(self, events: tuple[int, ...], seen: Answer, outcome: Verdict, shipment: Shipment) -> None:
        now = self._clock.monotonic()
        if outcome is Verdict.DELIVERED:
            for event in events:
                self._fates[event].state = State.DELIVERED
            for delay in shipment.again:
                self._schedule(now + delay, events, again=True)
        elif outcome is Verdict.DISCARDED:
            for event in events:
                self._fates[event].state, self._fates[event].reason = State.DISCARDED, str(seen)
        elif self._regroups:
            for event in events:
                self._retry((event,), now, seen)
        else:
            self._retry(events, now, seen)

    def _retry(self, events: tuple[int, ...], now: float, seen: Answer) -> None:
        first = self._fates[events[0]]
        due = now + self._rules.wait(first.attempts, self._random)
        if due - self._first_sent[events[0]] > self._rules.give_up_after:
            for event in events:
                self._fates[event].state, self._fates[event].reason = State.EXPIRED, str(seen)
            return
        self._schedule(due, events)


def redirected(request: WebhookRequest, status: int, location: str) -> WebhookRequest:
    """The request that follows a redirect."""
    parts = urlsplit(urljoin(f"http://host{request.target}", location))
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if status in (307, 308):
        return msgspec.structs.replace(request, target=target)
    headers = tuple(pair for pair in request.headers if pair[0].lower() != "content-length")
    return WebhookRequest("GET", headers, b"", target)
