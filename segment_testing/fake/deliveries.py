"""The other half of Segment: what it delivered to webhooks, for the page and for whoever looks in from another process.

    delivery = Delivery(id="d1", at=now, title="track Signed Up", url=url, method="POST", headers=headers, body=body)
    deliveries.record(delivery)
    attempt = Attempt(at=began, seconds=0.02, status=200)
    deliveries.record(replace(delivery, outcome=Outcome.DELIVERED, attempts=(attempt,)))

Whoever delivers records each delivery when it begins, and again, under the same id, whenever something has become of
it: after each attempt, and at the end. `on_replay` says how one is sent again when the page is asked to.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime
from enum import StrEnum

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


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """One request and its answer. `status` is None where there was no answer, and `error` says why in words."""

    at: datetime
    """When it began, in UTC."""
    seconds: float
    """Until the answer was read, or given up."""
    status: int | None = None
    error: str | None = None
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
        self._latest: dict[str, tuple[int, Delivery]] = {}  # in the order of the last change
        self._changes = 0
        self._listeners: list[Callable[[], None]] = []
        self._replay: Callable[[Delivery], object] | None = None

    def record(self, delivery: Delivery) -> None:
        """Take in a new delivery, or what has become of one: that with the same id is replaced."""
        with self._lock:
            self._changes += 1
            self._latest.pop(delivery.id, None)
            self._latest[delivery.id] = (self._changes, delivery)
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
            for number, delivery in reversed(self._latest.values()):
                if number <= change:
                    break
                found.append(delivery)
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

    # ---- sending one again

    def on_replay(self, replay: Callable[[Delivery], object] | None) -> None:
        """Have `replay` called, in a thread of the server's, with a delivery that is to be sent again; it may wait for
        the answer, and records what becomes of it. None: nobody can send any more."""
        self._replay = replay

    @property
    def can_replay(self) -> bool:
        """Whether there is somebody who sends."""
        return self._replay is not None

    def replay(self, id: str) -> None:  # noqa: A002  # the field's own name
        """Send that delivery again. Raises `KeyError` where it is not kept, and `NobodySendsError` where nobody can."""
        with self._lock:
            _, delivery = self._latest[id]
        if self._replay is None:
            raise NobodySendsError
        self._replay(delivery)

    def __len__(self) -> int:
        return len(self._latest)


class NobodySendsError(RuntimeError):
    """A delivery cannot be replayed: what sent it is gone."""

    def __init__(self) -> None:
        super().__init__("nobody is there to send it: deliveries can be replayed while what made them is at work")
