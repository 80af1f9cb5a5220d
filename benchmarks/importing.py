"""What an import costs: `segment_hooks` against msgspec, which it stands on, each time in a process of its own."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.harness import Table, compare, rotations

FLOOR, OURS = "import msgspec", "import segment_hooks"
REACH = 1.5
ROUNDS = 60

_PROGRAM = "import time; start = time.perf_counter(); {}; print(time.perf_counter() - start)"
_STATEMENTS = {"(no import)": "pass", FLOOR: FLOOR, OURS: OURS}


def run(rounds: int) -> list[Table]:
    """Two tables: time within the process, and CPU of the process from start to end."""
    inside: dict[str, list[float]] = {name: [] for name in _STATEMENTS}
    whole: dict[str, list[float]] = {name: [] for name in _STATEMENTS}
    with tempfile.TemporaryDirectory() as compiled:
        _measure(OURS, compiled)  # so that every file is compiled, and in the cache of the disk
        for order in rotations(list(_STATEMENTS), rounds):
            for name in order:
                seconds, cpu = _measure(_STATEMENTS[name], compiled)
                inside[name].append(seconds)
                whole[name].append(cpu)
    del inside["(no import)"]
    note = "Ratio: time over the time of msgspec, so less is better."
    return [
        compare("import", inside, floor=FLOOR, reach={OURS: REACH}, unit="ms", scale=1e3, at_most=True, note=note),
        compare("CPU of a whole process", whole, floor=FLOOR, unit="ms", scale=1e3, at_most=True, note=note),
    ]


def _measure(statement: str, compiled: str) -> tuple[float, float]:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    process = subprocess.run(
        [sys.executable, "-c", _PROGRAM.format(statement)],
        cwd=Path(__file__).parents[1],
        env=environment | {"PYTHONPYCACHEPREFIX": compiled},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return float(process.stdout), cpu
