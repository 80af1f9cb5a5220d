"""What the factories make: the arguments, the made-up details, both sides of Segment."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum
from typing import Any, TypedDict
from uuid import UUID

import pytest

from segment_hooks import (
    Alias,
    Delete,
    Event,
    Group,
    Identify,
    Page,
    Screen,
    SegmentWebhookHandler,
    Track,
    WebhookEventRouter,
    parse,
    sign,
)
from segment_testing import factories
from segment_testing.factories import ABSENT, Factories
from tests.testing.typed_bags import Attrs, Data, Model, Struct

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


@pytest.fixture
def make() -> Factories:
    return Factories(seed=7, now=NOW)


EVERY_KIND: dict[str, Callable[[Any], Event]] = {
    "track": lambda made: made.track(),
    "identify": lambda made: made.identify(),
    "group": lambda made: made.group(),
    "page": lambda made: made.page(),
    "screen": lambda made: made.screen(),
    "alias": lambda made: made.alias(),
    "delete": lambda made: made.delete(),
}
TYPES = {"track": Track, "identify": Identify, "group": Group, "page": Page, "screen": Screen, "alias": Alias,
         "delete": Delete}  # fmt: skip


# ---- arguments


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_every_kind_is_of_its_type(make: Factories, kind: str) -> None:
    event = EVERY_KIND[kind](make)
    assert type(event) is TYPES[kind]
    assert event.type == kind
    assert event.user_id
    assert event.message_id
    assert event.covered


def test_keywords_are_properties_or_traits(make: Factories) -> None:
    track = make.track("Order Completed", order_id="o1", revenue=10)
    assert track.event == "Order Completed"
    assert (track.properties["order_id"], track.properties["revenue"]) == ("o1", 10)
    assert make.identify(plan="pro").traits["plan"] == "pro"
    assert make.group(employees=3).traits["employees"] == 3
    assert make.page("Home", title="Hello").properties["title"] == "Hello"
    assert make.screen("Main", tab=2).properties == {"tab": 2}


def test_keywords_of_the_envelope(make: Factories) -> None:
    event = make.track(
        "A", user_id="u1", anonymous_id="a1", message_id="m1", timestamp=NOW, integrations={"All": False}, x=1
    )
    assert (event.user_id, event.anonymous_id, event.message_id, event.timestamp) == ("u1", "a1", "m1", NOW)
    assert dict(event.integrations) == {"All": False}
    assert event.properties == {"x": 1}
    assert make.group(group_id="g1").group_id == "g1"
    alias = make.alias(previous_id="a1", user_id="u1")
    assert (alias.previous_id, alias.user_id) == ("a1", "u1")
    assert make.delete(user_id="u1").user_id == "u1"


@pytest.mark.parametrize("odd", [None, 5, ["a"]])
def test_an_event_whose_name_is_none(make: Factories, odd: Any) -> None:
    assert make.track(odd).payload["event"] == odd
    assert make.calls.track(odd)["event"] == odd


def test_an_event_without_a_name(make: Factories) -> None:
    assert "event" not in make.track(ABSENT).payload
    assert "event" not in make.calls.track(ABSENT)


def test_names_of_pages_and_screens(make: Factories) -> None:
    page = make.page("Über uns", "About")
    assert (page.name, page.category) == ("Über uns", "About")
    assert page.properties["path"] == "/uber-uns"
    assert page.properties["name"] == "Über uns"
    assert page.context.page["path"] == "/uber-uns"
    known = make.page(name="Pricing")
    assert (known.category, known.properties["path"]) == ("Marketing", "/pricing")
    assert make.page("Mine").category is None
    assert "name" not in make.page(name=ABSENT).payload
    screen = make.screen("Main", "App")
    assert (screen.name, screen.category) == ("Main", "App")
    assert make.screen("Main").category is None


def test_a_property_with_the_name_of_an_argument(make: Factories) -> None:
    event = make.track("A", properties={"user_id": 1, "timestamp": "x"}, user_id="u1")
    assert event.properties == {"user_id": 1, "timestamp": "x"}
    assert event.user_id == "u1"


def test_properties_at_once_leave_nothing_made_up(make: Factories) -> None:
    assert make.track("Order Completed", properties={"a": 1}).properties == {"a": 1}
    assert make.track("Order Completed", properties={}).properties == {}
    assert make.track("Order Completed", properties={"a": 1, "b": 2}, b=3).properties == {"a": 1, "b": 3}
    assert make.identify(traits={"plan": "pro"}).traits == {"plan": "pro"}


def test_none_is_null_and_absent_is_nothing(make: Factories) -> None:
    payload = make.track("Signed Up", user_id=None, anonymous_id=ABSENT, email=None, phone=ABSENT).payload
    assert payload["userId"] is None
    assert "anonymousId" not in payload
    assert payload["properties"]["email"] is None
    assert "phone" not in payload["properties"]


def test_a_keyword_replaces_the_whole_value(make: Factories) -> None:
    assert make.identify(address={"city": "Oslo"}).traits["address"] == {"city": "Oslo"}


def test_a_context_is_laid_over_the_made_up_one(make: Factories) -> None:
    made = make.user("u1")
    before = made.track("A").payload["context"]
    after = made.track("A", context={"page": {"title": "T"}, "ip": ABSENT, "mine": [1]}).payload["context"]
    assert after["page"]["title"] == "T"
    assert after["page"].keys() == before["page"].keys()
    assert "ip" not in after
    assert after["mine"] == [1]
    assert after["userAgent"] == before["userAgent"]


def test_fields_have_the_last_word(make: Factories) -> None:
    fields = {"receivedAt": ABSENT, "version": "1.1", "context": None, "email": "a@example.com", "properties": []}
    payload = make.track("A", fields=fields).payload
    assert "receivedAt" not in payload
    assert (payload["version"], payload["context"], payload["email"], payload["properties"]) == (
        "1.1",
        None,
        "a@example.com",
        [],
    )


@pytest.mark.parametrize(
    ("call", "problem"),
    [
        (lambda f: f.track("A", userId="u1"), "track() has user_id, not userId; for a property of that name"),
        (lambda f: f.group(groupId="g"), "group() has group_id, not groupId"),
        (lambda f: f.identify(properties={}), "identify() has traits, not properties"),
        (lambda f: f.track("A", traits={}), "track() has properties, not traits; those of the user go into context="),
        (lambda f: f.alias(plan="pro"), "alias() has neither properties nor traits for plan; use fields={…}"),
        (lambda f: f.delete(email="x"), "delete() has neither properties nor traits for email"),
        (lambda f: f.track("A", properties=Struct("o1"), b=1), "set b in the Struct itself, not beside it"),
        (lambda f: f.track("A", properties=[1]), "properties is an object in JSON"),
        (lambda f: f.track("A", context="x"), "context is an object in JSON"),
        (lambda f: f.track("A", x=object()), "properties.x cannot be sent as JSON: there is no JSON for a value of"),
        (lambda f: f.track("A", context={"a": {"b": f}}), "context.a cannot be sent as JSON"),
    ],
)
def test_what_cannot_be_is_refused(make: Factories, call: Callable[[Factories], Any], problem: str) -> None:
    with pytest.raises(TypeError, match=re.escape(problem)):
        call(make)


def test_a_kind_of_sdk_that_does_not_exist(make: Factories) -> None:
    with pytest.raises(ValueError, match="sdk is 'browser', 'mobile' or 'server', not 'web'"):
        make.track("A", sdk="web")


def test_a_time_without_a_zone_is_refused(make: Factories) -> None:
    with pytest.raises(ValueError, match="has no time zone"):
        make.track("A", timestamp=datetime(2026, 1, 1))  # noqa: DTZ001
    with pytest.raises(ValueError, match="has no time zone"):
        Factories(now=datetime(2026, 1, 1))  # noqa: DTZ001
    with pytest.raises(TypeError, match="now is a time, or what tells the time, not int"):
        Factories(now=1)  # type: ignore[arg-type]


# ---- values of other types


@pytest.mark.parametrize(
    "typed", [Struct("o1", 2.5), Data("o1", 2.5), Attrs("o1", 2.5), Model(order_id="o1", revenue=2.5)], ids=repr
)
def test_properties_in_a_type_of_ones_own(make: Factories, typed: Any) -> None:
    event = make.track("Order Completed", properties=typed)
    assert event.properties is typed
    assert event.payload["properties"] == {"orderId": "o1", "revenue": 2.5}
    assert make.calls.track("Order Completed", properties=typed)["properties"] == {"orderId": "o1", "revenue": 2.5}
    assert make.identify(traits=typed).traits is typed
    assert make.track("A", order=typed).properties == {"order": {"orderId": "o1", "revenue": 2.5}}


def test_a_handler_gets_what_the_router_would_give_it(make: Factories) -> None:
    seen: list[Struct] = []
    router = WebhookEventRouter()

    @router.on_track("Order Completed")
    def fulfil(event: Track[Struct]) -> None:
        seen.append(event.properties)

    event = make.track("Order Completed", properties=Struct("o1", 2.5))
    fulfil(event)
    router.route_sync(make.track("Order Completed", properties={"orderId": "o1", "revenue": 2.5}))
    assert seen == [Struct("o1", 2.5)] * 2


def test_other_values_become_json(make: Factories) -> None:
    class Color(Enum):
        RED = "red"

    properties = make.track(
        "A",
        money=Decimal("10.50"),
        prices=[Decimal(1), (Decimal("0.5"),)],
        day=date(2026, 1, 2),
        moment=datetime(2026, 1, 2, tzinfo=UTC),
        id=UUID(int=1),
        color=Color.RED,
        tags=("a", "b"),
        numbers={1: "one"},
        whole=10.0,
        nan=float("nan"),
        lone="\ud83d",
    ).properties
    assert properties == {
        "money": 10.5,
        "prices": [1, [0.5]],
        "day": "2026-01-02",
        "moment": "2026-01-02T00:00:00Z",
        "id": "00000000-0000-0000-0000-000000000001",
        "color": "red",
        "tags": ["a", "b"],
        "numbers": {"1": "one"},
        "whole": 10,
        "nan": None,
        "lone": "\ud83d",
    }
    assert isinstance(properties["whole"], int)  # as JavaScript writes it


# ---- times


def test_an_event_has_just_happened() -> None:
    before = datetime.now(UTC)
    event = Factories().track()
    assert event.received_at
    assert event.timestamp
    assert before - timedelta(seconds=5) < event.timestamp < event.received_at <= datetime.now(UTC)


def test_the_present_may_be_told_by_a_function() -> None:
    moments = iter([NOW.astimezone(timezone(timedelta(hours=5))), NOW + timedelta(days=1)])
    made = Factories(now=lambda: next(moments))
    first, second = made.identify(), made.identify()
    assert first.timestamp == NOW - timedelta(seconds=2)
    assert second.timestamp == NOW + timedelta(days=1, seconds=-2)
    assert first.traits["createdAt"].endswith("Z")


def test_a_time_that_is_given_is_that_of_the_event(make: Factories) -> None:
    moment = datetime(2025, 1, 2, 3, 4, 5, 678901, tzinfo=timezone(timedelta(hours=2)))
    expected = datetime(2025, 1, 2, 1, 4, 5, 678000, tzinfo=UTC)
    for kind in ("track", "identify", "delete"):
        assert getattr(make, kind)(timestamp=moment).timestamp == expected
    assert make.track(timestamp="2025-01-02T01:04:05.678Z").timestamp == expected
    assert make.calls.track(timestamp=moment)["timestamp"] == "2025-01-02T01:04:05.678Z"
    assert make.calls.track(timestamp="2025-1-02T01:04:05Z")["timestamp"] == "2025-1-02T01:04:05Z"


@pytest.mark.parametrize("odd", ["yesterday", None, ABSENT, 1_700_000_000])
def test_a_time_that_is_none_is_corrected_as_segment_does(make: Factories, odd: Any) -> None:
    event = make.track(timestamp=odd)
    assert event.timestamp == event.received_at


# ---- made-up details


def test_the_sums_of_an_order_are_right(make: Factories) -> None:
    for _ in range(50):
        made = make.track("Order Completed").properties
        assert made["products"]
        assert made["revenue"] == pytest.approx(sum(line["price"] * line["quantity"] for line in made["products"]))
        assert made["subtotal"] == pytest.approx(made["revenue"] - made["discount"])
        assert made["total"] == pytest.approx(made["subtotal"] + made["shipping"] + made["tax"])
        assert ("coupon" in made) == (made["discount"] > 0)


def test_the_sums_follow_what_is_given(make: Factories) -> None:
    by_revenue = make.track("Order Completed", revenue=Decimal(10), shipping=1, tax=0, discount=2).properties
    assert [line["price"] * line["quantity"] for line in by_revenue["products"]] == [10]
    assert (by_revenue["subtotal"], by_revenue["total"]) == (8, 9)
    by_products = make.track("Order Completed", products=[{"price": 2.5, "quantity": 4}, {"price": 1}]).properties
    assert by_products["revenue"] == 11
    assert make.track("Order Completed", total=1).properties["total"] == 1
    odd = make.track("Order Completed", products=[None, {"price": "x", "quantity": None}], revenue="ten").properties
    assert (odd["revenue"], odd["total"] >= 0) == ("ten", True)
    assert make.track("Order Completed", products="none").properties["products"] == "none"


def test_what_the_specs_want_in_the_context(make: Factories) -> None:
    user = make.user()
    assert user.track("Signed In").context.group_id == user.company.id
    assert user.track("Email Opened").context.traits["email"] == user.email
    assert user.track("Application Opened").context.app["version"] == "3.9.2"
    trial = user.track("Trial Ended").properties
    assert trial["trial_start_date"] < trial["trial_end_date"] <= "2026-03-04T12:00:00.000Z"


def test_an_event_of_ones_own_has_no_properties_but_those_given(make: Factories) -> None:
    assert make.track("Widget Frobbed").properties == {}
    assert make.track("order completed", a=1).properties == {"a": 1}  # names are exact


@pytest.mark.parametrize(
    ("sdk", "library", "channel"),
    [
        ("browser", "analytics.js", "client"),
        ("mobile", "analytics-", "client"),
        ("server", "analytics-python", "server"),
    ],
)
def test_each_kind_of_sdk(make: Factories, sdk: str, library: str, channel: str) -> None:
    event = make.track("A", sdk=sdk)
    assert (event.context.library.text("name") or "").startswith(library)
    assert event.channel == channel
    assert (event.context.ip is None) == (sdk == "server")
    assert ("_metadata" in event.payload) == (sdk == "browser")
    assert (event.anonymous_id is None) == (sdk == "server")
    assert make.track("A", sdk=sdk, user_id=None).anonymous_id


def test_a_group_is_the_company_of_its_id(make: Factories) -> None:
    one, other = make.group(group_id="g1"), make.group(group_id="g1")
    assert one.traits == other.traits
    assert make.group(group_id="g2").traits["createdAt"] != one.traits["createdAt"]


def test_a_deletion_is_as_segment_sends_it(make: Factories) -> None:
    payload = make.delete().payload
    assert (payload["context"], payload["integrations"], payload["channel"]) == (None, None, "server")
    assert payload["originalTimestamp"].endswith(tuple("0123456789"))
    assert " +0000 UTC m=+" in payload["originalTimestamp"]
    event = make.delete()
    assert event.original_timestamp == event.timestamp
    assert dict(event.context) == {}


# ---- both sides


def test_a_call_is_a_dict_as_sdks_send_it(make: Factories) -> None:
    call = make.calls.track("Order Completed", user_id="u1", order_id="o1", write_key="wk", timestamp=NOW)
    assert call["type"] == "track"
    assert call["event"] == "Order Completed"
    assert call["properties"]["order_id"] == "o1"
    assert call["timestamp"] == "2026-03-04T12:00:00.000Z"
    assert call["writeKey"] == "wk"
    assert not {"receivedAt", "originalTimestamp", "sentAt", "projectId", "version", "channel"} & call.keys()
    assert "ip" not in call["context"]
    assert json.loads(json.dumps(call)) == call


def test_a_batch_of_calls(make: Factories) -> None:
    batch = make.calls.batch(5, write_key="wk")
    assert len(batch["batch"]) == 5
    assert (batch["writeKey"], batch["sentAt"]) == ("wk", "2026-03-04T12:00:00.000Z")
    mine = [make.calls.alias(), make.calls.screen("Main")]
    assert make.calls.batch(mine)["batch"] == mine
    assert make.calls.batch(iter(mine)).keys() == {"batch", "sentAt"}


def test_batches(make: Factories) -> None:
    assert make.batch(0) == []
    batch = make.batch(60)
    assert len(batch) == 60
    assert len({event.user_id for event in batch}) > 2
    with pytest.raises(ValueError, match="from 0 up, not -1"):
        make.batch(-1)


def test_the_body_of_a_webhook(make: Factories) -> None:
    event, batch = make.track(), make.batch(3)
    assert factories.body(event) == event.raw
    assert parse(factories.body(batch)).events == batch
    handler = SegmentWebhookHandler("secret")
    body = factories.body(event)
    delivery = handler.handle_request(headers={"x-signature": sign("secret", body)}, body=body)
    assert delivery.events == [event]


def test_the_functions_of_the_module() -> None:
    assert factories.track("Order Completed", order_id="o1").properties["order_id"] == "o1"
    assert factories.track("A").user_id != factories.track("A").user_id
    assert factories.user("u1").id == "u1"


def test_a_typed_dict_is_a_dict(make: Factories) -> None:
    class Loose(TypedDict):
        a: int

    assert make.track("A", properties=Loose(a=1)).properties == {"a": 1}
