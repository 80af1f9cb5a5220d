"""The handlers of `wrong_handlers`, done well: they keep every law in `segment_testing.laws`.

What they have in common: the id of an event is noted in the same transaction as its effect; the time of the event
decides which of two is newer; times stay in UTC; what does not fit its type never reaches the handler; and what the
signature does not cover is refused, or must come with a header that only Segment knows.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime

import msgspec

from examples._database import Database, Service
from segment_hooks import DropEvent, Event, Identify, StaticHeader, Track, WebhookEventRouter


class OrderCompleted(msgspec.Struct):
    """What this service needs of an order; an event without it is answered as invalid."""

    order_id: str
    revenue: float = 0


@contextmanager
def once(database: Database, event: Event) -> Generator[None]:
    """A transaction in which an event is handled, and noted as handled; ends at once where it was before."""
    with database.transaction():
        if database.get("handled", event.message_id):
            raise DropEvent
        database.put("handled", event.message_id, True)
        yield


def shipping(secret: str) -> Service:
    """Ships each order once, whatever happens on the way."""
    router, database = WebhookEventRouter(), Database()

    @router.on_track("Order Completed")
    def ship(event: Track[OrderCompleted]) -> None:
        with once(database, event):
            order = event.properties.order_id
            database.put("shipments", order, (database.get("shipments", order) or 0) + 1)

    return Service(router.asgi(secret, uncovered="refuse"), database, lambda: database.tables.get("shipments", {}))


def batches(secret: str, token: str) -> Service:
    """The same, for a destination that makes batches, and sends a header along that only Segment knows."""
    router, database = WebhookEventRouter(), Database()

    @router.on_track("Order Completed")
    def ship(event: Track[OrderCompleted]) -> None:
        with once(database, event):
            database.put("shipments", event.properties.order_id, event.user_id)

    app = router.asgi(secret, uncovered=StaticHeader("Authorization", f"Bearer {token}"))
    return Service(app, database, lambda: database.tables.get("shipments", {}))


def profiles(secret: str) -> Service:
    """Keeps what is newest by the time of the event."""
    router, database = WebhookEventRouter(), Database()

    @router.on_identify
    def save(event: Identify) -> None:
        # two events of the same moment: the greater id wins, whichever comes first
        version = (event.timestamp or datetime.min.replace(tzinfo=UTC), event.message_id or "")
        stored = database.get("users", event.user_id)
        if stored is None or stored[0] < version:
            database.put("users", event.user_id, (version, event.traits.get("plan")))

    return Service(router.asgi(secret, uncovered="refuse"), database, lambda: database.tables.get("users", {}))


def daily_orders(secret: str) -> Service:
    """Counts orders by the day in UTC."""
    router, database = WebhookEventRouter(), Database()

    @router.on_track("Order Completed")
    def count(event: Track) -> None:
        if event.timestamp is None:
            raise DropEvent("no telling which day that was")
        day = event.timestamp.date().isoformat()  # `timestamp` is in UTC
        with once(database, event):
            database.put("orders", day, (database.get("orders", day) or 0) + 1)

    return Service(router.asgi(secret, uncovered="refuse"), database, lambda: database.tables.get("orders", {}))


def careful() -> WebhookEventRouter:
    """Takes nothing for granted that the sender's code could have left out."""
    router = WebhookEventRouter()

    @router.on_track("Order Completed")
    def add(event: Track[OrderCompleted]) -> None:
        print(round(event.properties.revenue * 100))

    return router
