"""Results as text: a table for the terminal, JSON to keep, and RESULTS.md, which is made of what was kept."""

from __future__ import annotations

import importlib.metadata
import os
import platform
from pathlib import Path

import msgspec

from benchmarks.harness import RESULTS, Result, Row, Table

MARKDOWN = Path(__file__).parent / "RESULTS.md"
COMMAND = "make bench"
ORDER = (
    "core", "signing", "importing", "serving", "client", "inbox", "tracking_plan",
    "fake", "strategies", "delivery", "page",
)  # fmt: skip
PACKAGES = (
    "msgspec", "uvicorn", "httptools", "uvloop", "granian", "starlette", "fastapi", "pydantic", "flask",
    "stripe", "standardwebhooks", "svix", "gidgethub",
    "httpx", "httpx2", "aiohttp", "segment-analytics-python", "rudder-sdk-python", "jsonschema-rs",
    "psycopg", "redis", "hypothesis",
)  # fmt: skip

_HEAD = f"""\
# Results

Made by `{COMMAND}`; do not edit. `python -m benchmarks NAME` makes one part again; `--quick` prints rough figures only.

**How to read it.** *Ratio* is speed against the floor of the same table: 1 is as fast as what one would write by hand
for one service, 0.5 takes twice as long. (In the tables of imports it is time over time, so less is better.) All
contenders of a table take turns in one run, in changing order; a ratio is made within each round, and the median over
all rounds is given, with the quartiles. Times are medians too, and belong to the machine; the ratios carry further. No
contender is timed before it has shown that every event reaches its handler and that a changed body does not.
"""


def machine() -> str:
    """The class of machine, without anything that would name it."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return (
        f"{cores} shared cores, {platform.system()} {platform.machine()}, "
        f"{platform.python_implementation()} {platform.python_version()}"
    )


def versions() -> dict[str, str]:
    """The versions of everything that is compared."""
    return {name: importlib.metadata.version(name) for name in PACKAGES}


def save(benchmark: str, rounds: int, tables: list[Table]) -> Path:
    """Keep what a benchmark found."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{benchmark}.json"
    result = Result(benchmark, machine(), versions(), rounds, tables)
    path.write_bytes(msgspec.json.format(msgspec.json.encode(result), indent=2) + b"\n")
    return path


def as_text(table: Table) -> str:
    """A table for the terminal."""
    width = max(len(row.name) for row in table.rows)
    lines = [table.title, f"  {'':{width}} {table.unit:>10} {'ratio':>7}  {'quartiles':14} reach"]
    for row in table.rows:
        quartiles = f"{row.low:.3f} to {row.high:.3f}"
        lines.append(f"  {row.name:{width}} {row.value:10.2f} {row.ratio:7.3f}  {quartiles:14} {_verdict(row)}")
    return "\n".join([*lines, *([f"  {table.note}"] if table.note else [])])


def write_markdown() -> Path:
    """RESULTS.md from everything that is kept."""
    results = [
        msgspec.json.decode(path.read_bytes(), type=Result)
        for path in (RESULTS / f"{name}.json" for name in ORDER)
        if path.exists()
    ]
    parts = [_HEAD, "## Figures to reach\n", "| work | figure to reach | reached | |", "| --- | --- | --- | --- |"]
    for result in results:
        for table in result.tables:
            for row in (row for row in table.rows if row.reach is not None):
                name = table.title if row.name == "segment_hooks" else f"{table.title}: {row.name}"
                verdict = "yes" if row.met else "**falls short**"
                parts.append(f"| {name} | {row.figure} | {row.ratio:.3f} | {verdict} |")
    for result in results:
        packages = ", ".join(f"{name} {version}" for name, version in result.versions.items())
        parts += ["", f"## {result.benchmark}", "", f"{result.machine}; {result.rounds} rounds; {packages}."]
        for table in result.tables:
            parts += ["", f"### {table.title[0].upper()}{table.title[1:]}", "", *_as_markdown(table)]
    MARKDOWN.write_text("\n".join(parts) + "\n", encoding="utf-8")
    return MARKDOWN


def _as_markdown(table: Table) -> list[str]:
    lines = [f"| | {table.unit} | ratio | quartiles |", "| --- | ---: | ---: | --- |"]
    for row in table.rows:
        name = f"**{row.name}**" if row.reach is not None else row.name
        lines.append(f"| {name} | {row.value:.2f} | {row.ratio:.3f} | {row.low:.3f} to {row.high:.3f} |")
    return [*lines, *(["", table.note] if table.note else [])]


def _verdict(row: Row) -> str:
    return "" if row.reach is None else f"{row.figure}: {'reached' if row.met else 'FALLS SHORT'}"
