"""aiohttp's server.

SEGMENT_SHARED_SECRET=… python -m aiohttp.web -P 8000 examples.aiohttp_app:create_app
"""

from __future__ import annotations

import os

from aiohttp import web

from segment_hooks import Receiver, RetryError, Track, WebhookEventRouter
from segment_hooks.integrations.aiohttp import add_segment_routes

router = WebhookEventRouter()
stock = {"p-1": 3}


@router.on_track("Order Completed")
async def take_from_stock(event: Track) -> None:
    product = str(event.properties.get("product_id"))
    if stock.get(product, 0) == 0:
        # Segment delivers the event again, for four hours, with growing pauses
        raise RetryError("sold out", retry_after=60)
    stock[product] -= 1


def create_app(argv: list[str] | None = None) -> web.Application:
    """The application; `argv` is what is left of the command line."""
    app = web.Application()
    receiver = Receiver.build(router, os.environ["SEGMENT_SHARED_SECRET"], uncovered="accept")
    add_segment_routes(app, "/segment", receiver)
    return app
