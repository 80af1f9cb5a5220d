"""Segment as a sender, on good and bad days."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from copy import copy
from types import TracebackType
from typing import Any, TypeVar

import msgspec

from segment_hooks import ConfigurationError, Event, parse_event
from segment_testing.delivery.clock import VirtualClock
from segment_testing.delivery.destination import Destination, text_of
from segment_testing.delivery.engine import Engine, Exchange
from segment_testing.delivery.faults import Fault
from segment_testing.delivery.report import Attempt, Fate, Report
from segment_testing.delivery.request import WebhookRequest
from segment_testing.delivery.rules import Answer, Rules
from segment_testing.delivery.targets import Target, carrier_for
from segment_testing.delivery.transport import PLAINLY

T = TypeVar("T")

EventLike = Event | bytes | Mapping[str, Any]
"""An event, the JSON text of one, or the dict that it decodes to."""


class Simulator:
    """Delivers events to a service as Segment does.

    `target`: an ASGI or WSGI application, a `Receiver`, a router, the URL of a server on this machine, or a function.
    `secret`: the shared secret; or pass a whole `destination`. `faults`: what goes wrong, see `faults`; `seed`: all
    that is random comes from it. `rules`: how long Segment waits, and how it tries again. `clock`: for virtual time
    that the service shares. `allow_other_hosts`: let a URL lead to another machine. `on_attempt`: called after each
    request, with what came of it.

    Everything that Segment would do in four hours happens at once. As a context manager (`with`, or `async with`) it
    keeps its event loop, or its connection, from one delivery to the next.
    """

    def __init__(
        self,
        target: Target,
        *,
        secret: str | bytes | None = None,
        destination: Destination | None = None,
        faults: Sequence[Fault] = (),
        seed: int = 0,
        rules: Rules | None = None,
        clock: VirtualClock | None = None,
        allow_other_hosts: bool = False,
        on_attempt: Callable[[Attempt], object] | None = None,
    ) -> None:
        if destination is not None and secret is not None:
            raise ConfigurationError("pass the secret in the destination: Destination(secret=…)")
        self.clock = clock if clock is not None else VirtualClock()
        """The time that passes."""
        self.destination = destination if destination is not None else Destination(secret=secret)
        """What is delivered as."""
        self._carrier = carrier_for(target, self.destination.secret, self.clock, other_hosts=allow_other_hosts)
        if isinstance(target, str):
            carrier: Any = self._carrier
            self.destination = msgspec.structs.replace(self.destination, host=carrier.host, target=carrier.target)
        self._name = target if isinstance(target, str) else "app"
        self._faults = tuple(faults)
        self._seed = seed
        self._rules = rules if rules is not None else Rules()
        self._on_attempt = on_attempt
        self._runner: asyncio.Runner | None = None

    def varied(
        self, *, destination: Destination | None = None, faults: Sequence[Fault] = (), seed: int = 0
    ) -> Simulator:
        """Another one for the same service, clock, and event loop or connection."""
        other = copy(self)
        other.destination = destination if destination is not None else self.destination
        other._faults, other._seed = tuple(faults), seed
        return other

    # ---- whole deliveries

    def deliver(self, *events: EventLike | Iterable[EventLike]) -> Report:
        """Deliver the events, until each is delivered or given up; call it where no event loop runs.

        Raises `ConfigurationError` for what is no event.
        """
        if self._carrier.needs_loop:
            return self.run(self.deliver_async(*events))
        engine, fates = self._engine(events)
        exchange = engine.run()
        send = self._carrier.send
        try:
            request, carriage = next(exchange)
            while True:
                request, carriage = exchange.send(send(request, carriage))
        except StopIteration:
            return self._report(engine, fates)

    async def deliver_async(self, *events: EventLike | Iterable[EventLike]) -> Report:
        """The same on an event loop."""
        engine, fates = self._engine(events)
        exchange: Exchange = engine.run()
        send = self._carrier.send_async
        try:
            request, carriage = next(exchange)
            while True:
                request, carriage = exchange.send(await send(request, carriage))
        except StopIteration:
            return self._report(engine, fates)

    def twice(self, *events: EventLike | Iterable[EventLike]) -> Report:
        """Deliver all of the events, and then all of them again, as if no acknowledgement had arrived."""
        first = self.deliver(*events)
        return _joined(first, self.deliver(*events))

    async def twice_async(self, *events: EventLike | Iterable[EventLike]) -> Report:
        """The same on an event loop."""
        first = await self.deliver_async(*events)
        return _joined(first, await self.deliver_async(*events))

    # ---- single requests

    def request(self, *events: EventLike) -> WebhookRequest:
        """The request that carries these events, without sending it: a batch where there are several."""
        batch = len(events) > 1 or self.destination.batch_size > 0
        return self.destination.request([text_of(event) for event in events], batch=batch)

    def send(self, request: WebhookRequest) -> Answer:
        """Send one request as it is, once; redirects are not followed."""
        if self._carrier.needs_loop:
            return self.run(self._carrier.send_async(request, PLAINLY))
        return self._carrier.send(request, PLAINLY)

    async def send_async(self, request: WebhookRequest) -> Answer:
        """The same on an event loop."""
        return await self._carrier.send_async(request, PLAINLY)

    # ---- the inside

    def _engine(self, events: Iterable[EventLike | Iterable[EventLike]]) -> tuple[Engine, list[Fate]]:
        given = [*_flat(events)]
        texts = [text_of(event) for event in given]
        fates = [
            Fate(event if isinstance(event, Event) else parse_event(text))
            for event, text in zip(given, texts, strict=True)
        ]
        engine = Engine(
            texts,
            fates,
            destination=self.destination,
            clock=self.clock,
            rules=self._rules,
            faults=self._faults,
            seed=self._seed,
            on_attempt=self._on_attempt,
        )
        return engine, fates

    def _report(self, engine: Engine, fates: list[Fate]) -> Report:
        attempts = engine.attempts
        seconds = attempts[-1].at if attempts else 0.0
        return Report(fates, attempts, self._reproduction(len(fates)), seconds)

    def _reproduction(self, count: int) -> str:
        if self._name != "app":
            faults = "".join(f" --fault {fault.NAME}={fault.chance:g}" for fault in self._faults)
            made = f"--count {count} --seed {self._seed}"
            if self.destination.batch_size:
                made += f" --batch-size {self.destination.batch_size}"
            return f"segment-testing send {self._name} {made}{faults}"
        faults = f", faults=[{', '.join(map(repr, self._faults))}]" if self._faults else ""
        return f"Simulator(app, destination={self.destination!r}{faults}, seed={self._seed}).deliver(events)"

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine where the deliveries run: a handler's loop-bound objects are at home there.

        Raises `RuntimeError` where an event loop runs already.
        """
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            pass
        else:
            coroutine.close()
            raise RuntimeError("an event loop runs here: await deliver_async(…), twice_async(…) or send_async(…)")
        return self._runner.run(coroutine) if self._runner is not None else asyncio.run(coroutine)

    def close(self) -> None:
        """Close the connection, and the event loop."""
        self._carrier.close()
        runner, self._runner = self._runner, None
        if runner is not None:
            runner.close()

    def __enter__(self) -> Simulator:
        if self._carrier.needs_loop:
            self._runner = asyncio.Runner()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    async def __aenter__(self) -> Simulator:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Simulator({self._name}, {self.destination!r}, {len(self._faults)} faults, seed={self._seed})"


def _flat(events: Iterable[Any]) -> Iterable[Any]:
    for each in events:
        # what is no event is refused where its text is made
        several: Any = each if _is_iterable(each) else (each,)
        yield from several


def _is_iterable(each: object) -> bool:
    return isinstance(each, Iterable) and not isinstance(each, bytes | Mapping)


def _joined(first: Report, second: Report) -> Report:
    """Both runs as one: an event counts as delivered where it was the first time."""
    offset = first.seconds
    for fate, again in zip(first.fates, second.fates, strict=True):
        fate.attempts += again.attempts
        fate.handled += again.handled
    later = [msgspec.structs.replace(attempt, at=attempt.at + offset, again=True) for attempt in second.attempts]
    return Report(first.fates, [*first.attempts, *later], f"{first.reproduction}.twice(…)", offset + second.seconds)
