"""The fields of an event as the fast decoder takes them off the wire: names, and bags left undecoded."""

from __future__ import annotations

import msgspec


class Fields(msgspec.Struct, rename="camel", frozen=True, eq=False, gc=False):
    """Top-level fields of any call type; those that a type does not have stay None.

    One flat struct for all types rather than a union tagged by `type`: Segment delivers keys in alphabetical order,
    so the tag comes late, and looking for it first costs half as much again as decoding.
    """

    type: str | None = None
    event: str | None = None
    user_id: str | None = None
    anonymous_id: str | None = None
    message_id: str | None = None
    name: str | None = None
    category: str | None = None
    group_id: str | None = None
    previous_id: str | None = None
    timestamp: str | None = None
    original_timestamp: str | None = None
    sent_at: str | None = None
    received_at: str | None = None
    channel: str | None = None
    project_id: str | None = None
    version: msgspec.Raw = msgspec.Raw()
    properties: msgspec.Raw = msgspec.Raw()
    traits: msgspec.Raw = msgspec.Raw()
    context: msgspec.Raw = msgspec.Raw()
    integrations: msgspec.Raw = msgspec.Raw()


TEXT_FIELDS = frozenset(f.encode_name for f in msgspec.structs.fields(Fields) if f.type is not msgspec.Raw)
"""JSON names of the fields that are text."""
ATTRIBUTES = {f.encode_name: f.name for f in msgspec.structs.fields(Fields)}
"""JSON name → attribute."""
