"""The fields that Segment's servers add to a call, or correct, before a destination gets it (Segment spec, "Common
fields" and "Clock skew")."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any, NoReturn, cast

import msgspec

from segment_hooks import parse_timestamp

if TYPE_CHECKING:
    from segment_testing.recording import Reception

PROJECT_ID = "fAkEpRoJeCt"
"""The id of the fake's one source, where none is set."""

VERSION = 2
"""Of the payload: what Segment writes today."""


def loads(text: bytes) -> Any:
    """The value of JSON text as JavaScript reads it: also unpaired surrogates, and integers of any size.

    Raises `ValueError` where it is not JSON in UTF-8, and `RecursionError` where it is nested deeper than the stack.
    """
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return TOLERANT.decode(text.decode())


def _integer(digits: str) -> int | float:
    try:
        return int(digits)
    except ValueError:  # more digits than sys.set_int_max_str_digits() allows
        return float(digits)  # the infinity that JavaScript reads


def _no_json(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


TOLERANT = json.JSONDecoder(parse_int=_integer, parse_constant=_no_json)
"""For what the fast decoder gives up on."""


def dumps(value: Any) -> bytes:
    """JSON text for a value, also one with unpaired surrogates; a number beyond all bounds becomes `null`, as in
    JavaScript."""
    try:
        return msgspec.json.encode(value)
    except UnicodeEncodeError:
        return json.dumps(_finite(value), separators=(",", ":")).encode()


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _finite(inner) for name, inner in cast("dict[str, Any]", value).items()}
    if isinstance(value, list):
        return [_finite(item) for item in cast("Iterable[Any]", value)]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def delivered(sent: bytes, reception: Reception, *, type: str, message_id: str) -> dict[str, Any]:  # noqa: A002
    """The call as a destination gets it.

    The delivered `timestamp` is `receivedAt - (sentAt - originalTimestamp)`, so that a wrong clock of the sender does
    not show; where one of the three is missing, it is the original one, and without that the time of arrival.
    """
    payload = cast("dict[str, Any]", loads(sent))
    payload.pop("writeKey", None)
    for name, shared in (("context", reception.context), ("integrations", reception.integrations)):
        own = payload.get(name)
        if shared is not None and (own is None or isinstance(own, dict)):
            payload[name] = {**loads(shared), **(own or {})}
        elif own is None:
            payload[name] = {}
    received = reception.received_at
    original = payload.get("timestamp")
    sent_at = payload.get("sentAt") or reception.sent_at
    payload["type"] = type
    payload["messageId"] = message_id
    payload["originalTimestamp"] = original if original is not None else iso(received)
    payload["sentAt"] = sent_at
    payload["receivedAt"] = iso(received)
    payload["timestamp"] = iso(corrected(received, sent_at, original))
    payload["projectId"] = reception.project_id
    payload["version"] = VERSION
    return payload


def corrected(received: datetime, sent_at: object, original: object) -> datetime:
    """The time of the call with the sender's clock corrected."""
    happened = parse_timestamp(original) if isinstance(original, str) else None
    if happened is None:
        return received
    sent = parse_timestamp(sent_at) if isinstance(sent_at, str) else None
    if sent is None:
        return happened
    try:
        return received - (sent - happened)
    except OverflowError:
        return happened


def iso(moment: datetime) -> str:
    """As Segment writes times: UTC, in milliseconds."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
