"""The requests that every adapter must answer in the same way, each with the status that it must give."""

from __future__ import annotations

import gzip
import json

from tests.adapters.calls import Call, signed
from tests.adapters.receivers import MAX_BODY

JSON = (b"content-type", b"application/json")


def event(name: str, **properties: object) -> bytes:
    """A track call."""
    return json.dumps({"type": "track", "event": name, "messageId": "m-1", "properties": properties}).encode()


def batch(*names: str) -> bytes:
    """A batch of track calls."""
    return b"[" + b",".join(map(event, names)) + b"]"


def padded(start: bytes, size: int, end: bytes) -> bytes:
    """`start` and `end` with spaces between them, `size` bytes in all."""
    return start + b" " * (size - len(start) - len(end)) + end


BODY = event("Order Completed", order_id="o-1")
_LARGE_EVENT = padded(b'{"type":"track"', MAX_BODY + 1, b"}")
_LARGE_BATCH = padded(b'[{"type":"track"}', MAX_BODY + 1, b"]")
_SIGNATURE = dict(signed(BODY).headers)[b"x-signature"]

CASES: dict[str, tuple[Call, int]] = {
    # other methods than Segment's
    "health by GET": (Call("GET"), 200),
    "health by HEAD": (Call("HEAD"), 200),
    "redirected to GET": (Call("GET", ((b"user-agent", b"Segment (Actions)"),)), 503),
    "redirected to HEAD": (Call("HEAD", ((b"user-agent", b"Segment.io/1.0"),)), 503),
    "redirected with a signature": (Call("GET", ((b"x-signature", _SIGNATURE),)), 503),
    "OPTIONS": (Call("OPTIONS"), 204),
    "DELETE": (Call("DELETE"), 405),
    # Segment's methods
    "POST": (signed(BODY), 200),
    "PUT": (signed(BODY, method="PUT"), 200),
    "PATCH": (signed(BODY, method="PATCH"), 200),
    "streamed": (signed(BODY, streamed=True), 200),
    # signatures
    "no signature": (Call("POST", (JSON,), BODY), 401),
    "empty signature": (signed(BODY, (b"x-signature", b"")), 401),
    "wrong signature": (signed(BODY, (b"x-signature", b"0" * 40)), 401),
    "signature of another body": (signed(BODY + b" ", (b"x-signature", _SIGNATURE)), 401),
    "signature in upper case": (signed(BODY, (b"x-signature", _SIGNATURE.upper())), 200),
    "signature twice": (signed(BODY, (b"x-signature", _SIGNATURE), (b"x-signature", _SIGNATURE)), 401),
    "list of signatures": (signed(BODY, (b"x-signature", _SIGNATURE + b"," + _SIGNATURE)), 401),
    "signature with a prefix": (signed(BODY, (b"x-signature", b"sha1=" + _SIGNATURE)), 401),
    "signature not in ASCII": (signed(BODY, (b"x-signature", b"\xe9" * 40)), 401),
    "signature under the other name": (Call("POST", (JSON, (b"x-segment-signature", _SIGNATURE)), BODY), 200),
    # content types
    "content type with a charset": (signed(BODY, (b"content-type", b"Application/JSON; charset=utf-8")), 200),
    "no content type": (Call("POST", ((b"x-signature", _SIGNATURE),), BODY), 200),
    "HTML": (signed(BODY, (b"content-type", b"text/html")), 415),
    "multipart": (signed(BODY, (b"content-type", b"multipart/form-data; boundary=b")), 415),
    "compressed": (signed(gzip.compress(BODY, mtime=0), (b"content-encoding", b"gzip")), 415),
    "compressed by its headers only": (signed(BODY, (b"content-encoding", b"gzip")), 415),
    "form that is JSON": (signed(BODY, (b"content-type", b"application/x-www-form-urlencoded")), 200),
    "form that is none": (signed(b"%zz", (b"content-type", b"application/x-www-form-urlencoded")), 400),
    # bodies
    "empty": (Call("POST", (JSON,)), 400),
    "empty and streamed": (Call("POST", (JSON,), streamed=True), 400),
    "not JSON": (signed(b'{"type":'), 400),
    "a number": (signed(b"1"), 400),
    "numbers": (signed(b"[1,2]"), 400),
    "not UTF-8": (signed(b'{"type":"\xff"}'), 400),
    "byte order mark": (signed(b"\xef\xbb\xbf{}"), 400),
    "lone surrogates": (signed(b'{"type":"track","event":"\\ud83d","properties":{"\\udc00":"\\ud800x"}}'), 200),
    "lone surrogate where it goes wrong": (signed(b'[{"\\ud83d":{"\\ud83d":tru}}]'), 400),
    "not ASCII": (signed('{"type":"track","event":"Zoë \u2028 😀"}'.encode()), 200),
    "deep": (signed(b'{"type":"track","properties":' + b"[" * 5_000 + b"]" * 5_000 + b"}"), 200),
    "white space around": (signed(b" \r\n" + BODY + b"\n"), 200),
    "no event": (signed(b"{}"), 200),
    "no events": (signed(b"[]"), 200),
    "nothing in a batch": (signed(b"[{},null]"), 200),
    # the limit
    "at the limit": (signed(padded(b'{"type":"track"', MAX_BODY, b"}")), 200),
    "at the limit and streamed": (signed(padded(b'{"type":"track"', MAX_BODY, b"}"), streamed=True), 200),
    "event over the limit": (signed(_LARGE_EVENT), 413),
    "event over the limit and streamed": (signed(_LARGE_EVENT, streamed=True), 413),
    "batch over the limit": (signed(_LARGE_BATCH), 503),
    "batch over the limit and streamed": (signed(_LARGE_BATCH, streamed=True), 503),
    "far over the limit": (signed(padded(b"[{}", 40 * MAX_BODY, b"]")), 503),
    "HTML over the limit": (signed(_LARGE_EVENT, (b"content-type", b"text/html")), 415),
    # endings
    "dropped": (signed(event("Drop")), 200),
    "try again": (signed(event("Retry")), 503),
    "try again at once": (signed(event("Retry at once")), 503),
    "not supported": (signed(event("Unsupported")), 501),
    "invalid": (signed(event("Invalid")), 400),
    "breaks a rule": (signed(event("Breaks a rule")), 400),
    "does not fit": (signed(event("Order Completed")), 400),
    "failed": (signed(event("Fail")), 500),
    "batch in which one must come again": (signed(batch("Viewed", "Retry", "Invalid")), 503),
    "batch in which one failed": (signed(batch("Viewed", "Fail", "Unsupported")), 500),
    "batch in which one is invalid": (signed(batch("Viewed", "Invalid")), 200),
    "batch of no use": (signed(batch("Unsupported", "Invalid")), 400),
}
