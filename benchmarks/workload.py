"""The deliveries that the benchmarks are fed: realistic events, headers as Segment sends them, right signatures."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

SECRET = "whsec_benchmark_key"
EVENT = "Order Completed"
RECORDED = Path(__file__).parents[1] / "tests" / "data" / "webhooks.jsonl"
VARIANTS = 32
"""Different bodies of each size, so that no contender lives off having seen this very one a moment ago."""


class Delivery(msgspec.Struct, frozen=True):
    """One request: header names in lower case, as ASGI servers and most frameworks give them."""

    headers: dict[str, str]
    body: bytes
    message_ids: tuple[str, ...]


Make = Callable[[int], dict[str, Any]]


def small(number: int) -> dict[str, Any]:
    """An event of some 400 bytes, ASCII only."""
    return {
        "anonymousId": f"507f191e-810c-4972-9de8-{number:012d}",
        "context": {"library": {"name": "analytics-python", "version": "2.3.3"}},
        "event": EVENT,
        "messageId": f"022bb90c-bbac-11e4-8dfc-{number:012d}",
        "originalTimestamp": "2024-02-23T22:28:55.111Z",
        "properties": {"order_id": f"50314b8e{number:04d}", "revenue": 25.5, "currency": "USD"},
        "timestamp": "2024-02-23T22:28:55.387Z",
        "type": "track",
        "userId": f"user-{number:04d}",
        "version": 2,
    }


def recorded(number: int) -> dict[str, Any]:
    """The recorded delivery `single_track`: 1.3 KB, one letter of it outside ASCII."""
    for line in RECORDED.read_bytes().splitlines():
        record = json.loads(line)
        if record["name"] == "single_track":
            event: dict[str, Any] = json.loads(base64.b64decode(record["body_base64"]))
            return {**event, "messageId": f"022bb90c-bbac-11e4-8dfc-{number:012d}"}
    raise LookupError(f"no single_track in {RECORDED}")


def large(number: int) -> dict[str, Any]:
    """The recorded event with more products in the order, ASCII only: 1.6 KB."""
    event = recorded(number)
    event["context"] = {**event["context"], "location": {"city": "Utrecht", "country": "Netherlands", "speed": 0}}
    product = {"sku": "45790-32", "name": "Monopoly: 3rd Edition", "price": 19.95, "quantity": 1, "category": "Games"}
    event["properties"] = {**event["properties"], "products": [{**product, "position": n} for n in range(4)]}
    return event


def singles(make: Make) -> list[Delivery]:
    """Deliveries of one event each."""
    return [_delivery([make(number)], batch=False) for number in range(VARIANTS)]


def batches(make: Make, size: int) -> list[Delivery]:
    """Deliveries of `size` events each."""
    return [_delivery([make(first * size + n) for n in range(size)], batch=True) for first in range(4)]


def _delivery(events: list[dict[str, Any]], *, batch: bool) -> Delivery:
    parts = [json.dumps(event, separators=(",", ":"), ensure_ascii=False).encode() for event in events]
    body = b"[" + b",".join(parts) + b"]" if batch else parts[0]
    # of a batch, Segment signs the first element
    signature = hmac.new(SECRET.encode(), parts[0], hashlib.sha1).hexdigest()
    return Delivery(_headers(body, signature), body, tuple(event["messageId"] for event in events))


def _headers(body: bytes, signature: str) -> dict[str, str]:
    return {
        "host": "hooks.example.com",
        "user-agent": "Segment (Actions)",
        "x-signature": signature,
        "content-type": "application/json",
        "accept": "*/*",
        "content-length": str(len(body)),
        "accept-encoding": "gzip,deflate",
        "connection": "keep-alive",
        "x-forwarded-for": "198.51.100.7",
    }
