"""So many requests per second."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from segment_testing.fake.ratelimit import RateLimit

START = datetime(2026, 1, 2, tzinfo=UTC)


def test_one_seconds_worth_at_once_and_then_as_it_drips() -> None:
    limit = RateLimit(2)
    assert [limit.wait(START) for _ in range(3)] == [0, 0, 1]
    assert [limit.wait(START + timedelta(seconds=0.5)) for _ in range(2)] == [0, 1]
    assert [limit.wait(START + timedelta(seconds=60)) for _ in range(3)] == [0, 0, 1]


def test_less_than_one_a_second() -> None:
    limit = RateLimit(0.1)
    assert [limit.wait(START) for _ in range(2)] == [0, 10]
    assert limit.wait(START + timedelta(seconds=4)) == 6
    assert limit.wait(START + timedelta(seconds=10)) == 0


def test_a_clock_that_goes_back() -> None:
    limit = RateLimit(1)
    assert limit.wait(START) == 0
    assert limit.wait(START - timedelta(days=1)) == 1
    limit.clear()
    assert limit.wait(START) == 0


@given(st.floats(0.2, 50), st.lists(st.floats(0, 2), max_size=50))
def test_who_waits_as_told_gets_through_and_nobody_exceeds_the_rate(rate: float, pauses: list[float]) -> None:
    limit, now, taken = RateLimit(rate), START, 0
    for pause in pauses:
        now += timedelta(seconds=pause)
        seconds = limit.wait(now)
        if seconds:
            now += timedelta(seconds=seconds)
            assert limit.wait(now) == 0
        taken += 1
    assert taken <= max(1, rate) + rate * (now - START).total_seconds() + 0.001
