"""Which handlers run for which event, in which order, and what becomes of what they raise."""

from __future__ import annotations

import asyncio
import contextvars
import functools
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any

import msgspec
import pytest

from segment_hooks import (
    Alias,
    Delete,
    DropEvent,
    Event,
    Group,
    Identify,
    Outcome,
    Page,
    Payload,
    RegistrationError,
    Result,
    Screen,
    Track,
    Unknown,
    WebhookEventRouter,
    parse_event,
)


class Order(msgspec.Struct):
    order_id: str


def event(**fields: Any) -> Event:
    return parse_event(msgspec.json.encode(fields))


def track(name: str = "A", **properties: Any) -> Event:
    return event(type="track", event=name, properties=properties)


def both_ways(router: WebhookEventRouter, it: Event) -> Outcome:
    outcome = router.route_sync(it)
    again = asyncio.run(router.route(it))
    assert again.result == outcome.result
    assert [type(e) for e in again.errors] == [type(e) for e in outcome.errors]
    return outcome


KINDS = {
    "on_track": ("track", Track),
    "on_identify": ("identify", Identify),
    "on_group": ("group", Group),
    "on_page": ("page", Page),
    "on_screen": ("screen", Screen),
    "on_alias": ("alias", Alias),
    "on_delete": ("delete", Delete),
    "on_payload": (None, Payload),
}


@pytest.mark.parametrize("decorator", KINDS)
@pytest.mark.parametrize("bare", [True, False])
def test_each_decorator_takes_its_own_kind_and_returns_the_handler(decorator: str, bare: bool) -> None:
    router = WebhookEventRouter()
    seen: list[type] = []

    def handler(it):  # type: ignore[no-untyped-def]
        seen.append(type(it))

    register = getattr(router, decorator)
    assert (register(handler) if bare else register()(handler)) is handler
    for kind, _ in KINDS.values():
        router.route_sync(event(type=kind) if kind else event(order=1))
    assert seen == [KINDS[decorator][1]]


def test_a_payload_handler_takes_unknown_types_too() -> None:
    router = WebhookEventRouter()
    seen: list[Any] = []

    @router.on_payload
    def take(payload: Payload[Order]) -> None:
        seen.append((type(payload), payload.data.order_id))

    router.route_sync(event(type="order", order_id="o1"))
    router.route_sync(event(order_id="o2"))
    assert seen == [(Unknown, "o1"), (Payload, "o2")]


@pytest.mark.parametrize(
    ("given", "options", "names"),
    [
        (("Order Completed",), {}, ["Order Completed"]),
        (("Order Completed", "Order Refunded"), {}, ["Order Completed", "Order Refunded"]),
        ((), {"glob": "Order *"}, ["Order Completed", "Order Refunded"]),
        ((), {"where": lambda it: it.event == "Signed Up"}, ["Signed Up"]),
        ((), {"glob": "order *"}, []),
    ],
)
def test_filters(given: tuple[str, ...], options: dict[str, Any], names: list[str]) -> None:
    router = WebhookEventRouter()
    seen: list[str | None] = []

    @router.on_track(*given, **options)
    def handler(it: Track) -> None:
        seen.append(it.event)

    for name in ["Order Completed", "Order Refunded", "Signed Up"]:
        router.route_sync(track(name))
    router.route_sync(event(type="track"))
    assert seen == names


def test_filters_hold_for_a_handler_given_with_them() -> None:
    router = WebhookEventRouter()
    seen: list[Event] = []
    router.on_identify(seen.append, where=lambda it: it.user_id == "u-1")  # type: ignore[call-overload]
    router.route_sync(event(type="identify", userId="u-2"))
    assert seen == []


def test_all_run_in_order_and_no_error_hides_another() -> None:
    router = WebhookEventRouter()
    seen: list[str] = []

    @router.on_any
    def first(it: Event) -> None:
        seen.append("first")
        raise KeyError

    @router.on_track
    async def second(it: Track) -> None:
        seen.append("second")
        raise DropEvent

    @router.on_track("A")
    def third(it: Track) -> None:
        seen.append("third")
        raise ValueError

    outcome = both_ways(router, track())
    assert seen == ["first", "second", "third"] * 2
    assert outcome.result is Result.FAILED
    assert [type(error) for error in outcome.errors] == [KeyError, DropEvent, ValueError]


