"""What becomes of an event after a try."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segment_hooks import ConfigurationError, DropEvent, EventNotSupported, RetryError, ValidationError
from segment_hooks.inbox import RetryPolicy, State
from segment_hooks.inbox.policy import describe
from segment_hooks.inbox.protocol import Item
from segment_hooks.outcomes import HANDLED, UNHANDLED, Outcome, Result, outcome_of


def item(attempts: int = 1) -> Item:
    return Item("m-1", 7, True, b"{}", attempts)


def error() -> Exception:
    try:
        raise KeyError("order_id")
    except KeyError as raised:
        return raised


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (HANDLED, State.DONE),
        (UNHANDLED, State.DONE),
        (outcome_of([DropEvent()]), State.DROPPED),
        (outcome_of([EventNotSupported()]), State.DROPPED),
        (outcome_of([ValidationError("no")]), State.DEAD),
        (outcome_of([error()]), State.WAITING),
        (outcome_of([RetryError()]), State.WAITING),
        (outcome_of([DropEvent(), error()]), State.WAITING),
    ],
)
def test_how_a_claim_ends(outcome: Outcome, state: State) -> None:
    ending = RetryPolicy().ending(item(), outcome)
    assert (ending.id, ending.token, ending.covered, ending.state) == ("m-1", 7, True, state)
    assert (ending.error is not None) == (state in (State.DEAD, State.WAITING))


def test_after_the_last_try_it_is_a_dead_letter() -> None:
    policy = RetryPolicy(attempts=3)
    assert policy.ending(item(2), outcome_of([error()])).state is State.WAITING
    dead = policy.ending(item(3), outcome_of([error()]))
    assert (dead.state, dead.seconds) == (State.DEAD, policy.keep_dead)
    assert dead.error is not None
    assert dead.error.startswith("KeyError: 'order_id' (")
    assert "test_policy.py:" in dead.error


def test_what_ends_the_worker_each_time_becomes_a_dead_letter_without_a_try() -> None:
    policy = RetryPolicy(attempts=3)
    assert policy.worn_out(item(3)) is None
    dead = policy.worn_out(item(4))
    assert dead is not None
    assert dead.state is State.DEAD


@given(st.integers(1, 2_000), st.floats(0, 1), st.floats(0, 100, allow_subnormal=False), st.floats(0, 1e6))
def test_waits_grow_to_the_longest_and_are_spread(attempts: int, rand: float, first: float, more: float) -> None:
    policy = RetryPolicy(first=first, longest=first + more)
    wait = policy.wait(attempts, lambda: rand)
    assert first / 2 <= wait <= policy.longest
    full = min(first * 2.0 ** min(attempts - 1, 60), policy.longest)
    assert full / 2 <= wait <= full
    assert policy.wait(attempts, lambda: 0.0) <= wait <= policy.wait(attempts, lambda: 1.0)


def test_a_handler_may_ask_for_a_longer_wait_but_not_for_a_shorter_one() -> None:
    policy = RetryPolicy(first=10)
    assert policy.ending(item(), outcome_of([RetryError(retry_after=3_600)]), lambda: 1.0).seconds == 3_600
    assert policy.ending(item(), outcome_of([RetryError(retry_after=1)]), lambda: 1.0).seconds == 10


def test_every_error_is_described_and_none_breaks_a_store() -> None:
    text = describe(Outcome(Result.FAILED, (ValueError("a\0b \ud83d"), error(), LookupError())))
    assert text.splitlines()[0] == "ValueError: a\\0b \\ud83d"
    assert text.splitlines()[2] == "LookupError"
    text.encode()
    assert len(describe(Outcome(Result.FAILED, (ValueError("x" * 10_000),)))) == 4_000
    assert describe(Outcome(Result.RETRY)) == "retry"


@pytest.mark.parametrize("options", [{"attempts": 0}, {"first": -1}, {"first": 3, "longest": 2}])
def test_what_cannot_work_is_refused(options: dict[str, float]) -> None:
    with pytest.raises(ConfigurationError):
        RetryPolicy(**options)  # type: ignore[arg-type]
