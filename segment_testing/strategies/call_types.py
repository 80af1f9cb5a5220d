"""The strategies for events: one for each call type, and `events()` for all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from hypothesis import reject
from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

from segment_hooks import Alias, Delete, Event, Group, Identify, Page, Payload, Screen, Track, Unknown, parse_event
from segment_testing import javascript
from segment_testing.strategies import catalogue
from segment_testing.strategies.bags import Bag, Convert, is_type, made_of, typed
from segment_testing.strategies.calls import Own, drawn, events_of
from segment_testing.strategies.catalogue import Draw
from segment_testing.strategies.values import keys, objects, scalars, texts, together, values

Fields = Mapping[str, Any]
"""Top-level fields by their names on the wire, such as `userId`: values, or strategies for values."""

_number = st.integers(0, 33)
_names = st.sampled_from(tuple(catalogue.TRACKS))
_CALL_TYPES = frozenset({"track", "identify", "group", "page", "screen", "alias", "delete"})


def tracks(
    *names: str, properties: Bag | None = None, fields: Fields | None = None, odd: bool = True
) -> st.SearchStrategy[Track[Any]]:
    """Track calls.

    `names`: the events to choose from; left out, those of a shop. `properties`: a type of your own, which they then fit
    and are given as; a strategy for dicts or for values of such a type; or a mapping of fixed members. `fields`: other
    fields by their names on the wire, fixed or from strategies: `fields={"userId": "u-1"}`. `odd=False` leaves out what
    is real but rare: numbers for ids, unpaired surrogates, unknown fields, strange times.
    """
    own_names = st.sampled_from(names) if names else _names
    chosen = None if properties is None else made_of(properties)

    def own(draw: Draw) -> dict[str, Any]:
        name = draw(own_names)
        if chosen is not None:
            return {"event": name, "properties": draw(chosen)}
        make = catalogue.TRACKS.get(name)
        return {"event": name, "properties": make(draw) if make is not None else {}}

    return _finished(Track, own, ("properties", properties), "event" if names else None, fields=fields, odd=odd)


def identifies(
    *, traits: Bag | None = None, fields: Fields | None = None, odd: bool = True
) -> st.SearchStrategy[Identify[Any]]:
    """Identify calls; the arguments are those of `tracks`."""
    return _with_traits(Identify, catalogue.user_traits, traits, fields, odd)


def groups(
    *, traits: Bag | None = None, fields: Fields | None = None, odd: bool = True
) -> st.SearchStrategy[Group[Any]]:
    """Group calls; the arguments are those of `tracks`."""
    return _with_traits(Group, catalogue.group_traits, traits, fields, odd)


def pages(
    *names: str, properties: Bag | None = None, fields: Fields | None = None, odd: bool = True
) -> st.SearchStrategy[Page[Any]]:
    """Page calls; the arguments are those of `tracks`."""
    return _with_name(Page, catalogue.page, names, properties=properties, fields=fields, odd=odd)


def screens(
    *names: str, properties: Bag | None = None, fields: Fields | None = None, odd: bool = True
) -> st.SearchStrategy[Screen[Any]]:
    """Screen calls; the arguments are those of `tracks`."""
    return _with_name(Screen, catalogue.screen, names, properties=properties, fields=fields, odd=odd)


def aliases(*, fields: Fields | None = None, odd: bool = True) -> st.SearchStrategy[Alias]:
    """Alias calls. Of the browser's SDK, `userId` and `previousId` may be the same."""

    def own(draw: Draw) -> dict[str, Any]:
        number = draw(_number)
        return {"userId": f"u-{number}", "previousId": f"a-{number}" if number % 10 < 9 else f"u-{number}"}

    return events_of("alias", own, fields=fields, odd=odd)


_delete_empty: st.SearchStrategy[Any] = st.sampled_from([None, []])
_delete_ids = st.integers(0, 2**31)


def deletes(*, fields: Fields | None = None, odd: bool = True) -> st.SearchStrategy[Delete]:
    """Requests to delete a user, whose `context` and `integrations` are null or an empty array."""

    def own(draw: Draw) -> dict[str, Any]:
        empty = draw(_delete_empty)
        return {
            "userId": f"u-{draw(_number)}",
            "messageId": f"delete-reg-{draw(_delete_ids)}::job-1-sRc1dEnT1f",
            "context": empty,
            "integrations": empty,
        }

    return events_of("delete", own, keep=("context", "integrations"), fields=fields, odd=odd)


