"""The demo's first act: an SDK of Segment's tracks, the fake takes its calls and delivers them to the example service.

    segment-analytics-python → the fake Segment → signed webhooks → the handlers of examples/demo_app.py

All of it talks HTTP on this machine's loopback.
"""

from __future__ import annotations

from typing import Any

from segment.analytics.client import Client  # type: ignore[import-untyped]  # ships no types

from examples.demo_app import journal, router
from examples.serving import serving
from segment_testing import FakeSegment
from segment_testing.delivery import State

SECRET = "the demo's own secret"


def play(*, stay: bool = False) -> int:
    """Run all of it; returns how many things did not end as they should. `stay`: keep the page open afterwards."""
    with FakeSegment() as segment, segment.serve() as server, serving(router.asgi(SECRET, uncovered="refuse")) as port:
        print(f"1. Segment's own SDK sends to a fake Segment, which shows what came at {server.url}/\n")
        to_service = segment.deliver_to(f"http://127.0.0.1:{port}/segment", secret=SECRET)
        track_a_visit(server.url)
        for call in segment.calls:
            print(f"ok  {call.type:<9} {call.name or '':<18} user {call.user_id}")
        for rejection in segment.rejected:
            print(f"lost {rejection.type or '':<8} {rejection.name or '':<18} {rejection.reason}: {rejection.detail}")
        wrong = (len(segment.calls) != 3) + ([str(each.reason) for each in segment.rejected] != ["event_not_defined"])

        print("\n2. The fake delivers those calls to the service, as signed webhooks\n")
        journal.clear()
        report = to_service.forward()
        for fate in report.fates:
            print(f"{'ok ' if fate.state is State.DELIVERED else 'BAD'} {fate.title}")
        print(f"    the handlers: {', '.join(journal)}")
        wrong += not report.ok
        if stay:
            input(f"\nThe page is at {server.url}/ until you press Enter. ")
    print()
    return wrong


def track_a_visit(host: str) -> None:
    """What a web shop sends; the last call is one that Segment answers with 200 and then throws away."""
    client: Any = Client("any-write-key", host=host)
    client.identify("u-1", {"plan": "pro", "email": "ada@example.com"})
    client.page("u-1", "Shop", "Checkout")
    client.track("u-1", "Order Completed", {"order_id": "o-1", "revenue": 19.5})
    client.track("u-1", "")
    client.flush()
    client.join()
