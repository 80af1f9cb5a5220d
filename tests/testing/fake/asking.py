"""Requests to the core, and what its tests look at again and again."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from typing import Any

from segment_hooks import Headers
from segment_testing.fake import FakeRequest, FakeSettings, Reply, TrackingAPI

NOW = datetime(2026, 3, 4, 5, 6, 7, 89_000, tzinfo=UTC)


def fake(**settings: Any) -> TrackingAPI:
    """A fake whose clock stands still."""
    return TrackingAPI(FakeSettings(**settings), clock=lambda: NOW)


def request(method: str, path: str, body: Any = b"", *, query: str = "", **headers: str) -> FakeRequest:
    """Names of headers with underscores for dashes; a body that is not bytes is sent as JSON."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return FakeRequest(method, path, Headers(named), content, query)


def post(api: TrackingAPI, path: str, body: Any, **headers: str) -> Reply:
    return api.handle(request("POST", path, body, **headers))


def get(api: TrackingAPI, path: str, query: str = "", **headers: str) -> Reply:
    return api.handle(request("GET", path, query=query, **headers))


def basic(write_key: str) -> str:
    return "Basic " + base64.b64encode(write_key.encode()).decode()


def track(**members: Any) -> dict[str, Any]:
    """A call as an SDK sends it; what is None is left out."""
    call = {"type": "track", "userId": "u1", "event": "Order Completed", "messageId": "m1", **members}
    return {name: value for name, value in call.items() if value is not None}


def batch(*calls: Any, **members: Any) -> dict[str, Any]:
    return {"batch": list(calls), "sentAt": "2026-03-04T05:06:07.000Z", "writeKey": "wk", **members}


def told(reply: Reply) -> Any:
    """The reply's body."""
    return json.loads(reply.body)


def headers_of(reply: Reply) -> dict[str, str]:
    return {name.decode(): value.decode() for name, value in reply.headers}


def reasons(api: TrackingAPI) -> list[str]:
    return [rejection.reason.value for rejection in api.ledger.rejections]
