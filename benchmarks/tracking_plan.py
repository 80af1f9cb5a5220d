"""Tracking plans: validating an event, against the validator by itself; making types of a plan, and importing them.

The validator is asked the same questions: does the decoded event fit the schema of its rule, and the common one?
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import jsonschema_rs

from benchmarks import workload
from benchmarks.harness import Contender, Table, compare, measure, rotations
from segment_hooks import parse_event
from segment_hooks.tracking_plan import TrackingPlan
from segment_hooks.tracking_plan.generator import generate

FLOOR, OURS = "floor: jsonschema-rs, decoded", "segment_hooks"
REACH_VALIDATION, REACH_IMPORT = 2.0, 3.0
ROUNDS = 200
EVENTS = 1_000
GUIDE = 5.0
"""Seconds for making the types of so many events."""

TEXT, NUMBER = {"type": "string"}, {"type": "number"}
PRODUCT: dict[str, Any] = {
    "type": "object",
    "required": ["sku"],
    "properties": {
        **dict.fromkeys(("sku", "name", "category", "product_id", "url", "image_url"), TEXT),
        "price": {**NUMBER, "minimum": 0},
        "quantity": {"type": "integer", "minimum": 1},
        "position": {"type": "integer"},
    },
}
ORDER: dict[str, Any] = {
    "type": "object",
    "properties": {
        **dict.fromkeys(("order_id", "checkout_id", "affiliation", "coupon"), TEXT),
        **dict.fromkeys(("total", "subtotal", "revenue", "shipping", "tax", "discount", "value"), NUMBER),
        "currency": {**TEXT, "pattern": "^[A-Z]{3}$"},
        "season": {"enum": ["fall", "winter", "spring"]},
        "products": {"type": "array", "items": PRODUCT},
    },
}
COMMON = {"type": "object", "required": ["messageId"], "properties": {"userId": {"type": ["string", "null"]}}}


def mirrored(bag: dict[str, Any]) -> dict[str, Any]:
    """The schema of a whole event around that of its properties."""
    members = {"context": {}, "traits": {"type": "object"}, "properties": bag}
    return {"type": "object", "properties": members, "required": ["properties"]}


def plan_of(events: int, *, common: bool = True) -> TrackingPlan:
    """A plan with so many events: the one of the workload, and others like it."""
    names = [workload.EVENT, *(f"Order Completed In Shop {number}" for number in range(events - 1))][:events]
    rules = [{"type": "TRACK", "key": name, "jsonSchema": mirrored(ORDER)} for name in names]
    return TrackingPlan.from_json([*rules, {"type": "COMMON", "jsonSchema": COMMON}] if common else rules)


def run(rounds: int) -> list[Table]:
    """All comparisons."""
    return [*_validating(rounds), *_making(max(3, rounds // 20)), *_importing(max(5, rounds // 5))]


# ---- validating


def _validating(rounds: int) -> list[Table]:
    tables: list[Table] = []
    for make in (workload.small, workload.recorded, workload.large):
        for common in (False, True):
            payloads = [{**make(number), "event": workload.EVENT} for number in range(workload.VARIANTS)]
            size = len(json.dumps(payloads[0], separators=(",", ":")).encode())
            times = measure(_contenders(payloads, common=common), rounds=rounds)
            rules = "its rule and the common one" if common else "its rule"
            title = f"validate a track event of {size} B against {rules}"
            note = "Ratio: time over the time of the validator alone, so less is better."
            reach = {OURS: REACH_VALIDATION}
            tables.append(compare(title, times, floor=FLOOR, reach=reach, at_most=True, note=note))
    return tables


def _contenders(payloads: list[dict[str, Any]], *, common: bool) -> dict[str, Contender]:
    plan = plan_of(EVENTS, common=common)
    rule = jsonschema_rs.Draft7Validator(mirrored(ORDER), validate_formats=True).is_valid
    shared = jsonschema_rs.Draft7Validator(COMMON, validate_formats=True).is_valid

    def by_hand(payload: dict[str, Any]) -> bool:
        return rule(payload) and shared(payload) if common else rule(payload)

    texts = [json.dumps(payload, separators=(",", ":")).encode() for payload in payloads]
    events = [parse_event(text) for text in texts]
    for payload, event in zip(payloads, events, strict=True):
        spoiled = {**payload, "properties": {**payload["properties"], "currency": 1}}
        if not by_hand(payload) or plan.violations(event) or plan.violations(payload) or not plan.violations(spoiled):
            raise RuntimeError("a contender does not tell good events from bad ones")
    return {
        FLOOR: _in_turn(rule if not common else by_hand, payloads),
        OURS: _in_turn(plan.violations, payloads),
        "segment_hooks, of an Event": _in_turn(plan.violations, events),
        "segment_hooks, from bytes": _in_turn(plan.violations, texts),
        "segment_hooks, validate()": _in_turn(plan.validate, payloads),
    }


def _in_turn(look: Callable[[Any], object], events: list[Any]) -> Contender:
    def work(count: int) -> None:
        for event in islice(cycle(events), count):
            look(event)

    return work


# ---- making types


def _making(rounds: int) -> list[Table]:
    plans = {f"{count:,} events": plan_of(count) for count in (EVENTS // 10, EVENTS)}
    times: dict[str, list[float]] = {name: [] for name in plans}
    for order in rotations(list(plans), rounds):
        for name in order:
            start = time.perf_counter()
            generate(plans[name])
            times[name].append(time.perf_counter() - start)
    note = f"Guide: {EVENTS:,} events in under {GUIDE:g} s."
    floor = next(iter(plans))
    return [compare("make types of a plan", times, floor=floor, unit="s", scale=1, at_most=True, note=note)]


# ---- importing them

_PROGRAM = "import time; start = time.perf_counter(); import {}; print(time.perf_counter() - start)"
_EMPTY, _FULL = "import the types of one event, without properties", f"import those of {EVENTS:,} events"


def _importing(rounds: int) -> list[Table]:
    times: dict[str, list[float]] = {_EMPTY: [], _FULL: []}
    with tempfile.TemporaryDirectory() as folder:
        for module, events in (("empty", 0), ("full", EVENTS)):
            alone = [{"type": "TRACK", "key": workload.EVENT, "jsonSchema": {}}]  # the imports are the same
            plan = plan_of(events, common=False) if events else TrackingPlan.from_json(alone)
            Path(folder, f"{module}.py").write_text(generate(plan).text)
            _import(module, folder)  # so that everything is compiled
        for order in rotations(list(times), rounds):
            for name in order:
                times[name].append(_import("empty" if name == _EMPTY else "full", folder))
    note = "Ratio: time over the time of the module of a plan that is all but empty, so less is better."
    return [
        compare(
            "import a module of types", times, floor=_EMPTY, reach={_FULL: REACH_IMPORT}, unit="ms", scale=1e3,
            at_most=True, note=note,
        )
    ]  # fmt: skip


def _import(module: str, folder: str) -> float:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment |= {"PYTHONPYCACHEPREFIX": str(Path(folder, "compiled")), "PYTHONPATH": os.pathsep.join(
        [folder, str(Path(__file__).parents[1])]
    )}  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM.format(module)],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return float(done.stdout)
