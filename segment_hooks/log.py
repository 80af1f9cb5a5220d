"""Where the package logs to: the logger `segment_hooks` of the standard library."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from logging import Logger


def logger() -> Logger:
    """The package's logger. Asked for when there is something to log: importing `logging` takes a while."""
    import logging

    return logging.getLogger("segment_hooks")
