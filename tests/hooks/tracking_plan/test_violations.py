"""Events held against a plan, and what is said about them."""

from __future__ import annotations

import json
import sys
from collections import UserDict
from subprocess import run
from typing import Any

import pytest
from hypothesis import given

from segment_hooks import PayloadError, parse_event
from segment_hooks.tracking_plan import RuleType, TrackingPlan, Violation
from segment_hooks.tracking_plan.violations import UNPLANNED_EVENT, UNPLANNED_PROPERTY
from tests.hooks import strategies as js
from tests.hooks.tracking_plan.plans import (
    CONFIG_API,
    ORDER_COMPLETED,
    TYPEWRITER,
    mirrored,
    plan_for,
    plan_of,
    rule,
    track,
)

PLAN = plan_for(ORDER_COMPLETED)


def test_violations_in_the_words_that_segment_documents() -> None:
    found = PLAN.violations(
        track(properties={"total": "much", "products": [{"sku": "s"}, {"sku": 1, "quantity": 1.5}]})
    )
    assert sorted(found, key=lambda each: each.field) == [
        Violation("Required", "properties.order_id", "properties.order_id is required"),
        Violation("Invalid Type", "properties.products.1.quantity", "Invalid type. Expected: integer, given: number"),
        Violation("Invalid Type", "properties.products.1.sku", "Invalid type. Expected: string, given: integer"),
        Violation("Invalid Type", "properties.total", "Invalid type. Expected: null/number, given: string"),
    ]


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (None, "null"),
        (True, "boolean"),
        (1, "integer"),
        (1.0, "integer"),
        (1.5, "number"),
        ("a", "string"),
        ([], "array"),
        ({}, "object"),
    ],
)
def test_every_type_has_its_name(value: Any, kind: str) -> None:
    expected = "array" if kind != "array" else "object"
    (found,) = plan_for({"properties": {"a": {"type": expected}}}).violations(track(properties={"a": value}))
    assert found.description == f"Invalid type. Expected: {expected}, given: {kind}"


@pytest.mark.parametrize(
    ("schema", "value", "type_", "description"),
    [
        ({"enum": ["a", 1, None]}, "SECRET", "Enum", 'the value must be one of "a", 1, null'),
        ({"const": {"a": 1}}, "SECRET", "Const", 'the value must be {"a":1}'),
        ({"pattern": "^a$"}, "SECRET", "Pattern", "the text does not match the pattern '^a$'"),
        ({"format": "date-time"}, "SECRET", "Format", "the text is no date-time"),
        ({"minLength": 9}, "SECRET", "Min Length", "fewer characters than 9"),
        ({"maxLength": 1}, "SECRET", "Max Length", "more characters than 1"),
        ({"minimum": 3}, 2, "Minimum", "the value must be at least 3"),
        ({"maximum": 3}, 4, "Maximum", "the value must be at most 3"),
        ({"exclusiveMinimum": 3}, 3, "Exclusive Minimum", "the value must be greater than 3"),
        ({"exclusiveMaximum": 3}, 3, "Exclusive Maximum", "the value must be less than 3"),
        ({"multipleOf": 3}, 4, "Multiple Of", "the value must be a multiple of 3"),
        ({"minItems": 1}, [], "Min Items", "fewer items than 1"),
        ({"maxItems": 0}, [1], "Max Items", "more items than 0"),
        ({"uniqueItems": True}, [1, 1], "Unique Items", "the same item stands more than once"),
        ({"contains": {"const": 1}}, [2], "Contains", "none of the items is one that the plan asks for"),
        ({"items": [{}], "additionalItems": False}, [1, 2], "Additional Items", "the plan allows no more than 1 items"),
        ({"minProperties": 1}, {}, "Min Properties", "fewer properties than 1"),
        ({"maxProperties": 0}, {"SECRET": 1}, "Max Properties", "more properties than 0"),
        ({"propertyNames": {"maxLength": 1}}, {"SECRET": 1}, "Property Names", "a name that the plan does not allow"),
        ({"not": {}}, 1, "Not", "the value is one that the plan rules out"),
        (False, 1, "False Schema", "the plan allows no value here"),
        ({"anyOf": [{"type": "null"}, {"type": "string"}]}, 1, "Any Of", "fits none of the plan's alternatives"),
        ({"oneOf": [{}, {}]}, 1, "One Of", "exactly one of the plan's alternatives"),
        ({"oneOf": [False]}, 1, "One Of", "exactly one of the plan's alternatives"),
        ({"contentEncoding": "base64"}, "%", "Content Encoding", "breaks the plan's rule 'contentEncoding'"),
    ],
)
def test_every_keyword_is_told_and_no_value_of_the_event(schema: Any, value: Any, type_: str, description: str) -> None:
    (found,) = plan_for({"properties": {"a": schema}}).violations(track(properties={"a": value}))
    assert (found.type, found.field) == (type_, "properties.a")
    assert description in found.description
    assert "SECRET" not in str(found)


