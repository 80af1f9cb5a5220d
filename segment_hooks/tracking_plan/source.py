"""What Segment does with an event that breaks the plan: let it pass, leave things out of it, or block it.

The settings are those of a source ("Schema configuration"), under the names that the Public API gives them. Segment
looks at the standard controls first (unplanned, then violations of the event's own rule), and holds what is left of the
event against the common rule. What it leaves out it writes into `context.protocols` of the event.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, Self

import msgspec

from segment_hooks.tracking_plan.errors import PlanError
from segment_hooks.tracking_plan.kinds import is_object
from segment_hooks.tracking_plan.payloads import Eventlike, payload_of
from segment_hooks.tracking_plan.plan import TrackingPlan
from segment_hooks.tracking_plan.violations import Violation


class OnCommonViolation(StrEnum):
    """What becomes of an event that breaks the common rule."""

    ALLOW = "ALLOW"
    BLOCK = "BLOCK"
    OMIT_PROPERTIES = "OMIT_PROPERTIES"
    OMIT_TRAITS = "OMIT_TRAITS"


class TrackSettings(msgspec.Struct, frozen=True, rename="camel"):
    """For track calls."""

    allow_unplanned_events: bool = True
    allow_unplanned_event_properties: bool = True
    allow_event_on_violations: bool = True
    allow_properties_on_violations: bool = True
    common_event_on_violations: OnCommonViolation = OnCommonViolation.ALLOW


class TraitSettings(msgspec.Struct, frozen=True, rename="camel"):
    """For identify calls, or for group calls."""

    allow_unplanned_traits: bool = True
    allow_traits_on_violations: bool = True
    common_event_on_violations: OnCommonViolation = OnCommonViolation.ALLOW


class Verdict(msgspec.Struct, frozen=True):
    """What becomes of one event."""

    blocked: str | None
    """Why it reaches no destination, in Segment's codes: `unplanned`, `schema_violation`, `common_schema_violation`;
    None where it does."""
    payload: dict[str, Any]
    """The event as destinations get it."""
    violations: tuple[Violation, ...] = ()
    omitted: tuple[str, ...] = ()
    """Unplanned properties or traits that were left out."""
    omitted_on_violation: tuple[str, ...] = ()
    """Those that were left out because they break a rule."""


class SourceSettings(msgspec.Struct, frozen=True):
    """The settings of a source; without any, everything passes."""

    track: TrackSettings = TrackSettings()
    identify: TraitSettings = TraitSettings()
    group: TraitSettings = TraitSettings()

    @classmethod
    def from_json(cls, settings: bytes | str | Mapping[str, Any]) -> Self:
        """From the `settings` of a source as the Public API returns them. Raises `PlanError`."""
        try:
            if isinstance(settings, bytes | str):
                return msgspec.json.decode(settings, type=cls)
            return msgspec.convert(settings, cls)
        except msgspec.DecodeError as error:
            raise PlanError(f"these are no settings of a source: {error}") from None

    def judge(self, plan: TrackingPlan, event: Eventlike) -> Verdict:
        """What Segment would make of `event`, with this plan and these settings. Raises as `TrackingPlan.validate`."""
        payload = payload_of(event)
        settings = self._for(payload.get("type"))
        bag = "traits" if payload.get("type") in ("identify", "group") else "properties"
        check, common = plan.checks.for_event(payload), plan.checks.common
        omitted: list[str] = []
        on_violation: list[str] = []
        if check is None and payload.get("type") == "track" and not settings.allow_unplanned_events:
            return Verdict("unplanned", payload)
        if check is not None and not settings.allow_unplanned_event_properties:
            omitted = check.unplanned(payload)
            payload = _without(payload, bag, omitted)
        found = [] if check is None else check.violations(payload)
        if found and not settings.allow_event_on_violations:
            return Verdict("schema_violation", payload, tuple(found), tuple(omitted))
        if found and not settings.allow_properties_on_violations:
            on_violation = _offending(found, bag, payload)
            payload = _without(payload, bag, on_violation)
        shared = [] if common is None else common.violations(payload)
        found += shared
        if shared and settings.common_event_on_violations is OnCommonViolation.BLOCK:
            return Verdict("common_schema_violation", payload, tuple(found), tuple(omitted), tuple(on_violation))
        if shared and settings.common_event_on_violations is not OnCommonViolation.ALLOW:
            offending = _offending(shared, bag, payload)
            on_violation += offending
            payload = _without(payload, bag, offending)
        verdict = Verdict(None, payload, tuple(found), tuple(omitted), tuple(on_violation))
        return msgspec.structs.replace(verdict, payload=_annotated(verdict))

    def _for(self, kind: Any) -> TrackSettings:
        """The settings for calls of a type, in the words of those for track calls."""
        if kind == "track":
            return self.track
        if kind not in ("identify", "group"):
            return TrackSettings()  # the controls are for these three types
        own = self.identify if kind == "identify" else self.group
        return TrackSettings(
            allow_unplanned_event_properties=own.allow_unplanned_traits,
            allow_properties_on_violations=own.allow_traits_on_violations,
            common_event_on_violations=own.common_event_on_violations,
        )


def _offending(violations: Sequence[Violation], bag: str, payload: Mapping[str, Any]) -> list[str]:
    """The properties or traits, present in the event, that `violations` are about."""
    held = payload.get(bag)
    if not is_object(held):
        return []
    found: set[str] = set()
    for each in violations:
        # a name may have dots in it, so names are looked for in the field, instead of cutting the field into names
        fitting = [name for name in held if f"{each.field}.".startswith(f"{bag}.{name}.")]
        found.update([max(fitting, key=len)] if fitting else [])
    return [name for name in held if name in found]


def _without(payload: dict[str, Any], bag: str, names: Sequence[str]) -> dict[str, Any]:
    held = payload.get(bag)
    if not names or not is_object(held):
        return payload
    return {**payload, bag: {name: value for name, value in held.items() if name not in names}}


def _annotated(verdict: Verdict) -> dict[str, Any]:
    payload = verdict.payload
    notes: dict[str, Any] = {
        "omitted": list(verdict.omitted),
        "omitted_on_violation": list(verdict.omitted_on_violation),
        "violations": [msgspec.structs.asdict(each) for each in verdict.violations],
    }
    notes = {name: value for name, value in notes.items() if value}
    if not notes:
        return payload
    held = payload.get("context")
    context = held if is_object(held) else {}
    protocols = context.get("protocols")
    return {
        **payload,
        "context": {**context, "protocols": {**(protocols if is_object(protocols) else {}), **notes}},
    }
