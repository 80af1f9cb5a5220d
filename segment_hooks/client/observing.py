"""What the client tells to whoever wants to measure it: OpenTelemetry has an observer in `client.opentelemetry`."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol

import msgspec

from segment_hooks.client.receipt import ReceiptState
from segment_hooks.client.retrying import Failure


class Attempt(msgspec.Struct):
    """One batch on its way. `events`: how many; `tries`: how often they have been sent before."""

    events: int
    tries: int
    failure: Failure | None = None
    """Set before the observer's block ends, where the batch was not delivered."""


class Observer(Protocol):
    """Is told of every request and of every event that is settled. Called from the client's thread or event loop."""

    def sending(self, attempt: Attempt) -> AbstractContextManager[object]:
        """A block around one request."""
        ...

    def settled(self, state: ReceiptState, events: int, code: str | None) -> None:
        """So many events have come to this state; `code`: of the error, if there is one."""
        ...
