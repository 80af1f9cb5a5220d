"""The command `segment-testing`: a fake Segment without a line of Python, each thing it can do a module of `commands`.

Exit codes: 0, all went well; 1, what the command was asked to watch for happened; 2, it could not do what it was asked.
"""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence

from segment_hooks import ConfigurationError, __version__
from segment_testing.commands import CommandError, listen, replay, send, serve

COMMANDS = (serve, send, replay, listen)
"""Modules with `add(parsers)`, which adds a parser whose default `run` is a function of the parsed options."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command with these arguments, or those of the process; returns the exit code."""
    options = _parser().parse_args(arguments)
    try:
        return _run(options)
    except (CommandError, ConfigurationError) as error:
        sys.stderr.write(f"segment-testing {options.command}: {error}\n")
        return 2
    except KeyboardInterrupt:  # the second, of somebody in a hurry
        return 130
    except BrokenPipeError:
        # whoever read the output has gone; what is left of it must not fail again when Python ends
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _run(options: Namespace) -> int:
    code: int = options.run(options)
    sys.stdout.flush()
    return code


def _parser() -> ArgumentParser:
    parser = ArgumentParser(prog="segment-testing", description="A fake Segment for tests and for trying things out.")
    parser.add_argument("--version", action="version", version=f"segment-testing {__version__}")
    parsers = parser.add_subparsers(title="commands", dest="command", metavar="command", required=True)
    for command in COMMANDS:
        command.add(parsers)
    return parser
