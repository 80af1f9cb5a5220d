"""`GET /v1/pixel/<type>`: a call out of the query of an image's URL (Segment's document "Pixel Tracking API").

Either `data`, base64 of the JSON that the path without `pixel` takes, URL-safe or not and with its padding or without;
or the members by themselves, with dots for what is nested: `userId=u1&event=Email Opened&properties.subject=Hi`.
"""

from __future__ import annotations

import base64
import binascii
from typing import Any
from urllib.parse import parse_qsl

from segment_testing.fake.body import BodyError
from segment_testing.serverside import dumps

_MAX_PARAMETERS = 1_000
_MAX_DEPTH = 32


def body_of(query: str) -> bytes:
    """The body that a POST of the same call would have. Raises `BodyError` where the query holds none."""
    try:
        parameters = parse_qsl(query, keep_blank_values=True, max_num_fields=_MAX_PARAMETERS)
    except ValueError:
        raise BodyError(f"the query has more than {_MAX_PARAMETERS:,} parameters") from None
    for name, value in parameters:
        if name == "data":
            return _from_base64(value)
    body: dict[str, Any] = {}
    for name, value in parameters:
        _put(body, name, value)
    return dumps(body)


def _from_base64(text: str) -> bytes:
    # a plus that was not escaped has become a space
    text = text.replace(" ", "+").replace("-", "+").replace("_", "/").rstrip("=")
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise BodyError("the parameter data holds no base64") from None


def _put(body: dict[str, Any], name: str, value: str) -> None:
    *parents, last = name.split(".", _MAX_DEPTH)
    if "." in last:
        raise BodyError(f"a parameter is nested deeper than {_MAX_DEPTH} levels")
    for parent in parents:
        inner: Any = body.get(parent)
        body[parent] = inner if isinstance(inner, dict) else {}
        body = body[parent]
    body[last] = value
