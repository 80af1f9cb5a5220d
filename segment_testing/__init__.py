"""Test what a service tracks, and how it takes what Segment delivers: a fake Segment, expectations, a pytest plugin.

    def test_checkout_tracks_the_order(segment_server, shop):
        shop.checkout(user="u1", total=10)
        segment_server.expect.track("Order Completed", user_id="u1", properties={"revenue": 10}).once(within=2)
        segment_server.expect.nothing_else()

Everything here is imported when it is first used: pytest loads the plugin in every project that has this installed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from segment_testing.assertions import Expect
    from segment_testing.expectations import Expectation
    from segment_testing.failures import ExpectationFailed
    from segment_testing.fake import faults
    from segment_testing.fake.settings import FakeSettings, Limits
    from segment_testing.fake_segment import FakeSegment, ServedSegment
    from segment_testing.leak_guard import LeakGuard, SegmentLeak
    from segment_testing.matching import ABSENT, exactly
    from segment_testing.recording import Call, Ledger, Reason, Rejection

_LATER = {
    "ABSENT": "matching",
    "Call": "recording",
    "Expect": "assertions",
    "Expectation": "expectations",
    "ExpectationFailed": "failures",
    "FakeSegment": "fake_segment",
    "FakeSettings": "fake.settings",
    "LeakGuard": "leak_guard",
    "Ledger": "recording",
    "Limits": "fake.settings",
    "Reason": "recording",
    "Rejection": "recording",
    "SegmentLeak": "leak_guard",
    "ServedSegment": "fake_segment",
    "exactly": "matching",
    "faults": "fake",
}
"""Name → the module that has it."""

__all__ = [
    "ABSENT",
    "Call",
    "Expect",
    "Expectation",
    "ExpectationFailed",
    "FakeSegment",
    "FakeSettings",
    "LeakGuard",
    "Ledger",
    "Limits",
    "Reason",
    "Rejection",
    "SegmentLeak",
    "ServedSegment",
    "exactly",
    "faults",
]


if not TYPE_CHECKING:  # or a type checker would take any name for one of these

    def __getattr__(name: str) -> object:
        module = _LATER.get(name)
        if module is None:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        import importlib

        return getattr(importlib.import_module(f"{__name__}.{module}"), name)
