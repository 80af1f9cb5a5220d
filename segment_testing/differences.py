"""Which of the calls that came are nearest to the one that was expected, and in what they differ from it.

Every comparison that a pattern stands for has a weight: the name of the call 3, the id of a user or a group 2, any
other value 1. A call is as near as the part of the weight that fits; a text that is nearly the expected one fits in
part.
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterable, Mapping
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Any

import msgspec

from segment_testing.matching import ABSENT, Mismatch, leaves
from segment_testing.patterns import UNSAID, Pattern, payload_of
from segment_testing.recording import Call, Reason, Rejection
from segment_testing.serverside import delivered
from segment_testing.showing import Row, cut, printable, show_both, table

_NAME, _ID = 3, 2
"""Weights."""
_IDS = ("user_id", "anonymous_id", "group_id", "previous_id")
_NEAR = 0.4
"""The least part of the weight that makes a call with another name worth showing."""
_ALIKE = 0.6
"""How alike texts are that count as alike."""
_COMPARED = 80
"""Characters of a text; the time that it takes grows with their square."""
_EXAMINED = 100
"""Calls that are compared field by field: the best by what is at hand."""


class Near(msgspec.Struct, frozen=True):
    """A call that is nearly what was expected."""

    call: Call
    mismatches: list[Mismatch]
    nearness: float
    """From 0 to 1, which would be the call that was expected."""


def nearest(pattern: Pattern, calls: Iterable[Call], limit: int = 3) -> list[Near]:
    """The calls of the expected type that are nearest to the pattern, best first; those that fit are not among them."""
    candidates = [call for call in calls if pattern.type in (None, call.type)]
    if len(candidates) > _EXAMINED:
        candidates = heapq.nlargest(_EXAMINED, candidates, key=lambda call: (_at_hand(pattern, call), -call.sequence))
    found = [_near(pattern, call) for call in candidates]
    found = [near for near in found if near.mismatches and _worth_showing(pattern, near)]
    found.sort(key=lambda near: (-near.nearness, near.call.sequence))
    return [near for near in found[:limit] if near.nearness >= found[0].nearness / 2]


def difference_table(mismatches: Iterable[Mismatch], *, limit: int = 12, indent: int = 8) -> list[str]:
    """Mismatches as a table with the columns field, expected, got, and what may be behind it."""
    rows: list[Row] = [("field", "expected", "got", "")]
    mismatches = list(mismatches)
    for mismatch in mismatches[:limit]:
        expected, got = show_both(mismatch.expected, mismatch.got, 45)
        rows.append((show_path(mismatch.path), expected, got, cut(printable(mismatch.note or remark(mismatch)), 60)))
    lines = table(rows, indent)
    if len(mismatches) > limit:
        lines.append(f"{' ' * indent}… and {len(mismatches) - limit} more")
    return lines


def remark(mismatch: Mismatch) -> str:
    """What two values have in common, where that is likely to be the mistake."""
    expected, got = mismatch.expected, mismatch.got
    if isinstance(expected, str) and isinstance(got, str):
        if expected.casefold() == got.casefold():
            return "differs in upper and lower case only"
        if _plain(expected) == _plain(got):
            return "differs in spaces, punctuation or case only"
        return "differs by little" if len(expected) > 5 and similarity(expected, got) >= 0.8 else ""
    if isinstance(expected, bool) or isinstance(got, bool):
        return ""
    if (isinstance(expected, int | float) and isinstance(got, str)) or (
        isinstance(expected, str) and isinstance(got, int | float)
    ):
        return "text and number" if str(expected) == str(got) else ""
    return ""


def show_path(path: str, limit: int = 50) -> str:
    """A path, without its middle where it is long."""
    return path if len(path) <= limit else f"{path[: limit // 2]}…{path[1 - limit // 2 :]}"


def lost(rejections: Iterable[Rejection], pattern: Pattern) -> list[Rejection]:
    """The rejections that would be what was expected, but for what they were rejected for."""
    return [rejection for rejection in rejections if _was_meant(pattern, rejection)]


def similarity(first: str, second: str) -> float:
    """How alike two texts are, from 0 to 1; those that are not much alike at all are not compared to the end."""
    matcher = SequenceMatcher(None, first[:_COMPARED], second[:_COMPARED], autojunk=False)
    if matcher.real_quick_ratio() < _ALIKE or matcher.quick_ratio() < _ALIKE:
        return 0.0
    return matcher.ratio()


# ---- the parts


def _near(pattern: Pattern, call: Call) -> Near:
    found = list(pattern.mismatches(call.type, call.name, payload_of(call), call))
    total = pattern.weight() + (_NAME if pattern.name is not UNSAID else 0)
    total += sum(_ID - 1 for keyword in pattern.fields if keyword in _IDS)
    missed = sum(_loss(pattern, mismatch) for mismatch in found)
    return Near(call, found, max(0.0, 1 - missed / total) if total else 1.0)


def _loss(pattern: Pattern, mismatch: Mismatch) -> float:
    expected, got = mismatch.expected, mismatch.got
    weight = 1 if expected is ABSENT else leaves(expected)
    if mismatch.path == pattern.name_word:
        weight = _NAME
    elif mismatch.path in _IDS:
        weight = _ID
    if isinstance(expected, str) and isinstance(got, str):
        alike = _name_similarity(expected, got) if mismatch.path == pattern.name_word else similarity(expected, got)
        return weight * (1 - alike if alike >= _ALIKE else 1.0)
    numbers = isinstance(expected, int | float) and isinstance(got, int | float)
    return weight * (0.75 if numbers else 1.0)


def _worth_showing(pattern: Pattern, near: Near) -> bool:
    has_the_name = all(mismatch.path != pattern.name_word for mismatch in near.mismatches)
    return has_the_name or near.nearness >= _NEAR


def _at_hand(pattern: Pattern, call: Call) -> float:
    """How near a call seems without decoding it."""
    score = 0.0
    if isinstance(pattern.name, str):
        score += _NAME * _name_similarity(pattern.name, call.name or "")
    for keyword, value in (("user_id", call.user_id), ("anonymous_id", call.anonymous_id)):
        if keyword in pattern.fields and pattern.fields[keyword] == value:
            score += _ID
    return score


@lru_cache(maxsize=1_000)
def _name_similarity(expected: str, got: str) -> float:
    if expected == got:
        return 1.0
    first, second = _plain(expected), _plain(got)
    return 0.95 if first == second else 0.9 * similarity(first, second)


def _plain(text: str) -> str:
    return re.sub(r"[\W_]", "", text).casefold()


_CONCERNS: dict[Reason, tuple[str, ...]] = {
    Reason.ID_REQUIRED: _IDS,
    Reason.ID_NOT_STRING: _IDS,
    Reason.EVENT_NOT_DEFINED: ("event", "name"),
    Reason.EVENT_NOT_STRING: ("event", "name"),
    Reason.NAME_NOT_STRING: ("name",),
    Reason.CATEGORY_NOT_STRING: ("category",),
    Reason.PROPERTIES_NOT_OBJECT: ("properties",),
    Reason.TRAITS_NOT_OBJECT: ("traits",),
    Reason.GROUP_ID_REQUIRED: ("group_id",),
    Reason.PREVIOUS_ID_REQUIRED: ("previous_id",),
    Reason.MESSAGE_ID_TOO_LONG: ("message_id",),
    Reason.ADVERTISING_ID_NOT_STRING: ("context",),
    Reason.TYPE_UNKNOWN: ("type",),
}
"""What a call was rejected for → the fields that cannot be as expected then."""
_FIRST_NAME = re.compile(r"\w+")


def _was_meant(pattern: Pattern, rejection: Rejection) -> bool:
    concerned = _CONCERNS.get(rejection.reason, ())
    if rejection.type is None and "type" not in concerned:
        return False  # a whole request
    if pattern.type is not None and rejection.type != pattern.type and "type" not in concerned:
        return False  # not worth decoding
    try:
        payload: Mapping[str, Any] = delivered(
            rejection.sent, rejection.reception, type=rejection.type or "", message_id=rejection.message_id or ""
        )
    except (ValueError, TypeError, AttributeError, RecursionError):
        return False  # what was sent is no JSON, or no object
    for mismatch in pattern.mismatches(rejection.type, rejection.name, payload):
        field = _FIRST_NAME.match(mismatch.path)
        if field is None or field[0] not in concerned:
            return False
    return True
