"""Values, calls and rejections as text for whoever reads a failed test: short, and the same in every run."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import PurePath
from types import FunctionType

from segment_testing.matching import ABSENT, exactly, is_array, is_object
from segment_testing.recording import Call, Ledger, Reason, Rejection
from segment_testing.serverside import loads

LONGEST = 60
"""Characters of one value, where nothing else is said."""

Row = tuple[str, ...]


def show(value: object, limit: int = LONGEST) -> str:
    """A value, or what is expected of one, in at most `limit` characters."""
    return cut(_text(value), limit)


def show_both(expected: object, got: object, limit: int = LONGEST) -> tuple[str, str]:
    """Two values that differ; of long texts the part where they begin to."""
    first, second = _text(expected), _text(got)
    if max(len(first), len(second)) > limit and isinstance(expected, str) and isinstance(got, str):
        pairs = enumerate(zip(first, second, strict=False))
        start = next((place for place, (a, b) in pairs if a != b), min(len(first), len(second)))
        if start > limit // 2:
            skipped = start - limit // 3
            first, second = "…" + first[skipped:], "…" + second[skipped:]
    return cut(first, limit), cut(second, limit)


def cut(text: str, limit: int) -> str:
    """The beginning of a text that is too long."""
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def printable(text: str) -> str:
    """Without line breaks, escape sequences for terminals, and what cannot be written in UTF-8."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else json.dumps(char)[1:-1] for char in text)


def table(rows: Sequence[Row], indent: int = 4) -> list[str]:
    """Rows with their columns below each other."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        " " * indent + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def label(kind: str | None, name: str | None) -> str:
    """A call in two words: `track "Order Completed"`."""
    return (kind or "a call") if not name else f"{kind or 'a call'} {show(name)}"


def call_rows(calls: Iterable[Call]) -> list[Row]:
    """Calls as rows of a table: number, label, who, and what."""
    return [(f"#{call.sequence}", label(call.type, call.name), _who(call), _what(call)) for call in calls]


def rejection_line(rejection: Rejection) -> str:
    """A rejection in one line."""
    if rejection.type is None and rejection.name is None:
        what = f"a request to {rejection.reception.endpoint}"
    else:
        what = label(rejection.type, rejection.name)
    return cut(f"{what}: {printable(rejection.detail)} [{rejection.reason.value}], {fate(rejection)}", 160)


def fate(rejection: Rejection) -> str:
    """What the sender was told."""
    return f"answered {rejection.status}" if rejection.status else "not answered"


def sent_text(rejection: Rejection, limit: int = 100) -> str:
    """What was sent, in one line."""
    return cut(printable(rejection.sent.decode("utf-8", "replace")), limit)


def plural(count: int, noun: str) -> str:
    """`1 call`, `2 calls`."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def record(ledger: Ledger, limit: int = 30) -> str:
    """What a ledger holds, as tables of at most `limit` lines each."""
    calls, rejections, duplicates = ledger.calls, ledger.rejections, ledger.duplicates
    lines = table(call_rows(calls[:limit]), 0) if calls else ["no call was recorded"]
    lines += _more(len(calls), limit)
    if ledger.forgotten:
        lines.insert(0, f"{plural(ledger.forgotten, 'older call')} forgotten, because of max_calls")
    for word, group in (("rejected", rejections), ("duplicates", duplicates)):
        if group:
            lines += [f"{word}:", *(f"    {rejection_line(each)}" for each in group[:limit])]
            lines += _more(len(group), limit)
    return "\n".join(lines)


ASKED_FOR = frozenset({Reason.FAULT, Reason.RATE_LIMITED})
"""Rejections that the test itself asked for: they are shown, but are no fault of the code under test."""


# ---- the parts


def _text(value: object) -> str:
    try:
        return _show(value)
    except RecursionError:
        return "(nested too deeply to be shown)"


def _show(value: object) -> str:
    if value is ABSENT:
        return "(absent)"
    if isinstance(value, exactly):
        return f"exactly({_show(value.value)})"
    if isinstance(value, str) and type(value) is str:
        return f'"{printable(value)}"' if '"' not in value else printable(repr(value))
    if is_object(value):
        return "{" + ", ".join(f"{_show(key)}: {_show(member)}" for key, member in value.items()) + "}"
    if is_array(value):
        return "[" + ", ".join(map(_show, value)) + "]"
    if isinstance(value, type):
        return value.__name__
    if isinstance(value, FunctionType):
        if value.__name__ != "<lambda>":
            return f"{value.__qualname__.rpartition('<locals>.')[2]}()"
        code = value.__code__
        return f"lambda ({PurePath(code.co_filename).name}:{code.co_firstlineno})"
    try:
        return printable(repr(value))
    except Exception:  # noqa: BLE001  # an object of the test's that cannot say what it is
        return f"<{type(value).__name__}>"


def _more(count: int, limit: int) -> list[str]:
    return [f"… and {count - limit:,} more"] if count > limit else []


def _who(call: Call) -> str:
    if call.user_id is not None:
        return f"user_id {show(call.user_id, 40)}"
    return f"anonymous_id {show(call.anonymous_id, 40)}"


def _what(call: Call) -> str:
    own = loads(call.sent)  # not call.payload, which would be kept
    bag = own.get("traits" if call.type in ("identify", "group") else "properties")
    parts = [f"{name} {show(own[key], 30)}" for name, key in _OWN_IDS if own.get(key)]
    return "  ".join([*parts, show(bag)] if bag else parts)


_OWN_IDS = (("group_id", "groupId"), ("previous_id", "previousId"))
