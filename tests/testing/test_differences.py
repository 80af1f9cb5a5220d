"""Which calls are nearest to the expected one, and which rejection was meant to be it."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segment_testing import FakeSegment, FakeSettings
from segment_testing.differences import difference_table, lost, nearest, remark, show_path, similarity
from segment_testing.matching import ABSENT, Mismatch
from segment_testing.patterns import UNSAID, Pattern
from tests.testing.tracking import at_noon, identify, page, send, track


@pytest.fixture
def fake() -> FakeSegment:
    return at_noon()


def names(fake: FakeSegment, name: object = UNSAID, **fields: Any) -> list[str | None]:
    return [near.call.name for near in nearest(Pattern("track", name, **fields), fake.calls)]


def test_best_first(fake: FakeSegment) -> None:
    send(fake, track("A", "u2", a=2, b=2), track("A", "u1", a=2, b=2), track("A", "u1", a=1, b=2))
    found = nearest(Pattern("track", "A", user_id="u1", properties={"a": 1, "b": 1}), fake.calls)
    assert [near.call.sequence for near in found] == [2, 1, 0]
    assert [[mismatch.path for mismatch in near.mismatches] for near in found] == [
        ["properties.b"],
        ["properties.a", "properties.b"],
        ["user_id", "properties.a", "properties.b"],
    ]
    assert sorted((near.nearness for near in found), reverse=True) == [near.nearness for near in found]


def test_a_near_miss_of_the_name(fake: FakeSegment) -> None:
    send(fake, track("Cart Viewed"), track("order_completed"), track("Order Complete"), track("Order Refunded"))
    assert names(fake, "Order Completed") == ["order_completed", "Order Complete"]


def test_another_name_is_worth_showing_where_the_rest_fits(fake: FakeSegment) -> None:
    send(fake, track("Checkout Done", "u1", order_id="o1", revenue=10, currency="EUR"), track("Cart Viewed", "u2"))
    properties = {"order_id": "o1", "revenue": 10, "currency": "EUR"}
    assert names(fake, "Order Completed", user_id="u1", properties=properties) == ["Checkout Done"]


def test_calls_of_another_type_are_not_near(fake: FakeSegment) -> None:
    send(fake, page("Order Completed"), identify())
    assert names(fake, "Order Completed") == []


def test_what_fits_is_not_near_but_there(fake: FakeSegment) -> None:
    send(fake, track("A"), track("B"))
    assert names(fake, "A") == []


def test_three_at_most_and_the_earlier_of_the_equal(fake: FakeSegment) -> None:
    send(fake, *[track("A", f"u{n}0") for n in range(9)])
    found = nearest(Pattern("track", "A", user_id="other"), fake.calls)
    assert [near.call.sequence for near in found] == [0, 1, 2]


def test_far_worse_ones_are_left_out(fake: FakeSegment) -> None:
    send(fake, track("A", "u1", a=1, b=1, c=2), track("A", "other", a=[], b=[], c=[]))
    assert len(nearest(Pattern("track", "A", user_id="u1", properties={"a": 1, "b": 1, "c": 1}), fake.calls)) == 1


@pytest.mark.parametrize("fields", [{"user_id": "u777"}, {"anonymous_id": "a777"}])
def test_the_nearest_of_very_many_is_found_by_what_is_at_hand(fake: FakeSegment, fields: dict[str, Any]) -> None:
    send(fake, *[{**track("A", f"u{n}", a=n), "anonymousId": f"a{n}"} for n in range(1_500)])
    (near, *_) = nearest(Pattern("track", "A", **fields, properties={"a": 778}), fake.calls)
    assert near.call.user_id == "u777"


def test_any_type(fake: FakeSegment) -> None:
    send(fake, page("Home", "u1"), track("A", "u2"))
    (near, *_) = nearest(Pattern(None, "Home", user_id="u2"), fake.calls)
    assert near.call.type == "page"


def test_a_call_that_cannot_be_read_differs_in_all(fake: FakeSegment) -> None:
    send(fake, track("A", "u1", a=1))
    fake.calls[0].sent = b"no JSON"
    pattern = Pattern("track", "A", properties={"a": 1})
    assert pattern.select(fake.calls) == []
    (near,) = nearest(pattern, fake.calls)
    assert [mismatch.path for mismatch in near.mismatches] == ["properties.a"]


# ---- the table


def test_a_long_table_is_cut() -> None:
    lines = difference_table([Mismatch(f"properties.{n}", n, None) for n in range(20)], limit=3, indent=0)
    assert lines == [
        "field         expected  got",
        "properties.0  0         None",
        "properties.1  1         None",
        "properties.2  2         None",
        "… and 17 more",
    ]


def test_a_note_says_more_than_a_remark() -> None:
    (_, line) = difference_table([Mismatch("event", "A", "a", "a note")], indent=0)
    assert line.endswith("a note")


@pytest.mark.parametrize(
    ("expected", "got", "said"),
    [
        ("Order Completed", "order completed", "differs in upper and lower case only"),
        ("Order Completed", "order_completed", "differs in spaces, punctuation or case only"),
        ("Order Completed", "Order Complete", "differs by little"),
        ("Order Completed", "Cart Viewed", ""),
        ("u1", "u11", ""),
        (10, "10", "text and number"),
        ("10", 10, "text and number"),
        ("10", 11, ""),
        (True, "True", ""),
        ("True", True, ""),
        (None, "None", ""),
        ("a", ABSENT, ""),
    ],
)
def test_remarks(expected: object, got: object, said: str) -> None:
    assert remark(Mismatch("p", expected, got)) == said


def test_a_long_path_keeps_both_ends() -> None:
    assert show_path("properties.order_id") == "properties.order_id"
    long = show_path("properties." + "deep." * 50 + "price")
    assert len(long) == 50
    assert long.startswith("properties.")
    assert long.endswith("deep.price")


@given(st.text(max_size=100), st.text(max_size=100))
def test_similarity(first: str, second: str) -> None:
    assert 0.0 <= similarity(first, second) <= 1.0
    assert similarity(first, first) == 1.0


# ---- rejections that were meant


@pytest.mark.parametrize(
    "sent",
    [
        track("A", None, a=1),
        track("A", "", a=1),
        track("A", 7, a=1),
        {"type": "track", "userId": "u1", "properties": {"a": 1}},
        track(7, "u1", a=1),
        {"type": "track", "event": "A", "userId": "u1", "properties": [1]},
        {**track("A", "u1", a=1), "messageId": "m" * 101},
        {**track("A", "u1", a=1), "context": {"device": {"advertisingId": 1}}},
        {"event": "A", "userId": "u1", "properties": {"a": 1}},
        {**track("A", "u1", a=1), "type": "event"},
    ],
)
def test_what_was_rejected_for_what_else_would_fit(fake: FakeSegment, sent: dict[str, Any]) -> None:
    send(fake, sent)
    assert len(fake.rejected) == 1
    pattern = Pattern("track", "A", user_id="u1", properties={"a": 1}, message_id=UNSAID)
    assert lost(fake.rejected, pattern) == fake.rejected


@pytest.mark.parametrize(
    ("kind", "fields", "sent"),
    [
        ("group", {"group_id": "g1"}, {"type": "group", "userId": "u1"}),
        ("alias", {"previous_id": "a1"}, {"type": "alias", "userId": "u1"}),
        ("identify", {"traits": {"plan": "pro"}}, {"type": "identify", "userId": "u1", "traits": "pro"}),
        ("page", {"category": "Docs"}, {"type": "page", "userId": "u1", "category": 7}),
    ],
)
def test_of_every_type(fake: FakeSegment, kind: str, fields: dict[str, Any], sent: dict[str, Any]) -> None:
    send(fake, sent)
    assert len(fake.rejected) == 1
    assert lost(fake.rejected, Pattern(kind, **fields)) == fake.rejected
    assert lost(fake.rejected, Pattern(kind, **fields, context={"more": 1})) == []


@pytest.mark.parametrize("sent", [track("B", None, a=1), track("A", None, a=2), page("A", None), identify(None, a=1)])
def test_what_would_not_fit_either_way(fake: FakeSegment, sent: dict[str, Any]) -> None:
    send(fake, sent)
    assert lost(fake.rejected, Pattern("track", "A", properties={"a": 1})) == []


def test_whole_requests_are_nobody(fake: FakeSegment) -> None:
    send(fake)
    assert [rejection.reason.value for rejection in fake.rejected] == ["empty_batch"]
    assert lost(fake.rejected, Pattern(None)) == []


def test_what_is_no_json_is_nobody(fake: FakeSegment) -> None:
    send(fake, track("A", None))
    broken = [msgspec.structs.replace(fake.rejected[0], sent=sent) for sent in (b"{", b"7", b"\xff", b"[" * 9_999)]
    assert lost(broken, Pattern("track", "A")) == []


def test_a_call_of_an_unknown_source(fake: FakeSegment) -> None:
    fake = at_noon(FakeSettings(write_keys={"other"}))
    send(fake, track("A", "u1"))
    assert lost(fake.rejected, Pattern("track", "A", user_id="u1")) == fake.rejected
    assert lost(fake.rejected, Pattern("track", "A", user_id="u2")) == []
