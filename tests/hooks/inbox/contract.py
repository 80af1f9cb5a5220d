"""What every store must do: one suite, inherited by the tests of each.

The fixtures `store` and `clock` are the store's own: `clock.forward(seconds)` moves the time that it goes by.
"""

from __future__ import annotations

from typing import Any, Protocol

import pytest

from segment_hooks.inbox.protocol import BUSY, DONE, FORGET_LAPSED, Claims, Item, State, Store
from tests.hooks.inbox.events import end, entry


class Forward(Protocol):
    def forward(self, seconds: float) -> None: ...


class ClaimsContract:
    """Dedupe: claim, end, and what is remembered."""

    def test_an_event_is_claimed_once(self, store: Claims) -> None:
        assert store.claim([entry()], 60)[0] > 0
        assert store.claim([entry()], 60) == [BUSY]

    def test_what_has_been_handled_is_done(self, store: Claims) -> None:
        (token,) = store.claim([entry()], 60)
        assert store.settle([end("m-1", token)]) == [True]
        assert store.claim([entry()], 60) == [DONE]

    def test_what_was_dropped_is_done(self, store: Claims) -> None:
        (token,) = store.claim([entry()], 60)
        assert store.settle([end("m-1", token, State.DROPPED)]) == [True]
        assert store.claim([entry()], 60) == [DONE]

    def test_what_was_given_up_is_free_again(self, store: Claims) -> None:
        (token,) = store.claim([entry()], 60)
        assert store.settle([end("m-1", token, State.WAITING, 0)]) == [True]
        (second,) = store.claim([entry()], 60)
        assert second > 0

    def test_every_event_of_a_call_gets_an_answer_of_its_own(self, store: Claims) -> None:
        done, busy = store.claim([entry("done"), entry("busy")], 60)
        store.settle([end("done", done)])
        claims = store.claim([entry("new"), entry("busy"), entry("done"), entry("newer")], 60)
        assert busy > 0
        assert claims[1:3] == [BUSY, DONE]
        assert claims[0] > 0
        assert claims[3] > 0

    def test_a_claim_lapses(self, store: Claims, clock: Forward) -> None:
        (first,) = store.claim([entry()], 60)
        clock.forward(59)
        assert store.claim([entry()], 60) == [BUSY]
        clock.forward(2)
        (second,) = store.claim([entry()], 60)
        assert second > 0
        assert second != first

    def test_whoever_is_late_ends_nobody_elses_claim(self, store: Claims, clock: Forward) -> None:
        (late,) = store.claim([entry()], 60)
        clock.forward(61)
        (held,) = store.claim([entry()], 60)
        assert store.settle([end("m-1", late)]) == [False]
        assert store.settle([end("m-1", late, State.WAITING, 0)]) == [False]
        assert store.claim([entry()], 60) == [BUSY]
        assert store.settle([end("m-1", held)]) == [True]

    def test_whoever_is_late_may_end_a_claim_that_nobody_else_has(self, store: Claims, clock: Forward) -> None:
        (late,) = store.claim([entry()], 60)
        clock.forward(61)
        assert store.settle([end("m-1", late)]) == [True]
        assert store.claim([entry()], 60) == [DONE]

    def test_a_claim_ends_once(self, store: Claims) -> None:
        (token,) = store.claim([entry()], 60)
        assert store.settle([end("m-1", token)]) == [True]
        assert store.settle([end("m-1", token, State.WAITING, 0)]) == [False]
        assert store.claim([entry()], 60) == [DONE]

    def test_the_end_of_what_is_not_known_changes_nothing(self, store: Claims) -> None:
        assert store.settle([end("never", 12345)]) == [False]
        assert store.claim([entry("never")], 60)[0] > 0

    def test_what_has_been_handled_is_forgotten_when_it_is_due(self, store: Claims, clock: Forward) -> None:
        (token,) = store.claim([entry()], 60)
        store.settle([end("m-1", token, seconds=100)])
        clock.forward(99)
        assert store.claim([entry()], 60) == [DONE]
        clock.forward(2)
        assert store.claim([entry()], 60)[0] > 0

    def test_forgetting_takes_only_what_is_due(self, store: Claims, clock: Forward) -> None:
        tokens = store.claim([entry("short"), entry("long"), entry("held")], 3600)
        store.settle([end("short", tokens[0], seconds=100), end("long", tokens[1], seconds=1000)])
        clock.forward(101)
        store.forget(10)
        claims = store.claim([entry("short"), entry("long"), entry("held")], 60)
        assert claims[0] > 0
        assert claims[1:] == [DONE, BUSY]

    # ---- signed and unsigned

    def test_an_uncovered_event_never_keeps_a_signed_one_with_other_bytes_from_being_handled(
        self, store: Claims
    ) -> None:
        (forged,) = store.claim([entry(covered=False, userId="attacker")], 60)
        assert store.claim([entry()], 60)[0] > 0, "while the forged one is being handled"
        assert store.settle([end("m-1", forged, covered=False)]) == [False], "its claim is the signed one's now"

        (forged,) = store.claim([entry("m-2", covered=False, userId="attacker")], 60)
        store.settle([end("m-2", forged, covered=False)])
        assert store.claim([entry("m-2")], 60)[0] > 0, "after the forged one has been handled"

    def test_the_same_event_is_not_handled_again_when_it_comes_covered(self, store: Claims) -> None:
        (token,) = store.claim([entry(covered=False)], 60)
        assert store.claim([entry()], 60) == [BUSY]
        store.settle([end("m-1", token, covered=False)])
        assert store.claim([entry()], 60) == [DONE]

    def test_a_signed_event_has_its_try_after_the_same_one_was_dropped_unsigned(self, store: Claims) -> None:
        (token,) = store.claim([entry(covered=False)], 60)
        store.settle([end("m-1", token, State.DROPPED, covered=False)])
        assert store.claim([entry(covered=False)], 60) == [DONE]
        assert store.claim([entry()], 60)[0] > 0

    @pytest.mark.parametrize("fields", [{}, {"userId": "other"}])
    def test_a_signed_event_stands_for_all_of_its_id(self, store: Claims, fields: dict[str, Any]) -> None:
        (token,) = store.claim([entry()], 60)
        assert store.claim([entry(covered=False, **fields)], 60) == [BUSY]
        store.settle([end("m-1", token)])
        assert store.claim([entry(covered=False, **fields)], 60) == [DONE]
        assert store.claim([entry(**fields)], 60) == [DONE]

    def test_uncovered_events_of_one_id_are_one_event(self, store: Claims) -> None:
        (token,) = store.claim([entry(covered=False)], 60)
        store.settle([end("m-1", token, covered=False)])
        assert store.claim([entry(covered=False, receivedAt="later")], 60) == [DONE]

    # ---- together

    def test_closed_it_opens_again(self, store: Claims) -> None:
        (token,) = store.claim([entry()], 60)
        store.close()
        assert store.claim([entry()], 60) == [BUSY]
        store.close()
        store.close()
        assert store.settle([end("m-1", token)]) == [True]


