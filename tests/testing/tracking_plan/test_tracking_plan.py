"""Recorded calls against a plan, and events that a plan allows, made up and drawn."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from typing import Any

import httpx
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

from segment_hooks import Event, Headers, Track
from segment_hooks.tracking_plan import TrackingPlan
from segment_testing import ExpectationFailed, FakeSegment, FakeSettings
from segment_testing.factories import ABSENT
from segment_testing.fake import FakeRequest
from segment_testing.recording import Call, Ledger, Reception
from segment_testing.tracking_plan import PlanFactories, PlanWatch, check_plan, planned_events, violations_in

Json = Any

TEXT = {"type": "string"}
ORDER: Json = {
    "type": "object",
    "required": ["order_id", "products"],
    "properties": {
        "order_id": {**TEXT, "minLength": 3},
        "total": {"type": ["number", "null"], "exclusiveMinimum": 0},
        "currency": {**TEXT, "pattern": "^[A-Z]{3}$"},
        "season": {"enum": ["fall", "winter"]},
        "ordered_at": {**TEXT, "format": "date-time"},
        "email": {**TEXT, "format": "email"},
        "gift": {"type": "boolean"},
        "products": {
            "type": "array",
            "minItems": 1,
            "uniqueItems": True,
            "items": {
                "type": "object",
                "required": ["sku"],
                "properties": {"sku": TEXT, "quantity": {"type": "integer", "minimum": 1, "multipleOf": 2}},
            },
        },
        "codes": {"type": "object", "additionalProperties": {"type": "integer"}, "minProperties": 1},
        "address": {"$ref": "#/definitions/address"},
    },
    "additionalProperties": False,
}
ADDRESS: Json = {"address": {"type": "object", "required": ["city"], "properties": {"city": TEXT}}}
PICKY: Json = {
    "type": "object",
    "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}},
    "oneOf": [{"required": ["a"]}, {"required": ["b"]}],
}


def mirrored(bag: Json, member: str = "properties") -> Json:
    return {"type": "object", "properties": {member: bag}, "required": [member], "definitions": ADDRESS}


PLAN = TrackingPlan.from_json(
    {
        "name": "Shop",
        "rules": [
            {"type": "TRACK", "key": "Order Completed", "version": 2, "jsonSchema": mirrored(ORDER)},
            {"type": "TRACK", "key": "Order Completed", "version": 1, "jsonSchema": mirrored({"required": ["old"]})},
            {"type": "TRACK", "key": "Picky", "jsonSchema": mirrored(PICKY)},
            {"type": "TRACK", "key": "Flat", "jsonSchema": {"properties": {"a": TEXT}, "required": ["a"]}},
            {
                "type": "IDENTIFY",
                "jsonSchema": mirrored({"required": ["email"], "properties": {"email": TEXT}}, "traits"),
            },
            {"type": "GROUP", "jsonSchema": mirrored({}, "traits")},
            {"type": "PAGE", "key": "Home", "jsonSchema": mirrored({"properties": {"url": {**TEXT, "format": "uri"}}})},
            {"type": "PAGE", "jsonSchema": mirrored({"required": ["title"]})},
            {"type": "SCREEN", "jsonSchema": mirrored({})},
            {"type": "COMMON", "jsonSchema": {"required": ["messageId"]}},
        ],
    }
)


# ---- drawn


@given(event=planned_events(PLAN))
def test_what_is_drawn_fits_the_plan(event: Event) -> None:
    assert PLAN.violations(event) == []


@given(event=planned_events(PLAN, "Order Completed"), data=st.data())
def test_what_is_drawn_and_spoiled_does_not(event: Track, data: st.DataObject) -> None:
    payload = dict(event.payload)
    properties = dict(event.properties)
    if event.context.bag("protocols").get("event_version") == 1:
        properties.pop("old")
    else:
        spoil = data.draw(st.sampled_from(SPOILS))
        spoil(properties)
    assert PLAN.violations({**payload, "properties": properties})


SPOILS: list[Any] = [
    lambda found: found.pop("order_id"),
    lambda found: found.update(order_id="ab"),
    lambda found: found.update(total=0),
    lambda found: found.update(currency="euro"),
    lambda found: found.update(season="spring"),
    lambda found: found.update(ordered_at="yesterday"),
    lambda found: found.update(gift="yes"),
    lambda found: found.update(products=[]),
    lambda found: found.update(products=[{"sku": "1"}, {"sku": "1"}]),
    lambda found: found.update(products=[{"sku": "1", "quantity": 3}]),
    lambda found: found.update(codes={"a": "b"}),
    lambda found: found.update(address={}),
    lambda found: found.update(more=1),
]


@settings(max_examples=20)
@given(data=st.data())
def test_events_can_be_chosen(data: st.DataObject) -> None:
    event = data.draw(planned_events(PLAN, "Flat", "Home", odd=False, fields={"userId": "u-1"}))
    assert event.user_id == "u-1"
    assert event.payload.get("event") == "Flat" or event.payload.get("name") == "Home"


def test_a_name_that_the_plan_does_not_have() -> None:
    with pytest.raises(InvalidArgument, match="no event called 'Order completed'"):
        planned_events(PLAN, "Order completed")


# ---- made up


@pytest.mark.parametrize("seed", range(20))
def test_what_is_made_up_fits_the_plan(seed: int) -> None:
    make = PlanFactories(PLAN, seed=seed)
    events = [
        make.track("Order Completed"),
        make.track("Order Completed", version=1),
        make.track("Picky"),
        make.track("Flat"),
        make.identify(),
        make.group(),
        make.page("Home"),
        make.page("Cart"),
        make.screen("Main"),
    ]
    for event in events:
        assert PLAN.violations(event) == [], event.payload
    order = events[0]
    assert isinstance(order, Track)
    assert set(order.properties) == set(ORDER["properties"])
    assert order.context["protocols"] == {"event_version": 2}


def test_equal_seeds_make_equal_properties() -> None:
    one, other, third = (PlanFactories(PLAN, seed=seed) for seed in (7, 7, 8))
    assert one.properties("Order Completed") == other.properties("Order Completed")
    assert one.properties("Order Completed") != third.properties("Order Completed")


def test_what_is_given_has_the_last_word() -> None:
    event = PlanFactories(PLAN).track("Order Completed", order_id=1, total=ABSENT)
    assert event.properties["order_id"] == 1
    assert "total" not in event.properties
    assert PLAN.violations(event)


@pytest.mark.parametrize(
    ("schema", "fits"),
    [
        ({"type": "string", "maxLength": 3}, lambda value: len(value) <= 3),
        ({"type": "string", "maxLength": 0}, lambda value: value == ""),
        ({"type": "string", "minLength": 30}, lambda value: len(value) >= 30),
        ({"type": "integer", "maximum": -5}, lambda value: value <= -5),
        ({"type": "number", "exclusiveMinimum": 1, "exclusiveMaximum": 1.001}, lambda value: 1 < value < 1.001),
        (
            {"type": "array", "items": [{"type": "null"}], "additionalItems": False, "minItems": 1},
            lambda v: v == [None],
        ),
        ({"type": "array", "maxItems": 0}, lambda value: value == []),
        ({"type": "string", "pattern": "^[0-9]{2,4}$", "minLength": 4}, lambda value: len(value) == 4),
        ({"type": "string", "format": "date"}, datetime.fromisoformat),
        ({"type": "object", "propertyNames": {"pattern": "^x"}, "minProperties": 2}, lambda value: len(value) == 2),
        ({"type": "object", "properties": {"again": {"$ref": "#/definitions/v"}}}, lambda value: "again" in value),
        ({"not": {"type": "string"}}, lambda value: not isinstance(value, str)),
    ],
)
def test_values_of_every_kind(schema: Json, fits: Any) -> None:
    bag = {"type": "object", "properties": {"v": {"$ref": "#/definitions/v"}}, "required": ["v"]}
    whole = {**mirrored(bag), "definitions": {"v": schema}}
    plan = TrackingPlan.from_json([{"type": "TRACK", "key": "A", "jsonSchema": whole}])
    made = PlanFactories(plan).properties("A")
    assert plan.violations({"type": "track", "event": "A", "properties": made}) == []
    assert fits(made["v"])


def test_what_the_plan_does_not_have_cannot_be_made_up() -> None:
    make = PlanFactories(PLAN)
    with pytest.raises(LookupError, match="no track 'Other'"):
        make.track("Other")
    with pytest.raises(LookupError, match="no track 'Picky' of version 3"):
        make.track("Picky", version=3)
    with pytest.raises(LookupError, match="no identify"):
        PlanFactories(TrackingPlan([])).identify()
    never = TrackingPlan.from_json([{"type": "TRACK", "key": "A", "jsonSchema": mirrored({"not": {}})}])
    with pytest.raises(LookupError, match="too picky"):
        PlanFactories(never).track("A")


# ---- recorded


def call(event: str, **properties: Any) -> Call:
    sent = {"type": "track", "event": event, "userId": "u-1", "properties": properties}
    reception = Reception("/v1/batch", "key", datetime(2026, 1, 2, tzinfo=UTC))
    return Call(reception, msgspec.json.encode(sent), type="track", message_id="m-1", name=event, user_id="u-1")


def ledger_of(*calls: Call, **options: Any) -> Ledger:
    ledger = Ledger(**options)
    ledger.record(calls)
    return ledger


def test_a_failure_names_the_calls_and_what_is_wrong() -> None:
    ledger = ledger_of(call("Flat", a="x"), call("Flat", a=1, b=2), call("flat", a="x"))
    with pytest.raises(ExpectationFailed) as caught:
        check_plan(ledger.calls, PLAN)
    assert str(caught.value) == (
        "expected no violations of the tracking plan of Shop, found 2 calls that break it:\n"
        "\n"
        '    #1 track "Flat"\n'
        "        Invalid Type        properties.a: Invalid type. Expected: string, given: integer\n"
        "        Unplanned Property  properties.b is not in the tracking plan\n"
        "\n"
        '    #2 track "flat"\n'
        "        Unplanned Event     event: the tracking plan has no event of this name"
    )
    assert caught.value.matched == ledger.calls[1:]


def test_what_is_not_planned_may_be_allowed() -> None:
    ledger = ledger_of(call("Flat", a="x", b=2), call("flat", a="x"))
    assert len(violations_in(ledger.calls, PLAN)) == 2
    assert len(violations_in(ledger.calls, PLAN, unplanned_events=False)) == 1
    check_plan(ledger.calls, PLAN, unplanned_events=False, unplanned_properties=False)


def test_a_long_list_is_cut() -> None:
    calls = ledger_of(*(call("flat") for _ in range(15))).calls
    with pytest.raises(ExpectationFailed, match="and 5 more"):
        check_plan(calls, PLAN)
    with pytest.raises(ExpectationFailed, match="found 1 call that breaks it"):
        check_plan(calls[:1], PLAN)


def test_a_watch_follows_the_ledger() -> None:
    ledger = ledger_of(call("Flat", a="x"), max_calls=2)
    watch = PlanWatch(ledger, PLAN)
    assert watch.found == []
    bad = call("Flat")
    ledger.record([bad])
    (found,) = watch.found
    assert (found.call, [each.field for each in found.violations]) == (bad, ["properties.a"])
    assert watch.of(bad) is found.violations
    ledger.record([call("Flat", a="x"), call("Flat", a="x")])
    assert watch.found == []


def test_checking_needs_no_hypothesis() -> None:
    code = "import sys; from segment_testing.tracking_plan import check_plan; print('hypothesis' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "False"


def test_an_expectation_holds_calls_against_the_plan_of_the_settings() -> None:
    segment = FakeSegment(FakeSettings(tracking_plan=PLAN))
    calls = PlanFactories(PLAN, seed=1)
    track_as_sent(segment, calls.track("Order Completed").payload)
    segment.expect.no_violations()
    assert segment.violations == []
    track_as_sent(segment, {"event": "Order Completed", "userId": "u-1", "properties": {}})
    with pytest.raises(ExpectationFailed, match=r"properties\.old is required"):
        segment.expect.no_violations()
    (found,) = segment.violations
    assert found.call is segment.calls[1]


def test_without_a_plan_there_is_nothing_to_hold_calls_against() -> None:
    segment = FakeSegment()
    assert segment.violations == []
    with pytest.raises(TypeError, match="which plan"):
        segment.expect.no_violations()
    segment.expect.no_violations(PLAN)


def track_as_sent(segment: FakeSegment, call: dict[str, Any]) -> None:
    body = msgspec.json.encode({**call, "writeKey": "wk"})
    assert segment.handle(FakeRequest("POST", "/v1/track", Headers(), body)).status == 200


def test_other_processes_and_the_page_see_the_violations() -> None:
    segment = FakeSegment(FakeSettings(tracking_plan=PLAN))
    track_as_sent(segment, {"event": "Order Completed", "userId": "u-1", "properties": {}})
    with segment.serve() as server:
        answer = httpx.get(f"{server.url}/_fake/events").json()
        with httpx.stream("GET", f"{server.url}/_fake/stream?from=start") as stream:
            told = next(line for line in stream.iter_lines() if line.startswith("data: {"))
    missing = {"type": "Required", "field": "properties.old", "description": "properties.old is required"}
    assert missing in answer["events"][0]["violations"]
    assert missing in msgspec.json.decode(told.removeprefix("data: "))["violations"]
