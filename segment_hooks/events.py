"""Segment's events as data.

Every event is immutable, keeps the exact bytes that came (`event.raw`), and decodes `properties`, `traits` and
`context` when they are first looked at. Events are made by parsing; `parse_event(b'{"type": "track", …}')` makes one
by hand.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Self, cast

import msgspec
from msgspec.structs import force_setattr

from segment_hooks import jsontext, tolerant
from segment_hooks.context import Bag, Context
from segment_hooks.errors import PayloadError
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


if TYPE_CHECKING:
    _Unreachable = Any
else:

    class _Unreachable:
        """The declared type of members that a body must never set: the decoder has no way to make one from JSON."""


_NOT_ON_THE_WIRE = "segment_hooks:"
_UNSET = msgspec.UNSET


def _wire(name: str) -> Any:
    return msgspec.field(default=None, name=name)


def _raw(name: str) -> Any:
    return msgspec.field(default=msgspec.Raw(), name=name)


def _own(name: str, default: Any = None) -> Any:
    return msgspec.field(default=default, name=_NOT_ON_THE_WIRE + name)


class Rest(msgspec.Struct, frozen=True, eq=False, gc=False, rename="camel"):
    """The fields that routing and most handlers do without: decoded when the first of them is looked at."""

    channel: str | None = None
    project_id: str | None = None
    category: str | None = None
    group_id: str | None = None
    previous_id: str | None = None
    timestamp: str | None = None
    original_timestamp: str | None = None
    sent_at: str | None = None
    received_at: str | None = None
    version: msgspec.Raw = msgspec.Raw()
    context: msgspec.Raw = msgspec.Raw()
    integrations: msgspec.Raw = msgspec.Raw()


_decode_rest = msgspec.json.Decoder(Rest).decode


class Event(msgspec.Struct, frozen=True, eq=False, gc=False, rename="camel"):
    """What all call types share. Handlers get one of the subclasses below.

    Fields whose value is absent, `null` or of a type that cannot be read as the documented one are None (an id that is
    a number becomes its text); `payload` and `raw` show what really came.

    This one flat struct has what every type needs first, and the subclasses add properties, no fields: so the fast
    decoder makes an event at once, without knowing its type. (A union tagged by `type` takes half as long again:
    Segment delivers keys in alphabetical order, so the tag comes late.) `gc=False`: an event refers to no container
    that could refer back to it.
    """

    type: str | None = None
    """The call type as it stands in the event."""
    message_id: str | None = None
    """Segment's id of this event: the same again whenever it is delivered again."""
    user_id: str | None = None
    """The id of the user in the sender's database."""
    anonymous_id: str | None = None
    """The id of a user who is not known by name."""

    _event: str | None = _wire("event")
    _name: str | None = _wire("name")
    _properties: msgspec.Raw = _raw("properties")
    _traits: msgspec.Raw = _raw("traits")

    # set by the parser alone, whatever the body holds; what is looked at once is kept in the memo. The origin is the
    # bytes of an event that a signature covers, or has `raw(index)` and `covers(index)` that tell of any other
    _origin: _Unreachable | None = _own("origin")
    _index: int = _own("index", 0)
    _bag: _Unreachable | msgspec.UnsetType = _own("bag", msgspec.UNSET)
    _memo: _Unreachable | None = _own("memo")

    TYPE: ClassVar[str | None] = None
    """The value of `type` on the wire."""
    BAG: ClassVar[str | None] = None
    """Which field holds the call's own data: `_properties` or `_traits`."""

    @property
    def covered(self) -> bool:
        """Whether the signature covers this event. Of a batch, Segment signs the first event only: the others could
        have been added by anyone who has seen one signed request."""
        origin: Any = self._origin
        covered: bool = origin.__class__ is bytes or origin.covers(self._index)
        return covered

    @property
    def raw(self) -> bytes:
        """Exactly the bytes of this event in the request: every field, known or not."""
        origin: Any = self._origin
        raw: bytes = origin if origin.__class__ is bytes else origin.raw(self._index)
        return raw

    @property
    def channel(self) -> str | None:
        """Where it was sent from: `client`, `server`, `browser`, `mobile` have been seen."""
        return self._rest.channel

    @property
    def project_id(self) -> str | None:
        """The id of the Segment source."""
        return self._rest.project_id

    @property
    def timestamp(self) -> datetime | None:
        """When it happened, in UTC and with the sender's clock corrected by Segment."""
        return parse_timestamp(self._rest.timestamp)

    @property
    def original_timestamp(self) -> datetime | None:
        """When it happened by the sender's clock."""
        return parse_timestamp(self._rest.original_timestamp)

    @property
    def sent_at(self) -> datetime | None:
        """When it was sent, by the sender's clock."""
        return parse_timestamp(self._rest.sent_at)

    @property
    def received_at(self) -> datetime | None:
        """When Segment received it."""
        return parse_timestamp(self._rest.received_at)

    @property
    def version(self) -> Any:
        """Segment's version of the payload: a number or text; `2`, `1` and `"1.1"` have been seen."""
        return _decode_field(self._rest.version, "$.version")

    @property
    def context(self) -> Context:
        """The surroundings of the event; empty where the event has none."""
        memo = self._looked_at()
        if "context" not in memo:
            memo["context"] = Context(_object(self._rest.context, "$.context"))
        return cast("Context", memo["context"])

    @property
    def integrations(self) -> Bag:
        """Which destinations the sender chose; empty where it did not say."""
        return Bag(_object(self._rest.integrations, "$.integrations"))

    @property
    def payload(self) -> Mapping[str, Any]:
        """The whole event as decoded JSON, unknown fields too. Read it, do not change it: handlers share it."""
        memo = self._looked_at()
        if "payload" not in memo:
            memo["payload"] = jsontext.decode(self.raw)
        return cast("Mapping[str, Any]", memo["payload"])

    def undecoded(self) -> bytes | msgspec.Raw:
        """The JSON text of what this call type carries: `properties`, `traits`, or the whole payload."""
        if self.BAG is None:
            return self.raw
        raw: msgspec.Raw = getattr(self, self.BAG)
        # absent and null both mean "none given"
        return b"{}" if not raw or (len(raw) == 4 and bytes(raw) == b"null") else raw

    def with_bag(self, bag: Any) -> Self:
        """The same event with `bag` as its decoded `properties`, `traits` or `data`."""
        itself: Any = self
        event: Self = itself.__copy__()  # every struct has it; copy.copy() takes five times as long
        force_setattr(event, "_bag", bag)
        return event

    def _decoded_bag(self) -> Any:
        """The bag as a dict, decoded now and kept."""
        field = cast("str", self.BAG)
        bag = _object(getattr(self, field), f"$.{field[1:]}")
        force_setattr(self, "_bag", bag)
        return bag

    @property
    def _rest(self) -> Rest:
        memo = self._looked_at()
        if "rest" not in memo:
            raw = self.raw
            try:
                memo["rest"] = _decode_rest(raw)
            except tolerant.GIVES_UP:
                memo["rest"] = tolerant.read(Rest, raw)
        return cast("Rest", memo["rest"])

    def _looked_at(self) -> dict[str, Any]:
        memo = cast("dict[str, Any] | None", self._memo)
        if memo is None:
            memo = {}
            force_setattr(self, "_memo", memo)
        return memo

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Event) and type(self) is type(other) and self.raw == other.raw

    def __hash__(self) -> int:
        return hash((type(self), self.raw))

    def __repr__(self) -> str:
        # ids of messages, never of persons
        return f"{type(self).__name__}(message_id={self.message_id!r}, covered={self.covered})"

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        # the undecoded fields are views of the request's buffer, so a copy in another process starts from the bytes
        from segment_hooks.parsing import restore_event

        bag: Any = self._bag
        if bag is _UNSET or isinstance(bag, dict):
            bag = cast("Any", None)
        return restore_event, (self.raw, self.covered, bag)


