"""What Hypothesis loads when it is itself imported, in every process where this package is installed: so nothing heavy
is imported here, and the strategies only where one is asked for.

After it, `st.from_type(Track)`, `st.from_type(Track[OrderCompleted])` and `st.builds()` of functions that take events
work, and failed examples show events in full.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args, get_origin

from segment_hooks import (
    Alias,
    Context,
    Delete,
    Event,
    Group,
    Identify,
    Page,
    Payload,
    Screen,
    Track,
    Unknown,
)

if TYPE_CHECKING:
    from hypothesis import strategies as st

_FUNCTIONS: dict[type[Event], tuple[str, str | None]] = {
    Track: ("tracks", "properties"),
    Identify: ("identifies", "traits"),
    Group: ("groups", "traits"),
    Page: ("pages", "properties"),
    Screen: ("screens", "properties"),
    Alias: ("aliases", None),
    Delete: ("deletes", None),
    Unknown: ("unknowns", "data"),
    Payload: ("payloads", "data"),
    Event: ("events", None),
}
"""Class → its strategy, and the argument that takes a type of the user's own."""


def register() -> None:
    """Tell Hypothesis. Doing so again changes nothing."""
    # here, since Hypothesis calls this while it is being imported
    from hypothesis import strategies as st
    from hypothesis.vendor import pretty

    # not documented by Hypothesis, and an error here would be one of whoever imports it
    show_as = getattr(pretty, "for_type_by_name", None)
    for kind in _FUNCTIONS:
        st.register_type_strategy(kind, _strategy)
        if show_as is not None:
            show_as(kind.__module__, kind.__qualname__, _show)
    st.register_type_strategy(Context, _contexts)


def _strategy(wanted: Any) -> st.SearchStrategy[Any]:
    from segment_testing.strategies import call_types

    name, argument = _FUNCTIONS[get_origin(wanted) or wanted]
    of = [each for each in get_args(wanted) if not hasattr(each, "__constraints__") and not _is_plain_dict(each)]
    made: st.SearchStrategy[Any] = getattr(call_types, name)(**({argument: of[0]} if argument and of else {}))
    return made


def _is_plain_dict(of: Any) -> bool:
    # `Track[dict[str, Any]]` is what `Track` means to a type checker
    return of is Any or of is dict or (get_origin(of) is dict and get_args(of) == (str, Any))


def _contexts(_: Any) -> st.SearchStrategy[Context]:
    from segment_testing.strategies.context import contexts

    return contexts().map(Context)


def _show(event: Any, printer: Any, cycle: bool) -> None:  # noqa: ARG001  # what a pretty printer is given
    """An event as the line that makes it again. Its repr hides what it holds, which in a test is made up."""
    printer.text(f"parse_event({event.raw!r})")
    bag = event._bag  # a bag that was only looked at is not worth showing
    typed = bag.__class__.__module__ not in ("builtins", "msgspec")
    if typed:
        printer.text(".with_bag(")
        printer.pretty(bag)
        printer.text(")")
