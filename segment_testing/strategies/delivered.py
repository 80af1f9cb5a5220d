"""Requests and histories of requests, as Segment makes them."""

from __future__ import annotations

from functools import partial
from typing import Any

import msgspec
from hypothesis import strategies as st

from segment_hooks import Event
from segment_testing.delivery.destination import Destination
from segment_testing.delivery.history import History
from segment_testing.delivery.request import WebhookRequest
from segment_testing.strategies.call_types import events as any_events
from segment_testing.strategies.journey import journeys

Events = st.SearchStrategy[Any]  # of events


def batches(events: Events | None = None, *, min_size: int = 1, max_size: int = 5) -> st.SearchStrategy[list[Event]]:
    """The events of one batch, of any types mixed; no two are the same event (by `messageId`)."""
    return st.lists(_any(events), min_size=min_size, max_size=max_size, unique_by=_identity)


def bodies(events: Events | None = None) -> st.SearchStrategy[bytes]:
    """The body of a request, byte for byte as Segment's JavaScript writes it: one event, or a batch."""
    return st.one_of(_any(events).map(_raw), batches(events).map(_array))


def deliveries(
    events: Events | None = None,
    *,
    secret: str | bytes | None = None,
    destination: Destination | None = None,
    batched: bool | None = None,
) -> st.SearchStrategy[WebhookRequest]:
    """Whole requests, signed with `secret` as Segment signs.

    `events`: a strategy for single events. `destination`: all its settings; left out, one with `secret` that sends
    POST, PUT or PATCH, with and without a header of its own. `batched`: whether bodies are arrays; left out, some are.
    Without a secret they are as from a destination that has none.
    """
    if destination is not None and secret is not None:
        destination = msgspec.structs.replace(destination, secret=secret)
    made = st.just(destination) if destination is not None else _destinations(secret)
    single = st.builds(_single, made, _any(events))
    several = st.builds(_batch, made, batches(events))
    if batched is None:
        return st.one_of(single, several)
    return several if batched else single


def delivery_histories(
    events: st.SearchStrategy[list[Event]] | None = None,
    *,
    repeats: bool = True,
    reorderings: bool = True,
    regroupings: bool = True,
) -> st.SearchStrategy[History]:
    """Ways in which the same events can be delivered, each at least once.

    `events`: a strategy for lists of events, oldest first; left out, `journeys()`. `repeats`: some come again, as after
    a lost answer. `reorderings`: they come in another order. `regroupings`: several come in one request. Examples
    shrink to each event by itself, once, in order.
    """
    return _histories(journeys() if events is None else events, repeats, reorderings, regroupings)


@st.composite
def _histories(
    draw: st.DrawFn,
    source: st.SearchStrategy[list[Event]],
    repeats: bool,
    reorderings: bool,
    regroupings: bool,
) -> History:
    events = tuple(draw(source))
    order = list(range(len(events)))
    if repeats and events:
        order += draw(st.lists(st.integers(0, len(events) - 1), max_size=3))
    if reorderings and len(order) > 1:
        # a place in the queue for each, not a permutation: an event can be left out without the others changing places
        places = draw(st.lists(st.integers(0, len(order) - 1), min_size=len(order), max_size=len(order)))
        order = [index for _, index in sorted(zip(places, order, strict=True), key=_place)]
    if not regroupings:
        return History(events, tuple((index,) for index in order))
    groups: list[list[int]] = []
    for index in order:
        # a request never carries the same event twice
        if groups and index not in groups[-1] and draw(st.booleans()):
            groups[-1].append(index)
        else:
            groups.append([index])
    return History(events, tuple(map(tuple, groups)))


def _any(events: Events | None) -> Events:
    return any_events() if events is None else events


def _identity(event: Event) -> Any:
    return event.message_id or event.raw


def _place(entry: tuple[int, int]) -> int:
    return entry[0]


def _raw(event: Event) -> bytes:
    return event.raw


def _array(events: list[Event]) -> bytes:
    return b"[" + b",".join(event.raw for event in events) + b"]"


def _single(destination: Destination, event: Event) -> WebhookRequest:
    return destination.request([event.raw], batch=False)


def _batch(destination: Destination, events: list[Event]) -> WebhookRequest:
    return destination.request([event.raw for event in events], batch=True)


def _destinations(secret: str | bytes | None) -> st.SearchStrategy[Destination]:
    return st.builds(
        partial(Destination, secret=secret),
        method=st.sampled_from(["POST", "POST", "PUT", "PATCH"]),
        headers=st.sampled_from([{}, {}, {"X-Source": "shop"}, {"Content-Type": "text/plain"}]),
    )
