"""What events are, whatever is drawn."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

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
    parse_event,
    parse_timestamp,
)
from segment_testing import javascript
from segment_testing.strategies import (
    aliases,
    batches,
    bodies,
    contexts,
    deletes,
    events,
    group_traits,
    groups,
    identifies,
    pages,
    payloads,
    properties,
    screens,
    tracks,
    traits,
    unknowns,
)
from segment_testing.strategies.catalogue import TRACKS
from segment_testing.strategies.oddities import ODDITIES

KINDS: list[tuple[type[Event], st.SearchStrategy[Any]]] = [
    (Track, tracks()),
    (Identify, identifies()),
    (Group, groups()),
    (Page, pages()),
    (Screen, screens()),
    (Alias, aliases()),
    (Delete, deletes()),
    (Unknown, unknowns()),
    (Payload, payloads()),
]
CALLS = KINDS[:7]
KNOWN = {
    *("anonymousId", "category", "channel", "context", "event", "groupId", "integrations", "messageId", "name"),
    *("originalTimestamp", "previousId", "projectId", "properties", "receivedAt", "sentAt", "timestamp", "traits"),
    *("type", "userId", "version"),
}
by_kind = pytest.mark.parametrize(("kind", "strategy"), KINDS, ids=lambda each: getattr(each, "__name__", ""))
by_call = pytest.mark.parametrize(("kind", "strategy"), CALLS, ids=lambda each: getattr(each, "__name__", ""))


def payload_of(event: Event) -> dict[str, Any]:
    """By another decoder than the package's own."""
    decoded = json.loads(event.raw)
    assert isinstance(decoded, dict)
    return decoded


@by_kind
@given(data=st.data())
def test_each_strategy_makes_events_of_its_class_as_javascript_writes_them(
    kind: type[Event], strategy: st.SearchStrategy[Event], data: st.DataObject
) -> None:
    event = data.draw(strategy)
    assert type(event) is kind
    assert event.raw == javascript.rewrite(event.raw)
    assert parse_event(event.raw) == event


@by_call
@given(data=st.data())
def test_calls_have_what_segment_would_not_deliver_them_without(
    kind: type[Event], strategy: st.SearchStrategy[Event], data: st.DataObject
) -> None:
    payload = payload_of(data.draw(strategy))
    assert payload["type"] == kind.TYPE
    present = [payload.get(name) for name in ("userId", "anonymousId")]
    assert any(value is not None and value != "" for value in present)
    assert 0 < len(str(payload["messageId"])) <= 100
    assert isinstance(payload.get("event", "x"), str)
    assert payload.get("event", "x")
    for bag in ("properties", "traits"):
        assert isinstance(payload.get(bag, {}), dict)
    if kind is Delete:
        assert payload.get("context") in (None, [])
    else:
        assert isinstance(payload.get("context", {}), dict)
    for name in ("groupId", "previousId"):
        assert payload.get(name, "x") not in (None, "")


@by_call
@given(data=st.data())
def test_the_server_s_times_are_in_the_server_s_forms(
    kind: type[Event], strategy: st.SearchStrategy[Event], data: st.DataObject
) -> None:
    payload = payload_of(data.draw(strategy))
    for name in ("timestamp", "receivedAt", "originalTimestamp", "sentAt"):
        text = payload.get(name)
        if text is None:
            continue
        assert parse_timestamp(text) is not None
        assert text.endswith("Z") or name in ("originalTimestamp", "sentAt")


@given(events(Track, Identify, Page, Group, Screen, Alias, Delete, odd=False))
def test_ordinary_events_keep_the_formula_for_clocks(event: Event) -> None:
    if event.received_at is not None:
        assert event.sent_at is not None
        assert event.original_timestamp is not None
        assert event.timestamp == event.received_at - (event.sent_at - event.original_timestamp)
        assert event.received_at - event.original_timestamp > timedelta()


