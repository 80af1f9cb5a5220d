"""Property tests of a service's handlers, to copy: pytest examples/property_tests.py

The first two fail on purpose. The handler forgets that Segment delivers an event again whenever it has not heard an
answer, and takes for granted that every order has a revenue; the tests find the smallest deliveries that show it.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from hypothesis import given

from segment_hooks import Track, WebhookEventRouter
from segment_testing.delivery import WebhookRequest
from segment_testing.laws import check_idempotent, check_never_fails
from segment_testing.strategies import deliveries, tracks

# ---- the service

router = WebhookEventRouter()
shipped: Counter[Any] = Counter()


@router.on_track("Order Completed")
def fulfil(event: Track) -> None:
    if event.properties["revenue"] >= 0:
        shipped[event.message_id] += 1


SECRET = "s3cr3t-shared"
app = router.asgi(SECRET, uncovered="refuse")


# ---- its tests

orders = tracks("Order Completed", properties={"revenue": 10})


def test_an_order_is_shipped_once() -> None:
    check_idempotent(app, orders, observe=lambda: shipped, reset=shipped.clear, secret=SECRET)


def test_no_order_makes_a_handler_fail() -> None:
    check_never_fails(router, tracks("Order Completed"))


@given(deliveries(orders, secret=SECRET))
def test_a_delivery_is_accepted(delivery: WebhookRequest) -> None:
    response = router.asgi(SECRET, uncovered="accept").receiver.receive(delivery.as_request())
    assert response.status == 200  # noqa: S101  # a test
