"""The service under test, as the laws see it: events go in, effects can be looked at, and it can be made as new."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from copy import deepcopy
from inspect import isawaitable
from types import TracebackType
from typing import Any

import msgspec

from segment_hooks import ConfigurationError, Event
from segment_testing.delivery.destination import Destination
from segment_testing.delivery.faults import Fault
from segment_testing.delivery.history import History
from segment_testing.delivery.report import Report
from segment_testing.delivery.request import WebhookRequest
from segment_testing.delivery.rules import Answer
from segment_testing.delivery.simulator import Simulator
from segment_testing.delivery.targets import Target

Observe = Callable[[], Any]
"""Gives the effects, as a value that can be compared and shown: rows, a dict, what was shipped. May be `async`."""
Reset = Callable[[], Any]
"""Makes the service as new: empties its database, its fakes, its memory of message ids. May be `async`."""


class Run(msgspec.Struct, frozen=True):
    """One history, as it went. `answers`: one for each request."""

    history: History
    answers: list[Answer]
    effects: Any


class Subject:
    """A service, held open over all the runs of a law. `secret`: the shared secret, None for an app that verifies
    nothing; a router needs none. `destination`: all the settings, instead. Use it as a context manager."""

    def __init__(
        self,
        target: Target,
        *,
        observe: Observe,
        reset: Reset,
        secret: str | bytes | None = None,
        destination: Destination | None = None,
    ) -> None:
        if secret is not None and destination is not None:
            raise ConfigurationError("pass the secret in the destination: Destination(secret=…)")
        for name, function in (("observe", observe), ("reset", reset)):
            if not callable(function):
                raise ConfigurationError(f"{name} is a function without arguments, not {type(function).__name__}")
        self.destination = destination if destination is not None else Destination(secret=secret)
        self._observe = observe
        self._reset = reset
        self.simulator = Simulator(target, destination=self.destination)

    def run(self, history: History) -> Run:
        """Deliver this to the service as new, and look at the effects."""
        self.reset()
        answers = [self.send(events) for events in history.batches()]
        return Run(history, answers, self.effects())

    def send(self, events: Sequence[Event]) -> Answer:
        """One request: a batch where there are several events."""
        return self.send_request(self.request(events))

    def request(self, events: Sequence[Event]) -> WebhookRequest:
        """The request that carries these events."""
        return self.destination.request([event.raw for event in events], batch=len(events) > 1)

    def deliver(self, events: Sequence[Event], *, batch_size: int, faults: Sequence[Fault], seed: int) -> Report:
        """Deliver until every event is delivered or given up."""
        destination = msgspec.structs.replace(self.destination, batch_size=batch_size)
        return self.simulator.varied(destination=destination, faults=faults, seed=seed).deliver(events)

    def send_request(self, request: WebhookRequest) -> Answer:
        """One request, as it is."""
        return self.simulator.send(request)

    def reset(self) -> None:
        """Make the service as new."""
        self._finish(self._reset())

    def effects(self) -> Any:
        """What can be seen of the service now, apart from what it does later."""
        return deepcopy(self._finish(self._observe()))

    def _finish(self, result: Any) -> Any:
        if not isawaitable(result):
            return result

        async def wait() -> Any:
            return await result

        return self.simulator.run(wait())

    def __enter__(self) -> Subject:
        self.simulator.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            self.reset()  # what was arranged to fail must not meet whoever comes next
        finally:
            self.simulator.__exit__(kind, error, traceback)


def distinct(events: Iterable[Event]) -> tuple[Event, ...]:
    """The events without those that carry the id of an earlier one, which Segment would not have taken."""
    return tuple({event.message_id or event.raw: event for event in reversed([*events])}.values())[::-1]
