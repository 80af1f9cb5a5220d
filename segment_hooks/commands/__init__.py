"""What the command `segment-hooks` can do, a module for each."""

from __future__ import annotations


class CommandError(Exception):
    """A command cannot do what it was asked. The message says why, and what to do."""
