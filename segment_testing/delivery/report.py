"""What became of what was delivered."""

from __future__ import annotations

from collections import Counter
from enum import StrEnum

import msgspec

from segment_hooks import Event
from segment_testing.delivery.history import describe
from segment_testing.delivery.request import WebhookRequest
from segment_testing.delivery.rules import Answer, Verdict


class State(StrEnum):
    """What has become of an event, in Segment's eyes."""

    WAITING = "waiting"
    """Not delivered yet: a first or another try is to come."""
    DELIVERED = "delivered"
    DISCARDED = "discarded"
    """Given up, because of the answer."""
    EXPIRED = "expired"
    """Given up, because the time for another try is over."""


class Attempt(msgspec.Struct, frozen=True):
    """One request and what came of it."""

    at: float
    """Seconds of the virtual clock since the first one."""
    events: tuple[int, ...]
    """Their places in the report's `fates`."""
    number: int
    """1 for the first time that Segment sends these events (the first of them, where others have joined it)."""
    request: WebhookRequest
    answer: Answer
    """As the service gave it; `None` for its status where there was none."""
    seen: Answer
    """As Segment saw it."""
    verdict: Verdict
    faults: tuple[str, ...] = ()
    forged: bool = False
    """Not from Segment: somebody else's, made of the one before."""
    again: bool = False
    """Though it had been delivered."""
    seconds: float = 0.0
    """Of the virtual clock, until the answer was there."""


class Fate(msgspec.Struct):
    """One event, and what became of it."""

    event: Event
    state: State = State.WAITING
    reason: str = ""
    """Why it was discarded, or the last answer before it expired."""
    attempts: int = 0
    """How often it was sent."""
    handled: int = 0
    """How often the service answered 2xx to it, whether Segment saw that or not."""

    @property
    def title(self) -> str:
        """Type, name and id, for people."""
        return describe(self.event)


class Report(msgspec.Struct, frozen=True):
    """Everything that happened. `reproduction`: the line that makes it happen again."""

    fates: list[Fate]
    """In the order in which the events were given."""
    attempts: list[Attempt]
    reproduction: str
    seconds: float
    """Of the virtual clock, from the first request to the last."""

    def of(self, state: State) -> list[Fate]:
        """The events that ended so."""
        return [fate for fate in self.fates if fate.state is state]

    @property
    def delivered(self) -> list[Fate]:
        """The events that Segment takes for delivered."""
        return self.of(State.DELIVERED)

    @property
    def lost(self) -> list[Fate]:
        """The events that Segment has given up: discarded, or out of time."""
        return [fate for fate in self.fates if fate.state in (State.DISCARDED, State.EXPIRED)]

    @property
    def handled(self) -> list[Fate]:
        """The events to which the service answered 2xx at least once."""
        return [fate for fate in self.fates if fate.handled]

    @property
    def accepted_forgeries(self) -> list[Attempt]:
        """What did not come from Segment, and was answered 2xx all the same."""
        return [attempt for attempt in self.attempts if attempt.forged and attempt.answer.ok]

    @property
    def ok(self) -> bool:
        """Whether every event was delivered, and no forgery accepted."""
        return len(self.delivered) == len(self.fates) and not self.accepted_forgeries

    def check(self) -> None:
        """Raise `AssertionError`, with all of this in words, unless every event was delivered and no forgery accepted.

        A run with `WrongSecret` cannot pass: what is signed so is to be refused.
        """
        __tracebackhide__ = True
        if not self.ok:
            raise AssertionError(str(self))

    def summary(self) -> str:
        """One line."""
        counts = Counter(fate.state for fate in self.fates)
        parts = [f"{counts[state]} {state.value}" for state in State if counts[state]]
        forged = sum(attempt.forged for attempt in self.attempts)
        if forged:
            parts.append(f"{len(self.accepted_forgeries)} of {forged} forgeries accepted")
        requests = len(self.attempts)
        return (
            f"{_plural(len(self.fates), 'event')}: {', '.join(parts) or 'none'}; {_plural(requests, 'request')} "
            f"in {_duration(self.seconds)}"
        )

    def __str__(self) -> str:
        lines = [self.summary()]
        lines += [
            f"  {fate.state.value}: {fate.title}: {fate.reason} ({_plural(fate.attempts, 'attempt')})"
            for fate in self.lost[:10]
        ]
        if len(self.lost) > 10:
            lines.append(f"  … and {len(self.lost) - 10} more")
        lines += [
            f"  accepted, though not from Segment: {_shown(attempt)} → {attempt.answer}"
            for attempt in self.accepted_forgeries[:10]
        ]
        lines += [f"  {_shown(attempt)} → {attempt.answer}" for attempt in _with_errors(self.attempts)[:3]]
        return "\n".join([*lines, f"again with: {self.reproduction}"])

    def __repr__(self) -> str:
        return f"<Report: {self.summary()}>"


def _with_errors(attempts: list[Attempt]) -> list[Attempt]:
    return [attempt for attempt in attempts if attempt.answer.error is not None]


def _shown(attempt: Attempt) -> str:
    struck = f", {' and '.join(attempt.faults)}" if attempt.faults else ""
    return f"at {_duration(attempt.at)}, attempt {attempt.number}{struck}"


def _plural(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _duration(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.3g} s"
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d} min" if hours else f"{minutes} min {seconds:02d} s"
