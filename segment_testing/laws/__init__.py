"""The laws that handlers must keep, because of how Segment delivers.

    def test_fulfilment_survives_redelivery():
        check_idempotent(app, observe=lambda: warehouse.shipments, reset=warehouse.clear, secret=SECRET)

Each takes the service (an ASGI or WSGI application, a `Receiver`, a router, a URL), how to see its effects and how to
make it as new, and tries histories of deliveries until one breaks the law. What it raises then, `LawBroken`, tells the
smallest in words.

`events` is what is delivered: a Hypothesis strategy for lists of events (left out, `journeys()`: what a user does), for
single events, or for deliveries; or a list, an event or a delivery that the test itself has drawn. `settings` are
Hypothesis' own. The laws are for plain tests: not to be called where an event loop runs.
"""

from segment_testing.laws.arrival import check_idempotent, check_order_insensitive
from segment_testing.laws.failing import check_never_fails
from segment_testing.laws.forgeries import check_rejects_forgeries
from segment_testing.laws.machine import WebhookMachine
from segment_testing.laws.retrying import check_survives_retries
from segment_testing.laws.words import LawBroken
from segment_testing.laws.zones import check_time_zones

__all__ = [
    "LawBroken",
    "WebhookMachine",
    "check_idempotent",
    "check_never_fails",
    "check_order_insensitive",
    "check_rejects_forgeries",
    "check_survives_retries",
    "check_time_zones",
]
