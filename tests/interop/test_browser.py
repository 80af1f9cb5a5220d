"""The real analytics.js in Chromium against the served fake: settings, preflights, batches, and leaving the page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from segment_hooks import Track
from segment_testing.fake import TrackingAPI, faults, serve
from segment_testing.fake.server import ServedFake
from tests.interop.browser import browsing

pytestmark = pytest.mark.interop

PATIENCE = 30.0
"""Seconds: a browser takes a while to start on a busy machine."""

CALLS: list[list[Any]] = [
    ["page", "Docs", "Home", {"section": "intro"}],
    ["identify", "u-1", {"plan": "pro"}],
    ["track", "Order Completed", {"revenue": 19.5, "note": "Zoë 👟"}],
    ["group", "g-7", {"employees": 420}],
    ["screen", "App", "Main"],
    ["alias", "u-2"],
]
TYPES = [call[0] for call in CALLS]
BATCHING = {"Segment.io": {"deliveryStrategy": {"strategy": "batching", "config": {"size": 4, "timeout": 200}}}}


@pytest.fixture
def fake() -> Iterator[ServedFake]:
    with serve(TrackingAPI()) as served:
        yield served


def arrived(fake: ServedFake, count: int) -> bool:
    return fake.api.ledger.wait_for(lambda: len(fake.api.ledger) >= count, PATIENCE)


@pytest.mark.parametrize("mode", ["standard", "batching"])
def test_every_call_type_arrives(mode: str, fake: ServedFake) -> None:
    with browsing(
        cdnURL=fake.url, writeKey="wk-browser", calls=CALLS, integrations=BATCHING if mode == "batching" else {}
    ):
        assert arrived(fake, len(CALLS)), fake.api.ledger.calls
    calls = fake.api.ledger.calls
    assert sorted(call.type for call in calls) == sorted(TYPES)
    assert not fake.api.ledger.rejections
    assert not fake.api.ledger.duplicates
    assert {call.reception.write_key for call in calls} == {"wk-browser"}
    assert {call.context["library"]["name"] for call in calls} == {"analytics.js"}
    batched = {call.reception.endpoint for call in calls} == {"/v1/b"}
    assert batched == (mode == "batching")
    (order,) = (call.event for call in calls if call.name == "Order Completed")
    assert isinstance(order, Track)
    assert order.properties == {"revenue": 19.5, "note": "Zoë 👟"}
    assert order.user_id == "u-1"
    (page,) = (call for call in calls if call.type == "page")
    assert page.properties["title"] == "A shop"
    assert page.properties["section"] == "intro"


def test_what_is_queued_when_the_page_is_left_arrives(fake: ServedFake) -> None:
    slow = {"Segment.io": {"deliveryStrategy": {"strategy": "batching", "config": {"size": 100, "timeout": 600_000}}}}
    calls = [["identify", "u-1"], ["track", "Added to Basket"], ["track", "Left"]]
    with browsing(cdnURL=fake.url, writeKey="wk", calls=calls, integrations=slow, leave=True):
        assert arrived(fake, 3), fake.api.ledger.calls
    assert sorted(call.name or "" for call in fake.api.ledger.calls) == ["", "Added to Basket", "Left"]
    assert len({call.reception for call in fake.api.ledger.calls}) == 1  # in one request, with `keepalive`


def test_a_browser_reads_retry_after_and_tries_again(fake: ServedFake) -> None:
    # a preflight must let the header through that a second try has
    fake.api.faults.add(faults.rate_limited(retry_after=1).times(1))
    with browsing(cdnURL=fake.url, writeKey="wk", calls=[["track", "Order Completed"]], integrations=BATCHING):
        assert arrived(fake, 1), fake.api.ledger.rejections
    (call,) = fake.api.ledger.calls
    assert call.reception.retry_count >= 1
    assert not fake.api.ledger.duplicates
