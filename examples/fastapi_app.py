"""FastAPI: the webhook stays out of the OpenAPI document, and `properties` may be a pydantic model.

SEGMENT_SHARED_SECRET=… uvicorn examples.fastapi_app:app
"""

from __future__ import annotations

import os

from fastapi import FastAPI
from pydantic import BaseModel, NonNegativeFloat

from segment_hooks import Track, WebhookEventRouter
from segment_hooks.integrations.fastapi import include_segment

router = WebhookEventRouter()
app = FastAPI(title="Shop")
revenue: list[float] = []


class OrderCompleted(BaseModel):
    order_id: str
    revenue: NonNegativeFloat = 0


@router.on_track("Order Completed")
async def add_revenue(event: Track[OrderCompleted]) -> None:
    """An order that does not fit the model is answered 400, and Segment throws it away."""
    revenue.append(event.properties.revenue)


@app.get("/revenue")
async def total_revenue() -> float:
    return sum(revenue)


include_segment(app, "/segment", router.asgi(os.environ["SEGMENT_SHARED_SECRET"], uncovered="accept"))
