"""Segment's events as data.

Every event is immutable, keeps the exact bytes that came (`event.raw`), and decodes `properties`, `traits` and
`context` when they are first looked at. Events are made by parsing; `parse_event(b'{"type": "track", …}')` makes one
by hand.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Generic, cast

import msgspec
from msgspec.structs import force_setattr

from segment_hooks import jsontext
from segment_hooks.context import Bag, Context
from segment_hooks.errors import PayloadError
from segment_hooks.fields import Fields
from segment_hooks.timestamps import parse_timestamp

if TYPE_CHECKING:
    # without a parameter, `Track` means a track call with a plain dict of properties
    from typing_extensions import TypeVar

    P = TypeVar("P", default=dict[str, Any])
    D = TypeVar("D", default=dict[str, Any])
else:
    from typing import TypeVar

    P = TypeVar("P")
    D = TypeVar("D")

Source = bytes | Sequence[bytes]
"""Where an event's raw bytes are: the bytes themselves, or a batch that cuts them out when asked."""


class Event(msgspec.Struct, frozen=True, eq=False, gc=False):
    """What all call types share. Handlers get one of the subclasses below.

    Fields whose value is absent, `null` or of a type that cannot be read as the documented one are None (an id that is
    a number becomes its text); `payload` and `raw` show what really came.
    """

    fields: Fields
    """The top-level fields, as taken off the wire."""
    _source: Source
    _index: int = 0
    covered: bool = False
    """Whether the signature covers this event. Of a batch, Segment signs the first event only: the others could have
    been added by anyone who has seen one signed request."""
    _bag: Any = msgspec.UNSET
    _context: Any = msgspec.UNSET
    _payload: Any = msgspec.UNSET

    TYPE: ClassVar[str | None] = None
    """The value of `type` on the wire."""
    BAG: ClassVar[str | None] = None
    """Which field holds the call's own data: `properties` or `traits`."""

    @property
    def type(self) -> str | None:
        """The call type as it stands in the event."""
        return self.fields.type

    @property
    def message_id(self) -> str | None:
        """Segment's id of this event: the same again whenever it is delivered again."""
        return self.fields.message_id

    @property
    def user_id(self) -> str | None:
        """The id of the user in the sender's database."""
        return self.fields.user_id

    @property
    def anonymous_id(self) -> str | None:
        """The id of a user who is not known by name."""
        return self.fields.anonymous_id

    @property
    def timestamp(self) -> datetime | None:
        """When it happened, in UTC and with the sender's clock corrected by Segment."""
        return parse_timestamp(self.fields.timestamp)

    @property
    def original_timestamp(self) -> datetime | None:
        """When it happened by the sender's clock."""
        return parse_timestamp(self.fields.original_timestamp)

    @property
    def sent_at(self) -> datetime | None:
        """When it was sent, by the sender's clock."""
        return parse_timestamp(self.fields.sent_at)

    @property
    def received_at(self) -> datetime | None:
        """When Segment received it."""
        return parse_timestamp(self.fields.received_at)

    @property
    def channel(self) -> str | None:
        """Where it was sent from: `client`, `server`, `browser`, `mobile` have been seen."""
        return self.fields.channel

    @property
    def project_id(self) -> str | None:
        """The id of the Segment source."""
        return self.fields.project_id

    @property
    def version(self) -> Any:
        """Segment's version of the payload: a number or text; `2`, `1` and `"1.1"` have been seen."""
        return _decode_field(self, "version")

    @property
    def context(self) -> Context:
        """The surroundings of the event; empty where the event has none."""
        if self._context is msgspec.UNSET:
            force_setattr(self, "_context", Context(_object(_decode_field(self, "context"))))
        return cast("Context", self._context)

    @property
    def integrations(self) -> Bag:
        """Which destinations the sender chose; empty where it did not say."""
        return Bag(_object(_decode_field(self, "integrations")))

    @property
    def raw(self) -> bytes:
        """Exactly the bytes of this event in the request: every field, known or not."""
        source = self._source
        return source if isinstance(source, bytes) else source[self._index]

    @property
    def payload(self) -> Mapping[str, Any]:
        """The whole event as decoded JSON, unknown fields too. Read it, do not change it: handlers share it."""
        if self._payload is msgspec.UNSET:
            force_setattr(self, "_payload", jsontext.decode(self.raw))
        return cast("Mapping[str, Any]", self._payload)

    def undecoded(self) -> bytes | msgspec.Raw:
        """The JSON text of what this call type carries: `properties`, `traits`, or the whole payload."""
        if self.BAG is None:
            return self.raw
        raw: msgspec.Raw = getattr(self.fields, self.BAG)
        # absent and null both mean "none given"
        return b"{}" if not raw or bytes(raw) == b"null" else raw

    def with_bag(self, bag: Any) -> Any:
        """The same event with `bag` as its decoded `properties`, `traits` or `data`."""
        return type(self)(self.fields, self._source, self._index, self.covered, bag, self._context, self._payload)

    def _own_bag(self) -> Any:
        if self._bag is msgspec.UNSET:
            force_setattr(self, "_bag", _object(_decode_field(self, cast("str", self.BAG))))
        return self._bag

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.raw == cast("Event", other).raw

    def __hash__(self) -> int:
        return hash((type(self), self.raw))

    def __repr__(self) -> str:
        # ids of messages, never of persons
        return f"{type(self).__name__}(message_id={self.message_id!r}, covered={self.covered})"

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        # the undecoded fields are views of the request's buffer, so a copy in another process starts from the bytes
        from segment_hooks.parsing import restore_event

        typed = msgspec.UNSET if self._bag is msgspec.UNSET or type(self._bag) is dict else self._bag
        return restore_event, (self.raw, self.covered, typed)