@given(events(odd=False))
def test_ordinary_calls_hold_nothing_odd(event: Event) -> None:
    payload = payload_of(event)
    if isinstance(event, Payload):
        return
    assert isinstance(payload["messageId"], str)
    assert payload.keys() <= KNOWN
    assert "\\ud" not in event.raw.decode()


# ---- everything that is real can come


def can_be(strategy: st.SearchStrategy[Any], condition: Callable[[Any], object]) -> Any:
    """The simplest example that fits."""
    quick = settings(
        max_examples=4000, database=None, derandomize=True, suppress_health_check=list(HealthCheck), deadline=None
    )
    return find(strategy, condition, settings=quick)


def _text(payload: dict[str, Any], name: str) -> str:
    value = payload.get(name)
    return value if isinstance(value, str) else ""


Condition = Callable[[dict[str, Any]], object]

REAL: dict[type[Event], dict[str, Condition]] = {
    Track: {
        "a number for an id": lambda p: isinstance(p.get("userId"), int),
        "null for an id": lambda p: p.get("userId", 1) is None,
        "nanoseconds": lambda p: len(_text(p, "timestamp")) > 24,
        "no fraction": lambda p: len(_text(p, "timestamp")) == 20,
        "Go's debug format": lambda p: "m=+" in _text(p, "originalTimestamp"),
        "Python's format": lambda p: "+00:00" in _text(p, "originalTimestamp"),
        "another offset": lambda p: re.search(r"[+-](?!00)\d\d:\d\d$", _text(p, "originalTimestamp")),
        "no sentAt": lambda p: p.get("sentAt", 1) is None,
        "no timestamp": lambda p: "timestamp" not in p,
        "a text for the version": lambda p: p.get("version") == "1.1",
        "metadata": lambda p: "_metadata" in p,
        "a write key": lambda p: "writeKey" in p,
        "options": lambda p: "options" in p,
        "an unknown field": lambda p: (
            p.keys() - KNOWN - {"_metadata", "email", "forwardedFromProject", "options", "writeKey"}
        ),
        "no properties": lambda p: "properties" not in p,
        "any name": lambda p: p.get("event") not in TRACKS,
        "an unpaired surrogate": lambda p: re.search(r"\\ud[89a-f]", repr(p)),
        "nested values": lambda p: any(isinstance(value, list) for value in (p.get("properties") or {}).values()),
        "a number without a fraction": lambda p: (p.get("properties") or {}).get("revenue") == 0,
    },
    Page: {
        "null for its name": lambda p: p.get("name", 1) is None,
        "an empty name": lambda p: p.get("name") == "",
        "a category": lambda p: p.get("category"),
    },
    Delete: {"null": lambda p: p["context"] is None, "an empty array": lambda p: p["context"] == []},
    Alias: {"of itself": lambda p: p["userId"] == p["previousId"]},
    Payload: {
        "no type": lambda p: "type" not in p,
        "a type that is no text": lambda p: not isinstance(p.get("type", ""), str),
    },
    Unknown: {"a mapping's own type": lambda p: p["type"] == "order"},
}


@pytest.mark.parametrize("kind", REAL, ids=lambda kind: kind.__name__)
def test_everything_odd_that_is_real_comes(kind: type[Event]) -> None:
    missing = dict(REAL[kind])

    @settings(max_examples=3000, database=None, derandomize=True, phases=[Phase.generate], deadline=None)
    @given(events(kind))
    def look(event: Event) -> None:
        payload = payload_of(event)
        for name, condition in list(missing.items()):
            if condition(payload):
                del missing[name]
        if not missing:
            raise EnoughError

    with pytest.raises(EnoughError):
        look()
    assert not missing


class EnoughError(Exception):
    """All that was looked for has come."""


