"""Segment's timestamps, in every form that it really sends."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

# Looser than ISO 8601 on purpose: months and days without their zero (in one of Segment's own documented batches) and
# the text that Go prints for debugging, clock reading and all ("2020-05-09 23:54:49.209808489 +0000 UTC m=+70366.29",
# on delete events).
_LOOSE = re.compile(
    r"""\s*(\d{4})-(\d{1,2})-(\d{1,2})
        [Tt\ ](\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d+))?)?
        \s*(?:[Zz]|([+-])(\d{2}):?(\d{2}))?
        (?:\s+[A-Z]+)?(?:\s+m=[+-][\d.]+)?\s*""",
    re.VERBOSE | re.ASCII,
)
_LONGEST = 100  # characters; the longest form above has 60, and no match of a text so short can take long


def parse_timestamp(text: str | None) -> datetime | None:
    """The moment that `text` names, in UTC; None where it names none.

    Fractions finer than a microsecond are cut. A time without an offset is UTC, as all of Segment's are. Go's zero
    time (`0001-01-01T00:00:00Z`) stands for "none" and gives None, like text that is no time at all.
    """
    if not text or len(text) > _LONGEST:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        loose = _parse_loose(text)
        if loose is None:
            return None
        moment = loose
    if moment.year == 1:
        return None
    try:
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError:  # an offset that leads out of the years 1 to 9999
        return None


def _parse_loose(text: str) -> datetime | None:
    match = _LOOSE.fullmatch(text)
    if match is None:
        return None
    year, month, day, hour, minute = (int(part) for part in match.group(1, 2, 3, 4, 5))
    second = int(match[6] or 0)
    microsecond = int((match[7] or "")[:6].ljust(6, "0"))
    offset = timedelta()
    if match[8]:
        offset = timedelta(hours=int(match[9]), minutes=int(match[10]))
        offset = -offset if match[8] == "-" else offset
    try:
        return datetime(year, month, day, hour, minute, second, microsecond, tzinfo=timezone(offset))
    except ValueError:
        return None
