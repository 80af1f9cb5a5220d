"""A simulator whose deliveries can be looked at on the page of a fake, and sent again from there.

    simulator = LoggedSimulator(app, api.deliveries, secret=SECRET)      # `api`: of the fake that shows them
    simulator.deliver(factories.track("Order Completed"))

What happens in four hours of virtual time is recorded when it is over, with times that count from its beginning.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TypedDict, Unpack

from segment_testing.delivery.clock import VirtualClock
from segment_testing.delivery.destination import Destination
from segment_testing.delivery.engine import Engine
from segment_testing.delivery.faults import Fault
from segment_testing.delivery.report import Attempt, Fate, Report, State
from segment_testing.delivery.request import WebhookRequest
from segment_testing.delivery.rules import Answer, Rules, Verdict
from segment_testing.delivery.simulator import Simulator
from segment_testing.delivery.targets import Target
from segment_testing.fake import deliveries as log
from segment_testing.fake.deliveries import Deliveries, Delivery, Outcome


class SimulatorOptions(TypedDict, total=False):
    """The options of a `Simulator`."""

    secret: str | bytes | None
    destination: Destination | None
    faults: Sequence[Fault]
    seed: int
    rules: Rules | None
    clock: VirtualClock | None
    allow_other_hosts: bool


class LoggedSimulator(Simulator):
    """A `Simulator` that writes every request to `deliveries`, with all attempts at it."""

    def __init__(self, target: Target, deliveries: Deliveries, **options: Unpack[SimulatorOptions]) -> None:
        super().__init__(target, **options)
        self._deliveries = deliveries

    def _report(self, engine: Engine, fates: list[Fate]) -> Report:
        report = super()._report(engine, fates)
        began = datetime.now(UTC)
        for attempts in _by_request(report.attempts):
            first = attempts[0]
            delivery = Delivery(
                id=self._deliveries.new_id(),
                at=began + timedelta(seconds=first.at),
                title=_title([report.fates[event] for event in first.events]),
                url=self._url,
                method=first.request.method,
                headers=first.request.headers,
                body=first.request.body,
                outcome=_outcome(attempts, report),
                attempts=tuple(_logged(attempt, began) for attempt in attempts),
            )
            self._record(delivery, first.request)
        return report

    def _record(self, delivery: Delivery, request: WebhookRequest) -> None:
        self._deliveries.record(delivery, replay=lambda: self._replay(delivery, request))

    def _replay(self, delivery: Delivery, request: WebhookRequest) -> None:
        """Send the very bytes again, from whatever thread asks for it."""
        at, began = datetime.now(UTC), self.clock.monotonic()
        # an event loop of its own: that of the deliveries belongs to another thread
        answer = asyncio.run(self.send_async(request)) if self._carrier.needs_loop else self.send(request)
        attempt = log.Attempt(
            at=at,
            seconds=self.clock.monotonic() - began,
            status=answer.status,
            error=_error(answer),
            headers=_text(answer.headers),
            body=answer.body,
        )
        again = Delivery(
            id=self._deliveries.new_id(),
            at=at,
            title=delivery.title,
            url=delivery.url,
            method=request.method,
            headers=request.headers,
            body=request.body,
            outcome=Outcome.DELIVERED if answer.ok else Outcome.DISCARDED,
            attempts=(attempt,),
            replay_of=delivery.id,
        )
        self._record(again, request)

    @property
    def _url(self) -> str:
        return self._name if self._name != "app" else f"in the process: {self.destination.target}"


def _by_request(attempts: Sequence[Attempt]) -> list[list[Attempt]]:
    """The attempts at the same events together, in order; what is forged stands by itself."""
    groups: dict[object, list[Attempt]] = {}
    for number, attempt in enumerate(attempts):
        groups.setdefault(number if attempt.forged else attempt.events, []).append(attempt)
    return list(groups.values())


def _title(fates: Sequence[Fate]) -> str:
    return fates[0].title if len(fates) == 1 else f"a batch of {len(fates):,}: {fates[0].title} …"


def _outcome(attempts: Sequence[Attempt], report: Report) -> Outcome:
    last = [attempt for attempt in attempts if not attempt.again][-1]
    if last.forged:
        return Outcome.FORGED
    if last.verdict is not Verdict.RETRY:
        return Outcome.DELIVERED if last.verdict is Verdict.DELIVERED else Outcome.DISCARDED
    expired = all(report.fates[event].state is State.EXPIRED for event in last.events)
    later = report.attempts[report.attempts.index(last) + 1 :]
    regrouped = any(set(attempt.events) & set(last.events) for attempt in later)
    return Outcome.DISCARDED if expired and not regrouped else Outcome.REGROUPED


def _logged(attempt: Attempt, began: datetime) -> log.Attempt:
    notes = [", ".join(attempt.faults)] if attempt.faults else []
    if attempt.again:
        notes.append("again, though it had been delivered")
    if attempt.seen != attempt.answer and attempt.answer.status is not None:
        notes.append(f"the service answered {attempt.answer}, which Segment did not get")
    return log.Attempt(
        at=began + timedelta(seconds=attempt.at),
        seconds=attempt.seconds,
        status=attempt.seen.status,
        error=_error(attempt.seen),
        note="; ".join(notes) or None,
        headers=_text(attempt.seen.headers),
        body=attempt.seen.body,
    )


def _text(headers: Sequence[tuple[bytes, bytes]]) -> log.Headers:
    return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in headers)


def _error(answer: Answer) -> str | None:
    if answer.error is not None:
        return f"{type(answer.error).__name__}: {answer.error}"
    return None if answer.failure is None else answer.failure.value
