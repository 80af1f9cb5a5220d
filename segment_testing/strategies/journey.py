"""What users do, in an order in which it can have happened."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from segment_hooks import Event, parse_event
from segment_testing import javascript
from segment_testing.strategies import catalogue
from segment_testing.strategies.calls import add_envelope
from segment_testing.strategies.times import at, iso

_users = st.integers(0, 9)
_starts = st.integers(0, 10**10)
Step = Callable[[], tuple[str, dict[str, Any]]]
"""Makes the type of the next event, and the fields that this type has."""

_more = st.sampled_from([False, True, True, True])
_gaps = st.integers(0, 3_600_000)


def journeys(*, max_events: int = 6, users: int = 1) -> st.SearchStrategy[list[Event]]:
    """Histories of users, as lists of one to `max_events` events for each of up to `users` of them, oldest first.

    Causally sound: a user is anonymous until identified and carries both ids from then on; a group is joined, an order
    completed or cancelled, only by a user who is known; what is refunded was completed before, with the same
    `order_id`; nothing follows a `delete`. Times never run backwards, and no two events share a `messageId`.
    """
    return _journeys(max_events, users)


@st.composite
def _journeys(draw: st.DrawFn, max_events: int, users: int) -> list[Event]:
    count = draw(st.integers(1, users)) if users > 1 else 1
    number = draw(_users)
    made = [each for user in range(count) for each in _Journey(draw, number + user).take(max_events)]
    return [parse_event(text) for _, text in sorted(made, key=lambda each: each[0])]


class _Journey:
    """One user, with what has happened so far."""

    def __init__(self, draw: catalogue.Draw, number: int) -> None:
        self._draw = draw
        self._number = number
        self._known = False
        self._deleted = False
        self._orders: list[str] = []
        self._refundable: list[str] = []
        self._count = 0
        self._full = draw(st.booleans())
        self._moment = at(draw(_starts))

    def take(self, max_events: int) -> list[tuple[datetime, bytes]]:
        """The events as JSON text, with their times."""
        made: list[tuple[datetime, bytes]] = []
        # one choice after another whether there is more, so that an event can be left out of an example
        while not made or (len(made) < max_events and not self._deleted and self._draw(_more)):
            text = self._event(*self._draw(st.sampled_from(self._possible()))())
            made.append((self._moment, text))
            self._moment += timedelta(milliseconds=self._draw(_gaps))
        return made

    def _possible(self) -> list[Step]:
        # what stands here twice happens more often
        steps = [self._page, self._view]
        if not self._known:
            return [self._identify, self._identify, self._identify, *steps]
        refund = [self._refund] if self._refundable else []
        return [
            self._complete,
            self._complete,
            self._complete,
            *refund,
            self._identify,
            *steps,
            self._group,
            self._delete,
        ]

    def _page(self) -> tuple[str, dict[str, Any]]:
        name, properties = catalogue.page(self._draw)
        return "page", {"name": name, "properties": properties}

    def _view(self) -> tuple[str, dict[str, Any]]:
        return self._track("Product Viewed")

    def _track(self, name: str) -> tuple[str, dict[str, Any]]:
        return "track", {"event": name, "properties": catalogue.TRACKS[name](self._draw)}

    def _identify(self) -> tuple[str, dict[str, Any]]:
        self._known = True
        return "identify", {"traits": catalogue.user_traits(self._draw)}

    def _group(self) -> tuple[str, dict[str, Any]]:
        return "group", {"groupId": f"g-{self._number}", "traits": catalogue.group_traits(self._draw)}

    def _complete(self) -> tuple[str, dict[str, Any]]:
        order = f"o-{self._number}-{len(self._orders)}"
        self._orders.append(order)
        self._refundable.append(order)
        kind, own = self._track("Order Completed")
        return kind, {**own, "properties": {**own["properties"], "order_id": order}}

    def _refund(self) -> tuple[str, dict[str, Any]]:
        order = self._refundable.pop()
        return "track", {"event": "Order Refunded", "properties": {"order_id": order}}

    def _delete(self) -> tuple[str, dict[str, Any]]:
        self._deleted = True
        return "delete", {"context": None, "integrations": None}

    def _event(self, kind: str, own: dict[str, Any]) -> bytes:
        payload = {
            **own,
            "messageId": f"m-{self._number}-{self._count}",
            "timestamp": iso(self._moment),
            "type": kind,
        }
        self._count += 1
        if kind != "delete":
            payload["anonymousId"] = f"a-{self._number}"
        if self._known:
            payload["userId"] = f"u-{self._number}"
        if self._full:
            add_envelope(payload, catalogue.CONTEXTS[self._number % len(catalogue.CONTEXTS)], self._moment)
        return javascript.write(dict(sorted(payload.items())))