class Track(Event, Generic[P], frozen=True, eq=False, gc=False):
    """A user did something: `event` is what, `properties` the details.

    `Track[OrderCompleted]` in a handler's annotation decodes `properties` into your own class.
    """

    TYPE = "track"
    BAG = "_properties"

    @property
    def event(self) -> str | None:
        """The name of the event; Segment drops track calls without one, so None is rare."""
        return self._event

    @property
    def properties(self) -> P:
        """The details: a dict (read it, do not change it: handlers share it), or the type given as `Track[…]`."""
        bag: Any = self._bag
        typed: P = bag if bag is not _UNSET else self._decoded_bag()  # not cast(): that is a call
        return typed


class Identify(Event, Generic[P], frozen=True, eq=False, gc=False):
    """Who a user is: `traits` are what is known of them."""

    TYPE = "identify"
    BAG = "_traits"

    @property
    def traits(self) -> P:
        """The traits: a dict (read it, do not change it), or the type given as `Identify[…]`."""
        bag: Any = self._bag
        typed: P = bag if bag is not _UNSET else self._decoded_bag()  # not cast(): that is a call
        return typed


class Group(Event, Generic[P], frozen=True, eq=False, gc=False):
    """A user belongs to a group, such as a company: `traits` are the group's."""

    TYPE = "group"
    BAG = "_traits"

    @property
    def group_id(self) -> str | None:
        """The id of the group in the sender's database."""
        return self._rest.group_id

    @property
    def traits(self) -> P:
        """The group's traits: a dict (read it, do not change it), or the type given as `Group[…]`."""
        bag: Any = self._bag
        typed: P = bag if bag is not _UNSET else self._decoded_bag()  # not cast(): that is a call
        return typed


