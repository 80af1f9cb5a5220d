"""What the caller has set of a call, told apart: its envelope, and what goes into its properties or traits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from segment_testing.factories import surroundings
from segment_testing.factories.surroundings import SDK

BAGS = {
    "track": "properties",
    "page": "properties",
    "screen": "properties",
    "identify": "traits",
    "group": "traits",
}
"""Call type → what its keyword arguments go into; of the others there is nothing to set but their envelope."""

ENVELOPE = {
    "user_id": "userId",
    "anonymous_id": "anonymousId",
    "message_id": "messageId",
    "timestamp": "timestamp",
    "context": "context",
    "integrations": "integrations",
    "write_key": "writeKey",
}
"""The arguments of every call type, as in Segment's SDK for Python → their names in JSON."""

OWN = {"group": {"group_id": "groupId"}, "alias": {"previous_id": "previousId"}}
"""Those of one call type only."""


class Wish(msgspec.Struct, frozen=True):
    """`head`: `event`, or `name` and `category`, None where they are to be made up. `envelope`: by the names in JSON.
    `whole`: the properties or traits, None where they are to be made up; `members`: what goes into them. `fields`: what
    has the last word, by the names in JSON."""

    kind: str
    head: dict[str, Any]
    envelope: dict[str, Any]
    sdk: SDK | None
    whole: Any
    members: dict[str, Any]
    fields: Mapping[str, Any]

    @classmethod
    def of(cls, kind: str, arguments: dict[str, Any], head: dict[str, Any] | None = None) -> Wish:
        """Sorts out the arguments of a call. Raises `TypeError` for those that it cannot have."""
        members = dict(arguments)
        names = ENVELOPE | OWN.get(kind, {})
        envelope = {wire: members.pop(name) for name, wire in names.items() if name in members}
        sdk: Any = members.pop("sdk", None)
        if sdk is not None:
            surroundings.check(sdk)
        fields: Any = members.pop("fields", None)
        holder = BAGS.get(kind)
        whole: Any = members.pop(holder, None) if holder else None
        _check_members(kind, names, members, whole)
        return cls(kind, head or {}, envelope, sdk, whole, members, fields or {})

    @property
    def typed(self) -> Any:
        """The properties or traits in the caller's own type; None where they are a dict."""
        return None if isinstance(self.whole, Mapping) else self.whole


def _check_members(kind: str, names: Mapping[str, str], members: Mapping[str, Any], whole: object) -> None:
    holder = BAGS.get(kind)
    if holder is None and members:
        raise TypeError(f"{kind}() has neither properties nor traits for {', '.join(members)}; use fields={{…}}")
    for name, wire in names.items():
        if wire in members and wire != name:
            raise TypeError(f"{kind}() has {name}, not {wire}; for a property of that name give {holder}={{…}}")
    other = "traits" if holder == "properties" else "properties"
    if other in members:
        raise TypeError(f"{kind}() has {holder}, not {other}" + _USER_TRAITS * (other == "traits"))
    if members and whole is not None and not isinstance(whole, Mapping):
        # to lay something over it would make another type of it
        raise TypeError(f"set {', '.join(members)} in the {type(whole).__name__} itself, not beside it")


_USER_TRAITS = "; those of the user go into context={'traits': …}"
