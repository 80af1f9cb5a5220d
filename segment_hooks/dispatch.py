"""The two drivers: they call, or await, what the router says, and collect how it ended."""

from __future__ import annotations

from contextlib import AsyncExitStack, ExitStack
from typing import Any

from segment_hooks import threads
from segment_hooks.events import Event
from segment_hooks.outcomes import HANDLED, UNHANDLED, Outcome, outcome_of
from segment_hooks.routes import Route

Routes = tuple[Route, ...]


def run(routes: Routes, event: Event) -> Outcome:
    """Call every handler, in order; an error of one does not keep the next from running."""
    errors: list[Exception] | None = None
    ran = matched = False
    for route in routes:
        if route.fallback and matched:
            continue
        try:
            if route.where is not None and not route.where(event):
                continue
            ran = True
            matched = matched or route.kind is not Event
            result = _call_within(route, event) if route.middleware else route.call(event)
            if result is not None and hasattr(result, "__await__"):
                threads.run_coroutine(_awaiting(result))
        except Exception as error:
            errors = [*(errors or ()), error]
    if errors is not None:
        return outcome_of(errors)
    return HANDLED if ran else UNHANDLED


async def run_async(routes: Routes, event: Event) -> Outcome:
    """Await every coroutine handler, and call every plain one in a thread of its own, in order."""
    errors: list[Exception] | None = None
    ran = matched = False
    for route in routes:
        if route.fallback and matched:
            continue
        try:
            if route.where is not None and not route.where(event):
                continue
            ran = True
            matched = matched or route.kind is not Event
            if not route.needs_loop:
                result = await threads.offload(_call_within, route, event)
                if result is not None and hasattr(result, "__await__"):
                    await result
            elif route.middleware:
                await _await_within(route, event)
            else:
                await route.call(event)
        except Exception as error:
            errors = [*(errors or ()), error]
    if errors is not None:
        return outcome_of(errors)
    return HANDLED if ran else UNHANDLED


def _call_within(route: Route, event: Event) -> Any:
    if not route.middleware:
        return route.call(event)
    with ExitStack() as stack:
        for middleware in route.middleware:
            stack.enter_context(middleware(event))
        return route.call(event)


async def _await_within(route: Route, event: Event) -> None:
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


async def _awaiting(awaitable: Any) -> Any:
    return await awaitable
