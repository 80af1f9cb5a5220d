"""The ledger: what it keeps, in which order, and what it tells to whom."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segment_hooks import Track
from segment_testing.recording import Call, Ledger, Reason, Reception, Rejection

AT = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
RECEPTION = Reception(endpoint="/v1/batch", write_key="s3cret", received_at=AT)


def call(message_id: str = "m1", sent: bytes = b'{"event":"E","userId":"u1"}') -> Call:
    return Call(RECEPTION, sent, type="track", name="E", user_id="u1", message_id=message_id)


def rejection(reason: Reason = Reason.ID_REQUIRED, status: int = 200) -> Rejection:
    return Rejection(reason, "no id", RECEPTION, b'{"email":"a@example.com"}', status, type="track", name="E")


def ids(calls: list[Call]) -> list[str]:
    return [call.message_id for call in calls]


# ---- calls and rejections


def test_what_segment_adds_is_worked_out_once_when_looked_at() -> None:
    one = call(sent=b'{"event":"E","userId":"u1","properties":{"a":1},"traits":{"b":2},"context":{"c":3}}')
    assert one._payload is None
    assert one.payload["receivedAt"] == "2026-03-04T05:06:07.000Z"
    assert one.payload is one.payload
    assert (one.properties, one.traits, one.context) == ({"a": 1}, {"b": 2}, {"c": 3})
    assert isinstance(one.event, Track)
    assert one.event is one.event
    assert (one.event.message_id, one.event.properties) == ("m1", {"a": 1})


@pytest.mark.parametrize("value", [b"null", b"[]", b'"x"', b"5"])
def test_a_bag_that_is_none_is_empty(value: bytes) -> None:
    one = call(sent=b'{"properties":%b,"traits":%b,"context":%b}' % (value, value, value))
    assert (one.properties, one.traits, one.context) == ({}, {}, {})


def test_a_call_with_half_of_an_emoji_is_an_event_too() -> None:
    one = call(sent=b'{"event":"E","properties":{"a":"\\ud83d","b":1e999}}')
    assert isinstance(one.event, Track)
    assert one.event.properties == {"a": "\ud83d", "b": None}


def test_calls_are_themselves_and_nothing_else() -> None:
    one, same = call(), call()
    assert one != same
    assert len({one, same}) == 2


def test_nothing_personal_and_no_key_is_shown() -> None:
    shown = repr([call(), rejection(), RECEPTION])
    assert "s3cret" not in shown
    assert "example.com" not in shown
    assert "u1" not in shown
    assert "id_required" in shown
    assert "Call('track', 'E', message_id='m1')" in shown


def test_silent_is_what_was_answered_with_200() -> None:
    assert [rejection(status=status).silent for status in (200, 400, 0)] == [True, False, False]


# ---- the ledger


def test_everything_in_order() -> None:
    ledger = Ledger()
    first, second, lost, twice = call("a"), call("b"), rejection(), rejection(Reason.DUPLICATE)
    ledger.record([first], [lost])
    ledger.record([second], (), [twice])
    assert (ledger.calls, ledger.rejections, ledger.duplicates) == ([first, second], [lost], [twice])
    assert [each.sequence for each in ledger] == [0, 1]
    assert (len(ledger), ledger.total, ledger.forgotten) == (2, 2, 0)
    assert ids(ledger.since(0)) == ["a", "b"]
    assert ids(ledger.since(1)) == ["b"]
    assert ids(ledger.since(2)) == ids(ledger.since(99)) == []


def test_what_is_given_out_is_a_copy() -> None:
    ledger = Ledger()
    ledger.record([call()], [rejection()], [rejection()])
    ledger.calls.clear()
    ledger.rejections.clear()
    ledger.duplicates.clear()
    assert (len(ledger.calls), len(ledger.rejections), len(ledger.duplicates)) == (1, 1, 1)


@given(st.integers(1, 6), st.lists(st.integers(0, 4), max_size=8), st.integers(-2, 40))
def test_beyond_the_bound_the_oldest_go(bound: int, sizes: list[int], since: int) -> None:
    ledger = Ledger(max_calls=bound)
    every: list[str] = []
    for size in sizes:
        names = [f"m{len(every) + number}" for number in range(size)]
        every += names
        ledger.record([call(name) for name in names], [rejection()] * size, [rejection(Reason.DUPLICATE)] * size)
    kept = every[-bound:] if every else []
    assert ids(ledger.calls) == kept
    assert (ledger.total, ledger.forgotten, len(ledger)) == (len(every), len(every) - len(kept), len(kept))
    assert [each.sequence for each in ledger] == list(range(len(every) - len(kept), len(every)))
    assert ids(ledger.since(since)) == [each.message_id for each in ledger if each.sequence >= since]
    assert len(ledger.rejections) == len(ledger.duplicates) == len(kept)


def test_after_clear_it_starts_again() -> None:
    ledger = Ledger()
    ledger.record([call("a")], [rejection()], [rejection()])
    ledger.clear()
    assert (ledger.calls, ledger.rejections, ledger.duplicates, ledger.total) == ([], [], [], 0)
    ledger.record([call("b")])
    assert [(each.message_id, each.sequence) for each in ledger] == [("b", 0)]


def test_a_listener_is_told_after_each_record_until_it_stops() -> None:
    ledger = Ledger()
    seen: list[int] = []
    stop = ledger.subscribe(lambda: seen.append(len(ledger)))
    ledger.record([call("a"), call("b")])
    ledger.record((), [rejection()])
    stop()
    stop()
    ledger.record([call("c")])
    assert seen == [2, 2]


def test_nobody_sees_half_of_a_request() -> None:
    ledger = Ledger()
    done = threading.Event()
    torn: list[int] = []

    def look() -> None:
        while not done.is_set():
            count = len(ledger.calls)
            if count % 10:
                torn.append(count)

    reader = threading.Thread(target=look)
    reader.start()
    for start in range(200):
        ledger.record([call(f"{start}-{number}") for number in range(10)])
    done.set()
    reader.join(30)
    assert torn == []
    assert len(ledger) == 2_000


def test_calls_from_many_threads_are_numbered_once() -> None:
    ledger = Ledger()

    def write() -> None:
        for _ in range(100):
            ledger.record([call(), call()])

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert [each.sequence for each in ledger] == list(range(800))
