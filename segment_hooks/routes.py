"""Handlers as the router keeps them, and the checks that a handler can work at all."""

from __future__ import annotations

import inspect
import re
import sys
import typing
from collections.abc import Callable, Iterable
from fnmatch import translate
from operator import attrgetter
from types import FrameType, SimpleNamespace
from typing import Any, TypeAlias

import msgspec

from segment_hooks.errors import RegistrationError
from segment_hooks.events import Event, Payload
from segment_hooks.typed import decoder_for, name_of

Handler: TypeAlias = Callable[[Any], Any]
Predicate: TypeAlias = Callable[[Any], bool]
Middleware: TypeAlias = Callable[[Event], Any]
"""Takes the event, returns a context manager (sync or async) that is entered around one call of a handler."""


class Route(msgspec.Struct, frozen=True, eq=False):
    """One handler, with what it wants."""

    kind: type[Event]
    handler: Handler
    """As the user wrote it."""
    call: Handler
    """The same, but given the event with its bag decoded into the handler's own type, where it has one."""
    is_async: bool
    """Whether the handler gives a coroutine."""
    names: frozenset[str] | None = None
    pattern: re.Pattern[str] | None = None
    where: Predicate | None = None
    fallback: bool = False
    """Runs where no other handler but those for any event did."""
    middleware: tuple[Middleware, ...] = ()
    needs_loop: bool = False
    """Whether the handler, or middleware around it, must be awaited."""

    def wants(self, event: Event) -> bool:
        """Whether type and name fit; the predicate is asked later, for each event."""
        if not isinstance(event, self.kind):
            return False
        if self.names is None and self.pattern is None:
            return True
        name = name_in(event)
        if name is None:
            return False
        return name in self.names if self.names is not None else self.pattern.fullmatch(name) is not None  # type: ignore[union-attr]

    def within(self, middleware: tuple[Middleware, ...]) -> Route:
        """The same route with more middleware around it."""
        if not middleware:
            return self
        needs_loop = self.needs_loop or any(is_async_middleware(m) for m in middleware)
        return msgspec.structs.replace(self, middleware=middleware + self.middleware, needs_loop=needs_loop)


def name_in(event: Event) -> str | None:
    """What a name filter looks at: a track call's event, a page's or screen's name."""
    return event._event if event.TYPE == "track" else event._name


def make_route(
    kind: type[Event],
    handler: Handler,
    *,
    names: Iterable[str] = (),
    glob: str | None = None,
    where: Predicate | None = None,
    fallback: bool = False,
    decorator: str,
) -> Route:
    """Check everything that can be checked before the first event comes. Raises `RegistrationError`."""
    names = tuple(names)
    for name in names:
        if not isinstance(name, str) or not name:
            raise RegistrationError(
                f'{decorator} takes names of events, not {name!r}: write @router.{decorator}("Order Completed")'
            )
    if glob is not None and names:
        raise RegistrationError(f"{decorator} takes either names or a glob: register the handler twice for both")
    if glob is not None and (not isinstance(glob, str) or not glob):
        raise RegistrationError(f'glob must be a pattern such as "Order *", not {glob!r}')
    if where is not None:
        _check_predicate(where, decorator)
    parameter = _only_parameter(handler, decorator)
    bag = _bag_type(handler, parameter, kind, decorator)
    return Route(
        kind=kind,
        handler=handler,
        call=handler if bag is None else _decoding(handler, decoder_for(bag), kind.BAG),
        is_async=is_async(handler),
        needs_loop=is_async(handler),
        names=frozenset(names) or None,
        pattern=re.compile(translate(glob)) if glob is not None else None,
        where=where,
        fallback=fallback,
    )


def is_async(function: Any) -> bool:
    """Whether calling it gives a coroutine, as far as can be told beforehand."""
    function = inspect.unwrap(function) if callable(function) else function
    while hasattr(function, "func") and not inspect.isfunction(function):  # functools.partial
        function = function.func
    return inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(
        getattr(function, "__call__", None)  # noqa: B004  # its kind is asked for, not whether it is there
    )


def is_async_middleware(middleware: Middleware) -> bool:
    """Whether it makes async context managers, as far as can be told beforehand."""
    return inspect.isasyncgenfunction(inspect.unwrap(middleware))


def _decoding(handler: Handler, decode: Callable[[Any], Any], field: str | None) -> Handler:
    def call(event: Event) -> Any:
        return handler(event.with_bag(decode(event.undecoded())))

    if field is None:
        return call
    bag_of = attrgetter(field)

    def call_quickly(event: Event) -> Any:
        bag = bag_of(event)
        # what is shorter may stand for an empty bag
        return handler(event.with_bag(decode(bag))) if len(bag) > len("null") else call(event)

    return call_quickly