def test_a_property_too_many_is_named() -> None:
    plan = plan_for({"properties": {"a": {}}, "additionalProperties": False})
    found = plan.violations(track(properties={"a": 1, "b": 2, "c": 3}))
    assert [each.field for each in found] == ["properties.b", "properties.c"]


def test_the_event_itself_is_called_root() -> None:
    schema = {"anyOf": [{"required": ["userId"]}, {"required": ["anonymousId"]}]}
    plan = plan_of({"type": "COMMON", "jsonSchema": schema})
    (found,) = plan.violations({"type": "identify"})
    assert (found.type, found.field) == ("Any Of", "(root)")
    assert str(found) == "(root): the value fits none of the plan's alternatives (anyOf)"
    (found,) = plan_of({"type": "COMMON", "jsonSchema": {"required": ["userId"]}}).violations({"type": "alias"})
    assert (found.field, str(found)) == ("userId", "userId is required")


@pytest.mark.parametrize("plan", [PLAN, TrackingPlan.from_json(TYPEWRITER), TrackingPlan.from_json(CONFIG_API)])
def test_every_format_finds_the_same(plan: TrackingPlan) -> None:
    assert plan.violations(track(properties={"order_id": "o-1"})) == []
    found = plan.violations(track(properties={"order_id": 1}))
    assert found == [Violation("Invalid Type", "properties.order_id", "Invalid type. Expected: string, given: integer")]
    (found_missing,) = plan.violations(track())
    assert found_missing == Violation("Required", "properties.order_id", "properties.order_id is required")


def test_flattened_rules_take_no_properties_for_none() -> None:
    plan = TrackingPlan.from_json(TYPEWRITER)
    assert plan.violations({"type": "track", "event": "Signed Out"}) == []
    assert plan.violations({"type": "track", "event": "Signed Out", "properties": None}) == []
    (found,) = plan.violations({"type": "track", "event": "Signed Out", "properties": []})
    assert (found.type, found.field) == ("Invalid Type", "properties")
    (found,) = plan.violations({"type": "track", "event": "Order Completed"})
    assert found.field == "properties.order_id"
    (found,) = PLAN.violations({"type": "track", "event": "Order Completed"})
    assert found.field == "properties"  # a schema of the whole event asks for them itself


def test_an_event_in_every_form() -> None:
    call = track(properties={"order_id": 1})
    text = json.dumps(call)
    expected = PLAN.violations(call)
    assert len(expected) == 1
    for form in (text, text.encode(), parse_event(text.encode()), UserDict(call)):
        assert PLAN.violations(form) == expected
    with pytest.raises(PayloadError):
        PLAN.violations(b"[]")
    with pytest.raises(PayloadError):
        PLAN.violations("{")
    with pytest.raises(TypeError, match="not int"):
        PLAN.violations(1)  # type: ignore[arg-type]


def test_an_event_that_is_not_planned() -> None:
    assert PLAN.violations(track("order completed")) == [
        Violation(UNPLANNED_EVENT, "event", "the tracking plan has no event of this name")
    ]
    assert PLAN.violations(track("order completed"), unplanned_events=False) == []
    for kind in ("identify", "group", "page", "screen", "alias", "delete", "other", None, [], {}):
        assert PLAN.violations(track() | {"type": kind}) == []
    for name in (None, [], {}, 1):
        assert [each.type for each in PLAN.violations(track(event=name))] == [UNPLANNED_EVENT]  # type: ignore[arg-type]


