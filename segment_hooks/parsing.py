"""Bytes → events.

Two ways. The fast way decodes a whole body at once, straight into structs. Where it gives up (unpaired surrogates, a
number for an id, very deep nesting, or text that is not JSON at all) the tolerant way reads member by member, and
either makes the event or says what is wrong and where. Never refused: what is a JSON object.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast, overload

import msgspec

from segment_hooks import jsontext
from segment_hooks.errors import PayloadError
from segment_hooks.events import EVENT_TYPES, Event, Payload, Unknown
from segment_hooks.fields import ATTRIBUTES, TEXT_FIELDS, Fields

_decode_one = msgspec.json.Decoder(Fields).decode
_decode_many = msgspec.json.Decoder(list[Fields | None]).decode
_class_of = EVENT_TYPES.get

# what the fast decoder raises for text that may well be JSON; a ValidationError is a DecodeError
_GIVES_UP = (msgspec.DecodeError, RecursionError, UnicodeDecodeError)


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
    if not body.isascii():  # the fast decoder does not look inside of what it leaves undecoded
        jsontext.check_utf8(body)
    try:
        fields = _decode_one(body)
    except _GIVES_UP:
        fields = _read_fields(body, "$")
    return (_class_of(fields.type) or Unknown)(fields, body, 0, covered)


def parse(body: bytes, *, covered: bool = False, first_covered: bool = False, unwrap: bool = False) -> Parsed:
    """The events in `body`, a JSON object or an array of objects in UTF-8.

    `covered`: a signature vouches for all of the body; `first_covered`: for the first element of the array.
    `unwrap`: the elements are `{"json": …}` wrappers, as the extensible webhook destination sends them.
    Raises `PayloadError`, with the place, where `body` is neither JSON nor of that shape.
    """
    if body[:1] != b"[" and body[jsontext.skip_whitespace(body) :][:1] != b"[":
        return Parsed([parse_event(body, covered)], False)
    if not body.isascii():
        jsontext.check_utf8(body)
    if unwrap:
        return _parse_elements(body, covered, first_covered, unwrap=True)
    try:
        many = _decode_many(body)
    except _GIVES_UP:
        return _parse_elements(body, covered, first_covered, unwrap=False)
    elements = _Elements(body)
    events = [
        (_class_of(fields.type) or Unknown)(fields, elements, index, covered)
        for index, fields in enumerate(many)
        if fields is not None
    ]
    if first_covered and many and many[0] is not None:
        events[0] = _covering(events[0])
    if len(events) == len(many):
        return Parsed(events, True)
    return Parsed(events, True, tuple(i for i, fields in enumerate(many) if fields is None))


def restore_event(raw: bytes, covered: bool, bag: Any) -> Event:
    """The event that `raw` is, as it was before it was pickled."""
    event = parse_event(raw, covered)
    return event if bag is msgspec.UNSET else cast("Event", event.with_bag(bag))


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
            fields = _decode_one(text)
        except _GIVES_UP:
            fields = _read_fields(text, f"$[{index}]")
        events.append((_class_of(fields.type) or Unknown)(fields, text, 0, vouched))
    return Parsed(events, True, tuple(skipped))


def _inner(text: bytes) -> bytes | None:
    """The object inside of a `{"json": {…}}` wrapper."""
    if not text.startswith(b'{"json":'):
        return None
    members = jsontext.children(text)
    inner = text[members[0].start : members[0].end]
    return inner if len(members) == 1 and inner.startswith(b"{") else None


def _covering(event: Event) -> Event:
    return type(event)(event.fields, event._source, event._index, True)


def _read_fields(text: bytes, path: str) -> Fields:
    """The tolerant way through one object."""
    members = jsontext.children(text, path)
    if not text.lstrip().startswith(b"{"):
        raise PayloadError(f"expected an object, found {jsontext.kind_of(text)}", path=path)
    values: dict[str, Any] = {}
    for member in members:
        key = cast("str", member.key)
        if key not in ATTRIBUTES:
            continue
        raw = text[member.start : member.end]
        values[ATTRIBUTES[key]] = _as_text(raw, key) if key in TEXT_FIELDS else msgspec.Raw(raw)
    return Fields(**values)


def _as_text(raw: bytes, key: str) -> str | None:
    """A field that is documented as text: numbers keep their digits, what is no scalar is left to `payload`."""
    if raw.startswith(b'"'):
        return cast("str", jsontext.decode(raw))
    if raw[:1] in b"{[tfn" or key == "type":
        return None
    return raw.decode("ascii")


class _Elements(Sequence[bytes]):
    """The raw bytes of every element of a batch, cut out when the first of them is asked for."""

    __slots__ = ("_body", "_parts")

    def __init__(self, body: bytes) -> None:
        self._body = body
        self._parts: list[bytes] | None = None

    @overload
    def __getitem__(self, index: int) -> bytes: ...
    @overload
    def __getitem__(self, index: slice) -> list[bytes]: ...
    def __getitem__(self, index: int | slice) -> bytes | list[bytes]:
        return self._cut()[index]

    def __len__(self) -> int:
        return len(self._cut())

    def _cut(self) -> list[bytes]:
        if self._parts is None:
            self._parts = [bytes(part) for part in msgspec.json.decode(self._body, type=list[msgspec.Raw])]
        return self._parts


__all__ = ["Parsed", "Payload", "is_wrapped", "parse", "parse_event", "restore_event"]
