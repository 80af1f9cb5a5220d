"""What came since a mark: everything once, whatever happened in between."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segment_testing.news import Mark, mark, news
from segment_testing.recording import Call, Ledger, Reason, Reception, Rejection

RECEPTION = Reception("/v1/t", "key", datetime(2026, 11, 24, tzinfo=UTC))


def call() -> Call:
    return Call(RECEPTION, b"{}", type="track", message_id="m")


def rejection() -> Rejection:
    return Rejection(Reason.ID_REQUIRED, "", RECEPTION)


def test_what_came_comes_once_and_in_order() -> None:
    ledger = Ledger()
    first, second, refused, again = call(), call(), rejection(), rejection()
    ledger.record([first])
    before = news(ledger)
    assert (before.calls, before.rejections, before.duplicates) == ([first], [], [])
    assert news(ledger, before.mark).mark == before.mark
    ledger.record([second], [refused], [again])
    after = news(ledger, before.mark)
    assert after.calls == [second]
    assert after.rejections == [refused]
    assert after.duplicates == [again]
    assert not after.cleared
    assert after.missed == 0
    assert mark(ledger) == after.mark


def test_what_is_no_longer_kept_is_counted() -> None:
    ledger = Ledger(max_calls=2)
    ledger.record([call() for _ in range(5)], [rejection() for _ in range(3)])
    came = news(ledger)
    assert [c.sequence for c in came.calls] == [3, 4]
    assert len(came.rejections) == 2
    assert came.missed == 4


def test_a_clearing_is_told_and_what_came_after_it_is_not_lost() -> None:
    ledger = Ledger()
    ledger.record([call(), call()])
    seen = mark(ledger)
    ledger.clear()
    fresh = [call(), call(), call()]
    ledger.record(fresh)
    came = news(ledger, seen)
    assert came.cleared
    assert came.calls == fresh
    assert not news(ledger, came.mark).cleared


def test_those_who_listen_are_told_of_a_clearing() -> None:
    ledger, told = Ledger(), list[Mark]()
    unsubscribe = ledger.subscribe(lambda: told.append(mark(ledger)))
    ledger.clear()
    unsubscribe()
    ledger.clear()
    assert told == [Mark(clears=1)]


def test_a_mark_of_another_ledger_starts_anew() -> None:
    ledger = Ledger()
    ledger.record([call()])
    came = news(ledger, Mark(0, 7, 0, 0))
    assert came.cleared
    assert len(came.calls) == 1


counts = st.integers(0, 10**17)


@given(st.builds(Mark, counts, counts, counts, counts))
def test_a_mark_can_be_written_and_read(place: Mark) -> None:
    assert Mark.parse(str(place)) == place


@given(st.text(st.sampled_from("0123456789- -\n٣")) | st.just("1-2-3") | st.just("1-2-3-4\n"))
def test_other_text_is_no_mark(text: str) -> None:
    if re.fullmatch(r"[0-9]{1,18}(-[0-9]{1,18}){3}", text):
        assert str(Mark.parse(text)).split("-") == [str(int(part)) for part in text.split("-")]
    else:
        with pytest.raises(ValueError, match="four numbers"):
            Mark.parse(text)


@given(
    st.lists(st.sampled_from(["call", "reject", "repeat", "clear", "look"]), max_size=40), st.sampled_from([None, 3])
)
def test_nothing_is_told_twice_or_forgotten(steps: list[str], max_calls: int | None) -> None:
    ledger = Ledger(max_calls=max_calls)
    place = mark(ledger)
    unseen = {"call": 0, "reject": 0, "repeat": 0}
    cleared = False
    for step in [*steps, "look"]:
        if step == "clear":
            ledger.clear()
            unseen, cleared = dict.fromkeys(unseen, 0), True
        elif step == "look":
            came = news(ledger, place)
            told = [len(came.calls), len(came.rejections), len(came.duplicates)]
            kept = [n if max_calls is None else min(n, max_calls) for n in unseen.values()]
            assert told == kept
            assert came.missed == sum(unseen.values()) - sum(kept)
            assert came.cleared == cleared
            place, unseen, cleared = came.mark, dict.fromkeys(unseen, 0), False
        else:
            unseen[step] += 1
            ledger.record(
                [call()] if step == "call" else [],
                [rejection()] if step == "reject" else [],
                [rejection()] if step == "repeat" else [],
            )


def test_a_mark_that_cannot_be_read_says_how_one_looks() -> None:
    with pytest.raises(ValueError, match="such as 0-12-3-0"):
        Mark.parse("latest")
