"""Handlers that look right, and are not: each breaks a law that `segment_testing.laws` has a check for.

They all work on a good day, when each event comes once, in order, and nothing fails. `right_handlers` has each done
well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from examples._database import Database, DatabaseError, Service
from segment_hooks import Event, Identify, SegmentWebhookHandler, SignatureError, Track, WebhookEventRouter


def double_shipping(secret: str) -> Service:
    """Ships whenever an order comes in. It comes in again whenever an acknowledgement is lost: `check_idempotent`."""
    router, database = WebhookEventRouter(), Database()

    @router.on_track("Order Completed")
    def ship(event: Track) -> None:
        shipments = database.get("shipments", event.properties["order_id"]) or 0
        database.put("shipments", event.properties["order_id"], shipments + 1)

    return Service(router.asgi(secret, uncovered="accept"), database, lambda: database.tables.get("shipments", {}))


def lost_update(secret: str) -> Service:
    """Notes an event as handled, and then handles it. Where that fails, the next try finds it handled already:
    `check_survives_retries`."""
    router, database = WebhookEventRouter(), Database()

    @router.on_track("Order Completed")
    def ship(event: Track) -> None:
        if database.get("handled", event.message_id):
            return
        database.put("handled", event.message_id, True)
        database.put("shipments", event.properties["order_id"], event.user_id)

    return Service(router.asgi(secret, uncovered="accept"), database, lambda: database.tables.get("shipments", {}))


def partial_batch(secret: str) -> Service:
    """Goes through a batch, logs what fails, and answers that all is well: `check_survives_retries`."""
    handler, database = SegmentWebhookHandler(secret, uncovered="accept"), Database()

    def ship(event: Event) -> None:
        if isinstance(event, Track) and event.event == "Order Completed":
            database.put("shipments", event.payload["properties"]["order_id"], event.user_id)

    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        try:
            delivery = handler.handle_request(headers={"x-signature": environ["HTTP_X_SIGNATURE"]}, body=body)
        except SignatureError:
            start_response("401 Unauthorized", [])
            return []
        for event in delivery.events:
            try:
                ship(event)
            except DatabaseError:
                print("could not ship")
        start_response("200 OK", [])
        return []

    return Service(app, database, lambda: database.tables.get("shipments", {}))


def unsigned_tail(secret: str) -> Service:
    """Verifies the signature, and then believes the whole batch. Segment signs the first event of it:
    `check_rejects_forgeries`."""
    router, database = WebhookEventRouter(), Database()

    @router.on_track("Order Completed")
    def ship(event: Track) -> None:
        with database.transaction():
            if database.get("handled", event.message_id):
                return
            database.put("handled", event.message_id, True)
            database.put("shipments", event.message_id, event.properties["order_id"])

    return Service(router.asgi(secret, uncovered="accept"), database, lambda: database.tables.get("shipments", {}))


def wrong_order(secret: str) -> Service:
    """Keeps what came last. That is not what happened last: `check_order_insensitive`."""
    router, database = WebhookEventRouter(), Database()

    @router.on_identify
    def save(event: Identify) -> None:
        database.put("users", event.user_id, event.traits.get("plan"))

    return Service(router.asgi(secret, uncovered="refuse"), database, lambda: database.tables.get("users", {}))


def time_zone(secret: str) -> Service:
    """Counts orders by the day, in whatever time zone the machine happens to be: `check_time_zones`."""
    router, database = WebhookEventRouter(), Database()

    @router.on_track("Order Completed")
    def count(event: Track) -> None:
        if event.timestamp is None:
            return
        day = datetime.fromtimestamp(event.timestamp.timestamp()).date().isoformat()  # noqa: DTZ006  # what is wrong
        with database.transaction():
            if database.get("handled", event.message_id):
                return
            database.put("handled", event.message_id, True)
            database.put("orders", day, (database.get("orders", day) or 0) + 1)

    return Service(router.asgi(secret, uncovered="refuse"), database, lambda: database.tables.get("orders", {}))


def trusting() -> WebhookEventRouter:
    """Takes a number for granted: `check_never_fails`."""
    router = WebhookEventRouter()

    @router.on_track("Order Completed")
    def add(event: Track) -> None:
        print(round(event.properties["revenue"] * 100))

    return router


def no_check(_: str) -> Service:
    """Does not look at the signature at all: `check_rejects_forgeries`."""
    router, database = WebhookEventRouter(), Database()

    @router.on_track("Order Completed")
    def ship(event: Track) -> None:
        database.put("shipments", event.properties.get("order_id"), event.user_id)

    return Service(router.asgi(verify=False), database, lambda: database.tables.get("shipments", {}))
