"""Segment's published event specs as typed modules: `ecommerce`, `b2b_saas`, `mobile`, `video`.

    from segment_hooks import Track
    from segment_hooks.specs import ecommerce

    ecommerce.track_order_completed(client, ecommerce.OrderCompleted(order_id="o-1", revenue=10), user_id="u-1")

    @ecommerce.on_track_order_completed(router)
    def fulfil(event: Track[ecommerce.OrderCompleted]) -> None: ...

Each is made by `segment-hooks types` from the tracking plan of the same name in `plans`; `plan("ecommerce")` is that
plan, to validate events with. The specs name properties and their types, and require none.
"""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from segment_hooks.tracking_plan import TrackingPlan

Spec: TypeAlias = Literal["b2b_saas", "ecommerce", "mobile", "video"]


def plan(spec: Spec) -> TrackingPlan:
    """The tracking plan that says what the spec says."""
    from segment_hooks.tracking_plan import TrackingPlan

    return TrackingPlan.from_json((files(__name__) / "plans" / f"{spec}.json").read_bytes())
