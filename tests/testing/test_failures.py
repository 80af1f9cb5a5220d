"""What a failed expectation says, word for word: the messages are what people read."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from dirty_equals import IsPositive
from hypothesis import given
from hypothesis import strategies as st

from segment_hooks import Event
from segment_testing import ABSENT, ExpectationFailed, FakeSegment, FakeSettings, exactly, faults
from tests.testing.tracking import at_noon, identify, page, send, send_text, track


@pytest.fixture
def fake() -> FakeSegment:
    return at_noon()


def said(expectation: Callable[[], object]) -> str:
    with pytest.raises(ExpectationFailed) as failure:
        expectation()
    text = str(failure.value)
    assert text == str(failure.value)
    return text


def test_the_nearest_calls_with_their_differences(fake: FakeSegment) -> None:
    send(
        fake,
        identify(plan="pro"),
        track("Order completed", orderId="o1", revenue=12),
        track("Order Completed", "u2", order_id="o2", revenue=10),
        {"type": "page", "name": "Home", "anonymousId": "a1"},
    )
    expect = fake.expect.track("Order Completed", properties={"order_id": "o1", "revenue": 10}, user_id="u1")
    assert (
        said(expect.once)
        == """\
expected exactly one such call, found none among 4 calls
    track "Order Completed"
        user_id     "u1"
        properties  {"order_id": "o1", "revenue": 10}

nearest:
    #1 track "Order completed"
        field                expected           got
        event                "Order Completed"  "Order completed"  differs in upper and lower case only
        properties.order_id  "o1"               (absent)           there is "orderId"
        properties.revenue   10                 12
    #2 track "Order Completed"
        field                expected  got
        user_id              "u1"      "u2"
        properties.order_id  "o1"      "o2"

also came in:
    #0  identify     user_id "u1"       {"plan": "pro"}
    #3  page "Home"  anonymous_id "a1\""""
    )


def test_a_call_that_segment_would_have_thrown_away_comes_first(fake: FakeSegment) -> None:
    send(fake, track("Order Completed", None, revenue=10), track("Order Completed", "u1", revenue=12), page(user=None))
    assert (
        said(fake.expect.track("Order Completed", user_id="u1", properties={"revenue": 10}).once)
        == """\
expected exactly one such call, found none among 1 call
    track "Order Completed"
        user_id     "u1"
        properties  {"revenue": 10}

Segment would have thrown this call away: batch[0]: neither `userId` nor `anonymousId` is given
    track "Order Completed" to /v1/batch, answered 200 [id_required]
        {"type": "track", "event": "Order Completed", "userId": null, "properties": {"revenue": 10}}

nearest:
    #0 track "Order Completed"
        field               expected  got
        properties.revenue  10        12

rejected:
    page "Home": batch[2]: neither `userId` nor `anonymousId` is given [id_required], answered 200"""
    )


def test_what_was_refused_aloud(fake: FakeSegment) -> None:
    send(fake, track("Order Completed", note="x" * 33_000))
    send_text(fake, b"{")
    fake.faults.add(faults.status(503), faults.reset())
    send(fake, track())
    assert said(fake.expect.track("Order Completed").once) == (
        """\
expected exactly one such call, found none: no call was recorded
    track "Order Completed"

this call was refused: batch[0] has 33,089 bytes; an event may have 32,768
    track "Order Completed" to /v1/batch, answered 400 [too_large]
        {"type": "track", "event": "Order Completed", "userId": "u1", "properties": {"note": "xxxxxxxxxxxxx…

rejected:
    a request to /v1/track: """
        + fake.rejected[1].detail
        + """ [bad_request], answered 400
    a request to /v1/batch: refused by a fault that the test asked for [fault], answered 503"""
    )


def test_nothing_came_at_all(fake: FakeSegment) -> None:
    assert (
        said(fake.expect.track("Order Completed").once)
        == """\
expected exactly one such call, found none: no call was recorded
    track "Order Completed"

Does the code under test send to this fake? SDKs send in the background: flush the SDK first, or
wait with within=…"""
    )
    assert (
        said(lambda: fake.expect.page().at_least(2, within=0.001))
        == """\
expected at least 2 such calls, found none: no call was recorded
    page

Waited for 0.001 s.
Does the code under test send to this fake?"""
    )


def test_too_many(fake: FakeSegment) -> None:
    send(fake, *[track("Paid", revenue=10, at="2026-01-01T00:00:00Z")] * 2, identify())
    assert (
        said(fake.expect.track("Paid").once)
        == """\
expected exactly one such call, found 2 among 3 calls
    track "Paid"

these fit:
    #0  track "Paid"  user_id "u1"  {"revenue": 10, "at": "2026-01-01T00:00:00Z"}
    #1  track "Paid"  user_id "u1"  {"revenue": 10, "at": "2026-01-01T00:00:00Z"}
They differ in nothing but messageId and times: the code tracks the same thing more than once.

also came in:
    #2  identify  user_id "u1\""""
    )


