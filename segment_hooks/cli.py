"""The command `segment-hooks`, each thing it can do a module of `commands`.

Exit codes: 0, it has been done; 1, there was nothing to do it to, or a check found something; 2, it could not do what
it was asked.
"""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser
from collections.abc import Sequence

import segment_hooks
from segment_hooks.commands import CommandError, inbox, types
from segment_hooks.errors import SegmentHooksError

COMMANDS = (inbox, types)
"""Modules with `add(parsers)`, which adds a parser whose default `run` is a function of the parsed options."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command with these arguments, or those of the process; returns the exit code."""
    options = _parser().parse_args(arguments)
    try:
        code: int = options.run(options)
        sys.stdout.flush()
        return code
    except (CommandError, SegmentHooksError, ImportError) as error:
        sys.stderr.write(f"segment-hooks {options.command}: {error}\n")
        return 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # whoever read the output has gone; what is left of it must not fail again when Python ends
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _parser() -> ArgumentParser:
    parser = ArgumentParser(prog="segment-hooks", description="Look after what receives Segment's webhooks.")
    parser.add_argument("--version", action="version", version=f"segment-hooks {segment_hooks.__version__}")
    parsers = parser.add_subparsers(title="commands", dest="command", metavar="command", required=True)
    for command in COMMANDS:
        command.add(parsers)
    return parser
