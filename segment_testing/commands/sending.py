"""What `send` and `replay` share: where to, signed with what, how far it has come, and how it ended."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable
from typing import TextIO

from segment_testing.commands import CommandError

SECRET_VARIABLE = "SEGMENT_SHARED_SECRET"  # noqa: S105  # the name of it


def add_target(parser: ArgumentParser) -> None:
    """The arguments that say where deliveries go."""
    parser.add_argument("url", metavar="URL", help="of the service, on this machine")
    parser.add_argument(
        "--allow-other-hosts", action="store_true", help="let the URL lead to another machine, which must be yours"
    )


def add_secret(parser: ArgumentParser, help: str) -> None:  # noqa: A002  # what argparse calls it
    """The argument that says where the shared secret is: a variable, since everybody can see a command line."""
    parser.add_argument("--secret-env", metavar="NAME", help=f"{help} (default: {SECRET_VARIABLE}, where that is set)")


def secret_in(options: Namespace) -> str | None:
    """The shared secret; None where none was given. Raises `CommandError` where it was promised and is not there."""
    name: str | None = options.secret_env
    secret = os.environ.get(name or SECRET_VARIABLE)
    if name is not None and not secret:
        raise CommandError(f"the environment variable {name} holds no secret")
    return secret or None


def number(least: int, most: int, what: str) -> Callable[[str], int]:
    """What reads an option that is a whole number from `least` to `most`."""

    def read(text: str) -> int:
        if not (text.isascii() and text.isdigit() and len(text) <= 10 and least <= int(text) <= most):
            raise ArgumentTypeError(f"{what} is a whole number from {least:,} to {most:,}, not {text!r}")
        return int(text)

    return read


def header(text: str) -> tuple[str, str]:
    """`Name: value`."""
    name, colon, value = text.partition(":")
    if not colon or not name.strip():
        raise ArgumentTypeError(f"a header is written as 'Name: value', not {text!r}")
    return name.strip(), value.strip()


class Progress:
    """How far it has come, on one line that is written over, where somebody watches; nothing in a log."""

    def __init__(self, total: int, output: TextIO | None = None) -> None:
        self._total = total
        self._done = 0
        self._output = output if output is not None else sys.stderr
        self._shown = self._output.isatty()
        self._percent = -1

    def step(self, _: object = None) -> None:
        """One request more. There may be more of them than events, where some are tried again."""
        self._done += 1
        percent = 100 * min(self._done, self._total) // max(1, self._total)
        if self._shown and percent != self._percent:
            self._percent = percent
            self._output.write(f"\r{percent:3d} %  {self._done:,} requests")
            self._output.flush()

    def end(self) -> None:
        """Leave no trace."""
        if self._shown:
            self._output.write("\r\033[K")
            self._output.flush()
