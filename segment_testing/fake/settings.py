"""How the fake is set up."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import msgspec
from msgspec.structs import force_setattr

from segment_hooks import ConfigurationError
from segment_hooks.tracking_plan import TrackingPlan
from segment_testing.fake.oauth import OAuthSettings
from segment_testing.serverside import PROJECT_ID


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """The limits of the Tracking API (HTTP Tracking API, "Max request size"), with Segment's own figures.

    Sizes are in bytes. Segment writes 32 KB and 500 KB; these are the largest that its SDKs send.
    """

    event: int = 32_768
    """One event; a larger one is answered with 400, with its whole batch."""
    request: int = 512_000
    """One request as it is sent; a larger one is answered with 400."""
    inflated: int = 512_000
    """One compressed request once it is inflated; likewise."""
    events: int = 2_500
    """Events in one batch; a larger batch is answered with 200, and lost."""
    message_id: int = 100
    """Characters of a `messageId`; a call with a longer one is answered with 200, and lost."""

    def __post_init__(self) -> None:
        for name in self.__struct_fields__:
            value = getattr(self, name)
            if not isinstance(value, int) or value < 1:
                raise ConfigurationError(f"the limit {name!r} is a whole number above zero, not {value!r}")


class FakeSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What a fake Segment knows and how strict it is. Without any, it takes every write key and keeps every call.

    `write_keys`: the keys of the sources that exist; a call with another key, or none, is answered with 200 and lost,
    as by Segment. None: whatever key a call has is known.
    `strict`: whether a test fails where Segment would have thrown a call away; the pytest plugin acts on it.
    `max_calls`: how many calls are kept before the oldest are forgotten; None: all of them.
    `limits`: see `Limits`.
    `rate_limit`: requests per second before the answer is 429; None: no limit.
    `remembered_ids`: how many of the latest `messageId`s are compared with before an older one may come again; 0: the
    fake takes every call, however often it comes.
    `oauth`: the app whose tokens are taken; None: every Bearer token is refused.
    `tracking_plan`: what calls should fit; those that do not are taken, as by Segment, and a test can ask for them.
    `project_id`: of the source, as it stands in delivered calls.
    `settings_json`: what the settings endpoint answers beside what SDKs need, merged into it member by member.
    """

    write_keys: Collection[str] | None = None
    strict: bool = False
    max_calls: int | None = None
    limits: Limits = Limits()
    rate_limit: float | None = None
    remembered_ids: int = 1_000_000
    oauth: OAuthSettings | None = None
    tracking_plan: TrackingPlan | None = None
    project_id: str = PROJECT_ID
    settings_json: Mapping[str, Any] = {}

    def __post_init__(self) -> None:
        keys: object = self.write_keys
        if isinstance(keys, str | bytes):
            raise ConfigurationError(f"write_keys is a collection of keys: write {{{keys!r}}}")
        if self.write_keys is not None:
            force_setattr(self, "write_keys", frozenset(self.write_keys))
        if self.max_calls is not None and self.max_calls < 1:
            raise ConfigurationError(f"max_calls is a number above zero, or None for all calls, not {self.max_calls!r}")
        if self.rate_limit is not None and not self.rate_limit > 0:  # also what is not a number
            raise ConfigurationError(
                f"rate_limit is a number of requests per second above zero, or None for no limit, "
                f"not {self.rate_limit!r}"
            )
        if self.remembered_ids < 0:
            raise ConfigurationError(f"remembered_ids is a number from zero up, not {self.remembered_ids!r}")

    def knows(self, write_key: str | None) -> bool:
        """Whether there is a source with this key."""
        return write_key is not None and (self.write_keys is None or write_key in self.write_keys)
