"""Starlette, with its own routes beside Segment's.

SEGMENT_SHARED_SECRET=… uvicorn examples.starlette_app:app
"""

from __future__ import annotations

import os

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from segment_hooks import Track, WebhookEventRouter
from segment_hooks.integrations.starlette import segment_routes

router = WebhookEventRouter()
orders: list[str | None] = []


@router.on_track("Order Completed")
async def note_order(event: Track) -> None:
    orders.append(event.message_id)


async def show_orders(request: Request) -> JSONResponse:
    return JSONResponse({"orders": len(orders)})


app = Starlette(
    routes=[
        *segment_routes("/segment", router.asgi(os.environ["SEGMENT_SHARED_SECRET"], uncovered="accept")),
        Route("/orders", show_orders),
    ]
)
