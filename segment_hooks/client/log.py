"""Where the client logs to: the logger `segment_hooks.client` of the standard library. Never personal data."""

from __future__ import annotations

from logging import Logger, getLogger


def logger() -> Logger:
    """The client's logger."""
    return getLogger("segment_hooks.client")
