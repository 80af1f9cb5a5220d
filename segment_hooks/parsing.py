"""Bytes → events.

Two ways. The fast way decodes a whole body at once, straight into structs. Where it gives up (unpaired surrogates, a
number for an id, very deep nesting, or text that is not JSON at all) the tolerant way reads member by member, and
either makes the event or says what is wrong and where. Never refused: what is a JSON object.
"""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec.structs import force_setattr

from segment_hooks import jsontext
from segment_hooks.errors import PayloadError
from segment_hooks.events import EVENT_TYPES, Event, Track, Unknown
from segment_hooks.tolerant import GIVES_UP, read

# every event is decoded as the commonest type, and becomes another where its `type` says so
_decode_one = msgspec.json.Decoder(Track).decode
_decode_many = msgspec.json.Decoder(list[Track | None]).decode


class Parsed(msgspec.Struct, frozen=True):
    """What a body holds. `skipped`: the indices of `null` items, which a mapping sends where it found no data."""

    events: list[Event]
    is_batch: bool
    skipped: tuple[int, ...] = ()


def parse_event(body: bytes, covered: bool = False) -> Event:
    """The one event in `body`, a JSON object in UTF-8.

    `covered` becomes the event's own: whether a signature vouches for it. Raises `PayloadError` where `body` is not
    JSON or not an object.
    """
    if not covered and not body.isascii():
        # the fast decoder does not look inside of what it leaves undecoded; whoever holds the secret writes UTF-8
        jsontext.check_utf8(body)
    try:
        event: Event = _decode_one(body)
    except GIVES_UP:
        event = read(Track[Any], body)
    if event.type != "track":
        _recast(event)
    force_setattr(event, "_origin", body if covered else _Alone(body))
    return event


def parse(body: bytes, *, covered: bool = False, first_covered: bool = False, unwrap: bool = False) -> Parsed:
    """The events in `body`, a JSON object or an array of objects in UTF-8.

    `covered`: a signature vouches for all of the body; `first_covered`: for the first element of the array.
    `unwrap`: the elements are `{"json": …}` wrappers, as the extensible webhook destination sends them.
    Raises `PayloadError`, with the place, where `body` is neither JSON nor of that shape.
    """
    if body[:1] != b"[" and body[jsontext.skip_whitespace(body) :][:1] != b"[":
        return Parsed([parse_event(body, covered)], False)
    if not covered and not body.isascii():
        jsontext.check_utf8(body)
    if unwrap:
        return _parse_elements(body, covered, first_covered, unwrap=True)
    try:
        many = _decode_many(body)
    except GIVES_UP:
        return _parse_elements(body, covered, first_covered, unwrap=False)
    origin = _Batch(body, covered, first_covered)
    events: list[Event] = []
    skipped: list[int] = []
    for index, event in enumerate(many):
        if event is None:
            skipped.append(index)
            continue
        if event.type != "track":
            _recast(event)
        force_setattr(event, "_origin", origin)
        force_setattr(event, "_index", index)
        events.append(event)
    return Parsed(events, True, tuple(skipped))


def restore_event(raw: bytes, covered: bool, bag: Any) -> Event:
    """The event that `raw` is, as it was before it was pickled."""
    event = parse_event(raw, covered)
    return event if bag is None else event.with_bag(bag)


def is_wrapped(body: bytes) -> bool:
    """Whether `body` is an array of nothing but `{"json": {…}}`: a batch of the extensible webhook destination."""
    try:
        elements = jsontext.children(body)
        return bool(elements) and all(_inner(body[e.start : e.end]) is not None for e in elements)
    except PayloadError:
        return False


def _parse_elements(body: bytes, covered: bool, first_covered: bool, *, unwrap: bool) -> Parsed:
    """The tolerant way through a batch: every element by itself, so that one odd event does not slow its neighbours."""
    elements = jsontext.children(body)
    events: list[Event] = []
    skipped: list[int] = []
    for index, element in enumerate(elements):
        text = body[element.start : element.end]
        if text == b"null":
            skipped.append(index)
            continue
        vouched = covered or (first_covered and index == 0)
        if unwrap:
            text = _inner(text) or text
        try:
            event: Event = _decode_one(text)
        except GIVES_UP:
            event = read(Track[Any], text, f"$[{index}]")
        if event.type != "track":
            _recast(event)
        force_setattr(event, "_origin", text if vouched else _Alone(text))
        events.append(event)
    return Parsed(events, True, tuple(skipped))


def _inner(text: bytes) -> bytes | None:
    """The object inside of a `{"json": {…}}` wrapper."""
    if not text.startswith(b'{"json":'):
        return None
    members = jsontext.children(text)
    inner = text[members[0].start : members[0].end]
    return inner if len(members) == 1 and inner.startswith(b"{") else None


def _recast(event: Event) -> None:
    """Make `event` what its `type` says. All events have one layout, so their class can be changed."""
    force_setattr(event, "__class__", EVENT_TYPES.get(event.type, Unknown))


class _Alone(msgspec.Struct, frozen=True, gc=False):
    """The origin of an event by itself that no signature covers."""

    text: bytes

    def raw(self, index: int) -> bytes:  # noqa: ARG002
        return self.text

    def covers(self, index: int) -> bool:  # noqa: ARG002
        return False


class _Batch:
    """The origin of the events of one batch, whose raw bytes are cut out when the first of them is asked for."""

    __slots__ = ("_body", "_covered", "_elements", "_first_covered")

    def __init__(self, body: bytes, covered: bool, first_covered: bool) -> None:
        self._body = body
        self._covered = covered
        self._first_covered = first_covered
        self._elements: list[bytes] | None = None

    def raw(self, index: int) -> bytes:
        if self._elements is None:
            try:
                self._elements = [bytes(part) for part in msgspec.json.decode(self._body, type=list[msgspec.Raw])]
            except RecursionError:  # a handler asks from deeper in the stack than the batch was parsed at
                self._elements = [self._body[e.start : e.end] for e in jsontext.children(self._body)]
        return self._elements[index]

    def covers(self, index: int) -> bool:
        return self._covered or (self._first_covered and index == 0)


__all__ = ["Parsed", "is_wrapped", "parse", "parse_event", "restore_event"]
