"""The other half of Segment: what it delivered to webhooks, for the page and for whoever looks in from another process.

    delivery = Delivery(id=deliveries.new_id(), at=now, title="track Signed Up", url=url, method="POST", ...)
    deliveries.record(delivery)
    attempt = Attempt(at=now, seconds=0.02, status=200)
    deliveries.record(replace(delivery, outcome=Outcome.DELIVERED, attempts=(attempt,)))

Whoever delivers records each delivery, and again, under the same id, whenever something has become of it. What is told
with it as `replay` sends it once more when somebody asks for that on the page.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from itertools import count

import msgspec

KEPT = 1_000
"""Deliveries that are kept; beyond it those go whose last change is the longest ago."""

Headers = tuple[tuple[str, str], ...]


class Outcome(StrEnum):
    """What has become of a delivery, in Segment's words ("Delivery overview", "Integration error codes")."""

    SENDING = "sending"
    """The first attempt is under way."""
    AWAITING_RETRY = "awaiting-retry"
    """The last attempt failed, and another one is to come."""
    DELIVERED = "delivered"
    """An attempt was answered with 2xx."""
    DISCARDED = "discarded"
    """Given up: the answer forbids to try again, or the time for it is over."""
    REGROUPED = "regrouped"
    """Failed, and its events were sent again in other requests, as Segment does with small batches."""
    FORGED = "forged"
    """Not from Segment: sent to see whether it is refused."""


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """One request and its answer. `status` is None where there was no answer, and `error` says why in words; `note` is
    what was done to it on purpose."""

    at: datetime
    """When it began, in UTC."""
    seconds: float
    """Until the answer was read, or given up."""
    status: int | None = None
    error: str | None = None
    note: str | None = None
    headers: Headers = ()
    """Of the answer."""
    body: bytes = b""
    """Of the answer, or its beginning."""


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """One request to a webhook, with all attempts at it. `id` is unique in its log."""

    id: str
    at: datetime
    """When it was made, in UTC."""
    title: str
    """What it carries, in a few words: `track Order Completed`, `a batch of 20`."""
    url: str
    method: str
    headers: Headers
    body: bytes
    outcome: Outcome = Outcome.SENDING
    attempts: tuple[Attempt, ...] = ()
    """Oldest first."""
    next_attempt: datetime | None = None
    """When the next attempt is due, in UTC, where one is to come."""
    replay_of: str | None = None
    """The id of the delivery that this one sends again."""

    def __repr__(self) -> str:
        # without headers and body: they hold signatures and personal data
        return f"Delivery({self.id!r}, {self.title!r}, {self.outcome.value}, {len(self.attempts)} attempts)"


class Deliveries:
    """The log of deliveries, each in its latest state. Safe to use from any thread.

    `kept`: how many there may be before the oldest are forgotten.
    """

    def __init__(self, *, kept: int = KEPT) -> None:
        self._kept = kept
        self._lock = threading.Lock()
        self._latest: dict[str, _Entry] = {}  # in the order of the last change
        self._ids = count(1)
        self._changes = 0
        self._listeners: list[Callable[[], None]] = []

    def new_id(self) -> str:
        """For the next delivery."""
        return f"d{next(self._ids)}"

    def record(self, delivery: Delivery, *, replay: Callable[[], object] | None = None) -> None:
        """Take in a new delivery, or what has become of one: that with the same id is replaced.

        `replay`: sends it again, in a thread of the server's, and records what becomes of that as a delivery of its
        own; left out, as was said before.
        """
        with self._lock:
            self._changes += 1
            before = self._latest.pop(delivery.id, None)
            if replay is None and before is not None:
                replay = before.replay
            self._latest[delivery.id] = _Entry(self._changes, delivery, replay)
            if len(self._latest) > self._kept:
                del self._latest[next(iter(self._latest))]
            listeners = tuple(self._listeners)
        for listener in listeners:
            listener()

    @property
    def all(self) -> list[Delivery]:
        """Every delivery that is kept; the one that changed last comes last."""
        return self.since(0)[1]

    def since(self, change: int) -> tuple[int, list[Delivery]]:
        """The number of changes so far, and the deliveries that changed after `change`, in the order in which they did.
        0 is before all changes."""
        found: list[Delivery] = []
        with self._lock:
            for entry in reversed(self._latest.values()):
                if entry.change <= change:
                    break
                found.append(entry.delivery)
            latest = self._changes
        found.reverse()
        return latest, found

    @property
    def changes(self) -> int:
        """How often something was recorded so far."""
        return self._changes

    def clear(self) -> None:
        """Forget all of them. Attempts under way go on, and come back when they are recorded."""
        with self._lock:
            self._latest.clear()

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call `listener`, in the thread that records, whenever a delivery was recorded; returns how to stop that."""
        with self._lock:
            self._listeners.append(listener)

        def unsubscribe() -> None:
            with self._lock:
                if listener in self._listeners:
                    self._listeners.remove(listener)

        return unsubscribe

    def replay(self, id: str) -> None:  # noqa: A002  # the field's own name
        """Send that delivery again. Raises `UnknownDeliveryError` where it is not kept, `NobodySendsError` where
        nobody said how, and whatever the sending raises."""
        with self._lock:
            entry = self._latest.get(id)
        if entry is None:
            raise UnknownDeliveryError
        if entry.replay is None:
            raise NobodySendsError
        entry.replay()

    def __len__(self) -> int:
        return len(self._latest)


class _Entry(msgspec.Struct, frozen=True):
    change: int
    delivery: Delivery
    replay: Callable[[], object] | None


class UnknownDeliveryError(LookupError):
    """No delivery of that id is kept."""


class NobodySendsError(RuntimeError):
    """A delivery cannot be replayed: who made it did not say how."""

    def __init__(self) -> None:
        super().__init__("who made this delivery did not say how to send it again")
