"""Send events to Segment, and know what became of them.

SEGMENT_WRITE_KEY=… python -m examples.send_events      (with SEGMENT_HOST=http://127.0.0.1:… to a fake)
"""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass
from decimal import Decimal

from segment_hooks.client import ReceiptState, SegmentClient, SegmentError


@dataclass
class OrderCompleted:
    """What is known of an order; a msgspec struct, a pydantic model or a dict would do as well."""

    order_id: str
    revenue: Decimal
    currency: str = "EUR"


def complain(error: SegmentError) -> None:
    """Told of every event that will not arrive."""
    logging.getLogger("shop").error("%d event(s) lost: %s (%s)", len(error.message_ids), error.code, error.type)


def main() -> None:
    """A customer signs up and buys something."""
    with SegmentClient(
        os.environ["SEGMENT_WRITE_KEY"], host=os.environ.get("SEGMENT_HOST"), on_error=complain
    ) as client:
        client.identify.identify(user_id="u-1", traits={"plan": "pro"})
        client.group.group(user_id="u-1", group_id="acme", traits={"employees": 3})

        # calls return at once; a thread of the client sends the events in batches
        receipt = client.event.track(
            user_id="u-1", event="Order Completed", properties=OrderCompleted("o-1", Decimal("19.90"))
        )
        client.event.batch(
            [
                {"user_id": "u-1", "event": "Product Shipped", "properties": {"carrier": "bike"}},
                {"type": "page", "user_id": "u-1", "name": "Thanks"},
            ]
        )

        # what cannot be sent is refused here, and not lost later
        try:
            client.event.track(user_id="u-1", event="Photo Added", properties={"photo": b"\x89PNG"})
        except SegmentError as error:
            print(f"refused: {error}")

        # a receipt tells what became of an event, to who wants to know
        client.flush()
        if receipt.wait(10) is ReceiptState.DELIVERED:
            print("the order has arrived")
        print(client.stats.delivered, "events delivered")


if __name__ == "__main__":
    main()