def unknowns(
    *, data: Bag | None = None, fields: Fields | None = None, odd: bool = True
) -> st.SearchStrategy[Unknown[Any]]:
    """Objects whose `type` is none of Segment's call types: one that does not exist yet, or a mapping's own."""
    return _objects(Unknown, data, {"type": _unknown_types, **(fields or {})}, odd)


def payloads(
    *, data: Bag | None = None, fields: Fields | None = None, odd: bool = True
) -> st.SearchStrategy[Payload[Any]]:
    """What a mapping in the destination sends in place of an event: any object without a `type`, or with one that is
    no text. `data`: your own type for the whole object, or a strategy for it."""
    return _objects(Payload, data, fields or {}, odd)


_unknown_types = st.one_of(st.sampled_from(["order", "Track", ""]), texts.filter(lambda name: name not in _CALL_TYPES))
_small_objects = st.dictionaries(keys, scalars, max_size=3)
_odd_types = st.fixed_dictionaries({}, optional={"type": values.filter(lambda value: not isinstance(value, str))})
_odd_objects = st.builds(together, objects, _odd_types)


def _objects(kind: type[Event], data: Bag | None, fields: Fields, odd: bool) -> st.SearchStrategy[Any]:
    made = made_of(data) if data is not None else st.one_of(_small_objects, _odd_objects) if odd else _small_objects
    return _payload(kind, made, dict(fields), typed(kind, data) if is_type(data) else None)


@st.composite
def _payload(
    draw: st.DrawFn, kind: type[Event], made: st.SearchStrategy[Any], fields: Fields, convert: Convert | None
) -> Event:
    data = {**draw(made), **drawn(draw, fields)}
    event = parse_event(javascript.write(data))
    converted = convert(event) if convert is not None and type(event) is kind else event
    if converted is None or type(converted) is not kind:  # the user's type may have a field called `type`
        reject()
    return converted


def _with_traits(
    kind: type[Event], make: catalogue.Make, traits: Bag | None, fields: Fields | None, odd: bool
) -> st.SearchStrategy[Any]:
    chosen = None if traits is None else made_of(traits)

    def own(draw: Draw) -> dict[str, Any]:
        made = {"traits": make(draw) if chosen is None else draw(chosen)}
        return made | {"groupId": f"g-{draw(_number)}"} if kind is Group else made

    return _finished(kind, own, ("traits", traits), None, fields=fields, odd=odd)


def _with_name(
    kind: type[Event],
    make: Any,
    names: tuple[str, ...],
    *,
    properties: Bag | None,
    fields: Fields | None,
    odd: bool,
) -> st.SearchStrategy[Any]:
    chosen = None if properties is None else made_of(properties)
    own_names = st.sampled_from(names) if names else None

    def own(draw: Draw) -> dict[str, Any]:
        name, made = make(draw)
        if own_names is not None:
            name = draw(own_names)
        return {"name": name, "properties": made if chosen is None else draw(chosen)}

    return _finished(kind, own, ("properties", properties), "name" if names else None, fields=fields, odd=odd)


def _finished(
    kind: type[Event],
    own: Own,
    bag: tuple[str, Bag | None],
    names: str | None,
    *,
    fields: Fields | None,
    odd: bool,
) -> st.SearchStrategy[Any]:
    field, chosen = bag
    # what the user chose stays as chosen, whatever else is odd about the event
    keep = [name for name in (names, field if chosen is not None else None) if name is not None]
    convert = typed(kind, chosen) if is_type(chosen) else None
    return events_of(str(kind.TYPE), own, keep=keep, fields=fields, odd=odd, convert=convert)


_BY_KIND: dict[type[Event], Callable[..., st.SearchStrategy[Any]]] = {
    Track: tracks,
    Identify: identifies,
    Page: pages,
    Group: groups,
    Screen: screens,
    Alias: aliases,
    Delete: deletes,
    Unknown: unknowns,
    Payload: payloads,
}


def events(*kinds: type[Event], fields: Fields | None = None, odd: bool = True) -> st.SearchStrategy[Event]:
    """Events of any call type, and objects that are none; or of those classes: `events(Track, Identify)`.

    `fields` and `odd` as for `tracks`. Raises `InvalidArgument` for what is no class of events.
    """
    for kind in kinds:
        if kind not in _BY_KIND:
            raise InvalidArgument(f"events() takes classes of events, such as Track, not {kind!r}")
    return st.one_of([_BY_KIND[kind](fields=fields, odd=odd) for kind in kinds or _BY_KIND])
