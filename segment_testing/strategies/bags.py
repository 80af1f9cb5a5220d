"""`properties` and `traits`: ordinary ones, a user's own choice, and those that fit a user's own type."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any, cast

import msgspec
from hypothesis import strategies as st

from segment_hooks import Event, Result, WebhookEventRouter
from segment_testing.strategies import catalogue
from segment_testing.strategies.fitting import fitting
from segment_testing.strategies.values import is_strategy, objects

Bag = st.SearchStrategy[Any] | Mapping[str, Any] | type | Any
"""What goes into a bag: a strategy (for dicts, or for values of a type), fixed members (values or strategies), or a
type of the user's own."""

Convert = Callable[[Event], Event | None]
"""From an event to the same with a typed bag; None where it does not fit."""


def properties(of: Bag | None = None) -> st.SearchStrategy[dict[str, Any]]:
    """The `properties` of a track call, decoded.

    `of`: a type of your own (msgspec struct, dataclass, TypedDict, pydantic model), which every one of them fits; or a
    mapping of fixed members, whose values may be strategies; left out, those of a shop, and now and then any object.
    """
    return _properties if of is None else made_of(of)


def traits(of: Bag | None = None) -> st.SearchStrategy[dict[str, Any]]:
    """The `traits` of an identify call, decoded; `of` as for `properties`."""
    return _traits if of is None else made_of(of)


def group_traits(of: Bag | None = None) -> st.SearchStrategy[dict[str, Any]]:
    """The `traits` of a group call, decoded; `of` as for `properties`."""
    return _group_traits if of is None else made_of(of)


@st.composite
def _made(draw: st.DrawFn, makes: tuple[catalogue.Make, ...]) -> dict[str, Any]:
    return draw(st.sampled_from(makes))(draw)


def _or_any(*makes: catalogue.Make) -> st.SearchStrategy[dict[str, Any]]:
    return st.one_of(_made(makes), _made(makes), _made(makes), objects)


_properties = _or_any(*catalogue.TRACKS.values())
_traits = _or_any(catalogue.user_traits)
_group_traits = _or_any(catalogue.group_traits)


def made_of(bag: Bag) -> st.SearchStrategy[Any]:
    """Decoded JSON for what a user wants a bag to be."""
    if is_strategy(bag):
        return bag.map(to_json)
    if isinstance(bag, Mapping):
        members = cast("Mapping[str, Any]", bag).items()
        return st.fixed_dictionaries({k: v if is_strategy(v) else st.just(v) for k, v in members})
    return fitting(bag)


def to_json(value: Any) -> Any:
    """Decoded JSON for a value of a user's own type; dicts as they are."""
    if isinstance(value, dict):
        return cast("dict[str, Any]", value)
    if hasattr(value, "__pydantic_validator__"):
        from pydantic import TypeAdapter

        adapter: TypeAdapter[Any] = TypeAdapter(value.__class__)
        return adapter.dump_python(value, mode="json", by_alias=True)
    return msgspec.to_builtins(value, str_keys=True)


def is_type(bag: Any) -> bool:
    """Whether events are to carry values of that type."""
    return bag is not None and not isinstance(bag, st.SearchStrategy | Mapping)


def typed(kind: Any, bag: Any) -> Convert:
    """How an event gets its bag as a `bag`: just as a handler of `kind[bag]` gets it."""
    router, kept = WebhookEventRouter(), threading.local()

    def keep(event: Event) -> None:
        kept.event = event

    keep.__annotations__ = {"event": kind[bag]}
    router.add(kind, keep)

    def convert(event: Event) -> Event | None:
        if router.route_sync(event).result is not Result.HANDLED:
            return None
        converted: Event = kept.event
        return converted

    return convert
