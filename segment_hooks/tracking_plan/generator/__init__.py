"""Typed Python from a tracking plan: `generate(plan).text` is a module.

A plan is read into shapes (`reading`), which are written as types and classes (`types`, `events`) in a fixed layout
(`layout`). For each event there are a class for its properties, a function that sends it, and a decorator for who
handles it:

    track_order_completed(client, OrderCompleted(order_id="o-1"), user_id="u-1")

    @on_track_order_completed(router)
    def fulfil(event: Track[OrderCompleted]) -> None: …

A type never refuses what the plan accepts. Where the plan says more than a type can, the class says what; events are
held to that by `TrackingPlan` alone. The exceptions, all of them in how numbers and times are written:

- a whole number is written without fraction or exponent: `1.0` is no `int`, though it is an `integer` to JSON Schema
- a `float` has 64 bits: a number beyond 1.8e308 is refused, and digits past the 17th do not count against a limit
- `date-time` and `date` know the years 1 to 9999 and no leap second (23:59:60); a space for the `T`, and an offset
  without its colon, are taken though RFC 3339 has neither
"""

from segment_hooks.tracking_plan.generator.module import LINE_LENGTH, Generated, generate

__all__ = ["LINE_LENGTH", "Generated", "generate"]
