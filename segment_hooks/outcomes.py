"""How the handling of an event ended, and which of several endings counts."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum

import msgspec

from segment_hooks.errors import (
    DropEvent,
    EventNotSupported,
    InvalidEventPayload,
    PayloadError,
    RetryError,
)


class Result(IntEnum):
    """How an event ended. Of several endings the greatest counts: what another try can save stands highest."""

    UNHANDLED = 0
    """No handler matched."""
    HANDLED = 1
    """Every handler that matched returned."""
    DUPLICATE = 2
    """It has ended before, so no handler ran (with a `Dedupe` in front of the router)."""
    STORED = 3
    """It is safe in an inbox; its handlers run in a worker."""
    DROPPED = 4
    """A handler raised `DropEvent`; the others, if any, returned."""
    UNSUPPORTED = 5
    """A handler raised `EventNotSupported`."""
    INVALID = 6
    """A handler raised `InvalidEventPayload` or `ValidationError`, or the event does not fit its type."""
    FAILED = 7
    """A handler raised something else: a fault of this service, so trying again may help."""
    RETRY = 8
    """A handler raised `RetryError`, the time for an answer ran out, or an inbox could not take it."""


class Outcome(msgspec.Struct, frozen=True):
    """How one event ended: the result, and every error that its handlers raised, in order of registration."""

    result: Result
    errors: tuple[Exception, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether there is nothing left to do for this event."""
        return self.result <= Result.DROPPED

    @property
    def retry_after(self) -> float | None:
        """The longest wait that a handler asked for, in seconds."""
        waits = [e.retry_after for e in self.errors if isinstance(e, RetryError) and e.retry_after is not None]
        return max(waits, default=None)


UNHANDLED = Outcome(Result.UNHANDLED)
HANDLED = Outcome(Result.HANDLED)
DUPLICATE = Outcome(Result.DUPLICATE)
STORED = Outcome(Result.STORED)
TRY_AGAIN = Outcome(Result.RETRY)


def result_of(error: Exception) -> Result:
    """The ending that a handler's error stands for."""
    match error:
        case DropEvent():
            return Result.DROPPED
        case RetryError():
            return Result.RETRY
        case EventNotSupported():
            return Result.UNSUPPORTED
        case InvalidEventPayload() | PayloadError():
            return Result.INVALID
        case _:
            return Result.FAILED


def outcome_of(errors: Iterable[Exception]) -> Outcome:
    """The outcome of an event whose handlers raised `errors`; the others returned."""
    errors = tuple(errors)
    return Outcome(max(map(result_of, errors)), errors) if errors else HANDLED
