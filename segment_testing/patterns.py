"""What an expectation or a query says of a call, and which calls fit it.

A test may hold very many calls, so the cheap is asked first: type, name and ids, which the ledger keeps at hand; then
whether a text that is expected stands in the call's bytes at all; only then is anything decoded, and nothing of it is
kept, unless the fields that Segment adds are needed, which take longer to work out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import compress, repeat
from operator import attrgetter, eq
from typing import Any, TypedDict

import msgspec

from segment_testing.matching import ABSENT, Mismatch, exactly, is_array, is_object, leaves, matches, mismatches
from segment_testing.recording import Call
from segment_testing.serverside import delivered, loads


class CommonFields(TypedDict, total=False):
    """What can be said of a call of any type, each as `matching` compares it; what is left out may be anything.

    `user_id`, `anonymous_id`: None for none. `context`: with that of the batch merged into it. `timestamp`: when it
    happened, the sender's clock corrected. `payload`: the whole call as a destination gets it, with the names of the
    wire. `where`: is given the event as `segment_hooks` parses it, and says whether it is meant.
    """

    user_id: object
    anonymous_id: object
    message_id: object
    context: object
    integrations: object
    timestamp: object
    payload: object
    where: Callable[[Any], object]


UNSAID: Any = msgspec.UNSET
"""In place of an expected value: it may be anything."""

WIRE_NAMES = {
    "user_id": "userId",
    "anonymous_id": "anonymousId",
    "message_id": "messageId",
    "group_id": "groupId",
    "previous_id": "previousId",
    "category": "category",
    "properties": "properties",
    "traits": "traits",
    "context": "context",
    "integrations": "integrations",
    "timestamp": "timestamp",
}
"""Keyword → field of the call; `payload` is all of it."""
_KEYWORDS = (*WIRE_NAMES, "payload")

_AT_HAND = ("user_id", "anonymous_id", "message_id")
_ADDED = ("timestamp", "payload")
_OWN = tuple(keyword for keyword in WIRE_NAMES if keyword not in (*_AT_HAND, *_ADDED))
_BAGS = ("properties", "traits", "context", "integrations")


class Pattern:
    """Which calls are meant. Made from the keywords of an expectation or a query.

    `type`: None for any. `name`: of a track call its event, of a page or screen its name.
    """

    def __init__(
        self,
        type: str | None,  # noqa: A002  # the word that Segment uses
        name: object = UNSAID,
        *,
        where: Callable[[Any], object] | None = None,
        **fields: object,
    ) -> None:
        self.type = type
        self.name = None if name is ABSENT else name
        self.where = where
        said = {keyword: value for keyword, value in fields.items() if value is not UNSAID}
        unknown = [keyword for keyword in said if keyword not in _KEYWORDS]
        if unknown:
            raise TypeError(f"a call has no field {unknown[0]!r}; there are {', '.join(_KEYWORDS)}")
        # None for a bag means what it means for an id: that there is none
        self.fields = {
            keyword: exactly({}) if said[keyword] is None and keyword in _BAGS else said[keyword]
            for keyword in _KEYWORDS
            if keyword in said
        }
        at_hand = [(name, _top(self.fields[name])) for name in _AT_HAND if name in self.fields]
        at_hand += [("type", type)] if type is not None else []
        at_hand += [("name", self.name)] if self.name is not UNSAID else []
        self._plain = [(attrgetter(name), value) for name, value in at_hand if value.__class__ is str]
        self._at_hand = [(attrgetter(name), value) for name, value in at_hand if value.__class__ is not str]
        self._own = {name: self.fields[name] for name in _OWN if name in self.fields}
        self._added = {name: self.fields[name] for name in _ADDED if name in self.fields}
        self._texts = list(_texts_in((self._own.get("properties"), self._own.get("traits"))))
        self._plain_only = not (self._at_hand or self._own or self._added or self.where)

    @property
    def name_word(self) -> str:
        """What the name of such a call is called on the wire."""
        return "event" if self.type == "track" else "name"

    def select(self, calls: Iterable[Call]) -> list[Call]:
        """The calls that fit, in their order."""
        left = list(calls)
        for get, text in self._plain:
            left = list(compress(left, map(eq, map(get, left), repeat(text))))
        if self._plain_only:
            return left
        fits = self._rest_fits
        return [call for call in left if fits(call)]

    def fits(self, call: Call) -> bool:
        """Whether this call is meant."""
        return all(get(call) == text for get, text in self._plain) and self._rest_fits(call)

    def _rest_fits(self, call: Call) -> bool:
        for get, expected in self._at_hand:
            if not matches(expected, get(call)):
                return False
        if self._own:
            sent = call.sent
            if self._texts and b"\\" not in sent and not all(text in sent for text in self._texts):
                return False
            if not _all_fit(self._own, _own_fields(call)):
                return False
        if self._added and not _all_fit(self._added, fields_of(payload_of(call))):
            return False
        return self.where is None or _holds(self.where, call)[0]

    def mismatches(
        self, kind: str | None, name: str | None, payload: Mapping[str, Any], call: Call | None = None
    ) -> Iterator[Mismatch]:
        """Where a call, or what was to be one, differs from what is meant. The paths begin with the keywords."""
        if self.type is not None and kind != self.type:
            yield Mismatch("type", self.type, kind)
        if self.name is not UNSAID:
            yield from mismatches(self.name, name, self.name_word)
        fields = fields_of(payload)
        for keyword, expected in self.fields.items():
            yield from mismatches(_top(expected), fields.get(keyword), keyword)
        if self.where is not None and call is not None:
            holds, note = _holds(self.where, call)
            if not holds:
                yield Mismatch("where", self.where, False, note)

    def weight(self) -> int:
        """How many comparisons the fields stand for."""
        return sum(leaves(expected) for expected in self.fields.values()) + (self.where is not None)


# ---- what a call holds


def payload_of(call: Call) -> Mapping[str, Any]:
    """The call as a destination gets it, not kept where it was not looked at before; empty where it cannot be read."""
    if call._payload is not None:
        return call._payload
    try:
        return delivered(call.sent, call.reception, type=call.type, message_id=call.message_id)
    except (ValueError, RecursionError):
        return {}


def fields_of(payload: Mapping[str, Any]) -> dict[str, object]:
    """What is said of a call by keyword. A bag that is missing is an empty one, as SDKs leave out what is empty."""
    fields: dict[str, object] = {keyword: payload.get(name) for keyword, name in WIRE_NAMES.items()}
    for keyword in _BAGS:
        if fields[keyword] is None:
            fields[keyword] = {}
    fields["payload"] = payload
    return fields


class _Own(msgspec.Struct, rename="camel", gc=False):
    """What stands in a call itself, and in its batch."""

    properties: Any = None
    traits: Any = None
    group_id: Any = None
    previous_id: Any = None
    category: Any = None
    context: Any = None
    integrations: Any = None


_decode_own = msgspec.json.Decoder(_Own).decode


def _own_fields(call: Call) -> Mapping[str, object]:
    """What `fields_of` the payload would be, without what must be worked out."""
    try:
        own = _decode_own(call.sent)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return fields_of(payload_of(call))
    return {
        "properties": {} if own.properties is None else own.properties,
        "traits": {} if own.traits is None else own.traits,
        "group_id": own.group_id,
        "previous_id": own.previous_id,
        "category": own.category,
        "context": _merged(own.context, call.reception.context),
        "integrations": _merged(own.integrations, call.reception.integrations),
    }


def _merged(own: Any, shared: bytes | None) -> object:
    """As `serverside` merges what the batch has into what the call has."""
    if own is None:
        own = {}
    return {**loads(shared), **own} if shared is not None and is_object(own) else own


def _all_fit(expected: Mapping[str, object], got: Mapping[str, object]) -> bool:
    return all(matches(_top(value), got[keyword]) for keyword, value in expected.items())


def _top(expected: object) -> object:
    # SDKs write null for a field that they were not given, so at the top of a call there is no difference
    return None if expected is ABSENT else expected


def _holds(where: Callable[[Any], object], call: Call) -> tuple[bool, str | None]:
    kept = call._payload, call._event
    try:
        return bool(where(call.event)), None
    except Exception as error:  # noqa: BLE001  # code of the test's, which may not know what came
        return False, f"raised {type(error).__name__}: {error}"
    finally:
        call._payload, call._event = kept  # of very many calls, what a predicate has seen would fill the memory


def _texts_in(expected: object) -> Iterator[bytes]:
    """How the texts in what is expected stand in JSON, unless a backslash is used to write them in another way."""
    if type(expected) is str:
        if expected.isprintable() and '"' not in expected and "\\" not in expected:
            yield b'"%b"' % expected.encode("utf-8", "surrogatepass")
    elif isinstance(expected, exactly):
        yield from _texts_in(expected.value)
    elif is_object(expected):
        for value in expected.values():
            yield from _texts_in(value)
    elif is_array(expected):
        for value in expected:
            yield from _texts_in(value)
