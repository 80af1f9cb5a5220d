"""`segment-hooks types`."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import pytest

from segment_hooks import cli
from segment_hooks.commands import CommandError, types
from segment_hooks.errors import ConfigurationError
from segment_hooks.tracking_plan import PlanError, TrackingPlan
from segment_hooks.tracking_plan.generator import generate
from tests.hooks.tracking_plan.plans import ORDER_COMPLETED, page, rule

MORE = {**ORDER_COMPLETED, "minProperties": 2}


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    return written(tmp_path / "plan.json", page(rule("Order Completed", ORDER_COMPLETED)))


def written(path: Path, document: Any) -> Path:
    path.write_text(json.dumps(document))
    return path


def run(*arguments: object) -> int:
    parser = argparse.ArgumentParser()
    types.add(parser.add_subparsers())
    options = parser.parse_args(["types", *map(str, arguments)])
    code: int = options.run(options)
    return code


def test_a_module_is_written_and_stays_up_to_date(
    plan: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    module = tmp_path / "analytics.py"
    assert run(plan, "-o", module) == 0
    assert module.read_text() == generate(TrackingPlan.load(plan)).text
    assert capsys.readouterr().err == f"{module} is written\n"
    before = module.stat().st_mtime_ns
    assert run(plan, "-o", module) == 0
    assert module.stat().st_mtime_ns == before
    assert run(plan, "-o", module, "--check") == 0
    assert {*tmp_path.iterdir()} == {plan, module}


def test_standard_output(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(plan) == 0
    assert capsys.readouterr().out == generate(TrackingPlan.load(plan)).text


def test_a_stale_module_fails_the_check_with_a_short_difference(
    plan: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    module = tmp_path / "analytics.py"
    assert run(plan, "-o", module, "--check") == 1
    assert "is not there: run `segment-hooks types" in capsys.readouterr().err
    run(plan, "-o", module)
    changed = {**ORDER_COMPLETED, "required": ["order_id", "total"]}
    written(plan, page(rule("Order Completed", changed)))
    before = module.read_bytes()
    capsys.readouterr()
    assert run(plan, "-o", module, "--check") == 1
    told = capsys.readouterr().err
    assert f"{module} is not what the plan makes of it: run `segment-hooks types {plan} -o {module}`" in told
    assert "-    total: float | UnsetType | None = UNSET" in told
    assert "+    total: float | None" in told
    assert module.read_bytes() == before


def test_a_long_difference_is_cut(plan: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    module = tmp_path / "analytics.py"
    run(plan, "-o", module)
    written(plan, page(*(rule(f"Event {number}", {}) for number in range(30))))
    capsys.readouterr()
    assert run(plan, "-o", module, "--check", "--line-length", 120) == 1
    told = capsys.readouterr().err.splitlines()
    assert "--line-length 120`" in told[0]
    assert told[-1] == "…"
    assert len(told) == 42


def test_a_plan_that_says_more_than_types(plan: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    written(plan, page(rule("Order Completed", MORE)))
    module = tmp_path / "analytics.py"
    with pytest.raises(CommandError, match=r"OrderCompleted: \(itself\): minProperties"):
        run(plan, "-o", module, "--exact")
    assert not module.exists()
    assert run(plan, "-o", module) == 0
    assert "  OrderCompleted: (itself): minProperties\n" in capsys.readouterr().err


def test_the_pages_of_a_list(tmp_path: Path) -> None:
    first = written(tmp_path / "1.json", page(rule("One", {}), next="Mg=="))
    second = written(tmp_path / "2.json", page(rule("Two", {}), current="Mg=="))
    assert run(first, second, "-o", tmp_path / "analytics.py") == 0
    assert "class Two(" in (tmp_path / "analytics.py").read_text()


def test_what_goes_wrong_is_told(plan: Path, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="--check needs the module"):
        run(plan, "--check")
    with pytest.raises(CommandError, match=r"none\.json: No such file"):
        run(tmp_path / "none.json")
    with pytest.raises(CommandError, match="No such file"):
        run(plan, "-o", tmp_path / "none" / "analytics.py")
    with pytest.raises(ConfigurationError, match="at least 88"):
        run(plan, "--line-length", 40)
    (tmp_path / "binary.py").write_bytes(b"\xff")
    with pytest.raises(CommandError, match="no text"):
        run(plan, "-o", tmp_path / "binary.py", "--check")
    with pytest.raises(PlanError, match=r"plan\.json, \$"):
        run(written(plan, {"rules": [1]}))


def test_it_is_a_command_of_segment_hooks(plan: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["types", str(plan), "-o", str(tmp_path / "analytics.py")]) == 0
    written(plan, {"rules": [1]})
    assert cli.main(["types", str(plan)]) == 2
    assert "segment-hooks types: expected an object, found a number at plan.json" in capsys.readouterr().err
