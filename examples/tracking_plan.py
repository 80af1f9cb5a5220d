"""Events held against a tracking plan before a handler sees them, with types made of the same plan.

SEGMENT_SHARED_SECRET=… uvicorn examples.tracking_plan:app

The plan here is Segment's e-commerce spec, which comes with the package. For one of your own:

plan = TrackingPlan.load("plan.json")
$ segment-hooks types plan.json -o analytics.py
"""

from __future__ import annotations

import os
from collections.abc import Sequence

from msgspec import UNSET

from segment_hooks import Event, Track, WebhookEventRouter, specs
from segment_hooks.specs import ecommerce
from segment_hooks.tracking_plan import Violation

plan = specs.plan("ecommerce")
router = WebhookEventRouter()
revenue: list[float] = []
dead_letters: list[tuple[str | None, list[str]]] = []


def keep(event: Event, violations: Sequence[Violation]) -> None:
    """What breaks the plan ends here instead of in a handler. Raise, and Segment sends the event again."""
    dead_letters.append((event.message_id, [f"{each.field}: {each.type}" for each in violations]))


router.middleware(plan.enforce(keep))


@ecommerce.on_track_order_completed(router)
def fulfil(event: Track[ecommerce.OrderCompleted]) -> None:
    order = event.properties
    if order.revenue is not UNSET:  # what an event leaves out is UNSET; null is None
        revenue.append(order.revenue)


app = router.asgi(os.environ["SEGMENT_SHARED_SECRET"], uncovered="accept")
