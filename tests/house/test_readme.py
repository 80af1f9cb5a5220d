"""The README, typed in by a new user: every block of Python is a file, and does what the words around it say."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
SHOWN = re.findall(r"```text\n(.*?)```", README, re.DOTALL)
PLAN = re.findall(r"```json\n(.*?)```", README, re.DOTALL)
FILES = dict(re.findall(r"```python\n# (\S+\.py)\n(.*?)```", README, re.DOTALL))


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with all the files."""
    folder = tmp_path_factory.mktemp("readme")
    for name, text in FILES.items():
        (folder / name).write_text(text)
    return folder


def run(project: Path, *command: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "HYPOTHESIS"))}
    return subprocess.run(
        [sys.executable, *command],
        cwd=project,
        env=environment | {"SEGMENT_SHARED_SECRET": "s3cret", "PYTHONPATH": str(project)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def pytest_in(project: Path, name: str) -> str:
    return run(project, "-m", "pytest", "-p", "no:cacheprovider", "-o", "asyncio_mode=strict", name).stdout


def test_every_block_of_python_is_a_file() -> None:
    assert README.count("```python") == len(FILES)


@pytest.mark.parametrize("name", [name for name in FILES if not name.startswith(("test_", "send"))])
def test_it_runs(name: str, project: Path) -> None:
    done = run(project, "-W", "error", name)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_sending(project: Path) -> None:
    code = """
import runpy, segment_hooks.client.client as client
from segment_testing import FakeSegment
from segment_testing.mocking.segment_client import FakeTransport
segment = FakeSegment()
client.default_transport = lambda *_: FakeTransport(segment)
runpy.run_path("send.py")
segment.expect.track("Order Completed", user_id="u1", properties={"revenue": 10}).once()
segment.expect.identify(user_id="u1").once()
"""
    done = run(project, "-W", "error", "-c", code)
    assert done.returncode == 0, done.stderr
    refused, told = done.stdout.splitlines()
    assert "$.properties.photo" in refused
    assert told == "delivered 2"


def test_a_passing_and_a_failing_test(project: Path) -> None:
    said = pytest_in(project, "test_shop.py")
    assert "1 failed, 1 passed" in said
    assert SHOWN[0] in said


def test_handlers_and_a_law_that_they_break(project: Path) -> None:
    said = pytest_in(project, "test_service.py")
    assert "1 failed, 3 passed" in said, said
    assert "FAILED test_service.py::test_no_order_is_shipped_twice" in said
    assert "check_idempotent: an event that comes again has effects again" in said


def test_a_tracking_plan_and_a_test_that_breaks_it(project: Path) -> None:
    pytest.importorskip("jsonschema_rs", reason="jsonschema-rs is not installed")
    (plan,) = PLAN
    (project / "plan.json").write_text(plan)
    made = run(project, "-m", "segment_hooks", "types", "plan.json", "-o", "analytics.py")
    assert made.returncode == 0, made.stderr
    said = pytest_in(project, "test_plan.py")
    assert "1 failed, 1 passed" in said
    for line in SHOWN[1].splitlines():
        assert line in said
