"""Looking for the smallest thing that breaks a law."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

import hypothesis
from hypothesis import HealthCheck, Phase, given
from hypothesis import strategies as st

from segment_hooks import Event
from segment_testing.delivery.request import WebhookRequest
from segment_testing.laws.subject import distinct
from segment_testing.strategies import journeys

T = TypeVar("T")

Events = st.SearchStrategy[Any] | Event | WebhookRequest | Sequence[Event]
"""What a law is tried with: a strategy for lists of events, for single events or for deliveries; or one of these
itself, where the test has drawn it already."""


SLOW_IS_FINE = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]
_EXAMPLES = 300
Settings = hypothesis.settings | None


def drawn_already(events: Events | None) -> tuple[Event, ...] | None:
    """The events, where the test has drawn them itself; None where they are for the law to draw."""
    return None if events is None or isinstance(events, st.SearchStrategy) else distinct(_several(events))


def lists_of_events(events: Events | None) -> st.SearchStrategy[tuple[Event, ...]]:
    """A strategy for the events, each once, whatever the user gave."""
    if isinstance(events, st.SearchStrategy):
        return events.map(_several).map(distinct)
    return journeys().map(distinct) if events is None else st.just(distinct(_several(events)))


def _several(drawn: Any) -> Iterable[Event]:
    if isinstance(drawn, WebhookRequest):
        return drawn.events
    return [drawn] if isinstance(drawn, Event) else drawn


def search(
    law: Callable[[T], None], strategy: st.SearchStrategy[T], settings: Settings, cases: Iterable[T] | None = None
) -> None:
    """Try `law` with what `strategy` makes, and let the simplest failure through. `cases`: try these instead, where the
    test draws events itself, and a search within its own would take forever.

    Settings left out are those of the profile, with 300 examples at least, without a deadline and without the database
    of examples, whose keys would be the same for every service.
    """
    __tracebackhide__ = True
    if cases is not None:
        for case in cases:
            law(case)
        return
    if settings is None:
        settings = hypothesis.settings(
            max_examples=max(_EXAMPLES, hypothesis.settings().max_examples),
            deadline=None,
            database=None,
            report_multiple_bugs=False,
            phases=[Phase.generate, Phase.shrink],
            suppress_health_check=SLOW_IS_FINE,
        )

    @settings
    @given(strategy)
    def keeps_the_law(case: T) -> None:
        __tracebackhide__ = True
        law(case)

    keeps_the_law()
