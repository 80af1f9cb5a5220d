"""OpenTelemetry metrics of an inbox: how full it is, how old what is in it, and how events end.

    observe(store)                                          # in one process of the service
    Worker(router, store, on_end=count_endings()).start()   # in each worker

Uses the API package only: without an SDK in the service nothing is recorded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from segment_hooks.inbox.errors import InboxUnavailable
from segment_hooks.inbox.protocol import Ending, Item, State, Stats, Store
from segment_hooks.integrations._missing import missing
from segment_hooks.log import logger

try:
    from opentelemetry import metrics
except ImportError as error:
    raise missing("the OpenTelemetry API", "opentelemetry") from error


def observe(store: Store, meter_provider: metrics.MeterProvider | None = None, *, name: str = "inbox") -> None:
    """Have the state of `store` looked up whenever metrics are collected.

    `segment.inbox.events`, by `segment.state` (waiting, running, done, dropped, dead); `segment.inbox.oldest`, seconds
    that the oldest event which has not ended has been there; `segment.inbox.tries`, the most of any such event.
    `name`: the value of the attribute `segment.inbox`, for several inboxes. While the store is down, nothing is
    recorded.
    """
    meter = metrics.get_meter("segment_hooks", meter_provider=meter_provider)
    inbox = {"segment.inbox": name}

    def look(of: Callable[[Stats], Iterable[metrics.Observation]]) -> Callable[..., Iterable[metrics.Observation]]:
        def observed(_: metrics.CallbackOptions) -> Iterable[metrics.Observation]:
            try:
                return of(store.stats())
            except InboxUnavailable as error:
                logger().warning("segment inbox: no metrics: %s", error)
                return ()

        return observed

    meter.create_observable_gauge(
        "segment.inbox.events",
        [
            look(
                lambda stats: [
                    metrics.Observation(count, {**inbox, "segment.state": state.value})
                    for state, count in stats.counts.items()
                ]
            )
        ],
        "{event}",
        "Events in the inbox, by state",
    )
    meter.create_observable_gauge(
        "segment.inbox.oldest",
        [look(lambda stats: [metrics.Observation(stats.oldest or 0.0, inbox)])],
        "s",
        "Age of the oldest event that has not ended",
    )
    meter.create_observable_gauge(
        "segment.inbox.tries",
        [look(lambda stats: [metrics.Observation(stats.attempts, inbox)])],
        "{try}",
        "The most tries of any event that has not ended",
    )


def count_endings(meter_provider: metrics.MeterProvider | None = None) -> Callable[[Item, Ending], None]:
    """What `Worker(on_end=…)` takes: counts `segment.inbox.tries_ended`, by `segment.state`: done, dropped, waiting
    (it failed, and is tried again), dead (given up)."""
    counter = metrics.get_meter("segment_hooks", meter_provider=meter_provider).create_counter(
        "segment.inbox.tries_ended", "{try}", "Tries to handle an event, by how they ended"
    )
    attributes = {state: {"segment.state": state.value} for state in State}

    def count(_: Item, ending: Ending) -> None:
        counter.add(1, attributes[ending.state])

    return count
