"""An event in any of the forms in which somebody holds one → decoded JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from segment_hooks import jsontext
from segment_hooks.errors import PayloadError
from segment_hooks.events import Event
from segment_hooks.tracking_plan.kinds import in_words, is_object

Eventlike: TypeAlias = Event | Mapping[str, Any] | bytes | str
"""An event of this package, a call as decoded JSON, or its JSON text."""


def payload_of(event: Eventlike) -> dict[str, Any]:
    """The whole event as a dict; do not change it. Raises `PayloadError` where text is not one JSON object."""
    payload: Any
    if isinstance(event, Event):
        memo: Any = event._memo  # where the payload is, once somebody has looked at it
        payload = memo["payload"] if memo is not None and "payload" in memo else event.payload
    elif isinstance(event, bytes | str):
        payload = jsontext.decode(event.encode(errors="surrogatepass") if isinstance(event, str) else event)
    elif isinstance(event, Mapping):
        payload = event if isinstance(event, dict) else dict(event)
    else:
        raise TypeError(f"an event is an Event, a mapping, bytes or text, not {type(event).__name__}")
    if not is_object(payload):
        raise PayloadError(f"expected an object, found {in_words(payload)}")
    return payload


def described(payload: Mapping[str, Any]) -> str:
    """What kind of event it is, for messages: `track "Order Completed"`."""
    kind = payload.get("type")
    name = payload.get("event") if kind == "track" else payload.get("name") if kind in ("page", "screen") else None
    return f'{kind} "{name}"' if name is not None else str(kind)