def test_every_oddity_changes_something() -> None:
    for oddity in ODDITIES:
        changed = False

        @settings(max_examples=30, database=None, derandomize=True, phases=[Phase.generate])
        @given(st.data(), st.just(oddity))
        def apply(data: st.DataObject, oddity: Any) -> None:
            nonlocal changed
            before = payload_of(data.draw(st.one_of(tracks(odd=False), pages(odd=False))))
            after = dict(before)
            oddity(data.draw, after, parse_timestamp(before["timestamp"]))
            changed = changed or after != before

        apply()
        assert changed, oddity.__name__


# ---- what the user asks for


@given(
    tracks("A", "B", properties={"n": st.integers(0, 5), "fixed": True}, fields={"userId": "u-x", "email": st.just(1)})
)
def test_what_is_chosen_stays_as_chosen(event: Track[Any]) -> None:
    assert event.event in ("A", "B")
    assert event.user_id == "u-x"
    assert event.payload["email"] == 1
    assert set(event.properties) == {"n", "fixed"}
    assert event.properties["n"] in range(6)


@given(pages("Home"), screens("Main"), st.data())
def test_names_are_chosen(page: Page, screen: Screen, data: st.DataObject) -> None:
    assert page.name == "Home"
    assert screen.name == "Main"


@given(events(Track, Delete))
def test_classes_are_chosen(event: Event) -> None:
    assert type(event) in (Track, Delete)


def test_what_is_no_class_of_events_is_an_error() -> None:
    with pytest.raises(InvalidArgument, match="takes classes of events, such as Track, not 'track'"):
        events("track")  # type: ignore[arg-type]


@given(batches())
def test_batches_hold_no_event_twice(batch: list[Event]) -> None:
    assert batch
    assert len({event.message_id or event.raw for event in batch}) == len(batch)


@given(bodies())
def test_bodies_are_as_javascript_writes_them(body: bytes) -> None:
    assert body == javascript.rewrite(body)


@given(st.one_of(contexts(), properties(), traits(), group_traits()))
def test_parts_are_objects_that_json_can_hold(part: dict[str, Any]) -> None:
    assert json.loads(javascript.write(part)) == part


def test_contexts_have_every_documented_key() -> None:
    seen: set[str] = set()

    @settings(max_examples=300, database=None, derandomize=True, phases=[Phase.generate], deadline=None)
    @given(contexts())
    def look(context: dict[str, Any]) -> None:
        seen.update(context)

    look()
    documented = "active app campaign device ip direct library locale location network os page referrer screen timezone"
    more = "groupId traits userAgent userAgentData channel instanceId protocols consent personas amp"
    assert seen >= {*documented.split(), *more.split()}


# ---- what a failed test shows


@pytest.mark.parametrize(
    ("strategy", "condition", "shrunk"),
    [
        pytest.param(
            tracks(),
            lambda event: event.properties.get("revenue", 0) > 100,
            b'{"event":"Order Completed","messageId":"m-0","properties":{"order_id":"o-0","revenue":100.01,'
            b'"currency":"EUR","products":[]},"timestamp":"2026-01-01T00:00:00.000Z","type":"track","userId":"u-0"}',
            id="a large order",
        ),
        pytest.param(
            tracks(),
            lambda event: isinstance(event.payload.get("userId"), int),
            b'{"anonymousId":null,"event":"Signed Out","messageId":"m-0","properties":{},'
            b'"timestamp":"2026-01-01T00:00:00.000Z","type":"track","userId":0}',
            id="a number for an id",
        ),
        pytest.param(
            events(),
            lambda event: isinstance(event, Delete),
            b'{"context":null,"integrations":null,"messageId":"delete-reg-0::job-1-sRc1dEnT1f",'
            b'"timestamp":"2026-01-01T00:00:00.000Z","type":"delete","userId":"u-0"}',
            id="a delete",
        ),
        pytest.param(payloads(), lambda event: event.data, b'{"":null}', id="a payload"),
    ],
)
def test_examples_shrink_to_small_ones(
    strategy: st.SearchStrategy[Event], condition: Callable[[Any], object], shrunk: bytes
) -> None:
    assert can_be(strategy, condition).raw == shrunk
