"""No framework: the receiver is an ASGI application of its own.

SEGMENT_SHARED_SECRET=… uvicorn examples.bare_asgi:app
"""

from __future__ import annotations

import os

from segment_hooks import Identify, Track, WebhookEventRouter

router = WebhookEventRouter()
visits: dict[str, int] = {}


@router.on_track("Product Viewed")
async def count_visit(event: Track) -> None:
    product = str(event.properties.get("product_id"))
    visits[product] = visits.get(product, 0) + 1


@router.on_identify
async def save_profile(event: Identify) -> None:
    print(f"{len(event.traits)} traits to keep")


# "refuse" is right where batching is turned off in the Segment destination: of a batch, only the first event is signed
app = router.asgi(os.environ["SEGMENT_SHARED_SECRET"], uncovered="refuse")
