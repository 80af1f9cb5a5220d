"""The same requests, through every transport and to the fake itself: the same replies, the same ledger."""

from __future__ import annotations

import gzip
import json
from base64 import b64encode, urlsafe_b64encode
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import pytest

from segment_hooks import Headers
from segment_testing.factories import Factories
from segment_testing.fake import faults
from segment_testing.fake.core import TrackingAPI
from segment_testing.fake.faults import Fault
from segment_testing.fake.wire import FakeRequest
from segment_testing.recording import Ledger
from tests.testing.transports import TRANSPORTS, Seen, Sent

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
API, CDN = "https://api.segment.io", "https://cdn.segment.com"
MADE = Factories(seed=3, now=NOW)
CALL = MADE.calls.track("Order Completed", write_key="wk")
BATCH = MADE.calls.batch(20, write_key="wk")
BASIC = {"authorization": "Basic " + b64encode(b"wk:").decode()}


def encoded(value: object) -> bytes:
    return json.dumps(value).encode()


def in_parts(body: bytes) -> tuple[bytes, ...]:
    return tuple(body[start : start + 1000] for start in range(0, len(body), 1000))


REQUESTS = [
    Sent("GET", f"{CDN}/v1/projects/wk/settings"),
    Sent("OPTIONS", f"{API}/v1/t", {"origin": "https://shop.example", "access-control-request-method": "POST"}),
    Sent("POST", f"{API}/v1/track", {"content-type": "application/json"}, encoded(CALL)),
    Sent("POST", f"{API}/v1/track", {"content-type": "text/plain", "x-retry-count": "1"}, encoded(CALL)),
    Sent("POST", f"{API}/v1/i/", BASIC, encoded(MADE.calls.identify())),
    Sent("POST", f"{API}/v1/batch", {}, encoded(BATCH)),
    Sent(
        "POST", "https://events.eu1.segmentapis.com/v1/b", {}, in_parts(encoded(MADE.calls.batch(30, write_key="wk")))
    ),
    Sent(
        "POST", f"{API}/v1/import/", BASIC | {"content-encoding": "gzip"}, gzip.compress(encoded(MADE.calls.batch(9)))
    ),
    Sent(
        "POST", f"{API}/v1/batch", {"content-encoding": "gzip"}, in_parts(gzip.compress(encoded(MADE.calls.batch(9))))
    ),
    Sent("POST", f"{API}/v1/batch", {"content-encoding": "gzip"}, b"not compressed"),
    Sent("POST", f"{API}/v1/track", {}, b'{"userId": '),
    Sent("POST", f"{API}/v1/track", {}, encoded({"event": "A", "writeKey": "wk"})),
    Sent("POST", f"{API}/v1/track", {}, encoded({"userId": "u", "event": "\ud83d", "messageId": "x" * 101})),
    Sent("POST", f"{API}/v1/t"),
    Sent("GET", f"{API}/v1/pixel/track?data=" + urlsafe_b64encode(encoded(CALL | {"messageId": "p"})).decode()),
    Sent("GET", f"{API}/v1/pixel/page?userId=u%201&name=H%C3%B6me&writeKey=wk&messageId=q"),
    Sent("POST", "https://oauth2.segment.io/token", {"content-type": "application/x-www-form-urlencoded"}, b"a=b"),
    Sent("DELETE", f"{API}/v1/track"),
    Sent("POST", f"{API}/nowhere"),
    Sent("HEAD", f"{API}/v1/track"),
]

FAULTS: dict[str, Fault] = {
    "none": faults.slow(0).times(1),
    "status": faults.sequence(500, 429, 200, 503),
    "rate limit": faults.rate_limited(retry_after=3).after(1).times(2),
    "slow": faults.slow(2.5),
    "garbage": faults.garbage(recorded=True).times(3),
    "one write key": faults.status(401).for_write_key("wk"),
}


def asking_itself(api: TrackingAPI) -> Any:
    def send(sent: Sent) -> Seen:
        url = urlsplit(sent.url)
        body = b"".join(sent.body) if isinstance(sent.body, tuple) else sent.body or b""
        reply = api.handle(
            FakeRequest(sent.method, url.path, Headers({"host": url.netloc} | sent.headers), body, url.query, "https")
        )
        headers = [(name.decode(), value.decode()) for name, value in reply.headers]
        return Seen(reply.status, headers, b"" if sent.method == "HEAD" or reply.status == 204 else reply.body)

    return send


def new_api(fault: Fault) -> TrackingAPI:
    api = TrackingAPI(ledger=Ledger(), clock=lambda: NOW)
    api.faults.add(fault)
    return api


def contents(ledger: Ledger) -> dict[str, list[Any]]:
    """Everything recorded, but for what each HTTP library says of itself."""

    def fact(rejection: Any) -> tuple[Any, ...]:
        reception = rejection.reception
        return (rejection.reason, rejection.detail, rejection.status, rejection.sent, reception.endpoint)

    return {
        "calls": [(c.type, c.name, c.message_id, c.sent, c.payload, c.reception.retry_count) for c in ledger.calls],
        "rejections": [fact(rejection) for rejection in ledger.rejections],
        "duplicates": [fact(duplicate) for duplicate in ledger.duplicates],
    }


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("name", TRANSPORTS)
def test_the_same_replies_and_the_same_ledger(name: str, fault: str) -> None:
    direct, carried = new_api(FAULTS[fault]), new_api(FAULTS[fault])
    ask, send = asking_itself(direct), TRANSPORTS[name](carried)
    for number, request in enumerate(REQUESTS):
        assert send(request) == ask(request), f"request {number}"
    assert contents(carried.ledger) == contents(direct.ledger)
    assert direct.ledger.calls
    assert direct.ledger.rejections
