"""The body of a request → JSON text in UTF-8, within its limits.

JSON whatever the content type says: browsers and Kotlin send `text/plain`, other clients a form. Gzip is known by its
first two bytes, since some clients do not name it in `Content-Encoding`, and no JSON begins with them.
"""

from __future__ import annotations

import zlib

from segment_hooks import Headers
from segment_testing.fake.settings import Limits
from segment_testing.recording import Reason

_GZIP = b"\x1f\x8b"
_AS_IT_IS = (b"", b"identity")
_GZIP_WINDOW = 16 + zlib.MAX_WBITS
_MEMBERS = 32  # each of which costs a look at all that follows it


class BodyError(Exception):
    """The body cannot be read: the message says why, for the sender as for the author of the test."""

    reason = Reason.BAD_REQUEST


class BodyTooLargeError(BodyError):
    """The body is over a limit."""

    reason = Reason.TOO_LARGE


def text_of(body: bytes, headers: Headers, limits: Limits) -> bytes:
    """The text in `body`, uncompressed. Raises `BodyError` where there is none."""
    if len(body) > limits.request:
        raise BodyTooLargeError(f"the request has more than {limits.request:,} bytes")
    encoding = (headers.get(b"content-encoding") or b"").strip().lower()
    if body[:2] == _GZIP:
        body = _inflate(body, limits.inflated)
    elif encoding not in _AS_IT_IS:
        if encoding in (b"gzip", b"x-gzip"):
            raise BodyError("Content-Encoding says gzip, but the body is not gzip")
        raise BodyError("Content-Encoding is neither gzip nor identity, and Segment takes no other")
    if not body.isascii():
        try:
            body.decode()
        except UnicodeDecodeError as error:
            raise BodyError(f"the body is not UTF-8 at byte {error.start}") from None
    return body


def _inflate(body: bytes, limit: int) -> bytes:
    """What is in one gzip member or several (RFC 1952, 2.2), without ever holding more than the limit."""
    inflated = b""
    for _ in range(_MEMBERS):
        if not body:
            return inflated
        member = zlib.decompressobj(_GZIP_WINDOW)
        try:
            # one byte more than may be there, so that what has exactly the limit is told from what has more
            inflated += member.decompress(body, limit - len(inflated) + 1)
        except zlib.error:
            raise BodyError("the body begins as gzip, but is broken") from None
        if len(inflated) > limit:
            raise BodyTooLargeError(f"the request has more than {limit:,} bytes once it is inflated")
        if not member.eof:
            raise BodyError("the body is gzip that was cut off")
        body = member.unused_data
    raise BodyError(f"the body is gzip of more than {_MEMBERS} members")
