"""Plans in all formats, and what is wrong with those that cannot be read."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from segment_hooks.tracking_plan import PlanError, RuleType, TrackingPlan
from tests.hooks.tracking_plan.plans import CONFIG_API, ORDER_COMPLETED, TYPEWRITER, mirrored, page, rule, track

GOOD = track(properties={"order_id": "o-1", "total": None})
BAD = track(properties={"order_id": 1})


def holds(plan: TrackingPlan) -> None:
    assert plan.violations(GOOD) == []
    assert [each.field for each in plan.violations(BAD)] == ["properties.order_id"]


def refusal(*documents: Any) -> PlanError:
    with pytest.raises(PlanError) as caught:
        TrackingPlan.from_json(*documents)
    return caught.value


ORDER = rule("Order Completed", ORDER_COMPLETED)


@pytest.mark.parametrize(
    "document",
    [
        page(ORDER),
        [page(ORDER)],
        [ORDER],
        {"rules": [ORDER]},
        {"data": {"rules": [ORDER]}},
        TYPEWRITER,
        CONFIG_API,
    ],
    ids=["answer", "pages", "rules alone", "upsert", "no pagination", "typewriter", "config api"],
)
def test_every_format_is_read(document: Any) -> None:
    holds(TrackingPlan.from_json(document))
    holds(TrackingPlan.from_json(json.dumps(document)))
    holds(TrackingPlan.from_json(b"\xef\xbb\xbf" + json.dumps(document).encode()))


def test_files_are_read_and_named(tmp_path: Path) -> None:
    plan, broken = tmp_path / "plan.json", tmp_path / "broken.json"
    plan.write_text(json.dumps(TYPEWRITER))
    broken.write_text('{"rules": [')
    holds(TrackingPlan.load(plan))
    holds(TrackingPlan.load(str(plan)))
    with pytest.raises(PlanError, match=r"the text ends where .* \(byte 11\) at broken\.json, \$\.rules\[0\]"):
        TrackingPlan.load(broken)
    with pytest.raises(FileNotFoundError):
        TrackingPlan.load(tmp_path / "none.json")
    with pytest.raises(TypeError, match="path"):
        TrackingPlan.load()


def test_the_pages_of_a_list_are_one_plan(tmp_path: Path) -> None:
    first = page(ORDER, next="Mg==", totalEntries=2)
    second = page(rule("Signed Out", {}), current="Mg==", totalEntries=2)
    for plan in (TrackingPlan.from_json(first, second), TrackingPlan.from_json([second, first])):
        assert {each.key for each in plan.rules} == {"Order Completed", "Signed Out"}
    assert "the list goes on" in str(refusal(first))
    assert refusal(first).place == "$.data.pagination.next"
    assert "has 2 rules" in str(refusal(second))


def test_what_a_plan_says_of_itself() -> None:
    about = {"data": {"trackingPlan": {"id": "tp_1", "name": "Shop", "description": "All of it."}}}
    plan = TrackingPlan.from_json(about, page(ORDER))
    assert (plan.id, plan.name, plan.description) == ("tp_1", "Shop", "All of it.")
    assert repr(plan) == "TrackingPlan('Shop', 1 rules)"
    plan = TrackingPlan.from_json(CONFIG_API)
    assert (plan.id, plan.name, plan.description) == ("rs_1", "Shop", None)


def test_a_rule_keeps_what_stands_beside_its_schema() -> None:
    (one,) = TrackingPlan.from_json(
        [
            {
                **ORDER,
                "version": 3.0,
                "labels": {"team": "checkout", "priority": 1},
                "deprecatedAt": "2024-02-03T04:05:06Z",
            }
        ]
    ).rules
    assert (one.type, one.key, one.version, one.flattened) == (RuleType.TRACK, "Order Completed", 3, False)
    assert one.labels == {"team": "checkout", "priority": "1"}
    assert one.deprecated_at == datetime(2024, 2, 3, 4, 5, 6, tzinfo=UTC)
    assert one.place == "$[0].jsonSchema"
    order, signed_out = TrackingPlan.from_json(TYPEWRITER).rules
    assert (order.version, order.flattened, order.description) == (2, True, "Somebody has paid.")
    assert order.deprecated_at is None  # Go's zero time means never
    assert "required" not in signed_out.schema  # which was that of the whole event
    event, common, identify = TrackingPlan.from_json(CONFIG_API).rules
    assert event.labels == {"team": "checkout"}
    assert (common.type, identify.type) == (RuleType.COMMON, RuleType.IDENTIFY)
    assert identify.bag_schema()[0]["properties"] == {"email": {"description": "Where to write to."}}  # type: ignore[index]


@pytest.mark.parametrize(
    ("schema", "flattened"),
    [
        (mirrored(ORDER_COMPLETED), False),
        ({"properties": {"context": {}}}, False),
        ({"properties": {"userId": {}, "type": {}}}, False),
        ({}, False),
        (ORDER_COMPLETED, True),
        ({"properties": {"context": {}, "order_id": {}}}, True),
        ({"properties": {"properties": {}, "order_id": {}}}, False),
        ({"properties": {"properties": {}}, "eventMetadata": {}}, True),
    ],
)
def test_a_flattened_schema_is_told_from_one_of_a_whole_event(schema: Any, flattened: bool) -> None:
    (one,) = TrackingPlan.from_json([{"type": "TRACK", "key": "A", "jsonSchema": schema}]).rules
    assert one.flattened is flattened


def test_the_common_rule_may_stand_under_global() -> None:
    schema = {"type": "object", "required": ["userId"]}
    for written in (schema, {"global": schema}):
        plan = TrackingPlan.from_json([{"type": "COMMON", "key": "", "jsonSchema": written}])
        assert plan.rules[0].schema == schema


@pytest.mark.parametrize(
    ("document", "problem", "place"),
    [
        (b"{", "the text ends where a property name in double quotes or '}' should be (byte 1)", "$"),
        (b'"plan"', "expected an object, found text", "$"),
        (b"[1]", "expected an object, found a number", "$[0]"),
        (b"{}", "neither", "$"),
        ({"errors": []}, "an error that the API answered with", "$"),
        ({"data": {}}, 'has no "rules"', "$.data"),
        ({"data": {"trackingPlan": []}}, "expected an object, found an array", "$.data.trackingPlan"),
        ({"data": {"rules": [], "pagination": 1}}, "expected an object, found a number", "$.data.pagination"),
        ({"rules": 1}, "expected an array of rules, found a number", "$.rules"),
        ({"rules": [None]}, "expected an object, found null", "$.rules[0]"),
        ({"rules": [{}]}, 'a rule needs a "type"', "$.rules[0]"),
        ({"rules": [{"type": "TRAK"}]}, "one of COMMON, TRACK, IDENTIFY, GROUP, PAGE, SCREEN", "$.rules[0].type"),
        ({"rules": [{"type": True}]}, "expected text, found true or false", "$.rules[0].type"),
        ({"rules": [{"type": "TRACK", "key": "A"}]}, 'needs a "jsonSchema"', "$.rules[0]"),
        ({"rules": [{"type": "TRACK", "jsonSchema": {}}]}, "needs the name of its event", "$.rules[0]"),
        ({"rules": [{"type": "TRACK", "key": 1, "jsonSchema": {}}]}, "found a number", "$.rules[0].key"),
        ({"rules": [{**ORDER, "jsonSchema": []}]}, "found an array", "$.rules[0].jsonSchema"),
        ({"rules": [{**ORDER, "jsonSchema": {"properties": 1}}]}, "found", "$.rules[0].jsonSchema.properties"),
        ({"rules": [{**ORDER, "version": 1.5}]}, "expected a whole number", "$.rules[0].version"),
        ({"rules": [{**ORDER, "version": "1"}]}, "expected a whole number, found text", "$.rules[0].version"),
        ({"rules": [{**ORDER, "labels": []}]}, "found an array", "$.rules[0].labels"),
        ({"rules": [ORDER, ORDER]}, "version 1 of 'Order Completed' stands twice", "$.rules[1].jsonSchema"),
        ({"rules": {"events": {}}}, "expected an array of events", "$.rules.events"),
        ({"rules": {"events": [{"name": "A"}]}}, 'needs "rules"', "$.rules.events[0]"),
        ({"rules": {"events": [{"rules": {}}]}}, "needs the name", "$.rules.events[0]"),
        ({"rules": {"group_traits": {"a": 1}}}, "expected an array of traits", "$.rules.group_traits"),
        ({"rules": {"group_traits": [{}]}}, 'needs a "name"', "$.rules.group_traits[0]"),
        (
            {"rules": {"identify": {"a": 1}, "identify_traits": [{"name": "a"}]}},
            "stand twice",
            "$.rules.identify_traits",
        ),
        (
            [{"type": "COMMON", "jsonSchema": {}}, {"type": "COMMON", "jsonSchema": {}, "version": 2}],
            "the COMMON rule stands twice, first at $[0].jsonSchema",
            "$[1].jsonSchema",
        ),
    ],
)
def test_what_cannot_be_read_is_told_with_its_place(document: Any, problem: str, place: str) -> None:
    error = refusal(document)
    assert problem in str(error)
    assert error.place == place
    assert str(error).endswith(f" at {place}")


@pytest.mark.parametrize(
    ("bag", "place"),
    [
        ({"properties": {"user id": {"type": "strin"}}}, 'properties["user id"].type'),
        ({"properties": {"a": {"pattern": "a(?!b)"}}}, "properties.a.pattern"),
        ({"properties": {"a": {"pattern": "("}}}, "properties.a.pattern"),
        ({"minProperties": -1}, "minProperties"),
        ({"properties": {"a": {"exclusiveMinimum": True}}}, "properties.a.exclusiveMinimum"),
    ],
)
def test_a_schema_that_is_none_is_told_with_its_place(bag: Any, place: str) -> None:
    plan = TrackingPlan.from_json(page(rule("Order Completed", bag)))
    with pytest.raises(PlanError) as caught:
        plan.compile()
    assert caught.value.place == f"$.data.rules[0].jsonSchema.properties.properties.{place}"
    with pytest.raises(PlanError):
        plan.violations(GOOD)


@pytest.mark.parametrize("reference", ["http://127.0.0.1:1/schema.json", "other.json", "#/definitions/none", "#here"])
def test_a_reference_that_leads_out_of_the_rule_is_refused(reference: str) -> None:
    plan = TrackingPlan.from_json(page(rule("Order Completed", {"properties": {"a": {"$ref": reference}}})))
    with pytest.raises(PlanError, match=r"at \$\.data\.rules\[0\]\.jsonSchema"):
        plan.compile()
