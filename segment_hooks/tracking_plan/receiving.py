"""A plan held against the events that a service receives: middleware around the handlers of a router.

    router.middleware(plan.enforce())                                   # report, and go on
    router.middleware(plan.enforce("drop"))                             # report, and call no handler
    router.middleware(plan.enforce("refuse"))                           # the same, and tell Segment
    router.middleware(plan.enforce(dead_letters.put))                   # give it to a function instead of the handlers

Segment is answered with success for an event that was dropped or given away, so it does not come again; a refused one
is answered as invalid (see `receiver`), which Segment shows among its failed deliveries and does not repeat either.
Where the function for dead letters raises, the event fails like one whose handler did, and comes again.

Each event is looked at once, however many handlers it has, but only where it has one at all: to hear of every event,
ask `plan.violations(event)` in a handler of `router.on_any`.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager, asynccontextmanager, contextmanager
from itertools import count
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, cast, get_args

from segment_hooks.errors import ConfigurationError, DropEvent, ValidationError
from segment_hooks.events import Event
from segment_hooks.log import logger
from segment_hooks.routes import is_async
from segment_hooks.tracking_plan.violations import Violation

if TYPE_CHECKING:
    from segment_hooks.tracking_plan.plan import TrackingPlan

Report: TypeAlias = Callable[[Event, Sequence[Violation]], object]
"""Is told of an event that breaks the plan, and how."""
DeadLetter: TypeAlias = Callable[[Event, Sequence[Violation]], object]
"""Takes an event in place of the handlers; a plain function or a coroutine function."""
Word: TypeAlias = Literal["report", "drop", "refuse"]
OnReceived: TypeAlias = Word | DeadLetter
Middleware: TypeAlias = (
    Callable[[Event], AbstractContextManager[None]] | Callable[[Event], AbstractAsyncContextManager[None]]
)

_numbers = count()


def enforce(
    plan: TrackingPlan,
    on_violation: OnReceived = "report",
    *,
    report: Report | None = None,
    unplanned_events: bool = True,
    unplanned_properties: bool = False,
) -> Middleware:
    """Middleware that holds every event against `plan` before its handlers run.

    `on_violation`: what becomes of an event that breaks the plan, as above. `report`: is told of it in any case; a
    warning in the log, if left out. `unplanned_events`, `unplanned_properties`: as in `TrackingPlan.violations`.
    Raises `PlanError` for a rule whose schema is none, `ConfigurationError` for an unknown policy.
    """
    if not callable(on_violation) and on_violation not in get_args(Word):
        raise ConfigurationError(f"on_violation is 'report', 'drop', 'refuse' or a function, not {on_violation!r}")
    if report is not None and not callable(report):
        raise ConfigurationError(f"report is a function of an event and its violations, not {type(report).__name__}")
    plan.compile()
    key = f"tracking plan {next(_numbers)}"  # where an event remembers what was found, for its next handler
    tell = report or log_violations

    def look(event: Event) -> tuple[list[Violation], bool]:
        memo = event._looked_at()
        if key in memo:
            return memo[key], False
        found = plan.violations(event, unplanned_events=unplanned_events, unplanned_properties=unplanned_properties)
        if found:
            tell(event, found)
        memo[key] = found
        return found, True

    @contextmanager
    def hold(event: Event) -> Generator[None]:
        found, first = look(event)
        if found:
            if callable(on_violation) and first:
                on_violation(event, found)
            _end(on_violation, found)
        yield

    @asynccontextmanager
    async def hold_and_await(event: Event) -> AsyncGenerator[None]:
        found, first = look(event)
        if found:
            if first:
                await cast("Callable[..., Awaitable[Any]]", on_violation)(event, found)
            _end(on_violation, found)
        yield

    return hold_and_await if callable(on_violation) and is_async(on_violation) else hold


def _end(on_violation: OnReceived, found: Sequence[Violation]) -> None:
    if on_violation == "refuse":
        raise ValidationError("breaks the tracking plan: " + "; ".join(map(str, found)))
    if on_violation != "report":
        raise DropEvent("breaks the tracking plan")


def log_violations(event: Event, violations: Sequence[Violation]) -> None:
    """One warning in the log `segment_hooks`, with the event's id, and no value of the event."""
    told = "; ".join(str(each) for each in violations)
    logger().warning("event %s (%s) breaks the tracking plan: %s", event.message_id, event.type, told)
