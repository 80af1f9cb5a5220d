"""Requests made by hand, and what reads the answers to them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from segment_hooks import Headers, Request, Response, sign

SECRET = "whsec_test_key"


def track(name: str = "Order Completed", **fields: Any) -> dict[str, Any]:
    """A track call; `fields` come on top."""
    return {"type": "track", "event": name, "messageId": f"m-{name}", "userId": "u-1", "properties": {}} | fields


def encode(value: Any) -> bytes:
    """`value` as Segment writes JSON: compact, UTF-8."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def request(value: Any, *, secret: str | None = SECRET, method: str = "POST", **headers: str) -> Request:
    """A request whose body is `value` (bytes as they are, anything else as JSON), signed as Segment signs."""
    body = value if isinstance(value, bytes) else encode(value)
    pairs = {"content-type": "application/json", "user-agent": "Segment (Actions)"}
    if secret is not None:
        pairs["x-signature"] = sign(secret, body)
    pairs |= {name.replace("_", "-"): text for name, text in headers.items()}
    return Request(method, Headers(pairs), body)


def body_of(response: Response) -> dict[str, Any]:
    """The JSON object that the answer holds."""
    decoded = json.loads(response.body)
    assert isinstance(decoded, dict)
    return decoded


def header(response: Response, name: str) -> str | None:
    """The one value of a header of the answer, None where there is none."""
    values = [value.decode() for found, value in response.headers if found == name.encode()]
    assert len(values) < 2, f"{name} stands twice"
    return values[0] if values else None


def names_of(events: Iterable[Any]) -> list[str | None]:
    """The names of track calls."""
    return [event.event for event in events]