def test_properties_that_are_not_planned() -> None:
    call = track(properties={"order_id": "o-1", "oder_id": "o-1", "total": 1})
    assert PLAN.violations(call) == []
    (found,) = PLAN.violations(call, unplanned_properties=True)
    assert found == Violation(
        UNPLANNED_PROPERTY, "properties.oder_id", "properties.oder_id is not in the tracking plan"
    )
    assert str(found) == found.description
    assert PLAN.violations(track(properties={"order_id": "o"}), unplanned_properties=True) == []
    assert PLAN.violations(track("other", properties={"a": 1}), unplanned_events=False, unplanned_properties=True) == []


@pytest.mark.parametrize(
    ("bag", "unplanned"),
    [
        ({}, ["a", "b1"]),
        ({"properties": {"a": {}}}, ["b1"]),
        ({"required": ["a"]}, ["b1"]),
        ({"patternProperties": {"^b": {}}}, ["a"]),
        ({"patternProperties": {"^b": {}, "a": {}}}, []),
        ({"additionalProperties": {"type": "integer"}}, []),
        ({"additionalProperties": True}, ["a", "b1"]),
        ({"allOf": [{"properties": {"a": {}}}, {"anyOf": [{"properties": {"b1": {}}}]}]}, []),
        ({"if": {"properties": {"a": {}}}, "then": {"properties": {"b1": {}}}}, []),
        ({"$ref": "#/definitions/bag"}, ["b1"]),
    ],
)
def test_where_a_schema_may_name_properties(bag: Any, unplanned: list[str]) -> None:
    schema = {**mirrored(bag), "definitions": {"bag": {"properties": {"a": {}}}}}
    plan = plan_of({"type": "TRACK", "key": "Order Completed", "jsonSchema": schema})
    assert list(plan.validate(track(properties={"a": 1, "b1": 2})).unplanned) == unplanned


VERSIONS = plan_of(
    rule("Order Completed", {"required": ["two"]}, version=2),
    rule("Order Completed", {"required": ["one"]}, version=1),
    rule("Order Completed", {"required": ["three"]}, version=3),
)


@pytest.mark.parametrize(
    ("context", "held_against"),
    [
        ({"protocols": {"event_version": 1}}, "one"),
        ({"protocols": {"event_version": 2}}, "two"),
        ({"protocols": {"event_version": 3}}, "three"),
        ({"protocols": {"event_version": 4}}, "one"),
        ({"protocols": {"event_version": True}}, "one"),
        ({"protocols": {"event_version": "2"}}, "one"),
        ({"protocols": {"event_version": {}}}, "one"),
        ({"protocols": []}, "one"),
        ({}, "one"),
        (None, "one"),
    ],
)
def test_an_event_is_held_against_the_version_that_it_names_or_the_oldest(context: Any, held_against: str) -> None:
    (found,) = VERSIONS.violations(track(context=context))
    assert found.field == f"properties.{held_against}"


def test_the_common_rule_comes_last_and_is_for_every_call() -> None:
    common = {"type": "COMMON", "jsonSchema": {"properties": {"context": {"required": ["ip"]}}}}
    plan = plan_of(common, rule("Order Completed", ORDER_COMPLETED))
    assert [each.field for each in plan.violations(track())] == ["properties.order_id", "context.ip"]
    assert [each.field for each in plan.violations(track(properties={"order_id": "o"}))] == ["context.ip"]
    assert [each.field for each in plan.violations({"type": "alias", "context": {}})] == ["context.ip"]
    assert plan.violations(track(properties={"order_id": "o"}, context={"ip": "203.0.113.9"})) == []