def test_a_predicate_that_fails_counts_as_a_handler_that_does() -> None:
    router = WebhookEventRouter()
    seen: list[Event] = []
    router.on_track(where=lambda it: it.nonsense)(seen.append)
    router.on_any(seen.append)
    outcome = both_ways(router, track())
    assert outcome.result is Result.FAILED
    assert len(seen) == 2


def test_unhandled_means_that_no_handler_for_its_type_took_it() -> None:
    router = WebhookEventRouter()
    seen: list[str] = []
    router.on_unhandled(lambda it: seen.append("unhandled"))
    router.on_any(lambda it: seen.append("any"))
    router.on_track("A")(lambda it: seen.append("A"))
    router.route_sync(track("A"))
    assert seen == ["any", "A"]
    router.route_sync(track("B"))
    assert seen == ["any", "A", "any", "unhandled"]
    assert WebhookEventRouter().route_sync(track()).result is Result.UNHANDLED


def test_an_event_that_does_not_fit_its_type_is_invalid_and_the_handler_not_called() -> None:
    router = WebhookEventRouter()

    @router.on_track
    def handler(it: Track[Order]) -> None:
        pytest.fail("called")

    outcome = both_ways(router, track(order_id=5))
    assert outcome.result is Result.INVALID
    assert "order_id" in str(outcome.errors[0])


def test_each_handler_gets_its_own_type_of_the_same_event() -> None:
    router = WebhookEventRouter()
    seen: list[Any] = []
    router.on_track(lambda it: seen.append(it.properties))

    @router.on_track
    def typed(it: Track[Order]) -> None:
        seen.append(it.properties)

    router.route_sync(track(order_id="o1"))
    assert seen == [{"order_id": "o1"}, Order("o1")]


def test_included_routers_run_at_their_place_with_what_they_get_later() -> None:
    seen: list[str] = []
    inner, outer = WebhookEventRouter(), WebhookEventRouter()
    outer.on_any(lambda it: seen.append("before"))
    outer.include(inner)
    outer.on_any(lambda it: seen.append("after"))
    outer.route_sync(track())
    inner.on_track(lambda it: seen.append("inner"))
    outer.route_sync(track())
    assert seen == ["before", "after", "before", "inner", "after"]
    with pytest.raises(RegistrationError, match="itself"):
        inner.include(outer)
    with pytest.raises(RegistrationError, match="another router"):
        inner.include(print)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", ["plain", "async"])
def test_middleware_goes_around_every_call(kind: str) -> None:
    seen: list[str] = []
    inner, outer = WebhookEventRouter(), WebhookEventRouter()

    @contextmanager
    def plain(name: str, it: Event) -> Iterator[None]:
        seen.append(f"{name} in")
        try:
            yield
        except KeyError:
            seen.append(f"{name} saw it")
            raise
        seen.append(f"{name} out")

    @asynccontextmanager
    async def awaited(it: Event) -> AsyncIterator[None]:
        with plain("outer", it):
            yield

    outer.middleware(awaited if kind == "async" else lambda it: plain("outer", it))
    inner.middleware(lambda it: plain("inner", it))
    outer.include(inner)
    inner.on_track("A")(lambda it: seen.append("handler"))

    @inner.on_track("B")
    async def fails(it: Track) -> None:
        raise KeyError

    assert both_ways(outer, track("A")).result is Result.HANDLED
    assert seen == ["outer in", "inner in", "handler", "inner out", "outer out"] * 2
    seen.clear()
    assert both_ways(outer, track("B")).result is Result.FAILED
    assert seen == ["outer in", "inner in", "inner saw it", "outer saw it"] * 2


def test_middleware_may_keep_the_handler_from_being_called_and_swallow_its_errors() -> None:
    router = WebhookEventRouter()

    @router.middleware
    @contextmanager
    def gate(it: Event) -> Iterator[None]:
        if it.user_id == "test":
            raise DropEvent
        with suppress(KeyError):
            yield

    @router.on_identify
    def handler(it: Identify) -> None:
        raise KeyError

    assert both_ways(router, event(type="identify", userId="test")).result is Result.DROPPED
    assert both_ways(router, event(type="identify", userId="u-1")).result is Result.HANDLED


variable: contextvars.ContextVar[str] = contextvars.ContextVar("variable")


async def test_plain_handlers_leave_the_loop_free_and_see_its_context() -> None:
    router = WebhookEventRouter()
    seen: list[Any] = []
    variable.set("here")
    router.on_any(lambda it: seen.append((threading.current_thread() is threading.main_thread(), variable.get())))
    await router.route(track())
    assert seen == [(False, "here")]


