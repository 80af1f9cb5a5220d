"""What was received, as JSON: nothing lost, and always JSON, whatever was sent."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segment_testing.fake.views import call_json, rejection_json
from segment_testing.recording import Call, Reason, Reception, Rejection

RECEPTION = Reception("/v1/batch", "key", datetime(2026, 11, 24, 12, 0, 0, 5_000, UTC), user_agent="ua", retry_count=2)


def call(sent: bytes, **fields: Any) -> Call:
    return Call(RECEPTION, sent, type="track", message_id="m", **fields)


def refuse(constant: str) -> None:
    raise AssertionError(f"{constant} is no JSON")


def read(text: bytes) -> Any:
    """As strictly as any reader of JSON would."""
    return json.loads(text.decode(), parse_constant=refuse)


def test_a_call_shows_what_it_is_how_it_came_and_what_becomes_of_it() -> None:
    sent = b'{"type":"track","event":"Order Completed","userId":"u1"}'
    shown = read(call_json(call(sent, name="Order Completed", user_id="u1")))
    payload = shown.pop("payload")
    assert shown == {
        "sequence": -1,
        "type": "track",
        "name": "Order Completed",
        "user_id": "u1",
        "anonymous_id": None,
        "message_id": "m",
        "endpoint": "/v1/batch",
        "write_key": "key",
        "received_at": "2026-11-24T12:00:00.005Z",
        "user_agent": "ua",
        "retry_count": 2,
        "sent": json.loads(sent),
    }
    assert payload["receivedAt"] == "2026-11-24T12:00:00.005Z"
    assert payload["event"] == "Order Completed"


@pytest.mark.parametrize(
    "value",
    [
        '"\\ud83d"',
        '"\\udc00\\ud800"',
        "1.0",
        "1e5",
        "-0",
        "1E400",
        "123456789012345678901234567890",
        "1" * 5_000,
        '"\\u0000\\u2028"',
        '"\N{SNOWMAN}"',
        '{"b":1,"a":2,"b":3}',
    ],
    ids=lambda value: value[:20],
)
def test_odd_values_are_shown_as_they_were_sent(value: str) -> None:
    sent = f'{{"properties":{{"x":{value}}}}}'.encode()
    for shown in (call_json(call(sent)), rejection_json(Rejection(Reason.BAD_REQUEST, "", RECEPTION, sent))):
        assert b'"sent":' + sent in shown


def test_what_is_nested_deeply_leaves_the_rest_to_be_seen() -> None:
    deep = call(b'{"properties":' + b'{"a":' * 50_000 + b"1" + b"}" * 50_001)
    shown = read(call_json(deep))
    assert shown["payload"] is None
    assert shown["sent"].startswith('{"properties":{"a":')
    assert shown["message_id"] == "m"


def test_what_is_no_json_is_shown_as_text() -> None:
    shown = read(rejection_json(Rejection(Reason.BAD_REQUEST, "no JSON", RECEPTION, b'\xff"event', 400)))
    assert shown["sent"] == '\N{REPLACEMENT CHARACTER}"event'
    assert (shown["reason"], shown["detail"], shown["status"], shown["silent"]) == (
        "bad_request",
        "no JSON",
        400,
        False,
    )


def test_what_only_python_reads_is_no_json() -> None:
    sent = b'{"properties":{"x":NaN}}'
    assert read(rejection_json(Rejection(Reason.BAD_REQUEST, "no JSON", RECEPTION, sent)))["sent"] == sent.decode()


def test_a_number_beyond_all_bounds_is_null_as_in_javascript() -> None:
    sent = b'{"properties":{"x":1e400,"y":"\\ud83d"}}'
    text = call_json(call(sent))
    assert sent in text
    assert read(text)["payload"]["properties"] == {"x": None, "y": "\ud83d"}


any_text = st.text(st.characters())  # with unpaired surrogates


def test_a_look_does_not_make_the_ledger_larger() -> None:
    looked_at = call(b'{"event":"A"}')
    call_json(looked_at)
    assert looked_at._payload is None
    assert read(call_json(looked_at))["payload"] == looked_at.payload


@given(st.binary() | st.binary().map(lambda inside: b'{"a":%b}' % inside), any_text, any_text)
def test_a_rejection_is_json_whatever_was_sent(sent: bytes, name: str, detail: str) -> None:
    shown = read(rejection_json(Rejection(Reason.BAD_REQUEST, detail, RECEPTION, sent, name=name)))
    assert shown["name"] == name
    assert shown["detail"] == detail
    assert isinstance(shown["sent"], str | dict)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | any_text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(any_text, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(["properties", "context", "timestamp", "sentAt", "other"]), values))
def test_a_call_is_json_whatever_it_holds(sent: dict[str, Any]) -> None:
    if not isinstance(sent.get("context"), dict | None):
        del sent["context"]
    shown = read(call_json(call(json.dumps(sent).encode())))
    assert shown["sent"] == sent
    assert shown["payload"].items() >= {"type": "track", "messageId": "m"}.items()
