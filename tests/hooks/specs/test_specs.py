"""The ready modules for Segment's event specs."""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segment_hooks import Result, Track, WebhookEventRouter
from segment_hooks.specs import Spec, ecommerce, plan, video
from segment_hooks.tracking_plan.generator import generate
from segment_testing import factories
from segment_testing.tracking_plan import PlanFactories, planned_events

SPECS: list[Spec] = list(get_args(Spec))
PLANS = {spec: plan(spec) for spec in SPECS}
EVENTS = [(spec, str(rule.key)) for spec in SPECS for rule in PLANS[spec].rules]


def module_of(spec: str) -> ModuleType:
    return importlib.import_module(f"segment_hooks.specs.{spec}")


def class_for(spec: str, event: str) -> Any:
    return getattr(module_of(spec), "".join(word[:1].upper() + word[1:] for word in event.split()))


@pytest.mark.parametrize("spec", SPECS)
def test_a_module_is_what_its_plan_makes_of_it(spec: Spec) -> None:
    # if not: segment-hooks types segment_hooks/specs/plans/SPEC.json -o segment_hooks/specs/SPEC.py --line-length 120
    made = generate(PLANS[spec], line_length=120)
    assert made.text == Path(module_of(spec).__file__ or "").read_text()


@pytest.mark.parametrize("spec", SPECS)
def test_a_plan_can_be_validated_against(spec: Spec) -> None:
    assert len(PLANS[spec].compile().rules) >= 10


@pytest.mark.parametrize(("spec", "event"), EVENTS)
def test_what_is_made_up_for_an_event_fits_its_plan_and_its_type(spec: Spec, event: str) -> None:
    made = PlanFactories(PLANS[spec]).track(event)
    assert PLANS[spec].violations(made, unplanned_properties=True) == []
    msgspec.convert(made.properties, class_for(spec, event))
    empty = {"type": "track", "event": event, "properties": {}}
    assert PLANS[spec].violations(empty) == []
    class_for(spec, event)()


@pytest.mark.parametrize(("spec", "event"), EVENTS)
def test_the_factories_for_the_specs_make_what_fits_them(spec: Spec, event: str) -> None:
    made = factories.Factories(seed=3).track(event)
    assert PLANS[spec].violations(made) == []
    assert len(PLANS[spec].validate(made).unplanned) <= 1  # they add a currency, or a quantity, here and there


@settings(max_examples=30)
@given(event=st.one_of([planned_events(PLANS[spec], odd=False) for spec in SPECS]))
def test_what_is_drawn_fits_its_type(event: Track) -> None:
    (spec,) = [spec for spec, name in EVENTS if name == event.event]
    assert isinstance(event.event, str)
    msgspec.convert(event.properties, class_for(spec, event.event))


def test_an_order_is_handled() -> None:
    router = WebhookEventRouter()
    revenues: list[Any] = []

    @ecommerce.on_track_order_completed(router)
    def fulfil(event: Track[ecommerce.OrderCompleted]) -> None:
        revenues.append(event.properties.revenue)

    event = factories.track("Order Completed", properties={"revenue": 10, "products": [{"sku": "1", "price": 2.5}]})
    assert router.route_sync(event).result is Result.HANDLED
    assert revenues == [10.0]
    wrong = factories.track("Order Completed", properties={"revenue": "10"})
    assert router.route_sync(wrong).result is Result.INVALID


def test_a_livestream_has_no_length() -> None:
    for length in (None, 5):
        assert video.VideoPlaybackStarted(total_length=length).total_length == length
    started = msgspec.convert({"content_asset_id": ["a", "b"], "ad_type": None}, video.VideoPlaybackStarted)
    assert started.content_asset_id == ["a", "b"]
