"""Events and clocks for the tests of the inbox."""

from __future__ import annotations

import json
from typing import Any

from segment_hooks import Event, parse_event
from segment_hooks.inbox.protocol import Ending, Entry, State


class Clock:
    """Seconds since 1970, as the test has them."""

    def __init__(self, now: float = 1_700_000_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now

    def forward(self, seconds: float) -> None:
        self.now += seconds


def make_event(message_id: str | None = "m-1", *, covered: bool = True, **fields: Any) -> Event:
    """A track call."""
    body: dict[str, Any] = {"type": "track", "event": "Order Completed", "userId": "u-1", **fields}
    if message_id is not None:
        body["messageId"] = message_id
    return parse_event(json.dumps(body).encode(), covered)


def entry(name: str = "m-1", *, covered: bool = True, **fields: Any) -> Entry:
    """An event under its id."""
    return Entry(name, make_event(name, covered=covered, **fields))


def end(name: str, token: int, state: State = State.DONE, seconds: float = 100.0, **more: Any) -> Ending:
    """How a claim to a covered event ends."""
    return Ending(name, token, more.pop("covered", True), state, seconds, **more)