async def test_coroutines_can_be_routed_from_within_a_loop_that_waits() -> None:
    router = WebhookEventRouter()
    loops: list[Any] = []

    @router.on_any
    async def handler(it: Event) -> None:
        loops.append(asyncio.get_running_loop())

    assert router.route_sync(track()).result is Result.HANDLED
    assert router.route_sync(track()).result is Result.HANDLED
    assert loops[0] is loops[1]  # one loop for all, so that pools of connections keep working
    assert loops[0] is not asyncio.get_running_loop()


def test_a_plain_function_that_gives_a_coroutine_is_waited_for() -> None:
    router = WebhookEventRouter()
    seen: list[str] = []

    async def work() -> None:
        seen.append("worked")
        raise KeyError

    router.on_any(lambda it: work())
    assert both_ways(router, track()).result is Result.FAILED
    assert seen == ["worked"] * 2


def test_coroutines_run_after_a_fork() -> None:
    code = """
import os, sys
from segment_hooks import WebhookEventRouter, parse_event
router = WebhookEventRouter()
@router.on_any
async def handler(event): pass
event = parse_event(b"{}")
router.route_sync(event)
child = os.fork()
if child == 0:
    os._exit(router.route_sync(event).result)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == router.route_sync(event).result
"""
    subprocess.run([sys.executable, "-W", "ignore::DeprecationWarning", "-c", code], check=True, timeout=30)


class Instance:
    def __call__(self, it: Track[Order]) -> None:
        assert it.properties.order_id == "o1"

    def method(self, it: Track[Order]) -> None:
        assert it.properties.order_id == "o1"

    async def coroutine(self, it: Track[Order]) -> None:
        assert it.properties.order_id == "o1"


def takes_more(extra: int, it: Track[Order]) -> None:
    assert (extra, it.properties.order_id) == (1, "o1")


@pytest.mark.parametrize(
    "handler",
    [Instance(), Instance().method, Instance().coroutine, functools.partial(takes_more, 1)],
    ids=["instance", "method", "coroutine", "partial"],
)
def test_any_callable_is_a_handler(handler: Any) -> None:
    router = WebhookEventRouter()
    router.on_track(handler)
    assert both_ways(router, track(order_id="o1")) == Outcome(Result.HANDLED)
    assert both_ways(router, track()).result is Result.INVALID


def wrong_kind(it: Identify) -> None: ...
def no_argument() -> None: ...
def two_arguments(a: Any, b: Any) -> None: ...
def unknown_name(it: Nowhere) -> None: ...  # type: ignore[name-defined]  # noqa: F821
async def async_predicate(it: Event) -> bool: ...  # type: ignore[empty-body]


@pytest.mark.parametrize(
    ("register", "message"),
    [
        (lambda r: r.on_track(wrong_kind), r"write `it: Track`, or `Track\[YourType\]`"),
        (lambda r: r.on_track("A")(no_argument), "cannot be called with one event"),
        (lambda r: r.on_any(two_arguments), "cannot be called with one event"),
        (lambda r: r.on_track(unknown_name), "TYPE_CHECKING"),
        (lambda r: r.on_track("")(print), "takes names of events"),
        (lambda r: r.on_track(5)(print), "takes names of events"),
        (lambda r: r.on_track("A", glob="B")(print), "either names or a glob"),
        (lambda r: r.on_track(glob="")(print), "must be a pattern"),
        (lambda r: r.on_track(where="x")(print), "must be a function"),
        (lambda r: r.on_track(where=async_predicate)(print), "always true"),
        (lambda r: r.on_identify("A"), "takes no names"),
        (lambda r: r.middleware("x"), "middleware is a function"),
    ],
)
def test_mistakes_are_told_at_registration(register: Any, message: str) -> None:
    with pytest.raises(RegistrationError, match=message):
        register(WebhookEventRouter())


def test_names_from_outside_do_not_fill_the_memory() -> None:
    router = WebhookEventRouter()
    router.on_track("A")(lambda it: None)
    for number in range(5_000):
        router.route_sync(track(f"E{number}"))
    router.route_sync(track("x" * 100_000))
    assert len(router._plans) <= 4_096
    assert not any(len(name or "") > 256 for _, name in router._plans)
    assert router.route_sync(track("A")).result is Result.HANDLED
