"""Hypothesis strategies for events that a tracking plan allows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

from segment_hooks import Event
from segment_hooks.tracking_plan import Rule, RuleType, TrackingPlan
from segment_testing import strategies

_BAG = "the properties or traits"

_STRATEGIES: Mapping[RuleType, Callable[..., st.SearchStrategy[Any]]] = {
    RuleType.TRACK: strategies.tracks,
    RuleType.IDENTIFY: strategies.identifies,
    RuleType.GROUP: strategies.groups,
    RuleType.PAGE: strategies.pages,
    RuleType.SCREEN: strategies.screens,
}


def planned_events(
    plan: TrackingPlan, *names: str, fields: Mapping[str, Any] | None = None, odd: bool = True
) -> st.SearchStrategy[Event]:
    """Events that `plan` allows: of any of its rules, or of those for the events (pages, screens) called `names`.

    What a schema says in ways that no strategy follows (`not`, `if`, `patternProperties` …) is seen to by throwing
    events away; where Hypothesis finds that too many are, `fields` helps with what the common rule asks of the event,
    such as `{"context": {"ip": "203.0.113.9"}}`. `fields` and `odd` are those of `strategies.tracks`.
    Raises `InvalidArgument` for a name that the plan does not have.
    """
    rules = [rule for rule in plan.rules if rule.type is not RuleType.COMMON and (not names or rule.key in names)]
    if missing := set(names) - {rule.key for rule in rules}:
        raise InvalidArgument(f"the tracking plan has no event called {', '.join(map(repr, sorted(missing)))}")
    several = {name for name in {(r.type, r.key) for r in rules} if sum((r.type, r.key) == name for r in rules) > 1}
    return st.one_of([_events(plan, rule, (rule.type, rule.key) in several, dict(fields or {}), odd) for rule in rules])


def _events(
    plan: TrackingPlan, rule: Rule, versioned: bool, fields: dict[str, Any], odd: bool
) -> st.SearchStrategy[Event]:
    if versioned:
        given = fields.get("context", {})
        fields["context"] = {**given, "protocols": {"event_version": rule.version}}
    names = () if rule.key is None else (rule.key,)
    events = _STRATEGIES[rule.type](*names, **{rule.type.bag: bags(rule)}, fields=fields, odd=odd)
    return events.filter(lambda event: not plan.violations(event))


def bags(rule: Rule) -> st.SearchStrategy[dict[str, Any]]:
    """Properties, or traits, that most likely fit a rule."""
    _, steps = rule.bag_schema()
    # within the rule's own schema, since its references are from there
    there = {"$ref": "#" + "".join(f"/{step}" for step in steps)} if steps else {"$ref": f"#/definitions/{_BAG} alone"}
    given: Any = rule.schema.get("definitions", {})
    alone = {} if steps else {f"{_BAG} alone": rule.schema}
    whole = {
        **rule.schema,
        "definitions": {**given, **alone, _BAG: {"allOf": [there, {"type": "object"}]}},
        "$ref": f"#/definitions/{_BAG}",
    }
    return strategies.from_schema(whole)
