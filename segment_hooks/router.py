"""WebhookEventRouter: event → the handlers that want it → how it ended."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeVar

from segment_hooks import threads
from segment_hooks.dispatch import Plan, finish, run, run_async
from segment_hooks.errors import RegistrationError
from segment_hooks.events import Event, Track
from segment_hooks.outcomes import HANDLED, Outcome, outcome_of
from segment_hooks.registration import Registration, Where
from segment_hooks.routes import Handler, Middleware, Route, make_route, name_in

if TYPE_CHECKING:
    from segment_hooks.asgi import SegmentASGIApp
    from segment_hooks.wsgi import SegmentWSGIApp

M = TypeVar("M", bound=Callable[[Event], Any])

# names of events come from outside, so memory for them is bounded
_CACHED_NAMES = 4096
_CACHED_LENGTH = 256


class WebhookEventRouter(Registration):
    """Calls the handlers that want an event, all of them, in order of registration.

    Handlers are functions of one event, plain or `async`. `include` other routers to build a large one of parts.
    """

    def __init__(self) -> None:
        self._entries: list[Route | WebhookEventRouter] = []
        self._middleware: list[Middleware] = []
        self._parents: list[WebhookEventRouter] = []
        self._plans: dict[tuple[type[Event], str | None], Plan] = {}
        self._only: dict[str | None, Handler] = {}
        self._flat: tuple[Route, ...] | None = None
        self._awaits = False

    def add(
        self,
        kind: type[Event],
        handler: Handler,
        *,
        names: Iterable[str] = (),
        glob: str | None = None,
        where: Where = None,
        fallback: bool = False,
    ) -> None:
        """What the decorators do: register `handler` for events of class `kind`. Raises `RegistrationError`."""
        self._add(kind, handler, "add", names=names, glob=glob, where=where, fallback=fallback)

    def include(self, other: WebhookEventRouter) -> None:
        """Add the handlers of `other`, those it has now and those it gets later, at this place in the order.

        Middleware of this router goes around that of `other`. Raises `RegistrationError` for a circle.
        """
        if not isinstance(other, WebhookEventRouter):
            raise RegistrationError(f"include takes another router, not {type(other).__name__}")
        if other is self or self in other._descendants():
            raise RegistrationError("a router cannot include itself, directly or through another")
        other._parents.append(self)
        self._entries.append(other)
        self._changed()

    def middleware(self, middleware: M) -> M:
        """Put a context manager around every call of a handler: `@router.middleware` over
        `@contextmanager def timed(event): …; yield; …`, or over `@asynccontextmanager`.

        What is registered first is outermost. Raising before the `yield` keeps the handler from being called.
        """
        if not callable(middleware):
            raise RegistrationError(f"middleware is a function of the event, not {type(middleware).__name__}")
        self._middleware.append(middleware)
        self._changed()
        return middleware

    def plan_for(self, event: Event) -> Plan:
        """The handlers that want `event`, in the order in which they run."""
        key = (event.__class__, name_in(event))
        plan = self._plans.get(key)
        if plan is None:
            plan = Plan(route for route in self._routes() if route.wants(event))
            if len(key[1] or "") <= _CACHED_LENGTH:
                self._keep(key, plan)
        return plan

    def _keep(self, key: tuple[type[Event], str | None], plan: Plan) -> None:
        if len(self._plans) >= _CACHED_NAMES:
            self._forget()
        self._plans[key] = plan
        kind, name = key
        if kind is Track and plan.only is not None:
            self._only[name] = plan.only

    def _forget(self) -> None:
        self._plans.clear()
        self._only.clear()

    @property
    def needs_loop(self) -> bool:
        """Whether any handler or middleware must be awaited."""
        if self._flat is None:
            self._routes()
        return self._awaits

    async def route(self, event: Event) -> Outcome:
        """Run the handlers for `event`: coroutines are awaited, plain functions run in a thread. Never raises what a
        handler raises: the outcome holds every error."""
        return await run_async(self.plan_for(event), event)

    def route_sync(self, event: Event) -> Outcome:
        """The same for callers without an event loop. Coroutine handlers run on a loop that all of them share."""
        # one plain handler for a track call: by far the commonest, so a plan is not even looked for
        only = self._only.get(event._event) if event.__class__ is Track else None
        if only is not None:
            try:
                result = only(event)
                if result is not None:
                    finish(result)
            except Exception as error:  # noqa: BLE001  # whatever a handler raises is how the event ended
                return outcome_of((error,))
            return HANDLED
        plan = self.plan_for(event)
        if plan.needs_loop:
            return threads.run_coroutine(run_async(plan, event))
        return run(plan, event)

    def asgi(self, secret: Any = None, **options: Any) -> SegmentASGIApp:
        """An ASGI application that receives Segment's webhooks and routes their events here.

        `secret` and the options `uncovered`, `scopes`, `signature_headers`, `verify` are those of
        `SegmentWebhookHandler`; `max_body`, `deadline`, `bad_signature`, `log_tracebacks`, `inbox` those of `Receiver`.
        """
        from segment_hooks.asgi import SegmentASGIApp
        from segment_hooks.receiver import Receiver

        return SegmentASGIApp(Receiver.build(self, secret, **options))

    def wsgi(self, secret: Any = None, **options: Any) -> SegmentWSGIApp:
        """The same as a WSGI application."""
        from segment_hooks.receiver import Receiver
        from segment_hooks.wsgi import SegmentWSGIApp

        return SegmentWSGIApp(Receiver.build(self, secret, **options))

    def _register(
        self,
        kind: type[Event],
        decorator: str,
        given: tuple[Any, ...],
        *,
        glob: str | None = None,
        where: Where = None,
        fallback: bool = False,
    ) -> Any:
        takes_names = decorator in ("on_track", "on_page", "on_screen")
        if len(given) == 1 and callable(given[0]):
            self._add(kind, given[0], decorator, glob=glob, where=where, fallback=fallback)
            return given[0]
        if given and not takes_names:
            raise RegistrationError(
                f"{decorator} takes no names: filter with where=, as in @router.{decorator}(where=…)"
            )

        def register(handler: Handler) -> Handler:
            self._add(kind, handler, decorator, names=given, glob=glob, where=where, fallback=fallback)
            return handler

        return register

    def _add(self, kind: type[Event], handler: Handler, decorator: str, **options: Any) -> None:
        self._entries.append(make_route(kind, handler, decorator=decorator, **options))
        self._changed()

    def _routes(self) -> tuple[Route, ...]:
        if self._flat is None:
            around = tuple(self._middleware)
            own: list[Route] = []
            for entry in self._entries:
                own += [entry] if isinstance(entry, Route) else entry._routes()
            self._flat = tuple(route.within(around) for route in own)
            self._awaits = any(route.needs_loop for route in self._flat)
        return self._flat

    def _descendants(self) -> list[WebhookEventRouter]:
        children = [entry for entry in self._entries if isinstance(entry, WebhookEventRouter)]
        return children + [router for child in children for router in child._descendants()]

    def _changed(self) -> None:
        self._flat = None
        self._forget()
        for parent in self._parents:
            parent._changed()

    def __repr__(self) -> str:
        return f"WebhookEventRouter({len(self._routes())} handlers)"
