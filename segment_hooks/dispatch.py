"""What to call for an event, and the two drivers that call it: plainly, or on an event loop."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from contextlib import AsyncExitStack, ExitStack
from typing import Any

import msgspec

from segment_hooks import threads
from segment_hooks.events import Event
from segment_hooks.outcomes import HANDLED, UNHANDLED, Outcome, outcome_of
from segment_hooks.routes import Route


class Step(msgspec.Struct, frozen=True, eq=False):
    """One call to make: a handler with its middleware around it."""

    call: Callable[[Event], Any]
    awaited: bool
    """Whether the call gives an awaitable; else it may block."""


class Plan:
    """The handlers for events of one class and name, in the order in which they run."""

    __slots__ = ("_routes", "_steps", "always", "needs_loop", "only")

    def __init__(self, routes: Iterable[Route]) -> None:
        self._routes = tuple(sorted(routes, key=lambda route: route.fallback))
        self._steps = tuple(_step(route) for route in self._routes)
        self.needs_loop = any(step.awaited for step in self._steps)
        conditional = any(route.where or route.fallback for route in self._routes)
        self.always = None if conditional else self._steps
        """The steps, where they are the same for every event; else `steps` says."""
        self.only = self._steps[0].call if self.always and len(self.always) == 1 and not self.needs_loop else None
        """The one plain call there is to make, by far the commonest plan, for the router's hot path."""

    def steps(self, event: Event) -> tuple[Step, ...]:
        """What to call for `event`: predicates are asked here, before the first handler runs."""
        if self.always is not None:
            return self.always
        chosen: list[Step] = []
        matched = False
        for route, step in zip(self._routes, self._steps, strict=True):
            if route.fallback and matched:
                continue
            try:
                wanted = route.where is None or route.where(event)
            except Exception as error:  # noqa: BLE001
                # a predicate that fails counts as a handler that does: the event is neither lost nor taken for handled
                chosen.append(Step(_raising(error), False))
                continue
            if wanted:
                chosen.append(step)
                matched = matched or route.kind is not Event
        return tuple(chosen)


def run(plan: Plan, event: Event) -> Outcome:
    """Call every handler, in order; an error of one does not keep the next from running."""
    errors: list[Exception] | None = None
    steps = plan.always
    if steps is None:
        steps = plan.steps(event)
    for step in steps:
        try:
            result = step.call(event)
            if result is not None:
                finish(result)
        except Exception as error:  # noqa: BLE001  # whatever a handler raises is how the event ended
            errors = [*(errors or ()), error]
    if errors is not None:
        return outcome_of(errors)
    return HANDLED if steps else UNHANDLED


async def run_async(plan: Plan, event: Event) -> Outcome:
    """The same on an event loop: coroutines are awaited, plain functions called in a thread, in order."""
    errors: list[Exception] | None = None
    steps = plan.steps(event)
    for step in steps:
        try:
            if step.awaited:
                await step.call(event)
            else:
                result = await threads.offload(step.call, event)
                if result is not None and hasattr(result, "__await__"):
                    await result
        except Exception as error:  # noqa: BLE001  # whatever a handler raises is how the event ended
            errors = [*(errors or ()), error]
    if errors is not None:
        return outcome_of(errors)
    return HANDLED if steps else UNHANDLED


def _step(route: Route) -> Step:
    if not route.middleware:
        return Step(route.call, route.is_async)

    def call(event: Event) -> Any:
        with ExitStack() as stack:
            for middleware in route.middleware:
                stack.enter_context(middleware(event))
            return route.call(event)

    async def call_async(event: Event) -> None:
        async with AsyncExitStack() as stack:
            for middleware in route.middleware:
                manager = middleware(event)
                if hasattr(manager, "__aenter__"):
                    await stack.enter_async_context(manager)
                else:
                    stack.enter_context(manager)
            if route.is_async:
                await route.call(event)
            else:
                await threads.offload(route.call, event)

    return Step(call_async, True) if route.needs_loop else Step(call, False)


def _raising(error: Exception) -> Callable[[Event], Any]:
    def call(_: Event) -> None:
        raise error

    return call


def finish(result: Any) -> None:
    """Wait for what a handler returned, where it is a coroutine that could not be told beforehand."""
    if hasattr(result, "__await__"):
        threads.run_coroutine(_awaiting(result))


async def _awaiting(awaitable: Awaitable[Any]) -> Any:
    return await awaitable
