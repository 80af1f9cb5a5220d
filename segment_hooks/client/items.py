"""The items of `client.event.batch([…])`: one call each, as a mapping."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Literal, TypedDict

from segment_hooks.client import calls
from segment_hooks.client.calls import Id
from segment_hooks.client.errors import SegmentError, invalid
from segment_hooks.client.receipt import Receipt
from segment_hooks.client.values import Object

CallType = Literal["track", "identify", "group", "page", "screen", "alias"]


class BatchItem(TypedDict, total=False):
    """One call: its type, `track` if left out, and the parameters of that call."""

    type: CallType
    user_id: Id | None
    anonymous_id: Id | None
    event: str
    properties: Object | None
    traits: Object | None
    group_id: Id
    name: str | None
    category: str | None
    previous_id: Id
    context: Object | None
    integrations: Mapping[str, object] | None
    timestamp: datetime | None
    message_id: str | None


_COMMON = ("context", "integrations", "timestamp", "message_id")
_WHO = ("user_id", "anonymous_id")
_CALLS: dict[object, tuple[Callable[..., Receipt], tuple[str, ...]]] = {
    "track": (calls.track, ("event", "properties", *_WHO, *_COMMON)),
    "identify": (calls.identify, ("traits", *_WHO, *_COMMON)),
    "group": (calls.group, ("group_id", "traits", *_WHO, *_COMMON)),
    "page": (calls.page, ("name", "category", "properties", *_WHO, *_COMMON)),
    "screen": (calls.screen, ("name", "category", "properties", *_WHO, *_COMMON)),
    "alias": (calls.alias, ("previous_id", "user_id", *_COMMON)),
}
_WIRE_NAMES = {
    "userId": "user_id",
    "anonymousId": "anonymous_id",
    "groupId": "group_id",
    "previousId": "previous_id",
    "messageId": "message_id",
}


def event_of(item: Mapping[str, object], place: str) -> Receipt:
    """The event of one item; raises `SegmentError` with a path that begins with `place`."""
    try:
        return _event_of(item)
    except SegmentError as error:
        path = place + (error.path or "$")[1:]
        raise invalid(error.code, f"{place}: {error}", path) from None


def _event_of(item: Mapping[str, Any]) -> Receipt:
    if not isinstance(item, Mapping):
        raise invalid("not_an_object", f"an item of a batch must be a mapping, not {type(item).__name__}")
    given: dict[str, Any] = {}
    for name, value in item.items():
        known = _WIRE_NAMES.get(name, name)
        if known in given:
            raise invalid("name_twice", f"{known} is given twice, once as {name}", f"$.{name}")
        given[known] = value
    kind = given.pop("type", "track")
    if not isinstance(kind, str) or kind not in _CALLS:
        raise invalid("type", f"type must be one of {', '.join(map(str, _CALLS))}", "$.type")
    make, names = _CALLS[kind]
    if unknown := given.keys() - set(names):
        name = min(unknown, key=str)
        raise invalid("unknown_name", f"a {kind} call takes no {name}; it takes {', '.join(names)}", f"$.{name}")
    return make(*(given.get(name) for name in names))
