"""Calls as an SDK sends them, and how they come to a fake."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any, Protocol

from segment_testing import FakeSegment, FakeSettings
from segment_testing.fake import FakeRequest, Reply, TrackingAPI

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


class Handles(Protocol):
    def handle(self, request: FakeRequest) -> Reply: ...


def at_noon(settings: FakeSettings | None = None) -> FakeSegment:
    """A fake whose clock stands still."""
    return FakeSegment(settings, api=TrackingAPI(settings, clock=lambda: NOON))


def track(event: Any = "Order Completed", user: Any = "u1", **properties: Any) -> dict[str, Any]:
    return {"type": "track", "event": event, "userId": user, "properties": properties}


def identify(user: Any = "u1", **traits: Any) -> dict[str, Any]:
    return {"type": "identify", "userId": user, "traits": traits}


def page(name: str | None = "Home", user: Any = "u1", **properties: Any) -> dict[str, Any]:
    return {"type": "page", "name": name, "userId": user, "properties": properties}


def send(fake: Handles, *calls: dict[str, Any], **batch: Any) -> Reply:
    """One batch."""
    body = {"batch": calls, "writeKey": "wk", **batch}
    return fake.handle(FakeRequest("POST", "/v1/batch", body=json.dumps(body).encode()))


def send_text(fake: Handles, body: bytes, path: str = "/v1/track") -> Reply:
    """One request as it stands."""
    return fake.handle(FakeRequest("POST", path, body=body))
