"""An inbox in the memory of the process: for dedupe within one process, and for tests.

It knows nothing of other processes, and nothing outlives it.
"""

from __future__ import annotations

import itertools
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from heapq import heappop, heappush

import msgspec

from segment_hooks.events import Event
from segment_hooks.inbox.protocol import BUSY, DONE, Ending, Entry, Item, Record, State, Stats, check_purge

_WAITING, _RUNNING, _DONE = State.WAITING, State.RUNNING, State.DONE


class _Event(msgspec.Struct, gc=False):
    """What is remembered of an event."""

    covered: bool
    digest: bytes
    """Of one that is not covered; a covered one is the same, whatever its bytes."""
    state: State
    due: float
    stored: float
    token: int = 0
    attempts: int = 0
    raw: bytes | None = None
    error: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether it has not ended."""
        return self.state in (State.WAITING, State.RUNNING)

    def gives_way_to(self, entry: Entry) -> bool:
        """Whether a signed event takes the place of this one, which is not signed."""
        if self.covered or not entry.event.covered:
            return False
        return self.state in (State.DROPPED, State.DEAD) or self.digest != entry.digest


class MemoryStore:
    """Every event of this process, in a dict.

    `max_records`: above that, those that ended longest ago are forgotten before their time; one takes some 300 bytes.
    `clock`: seconds since 1970.
    """

    immediate = True
    durable = False
    exclusive = True

    def __init__(self, *, max_records: int = 1_000_000, clock: Callable[[], float] = time.time) -> None:
        self._max_records = max_records
        self._clock = clock
        self._lock = threading.RLock()
        self._events: dict[str, _Event] = {}
        self._ended: deque[str] = deque()
        """Of what has ended, those that ended longest ago first; some have been written anew since."""
        self._takeable: list[tuple[float, int, str]] = []
        """A heap of what workers may take, and when; the numbers keep the order among equals."""
        self._token = itertools.count(1).__next__

    # ---- claims

    def claim(self, entries: Sequence[Entry], lease: float) -> list[int]:
        """`Claims.claim`."""
        with self._lock:
            now = self._clock()
            return [self._claim(entry, now, lease) for entry in entries]

    def _claim(self, entry: Entry, now: float, lease: float) -> int:
        event = self._events.get(entry.id)
        if event is not None and not event.gives_way_to(entry):
            if event.is_open and (event.due > now or event.raw is not None):  # what is stored is for a worker
                return BUSY
            if event.due > now:
                return DONE
        covered, token = entry.event.covered, self._token()
        self._events[entry.id] = _Event(covered, b"" if covered else entry.digest, _RUNNING, now + lease, now, token)
        return token

    def claim_one(self, name: str, event: Event, lease: float) -> int:
        """The same for one event, with no step that it can do without."""
        with self._lock:
            now = self._clock()
            if name in self._events:
                return self._claim(Entry(name, event), now, lease)
            token = self._token()
            if event._origin.__class__ is bytes or event.covered:
                self._events[name] = _Event(True, b"", _RUNNING, now + lease, now, token)
            else:
                self._events[name] = _Event(False, Entry(name, event).digest, _RUNNING, now + lease, now, token)
            return token

    def note_one(self, name: str, token: int, seconds: float) -> None:
        """End a claim to an event whose handlers have returned, likewise."""
        with self._lock:
            event = self._events.get(name)
            if event is not None and event.token == token:
                event.token, event.state, event.due = 0, _DONE, self._clock() + seconds
                self._ended.append(name)
                if len(self._events) > self._max_records:
                    self._forget_first(now=None)

    def settle(self, endings: Sequence[Ending]) -> list[bool]:
        """`Claims.settle`."""
        with self._lock:
            now = self._clock()
            return [self._settle(ending, now) for ending in endings]

    def _settle(self, ending: Ending, now: float) -> bool:
        event = self._events.get(ending.id)
        if event is None or event.token != ending.token:
            return False
        event.token = 0
        state = ending.state
        if state is _WAITING:
            event.attempts -= not ending.counts
            if event.raw is None:
                del self._events[ending.id]
            else:
                self._wait(ending.id, event, now + ending.seconds, ending.error)
        elif state is not _DONE and event.covered != ending.covered:
            self._wait(ending.id, event, now, ending.error)  # the signed one has come since, and has not been tried
        else:
            event.state, event.due, event.error = state, now + ending.seconds, ending.error
            if state is not State.DEAD:
                event.raw = None
            self._ended.append(ending.id)
            if len(self._events) > self._max_records:
                self._forget_first(now=None)
        return True

    def forget(self, limit: int) -> int:
        """`Claims.forget`."""
        with self._lock:
            now, before = self._clock(), len(self._events)
            for _ in range(min(limit, len(self._ended))):
                if not self._forget_first(now):
                    break
            return before - len(self._events)

    def _forget_first(self, now: float | None) -> bool:
        """Forget what ended longest ago; given `now`, only if it is due."""
        while self._ended:
            name = self._ended[0]
            event = self._events.get(name)
            if event is None or event.is_open:
                self._ended.popleft()
                continue
            if now is not None and event.due > now:
                return False
            self._ended.popleft()
            del self._events[name]
            return True
        return False

    def transaction(self) -> AbstractContextManager[object]:
        """Nothing here fails half way, so that keeping others out is enough."""
        return self._lock

    def close(self) -> None:
        """Nothing to let go of."""

    # ---- whole events

    def put(self, entries: Sequence[Entry]) -> None:
        """`Store.put`."""
        with self._lock:
            now = self._clock()
            for entry in entries:
                event = self._events.get(entry.id)
                if event is None or (event.due <= now and not event.is_open) or event.gives_way_to(entry):
                    digest = b"" if entry.event.covered else entry.digest
                    stored = _Event(entry.event.covered, digest, _WAITING, now, now, raw=entry.event.raw)
                    self._events[entry.id] = stored
                    self._wait(entry.id, stored, now)
                elif entry.event.covered:
                    event.covered = True

    def _wait(self, name: str, event: _Event, due: float, error: str | None = None) -> None:
        event.state, event.due, event.error = _WAITING, due, error
        heappush(self._takeable, (due, self._token(), name))

    def take(self, limit: int, lease: float) -> list[Item]:
        """`Store.take`."""
        with self._lock:
            now = self._clock()
            items: list[Item] = []
            while self._takeable and self._takeable[0][0] <= now and len(items) < limit:
                due, _, name = heappop(self._takeable)
                event = self._events.get(name)
                if event is None or event.due != due or event.raw is None:
                    continue  # it has been written since
                if not event.is_open:
                    continue
                event.state, event.due, event.token = State.RUNNING, now + lease, self._token()
                event.attempts += 1
                heappush(self._takeable, (event.due, event.token, name))
                items.append(Item(name, event.token, event.covered, event.raw, event.attempts))
            return items

    def stats(self) -> Stats:
        """`Store.stats`."""
        with self._lock:
            counts = dict.fromkeys(State, 0)
            for event in self._events.values():
                counts[event.state] += 1
            open_ = [e for e in self._events.values() if e.is_open and e.raw is not None]
            oldest = min((event.stored for event in open_), default=None)
            age = None if oldest is None else max(self._clock() - oldest, 0.0)
            return Stats(counts, age, max((event.attempts for event in open_), default=0))

    def records(self, state: State | None = None, limit: int = 100) -> list[Record]:
        """`Store.records`."""
        with self._lock:
            found = [(event.stored, name) for name, event in self._events.items() if state in (None, event.state)]
            return [self._record(name, whole=False) for _, name in sorted(found)[:limit]]

    def record(self, id: str) -> Record | None:  # noqa: A002
        """`Store.record`."""
        with self._lock:
            return self._record(id, whole=True) if id in self._events else None

    def _record(self, name: str, *, whole: bool) -> Record:
        event = self._events[name]
        raw = event.raw if whole else None
        return Record(name, event.state, event.covered, event.attempts, event.stored, event.due, event.error, raw)

    def retry(self, ids: Sequence[str] | None = None) -> int:
        """`Store.retry`."""
        with self._lock:
            now = self._clock()
            names = self._in_state(State.DEAD, ids)
            for name in names:
                event = self._events[name]
                event.attempts = 0
                self._wait(name, event, now, event.error)
            return len(names)

    def purge(self, state: State, older_than: float = 0.0, ids: Sequence[str] | None = None) -> int:
        """`Store.purge`."""
        check_purge(state)
        with self._lock:
            before = self._clock() - older_than
            names = [name for name in self._in_state(state, ids) if self._events[name].stored <= before]
            for name in names:
                del self._events[name]
            return len(names)

    def _in_state(self, state: State, ids: Sequence[str] | None) -> list[str]:
        return [name for name in (self._events if ids is None else ids) if self._state(name) is state]

    def _state(self, name: str) -> State | None:
        event = self._events.get(name)
        return None if event is None else event.state
