"""The calls that came, as the typed events that a service gets: for asserts of one's own.

    (order,) = segment.tracks("Order Completed", user_id="u1")
    assert order.properties["revenue"] == 10

    (order,) = segment.tracks("Order Completed", properties_as=OrderCompleted)
    assert order.properties.revenue == 10

What the keywords of a query compare with is compared as in an expectation. Events come in the order of their arrival.
"""

from __future__ import annotations

from typing import Any, TypeVar, Unpack, cast, overload

import msgspec

from segment_hooks import Alias, Event, Group, Identify, Page, Screen, Track
from segment_testing.failures import ExpectationFailed
from segment_testing.patterns import UNSAID, CommonFields, Pattern
from segment_testing.recording import Call, Ledger
from segment_testing.showing import label

T = TypeVar("T")


class Queries:
    """Reads a ledger by type of call. `properties_as` and `traits_as` decode into a type of your own: a msgspec struct,
    a dataclass, a TypedDict, a pydantic model. Raises `ExpectationFailed`, an `AssertionError`, where a call does not
    fit that type."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    @overload
    def tracks(
        self, event: object = ..., *, properties: object = ..., **fields: Unpack[CommonFields]
    ) -> list[Track]: ...
    @overload
    def tracks(
        self, event: object = ..., *, properties_as: type[T], properties: object = ..., **fields: Unpack[CommonFields]
    ) -> list[Track[T]]: ...
    def tracks(
        self,
        event: object = UNSAID,
        *,
        properties_as: Any = None,
        properties: object = UNSAID,
        **fields: Unpack[CommonFields],
    ) -> list[Any]:
        """The track calls of that event, or all of them."""
        return self._select(properties_as, "track", event, properties=properties, **fields)

    @overload
    def identifies(self, *, traits: object = ..., **fields: Unpack[CommonFields]) -> list[Identify]: ...
    @overload
    def identifies(
        self, *, traits_as: type[T], traits: object = ..., **fields: Unpack[CommonFields]
    ) -> list[Identify[T]]: ...
    def identifies(
        self, *, traits_as: Any = None, traits: object = UNSAID, **fields: Unpack[CommonFields]
    ) -> list[Any]:
        """The identify calls."""
        return self._select(traits_as, "identify", UNSAID, traits=traits, **fields)

    @overload
    def groups(
        self, group_id: object = ..., *, traits: object = ..., **fields: Unpack[CommonFields]
    ) -> list[Group]: ...
    @overload
    def groups(
        self, group_id: object = ..., *, traits_as: type[T], traits: object = ..., **fields: Unpack[CommonFields]
    ) -> list[Group[T]]: ...
    def groups(
        self,
        group_id: object = UNSAID,
        *,
        traits_as: Any = None,
        traits: object = UNSAID,
        **fields: Unpack[CommonFields],
    ) -> list[Any]:
        """The group calls for that group, or all of them."""
        return self._select(traits_as, "group", UNSAID, group_id=group_id, traits=traits, **fields)

    @overload
    def pages(
        self, name: object = ..., *, category: object = ..., properties: object = ..., **fields: Unpack[CommonFields]
    ) -> list[Page]: ...
    @overload
    def pages(
        self,
        name: object = ...,
        *,
        properties_as: type[T],
        category: object = ...,
        properties: object = ...,
        **fields: Unpack[CommonFields],
    ) -> list[Page[T]]: ...
    def pages(
        self,
        name: object = UNSAID,
        *,
        properties_as: Any = None,
        category: object = UNSAID,
        properties: object = UNSAID,
        **fields: Unpack[CommonFields],
    ) -> list[Any]:
        """The page calls of that name, or all of them."""
        return self._select(properties_as, "page", name, category=category, properties=properties, **fields)

    @overload
    def screens(
        self, name: object = ..., *, category: object = ..., properties: object = ..., **fields: Unpack[CommonFields]
    ) -> list[Screen]: ...
    @overload
    def screens(
        self,
        name: object = ...,
        *,
        properties_as: type[T],
        category: object = ...,
        properties: object = ...,
        **fields: Unpack[CommonFields],
    ) -> list[Screen[T]]: ...
    def screens(
        self,
        name: object = UNSAID,
        *,
        properties_as: Any = None,
        category: object = UNSAID,
        properties: object = UNSAID,
        **fields: Unpack[CommonFields],
    ) -> list[Any]:
        """The screen calls of that name, or all of them."""
        return self._select(properties_as, "screen", name, category=category, properties=properties, **fields)

    def aliases(self, *, previous_id: object = UNSAID, **fields: Unpack[CommonFields]) -> list[Alias]:
        """The alias calls; `user_id` is the new id."""
        return self._select(None, "alias", UNSAID, previous_id=previous_id, **fields)

    def _select(self, bag_as: Any, kind: str, name: object, **fields: Any) -> list[Any]:
        calls = Pattern(kind, name, **fields).select(self._ledger.calls)
        return [call.event if bag_as is None else _with_bag(call, bag_as) for call in calls]


def _with_bag(call: Call, bag_as: Any) -> Event:
    bag = call.traits if call.type in ("identify", "group") else call.properties
    try:
        return call.event.with_bag(_convert(bag, bag_as))
    except ValueError as error:  # msgspec's ValidationError is one, and pydantic's
        what = f"#{call.sequence} {label(call.type, call.name)}"
        raise ExpectationFailed(f"{what} does not fit {bag_as.__name__}: {error}", matched=[call]) from None


def _convert(bag: dict[str, Any], bag_as: Any) -> Any:
    if hasattr(bag_as, "__pydantic_validator__"):  # known by what it has: importing pydantic is not needed
        from pydantic import TypeAdapter

        return cast("Any", TypeAdapter(bag_as)).validate_python(bag)
    return msgspec.convert(bag, bag_as)