def _check_predicate(where: Predicate, decorator: str) -> None:
    if not callable(where):
        raise RegistrationError(
            f"where must be a function of the event that returns a bool, not {type(where).__name__}: "
            f"write @router.{decorator}(where=lambda event: …)"
        )
    if is_async(where):
        raise RegistrationError("where must be a plain function: a coroutine is always true")
    _only_parameter(where, "where")


def _only_parameter(function: Any, what: str) -> inspect.Parameter | None:
    """The parameter that takes the event; None where the signature cannot be read (some builtins)."""
    if not callable(function):
        raise RegistrationError(f"{what} takes a function of one event, not {type(function).__name__}")
    try:
        signature = inspect.signature(function)
    except (ValueError, TypeError):
        return None
    try:
        bound = signature.bind(None)
    except TypeError:
        raise RegistrationError(
            f"{name_of(function)}{signature} cannot be called with one event ({what}): write "
            f"`def {getattr(function, '__name__', 'handler')}(event)`"
        ) from None
    first = next(iter(bound.arguments))
    return signature.parameters[first]


def _bag_type(handler: Any, parameter: inspect.Parameter | None, kind: type[Event], decorator: str) -> Any:
    """The type in `Track[…]`; None where the handler takes the plain event."""
    if parameter is None or parameter.annotation is inspect.Parameter.empty:
        return None
    annotation = _resolve(handler, parameter, decorator)
    origin = typing.get_origin(annotation)
    if annotation in (Any, object) or isinstance(annotation, typing.TypeVar):
        return None
    if isinstance(annotation, type) and issubclass(annotation, Event) and origin is None:
        if issubclass(kind, annotation):
            return None
    elif isinstance(origin, type) and issubclass(origin, Event):
        bag = typing.get_args(annotation)[0]
        if issubclass(kind, origin) or (origin is Payload and issubclass(kind, Payload)):
            return None if isinstance(bag, typing.TypeVar) or bag is Any else bag
    elif _is_union_with(annotation, kind):
        return None
    raise RegistrationError(
        f"{name_of(handler)} takes `{parameter.name}: {_show(annotation)}`, but {decorator} gives it {kind.__name__}: "
        f"write `{parameter.name}: {_advice(kind)}`"
    )


def _resolve(handler: Any, parameter: inspect.Parameter, decorator: str) -> Any:
    function = inspect.unwrap(handler)
    while hasattr(function, "func") and not inspect.isroutine(function):
        function = function.func
    if not inspect.isroutine(function) and not isinstance(function, type):
        function = type(function).__call__
    if not isinstance(parameter.annotation, str):
        return parameter.annotation
    function = getattr(function, "__func__", function)
    module: dict[str, Any] = getattr(function, "__globals__", {})
    namespace = {**module, **_surrounding_locals(module)}
    # only the event's annotation: the others may name what exists for type checkers alone
    only = SimpleNamespace(__annotations__={"event": parameter.annotation})
    try:
        return typing.get_type_hints(only, namespace)["event"]
    except Exception as error:
        raise RegistrationError(
            f"the annotation `{parameter.name}: {parameter.annotation}` of {name_of(handler)} ({decorator}) cannot be "
            f"read: {error}. Its names must be importable at run time, so not from under `if TYPE_CHECKING:`"
        ) from error


def _surrounding_locals(module: dict[str, Any]) -> dict[str, Any]:
    """Names in the functions that run around the handler's definition: an annotation that is text finds there a class
    that was defined in a function."""
    found: dict[str, Any] = {}
    frame: FrameType | None = sys._getframe()
    while frame is not None:
        if frame.f_globals is module and frame.f_code.co_name != "<module>":
            found = {**frame.f_locals, **found}
        frame = frame.f_back
    return found


def _is_union_with(annotation: Any, kind: type[Event]) -> bool:
    members = [typing.get_origin(a) or a for a in typing.get_args(annotation)]
    return any(isinstance(m, type) and issubclass(kind, m) for m in members)


def _show(annotation: Any) -> str:
    return annotation.__name__ if isinstance(annotation, type) else str(annotation).replace("typing.", "")


def _advice(kind: type[Event]) -> str:
    typed = bool(getattr(kind, "__parameters__", ()))
    return f"{kind.__name__}`, or `{kind.__name__}[YourType]" if typed else kind.__name__
