"""Two workers with two clocks, interleaved at will, against a model of the rules: for every store.

Each worker has its own handle on the store, and a clock that is wrong by some seconds. After every step the store must
have answered as the model does; and whatever happened, in the end every event that was stored has been handled.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import hypothesis.strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from segment_hooks.inbox.protocol import BUSY, DONE, FORGET_LAPSED, Ending, Entry, State
from tests.hooks.inbox.events import make_event

LEASE, KEEP = 60.0, 600.0
OPEN = (State.WAITING, State.RUNNING)

workers = st.integers(0, 1)
names = st.sampled_from(["a", "b", "c"])
sightings = st.tuples(names, st.booleans(), st.sampled_from(["one", "other"]))


class Known:
    """What the model knows of an event."""

    def __init__(self, covered: bool, content: str, state: State, due: float, token: int, *, whole: bool) -> None:
        self.covered = covered
        self.content = content
        self.state = state
        self.due = due
        self.token = token
        self.whole = whole
        self.attempts = 0

    def gives_way_to(self, covered: bool, content: str) -> bool:
        """The table in `segment_hooks.inbox.protocol`."""
        if self.covered or not covered:
            return False
        return content != self.content or self.state in (State.DROPPED, State.DEAD)


class ClaimsMachine(RuleBasedStateMachine):
    """Dedupe. Subclasses say by `open` what a worker with a clock has for a store."""

    forgets_lapsed = True
    skews: tuple[float, float]

    def open(self, clock: Callable[[], float]) -> Any:
        """A handle on the one store of this run."""
        raise NotImplementedError

    @initialize(skew=st.floats(-20, 20))
    def begin(self, skew: float) -> None:
        self.now = 1_700_000_000.0
        self.skews = (0.0, skew)
        self.stores = [self.open(lambda: self.time(0)), self.open(lambda: self.time(1))]
        self.model: dict[str, Known] = {}
        self.tokens: list[tuple[str, int, bool]] = []
        """Every claim that was ever given: id, token, covered."""
        self.handled: dict[str, int] = {}

    def time(self, worker: int) -> float:
        return self.now + self.skews[worker]

    @rule(worker=workers, seen=sightings)
    def claim(self, worker: int, seen: tuple[str, bool, str]) -> None:
        name, covered, content = seen
        (got,) = self.stores[worker].claim([_entry(*seen)], LEASE)
        now, known = self.time(worker), self.model.get(name)
        if known is not None and not known.gives_way_to(covered, content):
            if known.state in OPEN and (known.whole or known.due > now):
                assert got == BUSY
                return
            if known.state not in OPEN and known.due > now:
                assert got == DONE
                return
        assert got > 0
        assert got not in [token for _, token, _ in self.tokens]
        self.model[name] = Known(covered, content, State.RUNNING, now + LEASE, got, whole=False)
        self.tokens.append((name, got, covered))

    @precondition(lambda self: self.tokens)
    @rule(
        worker=workers,
        which=st.integers(0, 100),
        state=st.sampled_from([State.WAITING, State.DONE, State.DROPPED, State.DEAD]),
    )
    def settle(self, worker: int, which: int, state: State) -> None:
        """End a claim, the last ones rather than those long gone; of another worker, too, as after a restart."""
        name, token, covered = self.tokens[-1 - which % len(self.tokens)]
        if state is State.DEAD and not self.is_whole(name):
            state = State.DONE
        seconds = 0.0 if state is State.WAITING else KEEP
        (held,) = self.stores[worker].settle([Ending(name, token, covered, state, seconds)])
        now, known = self.time(worker), self.model.get(name)
        assert held == (known is not None and known.token == token)
        if known is None or not held:
            return
        known.token = 0
        if state in (State.DROPPED, State.DEAD) and known.covered != covered:
            known.state, known.due = State.WAITING, now
        elif state is State.WAITING and not known.whole:
            del self.model[name]
        else:
            known.state, known.due = state, now + seconds
            known.whole = known.whole and state in (State.WAITING, State.DEAD)

    def is_whole(self, name: str) -> bool:
        return name in self.model and self.model[name].whole

    @rule(seconds=st.sampled_from([1.0, 30.0, LEASE + 1, KEEP + 1]))
    def forward(self, seconds: float) -> None:
        self.now += seconds

    @rule(worker=workers)
    def forget(self, worker: int) -> None:
        self.stores[worker].forget(100)
        now = self.time(worker)
        self.model = {name: known for name, known in self.model.items() if not self.is_forgotten(known, now)}

    def is_forgotten(self, known: Known, now: float) -> bool:
        if known.state in OPEN:
            return self.forgets_lapsed and not known.whole and known.due <= now - FORGET_LAPSED
        return known.due <= now

    def teardown(self) -> None:
        for store in getattr(self, "stores", ()):
            store.close()


class StoreMachine(ClaimsMachine):
    """Whole events, too."""

    @rule(worker=workers, seen=sightings)
    def put(self, worker: int, seen: tuple[str, bool, str]) -> None:
        name, covered, content = seen
        self.stores[worker].put([_entry(*seen)])
        now, known = self.time(worker), self.model.get(name)
        forgotten = known is None or (known.state not in OPEN and known.due <= now)
        if known is None or forgotten or known.gives_way_to(covered, content):
            self.model[name] = Known(covered, content, State.WAITING, now, 0, whole=True)
        else:
            known.covered = known.covered or covered

    @rule(worker=workers, limit=st.integers(1, 3))
    def take(self, worker: int, limit: int) -> None:
        now = self.time(worker)
        due = {n: k for n, k in self.model.items() if k.whole and k.state in OPEN and k.due <= now}
        items = self.stores[worker].take(limit, LEASE)
        assert len(items) == min(limit, len(due))
        for item in items:
            known = due.pop(item.id)  # none twice, and none that is not due
            known.attempts += 1
            assert (item.covered, item.attempts) == (known.covered, known.attempts)
            assert item.raw == _entry(item.id, known.covered, known.content).event.raw
            known.state, known.due, known.token = State.RUNNING, now + LEASE, item.token
            self.tokens.append((item.id, item.token, item.covered))
        if items and due:
            first = min(known.due for known in due.values())
            assert all(self.model[item.id].due - LEASE <= now for item in items)
            assert first <= now

    @rule(worker=workers)
    def retry(self, worker: int) -> None:
        dead = [known for known in self.model.values() if known.state is State.DEAD]
        assert self.stores[worker].retry() == len(dead)
        for known in dead:
            known.state, known.due, known.attempts = State.WAITING, self.time(worker), 0

    def is_near(self, one: float, other: float) -> bool:
        """Whether two times are the same, as far as the store's clock goes by the model's."""
        return abs(one - other) < 0.01

    @invariant()
    def knows_the_same(self) -> None:
        if not hasattr(self, "stores"):
            return
        records = {record.id: record for record in self.stores[0].records()}
        for name, known in self.model.items():
            record = records[name]
            assert (record.state, record.covered, record.attempts) == (known.state, known.covered, known.attempts)
            assert self.is_near(record.due, known.due)
        assert self.stores[1].stats().depth >= sum(known.state in OPEN for known in self.model.values())

    def teardown(self) -> None:
        if hasattr(self, "stores"):
            self.now += 10 * KEEP
            waiting = {n for n, k in self.model.items() if k.whole and k.state in OPEN}
            items = self.stores[0].take(100, LEASE)
            assert {item.id for item in items} == waiting, "nothing that was stored is lost"
            endings = [Ending(item.id, item.token, item.covered, State.DONE, KEEP) for item in items]
            assert all(self.stores[1].settle(endings))
            assert self.stores[0].take(100, LEASE) == []
        super().teardown()


def _entry(name: str, covered: bool, content: str) -> Entry:
    return Entry(name, make_event(name, covered=covered, content=content))
