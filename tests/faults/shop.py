"""The example service on a bad day: now and then a handler fails, before it has done anything, or takes its time.

`SHOP_REDIS=redis://…` puts its claims into Redis.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Generator
from contextlib import contextmanager

from examples.inbox_service import ADDRESS
from examples.inbox_service import router as service
from segment_hooks import Event, RetryError, WebhookEventRouter
from segment_hooks.asgi import SegmentASGIApp
from segment_hooks.inbox import Dedupe, Inbox
from segment_hooks.inbox.urls import open_store

router = WebhookEventRouter()
router.include(service)

chance = random.Random()


@router.middleware
@contextmanager
def bad_day(event: Event) -> Generator[None]:
    """One in 50 fails, one in 50 asks for another try, one in 50 is slow."""
    match chance.randrange(50):
        case 0:
            raise RuntimeError("a bad day")
        case 1:
            raise RetryError("later")
        case 2:
            time.sleep(0.02)
        case _:
            pass
    yield


def create_app() -> SegmentASGIApp:
    """The service for uvicorn, with claims that lapse soon."""
    redis = os.environ.get("SHOP_REDIS")
    if redis is not None:
        from segment_hooks.inbox.redis import RedisClaims

        gate: Dedupe | Inbox = Dedupe(RedisClaims(redis), lease=3)
    elif os.environ.get("SEGMENT_GATE") == "dedupe":
        gate = Dedupe(open_store(ADDRESS), lease=3)
    else:
        gate = Inbox(open_store(ADDRESS))
    return router.asgi(os.environ["SEGMENT_SHARED_SECRET"], uncovered="accept", inbox=gate, deadline=2.0)
