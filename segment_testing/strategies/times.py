"""Timestamps as text, in every form that Segment has been seen to deliver."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import TypeAlias

from hypothesis import strategies as st

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
"""The simplest moment: where examples shrink to."""

Form: TypeAlias = Callable[[datetime, int], str]
"""Writes a moment of whole milliseconds, and nanoseconds on top of it."""

_SPAN = 10**11  # ms, some three years


def iso(moment: datetime) -> str:
    """As Segment's servers mostly write it: UTC, in milliseconds."""
    return f"{moment.isoformat(timespec='milliseconds')[:23]}Z"


def at(milliseconds: int) -> datetime:
    """That long after the simplest moment."""
    return EPOCH + timedelta(milliseconds=milliseconds)


def _fraction(moment: datetime, nanoseconds: int) -> str:
    return f"{moment.microsecond * 1000 + nanoseconds:09d}"


def _milliseconds(moment: datetime, _: int) -> str:
    return iso(moment)


def _seconds(moment: datetime, _: int) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}Z"


def _hundredths(moment: datetime, nanoseconds: int) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{_fraction(moment, nanoseconds)[:2]}Z"


def _go(moment: datetime, nanoseconds: int) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{_fraction(moment, nanoseconds).rstrip('0') or '0'}Z"


def _python(moment: datetime, nanoseconds: int) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{_fraction(moment, nanoseconds)[:6]}+00:00"


def _elsewhere(moment: datetime, nanoseconds: int) -> str:
    minutes = (nanoseconds % 105 - 48) * 15  # from -12:00 to +14:00
    return moment.astimezone(timezone(timedelta(minutes=minutes))).isoformat(timespec="milliseconds")


def _go_debug(moment: datetime, nanoseconds: int) -> str:
    clock = f"m=+{nanoseconds / 1000:.9f}"
    return f"{moment:%Y-%m-%d %H:%M:%S}.{_fraction(moment, nanoseconds)} +0000 UTC {clock}"


def _unpadded(moment: datetime, _: int) -> str:
    return f"{moment.year}-{moment.month}-{moment:%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"


SERVER: tuple[Form, ...] = (_milliseconds, _go, _hundredths, _seconds)
"""How Segment's servers write the fields that they set: `timestamp`, `receivedAt`."""

CLIENT: tuple[Form, ...] = (*SERVER, _python, _elsewhere, _go_debug, _unpadded)
"""How senders write theirs: `originalTimestamp`, `sentAt`."""

moments = st.builds(at, st.integers(0, _SPAN))
"""Moments of whole milliseconds, from 2026 on."""

_nanoseconds = st.integers(0, 999_999)


def timestamps(*, server: bool = False) -> st.SearchStrategy[str]:
    """Timestamps as text, in UTC or with an offset, with none to nine digits of fraction, and in Go's debug format.

    `server`: only the forms that Segment's servers write. All of them are read by `segment_hooks.parse_timestamp`.
    """
    return st.builds(_written, st.sampled_from(SERVER if server else CLIENT), moments, _nanoseconds)


def _written(form: Form, moment: datetime, nanoseconds: int) -> str:
    return form(moment, nanoseconds)
