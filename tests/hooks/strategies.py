"""JSON in every shape that Segment, a customer's mapping, or an attacker can send.

Values are what `json.loads` makes of JSON; texts are bytes. Nothing here uses the package but `stringify`, which
`test_stringify` holds against Node.js itself.
"""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

from segment_hooks.javascript import stringify

Json = Any

# what JavaScript and Python write differently, what needs escapes, and the edges of UTF-8 and UTF-16
_HARD_CHARACTERS = (
    "\"\\/\b\f\n\r\t\x00\x1f\x7f\x80é\u2028\u2029\ufeff\uffff\U0001f600\U0010ffff\ud800\udbff\udc00\udfff<'&"
)
_HARD_KEYS = ["0", "2", "10", "01", "-1", "1.5", "4294967294", "4294967295", "__proto__", "", "toJSON", "constructor"]
_HARD_NUMBERS = [
    *(0, -1, 10**15, 2**53, 2**53 + 1, 2**63, 2**64, 10**20, 10**21, 10**22, -(10**21), 10**308, 123456789012345680000),
    *(-0.0, 0.1, 1e-6, 1e-7, 1.5e-7, 5e-324, 1.7976931348623157e308, 1e21, 1e300, 0.30000000000000004, 100.0),
]


def _join_pairs(text: str) -> str:
    """`text` as a decoder makes it: surrogates that stand in pairs are one character."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")


_characters = st.one_of(st.characters(exclude_categories=["Cs"]), st.sampled_from(_HARD_CHARACTERS))
texts = st.text(_characters, max_size=12).map(_join_pairs)
"""Any string that JavaScript can hold, unpaired surrogates too."""
encodable_texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
"""Any string that UTF-8 can hold."""
keys = st.one_of(st.text("abcde", max_size=3), texts, st.sampled_from(_HARD_KEYS), st.integers(0, 2**33).map(str))
numbers = st.one_of(
    st.integers(-(2**53), 2**53),
    st.integers(-(10**40), 10**40),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(_HARD_NUMBERS),
)
scalars = st.one_of(st.none(), st.booleans(), numbers, texts)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(keys, inner, max_size=4)),
    max_leaves=12,
)
"""Any JSON value."""
small_objects = st.dictionaries(keys, scalars, max_size=3)
objects = st.dictionaries(keys, values, max_size=6)
"""Any JSON object: what a mapping in the destination can send."""

CALL_TYPES = ("track", "identify", "group", "page", "screen", "alias", "delete")
_NAMES = ["event", "name", "category", "channel"]
_IDS = ["userId", "anonymousId", "messageId", "groupId", "previousId", "projectId"]
_TIMES = ["timestamp", "originalTimestamp", "sentAt", "receivedAt"]
_BAGS = ["properties", "traits", "context", "integrations", "version"]
_odd_values = st.one_of(scalars, st.sampled_from([[], {}, [None], {"a": "\ud800"}]))
_text_values = st.one_of(encodable_texts, encodable_texts, _odd_values)
_bag_values = st.one_of(small_objects, small_objects, st.sampled_from([None, [], {}]), _odd_values)
events = st.builds(
    lambda fields, more: fields | more,
    st.fixed_dictionaries(
        {},
        optional={"type": st.one_of(st.sampled_from(CALL_TYPES), st.sampled_from(CALL_TYPES), _odd_values)}
        | dict.fromkeys(_NAMES + _IDS, _text_values)
        | dict.fromkeys(_TIMES, st.one_of(st.just("2026-03-04T05:06:07.089Z"), _odd_values))
        | dict.fromkeys(_BAGS, _bag_values),
    ),
    st.dictionaries(keys, values, max_size=2),
)
"""An object with the fields of Segment's events, most of them of the documented kind."""
event_bodies = events.map(stringify)
"""One event as Segment sends it."""
batch_bodies = st.lists(events.map(stringify), min_size=1, max_size=3).map(lambda parts: b"[" + b",".join(parts) + b"]")
"""A batch as Segment sends it."""

