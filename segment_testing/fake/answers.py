"""What the fake answers, as Segment does (HTTP Tracking API, "Errors"), in bodies that every SDK understands.

Exactly 200 is success: some SDKs take 201 and 204 for a failure. An error has `code` and `message` (analytics-python
tries again for good without them) and `error` (which analytics-ruby reads).
"""

from __future__ import annotations

import base64
from collections.abc import Iterable

from segment_testing.fake.wire import Reply
from segment_testing.serverside import dumps

JSON = ((b"content-type", b"application/json"),)

SUCCESS = Reply(200, JSON, b'{"success":true}')

PIXEL = Reply(
    200,
    ((b"content-type", b"image/gif"), (b"cache-control", b"no-cache, no-store, must-revalidate")),
    base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"),
)
"""A transparent image of one pixel."""

CODES = {
    400: "invalid_request",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    408: "request_timeout",
    410: "gone",
    413: "payload_too_large",
    429: "too_many_requests",
    500: "internal_error",
    501: "not_implemented",
    502: "bad_gateway",
    503: "service_unavailable",
    504: "gateway_timeout",
}
"""Status → `code`; Segment publishes no list of them."""

TOO_LARGE = "Exceed payload limit"
"""The message of a 400 for an event or a request over its limit, as Segment documents it."""


def error(
    status: int, message: str, *, detail: str | None = None, headers: Iterable[tuple[bytes, bytes]] = ()
) -> Reply:
    """An answer that is no success, for any `status`. `detail`: what there is to say beyond Segment's own message."""
    code = CODES.get(status) or ("invalid_request" if status < 500 else "internal_error")
    body = {"success": False, "code": code, "message": message, "error": message}
    if detail is not None and detail != message:
        body["detail"] = detail
    return Reply(status, (*JSON, *headers), dumps(body))


def waiting(seconds: int) -> tuple[tuple[bytes, bytes], ...]:
    """The two headers in which Segment says how many seconds to wait after a 429."""
    text = str(seconds).encode()
    return ((b"retry-after", text), (b"x-ratelimit-reset", text))
