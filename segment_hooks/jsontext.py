"""JSON as text: where its parts begin and end, without decoding and without recursion.

Two scanners. `first_element` is for bytes nobody has vouched for yet: it finds the part of a batch that Segment signs,
before anything is parsed. `children` is for text that the fast decoder gave up on: it checks the grammar of RFC 8259
to the letter, at any depth, and says where a fault is. Both take time linear in the size of the text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, NoReturn

import msgspec

from segment_hooks.errors import PayloadError

Span = tuple[int, int]
"""Start (inclusive) and end (exclusive) of a part, in bytes."""

_WHITESPACE = re.compile(rb"[ \t\n\r]*+")
# everything up to the next bracket outside a string, then a run of brackets of one direction
_TO_BRACKETS = re.compile(rb'(?:[^"\[\]{}]++|"(?:[^"\\]++|\\.)*+")*+(?:([\[{]++)|([\]}]++))', re.DOTALL)
# Runs of brackets in one element. Anybody may send a body to be scanned, so its cost must have an end (about 0.2 s);
# Segment takes events of 32 KB, and this many brackets are many times that.
_MAX_RUNS = 500_000
_SCALAR = re.compile(rb'(?:"(?:[^"\\]++|\\.)*+"|[^"\[\]{},\s]++)', re.DOTALL)


def skip_whitespace(text: bytes, at: int = 0) -> int:
    """The index of the first byte from `at` on that is not JSON white space."""
    return _WHITESPACE.match(text, at).end()  # type: ignore[union-attr]  # matches the empty text too


def first_element(text: bytes) -> Span | None:
    """Where the first element of the array in `text` stands; None if `text` is no array, is empty, or never ends, or if
    that element has more brackets than any event.

    Only strings and the depth of brackets are looked at: enough to be exact in valid JSON, whatever is nested, and in
    invalid JSON the answer does not matter, since parsing refuses it.
    """
    start = skip_whitespace(text)
    if text[start : start + 1] != b"[":
        return None
    start = skip_whitespace(text, start + 1)
    if text[start : start + 1] not in (b"{", b"["):
        scalar = _SCALAR.match(text, start)
        return scalar.span() if scalar else None
    depth, at = 0, start
    for _ in range(_MAX_RUNS):
        match = _TO_BRACKETS.match(text, at)
        if match is None:
            return None
        at = match.end()
        if match[1] is not None:
            depth += len(match[1])
        elif len(match[2]) >= depth:
            return start, match.start(2) + depth
        else:
            depth -= len(match[2])
    return None


_TOKEN = re.compile(
    rb"""[ \t\n\r]*+(?:
        ("(?:[^"\\\x00-\x1f]++|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*+")
      | (-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][+-]?[0-9]++)?(?![0-9.eE+-]) | true | false | null)
      | ([\[\]{},:])
    )""",
    re.VERBOSE,
)
_STRING, _SCALAR_VALUE = 1, 2

_VALUE, _VALUE_OR_END, _KEY, _KEY_OR_END, _COLON, _COMMA_OR_END = range(6)
_EXPECTED = {
    _VALUE: "a value",
    _VALUE_OR_END: "a value or ']'",
    _KEY: "a property name in double quotes",
    _KEY_OR_END: "a property name in double quotes or '}'",
    _COLON: "':'",
    _COMMA_OR_END: "',' or the end of the array or object",
}


class Child:
    """One member of an object, or one element of an array: its key or index, and where its value stands."""

    __slots__ = ("end", "key", "start")

    def __init__(self, key: str | int, start: int, end: int) -> None:
        self.key = key
        self.start = start
        self.end = end


def children(text: bytes, path: str = "$") -> list[Child]:
    """The members or elements of the one object or array that is `text`.

    Raises `PayloadError`, with the place below `path`, where `text` is anything but one valid JSON object or array.
    """
    check_utf8(text, path)
    found: list[Child] = []
    start = skip_whitespace(text)
    if text[start : start + 1] not in (b"{", b"["):
        # a scalar, or nothing at all: let the token scanner say which
        match = _TOKEN.match(text)
        if match and match.lastindex != 3 and skip_whitespace(text, match.end()) == len(text):
            _fail(f"expected an object or an array of objects, found {kind_of(text)}", path, [], None)
        _fail(_unexpected(text, start, "an object or an array"), path, [], start)

    closers: list[bytes] = [b"}" if text[start : start + 1] == b"{" else b"]"]
    keys: list[str | int] = ["" if closers[0] == b"}" else 0]
    state = _KEY_OR_END if closers[0] == b"}" else _VALUE_OR_END
    at, child_start = start + 1, 0
    while closers:
        match = _TOKEN.match(text, at)
        if match is None:
            stop = skip_whitespace(text, at)
            _fail(_unexpected(text, stop, _EXPECTED[state]), path, _known(keys, state), stop)
        at, kind = match.end(), match.lastindex
        token_start = match.start(kind)  # type: ignore[arg-type]  # one of the three groups always takes part
        token = text[token_start:at]
        if state in (_KEY, _KEY_OR_END) and kind == _STRING:
            keys[-1] = _loads(token)
            state = _COLON
        elif state == _COLON and token == b":":
            state = _VALUE
        elif state in (_VALUE, _VALUE_OR_END) and (kind != 3 or token in (b"{", b"[")):
            if len(closers) == 1:
                child_start = token_start
            if token == b"{":
                closers.append(b"}")
                keys.append("")
                state = _KEY_OR_END
            elif token == b"[":
                closers.append(b"]")
                keys.append(0)
                state = _VALUE_OR_END
            else:
                state = _COMMA_OR_END
                if len(closers) == 1:
                    found.append(Child(keys[0], child_start, at))
        elif state == _COMMA_OR_END and token == b",":
            last = keys[-1]
            if isinstance(last, int):
                keys[-1] = last + 1
                state = _VALUE
            else:
                state = _KEY
        elif token == closers[-1] and state in (_COMMA_OR_END, _VALUE_OR_END, _KEY_OR_END):
            closers.pop()
            keys.pop()
            state = _COMMA_OR_END
            if len(closers) == 1:
                found.append(Child(keys[0], child_start, at))
        else:
            _fail(_unexpected(text, token_start, _EXPECTED[state]), path, _known(keys, state), token_start)
    rest = skip_whitespace(text, at)
    if rest != len(text):
        _fail("more text after the end of the JSON value", path, [], rest)
    return found


def decode(text: bytes | msgspec.Raw, path: str = "$") -> Any:
    """The value that `text` holds, as JSON.parse would give it: also unpaired surrogates and any integer.

    Raises `PayloadError` where it is not JSON, or nested deeper than this machine's stack allows.
    """
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _decode_tolerantly(bytes(text), path)


def _decode_tolerantly(text: bytes, path: str) -> Any:
    start = skip_whitespace(text)
    if text[start : start + 1] in (b"{", b"["):
        # the standard library's decoder accepts more than JSON; this says what is wrong, and where
        children(text, path)
    else:
        check_utf8(text, path)
        match = _TOKEN.match(text)
        if match is None or match.lastindex == 3 or skip_whitespace(text, match.end()) != len(text):
            _fail(_unexpected(text, start, "one JSON value"), path, [], start)
    try:
        return _loads(text)
    except RecursionError:
        _fail("nested too deep to be decoded; its raw bytes are kept", path, [], None)


def kind_of(text: bytes) -> str:
    """What kind of JSON value `text` is, for messages: the kind only, never the value."""
    first = text.lstrip()[:1]
    return {
        b"": "nothing",
        b"{": "an object",
        b"[": "an array",
        b'"': "a string",
        b"t": "a boolean",
        b"f": "a boolean",
        b"n": "null",
    }.get(first, "a number")


def check_utf8(text: bytes, path: str = "$") -> None:
    """Raise `PayloadError`, with the position, unless `text` is UTF-8."""
    try:
        text.decode()
    except UnicodeDecodeError as error:
        raise PayloadError("invalid UTF-8", path=path, position=error.start) from None


def _loads(text: bytes) -> Any:
    import json  # needed for odd text only, and importing it takes a while

    return json.loads(text, parse_int=_integer)


def _integer(digits: str) -> int | float:
    if len(digits) <= 4300:  # where the fast decoder ends too
        with suppress(ValueError):  # sys.set_int_max_str_digits() has lowered the limit
            return int(digits)
    return float(digits)  # the infinity that JavaScript reads


def _known(keys: list[str | int], state: int) -> list[str | int]:
    """The part of the path that is known in `state`: before its name is read, a member has none."""
    return keys[:-1] if state in (_KEY, _KEY_OR_END) else keys


def _unexpected(text: bytes, at: int, expected: str) -> str:
    if at >= len(text):
        return f"the text ends where {expected} should be"
    if text[at : at + 1] == b'"':
        return f"expected {expected}, found a string that is malformed or out of place"
    # the single byte may be shown: it is syntax, not somebody's data
    shown = chr(text[at]) if 32 < text[at] < 127 and not chr(text[at]).isalnum() else "something else"
    return f"expected {expected}, found {shown!r}" if len(shown) == 1 else f"expected {expected}, found {shown}"


_PLAIN_KEY = re.compile(r"[A-Za-z_$][\w$]*", re.ASCII)
_PATH_STEPS = 8


def path_of(steps: Sequence[str | int]) -> str:
    """What leads from a value to a part of it, as in JSONPath: `.items[3].price`."""
    shown: list[str] = []
    for step in steps[:_PATH_STEPS]:
        if isinstance(step, int):
            shown.append(f"[{step}]")
        elif len(step) <= 64 and _PLAIN_KEY.fullmatch(step):
            shown.append(f".{step}")
        else:
            shown.append("[?]")  # a name that is no plain word may be anybody's data
    if len(steps) > _PATH_STEPS:
        shown.append("…")
    return "".join(shown)


def _fail(problem: str, path: str, keys: list[str | int], position: int | None) -> NoReturn:
    raise PayloadError(problem, path=path + path_of(keys), position=position)
