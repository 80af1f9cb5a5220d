"""Events as values: what they show of what came, and what they never show."""

from __future__ import annotations

import copy
import json
import pickle
from datetime import datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given

from segment_hooks import (
    Alias,
    Delete,
    Event,
    Group,
    Identify,
    Page,
    Payload,
    Screen,
    Track,
    Unknown,
    parse,
    parse_event,
    parse_timestamp,
)
from segment_hooks.events import EVENT_TYPES
from tests.hooks import strategies as js
from tests.hooks.looking import look_at_everything, properties_of
from tests.hooks.vectors import recorded


class Digits(str):
    """A number, as it stands in the text."""

    __slots__ = ()


TEXT_FIELDS = {
    "user_id": "userId",
    "anonymous_id": "anonymousId",
    "message_id": "messageId",
    "channel": "channel",
    "project_id": "projectId",
    "event": "event",
    "name": "name",
    "category": "category",
    "group_id": "groupId",
    "previous_id": "previousId",
}
TIME_FIELDS = {
    "timestamp": "timestamp",
    "original_timestamp": "originalTimestamp",
    "sent_at": "sentAt",
    "received_at": "receivedAt",
}
BAG_FIELDS = ["properties", "traits", "context", "integrations"]
OF_EVERY_EVENT = ["type", "raw", "covered", "payload", "version", "context", "integrations", *TIME_FIELDS]
OF_EVERY_EVENT += ["user_id", "anonymous_id", "message_id", "channel", "project_id"]
OF_ONE_CLASS: dict[type[Event], list[str]] = {
    Track: ["event", "properties"],
    Identify: ["traits"],
    Group: ["group_id", "traits"],
    Page: ["name", "category", "properties"],
    Screen: ["name", "category", "properties"],
    Alias: ["previous_id"],
    Delete: [],
    Unknown: ["data"],
    Payload: ["data"],
}


def expected_text(value: Any) -> str | None:
    """What a field documented as text shows: text, or a number's own digits."""
    return str(value) if isinstance(value, str) else None


@given(js.spaced(js.events))
def test_every_property_shows_what_came(text: bytes) -> None:
    event = parse_event(text)
    came = json.loads(text)
    as_text = json.loads(text, parse_int=Digits, parse_float=Digits)
    kind = came.get("type") if isinstance(came.get("type"), str) else None
    assert type(event) is EVENT_TYPES.get(kind, Unknown)
    assert event.type == kind
    assert sorted(properties_of(event)) == sorted(OF_EVERY_EVENT + OF_ONE_CLASS[type(event)])
    for name in properties_of(event):
        value = getattr(event, name)
        if name in TEXT_FIELDS:
            assert value == expected_text(as_text.get(TEXT_FIELDS[name]))
        elif name in TIME_FIELDS:
            assert value == parse_timestamp(expected_text(as_text.get(TIME_FIELDS[name])))
        elif name in BAG_FIELDS:
            assert value == (came[name] if isinstance(came.get(name), dict) else {})
    assert event.version == came.get("version")
    assert event.payload == came
    assert event.raw == text
    if isinstance(event, Payload):
        assert event.data == came


@pytest.mark.parametrize("kind", EVENT_TYPES)
def test_every_call_type_has_its_class(kind: str | None) -> None:
    event = parse_event(msgspec.json.encode({"type": kind, "properties": {"a": 1}, "traits": {"b": 2}}))
    assert type(event) is EVENT_TYPES[kind]
    assert kind == type(event).TYPE
    assert type(event) in OF_ONE_CLASS


ODD_IDS = {
    b'"u-1"': "u-1",
    b'""': "",
    b"42": "42",
    b"-1": "-1",
    b"1.50": "1.50",
    b"1e3": "1e3",
    b"12345678901234567890123": "12345678901234567890123",
    b"null": None,
    b"true": None,
    b"false": None,
    b"{}": None,
    b'["u-1"]': None,
    b'"\\ud800"': "\ud800",
    b'"\\u0041\\n"': "A\n",
    '"Zoë"'.encode(): "Zoë",
}


@pytest.mark.parametrize(("given_id", "shown"), ODD_IDS.items())
@pytest.mark.parametrize("name", ["userId", "anonymousId", "messageId", "projectId", "channel"])
def test_an_id_of_any_kind_is_shown_as_text_or_none(name: str, given_id: bytes, shown: str | None) -> None:
    event = parse_event(b'{"type":"track","%s": %s }' % (name.encode(), given_id))
    attribute = next(attribute for attribute, wire in TEXT_FIELDS.items() if wire == name)
    assert getattr(event, attribute) == shown
    assert event.payload[name] == json.loads(given_id)


