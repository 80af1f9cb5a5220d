"""What an answer means, and how long to wait before the next try.

The rules are those of Segment's own newest SDKs where they agree (analytics-java, -node and -python, 2026):

    2xx                                    delivered, but for a page of HTML, which no API gives
    408, 410, 429, 460, 5xx                tried again; 460 is Segment's own "try again"
    501, 505, 511                          not tried again (511 is, with OAuth and a new token)
    every other status                     not tried again
    no answer, or half of one              tried again

A batch refused with 400 or 413 may hold one event that is to blame: it is divided until that one is found.
`Retry-After` (seconds or a date), else `X-RateLimit-Reset` (seconds), is waited for, 300 seconds at most, and such a
wait does not count as a try. Else the wait starts at half a second, doubles up to a minute, and is shortened by up to
a half at random, so that many clients do not all come back at once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, cast

import msgspec

from segment_hooks.client.errors import SegmentError, SegmentErrorType

FIRST_WAIT = 0.5
LONGEST_WAIT = 60.0
LONGEST_RETRY_AFTER = 300.0
"""Seconds, all three."""

MAX_RETRIES = 10
MAX_RETRY_SECONDS = 12 * 3600.0

_PASSING = frozenset({408, 410, 429, 460})
_LASTING = frozenset({501, 505, 511})
_DIVISIBLE = frozenset({400, 413})
_KINDS = {
    401: SegmentErrorType.AUTHENTICATION,
    403: SegmentErrorType.AUTHORIZATION,
    404: SegmentErrorType.NOT_FOUND,
    407: SegmentErrorType.AUTHENTICATION,
    408: SegmentErrorType.SERVER,
    410: SegmentErrorType.SERVER,
    429: SegmentErrorType.RATE_LIMIT,
    460: SegmentErrorType.SERVER,
}
_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,63}")
_DETAIL = 500  # characters of what the server said


class Failure(msgspec.Struct, frozen=True):
    """Why a batch was not delivered. The attributes are those of `SegmentError`."""

    type: SegmentErrorType
    code: str
    status_code: int | None = None
    retriable: bool = False
    divisible: bool = False
    """Whether one event of several may be to blame."""
    retry_after: float | None = None
    detail: str | None = None

    def error(self, message_ids: tuple[str, ...], *, given_up: bool = False) -> SegmentError:
        """The error to tell of these events."""
        events = "1 event" if len(message_ids) == 1 else f"{len(message_ids)} events"
        what = "given up" if given_up else "not taken"
        status = "" if self.status_code is None else f", status {self.status_code}"
        return SegmentError(
            f"{events} {what} ({self.type}: {self.code}{status})",
            type=self.type,
            code=self.code,
            status_code=self.status_code,
            retriable=self.retriable,
            retry_after=self.retry_after,
            message_ids=message_ids,
            detail=self.detail,
        )


def judge(status: int, headers: Mapping[str, str], body: bytes, now: Callable[[], datetime]) -> Failure | None:
    """The meaning of an answer: None where the batch was delivered. Names of headers are in lower case."""
    if 200 <= status < 300:
        if not headers.get("content-type", "").startswith("text/html") or not body.lstrip().startswith(b"<"):
            return None
        # whoever is in between, and wants a login or a click first, the events are not with Segment
        return Failure(type=SegmentErrorType.NETWORK, code="not_segment", status_code=status, retriable=True)
    kind = _KINDS.get(status)
    if kind is None:
        kind = (
            SegmentErrorType.SERVER if 500 <= status < 600
            else SegmentErrorType.VALIDATION if 400 <= status < 500
            else SegmentErrorType.UNKNOWN
        )  # fmt: skip
    retriable = status in _PASSING or (500 <= status < 600 and status not in _LASTING)
    code, detail = _said(body)
    return Failure(
        type=kind,
        code=code or f"status_{status}",
        status_code=status,
        retriable=retriable,
        divisible=status in _DIVISIBLE,
        retry_after=retry_after(headers, now) if retriable else None,
        detail=detail,
    )


def _said(body: bytes) -> tuple[str | None, str | None]:
    """The server's code for the error, and the beginning of its words."""
    text = body[: 4 * _DETAIL].decode("utf-8", "replace")[:_DETAIL]
    try:
        answer: object = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        answer = None
    if not isinstance(answer, dict):
        return None, text or None
    members = cast("dict[str, Any]", answer)
    # `code` and `message` are the Tracking API's, `error` and `error_description` OAuth's (RFC 6749, 5.2)
    codes = (members.get("code"), members.get("error"))
    words = (members.get("message"), members.get("error_description"))
    code = next((each for each in codes if isinstance(each, str) and _CODE.fullmatch(each)), None)
    return code, next((each[:_DETAIL] for each in words if isinstance(each, str)), text)


def retry_after(headers: Mapping[str, str], now: Callable[[], datetime]) -> float | None:
    """How many seconds the server asks to wait, 300 at most; None where it does not say, or says nonsense."""
    for name in ("retry-after", "x-ratelimit-reset"):
        value = headers.get(name, "").strip()
        seconds = _seconds(value)
        if seconds is None and name == "retry-after":
            seconds = _until(value, now)
        if seconds is not None and seconds > 0:
            return min(seconds, LONGEST_RETRY_AFTER)
    return None


def _seconds(value: str) -> float | None:
    return float(value) if re.fullmatch(r"[0-9]{1,12}(\.[0-9]{1,9})?", value) else None


def _until(value: str, now: Callable[[], datetime]) -> float | None:
    try:
        moment = parsedate_to_datetime(value)
    except (TypeError, ValueError, IndexError):
        return None
    if moment.tzinfo is None:  # "-0000", which says that the zone is unknown; HTTP dates are in UTC (RFC 9110, 5.6.7)
        moment = moment.replace(tzinfo=UTC)
    return (moment - now()).total_seconds()


def backoff(tries: int, random: Callable[[], float]) -> float:
    """Seconds to wait after that many failed tries. `random`: gives numbers from 0 to 1."""
    longest = min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** min(tries - 1, 30))
    return longest * (1 - random() / 2)