class StoreContract(ClaimsContract):
    """Whole events: stored, taken, tried again, given up."""

    def take(self, store: Store, limit: int = 10, lease: float = 60) -> dict[str, Item]:
        return {item.id: item for item in store.take(limit, lease)}

    def test_what_is_stored_is_taken_once(self, store: Store) -> None:
        event = entry(properties={"ü": "\ud83d"})
        store.put([event])
        (item,) = store.take(10, 60)
        assert (item.id, item.raw, item.covered, item.attempts) == ("m-1", event.event.raw, True, 1)
        assert store.take(10, 60) == []

    def test_it_is_stored_once(self, store: Store) -> None:
        store.put([entry()])
        store.put([entry(), entry("m-2", covered=False)])
        items = self.take(store)
        assert {name: item.covered for name, item in items.items()} == {"m-1": True, "m-2": False}
        store.put([entry()])
        assert store.take(10, 60) == [], "while it is being handled"
        store.settle([end("m-1", items["m-1"].token)])
        store.put([entry()])
        assert store.take(10, 60) == [], "when it has been handled"

    def test_no_more_are_taken_than_wanted(self, store: Store) -> None:
        store.put([entry(f"m-{n}") for n in range(5)])
        first, second = self.take(store, 3), self.take(store, 3)
        assert (len(first), len(second)) == (3, 2)
        assert not first.keys() & second.keys()

    def test_those_due_longest_are_taken_first(self, store: Store, clock: Forward) -> None:
        for name in ("a", "b", "c"):
            store.put([entry(name)])
            clock.forward(1)
        assert [self.take(store, 1).popitem()[0] for _ in range(3)] == ["a", "b", "c"]

    def test_what_failed_waits_and_counts(self, store: Store, clock: Forward) -> None:
        store.put([entry()])
        (item,) = store.take(1, 60)
        assert store.settle([end("m-1", item.token, State.WAITING, 30, error="ValueError: no")]) == [True]
        assert store.take(1, 60) == []
        record = store.record("m-1")
        assert record is not None
        assert (record.state, record.error, record.attempts) == (State.WAITING, "ValueError: no", 1)
        clock.forward(31)
        (again,) = store.take(1, 60)
        assert (again.attempts, again.raw) == (2, item.raw)

    def test_a_try_that_does_not_count(self, store: Store) -> None:
        store.put([entry()])
        (item,) = store.take(1, 60)
        store.settle([end("m-1", item.token, State.WAITING, 0, counts=False)])
        (again,) = store.take(1, 60)
        assert again.attempts == 1

    def test_a_claim_of_a_worker_lapses(self, store: Store, clock: Forward) -> None:
        store.put([entry()])
        (late,) = store.take(1, 60)
        clock.forward(61)
        (held,) = store.take(1, 60)
        assert held.attempts == 2
        assert store.settle([end("m-1", late.token)]) == [False]
        assert store.take(1, 60) == []
        assert store.settle([end("m-1", held.token)]) == [True]

    def test_what_has_been_handled_keeps_no_personal_data(self, store: Store) -> None:
        store.put([entry(), entry("m-2")])
        items = self.take(store)
        store.settle([end("m-1", items["m-1"].token), end("m-2", items["m-2"].token, State.DROPPED)])
        for name, state in (("m-1", State.DONE), ("m-2", State.DROPPED)):
            record = store.record(name)
            assert record is not None
            assert (record.state, record.raw) == (state, None)

    def test_it_is_stored_again_once_it_is_forgotten(self, store: Store, clock: Forward) -> None:
        store.put([entry()])
        (item,) = store.take(1, 60)
        store.settle([end("m-1", item.token, seconds=100)])
        clock.forward(101)
        store.put([entry()])
        (again,) = store.take(1, 60)
        assert again.attempts == 1

    def test_a_dead_letter_keeps_the_event_and_why(self, store: Store, clock: Forward) -> None:
        event = entry()
        store.put([event])
        (item,) = store.take(1, 60)
        store.settle([end("m-1", item.token, State.DEAD, 10_000, error="KeyError: x")])
        clock.forward(3_600)
        assert store.take(1, 60) == []
        store.put([event])
        assert store.take(1, 60) == []
        record = store.record("m-1")
        assert record is not None
        assert (record.state, record.raw, record.error) == (State.DEAD, event.event.raw, "KeyError: x")

    def test_a_dead_letter_is_forgotten_in_the_end(self, store: Store, clock: Forward) -> None:
        store.put([entry("a"), entry("b"), entry("c")])
        store.settle(
            [end(name, item.token, State.DEAD, 1_000) for name, item in self.take(store).items()],
        )
        assert store.claim([entry("a")], 60) == [DONE]
        clock.forward(1_001)
        assert store.claim([entry("a")], 60)[0] > 0
        store.put([entry("b")])
        assert list(self.take(store)) == ["b"]
        assert store.forget(10) == 1
        assert store.record("c") is None

    def test_dead_letters_are_tried_again_when_asked(self, store: Store) -> None:
        store.put([entry("a"), entry("b"), entry("c")])
        items = self.take(store)
        store.settle([end(name, items[name].token, State.DEAD, 10_000, error="no") for name in ("a", "b")])
        assert store.retry(["a", "c", "unknown"]) == 1
        assert self.take(store)["a"].attempts == 1
        assert store.retry() == 1
        assert list(self.take(store)) == ["b"]
        assert store.retry() == 0

    def test_purging(self, store: Store, clock: Forward) -> None:
        store.put([entry("old"), entry("older")])
        items = self.take(store)
        store.settle([end(name, item.token, State.DEAD, 10_000) for name, item in items.items()])
        clock.forward(500)
        store.put([entry("new"), entry("newer")])
        assert store.purge(State.DEAD, older_than=600) == 0
        assert store.purge(State.DEAD, older_than=400, ids=["old", "new"]) == 1
        assert store.purge(State.DEAD, older_than=400) == 1
        assert store.purge(State.WAITING, ids=["new"]) == 1
        assert store.record("new") is None
        assert list(self.take(store)) == ["newer"]
        with pytest.raises(ValueError, match="cannot be purged"):
            store.purge(State.RUNNING)

    def test_what_is_in_it(self, store: Store, clock: Forward) -> None:
        assert (store.stats().depth, store.stats().oldest) == (0, None)
        store.put([entry("first")])
        clock.forward(10)
        store.put([entry("second"), entry("third")])
        (item,) = store.take(1, 60)
        assert item.id == "first"
        clock.forward(5)
        stats = store.stats()
        assert (stats.depth, stats.attempts) == (3, 1)
        assert stats.oldest == pytest.approx(15, abs=2)
        assert {state: count for state, count in stats.counts.items() if count} == {State.WAITING: 2, State.RUNNING: 1}
        store.settle([end("first", item.token)])
        assert store.stats().oldest == pytest.approx(5, abs=2)
        assert [record.id for record in store.records()] == ["first", "second", "third"]
        assert [record.id for record in store.records(State.WAITING, limit=1)] == ["second"]
        assert all(record.raw is None for record in store.records())
        assert store.record("unknown") is None

    # ---- signed and unsigned

    def test_a_signed_event_takes_the_place_of_an_unsigned_one(self, store: Store) -> None:
        store.put([entry(covered=False, userId="attacker")])
        genuine = entry()
        store.put([genuine])
        (item,) = store.take(10, 60)
        assert (item.raw, item.covered) == (genuine.event.raw, True)

    @pytest.mark.parametrize("state", [State.DONE, State.DROPPED, State.DEAD])
    def test_a_signed_event_is_handled_however_an_unsigned_one_of_its_id_ended(
        self, store: Store, state: State
    ) -> None:
        store.put([entry(covered=False, userId="attacker")])
        (forged,) = store.take(1, 60)
        store.settle([end("m-1", forged.token, state, covered=False)])
        genuine = entry()
        store.put([genuine])
        (item,) = store.take(1, 60)
        assert (item.raw, item.covered, item.attempts) == (genuine.event.raw, True, 1)

    def test_a_signed_event_is_handled_even_while_an_unsigned_one_of_its_id_is(self, store: Store) -> None:
        store.put([entry(covered=False, userId="attacker")])
        (forged,) = store.take(1, 60)
        store.put([entry()])
        (item,) = store.take(1, 60)
        assert item.covered
        assert store.settle([end("m-1", forged.token, covered=False)]) == [False]
        assert store.settle([end("m-1", item.token)]) == [True]

    def test_an_unsigned_event_never_touches_a_signed_one(self, store: Store) -> None:
        genuine = entry()
        store.put([genuine])
        store.put([entry(covered=False, userId="attacker")])
        (item,) = store.take(10, 60)
        assert (item.raw, item.covered) == (genuine.event.raw, True)

    def test_the_same_event_waits_as_a_signed_one_once_it_has_come_signed(self, store: Store) -> None:
        store.put([entry(covered=False)])
        store.put([entry()])
        (item,) = store.take(10, 60)
        assert (item.covered, item.attempts) == (True, 1)
        assert store.settle([end("m-1", item.token, State.DROPPED)]) == [True]
        assert store.take(10, 60) == []

    def test_the_same_event_handled_unsigned_is_not_handled_again(self, store: Store) -> None:
        store.put([entry(covered=False)])
        (item,) = store.take(1, 60)
        store.put([entry()])
        assert store.take(1, 60) == [], "while it is being handled"
        store.settle([end("m-1", item.token, covered=False)])
        store.put([entry()])
        assert store.take(1, 60) == [], "when it has been handled"

    @pytest.mark.parametrize("state", [State.DROPPED, State.DEAD])
    def test_the_same_event_dropped_unsigned_is_tried_signed(self, store: Store, state: State) -> None:
        store.put([entry(covered=False), entry("m-2", covered=False)])
        items = self.take(store)
        store.put([entry("m-2")])  # while it is being handled
        store.settle([end(name, item.token, state, 1_000, covered=False) for name, item in items.items()])
        store.put([entry()])  # when it has ended
        again = self.take(store)
        assert again.keys() == {"m-1", "m-2"}
        assert all(item.covered for item in again.values())

    # ---- with Dedupe on the same store

    def test_what_is_stored_is_busy_until_it_has_ended(self, store: Store, clock: Forward) -> None:
        store.put([entry()])
        clock.forward(100)
        assert store.claim([entry()], 60) == [BUSY]
        (item,) = store.take(1, 60)
        clock.forward(61)
        assert store.claim([entry()], 60) == [BUSY]
        store.settle([end("m-1", item.token)])
        assert store.claim([entry()], 60) == [DONE]

    def test_what_is_claimed_is_not_stored_again(self, store: Store) -> None:
        (token,) = store.claim([entry()], 60)
        store.put([entry()])
        assert store.take(1, 60) == []
        store.settle([end("m-1", token)])
        store.put([entry()])
        assert store.take(1, 60) == []


class DurableContract(StoreContract):
    """What outlives a process that is killed at any moment."""

    def test_what_fails_in_a_transaction_leaves_nothing(self, store: Store) -> None:
        def fail_half_way() -> None:
            with store.transaction():
                store.claim([entry()], 60)
                store.put([entry("m-2")])
                raise LookupError

        with pytest.raises(LookupError):
            fail_half_way()
        assert store.records() == []

    def test_claims_that_lapsed_are_forgotten_in_the_end(self, store: Store, clock: Forward) -> None:
        store.claim([entry()], 60)
        store.put([entry("m-2")])
        clock.forward(FORGET_LAPSED)
        assert store.forget(10) == 0, "whoever holds it may still end it"
        clock.forward(61)
        assert store.forget(10) == 1
        assert store.record("m-1") is None
        assert store.record("m-2") is not None
