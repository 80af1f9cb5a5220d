"""What comes, a line each, for a developer who watches.

Whatever stands in an event is only ever shown as text: no markup and no control character of it reaches the terminal.

    12:00:05.123  track     Order Completed               u-42                  analytics-python 2.3.4    any-key
    12:00:05.130  lost      track: a track call needs `event`, the name of what happened (event_not_defined)
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import msgspec
from rich.text import Text

from segment_testing.news import News
from segment_testing.recording import Call, Reason, Reception, Rejection
from segment_testing.showing import ASKED_FOR

_NAME, _WHO, _LIBRARY = 28, 22, 26
_LONGEST = 200
"""Cells of anything, whatever was sent."""


def lines(came: News) -> Iterator[Text]:
    """All of it, the calls first."""
    if came.cleared:
        yield Text("              reset     everything is forgotten", "dim")
    if came.missed:
        yield Text(f"              …         {came.missed:,} more came, and are no longer kept", "dim")
    yield from map(call_line, came.calls)
    yield from map(rejection_line, came.rejections)
    yield from map(rejection_line, came.duplicates)


def call_line(call: Call) -> Text:
    """When, what, who, by what, to whom."""
    return Text("  ").join(
        [
            _time(call.reception),
            Text(call.type.ljust(8), "green"),
            _cell(call.name or "", _NAME, "bold"),
            _cell(_who(call), _WHO),
            _cell(_library(call), _LIBRARY, "dim"),
            Text(printable(call.reception.write_key or ""), "dim"),
        ]
    )


def rejection_line(rejection: Rejection) -> Text:
    """When, what became of it, and why."""
    word, style = _fate(rejection)
    what = rejection.type or rejection.reception.endpoint
    if rejection.name:
        what = f"{what} {rejection.name}"
    told = "" if rejection.silent else f", answered {rejection.status}" if rejection.status else ", not answered"
    text = f"{printable(what)}: {printable(rejection.detail)} ({rejection.reason.value}{told})"
    return Text("  ").join([_time(rejection.reception), Text(word.ljust(8), style), _cut(text, _LONGEST)])


def printable(text: str) -> str:
    """The text with everything escaped that is not to be seen, or changes how what follows is seen."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def _fate(rejection: Rejection) -> tuple[str, str]:
    if rejection.reason is Reason.DUPLICATE:
        return "repeated", "cyan"
    if rejection.reason in ASKED_FOR:
        return "fault", "magenta"
    return ("lost", "red") if rejection.silent else ("refused", "red")


def _time(reception: Reception) -> Text:
    local: datetime = reception.received_at.astimezone()
    return Text(local.isoformat(sep=" ", timespec="milliseconds")[11:23], "dim")


def _who(call: Call) -> str:
    if call.user_id is not None:
        return call.user_id
    return f"anonymous {call.anonymous_id}"


class _Library(msgspec.Struct):
    name: str
    version: str = ""


class _Context(msgspec.Struct):
    library: _Library | None = None


class _Sent(msgspec.Struct):
    context: _Context | None = None


def _library(call: Call) -> str:
    """What the SDK calls itself. Of the call only this is decoded: a call that was decoded whole is kept so."""
    try:
        context = msgspec.json.decode(call.sent, type=_Sent).context
        if (context is None or context.library is None) and call.reception.context is not None:
            context = msgspec.json.decode(call.reception.context, type=_Context)
    except (ValueError, RecursionError):  # of an odd type, or an unpaired surrogate somewhere
        context = None
    if context is not None and context.library is not None:
        return f"{context.library.name} {context.library.version}".rstrip()
    return call.reception.user_agent or ""


def _cell(text: str, width: int, style: str = "") -> Text:
    cell = Text(printable(text[:_LONGEST]), style)
    cell.truncate(width, overflow="ellipsis", pad=True)
    return cell


def _cut(text: str, width: int) -> Text:
    cut = Text(text)
    cut.truncate(width, overflow="ellipsis")
    return cut
