"""What Segment's servers add, and JSON as JavaScript reads and writes it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segment_hooks import parse_timestamp
from segment_testing.recording import Reception
from segment_testing.serverside import corrected, delivered, dumps, iso, loads

RECEIVED = datetime(2026, 3, 4, 12, 30, 0, 200_000, tzinfo=UTC)


def deliver(sent: str, **known: Any) -> dict[str, Any]:
    reception = Reception(endpoint="/v1/batch", write_key="wk", received_at=RECEIVED, **known)
    return delivered(sent.encode(), reception, type="track", message_id="m1")


def test_the_fields_that_are_added() -> None:
    assert deliver('{"event":"E","userId":"u","writeKey":"wk","email":"x"}') == {
        "event": "E",
        "userId": "u",
        "email": "x",
        "type": "track",
        "messageId": "m1",
        "context": {},
        "integrations": {},
        "originalTimestamp": "2026-03-04T12:30:00.200Z",
        "sentAt": None,
        "receivedAt": "2026-03-04T12:30:00.200Z",
        "timestamp": "2026-03-04T12:30:00.200Z",
        "projectId": "fAkEpRoJeCt",
        "version": 2,
    }


def test_the_example_of_the_specification() -> None:
    got = deliver('{"timestamp":"2026-03-04T10:00:00.000Z"}', sent_at="2026-03-04T10:00:05.000Z")
    assert got["timestamp"] == "2026-03-04T12:29:55.200Z"
    assert got["originalTimestamp"] == "2026-03-04T10:00:00.000Z"
    assert got["sentAt"] == "2026-03-04T10:00:05.000Z"


@pytest.mark.parametrize(
    ("original", "sent_at", "expected"),
    [
        ("2026-03-04T10:00:00Z", "2026-03-04T10:00:05Z", "2026-03-04T12:29:55.200Z"),
        ("2026-03-04T12:00:00+02:00", "2026-03-04T10:00:05.000001Z", "2026-03-04T12:29:55.199Z"),
        ("2030-01-01T00:00:00Z", "2026-03-04T10:00:00Z", "2030-01-01T02:30:00.200Z"),  # planned ahead
        ("2026-03-04T10:00:00Z", None, "2026-03-04T10:00:00.000Z"),
        ("2026-03-04T10:00:00Z", "soon", "2026-03-04T10:00:00.000Z"),
        ("2026-03-04T10:00:00Z", 5, "2026-03-04T10:00:00.000Z"),
        (None, "2026-03-04T10:00:05Z", "2026-03-04T12:30:00.200Z"),
        ("soon", "2026-03-04T10:00:05Z", "2026-03-04T12:30:00.200Z"),
        (1772618400, "2026-03-04T10:00:05Z", "2026-03-04T12:30:00.200Z"),
        ("0001-01-01T00:00:00Z", "2026-03-04T10:00:05Z", "2026-03-04T12:30:00.200Z"),
        ("9999-12-31T00:00:00Z", "1970-01-01T00:00:00Z", "9999-12-31T00:00:00.000Z"),  # beyond all years
    ],
)
def test_the_time_of_the_call(original: object, sent_at: object, expected: str) -> None:
    assert iso(corrected(RECEIVED, sent_at, original)) == expected


def test_what_the_call_says_itself_comes_first() -> None:
    got = deliver(
        '{"sentAt":"2026-03-04T10:00:01Z","timestamp":"2026-03-04T10:00:00Z","context":{"a":1},"integrations":{"All":false}}',
        sent_at="2026-03-04T11:00:00Z",
        context=b'{"a":2,"b":3}',
        integrations=b'{"All":true,"Other":true}',
    )
    assert got["timestamp"] == "2026-03-04T12:29:59.200Z"
    assert got["context"] == {"a": 1, "b": 3}
    assert got["integrations"] == {"All": False, "Other": True}


@pytest.mark.parametrize("own", ["[]", '"x"', "5", "false"])
def test_a_context_that_is_no_object_stays(own: str) -> None:
    assert deliver(f'{{"context":{own}}}', context=b'{"b":3}')["context"] == json.loads(own)


def test_null_counts_as_absent() -> None:
    got = deliver('{"context":null,"integrations":null,"timestamp":null}', context=b'{"b":3}')
    assert (got["context"], got["integrations"]) == ({"b": 3}, {})
    assert got["originalTimestamp"] == got["receivedAt"]


DATES = st.datetimes(datetime(1971, 1, 1), datetime(2999, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  # the bounds are naive


@given(DATES, DATES, st.timedeltas(timedelta(0), timedelta(days=300)))
def test_a_wrong_clock_of_the_sender_does_not_show(received: datetime, wrong: datetime, ago: timedelta) -> None:
    original, sent_at = (wrong - ago).isoformat(), wrong.isoformat()
    assert corrected(received, sent_at, original) == received - ago


@given(DATES)
def test_times_are_written_in_milliseconds(moment: datetime) -> None:
    text = iso(moment)
    assert len(text) == len("2026-03-04T12:30:00.200Z")
    assert parse_timestamp(text) == moment.replace(microsecond=moment.microsecond // 1000 * 1000)


# ---- JSON

TEXTS = st.text(st.characters(codec=None), max_size=8)
"""Unpaired surrogates among them."""
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


@given(VALUES)
def test_any_value_goes_there_and_back(value: Any) -> None:
    assert loads(dumps(value)) == value
    assert loads(json.dumps(value).encode()) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (b'"\\ud83d"', "\ud83d"),
        (b'{"a":"\\ud83d","b":1e400}', {"a": "\ud83d", "b": float("inf")}),
        (b"[" + b"9" * 400 + b"]", [int("9" * 400)]),
        (b'["\\ud83d",' + b"9" * 5_000 + b"]", ["\ud83d", float("inf")]),
        (' "é"\n'.encode(), "é"),
    ],
)
def test_what_strict_parsers_refuse_is_read(text: bytes, value: Any) -> None:
    assert loads(text) == value


@pytest.mark.parametrize("text", [b"", b"NaN", b"[Infinity]", b'["\\ud83d",-Infinity]', b"{'a':1}", b'"\xff"', b"[1,]",
                                  "[]".encode("utf-16"), b"\xef\xbb\xbf{}"])  # fmt: skip
def test_what_is_no_json_is_not(text: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        loads(text)


@pytest.mark.parametrize("value", [[float("inf")], ["\ud83d", float("inf"), {"a": [float("nan")]}]])
def test_a_number_beyond_all_bounds_is_null(value: Any) -> None:
    text = dumps(value).decode()
    assert "null" in text
    assert "inf" not in text.lower()
    json.loads(text)
