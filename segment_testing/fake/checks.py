"""Which calls Segment answers with 200 and throws away, and under which code (Segment's document "Delivery overview",
"Failed on Ingest"; spec, "Common fields").

Checked is what decides over a call and no more: a plan's own rules are not Segment's. `null` counts as absent, since
SDKs write it for what was left out. Accepted is what SDKs really send: an empty or null `name` of a page (Ruby,
Python), `properties` and `traits` that are null, an alias whose two ids are the same (the browser).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import msgspec

from segment_testing.recording import Reason

Problem = tuple[Reason, str]
"""Why a call is thrown away, and what is wrong with it in words."""

TYPES = {kind: kind for kind in ("track", "identify", "page", "screen", "group", "alias")}
"""The types of calls, each under its own name: what many calls share is kept once."""


class _Object(msgspec.Struct, gc=False):
    """Any object, of which nothing is decoded."""


class _Device(msgspec.Struct, gc=False, rename="camel"):
    advertising_id: str | None = None


class _Context(msgspec.Struct, gc=False):
    device: _Device | None = None


class Head(msgspec.Struct, gc=False, rename="camel"):
    """What decides over a call. A call that decodes into this has no field of a wrong type."""

    type: str | None = None
    event: str | None = None
    name: str | None = None
    category: str | None = None
    user_id: str | None = None
    anonymous_id: str | None = None
    group_id: str | None = None
    previous_id: str | None = None
    message_id: str | None = None
    write_key: str | None = None
    properties: _Object | None = None
    traits: _Object | None = None
    context: _Context | None = None


def missing(kind: str, head: Head) -> Problem | None:
    """What a call lacks whose fields are of the right types."""
    if head.user_id == "" or head.anonymous_id == "":
        name = "userId" if head.user_id == "" else "anonymousId"
        return Reason.ID_NOT_STRING, f"`{name}` is empty: leave it out, or give an id"
    if head.user_id is None:
        if kind == "alias":
            return Reason.ID_REQUIRED, "an alias call needs `userId`, the new id"
        if head.anonymous_id is None:
            return Reason.ID_REQUIRED, "neither `userId` nor `anonymousId` is given"
    if kind == "track":
        if not head.event:
            return Reason.EVENT_NOT_DEFINED, "a track call needs `event`, the name of what happened"
    elif kind == "group":
        if not head.group_id:
            return Reason.GROUP_ID_REQUIRED, "a group call needs `groupId`"
    elif kind == "alias" and not head.previous_id:
        return Reason.PREVIOUS_ID_REQUIRED, "an alias call needs `previousId`, the old id"
    return None


def unknown_type(kind: str | None) -> Problem:
    """For a call in a batch whose type is none of `TYPES`."""
    types = ", ".join(TYPES)
    if kind is None:
        return Reason.TYPE_UNKNOWN, f"a call in a batch needs `type`, one of {types}"
    return Reason.TYPE_UNKNOWN, f"`type` is {kind[:40]!r}; Segment takes {types}"


_IDS = {"group": ("userId", "anonymousId", "groupId"), "alias": ("userId", "anonymousId", "previousId")}
_USER_IDS = ("userId", "anonymousId")


def bad_type(kind: str, values: dict[str, Any]) -> Problem | None:
    """What is of the wrong type in a call of type `kind`, as decoded from JSON."""
    if kind not in TYPES:
        return unknown_type(kind) if isinstance(values.get("type"), str) else unknown_type(None)
    for name in _IDS.get(kind, _USER_IDS):
        if not _is(str, values.get(name)):
            return Reason.ID_NOT_STRING, f"`{name}` is no string: ids are text, numbers included"
    if kind == "track" and not _is(str, values.get("event")):
        return Reason.EVENT_NOT_STRING, "`event` is no string"
    if kind in ("page", "screen"):
        if not _is(str, values.get("name")):
            return Reason.NAME_NOT_STRING, f"the `name` of a {kind} is no string"
        if not _is(str, values.get("category")):
            return Reason.CATEGORY_NOT_STRING, f"the `category` of a {kind} is no string"
    if kind in ("track", "page", "screen") and not _is(dict, values.get("properties")):
        return Reason.PROPERTIES_NOT_OBJECT, "`properties` is no object"
    if kind in ("identify", "group") and not _is(dict, values.get("traits")):
        return Reason.TRAITS_NOT_OBJECT, "`traits` is no object"
    if not _is(str, _advertising_id(values)):
        return Reason.ADVERTISING_ID_NOT_STRING, "`context.device.advertisingId` is no string"
    return None


def _is(wanted: type, value: object) -> bool:
    return value is None or isinstance(value, wanted)


def _advertising_id(values: dict[str, Any]) -> object:
    found: object = values
    for name in ("context", "device", "advertisingId"):
        found = cast("Mapping[str, Any]", found).get(name) if isinstance(found, dict) else None
    return found