def test_very_many(fake: FakeSegment) -> None:
    send(fake, *[track("Paid", f"u{n}") for n in range(1_200)], *[identify(f"u{n}") for n in range(12)])
    assert (
        said(fake.expect.track("Paid").never)
        == """\
expected no such call, found 1200 among 1,212 calls
    track "Paid"

these fit:
    #0  track "Paid"  user_id "u0"
    #1  track "Paid"  user_id "u1"
    #2  track "Paid"  user_id "u2"
    #3  track "Paid"  user_id "u3"
    #4  track "Paid"  user_id "u4"
    … and 1,195 more

also came in:
    #1200  identify  user_id "u0"
    #1201  identify  user_id "u1"
    #1202  identify  user_id "u2"
    #1203  identify  user_id "u3"
    #1204  identify  user_id "u4"
    #1205  identify  user_id "u5"
    #1206  identify  user_id "u6"
    #1207  identify  user_id "u7"
    #1208  identify  user_id "u8"
    #1209  identify  user_id "u9"
    … and 2 more"""
    )


def test_duplicates(fake: FakeSegment) -> None:
    send(fake, *[{**track("Paid"), "messageId": "m1"}] * 3)
    assert (
        said(lambda: fake.expect.track("Paid").times(3))
        == """\
expected exactly 3 such calls, found 1 among 1 call
    track "Paid"

Segment would have dropped 2 such calls that came again under messageId "m1"

these fit:
    #0  track "Paid"  user_id "u1\""""
    )


def test_too_few(fake: FakeSegment) -> None:
    send(fake, track("Paid", revenue=10), track("Paid", revenue=12))
    assert (
        said(lambda: fake.expect.track("Paid", properties={"revenue": 10}).times(2))
        == """\
expected exactly 2 such calls, found 1 among 2 calls
    track "Paid"
        properties  {"revenue": 10}

these fit:
    #0  track "Paid"  user_id "u1"  {"revenue": 10}

nearest:
    #1 track "Paid"
        field               expected  got
        properties.revenue  10        12"""
    )


def test_what_was_forgotten() -> None:
    fake = at_noon(FakeSettings(max_calls=1))
    send(fake, track("A"), track("B"), track("C"))
    assert (
        said(fake.expect.track("A").once)
        == """\
expected exactly one such call, found none among 1 call
    track "A"

came in:
    #2  track "C"  user_id "u1"

2 older calls had been forgotten: raise FakeSettings.max_calls"""
    )


def is_known(value: object) -> bool:
    return value == "known"


def is_of_u2(event: Event) -> bool:
    return event.user_id == "u2"


def test_matchers_are_shown_as_they_were_written(fake: FakeSegment) -> None:
    send(fake, track("A", a=1, b=True, c="C", d="long" * 50, e=[1, 2], f={"g": 1}, h=0, n=None))
    text = said(
        fake.expect.track(
            re.compile("A|B"),
            properties={
                "a": str,
                "b": 1,
                "c": is_known,
                "d": "long" * 49 + "Long",
                "e": [1],
                "f": exactly({}),
                "h": IsPositive(),
                "i": "nothing",
                "n": ABSENT,
            },
            where=is_of_u2,
        ).once
    )
    assert (
        text
        == """\
expected exactly one such call, found none among 1 call
    track re.compile('A|B')
        properties  {"a": str, "b": 1, "c": is_known(), "d": "longlonglonglonglonglonglonglonglonglonglonglon…
        where       is_of_u2()

nearest:
    #0 track "A"
        field           expected               got
        properties.a    str                    1
        properties.b    1                      True
        properties.c    is_known()             "C"
        properties.d    …onglonglonglongLong"  …onglonglonglonglong"  differs in upper and lower case only
        properties.e    [1]                    [1, 2]                 the lengths differ: 1 and 2
        properties.f.g  (absent)               1
        properties.h    IsPositive()           0
        properties.i    "nothing"              (absent)
        properties.n    (absent)               None
        where           is_of_u2()             False"""
    )


def test_out_of_order(fake: FakeSegment) -> None:
    send(fake, identify(), page(), track("A"), track(user=None))
    expect = fake.expect
    steps = (expect.page("Home"), expect.track("A"), expect.identify(user_id="u1"), expect.track("B"))
    assert (
        said(lambda: expect.in_order(*steps))
        == """\
expected 4 calls in this order; number 3 did not come after number 2:
    #1       page "Home"
    #2       track "A"
    missing  identify  user_id "u1"
    -        track "B"

it came, but earlier:
    #0  identify  user_id "u1"

the calls, in the order in which they came:
    #0  identify     user_id "u1"
    #1  page "Home"  user_id "u1"
    #2  track "A"    user_id "u1"

rejected:
    track "Order Completed": batch[3]: neither `userId` nor `anonymousId` is given [id_required], answered 200"""
    )


