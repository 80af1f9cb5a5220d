"""What the client tells to whoever wants to measure it: OpenTelemetry has an observer in `client.opentelemetry`."""

from __future__ import annotations

import sys
from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

import msgspec

from segment_hooks.client.log import logger
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


class Forgiving:
    """An observer around another one, whose errors are logged and else of no consequence: events go before figures."""

    def __init__(self, observer: Observer) -> None:
        self._observer = observer

    @contextmanager
    def sending(self, attempt: Attempt) -> Generator[None]:
        """See `Observer.sending`."""
        block: AbstractContextManager[object] | None = None
        with _logged():
            entered = self._observer.sending(attempt)
            entered.__enter__()
            block = entered
        try:
            yield
        finally:
            if block is not None:
                with _logged():
                    block.__exit__(*sys.exc_info())

    def settled(self, state: ReceiptState, events: int, code: str | None) -> None:
        """See `Observer.settled`."""
        with _logged():
            self._observer.settled(state, events, code)


@contextmanager
def _logged() -> Generator[None]:
    try:
        yield
    except Exception as error:  # noqa: BLE001  # the observer may be anybody's
        logger().error("segment client: the observer raised %s", type(error).__name__)
