"""Whatever Segment delivers, handlers must have an answer to it."""

from __future__ import annotations

import inspect
import traceback
from collections.abc import Callable, Iterable
from typing import Any, get_origin, get_type_hints

from hypothesis import strategies as st

from segment_hooks import Event, Receiver, Result, WebhookEventRouter
from segment_testing.delivery.history import describe
from segment_testing.delivery.request import WebhookRequest
from segment_testing.delivery.simulator import Simulator
from segment_testing.delivery.targets import Target
from segment_testing.laws.searching import Events, Settings, search
from segment_testing.laws.words import broken
from segment_testing.strategies import events as any_events

Handler = Callable[[Any], Any]

_ADVICE = (
    "Segment delivers such events, see segment_testing.strategies. An error of a handler is answered with 500, and the "
    "event comes again for four hours. Take it, or say that it will never do: raise InvalidEventPayload, "
    "EventNotSupported or DropEvent."
)


def check_never_fails(
    handlers: Target | Handler | Iterable[Handler],
    events: Events | None = None,
    *,
    secret: str | bytes | None = None,
    settings: Settings = None,
) -> None:
    """No event that Segment can deliver may make a handler fail: not numbers for ids, missing properties, unpaired
    surrogates, unknown fields, odd times.

    `handlers`: a router; one function of an event, plain or `async`, or several; or an application, with its `secret`.
    `events`: a strategy for single events, best for those that the handlers want, such as `tracks("Order Completed")`;
    left out, every kind there is. What a handler raises on purpose (`DropEvent`, `InvalidEventPayload`, `RetryError` …)
    is no failure. Raises `LawBroken` with the smallest event and the error.
    """
    given = any_events() if events is None else events
    strategy = given if isinstance(given, st.SearchStrategy) else st.nothing()
    cases = None if isinstance(given, st.SearchStrategy) else [given]
    router = _router(handlers)
    if router is not None:

        def routed(case: Any) -> None:
            __tracebackhide__ = True
            for event in _events(case):
                _route(router, event)

        search(routed, strategy, settings, cases)
        return
    with Simulator(handlers, secret=secret) as simulator:

        def answered(case: Any) -> None:
            __tracebackhide__ = True
            for event in _events(case):
                answer = simulator.send(simulator.request(event))
                if answer.status is None or (answer.status >= 500 and answer.status not in (501, 503)):
                    raise broken(
                        f"check_never_fails: {describe(event)} is answered with {answer}.",
                        f"The event:\n  {event.raw.decode()}",
                        *([_where(answer.error)] if answer.error is not None else []),
                        advice=_ADVICE,
                    )

        search(answered, strategy, settings, cases)


def _router(handlers: Any) -> WebhookEventRouter | None:
    """A router to ask without a request around the event; None for what takes requests."""
    if isinstance(handlers, WebhookEventRouter):
        return handlers
    functions = _listed(handlers)
    if isinstance(handlers, Receiver | str) or not all(_takes_an_event(function) for function in functions):
        return None
    router = WebhookEventRouter()
    for function in functions:
        router.add(_wanted(function), function)
    return router


def _wanted(function: Any) -> type[Event]:
    """The class of events that a handler's annotation asks for."""
    hints = list(get_type_hints(function).values()) if inspect.isfunction(function) else []
    wanted: Any = get_origin(hints[0]) or hints[0] if hints else Event
    return wanted if isinstance(wanted, type) and issubclass(wanted, Event) else Event


def _listed(handlers: Any) -> list[Any]:
    return [*handlers] if isinstance(handlers, list | tuple) else [handlers]


def _takes_an_event(function: Any) -> bool:
    from segment_testing.delivery.targets import parameters

    return callable(function) and parameters(function) == 1


def _route(router: WebhookEventRouter, event: Event) -> None:
    __tracebackhide__ = True
    outcome = router.route_sync(event)
    if outcome.result is not Result.FAILED:
        return
    error = next(each for each in outcome.errors if not isinstance(each, _SIGNALS))
    raise broken(
        f"check_never_fails: {describe(event)} makes a handler fail.",
        f"The event:\n  {event.raw.decode()}",
        _where(error),
        advice=_ADVICE,
    ) from error


def _events(case: Any) -> Iterable[Event]:
    if isinstance(case, WebhookRequest):
        return case.events
    return [case] if isinstance(case, Event) else case


def _where(error: Exception) -> str:
    frame = traceback.extract_tb(error.__traceback__)[-1]
    line = f"\n    {frame.line}" if frame.line else ""
    return f"{type(error).__name__}: {error}\n  at {frame.filename}:{frame.lineno}, in {frame.name}{line}"


def _signals() -> tuple[type[Exception], ...]:
    from segment_hooks import HandlerSignal, PayloadError

    return HandlerSignal, PayloadError


_SIGNALS = _signals()
