"""The policies for what a service receives."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from typing import Any

import pytest

from segment_hooks import ConfigurationError, Event, Result, Track, WebhookEventRouter, parse_event
from segment_hooks.tracking_plan import PlanError, Violation
from tests.hooks.tracking_plan.plans import ORDER_COMPLETED, plan_for, track

PLAN = plan_for(ORDER_COMPLETED)
GOOD = track(properties={"order_id": "o-1"})
BAD = track(properties={"order_id": 71077345})


class Service:
    """Two handlers behind a policy, and what each of all saw."""

    def __init__(self, on_violation: Any = "report", **options: Any) -> None:
        self.handled: list[str | None] = []
        self.told: list[list[Violation]] = []
        self.router = WebhookEventRouter()
        options.setdefault("report", self.report)
        self.router.middleware(PLAN.enforce(on_violation, **options))

        @self.router.on_track
        def first(event: Track) -> None:
            self.handled.append(event.event)

        @self.router.on_track
        def second(event: Track) -> None:
            self.handled.append(event.event)

    def report(self, event: Event, violations: Sequence[Violation]) -> None:
        self.told.append(list(violations))

    def receive(self, call: Any) -> Any:
        return self.router.route_sync(parse_event(json.dumps(call).encode()))


@pytest.mark.parametrize("policy", ["report", "drop", "refuse"])
def test_what_the_plan_allows_passes(policy: str) -> None:
    service = Service(policy)
    assert service.receive(GOOD).result is Result.HANDLED
    assert service.handled == ["Order Completed"] * 2
    assert service.told == []


@pytest.mark.parametrize(
    ("policy", "result", "handled"),
    [("report", Result.HANDLED, 2), ("drop", Result.DROPPED, 0), ("refuse", Result.INVALID, 0)],
)
def test_what_breaks_the_plan_ends_as_the_policy_says_and_is_told_once(
    policy: str, result: Result, handled: int
) -> None:
    service = Service(policy)
    outcome = service.receive(BAD)
    assert outcome.result is result
    assert len(service.handled) == handled
    assert [[each.field for each in told] for told in service.told] == [["properties.order_id"]]
    assert "71077345" not in str(outcome.errors)


def test_a_dead_letter_takes_the_place_of_the_handlers() -> None:
    letters: list[tuple[Event, Sequence[Violation]]] = []
    service = Service(lambda event, violations: letters.append((event, violations)))
    assert service.receive(BAD).result is Result.DROPPED
    assert service.handled == []
    ((event, violations),) = letters
    assert event.message_id == "m-1"
    assert [each.field for each in violations] == ["properties.order_id"]
    assert len(service.told) == 1


async def test_a_dead_letter_may_be_awaited() -> None:
    letters: list[str | None] = []

    async def keep(event: Event, violations: Sequence[Violation]) -> None:
        letters.append(event.message_id)

    service = Service(keep)
    outcome = await service.router.route(parse_event(json.dumps(BAD).encode()))
    assert outcome.result is Result.DROPPED
    assert (await service.router.route(parse_event(json.dumps(GOOD).encode()))).result is Result.HANDLED
    assert letters == ["m-1"]
    assert len(service.handled) == 2


def test_a_dead_letter_that_cannot_be_kept_comes_again() -> None:
    def keep(event: Event, violations: Sequence[Violation]) -> None:
        raise OSError("no room")

    service = Service(keep)
    assert service.receive(BAD).result is Result.FAILED
    assert service.handled == []


def test_unplanned_events_and_properties() -> None:
    other, more = track("Other"), track(properties={"order_id": "o-1", "more": 1})
    assert Service("drop").receive(other).result is Result.DROPPED
    assert Service("drop", unplanned_events=False).receive(other).result is Result.HANDLED
    assert Service("drop").receive(more).result is Result.HANDLED
    assert Service("drop", unplanned_properties=True).receive(more).result is Result.DROPPED


def test_two_plans_do_not_mix_up_what_they_found() -> None:
    service = Service("report")
    service.router.middleware(plan_for({"required": ["other"]}).enforce("drop", report=service.report))
    assert service.receive(BAD).result is Result.DROPPED
    assert [[each.field for each in told] for told in service.told] == [["properties.order_id"], ["properties.other"]]


def test_the_log_names_the_event_and_no_value(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "segment_hooks"):
        Service("drop", report=None).receive(BAD)
    (record,) = caplog.records
    assert record.getMessage() == (
        "event m-1 (track) breaks the tracking plan: "
        "properties.order_id: Invalid type. Expected: string, given: integer"
    )


def test_what_cannot_work_is_told_at_once() -> None:
    with pytest.raises(ConfigurationError, match="'ignore'"):
        PLAN.enforce("ignore")  # type: ignore[arg-type]
    with pytest.raises(ConfigurationError, match="report is a function"):
        PLAN.enforce(report=1)  # type: ignore[arg-type]
    with pytest.raises(PlanError):
        plan_for({"type": "objekt"}).enforce()
