"""`event.context`: a mapping of whatever the sender put there, with the documented keys typed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast


class Bag(Mapping[str, Any]):
    """A read-only mapping over decoded JSON whose typed attributes are None where the value is absent or of another
    type: Segment passes on whatever the sender's code put in."""

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[str, Any] | None = None) -> None:
        self._values: Mapping[str, Any] = values if values is not None else {}

    def __getitem__(self, key: str) -> Any:
        return self._values[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(self)})"  # keys only: the values are personal data

    def text(self, key: str) -> str | None:
        """The value of `key` where it is a string."""
        value = self._values.get(key)
        return value if isinstance(value, str) else None

    def bag(self, key: str) -> Bag:
        """The value of `key` where it is an object; an empty bag otherwise."""
        value = self._values.get(key)
        return Bag(cast("dict[str, Any]", value) if isinstance(value, dict) else None)


class Context(Bag):
    """The `context` of an event (Segment spec, "Common fields"). Every key is optional and none is guaranteed.

    Attributes cover the documented keys; anything else is read as from a mapping: `event.context["my_key"]`.
    """

    __slots__ = ()

    @property
    def ip(self) -> str | None:
        """The user's IP address; Segment fills it in for client-side sources only."""
        return self.text("ip")

    @property
    def locale(self) -> str | None:
        """Such as `en-US`."""
        return self.text("locale")

    @property
    def timezone(self) -> str | None:
        """A name of the tz database, such as `Europe/Amsterdam`."""
        return self.text("timezone")

    @property
    def user_agent(self) -> str | None:
        """The `User-Agent` of the user's device."""
        return self.text("userAgent")

    @property
    def group_id(self) -> str | None:
        """The group that the user acted in."""
        return self.text("groupId")

    @property
    def active(self) -> bool | None:
        """Whether the user was active, for example not for a send from a background job."""
        value = self._values.get("active")
        return value if isinstance(value, bool) else None

    @property
    def app(self) -> Bag:
        """`name`, `version`, `build`, `namespace`."""
        return self.bag("app")

    @property
    def campaign(self) -> Bag:
        """`name`, `source`, `medium`, `term`, `content`, and any other UTM parameter."""
        return self.bag("campaign")

    @property
    def device(self) -> Bag:
        """`id`, `type`, `manufacturer`, `model`, `name`, `advertisingId`, `token` …"""
        return self.bag("device")

    @property
    def library(self) -> Bag:
        """`name` and `version` of the SDK that sent the event."""
        return self.bag("library")

    @property
    def location(self) -> Bag:
        """`city`, `country`, `region`, `latitude`, `longitude`, `speed`."""
        return self.bag("location")

    @property
    def network(self) -> Bag:
        """`bluetooth`, `cellular`, `wifi`, `carrier`."""
        return self.bag("network")

    @property
    def os(self) -> Bag:
        """`name` and `version`."""
        return self.bag("os")

    @property
    def page(self) -> Bag:
        """`path`, `referrer`, `search`, `title`, `url`."""
        return self.bag("page")

    @property
    def screen(self) -> Bag:
        """`width`, `height`, `density`."""
        return self.bag("screen")

    @property
    def traits(self) -> Bag:
        """The user's traits on calls other than `identify`."""
        return self.bag("traits")
