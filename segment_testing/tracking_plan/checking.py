"""Recorded calls held against a tracking plan."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from segment_hooks.tracking_plan import TrackingPlan, Violation
from segment_testing.failures import ExpectationFailed
from segment_testing.recording import Call, Ledger
from segment_testing.showing import label

_SHOWN = 10
"""Calls that a failure lists."""


class CallViolations(msgspec.Struct, frozen=True, eq=False):
    """One call that breaks the plan."""

    call: Call
    violations: tuple[Violation, ...]


def violations_in(
    calls: Iterable[Call], plan: TrackingPlan, *, unplanned_events: bool = True, unplanned_properties: bool = True
) -> list[CallViolations]:
    """Those of `calls` that break `plan`, each with all that is wrong with it.

    An event, or a property or trait, that the plan does not have counts as a violation too, unless it is said
    otherwise: a name that is spelled wrong looks like that.
    """
    found: list[CallViolations] = []
    for call in calls:
        violations = plan.violations(
            call.payload, unplanned_events=unplanned_events, unplanned_properties=unplanned_properties
        )
        if violations:
            found.append(CallViolations(call, tuple(violations)))
    return found


def check_plan(
    calls: Iterable[Call], plan: TrackingPlan, *, unplanned_events: bool = True, unplanned_properties: bool = True
) -> None:
    """Raise `ExpectationFailed` where one of `calls` breaks `plan`. The arguments are those of `violations_in`."""
    __tracebackhide__ = True
    found = violations_in(calls, plan, unplanned_events=unplanned_events, unplanned_properties=unplanned_properties)
    if found:
        raise violated(found, plan)


def violated(found: Sequence[CallViolations], plan: TrackingPlan) -> ExpectationFailed:
    """The failure that says which calls break the plan."""
    of = f" of {plan.name}" if plan.name else ""
    count = f"{len(found):,} call{'s' if len(found) > 1 else ''}"
    lines = [f"expected no violations of the tracking plan{of}, found {count} that break{'s' * (len(found) == 1)} it:"]
    for each in found[:_SHOWN]:
        lines += ["", f"    #{each.call.sequence} {label(each.call.type, each.call.name)}"]
        lines += [f"        {violation.type:<19} {violation}" for violation in each.violations]
    if len(found) > _SHOWN:
        lines += ["", f"    … and {len(found) - _SHOWN:,} more"]
    return ExpectationFailed("\n".join(lines), matched=[each.call for each in found])


class PlanWatch:
    """What a ledger holds that breaks a plan, looked at call by call as it grows: for a page that shows both.

    A call that the ledger has let go is forgotten here too.
    """

    def __init__(
        self,
        ledger: Ledger,
        plan: TrackingPlan,
        *,
        unplanned_events: bool = True,
        unplanned_properties: bool = True,
    ) -> None:
        self.plan = plan.compile()
        self._ledger = ledger
        self._options = {"unplanned_events": unplanned_events, "unplanned_properties": unplanned_properties}
        self._known: dict[Call, tuple[Violation, ...]] = {}

    def of(self, call: Call) -> tuple[Violation, ...]:
        """The violations of one call; empty where it has none."""
        found = self._known.get(call)
        if found is None:
            found = self._known[call] = tuple(self.plan.violations(call.payload, **self._options))
        return found

    @property
    def found(self) -> list[CallViolations]:
        """The recorded calls that break the plan, oldest first."""
        calls = self._ledger.calls
        self._known = {call: self.of(call) for call in calls}
        return [CallViolations(call, violations) for call, violations in self._known.items() if violations]
