"""Tracking plans (Segment Protocols): load one, hold events against it, and make typed Python of it.

plan = TrackingPlan.load("plan.json")
plan.violations(event)                               # on anything that is an event
router.middleware(plan.enforce("drop"))              # on what a service receives
plan.check_sending(SegmentClient("write-key"))       # on what it sends
$ segment-hooks types plan.json -o analytics.py      # typed events, see `generator`
"""

from segment_hooks.tracking_plan.errors import PlanError, ViolationError
from segment_hooks.tracking_plan.plan import TrackingPlan, Validation
from segment_hooks.tracking_plan.rules import Rule, RuleType
from segment_hooks.tracking_plan.source import (
    OnCommonViolation,
    SourceSettings,
    TrackSettings,
    TraitSettings,
    Verdict,
)
from segment_hooks.tracking_plan.violations import Violation

__all__ = [
    "OnCommonViolation",
    "PlanError",
    "Rule",
    "RuleType",
    "SourceSettings",
    "TrackSettings",
    "TrackingPlan",
    "TraitSettings",
    "Validation",
    "Verdict",
    "Violation",
    "ViolationError",
]
