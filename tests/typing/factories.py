"""Checked by mypy and pyright, never run: what the factories' results are to the type checker."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypedDict, assert_type

import msgspec

from segment_hooks import Alias, Delete, Event, Group, Identify, Page, Screen, Track
from segment_testing import factories
from segment_testing.factories import Factories


class OrderCompleted(msgspec.Struct):
    order_id: str


@dataclass
class Plan:
    plan: str


class Loose(TypedDict):
    a: int


loose: Loose = {"a": 1}

assert_type(factories.track("Order Completed", order_id="o1"), Track[dict[str, Any]])
assert_type(factories.track(), Track)
assert_type(factories.track("A", properties={"a": 1}, user_id="u1"), Track[dict[str, Any]])
assert_type(factories.track("A", properties=loose), Track[dict[str, Any]])
assert_type(factories.track("A", properties=OrderCompleted("o1")), Track[OrderCompleted])
assert_type(factories.identify(plan="pro"), Identify[dict[str, Any]])
assert_type(factories.identify(traits=Plan("pro")), Identify[Plan])
assert_type(factories.group(group_id="g1"), Group[dict[str, Any]])
assert_type(factories.page("Home", "Docs"), Page[dict[str, Any]])
assert_type(factories.screen("Main", properties=OrderCompleted("o1")), Screen[OrderCompleted])
assert_type(factories.alias(previous_id="a"), Alias)
assert_type(factories.delete(user_id="u1"), Delete)
assert_type(factories.batch(3), list[Event])
assert_type(factories.user("u1").history(), list[Event])
assert_type(factories.calls.track("A", a=1), dict[str, Any])
assert_type(factories.user("u1").calls.history(), list[dict[str, Any]])
assert_type(Factories(seed=1).user(seed="s").track("A").properties, dict[str, Any])
