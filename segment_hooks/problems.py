"""Error answers as Problem Details (RFC 9457)."""

from __future__ import annotations

import math

import msgspec

from segment_hooks.wire import Response

_URN = "urn:problem-type:segment-hooks:"
_CONTENT_TYPE = (b"content-type", b"application/problem+json")


def problem(
    status: int,
    slug: str,
    title: str,
    detail: str,
    *,
    headers: tuple[tuple[bytes, bytes], ...] = (),
    retry_after: float | None = None,
    **members: object,
) -> Response:
    """An error answer: `slug` names the kind of problem, `title` says it, `detail` what to do about it.

    `message` repeats the detail, since that is the member that Segment shows to its users. Nothing secret or personal
    may be passed in: the sender may be anyone.
    """
    body = msgspec.json.encode(
        {"type": _URN + slug, "title": title, "status": status, "detail": detail, "message": detail, **members}
    )
    if retry_after is not None:
        # whole seconds (RFC 9110, 10.2.3), rounded up: coming early would only fail again
        headers = (*headers, (b"retry-after", b"%d" % math.ceil(retry_after)))
    return Response(status, (_CONTENT_TYPE, (b"content-length", b"%d" % len(body)), *headers), body)


def success(**members: object) -> Response:
    """A 200 with a small JSON object."""
    body = msgspec.json.encode(members)
    return Response(200, ((b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))), body)


INCOMPLETE = problem(
    408, "incomplete", "Incomplete body", "The connection ended before the body was whole. Make the delivery again."
)
"""For a client that has gone away half way. Where a proxy still listens for it, it makes Segment try again."""
