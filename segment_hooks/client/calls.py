"""A call → one event as Segment's Tracking API takes it: checked, given an id and a time, encoded once, and with a
receipt to be handed out when it is accepted.

What Segment would refuse, or take with a 200 and then throw away ("Delivery overview, Failed on Ingest"), is refused
here, before anything is sent. `context.library` is added, as every SDK does.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TypeAlias, cast
from uuid import UUID

import msgspec

import segment_hooks
from segment_hooks.client.errors import SegmentError, invalid
from segment_hooks.client.receipt import Receipt
from segment_hooks.client.values import Object, aware, is_plain, plain

MAX_EVENT = 32 * 1024
"""Bytes of JSON that one event may have (HTTP API, "Max request size")."""
MAX_MESSAGE_ID = 100
"""Characters (guide "Handling duplicate data")."""

Id: TypeAlias = str | int | UUID
"""An id: text that is not empty, or a number or UUID, of which the text is sent."""

_now = datetime.now
encode = msgspec.json.Encoder(decimal_format="number").encode
_LIBRARY = {"name": "segment-hooks", "version": segment_hooks.__version__}
ONLY_LIBRARY = msgspec.Raw(encode({"library": _LIBRARY}))
_NOTHING = msgspec.Raw(b"{}")


class Call(msgspec.Struct, omit_defaults=True, rename="camel", tag_field="type", gc=False):
    """What all call types share, in the order in which it is written. What is None is left out."""

    message_id: str
    timestamp: datetime
    user_id: str | None = None
    anonymous_id: str | None = None
    context: object = None
    integrations: object = None


class Track(Call, tag="track", gc=False):
    """A user did something."""

    event: str | None = None
    properties: object = None


class Identify(Call, tag="identify", gc=False):
    """Who a user is."""

    traits: object = None


class Group(Call, tag="group", gc=False):
    """A user belongs to a group."""

    group_id: str | None = None
    traits: object = None


class Page(Call, tag="page", gc=False):
    """A user saw a page."""

    name: str | None = None
    category: str | None = None
    properties: object = None


class Screen(Call, tag="screen", gc=False):
    """A user saw a screen."""

    name: str | None = None
    category: str | None = None
    properties: object = None


class Alias(Call, tag="alias", gc=False):
    """Two ids are the same user."""

    previous_id: str | None = None


def track(event: str, properties: Object | None, *common: Any) -> Receipt:
    """A track call. `common`: what `_event` takes after the fields that only some calls have."""
    if event.__class__ is not str or not event:
        event = _name(event, "event")
    return _event(Track, (event, _NOTHING if properties is None else properties), *common)


def identify(traits: Object | None, *common: Any) -> Receipt:
    """An identify call."""
    return _event(Identify, (_NOTHING if traits is None else traits,), *common)


def group(group_id: Id, traits: Object | None, *common: Any) -> Receipt:
    """A group call."""
    return _event(Group, (_id(group_id, "group_id"), _NOTHING if traits is None else traits), *common)


def page(name: str | None, category: str | None, properties: Object | None, *common: Any) -> Receipt:
    """A page call."""
    return _event(Page, _seen(name, category, properties), *common)


def screen(name: str | None, category: str | None, properties: Object | None, *common: Any) -> Receipt:
    """A screen call."""
    return _event(Screen, _seen(name, category, properties), *common)


def alias(previous_id: Id, user_id: Id, *common: Any) -> Receipt:
    """An alias call. It has no anonymous id: `previous_id` may be one."""
    return _event(Alias, (_id(previous_id, "previous_id"),), _id(user_id, "user_id"), None, *common)


def _seen(name: str | None, category: str | None, properties: Object | None) -> tuple[object, ...]:
    return (
        None if name is None else _name(name, "name"),
        None if category is None else _name(category, "category"),
        _NOTHING if properties is None else properties,
    )


def _event(  # noqa: PLR0917  # positions are what the quick way costs least with
    kind: type[Call],
    own: tuple[object, ...],
    user_id: Id | None,
    anonymous_id: Id | None,
    context: Object | None,
    integrations: Mapping[str, object] | None,
    timestamp: datetime | None,
    message_id: str | None,
) -> Receipt:
    user: str | None
    anonymous: str | None
    if type(user_id) is str and user_id and anonymous_id is None:
        user, anonymous = user_id, None
    else:
        user, anonymous = _ids(user_id, anonymous_id)
    identity = _next_id() if message_id is None else _message_id(message_id)
    call = kind(
        identity,
        _now(UTC) if timestamp is None else _timestamp(timestamp),
        user,
        anonymous,
        ONLY_LIBRARY if context is None else _with_library(context),
        None if integrations is None else _object(integrations, "$.integrations"),
        *own,
    )
    bag = own[-1]  # of an alias call, its id
    try:
        plain_enough = bag.__class__ is str or bag is _NOTHING or is_plain(bag)
        body = encode(call) if plain_enough else _encode_carefully(call)
    except (TypeError, ValueError, OverflowError, RecursionError):
        body = _encode_carefully(call)
    if len(body) > MAX_EVENT:
        raise _too_large(body)
    return Receipt(identity, body)


def _encode_carefully(call: Call) -> bytes:
    """Every value looked at; raises `SegmentError` with the place of one that cannot be sent."""
    fields: dict[str, Any] = msgspec.structs.asdict(call)
    for name, value in fields.items():
        if isinstance(value, msgspec.Raw | datetime) or value is None:
            continue
        if isinstance(value, str):
            fields[name] = plain({name: value}, "$")[name]
        else:
            fields[name] = plain(value, f"$.{name}")
    return encode(type(call)(**fields))


def _with_library(context: Object) -> object:
    return {"library": _LIBRARY, **_object(context, "$.context")}


def _object(value: object, path: str) -> dict[str, object]:
    return cast("dict[str, object]", value) if is_plain(value) else plain(value, path)


def _ids(user_id: Id | None, anonymous_id: Id | None) -> tuple[str | None, str | None]:
    if user_id is None and anonymous_id is None:
        raise invalid("id_required", "a call needs a user_id or an anonymous_id: Segment throws it away without one")
    return (
        None if user_id is None else _id(user_id, "user_id"),
        None if anonymous_id is None else _id(anonymous_id, "anonymous_id"),
    )


def _id(value: Id | None, name: str) -> str:
    if not isinstance(value, str | int | UUID) or isinstance(value, bool):
        kind = "None" if value is None else type(value).__name__
        raise invalid("id_not_string", f"{name} must be text, a number or a UUID, not {kind}", f"$.{name}")
    text = str(value)
    if not text:
        raise invalid("id_not_string", f"{name} is empty: Segment throws such a call away", f"$.{name}")
    return text


def _name(value: object, name: str) -> str:
    if not isinstance(value, str):
        raise invalid(f"{name}_not_string", f"{name} must be text, not {type(value).__name__}", f"$.{name}")
    if not value:
        raise invalid(f"{name}_empty", f"{name} is empty: Segment throws such a call away", f"$.{name}")
    return str(value)


def _message_id(value: object) -> str:
    if not isinstance(value, str) or not 1 <= len(value) <= MAX_MESSAGE_ID or not value.isprintable():
        found = f"{len(value)} of them" if isinstance(value, str) else type(value).__name__
        raise invalid(
            "message_id",
            f"message_id must be text of 1 to {MAX_MESSAGE_ID} printable characters, not {found}",
            "$.message_id",
        )
    return str(value)


def _timestamp(value: object) -> datetime:
    if not isinstance(value, datetime):
        raise invalid("timestamp", f"timestamp must be a datetime, not {type(value).__name__}", "$.timestamp")
    return aware(value, "$.timestamp")


def _too_large(body: bytes) -> SegmentError:
    event: dict[str, Any] = msgspec.json.decode(body)
    sizes = {
        f"$.{field}.{name}": len(encode(member))
        for field in ("properties", "traits", "context")
        for name, member in event.get(field, {}).items()
    }
    sizes |= {f"$.{name}": len(encode(value)) for name, value in event.items() if not isinstance(value, dict)}
    biggest = max(sizes, key=sizes.__getitem__)
    return invalid(
        "event_too_large",
        f"the event has {len(body)} bytes of JSON, over Segment's limit of {MAX_EVENT}; "
        f"the biggest part of it is {biggest} with {sizes[biggest]}",
        biggest,
    )


# ---- message ids: 128 random bits each, fetched from the system for many at a time, since each time costs as much as
# all the rest of a call

_ID_BYTES = 16
_IDS_AT_ONCE = 64
_ids_ready: deque[str] = deque()
ready_id = _ids_ready.popleft  # atomic: no two threads get the same


def _next_id() -> str:
    try:
        return ready_id()
    except IndexError:
        return new_id()


def new_id() -> str:
    digits = os.urandom(_ID_BYTES * _IDS_AT_ONCE).hex()
    width = 2 * _ID_BYTES
    _ids_ready.extend([digits[start : start + width] for start in range(width, len(digits), width)])
    return digits[:width]


if hasattr(os, "register_at_fork"):
    # or else the child would give out the same ids as its parent
    os.register_at_fork(after_in_child=_ids_ready.clear)
