"""What goes wrong on the way must lose nothing, and do nothing twice."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

import msgspec
from hypothesis import strategies as st

from segment_hooks import Event
from segment_testing.delivery.destination import Destination
from segment_testing.delivery.faults import CutConnection, Duplicate, Fault, LoseAcknowledgement, SlowBody
from segment_testing.delivery.history import History
from segment_testing.delivery.report import Report, State
from segment_testing.delivery.targets import Target
from segment_testing.laws.searching import Events, Settings, drawn_already, lists_of_events, search
from segment_testing.laws.subject import Observe, Reset, Subject
from segment_testing.laws.words import broken, calmly, told

_FAULTS: list[Fault] = [
    LoseAcknowledgement(attempts=1),
    Duplicate(chance=0.5, attempts=3),
    CutConnection(attempts=1),
    SlowBody(),
]


class _Case(msgspec.Struct, frozen=True):
    """One way in which things go wrong."""

    events: tuple[Event, ...]
    batch_size: int
    faults: list[Fault]
    breaks_after: int | None
    seed: int


def check_survives_retries(
    app: Target,
    events: Events | None = None,
    *,
    observe: Observe,
    reset: Reset,
    secret: str | bytes | None = None,
    destination: Destination | None = None,
    break_after: Callable[[int], Any] | None = None,
    batches: bool = True,
    settings: Settings = None,
) -> None:
    """Failures must lose nothing and do nothing twice: lost answers, cut connections, slow bodies, events that come
    again in other batches, and, with `break_after`, failures of what the service needs.

    `break_after(n)` arranges that something the service depends on (its database, say) fails once, after `n` more
    operations that succeed; `reset` takes that back. The law tries it at different points. `batches=False` for a
    destination in which batching is turned off.
    Raises `LawBroken` where an event is lost, or the effects are not those of each event once.
    """
    cases = st.builds(
        _Case,
        lists_of_events(events),
        st.sampled_from([0, 2, 10] if batches else [0]),
        st.lists(st.sampled_from(_FAULTS), max_size=2, unique_by=type),
        st.none() if break_after is None else st.one_of(st.none(), st.integers(0, 4)),
        st.integers(0, 2**16),
    )
    with Subject(app, observe=observe, reset=reset, secret=secret, destination=destination) as subject:

        def law(case: _Case) -> None:
            __tracebackhide__ = True
            expected = subject.run(History.calm(case.events))
            subject.reset()
            if break_after is not None and case.breaks_after is not None:
                break_after(case.breaks_after)
            report = subject.deliver(case.events, batch_size=case.batch_size, faults=case.faults, seed=case.seed)
            effects = subject.effects()
            for fate, answer in zip(report.fates, expected.answers, strict=True):
                # what the service refuses on a calm day it may refuse on any
                if fate.state is not State.DELIVERED and answer.ok:
                    raise broken(
                        f"check_survives_retries: {fate.title} is lost: {fate.state.value} after {fate.reason}.",
                        _happened(case, report, effects),
                        advice="Segment throws an event away where the answer is 501, or a 4xx other than 408, 423 and "
                        "429: give such an answer only where another try could not help.",
                    )
            if effects != expected.effects:
                raise broken(
                    "check_survives_retries: failures on the way change the effects.",
                    _happened(case, report, effects),
                    calmly(expected),
                    advice="Answer 2xx only when everything in the request is done; note an event as handled together "
                    "with its effect, neither before it nor without it; and let errors through, or raise RetryError, "
                    "so that Segment tries again.",
                )

        search(law, cases, settings, _cases(drawn_already(events), batches, break_after is not None))


def _cases(events: tuple[Event, ...] | None, batches: bool, breaks: bool) -> list[_Case] | None:
    """Every single thing that goes wrong, where the test has drawn the events itself."""
    if events is None:
        return None
    struck: list[list[Fault]] = [[], *([fault] for fault in _FAULTS)]
    points = [None, 0, 1, 2, 3] if breaks else [None]
    return [_Case(events, *each, 0) for each in product([0, 2, 10] if batches else [0], struck, points)]


def _happened(case: _Case, report: Report, effects: Any) -> str:
    lines: list[str] = []
    for attempt in report.attempts:
        titles = [report.fates[place].title for place in attempt.events]
        line = titles[0] if len(titles) == 1 else f"a batch: {'; '.join(titles)}"
        lines.append(f"{line} ({', '.join(attempt.faults)})" if attempt.faults else line)
    title = "Delivered:"
    if case.breaks_after is not None:
        title = f"Delivered, while what the service needs fails once, after {case.breaks_after} operations:"
    return told(title, lines, [attempt.answer for attempt in report.attempts], effects)
