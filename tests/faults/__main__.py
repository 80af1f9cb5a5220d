"""`python -m tests.faults [STORE …] [--events N] [--seed N]`: kill a service at random; see `tests.faults.harness`."""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path

from tests.faults.harness import Found, run
from tests.faults.stores import SETTINGS, unavailable

RESULTS = Path(__file__).parent / "RESULTS.md"

_HEAD = """\
# What survives

Made by `python -m tests.faults`; do not edit. The example service runs under uvicorn with two processes, and where it
has an inbox with two workers beside it. Every event is delivered in batches that are made up anew for every try, one
delivery in twenty again though it had been answered; handlers fail at random; and all the while processes are killed
with `kill -9`, and the store is killed, locked, or cut off.
"""


def main() -> int:
    """Run what is named, or all; the exit code says whether every guarantee held."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("stores", nargs="*", metavar="STORE", help=f"one of {', '.join(SETTINGS)}; all, if left out")
    parser.add_argument("--events", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    found: list[Found] = []
    for name in options.stores or SETTINGS:
        why = unavailable(name)
        if why is not None:
            print(f"{name}: left out, {why}")
            continue
        result = asyncio.run(run(name, events=options.events, seed=options.seed, harms=60, limit=600))
        found.append(result)
        print(f"{name}: {'holds' if result.holds else 'DOES NOT HOLD'}: {_row(result)}", flush=True)
    if not options.stores and options.events >= 20_000:
        RESULTS.write_text(_HEAD + "\n" + "\n".join(_table(found)) + "\n", encoding="utf-8")
    return 0 if found and all(result.holds for result in found) else 1


def _table(found: list[Found]) -> list[str]:
    head = "| | guaranteed | events | lost | twice | requests, by answer | delivered again | done to it | seconds |"
    return [head, "| --- | --- | ---: | ---: | ---: | --- | ---: | --- | ---: |", *map(_row, found)]


def _row(result: Found) -> str:
    answers = ", ".join(f"{count} x {answer}" for answer, count in sorted(result.sent.answers.items()))
    harm = ", ".join(f"{count} x {what}" for what, count in sorted(result.harm.items()))
    lost = len(result.missing) + result.depth
    cells = [
        f"`{result.setting}`", result.guarantee, result.events, lost, len(result.twice), answers,
        result.sent.redelivered, harm, f"{result.seconds:.0f}",
    ]  # fmt: skip
    return "| " + " | ".join(map(str, cells)) + " |"


if __name__ == "__main__":
    sys.exit(main())
