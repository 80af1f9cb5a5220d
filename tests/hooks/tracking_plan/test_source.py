"""What Segment would make of an event: blocked, or with things left out."""

from __future__ import annotations

from typing import Any

import pytest

from segment_hooks.tracking_plan import (
    OnCommonViolation,
    PlanError,
    SourceSettings,
    TrackSettings,
    TraitSettings,
    Verdict,
)
from tests.hooks.tracking_plan.plans import plan_of, rule, track

NUMBERS = {"properties": {"integer": {"type": "integer"}, "string": {"type": "string"}, "a.b": {"type": "string"}}}
COMMON = {"type": "COMMON", "jsonSchema": {"properties": {"properties": {"properties": {"string": {"minLength": 3}}}}}}
PLAN = plan_of(rule("Order Completed", NUMBERS), rule(None, NUMBERS, kind="IDENTIFY"), rule(None, {}, kind="GROUP"))
WITH_COMMON = plan_of(rule("Order Completed", NUMBERS), COMMON)
CALL = track(properties={"integer": 1.5, "string": 1, "newProperty": True})


def judge(event: Any, plan: Any = PLAN, **settings: Any) -> Verdict:
    return SourceSettings(**settings).judge(plan, event)


def test_without_settings_everything_passes_and_is_noted() -> None:
    verdict = judge(CALL)
    assert verdict.blocked is None
    assert verdict.payload["properties"] == CALL["properties"]
    assert [each["field"] for each in verdict.payload["context"]["protocols"]["violations"]] == [
        "properties.integer",
        "properties.string",
    ]
    fine = track(properties={"integer": 1})
    assert judge(fine).payload is fine


def test_omission_is_noted_as_segment_documents() -> None:
    settings = TrackSettings(allow_unplanned_event_properties=False, allow_properties_on_violations=False)
    verdict = judge({**CALL, "context": {"protocols": {"sourceId": "s1"}, "ip": "203.0.113.9"}}, track=settings)
    assert verdict.payload["properties"] == {}
    assert verdict.payload["context"] == {
        "ip": "203.0.113.9",
        "protocols": {
            "sourceId": "s1",
            "omitted": ["newProperty"],
            "omitted_on_violation": ["integer", "string"],
            "violations": [
                {
                    "type": "Invalid Type",
                    "field": "properties.integer",
                    "description": "Invalid type. Expected: integer, given: number",
                },
                {
                    "type": "Invalid Type",
                    "field": "properties.string",
                    "description": "Invalid type. Expected: string, given: integer",
                },
            ],
        },
    }
    assert "newProperty" in CALL["properties"]  # the event that was given is not changed
    assert verdict.omitted == ("newProperty",)
    assert verdict.omitted_on_violation == ("integer", "string")


def test_a_name_with_a_dot_is_found() -> None:
    verdict = judge(track(properties={"a": 1, "a.b": 2}), track=TrackSettings(allow_properties_on_violations=False))
    assert verdict.omitted_on_violation == ("a.b",)


def test_what_is_missing_cannot_be_left_out() -> None:
    plan = plan_of(rule("Order Completed", {"type": "object", "required": ["a"]}))
    verdict = judge(track(), plan, track=TrackSettings(allow_properties_on_violations=False))
    assert (verdict.blocked, verdict.omitted_on_violation) == (None, ())
    assert judge(track(properties=None), plan, track=TrackSettings(allow_properties_on_violations=False)).violations


def test_blocking() -> None:
    unplanned = TrackSettings(allow_unplanned_events=False)
    assert judge(track("order completed"), track=unplanned).blocked == "unplanned"
    assert judge(track("order completed")).blocked is None
    assert judge({"type": "page"}, track=unplanned).blocked is None
    strict = TrackSettings(allow_event_on_violations=False)
    assert judge(CALL, track=strict).blocked == "schema_violation"
    assert judge(track(properties={"integer": 1}), track=strict).blocked is None


def test_the_common_rule_sees_what_the_standard_controls_left() -> None:
    call = track(properties={"string": "ab", "integer": "x"})
    block = TrackSettings(common_event_on_violations=OnCommonViolation.BLOCK, allow_properties_on_violations=False)
    verdict = judge(call, WITH_COMMON, track=block)
    assert verdict.blocked == "common_schema_violation"
    assert verdict.omitted_on_violation == ("integer",)
    omit = TrackSettings(common_event_on_violations=OnCommonViolation.OMIT_PROPERTIES)
    verdict = judge(call, WITH_COMMON, track=omit)
    assert (verdict.blocked, verdict.omitted_on_violation) == (None, ("string",))
    assert verdict.payload["properties"] == {"integer": "x"}
    # both controls leave it out, once
    both = TrackSettings(
        common_event_on_violations=OnCommonViolation.OMIT_PROPERTIES, allow_properties_on_violations=False
    )
    verdict = judge(track(properties={"string": 1}), WITH_COMMON, track=both)
    assert verdict.omitted_on_violation == ("string",)
    assert len(verdict.violations) == 1
    assert judge(call, WITH_COMMON).blocked is None


def test_traits_have_settings_of_their_own() -> None:
    call = {"type": "identify", "traits": {"integer": 1.5, "more": 1}}
    verdict = judge(call, identify=TraitSettings(allow_unplanned_traits=False, allow_traits_on_violations=False))
    assert verdict.payload["traits"] == {}
    assert judge(call, group=TraitSettings(allow_unplanned_traits=False)).payload["traits"] == call["traits"]
    grouped = judge({**call, "type": "group"}, group=TraitSettings(allow_unplanned_traits=False))
    assert grouped.omitted == ("integer", "more")


def test_settings_as_the_public_api_returns_them() -> None:
    text = (
        b'{"track":{"allowUnplannedEvents":false,"allowUnplannedEventProperties":true,"allowEventOnViolations":true,'
        b'"allowPropertiesOnViolations":false,"commonEventOnViolations":"OMIT_PROPERTIES"},'
        b'"identify":{"allowUnplannedTraits":false,"commonEventOnViolations":"OMIT_TRAITS"},'
        b'"forwardingViolationsTo":"s2"}'
    )
    settings = SourceSettings.from_json(text)
    assert not settings.track.allow_unplanned_events
    assert settings.track.common_event_on_violations is OnCommonViolation.OMIT_PROPERTIES
    assert not settings.identify.allow_unplanned_traits
    assert settings.group == TraitSettings()
    assert SourceSettings.from_json({}) == SourceSettings()
    with pytest.raises(PlanError, match=r"track\.allowUnplannedEvents"):
        SourceSettings.from_json({"track": {"allowUnplannedEvents": "no"}})
