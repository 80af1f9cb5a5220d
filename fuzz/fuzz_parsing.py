"""Any bytes are events or a PayloadError; what is accepted is JSON; the scanners agree with the standard library."""

from __future__ import annotations

import json
from typing import Any

from fuzz import harness

with harness.instrumented():
    from segment_hooks import PayloadError, jsontext, parse
    from segment_hooks.events import Event
    from segment_hooks.parsing import is_wrapped

COVERED, FIRST_COVERED, UNWRAP = 1, 2, 4


def target(data: bytes) -> None:
    """The first byte says how, the others are the body."""
    flags, body = (data[0], data[1:]) if data else (0, b"")
    value, is_json = _strictly(body)
    _scan(body, value, is_json)
    try:
        parsed = parse(
            body, covered=bool(flags & COVERED), first_covered=bool(flags & FIRST_COVERED), unwrap=bool(flags & UNWRAP)
        )
    except PayloadError:
        _assert(not _is_delivery(value) or bool(flags & UNWRAP), "an object, or an array of them, was refused")
        return
    _assert(is_json is not False or bool(flags & COVERED), "accepted, but no JSON")
    is_wrapped(body)
    for event in parsed.events:
        look_at(event)


def look_at(event: Event) -> None:
    """Every public property, which may be undecodable but nothing worse."""
    for name in dir(type(event)):
        if not name.startswith("_"):
            try:
                getattr(event, name)
            except PayloadError:
                continue
    repr(event)
    hash(event)


class _TooDeep:
    """In place of a value that the standard library cannot decode."""


def _strictly(text: bytes) -> tuple[Any, bool | None]:
    """The value of `text` and whether it is JSON by RFC 8259; None where the standard library cannot say."""

    def refuse(constant: str) -> None:
        raise ValueError(constant)

    try:
        return json.loads(text.decode(), parse_constant=refuse, parse_int=float), True
    except ValueError:
        return None, False
    except RecursionError:
        return _TooDeep(), None


def _is_delivery(value: object) -> bool:
    return isinstance(value, dict) or (
        isinstance(value, list) and all(item is None or isinstance(item, dict) for item in value)
    )


def _scan(body: bytes, value: object, is_json: bool | None) -> None:
    first = jsontext.first_element(body)
    try:
        children = jsontext.children(body)
    except PayloadError:
        _assert(is_json is not True or not isinstance(value, dict | list), "children() refused JSON")
        return
    _assert(is_json is not False, "children() accepted what is no JSON")
    elements = [(child.start, child.end) for child in children if isinstance(child.key, int)]
    _assert(first == (elements[0] if elements else None), "first_element() and children() disagree")


def _assert(holds: bool, message: str) -> None:
    if not holds:
        raise AssertionError(message)


if __name__ == "__main__":
    harness.run("parsing", target, [bytes([flags]) + body for flags in (0, 2, 4) for body in harness.recorded_bodies()])
