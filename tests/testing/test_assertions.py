"""Expectations: which calls they count, and what they claim. Their messages: test_failures.py."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from dirty_equals import IsPositive, IsStr

from segment_hooks import Alias, Group, Identify, Page, Screen, Track
from segment_testing import ABSENT, ExpectationFailed, FakeSegment, FakeSettings, exactly, faults
from tests.testing.tracking import NOON, at_noon, identify, page, send, send_text, track


@pytest.fixture
def fake() -> FakeSegment:
    return at_noon()


# ---- how many


def test_once_gives_the_event(fake: FakeSegment) -> None:
    send(fake, track(revenue=10))
    event = fake.expect.track("Order Completed").once()
    assert isinstance(event, Track)
    assert event.properties == {"revenue": 10}
    assert event.received_at == NOON


@pytest.mark.parametrize("count", [0, 2])
def test_once_is_neither_never_nor_twice(fake: FakeSegment, count: int) -> None:
    send(fake, *[track()] * count, page())
    with pytest.raises(ExpectationFailed, match=f"exactly one such call, found {count or 'none'} among"):
        fake.expect.track().once()


def test_times(fake: FakeSegment) -> None:
    send(fake, track(), track(), track())
    fake.expect.track().times(3)
    for count in (1, 2, 4):
        with pytest.raises(ExpectationFailed):
            fake.expect.track().times(count)


def test_at_least(fake: FakeSegment) -> None:
    send(fake, track(), track(), track())
    for count in (1, 2, 3):
        fake.expect.track().at_least(count)
    with pytest.raises(ExpectationFailed, match="at least 4 such calls, found 3 among 3"):
        fake.expect.track().at_least(4)


def test_never(fake: FakeSegment) -> None:
    send(fake, track())
    fake.expect.track("Order Refunded").never()
    fake.expect.page().never()
    with pytest.raises(ExpectationFailed, match="no such call, found 1 among 1"):
        fake.expect.track().never()


@pytest.mark.parametrize("count", [0, -1, 1.0, True, None])
def test_a_number_of_calls_is_a_number_of_calls(fake: FakeSegment, count: Any) -> None:
    with pytest.raises(TypeError, match="never"):
        fake.expect.track().times(count)
    with pytest.raises(TypeError, match="whole number above zero"):
        fake.expect.track().at_least(count)


# ---- which


def test_every_type_is_its_own(fake: FakeSegment) -> None:
    send(
        fake,
        track("A", "u"),
        identify("u"),
        {"type": "group", "userId": "u", "groupId": "g", "traits": {"name": "Initech"}},
        page("A", "u"),
        {"type": "screen", "userId": "u", "name": "A", "category": "Docs"},
        {"type": "alias", "userId": "u", "previousId": "a"},
    )
    kinds = [
        (fake.expect.track("A").once(), Track),
        (fake.expect.identify(traits={}).once(), Identify),
        (fake.expect.group("g", traits={"name": IsStr}).once(), Group),
        (fake.expect.page("A").once(), Page),
        (fake.expect.screen("A", category="Docs").once(), Screen),
        (fake.expect.alias(previous_id="a", user_id="u").once(), Alias),
    ]
    assert all(type(event) is kind for event, kind in kinds)
    fake.expect.nothing_else()
    fake.expect.call(user_id="u").times(6)
    fake.expect.call("A").times(3)
    fake.expect.group("other").never()
    fake.expect.alias(previous_id="other").never()
    fake.expect.screen(category=None).never()


CALL = {
    "type": "track",
    "event": "Order Completed",
    "userId": "u1",
    "anonymousId": "a1",
    "messageId": "m1",
    "timestamp": "2026-03-04T11:00:00.000Z",
    "properties": {"order_id": "o1", "revenue": 10.0, "products": [{"sku": "s1", "n": 1}], "note": 'say "hi"'},
    "context": {"page": {"url": "https://shop.example/"}},
    "integrations": {"All": True},
}


@pytest.mark.parametrize(
    "said",
    [
        {"event": re.compile("Order .*")},
        {"event": lambda name: name.startswith("Order")},
        {"event": str},
        {"user_id": "u1"},
        {"user_id": IsStr(regex="u.")},
        {"anonymous_id": "a1"},
        {"message_id": "m1"},
        {"properties": {}},
        {"properties": {"order_id": "o1"}},
        {"properties": {"revenue": 10}},
        {"properties": {"revenue": IsPositive()}},
        {"properties": {"products": [{"sku": "s1"}]}},
        {"properties": {"note": 'say "hi"'}},
        {"properties": {"coupon": ABSENT}},
        {"properties": exactly(CALL["properties"])},
        {"context": {"page": {"url": IsStr}}},
        {"context": {"page": {"url": "https://shop.example/"}, "app": {"name": "shop"}}},
        {"integrations": {"All": True}},
        {"integrations": {"Salesforce": False}},
        {"timestamp": datetime(2026, 3, 4, 11, tzinfo=UTC) + timedelta(hours=1) - timedelta(seconds=30)},
        {"payload": {"receivedAt": NOON, "originalTimestamp": "2026-03-04T11:00:00.000Z"}},
        {"where": lambda event: event.properties["revenue"] > 9},
        {"where": lambda event: event.sent_at == event.original_timestamp + timedelta(seconds=30)},
        {"event": "Order Completed", "user_id": "u1", "properties": {"order_id": "o1"}, "where": lambda event: True},
    ],
)
def test_what_is_said_of_a_call_that_came(fake: FakeSegment, said: dict[str, Any]) -> None:
    send(
        fake,
        CALL,
        sentAt="2026-03-04T11:00:30.000Z",
        context={"app": {"name": "shop"}},
        integrations={"Salesforce": False},
    )
    fake.expect.track(**said).once()
    fake.expect.nothing_else()


@pytest.mark.parametrize(
    "said",
    [
        {"event": "order completed"},
        {"event": None},
        {"user_id": "u2"},
        {"user_id": None},
        {"user_id": ABSENT},
        {"anonymous_id": "a2"},
        {"message_id": "m2"},
        {"properties": None},
        {"properties": exactly({})},
        {"properties": {"order_id": "o2"}},
        {"properties": {"order_id": "u1"}},
        {"properties": {"products": [{"sku": "s1"}, {}]}},
        {"context": {"page": {"url": 1}}},
        {"integrations": {"All": False}},
        {"timestamp": NOON},
        {"payload": {"receivedAt": ABSENT}},
        {"where": lambda event: event.properties["revenue"] > 10},
        {"where": lambda event: event.properties["coupon"]},
    ],
)
def test_what_is_said_of_another_call(fake: FakeSegment, said: dict[str, Any]) -> None:
    send(fake, CALL)
    fake.expect.track(**said).never()
    with pytest.raises(ExpectationFailed):
        fake.expect.track(**said).once()


@pytest.mark.parametrize("missing", [{}, {"anonymousId": None, "properties": None}])
def test_null_and_nothing_are_the_same_at_the_top(fake: FakeSegment, missing: dict[str, Any]) -> None:
    send(fake, {"type": "track", "event": "A", "userId": "u", **missing})
    for nothing in (None, ABSENT):
        fake.expect.track(anonymous_id=nothing).once()
    fake.expect.track(properties=None).once()
    fake.expect.track(properties={}).once()
    fake.expect.track(context=None).once()
    fake.expect.page(name=None).never()


@pytest.mark.parametrize(
    "text",
    [
        b'{"userId": "u", "event": "A", "properties": {"city": "K\\u00f6ln", "path": "a\\/b"}}',
        '{"userId": "u", "event": "A", "properties": {"city": "Köln", "path": "a/b"}}'.encode(),
        b'{"userId": "u", "event": "A", "properties": {"city": "K\\u00f6ln", "path": "a/b", "odd": "\\ud83d"}}',
    ],
)
def test_however_a_text_is_written(fake: FakeSegment, text: bytes) -> None:
    send_text(fake, text[:-1] + b', "writeKey": "wk"}')
    fake.expect.track(properties={"city": "Köln", "path": "a/b"}).once()


def test_an_unpaired_surrogate_can_be_expected(fake: FakeSegment) -> None:
    send_text(fake, b'{"userId": "u", "event": "A", "properties": {"odd": "\\ud83d"}, "writeKey": "wk"}')
    fake.expect.track(properties={"odd": "\ud83d"}).once()
    fake.expect.track(properties={"odd": "\ud83e"}).never()
    fake.expect.track(context={}).once()


def test_a_name_nested_deeper_than_a_decoder_goes_is_no_trouble(fake: FakeSegment) -> None:
    deep = b"[" * 5_000 + b"]" * 5_000
    send_text(fake, b'{"userId": "u", "event": "A", "properties": {"deep": %b}, "writeKey": "wk"}' % deep)
    with pytest.raises(ExpectationFailed):
        fake.expect.track("A", properties={"order_id": "o1"}).once()
    with pytest.raises(ExpectationFailed):
        fake.expect.track("B").once()


def test_a_field_that_no_call_has_is_a_mistake(fake: FakeSegment) -> None:
    with pytest.raises(TypeError, match=r"no field 'userid'; there are user_id, anonymous_id"):
        fake.expect.track("A", userid="u")  # type: ignore[call-arg]


def test_what_a_predicate_sees_is_not_kept(fake: FakeSegment) -> None:
    send(fake, track(), track())
    fake.expect.track(where=lambda event: event.properties == {}).times(2)
    fake.expect.track(context={}, payload={"type": "track"}).times(2)
    assert [(call._payload, call._event) for call in fake.calls] == [(None, None)] * 2


# ---- claims


def test_nothing_else(fake: FakeSegment) -> None:
    fake.expect.nothing_else()
    send(fake, track(), identify())
    fake.expect.track().once()
    with pytest.raises(ExpectationFailed) as failure:
        fake.expect.nothing_else()
    assert [call.type for call in failure.value.matched] == ["identify"]
    fake.expect.identify().once()
    fake.expect.nothing_else()


def test_two_expectations_may_claim_the_same_call(fake: FakeSegment) -> None:
    send(fake, track())
    fake.expect.track(user_id="u1").once()
    fake.expect.track("Order Completed").at_least(1)
    fake.expect.nothing_else()


def test_a_failed_expectation_claims_nothing(fake: FakeSegment) -> None:
    send(fake, track(), track())
    with pytest.raises(ExpectationFailed):
        fake.expect.track().once()
    with pytest.raises(ExpectationFailed):
        fake.expect.nothing_else()


def test_after_a_reset_nothing_is_claimed_or_left(fake: FakeSegment) -> None:
    send(fake, track())
    fake.expect.track().once()
    fake.reset()
    fake.expect.nothing_else()
    send(fake, track())
    with pytest.raises(ExpectationFailed):
        fake.expect.nothing_else()


def test_claims_keep_nothing_that_the_ledger_let_go() -> None:
    fake = at_noon(FakeSettings(max_calls=2))
    send(fake, track(), track())
    fake.expect.track().times(2)
    send(fake, track())
    fake.expect.track().at_least(1)
    assert fake.expect._claims._claimed == set(fake.calls)
    fake.expect.nothing_else()


def test_no_rejections(fake: FakeSegment) -> None:
    fake.expect.no_rejections()
    send(fake, track(), track(user=None))
    with pytest.raises(ExpectationFailed, match="id_required") as failure:
        fake.expect.no_rejections()
    assert failure.value.rejected == fake.rejected
    fake.expect.track().once()
    fake.expect.nothing_else()  # a rejection is no call


def test_what_the_test_asked_for_is_no_rejection(fake: FakeSegment) -> None:
    fake.faults.add(faults.status(500).times(1))
    send(fake, track())
    assert len(fake.rejected) == 1
    fake.expect.no_rejections()


# ---- order


def test_in_order(fake: FakeSegment) -> None:
    send(fake, page("Home"), identify(), track("A"))
    send(fake, track("B"), track("A"))
    expect = fake.expect
    expect.in_order(expect.page(), expect.track("B"), expect.track("A"))
    expect.in_order(expect.identify(), expect.track("A"), expect.track("B"))
    expect.in_order(expect.track("A"), expect.track("A"))
    for wrong in (
        (expect.identify(), expect.page()),
        (expect.track("B"), expect.track("B")),
        (expect.track("C"), expect.page()),
        (expect.track("A"), expect.track("A"), expect.track("A")),
    ):
        with pytest.raises(ExpectationFailed, match="in this order"):
            expect.in_order(*wrong)
    assert expect.unjudged == []


def test_in_order_claims_the_calls_of_the_chain_alone(fake: FakeSegment) -> None:
    send(fake, track("A"), track("B"), track("B"))
    fake.expect.in_order(fake.expect.track("A"), fake.expect.track("B"))
    with pytest.raises(ExpectationFailed) as failure:
        fake.expect.nothing_else()
    assert [call.sequence for call in failure.value.matched] == [2]


def test_an_order_has_two_steps_at_least(fake: FakeSegment) -> None:
    with pytest.raises(TypeError, match="two expectations"):
        fake.expect.in_order(fake.expect.track())


# ---- the last word


def test_an_expectation_without_a_last_word_is_told(fake: FakeSegment) -> None:
    fake.expect.track("A", user_id="u1")
    (told,) = fake.expect.unjudged
    assert re.fullmatch(r'.*test_assertions\.py:\d+: track "A"  user_id "u1"', told)
    with pytest.raises(ExpectationFailed, match=r"tests nothing(.|\n)*test_assertions\.py:\d+: track"):
        fake.verify()


def test_a_failed_one_has_had_its_last_word(fake: FakeSegment) -> None:
    with pytest.raises(ExpectationFailed):
        fake.expect.track("A").once()
    fake.verify()


def test_words_behind_eventually_count_when_they_are_awaited(fake: FakeSegment) -> None:
    coroutine = fake.expect.track("A").eventually.once()
    coroutine.close()
    assert len(fake.expect.unjudged) == 1


def test_a_reset_does_not_make_it_right(fake: FakeSegment) -> None:
    fake.expect.track("A")
    fake.reset()
    assert len(fake.expect.unjudged) == 1


def test_strictness_is_verified() -> None:
    with (
        pytest.raises(ExpectationFailed, match="expected no rejections, found 1"),
        FakeSegment(FakeSettings(strict=True)) as fake,
    ):
        send(fake, track(user=None))


def test_a_test_that_has_failed_already_fails_by_its_own_error() -> None:
    def test() -> None:
        with FakeSegment(FakeSettings(strict=True)) as fake:
            send(fake, track(user=None))
            raise LookupError

    with pytest.raises(LookupError):
        test()


def test_without_strictness_a_rejection_is_no_failure() -> None:
    with FakeSegment() as fake:
        send(fake, track(user=None))


def test_an_expectation_says_what_it_is(fake: FakeSegment) -> None:
    expectation = fake.expect.track("A", user_id="u1")
    assert repr(expectation) == '<expectation track "A"  user_id "u1">'
    expectation.never()
    assert repr(fake) == "<FakeSegment: 0 calls, 0 rejected>"
