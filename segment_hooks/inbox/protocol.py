"""What an inbox remembers of an event, and what a store must be able to do.

A store keeps one record for each event, under the event's own id, whichever request brings it. A record goes through
these states; `due` is the one time that it has:

    state    what it means                               due: from then on
    waiting  stored, nobody is at it                     a worker may take it
    running  claimed: somebody is at it                  the claim has lapsed, another may have it
    done     its handlers returned                       it is forgotten
    dropped  ended for good in another way               it is forgotten
    dead     given up, kept to be looked at              it is forgotten

**A claim is a lease**: it carries a token, and ends by itself, so that a crash frees it. Whoever is late, with a token
that is no longer the record's, changes nothing.

**A signed event counts for more than an unsigned one.** Of a batch Segment signs the first event only (see
`Event.covered`), and a batch is made up anew when it is tried again, so the same event can come covered once and
uncovered the next time; but an uncovered event can also be anybody's. So, for one id:

    there is      there comes   with the same bytes              with other bytes
    covered       any           the same event                   the same event
    not covered   not covered   the same event                   the same event
    not covered   covered       the same event, unless it ended  the covered one takes its place
                                without being handled

Nobody who lacks the secret can keep a signed event from being handled: what could stand in for it is only the same
event, to the byte, whose handlers have returned.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from enum import StrEnum
from hashlib import blake2b
from typing import Protocol

import msgspec

from segment_hooks.events import Event
from segment_hooks.outcomes import Outcome
from segment_hooks.router import WebhookEventRouter

DONE = 0
"""What `claim` says of an event that has ended."""
BUSY = -1
"""What `claim` says of an event that somebody else is at."""

LEASE = 60.0
"""Seconds that a claim lasts."""
KEEP = 48 * 3600.0
"""Seconds that an ended event is remembered. Segment tries again for four hours, and looks back 24 hours itself."""
KEEP_DEAD = 30 * 24 * 3600.0
"""Seconds that a dead letter is kept."""
FORGET_LAPSED = 3600.0
"""Seconds after which a claim that has lapsed, to an event that never came again, is forgotten."""


class State(StrEnum):
    """Where an event stands; see the table above."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    DROPPED = "dropped"
    DEAD = "dead"


class Entry(msgspec.Struct, frozen=True, eq=False, gc=False):
    """An event, and the id that it is remembered by."""

    id: str
    event: Event

    @property
    def covered(self) -> bool:
        """Whether a signature covers the event."""
        return self.event.covered

    @property
    def digest(self) -> bytes:
        """16 bytes that tell the event's bytes from all others."""
        return blake2b(self.event.raw, digest_size=16).digest()


class Ending(msgspec.Struct, frozen=True, gc=False):
    """How a claim ends: the state that the record goes into.

    `covered`: as it was claimed. `seconds`: until the record is due. `error`: what went wrong. `counts`: whether the
    attempt counts, for an event that waits again.

    An ending of `WAITING` gives the claim up: a record that holds the event waits; one that only remembers it is
    forgotten.
    """

    id: str
    token: int
    covered: bool
    state: State
    seconds: float = 0.0
    error: str | None = None
    counts: bool = True


class Item(msgspec.Struct, frozen=True, gc=False):
    """A stored event that a worker has claimed. `attempts`: how often it has been taken, this time included."""

    id: str
    token: int
    covered: bool
    raw: bytes
    attempts: int

    def __repr__(self) -> str:
        return f"Item(id={self.id!r}, attempts={self.attempts})"  # the event is personal data


class Record(msgspec.Struct, frozen=True):
    """All that a store knows of an event. `stored`, `due`: seconds since 1970. `raw`: gone once it has been handled."""

    id: str
    state: State
    covered: bool
    attempts: int
    stored: float
    due: float
    error: str | None = None
    raw: bytes | None = None

    def __repr__(self) -> str:
        return f"Record(id={self.id!r}, state={self.state.value!r}, attempts={self.attempts})"


class Stats(msgspec.Struct, frozen=True):
    """How full an inbox is. `oldest`: seconds that the oldest event which has not ended has been there, or None."""

    counts: dict[State, int]
    oldest: float | None = None
    attempts: int = 0
    """The most attempts of any event that has not ended."""

    @property
    def depth(self) -> int:
        """Events that have not ended."""
        return self.counts.get(State.WAITING, 0) + self.counts.get(State.RUNNING, 0)


class Claims(Protocol):
    """Remembers which events have been handled, and who is at the others.

    All methods block, may be called from any thread, and raise `InboxUnavailable` where the store cannot do it now.
    No call gets the same id twice. `immediate`: whether calls never wait for anything, so that they may be made
    from any thread, and on an event loop. `durable`: whether what it knows outlives the process. `exclusive`: whether a
    transaction keeps all others out, so that anything may share one, and no two can wait for each other.
    """

    immediate: bool
    durable: bool
    exclusive: bool

    def claim(self, entries: Sequence[Entry], lease: float) -> list[int]:
        """For each entry a token, above zero, where it is the caller's now, for `lease` seconds; or `DONE`, or `BUSY`.

        What an `Inbox` has stored is `BUSY` until it has ended.
        """
        ...

    def settle(self, endings: Sequence[Ending]) -> list[bool]:
        """End claims. For each, whether the claim was still held; where not, nothing has changed."""
        ...

    def forget(self, limit: int) -> int:
        """Remove up to `limit` records of ended events that are due, or of claims long lapsed, and say how many."""
        ...

    def transaction(self) -> AbstractContextManager[object]:
        """All calls within the block take effect together, or none does."""
        ...

    def close(self) -> None:
        """Let go of connections; the next call opens them again."""
        ...


class Store(Claims, Protocol):
    """Keeps whole events, too, until they have been handled."""

    def put(self, entries: Sequence[Entry]) -> None:
        """Store the events that are not there yet. On return they are as safe as the store can make them."""
        ...

    def take(self, limit: int, lease: float) -> list[Item]:
        """Claim up to `limit` stored events that are due, those first that have been due longest."""
        ...

    def stats(self) -> Stats:
        """How full it is."""
        ...

    def records(self, state: State | None = None, limit: int = 100) -> list[Record]:
        """Records without their `raw`, in that state or in any, the oldest first."""
        ...

    def record(self, id: str) -> Record | None:  # noqa: A002  # it is the name of the field
        """The record of one event, `raw` included."""
        ...

    def retry(self, ids: Sequence[str] | None = None) -> int:
        """Let dead letters wait again, with no attempts counted: those named, or all. Says how many there were."""
        ...

    def purge(self, state: State, older_than: float = 0.0, ids: Sequence[str] | None = None) -> int:
        """Remove records in that state that were stored `older_than` seconds ago or before. Says how many.

        `ids`: only these. Raises `ValueError` for `RUNNING`: somebody is at those.
        """
        ...


class Gate(Protocol):
    """What can stand between a `Receiver` and its router. `deadline`: seconds until the answer is due, or None."""

    def handle(self, events: Sequence[Event], router: WebhookEventRouter, deadline: float | None) -> Sequence[Outcome]:
        """An outcome for each event, in the same order, from a thread without an event loop."""
        ...

    async def handle_async(
        self, events: Sequence[Event], router: WebhookEventRouter, deadline: float | None
    ) -> Sequence[Outcome]:
        """The same on an event loop."""
        ...


def check_purge(state: State) -> None:
    """Raise `ValueError` where records in `state` cannot be purged."""
    if state is State.RUNNING:
        raise ValueError("events that somebody is at cannot be purged; purge them when they wait or are dead")
