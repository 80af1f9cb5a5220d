"""Verify + parse + route: this library by its public API, against the same by hand and against published libraries."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from itertools import cycle, islice
from typing import Any

import msgspec

from benchmarks import byhand, peers, workload
from benchmarks.byhand import Handler, Receive
from benchmarks.harness import Contender, Table, compare, measure
from benchmarks.workload import EVENT, SECRET, Delivery
from segment_hooks import SegmentWebhookHandler, Track, WebhookEventRouter

OURS = "segment_hooks"
REACH_SINGLE, REACH_BATCH, BATCH = 0.90, 0.85, 100
ROUNDS = 300


class OrderCompleted(msgspec.Struct):
    """What a service's own type looks like."""

    order_id: str
    revenue: float = 0
    currency: str | None = None


# the handlers, as trivial as can be: what is measured is everything around them


def read_attribute(event: Any) -> None:
    """For events that are objects."""
    event.message_id  # noqa: B018  # reading it is all there is to do


def read_key(event: Any) -> None:
    """For events that are dicts."""
    event["messageId"]


def read_typed(event: Track[OrderCompleted]) -> None:
    """For the library, with typed properties."""
    event.properties.order_id  # noqa: B018


def read_typed_by_hand(event: Any, properties: OrderCompleted) -> None:
    """For the floor, with typed properties."""
    properties.order_id  # noqa: B018


def make_ours(handler: Handler) -> Receive:
    """The library, as in its quick start."""
    webhook = SegmentWebhookHandler(SECRET, uncovered="accept")
    router = WebhookEventRouter()
    router.on_track(EVENT)(handler)

    def receive(headers: dict[str, str], body: bytes) -> None:
        delivery = webhook.handle_request(headers=headers, body=body)
        for event in delivery.events:
            router.route_sync(event)

    return receive


def make_typed_floor(handler: Callable[..., object]) -> Receive:
    """See `byhand`."""
    return byhand.make_typed_floor(handler, OrderCompleted)


Field = dict[str, tuple[Callable[[Any], Receive], Callable[..., Any]]]
"""Contender → how it is made, and the handler that it is given."""

SINGLE: Field = {
    "floor: by hand, all fields": (byhand.make_floor, read_attribute),
    "floor: by hand, 4 fields": (byhand.make_four_fields, read_attribute),
    OURS: (make_ours, read_attribute),
    "by hand, hmac.digest": (byhand.make_hmac_digest, read_attribute),
    "by hand, pydantic": (byhand.make_pydantic, read_attribute),
    "by hand, hmac.new + json": (byhand.make_json, read_key),
    "standardwebhooks": (peers.make_standardwebhooks, read_key),
    "svix": (peers.make_svix, read_key),
    "gidgethub": (peers.make_gidgethub, read_key),
    "stripe": (peers.make_stripe, read_key),
}
TYPED: Field = {
    "floor: by hand, typed": (make_typed_floor, read_typed_by_hand),
    OURS: (make_ours, read_typed),
}
BATCHES: Field = {
    "floor: by hand, regex": (byhand.make_batch_regex, read_attribute),
    "floor: by hand, raw_decode": (byhand.make_batch_raw_decode, read_attribute),
    OURS: (make_ours, read_attribute),
}


def run(rounds: int) -> list[Table]:
    """All comparisons."""
    logging.disable(logging.CRITICAL)  # the peers log what they do
    tables = []
    for make in (workload.small, workload.recorded, workload.large):
        deliveries = workload.singles(make)
        size = f"{len(deliveries[0].body)} B" + ("" if deliveries[0].body.isascii() else ", not all ASCII")
        signed = [msgspec.structs.replace(d, headers=peers.sign(d.headers, d.body)) for d in deliveries]
        times = measure(_prepare(SINGLE, deliveries, signed), rounds=rounds)
        tables.append(_table(f"one event of {size}", times, next(iter(SINGLE)), REACH_SINGLE))
        times = measure(_prepare(TYPED, deliveries, signed), rounds=rounds)
        tables.append(_table(f"one event of {size}, typed properties", times, next(iter(TYPED)), REACH_SINGLE))
    deliveries = workload.batches(workload.small, BATCH)
    times = measure(_prepare(BATCHES, deliveries, deliveries), rounds=rounds, slice_seconds=0.004)
    times = {name: [value / BATCH for value in values] for name, values in times.items()}
    floor = min(list(BATCHES)[:2], key=lambda name: sorted(times[name])[rounds // 2])  # whichever is faster by hand
    tables.append(_table(f"a batch of {BATCH} events, per event", times, floor, REACH_BATCH))
    return tables


def _table(title: str, times: dict[str, list[float]], floor: str, reach: float) -> Table:
    return compare(f"verify + parse + route, {title}", times, floor=floor, reach={OURS: reach})


def _prepare(field: Field, deliveries: list[Delivery], signed: list[Delivery]) -> dict[str, Contender]:
    prepared = {}
    for name, (make, handler) in field.items():
        # peers look at headers of their own; everyone else gets what Segment sends
        own = signed if make.__module__ == peers.__name__ else deliveries
        check(name, make, handler, own)
        prepared[name] = _in_turn(make(handler), own)
    return prepared


def check(name: str, make: Callable[[Any], Receive], handler: Callable[..., Any], deliveries: list[Delivery]) -> None:
    """See to it that a contender does the work: every event reaches the handler, and a changed body does not."""
    seen: list[Any] = []

    @functools.wraps(handler)
    def noting(*given: Any) -> None:
        handler(*given)
        seen.append(given[0]["messageId"] if handler is read_key else given[0].message_id)

    receive = make(noting)
    for delivery in deliveries:
        receive(delivery.headers, delivery.body)
    if tuple(seen) != tuple(identity for d in deliveries for identity in d.message_ids):
        raise RuntimeError(f"{name} did not handle every event")
    seen.clear()
    changed = deliveries[0].body.replace(b"track", b"trick", 1)
    try:
        receive(deliveries[0].headers, changed)
    except Exception:
        return
    raise RuntimeError(f"{name} took a body that nobody signed")


def _in_turn(receive: Receive, deliveries: list[Delivery]) -> Contender:
    requests = [(delivery.headers, delivery.body) for delivery in deliveries]

    def work(count: int) -> None:
        for headers, body in islice(cycle(requests), count):
            receive(headers, body)

    return work
