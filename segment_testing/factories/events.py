"""The factories by name: `track`, `identify`, `group`, `page`, `screen`, `alias`, `delete`.

Arguments, of all of them:

    user_id, anonymous_id, message_id, timestamp, context, integrations, write_key      as in Segment's SDK for Python
    properties or traits    all of them at once: nothing is made up then
    sdk                     "browser", "mobile" or "server": which kind of SDK sends it
    fields                  members of the event by their names in JSON; they have the last word

of group `group_id`, of alias `previous_id`. Every other keyword is one of the properties (of track, page and screen) or
traits (of identify and group), and replaces what was made up of that name as a whole. A property with the name of an
argument goes into `properties={…}`. `context` is laid over the made-up context, object by object.

None stands for `null`, `ABSENT` for nothing at all. Values may be whatever `msgspec` or pydantic can write as JSON.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, TypeVar, cast, overload

from segment_hooks import Alias, Delete, Event, Group, Identify, Page, Screen, Track, parse_event
from segment_testing.factories.drafts import Draft
from segment_testing.factories.values import IsAbsent
from segment_testing.factories.wishes import Wish

T = TypeVar("T")
Text = str | IsAbsent | None


class Maker(ABC):
    """Makes drafts; from whom and out of what, is for those who inherit."""

    @abstractmethod
    def _draft(self, wish: Wish) -> Draft: ...

    @property
    def calls(self) -> Calls:
        """The same as SDKs send it: dicts for `/v1/track` and its siblings, and for the batches of `/v1/batch`."""
        return Calls(self)


class Events(Maker):
    """Events as a webhook brings them: parsed from the JSON that Segment delivers.

    `event.payload` is that JSON as a dict, `event.raw` its bytes. All count as covered by a signature, as an event that
    is delivered alone is.
    """

    @overload
    def track(
        self, event: Text = ..., *, properties: Mapping[str, Any] | None = ..., **more: Any
    ) -> Track[dict[str, Any]]: ...
    @overload
    def track(self, event: Text = ..., *, properties: T, **more: Any) -> Track[T]: ...
    def track(self, event: Text = "Order Completed", **more: Any) -> Any:
        """A user did something.

        The properties of an event that Segment's specs know (e-commerce, B2B SaaS, mobile, email) are made up as they
        say; another has those that are given. Properties in a type of your own are the event's `properties`, just as
        the router gives them to a handler of `Track[ThatType]`.
        """
        return self._event("track", more, {"event": event})

    @overload
    def identify(self, *, traits: Mapping[str, Any] | None = ..., **more: Any) -> Identify[dict[str, Any]]: ...
    @overload
    def identify(self, *, traits: T, **more: Any) -> Identify[T]: ...
    def identify(self, **more: Any) -> Any:
        """Who a user is."""
        return self._event("identify", more)

    @overload
    def group(self, *, traits: Mapping[str, Any] | None = ..., **more: Any) -> Group[dict[str, Any]]: ...
    @overload
    def group(self, *, traits: T, **more: Any) -> Group[T]: ...
    def group(self, **more: Any) -> Any:
        """A user belongs to a company."""
        return self._event("group", more)

    @overload
    def page(
        self, name: Text = ..., category: Text = ..., *, properties: Mapping[str, Any] | None = ..., **more: Any
    ) -> Page[dict[str, Any]]: ...
    @overload
    def page(self, name: Text = ..., category: Text = ..., *, properties: T, **more: Any) -> Page[T]: ...
    def page(self, name: Text = None, category: Text = None, **more: Any) -> Any:
        """A user saw a page of the website. A name of None is made up."""
        return self._event("page", more, {"name": name, "category": category})

    @overload
    def screen(
        self, name: Text = ..., category: Text = ..., *, properties: Mapping[str, Any] | None = ..., **more: Any
    ) -> Screen[dict[str, Any]]: ...
    @overload
    def screen(self, name: Text = ..., category: Text = ..., *, properties: T, **more: Any) -> Screen[T]: ...
    def screen(self, name: Text = None, category: Text = None, **more: Any) -> Any:
        """A user saw a screen of the app. A name of None is made up."""
        return self._event("screen", more, {"name": name, "category": category})

    def alias(self, **more: Any) -> Alias:
        """Two ids are the same user: `previous_id` is now `user_id`."""
        return cast("Alias", self._event("alias", more))

    def delete(self, **more: Any) -> Delete:
        """A user asked to be deleted. Segment itself sends these, so there is no such call."""
        return cast("Delete", self._event("delete", more))

    def _event(self, kind: str, arguments: dict[str, Any], head: dict[str, Any] | None = None) -> Event:
        draft = self._draft(Wish.of(kind, arguments, head))
        event = parse_event(draft.delivered(), covered=True)
        typed = draft.wish.typed
        return event if typed is None else event.with_bag(typed)


class Calls:
    """Calls as an SDK sends them, as dicts: what the body of `/v1/track` is, or an item of a batch."""

    def __init__(self, maker: Maker) -> None:
        self._maker = maker

    def track(self, event: Text = "Order Completed", **more: Any) -> dict[str, Any]:
        """A user did something."""
        return self._call("track", more, {"event": event})

    def identify(self, **more: Any) -> dict[str, Any]:
        """Who a user is."""
        return self._call("identify", more)

    def group(self, **more: Any) -> dict[str, Any]:
        """A user belongs to a company."""
        return self._call("group", more)

    def page(self, name: Text = None, category: Text = None, **more: Any) -> dict[str, Any]:
        """A user saw a page of the website. A name of None is made up."""
        return self._call("page", more, {"name": name, "category": category})

    def screen(self, name: Text = None, category: Text = None, **more: Any) -> dict[str, Any]:
        """A user saw a screen of the app. A name of None is made up."""
        return self._call("screen", more, {"name": name, "category": category})

    def alias(self, **more: Any) -> dict[str, Any]:
        """Two ids are the same user: `previous_id` is now `user_id`."""
        return self._call("alias", more)

    def _call(self, kind: str, arguments: dict[str, Any], head: dict[str, Any] | None = None) -> dict[str, Any]:
        return self._maker._draft(Wish.of(kind, arguments, head)).sent()
