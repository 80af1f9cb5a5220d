"""Tests against a tracking plan: that what was recorded fits it, and events that do, made up or drawn.

plan = TrackingPlan.load("plan.json")

def test_checkout(segment, shop):
    shop.checkout()
    check_plan(segment.calls, plan)                         # fails, and says which call breaks the plan, and how

PlanFactories(plan).track("Order Completed", total=10)      # an event as a webhook brings it

@given(planned_events(plan))
def test_no_planned_event_breaks_the_handlers(event): ...
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from segment_testing.tracking_plan.checking import CallViolations, PlanWatch, check_plan, violations_in

if TYPE_CHECKING:
    from segment_testing.tracking_plan.drawing import planned_events
    from segment_testing.tracking_plan.making import PlanFactories

__all__ = ["CallViolations", "PlanFactories", "PlanWatch", "check_plan", "planned_events", "violations_in"]

_LATER = {"PlanFactories": "making", "planned_events": "drawing"}
"""What needs Hypothesis, which takes a while to import."""


if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        if name not in _LATER:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module

        return getattr(import_module(f"{__name__}.{_LATER[name]}"), name)
