"""Whose call it is: the write key, from wherever an SDK puts it (HTTP Tracking API, "Authentication").

Python, Kotlin and Swift put it in the body; Go and Ruby in the user name of a Basic header; Node, Java and the browser
in both; the browser in every event as well. With OAuth a Bearer token comes first, and the key stands in the body.
Where they differ, the body counts before the header, and the header before an event.
"""

from __future__ import annotations

import base64
import binascii

import msgspec

from segment_hooks import Headers


class Credentials(msgspec.Struct, frozen=True):
    """What the `Authorization` header says. `problem`: what is wrong with it, where something is."""

    write_key: str | None = None
    token: str | None = None
    problem: str | None = None

    def __repr__(self) -> str:
        return f"Credentials({self.problem or '…'})"


NONE = Credentials()


def credentials(headers: Headers) -> Credentials:
    """The credentials in the headers, whatever bytes they are."""
    header = headers.get(b"authorization")
    if header is None:
        return NONE
    scheme, _, value = header.strip().partition(b" ")
    scheme, value = scheme.lower(), value.strip()
    if scheme == b"basic":
        return _basic(value)
    if scheme == b"bearer":
        return Credentials(token=value.decode("latin-1"))
    return Credentials(problem="the Authorization header is neither Basic nor Bearer")


def _basic(value: bytes) -> Credentials:
    try:
        decoded = base64.b64decode(value + b"=" * (-len(value) % 4), validate=True)
    except (binascii.Error, ValueError):
        return Credentials(problem="the Authorization header holds no base64")
    # a key without the colon after it is taken too, as Segment does for now
    key = decoded.partition(b":")[0].decode("utf-8", "replace")
    if not key:
        return Credentials(problem="the Authorization header has an empty user name where the write key belongs")
    return Credentials(write_key=key)