class Page(Event, Generic[P], frozen=True, eq=False, gc=False):
    """A user saw a page of a website."""

    TYPE = "page"
    BAG = "_properties"

    @property
    def name(self) -> str | None:
        """The name of the page."""
        return self._name

    @property
    def category(self) -> str | None:
        """The category of the page."""
        return self._rest.category

    @property
    def properties(self) -> P:
        """The details: a dict (read it, do not change it), or the type given as `Page[…]`."""
        bag: Any = self._bag
        typed: P = bag if bag is not _UNSET else self._decoded_bag()  # not cast(): that is a call
        return typed


class Screen(Event, Generic[P], frozen=True, eq=False, gc=False):
    """A user saw a screen of a mobile app."""

    TYPE = "screen"
    BAG = "_properties"

    @property
    def name(self) -> str | None:
        """The name of the screen."""
        return self._name

    @property
    def category(self) -> str | None:
        """The category of the screen; outside the spec, but sent by most SDKs."""
        return self._rest.category

    @property
    def properties(self) -> P:
        """The details: a dict (read it, do not change it), or the type given as `Screen[…]`."""
        bag: Any = self._bag
        typed: P = bag if bag is not _UNSET else self._decoded_bag()  # not cast(): that is a call
        return typed


class Alias(Event, frozen=True, eq=False, gc=False):
    """Two ids are the same user: `previous_id` is now `user_id`."""

    TYPE = "alias"

    @property
    def previous_id(self) -> str | None:
        """The id that is replaced."""
        return self._rest.previous_id


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
        bag: Any = self._bag
        if bag is _UNSET:
            bag = self.payload
        data: D = bag
        return data


class Unknown(Payload[D], Generic[D], frozen=True, eq=False, gc=False):
    """An object whose `type` is none of those above: a mapped payload, or a call type that does not exist yet."""


_CLASSES: tuple[type[Event], ...] = (Track, Identify, Group, Page, Screen, Alias, Delete, Payload)
EVENT_TYPES: dict[str | None, type[Event]] = {cls.TYPE: cls for cls in _CLASSES}
"""`type` on the wire → class; `Unknown` for any other text, `Payload` where there is no `type` at all."""


def _decode_field(raw: msgspec.Raw, path: str) -> Any:
    if not raw:
        return None
    try:
        return jsontext.decode(raw, path)
    except PayloadError as error:
        raise PayloadError(error.problem, path=error.path) from None  # a position would be one within the field


def _object(raw: msgspec.Raw, path: str) -> dict[str, Any]:
    # `null` and `[]` stand for an empty object on delete events; anything else is in `payload`
    value = _decode_field(raw, path)
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}