def test_out_of_order_since_one_is_not_as_expected(fake: FakeSegment) -> None:
    send(fake, track("Cart Viewed"), track("Order Completed", None))
    send(fake, track("order_completed"))
    expect = fake.expect
    assert (
        said(lambda: expect.in_order(expect.track("Order Completed"), expect.track("Cart Viewed")))
        == """\
expected 2 calls in this order; number 1 did not come:
    missing  track "Order Completed"
    -        track "Cart Viewed"

Segment would have thrown this call away: batch[1]: neither `userId` nor `anonymousId` is given
    track "Order Completed" to /v1/batch, answered 200 [id_required]
        {"type": "track", "event": "Order Completed", "userId": null, "properties": {}}

nearest to the missing one:
    #1 track "order_completed"
        field  expected           got
        event  "Order Completed"  "order_completed"  differs in spaces, punctuation or case only

the calls, in the order in which they came:
    #0  track "Cart Viewed"      user_id "u1"
    #1  track "order_completed"  user_id "u1\""""
    )


def test_something_else(fake: FakeSegment) -> None:
    send(fake, identify(plan="pro"), track("A"), track(user=None))
    fake.expect.track("A").once()
    assert (
        said(fake.expect.nothing_else)
        == """\
expected nothing else, found 1 call that no expectation has claimed:
    #0  identify  user_id "u1"  {"plan": "pro"}

claimed: 1 call

rejected:
    track "Order Completed": batch[2]: neither `userId` nor `anonymousId` is given [id_required], answered 200"""
    )


def test_rejections(fake: FakeSegment) -> None:
    send(fake, *[track("A", None)] * 12, {"type": "wink"})
    assert said(fake.expect.no_rejections).splitlines()[:3] == [
        "expected no rejections, found 13:",
        '    track "A": batch[0]: neither `userId` nor `anonymousId` is given [id_required], answered 200',
        '        {"type": "track", "event": "A", "userId": null, "properties": {}}',
    ]
    assert said(fake.expect.no_rejections).splitlines()[-1] == "    … and 3 more"


def test_long_lists_are_cut(fake: FakeSegment) -> None:
    send(fake, *[track("A", None, n=n) for n in range(7)], *[track("B", None) for _ in range(7)])
    lines = said(fake.expect.track("A").once).splitlines()
    assert (
        lines.count("Segment would have thrown this call away: batch[0]: neither `userId` nor `anonymousId` is given")
        == 1
    )
    assert lines.count("… and 2 more such calls") == 1
    assert lines[-1] == "    … and 2 more"


def test_any_call(fake: FakeSegment) -> None:
    assert said(fake.expect.call("A", user_id="u1").once).splitlines()[1] == '    any call "A"'
    steps = (fake.expect.call("A"), fake.expect.call(user_id="u1", where=is_of_u2))
    assert (
        said(lambda: fake.expect.in_order(*steps))
        == """\
expected 2 calls in this order; number 1 did not come:
    missing  any call "A"
    -        any call  user_id "u1"  where is_of_u2()

Does the code under test send to this fake? SDKs send in the background: flush the SDK first, or
wait with within=…"""
    )


def test_an_error_holds_its_evidence(fake: FakeSegment) -> None:
    send(fake, track("Order completed"), track("Order Completed", None))
    with pytest.raises(ExpectationFailed) as failure:
        fake.expect.track("Order Completed", user_id="u1").once()
    assert isinstance(failure.value, AssertionError)
    assert (failure.value.matched, failure.value.nearest, failure.value.rejected) == ([], fake.calls, fake.rejected)
    assert repr(type(failure.value)) == "<class 'segment_testing.ExpectationFailed'>"


json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=300),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=100), inner, max_size=5),
    max_leaves=40,
)
bags = st.dictionaries(st.text(max_size=200), json_values, max_size=30)


def test_an_error_of_a_predicate_is_one_line(fake: FakeSegment) -> None:
    def complain(value: object) -> bool:
        raise LookupError("one\ntwo\x1b[31m" + "long" * 50)

    send(fake, track("A", a=1))
    line = said(fake.expect.track("A", properties={"a": complain}).once).splitlines()[-1]
    assert line.startswith(r"        properties.a  complain()  1    raised LookupError: one\ntwo\u001b[31mlonglong")
    assert len(line) < 110


@given(bags, bags, st.text(max_size=200), st.text(min_size=1, max_size=200))
def test_whatever_came_the_message_is_short_and_can_be_printed(
    expected: dict[str, Any], got: dict[str, Any], name: str, came: str
) -> None:
    fake = at_noon()
    send(fake, *[track(came) | {"properties": got}] * 15, track(user=None) | {"properties": got})
    with pytest.raises(ExpectationFailed) as failure:
        fake.expect.track(name, properties={**expected, "never": 1}).once()
    text = str(failure.value)
    text.encode()
    lines = text.split("\n")
    assert all(line.isprintable() for line in lines)
    assert len(lines) < 100
    assert max(map(len, lines)) < 260
