"""Looking at everything that an event shows."""

from __future__ import annotations

import inspect
import pickle
from contextlib import suppress
from typing import Any

from segment_hooks import Event, PayloadError


def properties_of(event: Event) -> list[str]:
    """The names of everything public that can be read from `event`."""
    fields = [name for name in event.__struct_fields__ if not name.startswith("_")]
    return fields + [
        name
        for name, _ in inspect.getmembers(type(event), lambda member: isinstance(member, property))
        if not name.startswith("_")
    ]


def look_at_everything(event: Event) -> dict[str, Any]:
    """Every property and what it gave, but for those that cannot be decoded. Only `PayloadError` may say so."""
    seen = {}
    for name in properties_of(event):
        with suppress(PayloadError):
            seen[name] = getattr(event, name)
    assert event == event  # noqa: PLR0124  # an event is compared by its bytes
    hash(event)
    repr(event)
    again = pickle.loads(pickle.dumps(event))
    assert (type(again), again.raw, again.covered) == (type(event), event.raw, event.covered)
    assert again == event
    bytes(event.undecoded())
    return seen
