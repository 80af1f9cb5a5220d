"""One rule of a tracking plan, as a plain value.

In the plan that Segment's Public API returns, the schema of a rule describes a whole event: the properties of a track
call stand under `properties.properties.properties`. Typewriter's `plan.json` flattens it: `properties.properties` are
the event's properties. A rule here says which of the two its schema is, so that neither has to be rewritten.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec

Schema = dict[str, Any] | bool
"""A JSON Schema, draft-07."""


class RuleType(StrEnum):
    """What a rule is about, in the words of Segment's Public API."""

    COMMON = "COMMON"
    """Every call of every type; a plan has at most one."""
    TRACK = "TRACK"
    """The event that `key` names."""
    IDENTIFY = "IDENTIFY"
    GROUP = "GROUP"
    PAGE = "PAGE"
    SCREEN = "SCREEN"

    @property
    def bag(self) -> str:
        """Which field of such a call holds its own data."""
        return "traits" if self in (RuleType.IDENTIFY, RuleType.GROUP) else "properties"


class Rule(msgspec.Struct, frozen=True, eq=False):
    """What the plan asks of one event, or of one type of call."""

    type: RuleType
    key: str | None
    """The name of the event, in exact case and spacing; None for all calls of the type."""
    schema: dict[str, Any]
    """The JSON Schema as it stands in the plan."""
    version: int = 1
    flattened: bool = False
    """Whether the schema describes the call's own data alone, not the whole event."""
    description: str = ""
    labels: Mapping[str, str] = {}
    """`key: value` pairs that organize the plan; they have no effect on validation."""
    deprecated_at: datetime | None = None
    """Since when the rule is not to be used for new code. It goes on validating."""
    place: str = "$"
    """Where the schema stands in the file, as a JSONPath."""

    @property
    def name(self) -> str:
        """For messages: the event, or the type of call."""
        return self.key if self.key is not None else self.type.lower()

    def bag_schema(self) -> tuple[Schema, tuple[str, ...]]:
        """The schema of the call's own data (`properties` or `traits`), and the steps that lead to it from `schema`."""
        if self.flattened:
            return self.schema, ()
        members: Any = self.schema.get("properties", {})
        bag: Schema = members.get(self.type.bag, {})
        return bag, ("properties", self.type.bag)