@pytest.mark.parametrize("bag", [b"null", b"[]", b"{}", b'"x"', b"0", b"[1]", b"false"])
def test_a_bag_of_any_kind_is_at_least_empty(bag: bytes) -> None:
    body = b'{"type":"%s","properties":%s,"traits":%s,"context":%s,"integrations":%s}'
    for kind in OF_ONE_CLASS:
        event = parse_event(body % ((kind.TYPE or "other").encode(), bag, bag, bag, bag))
        assert event.context == event.integrations == {}
        for name in {"properties", "traits"} & set(properties_of(event)):
            assert getattr(event, name) == {}


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b'{"type":"track","properties": {"a": 1} ,"traits":2}', b'{"a": 1}'),
        (b'{"type":"track","properties":null}', b"{}"),
        (b'{"type":"track"}', b"{}"),
        (b'{"type":"track","properties":[]}', b"[]"),
        (b'{"type":"group","traits":{"b":1},"properties":1,"userId":5}', b'{"b":1}'),
        (b'{"type":"alias","traits":1}', b'{"type":"alias","traits":1}'),
        (b' {"a":1}', b' {"a":1}'),
    ],
)
def test_what_a_call_type_carries_can_be_had_undecoded(body: bytes, text: bytes) -> None:
    assert bytes(parse_event(body).undecoded()) == text


def test_the_documented_deletes_are_read() -> None:
    for nothing in (b"null", b"[]"):
        event = parse_event(
            b'{"type":"delete","channel":"server","userId":"u-42","context":%s,"integrations":%s,'
            b'"originalTimestamp":"2026-05-09 23:54:49.209808489 +0000 UTC m=+70366.298768264"}' % (nothing, nothing)
        )
        assert isinstance(event, Delete)
        assert event.user_id == "u-42"
        assert event.original_timestamp == datetime.fromisoformat("2026-05-09T23:54:49.209808Z")
        assert event.context == {}


# ---- as values

EVENTS = [
    *(event for vector in recorded() if vector.body[:1] in (b"{", b"[") for event in parse(vector.body).events[:3]),
    parse_event(b'{"type":"track","properties":{"a":"\\ud800"},"userId":5}', covered=True),
    parse(b'[null,{"a":1}]', covered=True).events[0],
]


@pytest.mark.parametrize("looked_at", [False, True])
def test_an_event_is_the_same_in_another_process(looked_at: bool) -> None:
    for event in EVENTS:
        if looked_at:
            look_at_everything(event)
        for again in (pickle.loads(pickle.dumps(event)), copy.copy(event), copy.deepcopy(event)):
            assert type(again) is type(event)
            assert again == event
            assert hash(again) == hash(event)
            assert (again.raw, again.covered, again.payload) == (event.raw, event.covered, event.payload)
            assert look_at_everything(again) == look_at_everything(event)


class Order(msgspec.Struct):
    total: int


def test_a_typed_bag_goes_along() -> None:
    event: Track[Order] = parse_event(b'{"type":"track","properties":{"total":1}}').with_bag(Order(5))
    assert event.properties == Order(5)
    again = pickle.loads(pickle.dumps(event))
    assert again.properties == Order(5)
    assert again.payload["properties"] == {"total": 1}


def test_another_bag_leaves_the_event_as_it_was() -> None:
    event = parse_event(b'{"type":"track","properties":{"total":1}}')
    assert isinstance(event, Track)
    assert event.properties == {"total": 1}
    other = event.with_bag(Order(5))
    assert (event.properties, other.properties) == ({"total": 1}, Order(5))
    assert other == event


def test_events_are_equal_where_class_and_bytes_are() -> None:
    text = b'{"type":"track","a":1}'
    assert parse_event(text) == parse_event(text, covered=True) == parse(b"[{}," + text + b"]").events[1]
    assert parse_event(text) != parse_event(text + b" ")
    assert parse_event(text) != text
    assert len({parse_event(text), parse_event(text), parse_event(b"{}")}) == 2


def test_an_event_cannot_be_changed() -> None:
    event = parse_event(b'{"type":"track","userId":"u"}')
    for name in [*properties_of(event), "anything"]:
        with pytest.raises(AttributeError):
            setattr(event, name, 1)


def test_what_was_decoded_once_is_kept() -> None:
    event = parse_event(b'{"type":"track","properties":{"a":[]},"context":{"a":[]}}')
    assert isinstance(event, Track)
    assert event.properties is event.properties
    assert event.context is event.context
    assert event.payload is event.payload


@pytest.mark.parametrize("kind", [*(kind for kind in EVENT_TYPES if kind), "other"])
def test_no_repr_shows_what_may_be_personal(kind: str) -> None:
    names = [*TEXT_FIELDS.values(), *TIME_FIELDS.values(), *BAG_FIELDS, "email"]
    body = {name: {"hunter2": "hunter2"} if name in BAG_FIELDS else "hunter2" for name in names if name != "messageId"}
    for text in (msgspec.json.encode({"type": kind, "messageId": "m-1", **body}),):
        for parsed in (parse(text), parse(b"[" + text + b"]")):
            (event,) = parsed.events
            look_at_everything(event)
            shown = f"{event!r} {event} {parsed!r} {parsed}"
            assert "hunter2" not in shown
            assert "m-1" in shown
            assert "properties=" not in shown
