"""Events as CloudEvents: the same to the byte, whatever they hold, and readable for others."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segment_hooks import Event, PayloadError, Track, parse_event
from segment_hooks.inbox.cloudevents import from_cloudevent, to_cloudevent
from tests.hooks.inbox.events import make_event

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    st.lists,
    max_leaves=5,
)


@given(st.dictionaries(st.text(), json_values), st.text(), st.booleans(), st.booleans())
def test_there_and_back_it_is_the_same_to_the_byte(
    fields: dict[str, object], message_id: str, covered: bool, ascii_: bool
) -> None:
    body = json.dumps({"type": "track", **fields, "messageId": message_id}, ensure_ascii=ascii_)
    event = parse_event(body.encode(), covered)
    text = to_cloudevent(event)
    text.decode()
    for form in (text, text.decode()):
        back = from_cloudevent(form)
        assert (type(back), back.raw, back.covered, back.message_id) == (type(event), event.raw, covered, message_id)


def test_what_is_no_utf8_but_signed_is_carried_too() -> None:
    event = parse_event(b'{"type":"track","messageId":"m-1","properties":{"a":"\xff"}}', covered=True)
    assert from_cloudevent(to_cloudevent(event)).raw == event.raw


def test_its_attributes() -> None:
    event = make_event("m-1", projectId="a b", timestamp="2026-03-04T05:06:08.489Z")
    made = json.loads(to_cloudevent(event))
    data = made.pop("data")
    assert made == {
        "specversion": "1.0",
        "type": "com.segment.track",
        "source": "urn:segment:source:a%20b",
        "id": "m-1",
        "time": "2026-03-04T05:06:08.489000Z",
        "datacontenttype": "application/json",
        "segmentcovered": True,
    }
    assert data["userId"] == "u-1"
    payload = json.loads(to_cloudevent(parse_event(b'{"seats":2}')))
    assert payload["type"] == "com.segment.payload"
    assert payload["id"]
    assert payload["segmentcovered"] is False
    assert "time" not in payload


def test_others_can_read_it() -> None:
    formats = pytest.importorskip("cloudevents.core.formats.json", reason="cloudevents is not installed")
    event = make_event("m-1", projectId="s", timestamp="2026-03-04T05:06:08.489Z")
    read = formats.JSONFormat().read(None, to_cloudevent(event))
    assert (read.get_id(), read.get_type(), read.get_data()["userId"]) == ("m-1", "com.segment.track", "u-1")
    assert read.get_extension("segmentcovered") is True


def test_what_others_make_is_read_and_not_covered() -> None:
    text = b'{"specversion":"1.0","type":"x","source":"y","id":"z","data":{"type":"track","event":"E"},"more":[1]}'
    event = from_cloudevent(text)
    assert isinstance(event, Track)
    assert (event.event, event.covered) == ("E", False)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"[]",
        b"{}",
        b'{"specversion":"1.0","type":"x","source":"y","id":"z"}',
        b'{"specversion":"0.3","type":"x","source":"y","id":"z","data":{}}',
        b'{"specversion":"1.0","type":"x","source":"y","id":"z","data":[1]}',
        b'{"specversion":"1.0","type":"x","source":"y","id":"z","data_base64":"?"}',
        b'{"specversion":"1.0","type":"x","source":"y","id":"\xff","data":{}}',
    ],
)
def test_what_is_none_says_so(text: bytes) -> None:
    with pytest.raises(PayloadError):
        from_cloudevent(text)


def test_an_event_without_a_time_or_a_source() -> None:
    event: Event = parse_event(b'{"type":"page"}')
    assert json.loads(to_cloudevent(event))["source"] == "urn:segment:source:unknown"
