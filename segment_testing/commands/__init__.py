"""What `segment-testing` can do, one command a module."""

from __future__ import annotations


class CommandError(Exception):
    """A command cannot do what it was asked: the message says why, and what to do about it."""