def test_calls_of_other_types_have_rules_of_their_own() -> None:
    needs = {"required": ["a"]}
    plan = plan_of(
        rule(None, needs, kind="IDENTIFY"),
        rule(None, needs, kind="GROUP"),
        rule("Home", needs, kind="PAGE"),
        rule(None, {"required": ["b"]}, kind="PAGE"),
        rule("Screen Viewed", {"required": ["c"]}),
    )
    assert plan.violations({"type": "identify", "traits": {}})[0].field == "traits.a"
    assert plan.violations({"type": "group", "traits": {}})[0].field == "traits.a"
    assert plan.violations({"type": "page", "name": "Home", "properties": {}})[0].field == "properties.a"
    assert plan.violations({"type": "page", "name": "Cart", "properties": {}})[0].field == "properties.b"
    assert plan.violations({"type": "page", "name": [], "properties": {}})[0].field == "properties.b"
    # which Segment takes for the event of that name
    assert plan.violations({"type": "screen", "name": "Main", "properties": {}})[0].field == "properties.c"
    rule_for = plan.validate({"type": "identify", "traits": {"z": 1}})
    assert rule_for.rule is not None
    assert (rule_for.rule.type, rule_for.unplanned) == (RuleType.IDENTIFY, ("z",))


@pytest.mark.parametrize("plan", [PLAN, VERSIONS, TrackingPlan.from_json(TYPEWRITER)])
@given(event=js.event_bodies)
def test_any_event_gets_an_answer_and_the_same_in_every_form(plan: TrackingPlan, event: bytes) -> None:
    found = plan.violations(parse_event(event), unplanned_properties=True)
    assert plan.violations(event, unplanned_properties=True) == found
    whole = plan.validate(event)
    assert [each for each in found if not each.type.startswith("Unplanned")] == list(whole.violations)
    assert any(each.type == UNPLANNED_EVENT for each in found) == whole.unplanned_event
    assert sum(each.type == UNPLANNED_PROPERTY for each in found) == len(whole.unplanned)
    # asked again, by the quick way or not
    assert plan.violations(event, unplanned_properties=True) == found


@pytest.mark.parametrize("name", ["\ud800", "a\udfff"])
def test_unpaired_surrogates_are_no_obstacle(name: str) -> None:
    for properties in ({"order_id": name}, {"order_id": "o", name: 1}):
        assert PLAN.violations(track(properties=properties)) == []
    (found,) = PLAN.violations(track(properties={"order_id": 1, name: {name: name}}))
    assert found.field == "properties.order_id"
    assert len(PLAN.violations(track(name))) == 1


def test_identifiers_within_a_schema_do_not_change_what_references_mean() -> None:
    bag = {
        "properties": {
            "a": {"$ref": "#/definitions/a", "$id": "/properties/a"},
            "b": {"id": "/b", "$id": "b", "items": {"$id": "c"}},
        }
    }
    schema = {**mirrored(bag), "$id": "https://example.com/x.json", "definitions": {"a": {"type": "string"}}}
    plan = plan_of({"type": "TRACK", "key": "Order Completed", "jsonSchema": schema})
    (found,) = plan.violations(track(properties={"a": 1, "b": [1]}))
    assert found.field == "properties.a"


def test_members_that_are_called_as_an_identifier_are_kept() -> None:
    plan = plan_for(
        {"properties": {"id": {"type": "string"}, "$id": {"type": "string"}, "$schema": {"type": "string"}}}
    )
    found = plan.violations(track(properties={"id": 1, "$id": 1, "$schema": 1}))
    assert {each.field for each in found} == {"properties.id", "properties.$id", "properties.$schema"}


def test_without_the_library_only_validating_fails() -> None:
    code = (
        "import sys; sys.modules['jsonschema_rs'] = None\n"
        "from segment_hooks.tracking_plan import TrackingPlan\n"
        "plan = TrackingPlan.from_json([{'type': 'TRACK', 'key': 'A', 'jsonSchema': {}}])\n"
        "try: plan.violations({'type': 'track', 'event': 'A'})\n"
        "except Exception as error: print(type(error).__name__, error)\n"
    )
    done = run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.startswith("ConfigurationError ")
    assert "pip install 'segment-hooks[tracking-plan]'" in done.stdout
