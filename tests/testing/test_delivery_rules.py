"""What Segment makes of answers, and the clock that it is done by."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segment_testing.delivery import Answer, Failure, Rules, Verdict, VirtualClock
from segment_testing.delivery.rules import verdict


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        *((status, Verdict.DELIVERED) for status in (200, 201, 202, 204, 299)),
        *((status, Verdict.RETRY) for status in (408, 423, 429, 500, 502, 503, 504, 599)),
        *((status, Verdict.DISCARDED) for status in (400, 401, 403, 404, 405, 410, 413, 415, 422, 451, 501)),
        *((status, Verdict.DISCARDED) for status in (100, 301, 304, 399)),
    ],
)
def test_by_status(status: int, expected: Verdict) -> None:
    assert verdict(Answer(status)) is expected


@pytest.mark.parametrize("failure", Failure)
def test_by_failure(failure: Failure) -> None:
    expected = Verdict.DISCARDED if failure is Failure.REDIRECTS else Verdict.RETRY
    assert verdict(Answer(None, failure=failure)) is expected


def test_answers_in_words() -> None:
    assert str(Answer(503)) == "503 Service Unavailable"
    assert str(Answer(599)) == "599 "
    assert str(Answer(500, error=KeyError("x"))) == "500 Internal Server Error after KeyError"
    assert str(Answer(None, failure=Failure.TIMED_OUT)) == "ETIMEDOUT"


def test_only_redirects_lead_somewhere() -> None:
    headers = ((b"location", b"/x"),)
    assert Answer(302, headers).location == "/x"
    assert Answer(201, headers).location is None
    assert Answer(308).location is None


@given(st.integers(1, 40), st.integers())
def test_waits_grow_up_to_the_longest(tries: int, seed: int) -> None:
    rules = Rules()
    wait = rules.wait(tries, Random(seed))
    middle = min(30 * 2 ** (tries - 1), 1200)
    assert 0.5 * middle <= wait <= 1.5 * middle


def test_the_clock_goes_when_it_is_told_to() -> None:
    clock = VirtualClock()
    assert clock.monotonic() == 0
    assert clock.now().isoformat() == "2026-01-01T00:00:00+00:00"
    clock.advance(90)
    clock.advance_to(60)
    assert clock.monotonic() == 90
    clock.advance_to(3600)
    assert clock.now().isoformat() == "2026-01-01T01:00:00+00:00"
    assert clock.time() == clock.now().timestamp()
    assert repr(clock) == "VirtualClock(2026-01-01T01:00:00+00:00)"
    with pytest.raises(ValueError, match="time runs forwards only, not by -1 seconds"):
        clock.advance(-1)