class Track(Event, Generic[P], frozen=True, eq=False, gc=False):
    """A user did something: `event` is what, `properties` the details.

    `Track[OrderCompleted]` in a handler's annotation decodes `properties` into your own class.
    """

    TYPE = "track"
    BAG = "properties"

    @property
    def event(self) -> str | None:
        """The name of the event; Segment drops track calls without one, so None is rare."""
        return self.fields.event

    @property
    def properties(self) -> P:
        """The details: a dict (read it, do not change it: handlers share it), or the type given as `Track[…]`."""
        return cast("P", self._own_bag())


class Identify(Event, Generic[P], frozen=True, eq=False, gc=False):
    """Who a user is: `traits` are what is known of them."""

    TYPE = "identify"
    BAG = "traits"

    @property
    def traits(self) -> P:
        """The traits: a dict (read it, do not change it), or the type given as `Identify[…]`."""
        return cast("P", self._own_bag())


class Group(Event, Generic[P], frozen=True, eq=False, gc=False):
    """A user belongs to a group, such as a company: `traits` are the group's."""

    TYPE = "group"
    BAG = "traits"

    @property
    def group_id(self) -> str | None:
        """The id of the group in the sender's database."""
        return self.fields.group_id

    @property
    def traits(self) -> P:
        """The group's traits: a dict (read it, do not change it), or the type given as `Group[…]`."""
        return cast("P", self._own_bag())


class Page(Event, Generic[P], frozen=True, eq=False, gc=False):
    """A user saw a page of a website."""

    TYPE = "page"
    BAG = "properties"

    @property
    def name(self) -> str | None:
        """The name of the page."""
        return self.fields.name

    @property
    def category(self) -> str | None:
        """The category of the page."""
        return self.fields.category

    @property
    def properties(self) -> P:
        """The details: a dict (read it, do not change it), or the type given as `Page[…]`."""
        return cast("P", self._own_bag())


class Screen(Event, Generic[P], frozen=True, eq=False, gc=False):
    """A user saw a screen of a mobile app."""

    TYPE = "screen"
    BAG = "properties"

    @property
    def name(self) -> str | None:
        """The name of the screen."""
        return self.fields.name

    @property
    def category(self) -> str | None:
        """The category of the screen; outside the spec, but sent by most SDKs."""
        return self.fields.category

    @property
    def properties(self) -> P:
        """The details: a dict (read it, do not change it), or the type given as `Screen[…]`."""
        return cast("P", self._own_bag())


class Alias(Event, frozen=True, eq=False, gc=False):
    """Two ids are the same user: `previous_id` is now `user_id`."""

    TYPE = "alias"

    @property
    def previous_id(self) -> str | None:
        """The id that is replaced."""
        return self.fields.previous_id


class Delete(Event, frozen=True, eq=False, gc=False):
    """A user asked to be deleted: remove what is kept under `user_id`."""

    TYPE = "delete"


class Payload(Event, Generic[D], frozen=True, eq=False, gc=False):
    """A JSON object that is not one of Segment's events: a mapping in the destination can send whatever it likes.

    `Payload[Order]` in a handler's annotation decodes it into your own class.
    """

    @property
    def data(self) -> D:
        """The whole object: a dict (read it, do not change it), or the type given as `Payload[…]`."""
        return cast("D", self.payload if self._bag is msgspec.UNSET else self._bag)


class Unknown(Payload[D], Generic[D], frozen=True, eq=False, gc=False):
    """An object whose `type` is none of those above: a mapped payload, or a call type that does not exist yet."""


EVENT_TYPES: dict[str | None, type[Event]] = {
    cls.TYPE: cls for cls in (Track, Identify, Group, Page, Screen, Alias, Delete)
} | {None: Payload}
"""`type` on the wire → class; `Unknown` for any other text, `Payload` where there is no `type` at all."""


def _decode_field(event: Event, name: str) -> Any:
    raw: msgspec.Raw = getattr(event.fields, name)
    if not raw:
        return None
    try:
        return jsontext.decode(raw, f"$.{name}")
    except PayloadError as error:
        raise PayloadError(error.problem, path=error.path) from None  # a position would be one within the field


def _object(value: Any) -> dict[str, Any]:
    # `null` and `[]` stand for an empty object on delete events; anything else is in `payload`
    return value if isinstance(value, dict) else {}
