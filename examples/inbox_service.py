"""A shop that loses no order, whatever is killed when.

    export SEGMENT_SHARED_SECRET=… SEGMENT_INBOX=sqlite:///inbox.db
    uvicorn --factory examples.inbox_service:create_app --workers 2
    segment-hooks inbox work examples.inbox_service:router

Deliveries are stored, then answered; the second command, in as many processes as you like, runs the handlers. With
SEGMENT_GATE=dedupe the handlers run before the answer, each event once, and no second command is needed.

Where the inbox is in PostgreSQL, orders are written to the same database, in one transaction with the note that they
have been, so each is there exactly once. Otherwise they are appended to a file, at least once.
"""

from __future__ import annotations

import os
from typing import Any

import msgspec

from segment_hooks import Track, WebhookEventRouter
from segment_hooks.asgi import SegmentASGIApp
from segment_hooks.inbox import Dedupe, Inbox
from segment_hooks.inbox.urls import open_store

ADDRESS = os.environ.get("SEGMENT_INBOX", "sqlite:///inbox.db")

router = WebhookEventRouter()


class OrderCompleted(msgspec.Struct):
    """The properties that this service needs."""

    order_id: str


if ADDRESS.startswith("postgres"):
    from psycopg import Connection
    from psycopg_pool import ConnectionPool

    from segment_hooks.inbox.postgresql import PostgresStore

    def make_table(connection: Connection[Any]) -> None:
        """Called for each new connection."""
        with connection.transaction():
            connection.execute("SELECT pg_advisory_xact_lock(1)")
            connection.execute("CREATE TABLE IF NOT EXISTS orders (order_id text NOT NULL)")

    effects = PostgresStore(ADDRESS)
    pool = ConnectionPool(ADDRESS, open=False, configure=make_table, check=ConnectionPool[Any].check_connection)

    @router.on_track("Order Completed")
    def fulfil(event: Track[OrderCompleted]) -> None:
        """Note that the order is to be shipped: exactly once."""
        pool.open()  # when it is first needed, in the process that needs it
        with pool.connection() as connection:  # one transaction
            if effects.once(connection, event, "fulfil"):
                connection.execute("INSERT INTO orders (order_id) VALUES (%s)", (event.properties.order_id,))

else:

    @router.on_track("Order Completed")
    def fulfil(event: Track[OrderCompleted]) -> None:
        """Note that the order is to be shipped: at least once."""
        with open(os.environ.get("SHOP_ORDERS", "orders.txt"), "a", encoding="utf-8") as orders:  # noqa: PTH123
            orders.write(f"{event.properties.order_id}\n")


def create_app() -> SegmentASGIApp:
    """The service, as `uvicorn --factory examples.inbox_service:create_app` runs it."""
    store = open_store(ADDRESS)
    gate = Dedupe(store) if os.environ.get("SEGMENT_GATE") == "dedupe" else Inbox(store)
    return router.asgi(os.environ["SEGMENT_SHARED_SECRET"], uncovered="accept", inbox=gate)
