"""The ends and the forks of processes: nothing is lost, nothing is sent twice."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from segment_testing.fake import TrackingAPI, serve
from segment_testing.fake.server import ServedFake

ROOT = Path(__file__).parents[3]
pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")


@pytest.fixture
def fake() -> Iterator[ServedFake]:
    with serve(TrackingAPI()) as served:
        yield served


def run(name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "tests.hooks.client.programs", name, *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def events(fake: ServedFake) -> list[str]:
    assert fake.api.ledger.duplicates == []
    return sorted(call.name or "" for call in fake.api.ledger.calls)


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        ("exits", ["0", "1", "2"]),
        ("exits_late", ["0"]),
        ("exits_async", ["0"]),
        ("forks", ["before", "child", "parent"]),
        ("forks_async", ["before", "child", "parent"]),
        ("multiprocesses", ["child 0", "child 1", "child 2", "parent"]),
        (
            "forks_after_sending",
            ["before", *(f"child {n} {e}" for n in range(3) for e in range(3)), *(f"parent {n}" for n in range(3))],
        ),
    ],
)
def test_nothing_is_lost_and_nothing_sent_twice(program: str, expected: list[str], fake: ServedFake) -> None:
    done = run(program, fake.url)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert events(fake) == expected


def test_a_failing_program_delivers_too(fake: ServedFake) -> None:
    assert run("exits_by_exception", fake.url).returncode == 3
    assert events(fake) == ["0"]


def test_forks_while_threads_make_calls(fake: ServedFake) -> None:
    done = run("forks_at_work", fake.url)
    assert done.returncode == 0, done.stderr
    found = events(fake)
    assert len(found) == int(done.stdout)
    assert [name for name in found if name.startswith("child")] == [f"child {number}" for number in range(10)]


def test_a_spool_that_is_open_at_a_fork(fake: ServedFake, tmp_path: Path) -> None:
    done = run("spools_and_forks", fake.url, str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert events(fake) == ["before", "child 0", "child 1", "child 2", "parent"]
    assert list(tmp_path.glob("*.db")) == []
