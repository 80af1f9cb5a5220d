"""The testing side: it stands on public names of the service side, and costs a test that does not use it nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.test_layers import imports

PACKAGE = Path(__file__).parents[2] / "segment_testing"
MODULES = sorted(PACKAGE.rglob("*.py"))

DOORS = {
    "segment_hooks",
    "segment_hooks.client",
    "segment_hooks.inbox",
    "segment_hooks.tracking_plan",
    "segment_hooks.tracking_plan.shapes",
}
"""What a user imports from."""

THIRD_PARTIES = {
    "_hypothesis": {"hypothesis"},
    "commands": {"rich", "uvicorn", "starlette"},
    "delivery": {"anyio", "hypothesis"},
    "fake": {"anyio", "cryptography", "jwt", "starlette", "uvicorn", "httptools", "h11"},
    "laws": {"hypothesis"},
    "mocking/httpx": {"anyio", "httpx"},
    "mocking/httpx2": {"anyio", "httpx2"},
    "mocking/requests": {"requests", "urllib3"},
    "mocking/respx": {"httpx", "respx"},
    "mocking/segment_analytics": {"requests", "segment"},
    "plugin": {"pytest"},
    "queries": {"pydantic"},  # where the test's own types are its models
    "strategies": {"hypothesis", "pydantic"},
    "tracking_plan": {"hypothesis"},
    "waiting": {"anyio", "trio"},
}
"""Room, or module in `mocking`, → what it may import beside msgspec."""

HEAVY = [
    "anyio",
    "cryptography",
    "httptools",
    "httpx",
    "httpx2",
    "hypothesis",
    "jwt",
    "requests",
    "respx",
    "rich",
    "starlette",
    "uvicorn",
]


def room(path: Path) -> str:
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return "/".join(parts[:2]) if parts[0] == "mocking" else parts[0]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_only_the_public_names_of_the_service_side_are_used(path: Path) -> None:
    for line in path.read_text().splitlines():
        words = line.split()
        if words[:1] == ["from"] and words[1].split(".")[0] == "segment_hooks":
            assert words[1] in DOORS, line
        assert words[:1] != ["import"] or not words[1].startswith("segment_hooks."), line


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_each_room_has_its_own_third_parties(path: Path) -> None:
    allowed = {*sys.stdlib_module_names, "msgspec", "segment_hooks", "segment_testing"}
    third = {name.split(".")[0] for name, _ in imports(path)} - allowed
    assert third <= THIRD_PARTIES.get(room(path), set())


@pytest.mark.parametrize("module", ["segment_testing", "segment_testing.plugin", "segment_testing.leak_guard"])
def test_importing_loads_nothing_heavy(module: str) -> None:
    code = f"import {module}, sys; print([name for name in {HEAVY} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
