"""Calls as events: every field, every rule, and the names of what is wrong."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

import segment_hooks
from segment_hooks.client import SegmentClient, SegmentError, SegmentErrorType
from segment_hooks.client.calls import MAX_EVENT
from tests.hooks.client.doubles import Scripted

MOMENT = datetime(2026, 3, 4, 5, 6, 7, 89_000, tzinfo=UTC)
LIBRARY = {"name": "segment-hooks", "version": segment_hooks.__version__}


@pytest.fixture
def transport() -> Scripted:
    return Scripted()


@pytest.fixture
def client(transport: Scripted) -> Any:
    with SegmentClient("wk", transport=transport) as made:
        yield made


Sent = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def sent(client: SegmentClient, transport: Scripted) -> Sent:
    """The events so far, without what is the same in all."""

    def events() -> list[dict[str, Any]]:
        assert client.flush(20)
        found = transport.events
        for event in found:
            assert event["context"].pop("library") == LIBRARY
        return found

    return events


def test_all_fields(client: SegmentClient, sent: Sent) -> None:
    common: dict[str, Any] = {
        "user_id": "u",
        "anonymous_id": "a",
        "context": {"ip": "203.0.113.9"},
        "integrations": {"All": False},
        "timestamp": MOMENT,
        "message_id": "m",
    }
    client.event.track(event="E", properties={"p": 1}, **common)
    client.identify.identify(traits={"t": 1}, **common)
    client.group.group(group_id="g", traits={"t": 1}, **common)
    client.page.page(name="N", category="C", properties={"p": 1}, **common)
    client.screen.screen(name="N", category="C", properties={"p": 1}, **common)
    del common["anonymous_id"]
    client.alias.alias(previous_id="p", **common)
    wire: dict[str, Any] = {
        "messageId": "m",
        "timestamp": "2026-03-04T05:06:07.089000Z",
        "userId": "u",
        "context": {"ip": "203.0.113.9"},
        "integrations": {"All": False},
    }
    both = {**wire, "anonymousId": "a"}
    assert sent() == [
        {"type": "track", "event": "E", "properties": {"p": 1}, **both},
        {"type": "identify", "traits": {"t": 1}, **both},
        {"type": "group", "groupId": "g", "traits": {"t": 1}, **both},
        {"type": "page", "name": "N", "category": "C", "properties": {"p": 1}, **both},
        {"type": "screen", "name": "N", "category": "C", "properties": {"p": 1}, **both},
        {"type": "alias", "previousId": "p", **wire},
    ]


def test_the_least_that_a_call_needs(client: SegmentClient, sent: Sent) -> None:
    before = datetime.now(UTC)
    receipts = [
        client.event.track(user_id="u", event="E"),
        client.event.track(user_id="u", event="E", properties={}),
        client.identify.identify(anonymous_id="a"),
        client.group.group(user_id="u", group_id="g"),
        client.page.page(user_id="u"),
        client.screen.screen(user_id="u"),
        client.alias.alias(previous_id="p", user_id="u"),
    ]
    events = sent()
    for receipt, event in zip(receipts, events, strict=True):
        assert event.pop("messageId") == receipt.message_id
        assert len(receipt.message_id) == 32
        assert before <= datetime.fromisoformat(event.pop("timestamp")) <= datetime.now(UTC)
        assert event.pop("context") == {}
    assert events == [
        {"type": "track", "userId": "u", "event": "E", "properties": {}},
        {"type": "track", "userId": "u", "event": "E", "properties": {}},
        {"type": "identify", "anonymousId": "a", "traits": {}},
        {"type": "group", "userId": "u", "groupId": "g", "traits": {}},
        {"type": "page", "userId": "u", "properties": {}},
        {"type": "screen", "userId": "u", "properties": {}},
        {"type": "alias", "userId": "u", "previousId": "p"},
    ]


def test_ids_may_be_numbers_and_uuids(client: SegmentClient, sent: Sent) -> None:
    identity = UUID(int=7)
    client.event.track(user_id=7, anonymous_id=identity, event="E")
    client.group.group(user_id=0, group_id=identity)
    client.alias.alias(previous_id=identity, user_id=7)
    track, group, alias = sent()
    assert (track["userId"], track["anonymousId"]) == ("7", str(identity))
    assert (group["userId"], group["groupId"]) == ("0", str(identity))
    assert (alias["userId"], alias["previousId"]) == ("7", str(identity))


def test_cut_emoji_do_not_lose_an_event(client: SegmentClient, sent: Sent) -> None:
    client.event.track(user_id="u\ud83d", event="E\ud83d", properties={"a\ud83d": "b\ud83d"})
    (event,) = sent()
    assert (event["userId"], event["event"], event["properties"]) == ("u\ufffd", "E\ufffd", {"a\ufffd": "b\ufffd"})


def test_a_bag_is_taken_as_it_is_at_the_call(client: SegmentClient, sent: Sent) -> None:
    properties = {"items": [1]}
    client.event.track(user_id="u", event="E", properties=properties)
    properties["items"].append(2)
    properties["more"] = []
    (event,) = sent()
    assert event["properties"] == {"items": [1]}


def test_own_library_wins(client: SegmentClient, transport: Scripted) -> None:
    client.event.track(user_id="u", event="E", context={"library": {"name": "mine"}})
    assert client.flush(20)
    assert transport.events[0]["context"] == {"library": {"name": "mine"}}


NAIVE = datetime(2026, 3, 4)  # noqa: DTZ001  # on purpose


@pytest.mark.parametrize(
    ("call", "code", "path"),
    [
        (lambda c: c.event.track(event="E"), "id_required", None),
        (lambda c: c.event.track(event="E", user_id=""), "id_not_string", "$.user_id"),
        (lambda c: c.event.track(event="E", user_id="u", anonymous_id=""), "id_not_string", "$.anonymous_id"),
        (lambda c: c.event.track(event="E", user_id=True), "id_not_string", "$.user_id"),
        (lambda c: c.event.track(event="E", user_id=1.5), "id_not_string", "$.user_id"),
        (lambda c: c.event.track(event="", user_id="u"), "event_empty", "$.event"),
        (lambda c: c.event.track(event=None, user_id="u"), "event_not_string", "$.event"),
        (lambda c: c.event.track(event="", user_id="u", properties={}), "event_empty", "$.event"),
        (lambda c: c.event.track(event="E", user_id="", properties={}), "id_not_string", "$.user_id"),
        (lambda c: c.event.track(event="E", user_id="u", properties=[]), "not_an_object", "$.properties"),
        (lambda c: c.event.track(event="E", user_id="u", properties={"a": b""}), "bytes", "$.properties.a"),
        (lambda c: c.event.track(event="E", user_id="u", context={"a": b""}), "bytes", "$.context.a"),
        (lambda c: c.event.track(event="E", user_id="u", context=3), "not_an_object", "$.context"),
        (lambda c: c.event.track(event="E", user_id="u", integrations={"a": {1j: 2}}), "key", "$.integrations.a"),
        (lambda c: c.event.track(event="E", user_id="u", integrations=["A"]), "not_an_object", "$.integrations"),
        (lambda c: c.event.track(event="E", user_id="u", integrations={"A": b""}), "bytes", "$.integrations.A"),
        (lambda c: c.event.track(event="E", user_id="u", timestamp=NAIVE), "naive_datetime", "$.timestamp"),
        (lambda c: c.event.track(event="E", user_id="u", timestamp="2026"), "timestamp", "$.timestamp"),
        (lambda c: c.event.track(event="E", user_id="u", message_id=""), "message_id", "$.message_id"),
        (lambda c: c.event.track(event="E", user_id="u", message_id="m" * 101), "message_id", "$.message_id"),
        (lambda c: c.event.track(event="E", user_id="u", message_id=7), "message_id", "$.message_id"),
        (lambda c: c.event.track(event="E", user_id="u", message_id="\ud83d"), "message_id", "$.message_id"),
        (lambda c: c.identify.identify(user_id="u", traits={"a": b""}), "bytes", "$.traits.a"),
        (lambda c: c.identify.identify(), "id_required", None),
        (lambda c: c.group.group(user_id="u", group_id=""), "id_not_string", "$.group_id"),
        (lambda c: c.group.group(user_id="u", group_id=None), "id_not_string", "$.group_id"),
        (lambda c: c.page.page(user_id="u", name=""), "name_empty", "$.name"),
        (lambda c: c.page.page(user_id="u", category=3), "category_not_string", "$.category"),
        (lambda c: c.screen.screen(user_id="u", name=3), "name_not_string", "$.name"),
        (lambda c: c.alias.alias(previous_id="", user_id="u"), "id_not_string", "$.previous_id"),
        (lambda c: c.alias.alias(previous_id="p", user_id=""), "id_not_string", "$.user_id"),
    ],
)
def test_what_segment_would_not_take_is_refused(
    client: SegmentClient, call: Callable[[Any], Any], code: str, path: str | None
) -> None:
    with pytest.raises(SegmentError) as caught:
        call(client)
    error = caught.value
    assert (error.type, error.code, error.path) == (SegmentErrorType.VALIDATION, code, path)
    assert not error.is_retriable()
    assert client.stats.accepted == 0


@pytest.mark.parametrize("plain", [True, False])
def test_an_event_over_the_limit_names_its_biggest_part(client: SegmentClient, plain: bool) -> None:
    properties: dict[str, Any] = {"small": "s", "note": "é" * MAX_EVENT, **({} if plain else {"items": [{}]})}
    with pytest.raises(SegmentError, match=r"32768.*\$\.properties\.note with 65538") as caught:
        client.event.track(user_id="u", event="E", properties=properties)
    assert (caught.value.code, caught.value.path) == ("event_too_large", "$.properties.note")
    with pytest.raises(SegmentError) as caught:
        client.event.track(user_id="u", event="E" * MAX_EVENT)
    assert caught.value.path == "$.event"


def test_an_event_of_just_the_limit_is_taken(client: SegmentClient, sent: Sent) -> None:
    receipt = client.event.track(user_id="u", event="E", properties={"note": ""})
    room = MAX_EVENT - len(receipt.body)
    at = datetime(2026, 3, 4, 5, 6, 7, 123_456, tzinfo=UTC)  # or else microseconds may be left out
    full = client.event.track(user_id="u", event="E", properties={"note": "x" * room}, timestamp=at)
    assert len(full.body) <= MAX_EVENT
    with pytest.raises(SegmentError):
        client.event.track(user_id="u", event="E", properties={"note": "x" * (room + 40)}, timestamp=at)
    assert len(sent()) == 2


# ---- batches


def test_a_batch_takes_calls_of_every_type(client: SegmentClient, sent: Sent) -> None:
    receipts = client.event.batch(
        [
            {"user_id": "u", "event": "E", "properties": {"a": 1}},
            {"type": "track", "userId": "u", "event": "F", "messageId": "m", "timestamp": MOMENT},
            {"type": "identify", "anonymousId": "a", "traits": {"t": 1}},
            {"type": "group", "user_id": 7, "groupId": "g"},
            {"type": "page", "user_id": "u", "name": "N"},
            {"type": "screen", "user_id": "u", "category": "C"},
            {"type": "alias", "user_id": "u", "previousId": "p", "context": {"ip": "203.0.113.9"}},
        ]
    )
    events = sent()
    assert [each.message_id for each in receipts] == [each["messageId"] for each in events]
    assert [each["type"] for each in events] == ["track", "track", "identify", "group", "page", "screen", "alias"]
    assert [each.get("userId") for each in events] == ["u", "u", None, "7", "u", "u", "u"]
    assert events[1]["timestamp"] == "2026-03-04T05:06:07.089000Z"
    assert client.event.batch([]) == []


@pytest.mark.parametrize(
    ("item", "code", "path"),
    [
        ({"user_id": "u", "event": "E", "properties": {"a": [b""]}}, "bytes", "$[1].properties.a[0]"),
        ({"user_id": "u"}, "event_not_string", "$[1].event"),
        ({"event": "E"}, "id_required", "$[1]"),
        ({"user_id": "u", "userId": "v", "event": "E"}, "name_twice", "$[1].userId"),
        ({"user_id": "u", "event": "E", "traits": {}}, "unknown_name", "$[1].traits"),
        ({"type": "delete", "user_id": "u"}, "type", "$[1].type"),
        ({"type": [], "user_id": "u"}, "type", "$[1].type"),
        ("text", "not_an_object", "$[1]"),
    ],
)
def test_one_bad_item_refuses_the_batch(client: SegmentClient, item: Any, code: str, path: str) -> None:
    with pytest.raises(SegmentError) as caught:
        client.event.batch([{"user_id": "u", "event": "E"}, item])
    assert (caught.value.code, caught.value.path) == (code, path)
    assert str(caught.value).startswith("$[1]: ")
    assert client.stats.accepted == 0


# ---- ids


def test_no_two_events_have_one_id() -> None:
    with SegmentClient("wk", send=False) as client:
        found: list[str] = []

        def call() -> None:
            found.extend([client.event.track(user_id="u", event="E", properties={}).message_id for _ in range(500)])

        threads = [threading.Thread(target=call) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
    assert len(set(found)) == 4_000


@given(
    user_id=st.text() | st.integers() | st.uuids() | st.none(),
    event=st.text(),
    properties=st.dictionaries(st.text(), st.text() | st.floats() | st.binary(max_size=2) | st.lists(st.text())),
)
def test_a_call_is_taken_or_refused_by_the_rules(user_id: Any, event: str, properties: dict[str, Any]) -> None:
    fine = user_id not in {None, ""} and event and not any(isinstance(each, bytes) for each in properties.values())
    with SegmentClient("wk", send=False) as client:
        if fine:
            client.event.track(user_id=user_id, event=event, properties=properties)
        else:
            with pytest.raises(SegmentError, match=r"user_id|event|properties"):
                client.event.track(user_id=user_id, event=event, properties=properties)
        assert client.stats.accepted == (1 if fine else 0)
