"""What browsers ask before, and require of, an answer to a page of another origin (Fetch standard, "CORS protocol").

analytics.js sends `Authorization`, so every call of it is asked for beforehand, on a second try with `X-Retry-Count`
too; it reads `Retry-After` only where the answer exposes it. The origin is echoed, since pages may be set to send
credentials, which `*` would forbid. Errors carry the same headers: without them a page sees a failed connection.
"""

from __future__ import annotations

import re

from segment_testing.fake.wire import FakeRequest, Reply

_ORIGIN = re.compile(rb"[!-~]{1,2048}")  # what may be echoed into a header, whatever was sent
_ALLOW_HEADERS = b"authorization, content-type, x-retry-count"
_EXPOSE_HEADERS = b"retry-after, x-ratelimit-reset"

Headers = tuple[tuple[bytes, bytes], ...]


def allow(reply: Reply, request: FakeRequest) -> Reply:
    """The reply as a page of the request's origin may read it; unchanged where the request names none."""
    headers = _allow_origin(request)
    if not headers:
        return reply
    headers = (*reply.headers, *headers, (b"access-control-expose-headers", _EXPOSE_HEADERS))
    return Reply(reply.status, headers, reply.body, reply.delay, reply.ending)


def preflight(request: FakeRequest, methods: bytes) -> Reply:
    """The answer to OPTIONS. `methods`: what the path takes, with commas."""
    origin = _allow_origin(request)
    if not origin:
        return Reply(204, ((b"allow", methods),))
    headers: Headers = (
        *origin,
        (b"access-control-allow-methods", methods),
        (b"access-control-allow-headers", _ALLOW_HEADERS),
    )
    if request.headers.get(b"access-control-request-private-network") == b"true":
        headers += ((b"access-control-allow-private-network", b"true"),)  # a public page, a fake on loopback
    return Reply(204, headers)


def _allow_origin(request: FakeRequest) -> Headers:
    origin = request.headers.get(b"origin")
    if origin is None or not _ORIGIN.fullmatch(origin):
        return ()
    return (
        (b"access-control-allow-origin", origin),
        (b"access-control-allow-credentials", b"true"),
        (b"vary", b"origin"),
    )
