"""Which id an event is remembered by."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from hashlib import blake2b
from typing import TypeAlias

from segment_hooks.events import Event

Identify: TypeAlias = Callable[[Event], str | None]
"""Event → the id it is remembered by: the same whenever it comes again, another for every other event; or None."""

LONGEST = 100
"""Characters. Segment's own limit for a messageId (duplicate-data); what is longer is remembered by its digest."""

_DIGEST, _ANONYMOUS = "#", "~"
_OURS = _DIGEST + _ANONYMOUS


def by_message_id(event: Event) -> str | None:
    """Segment's messageId: the same again whenever the event is delivered again. What all gates go by by default.

    None for an event without one, which only a mapping in the destination makes: it is handled each time that it
    comes. Two such events can be alike to the byte and yet both meant, and an effect too many is easier to put right
    than one that never was. Give a gate `identify=by_content`, or a function of your own, where that is wrong.
    """
    return event.message_id or None


def by_content(event: Event) -> str:
    """The messageId, or for an event without one a digest of its bytes, so that the same bytes are the same event."""
    return event.message_id or "content " + blake2b(event.raw, digest_size=20).hexdigest()


def storable(given: str) -> str:
    """`given` as every store, terminal and log takes it: itself if it is short and printable, else a digest of it.

    Anyone can send any text as a messageId: a megabyte of it, NUL, half a surrogate pair.
    """
    if given and len(given) <= LONGEST and given.isprintable() and given[0] not in _OURS:
        return given
    return _DIGEST + blake2b(given.encode("utf-8", "surrogatepass"), digest_size=20).hexdigest()


def anonymous() -> str:
    """An id for an event that has none, and so is never the same as another."""
    return _ANONYMOUS + uuid.uuid4().hex
