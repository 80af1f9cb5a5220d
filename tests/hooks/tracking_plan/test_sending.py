"""The policies for what a service sends."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest

from segment_hooks import ConfigurationError
from segment_hooks.client import AsyncSegmentClient, SegmentClient
from segment_hooks.tracking_plan import PlanError, Violation, ViolationError
from tests.hooks.tracking_plan.plans import ORDER_COMPLETED, plan_for, plan_of, rule

PLAN = plan_for(ORDER_COMPLETED)


@pytest.fixture
def client() -> Iterator[SegmentClient]:
    with SegmentClient("key", send=False) as client:
        yield client


def send(client: SegmentClient, **properties: Any) -> None:
    client.event.track(user_id="u-1", event="Order Completed", properties=properties)


def test_a_call_that_the_plan_refuses_raises_and_is_not_taken(client: SegmentClient) -> None:
    assert PLAN.check_sending(client) is client
    send(client, order_id="o-1")
    with pytest.raises(ViolationError) as caught:
        send(client, order_id=71077345)
    assert str(caught.value) == (
        'track "Order Completed" breaks the tracking plan: '
        "properties.order_id: Invalid type. Expected: string, given: integer"
    )
    assert [each.field for each in caught.value.violations] == ["properties.order_id"]
    assert client.stats.accepted == 1


def test_no_call_of_a_batch_is_taken_where_one_is_refused(client: SegmentClient) -> None:
    PLAN.check_sending(client)
    good = {"event": "Order Completed", "user_id": "u-1", "properties": {"order_id": "o-1"}}
    client.event.batch([good])
    with pytest.raises(ViolationError):
        client.event.batch([good, {**good, "event": "Other"}])
    assert client.stats.accepted == 1


def test_every_type_of_call_is_looked_at(client: SegmentClient) -> None:
    needs = {"required": ["a"]}
    kinds = ["IDENTIFY", "GROUP", "PAGE", "SCREEN"]
    common = {"type": "COMMON", "jsonSchema": {"properties": {"type": {"not": {"const": "alias"}}}}}
    plan_of(common, *(rule(None, needs, kind=kind) for kind in kinds)).check_sending(client)
    calls: list[Any] = [
        lambda: client.identify.identify(user_id="u"),
        lambda: client.group.group(user_id="u", group_id="g"),
        lambda: client.page.page(user_id="u"),
        lambda: client.screen.screen(user_id="u"),
        lambda: client.alias.alias(user_id="u", previous_id="p"),
    ]
    for call in calls:
        with pytest.raises(ViolationError):
            call()
    assert client.stats.accepted == 0


def test_a_report_lets_the_call_pass(client: SegmentClient, caplog: pytest.LogCaptureFixture) -> None:
    PLAN.check_sending(client, "report")
    with caplog.at_level(logging.WARNING, "segment_hooks"):
        send(client, order_id=71077345)
    assert client.stats.accepted == 1
    (record,) = caplog.records
    assert 'track "Order Completed"' in record.getMessage()
    assert "71077345" not in record.getMessage()


def test_a_function_is_told_of_the_call(client: SegmentClient) -> None:
    told: list[tuple[Mapping[str, Any], Sequence[Violation]]] = []
    PLAN.check_sending(client, lambda call, violations: told.append((call, violations)), unplanned_properties=True)
    send(client, order_id="o-1")
    send(client, order_id="o-1", more=1)
    ((call, violations),) = told
    assert call["properties"] == {"order_id": "o-1", "more": 1}
    assert [each.field for each in violations] == ["properties.more"]
    assert client.stats.accepted == 2


async def test_the_asyncio_client_too() -> None:
    async with AsyncSegmentClient("key", send=False) as client:
        PLAN.check_sending(client)
        with pytest.raises(ViolationError):
            client.event.track(user_id="u-1", event="Order Completed", properties={})
        client.event.track(user_id="u-1", event="Order Completed", properties=json.loads('{"order_id": "o-1"}'))
        assert client.stats.accepted == 1


def test_what_cannot_work_is_told_at_once(client: SegmentClient) -> None:
    with pytest.raises(ConfigurationError, match="'drop'"):
        PLAN.check_sending(client, "drop")  # type: ignore[arg-type]
    with pytest.raises(PlanError):
        plan_for({"type": "objekt"}).check_sending(client)