whitespace = st.text(" \t\n\r", max_size=3)


@st.composite
def spaced(draw: st.DrawFn, source: st.SearchStrategy[Json]) -> bytes:
    """The text of a value as no serialiser would write it: any white space, any escapes, keys that stand twice."""
    return (draw(whitespace) + _spaced(draw, draw(source)) + draw(whitespace)).encode()


def _spaced(draw: st.DrawFn, value: Json) -> str:
    if isinstance(value, dict):
        members = [(key, member) for key, member in value.items() for _ in range(draw(st.integers(1, 2)))]
        parts = [
            f"{draw(whitespace)}{_spaced(draw, key)}{draw(whitespace)}:{draw(whitespace)}{_spaced(draw, member)}"
            for key, member in members
        ]
        return "{" + ",".join(part + draw(whitespace) for part in parts) + draw(whitespace) + "}"
    if isinstance(value, list):
        return "[" + ",".join(draw(whitespace) + _spaced(draw, item) + draw(whitespace) for item in value) + "]"
    if isinstance(value, str):
        ascii_only = draw(st.booleans()) or any("\ud800" <= c <= "\udfff" for c in value)
        text = json.dumps(value, ensure_ascii=ascii_only)
        return text.replace("e", "\\u0065") if draw(st.booleans()) and "\\" not in text else text
    return json.dumps(value)


_FRAGMENTS = (
    *(b"{", b"}", b"[", b"]", b",", b":", b" ", b"\n", b"\x0b", b"\x00", b"\xff", b"\xef\xbb\xbf", b"\xed\xa0\x80"),
    *(b'"', b'""', b'"a"', b'"a":', b'"\\ud800"', b'"\\u00g0"', b'"\\q"', b'"\x01"', b"\\", b'"\xc3\xa9"', b'"\xc3"'),
    *(b"0", b"1", b"-", b"-0", b"01", b"1.", b".5", b"1e5", b"1E+", b"1e400", b"9" * 30, b"0x1", b"+1"),
    *(b"true", b"false", b"null", b"NaN", b"-Infinity", b"None", b"tru", b"/**/", b'{"json":', b'"type":"track"'),
)
fragments = st.lists(st.sampled_from(_FRAGMENTS), max_size=12).map(b"".join)


@st.composite
def mutated(draw: st.DrawFn, source: st.SearchStrategy[bytes]) -> bytes:
    """A text with up to three faults: something cut out, put in, or changed."""
    text = draw(source)
    for _ in range(draw(st.integers(0, 3))):
        start = draw(st.integers(0, len(text)))
        end = draw(st.integers(start, min(len(text), start + 6)))
        text = (
            text[:start]
            + draw(st.one_of(st.just(b""), st.sampled_from(_FRAGMENTS), st.binary(max_size=2)))
            + text[end:]
        )
    return text


hostile_texts = st.one_of(
    fragments,
    mutated(spaced(values)),
    mutated(event_bodies),
    mutated(batch_bodies),
    st.binary(max_size=40),
    st.builds(lambda text, depth: b"[" * depth + text + b"]" * depth, fragments, st.integers(0, 3_000)),
)
"""Bytes that are JSON, almost JSON, or nothing of the kind."""


def flipped(text: bytes, bit: int) -> bytes:
    """`text` with one bit changed."""
    return text[: bit // 8] + bytes([text[bit // 8] ^ (1 << bit % 8)]) + text[bit // 8 + 1 :]


def strict_loads(text: bytes) -> Json:
    """What RFC 8259 says about `text`: its value, or ValueError. Integers stay text, however long they are."""

    def refuse(constant: str) -> None:
        raise ValueError(constant)

    return json.loads(text.decode("utf-8"), parse_constant=refuse, parse_int=str)


def is_json(text: bytes) -> bool:
    """Whether `text` is JSON by RFC 8259, at any depth."""
    try:
        strict_loads(text)
    except ValueError:
        return False
    except RecursionError:
        return True  # too deep for the standard library to say; `test_jsontext` has such texts
    return True
