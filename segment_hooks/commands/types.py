"""`segment-hooks types plan.json -o analytics.py`: typed Python of a tracking plan.

With `--check` nothing is written: the exit code is 1, with the beginning of the difference, where the module is not
what the plan makes of it. Needs nothing but the plan: no validator, no formatter, no network.
"""

from __future__ import annotations

import argparse
import os
import sys
from difflib import unified_diff
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from segment_hooks.commands import CommandError

if TYPE_CHECKING:
    from segment_hooks.tracking_plan.generator import Generated

_SHOWN = 40
"""Lines of a difference."""


def add(parsers: Any) -> None:
    """Add the command to a parser's sub-parsers."""
    parser = parsers.add_parser("types", help="make typed Python of a tracking plan", description=__doc__)
    parser.add_argument(
        "plans",
        nargs="+",
        type=Path,
        metavar="plan.json",
        help="the plan: from Segment's Public API (one file for each page of its rules), or Typewriter's",
    )
    parser.add_argument("-o", "--output", type=Path, metavar="analytics.py", help="the module; else standard output")
    parser.add_argument("--check", action="store_true", help="write nothing; 1 if the module is not up to date")
    parser.add_argument("--exact", action="store_true", help="refuse a plan that says more than types can")
    parser.add_argument("--line-length", type=int, default=100, metavar="N", help="columns, 88 or more (100)")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Make the module, or check it. Raises `CommandError`, `PlanError`, `ConfigurationError`."""
    from segment_hooks.tracking_plan import TrackingPlan
    from segment_hooks.tracking_plan.generator import generate

    if options.check and options.output is None:
        raise CommandError("--check needs the module to check: -o analytics.py")
    try:
        plan = TrackingPlan.load(*options.plans)
        made = generate(plan, line_length=options.line_length)
        if options.exact and made.notes:
            raise CommandError(f"the plan says more than types can:\n{_listed(made)}")
        if options.output is None:
            sys.stdout.write(made.text)
            return 0
        return _check(made, options) if options.check else _write(made, options.output)
    except OSError as error:
        raise CommandError(f"{error.filename}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise CommandError(f"{options.output} is no text in UTF-8") from None


def _write(made: Generated, output: Path) -> int:
    if output.exists() and output.read_bytes() == made.text.encode():
        _say(f"{output} is up to date")
        return 0
    # at once: whoever imports it meanwhile sees the old one or the new one
    beside = output.with_name(f".{output.name}.{os.getpid()}")
    try:
        beside.write_bytes(made.text.encode())
        beside.replace(output)
    finally:
        beside.unlink(missing_ok=True)
    _say(f"{output} is written")
    if made.notes:
        _say(f"the plan says more than types can, and only TrackingPlan holds events to it:\n{_listed(made)}")
    return 0


def _check(made: Generated, options: argparse.Namespace) -> int:
    output: Path = options.output
    if not output.exists():
        _say(f"{output} is not there{_remedy(options)}")
        return 1
    found = output.read_bytes().decode()
    if found == made.text:
        return 0
    _say(f"{output} is not what the plan makes of it{_remedy(options)}")
    lines = unified_diff(
        found.splitlines(), made.text.splitlines(), str(output), f"{output} from the plan", lineterm="", n=1
    )
    for line in islice(lines, _SHOWN):
        _say(line)
    if next(lines, None) is not None:
        _say("…")
    return 1


def _remedy(options: argparse.Namespace) -> str:
    length = "" if options.line_length == 100 else f" --line-length {options.line_length}"
    return f": run `segment-hooks types {' '.join(map(str, options.plans))} -o {options.output}{length}`"


def _listed(made: Generated) -> str:
    return "\n".join(f"  {name}: {note}" for name, notes in made.notes.items() for note in notes)


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
