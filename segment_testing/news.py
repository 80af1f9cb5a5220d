"""What came since a mark: for whoever shows calls as they come, and may have been away for a while."""

from __future__ import annotations

import re
from collections import deque
from itertools import islice
from typing import Literal, TypeAlias, TypeVar

import msgspec

from segment_testing.recording import Call, Ledger, Rejection

_Item = TypeVar("_Item")
Kind: TypeAlias = Literal["call", "rejection", "duplicate"]
_TEXT = re.compile(r"\d{1,18}-\d{1,18}-\d{1,18}-\d{1,18}", re.ASCII)


class Mark(msgspec.Struct, frozen=True):
    """A place in what a ledger takes: how often it had been cleared, and how many of each it had taken since then."""

    clears: int = 0
    calls: int = 0
    rejections: int = 0
    duplicates: int = 0

    @classmethod
    def parse(cls, text: str) -> Mark:
        """The mark that `str()` wrote. Raises `ValueError` for any other text."""
        if not _TEXT.fullmatch(text):
            raise ValueError("a mark is four numbers with hyphens between them, such as 0-12-3-0")
        return cls(*map(int, text.split("-")))

    def __str__(self) -> str:
        return f"{self.clears}-{self.calls}-{self.rejections}-{self.duplicates}"


class News(msgspec.Struct, frozen=True):
    """What a ledger took between two marks, each kind oldest first."""

    mark: Mark
    """The later of the two; ask for what comes after it the next time."""
    calls: list[Call] = []
    rejections: list[Rejection] = []
    duplicates: list[Rejection] = []
    cleared: bool = False
    """Whether the ledger was cleared in between: what is here came after that."""
    missed: int = 0
    """How many calls, rejections and duplicates came in between, but are no longer kept."""


def mark(ledger: Ledger) -> Mark:
    """Where the ledger is now."""
    with ledger._lock:
        return _now(ledger)


def news(ledger: Ledger, since: Mark = Mark()) -> News:  # noqa: B008  # a value that nobody can change
    """What the ledger has taken since; without a mark, everything since it was last cleared.

    A mark of the future, which only another ledger can have given out, counts as one from before a clearing.
    """
    with ledger._lock:
        now = _now(ledger)
        cleared = since.clears != now.clears or any(
            seen > total for seen, total in zip(_counts(since), _counts(now), strict=True)
        )
        start = Mark(now.clears) if cleared else since
        calls = _latest(ledger._calls, now.calls - start.calls)
        rejections = _latest(ledger._rejections, now.rejections - start.rejections)
        duplicates = _latest(ledger._duplicates, now.duplicates - start.duplicates)
    came = sum(_counts(now)) - sum(_counts(start))
    missed = came - len(calls) - len(rejections) - len(duplicates)
    return News(now, calls, rejections, duplicates, cleared, missed)


def before(ledger: Ledger, place: Mark, kind: Kind) -> Call | Rejection | None:
    """The call, rejection or duplicate that was the last of its kind at `place`; None where it is no longer kept."""
    with ledger._lock:
        now = _now(ledger)
        items: deque[Call] | deque[Rejection]
        if kind == "call":
            items, number, total = ledger._calls, place.calls, now.calls
        elif kind == "rejection":
            items, number, total = ledger._rejections, place.rejections, now.rejections
        else:
            items, number, total = ledger._duplicates, place.duplicates, now.duplicates
        index = number - 1 - (total - len(items))
        return items[index] if place.clears == now.clears and 0 <= index < len(items) else None


def _now(ledger: Ledger) -> Mark:
    return Mark(ledger._clears, ledger._total, ledger._total_rejections, ledger._total_duplicates)


def _counts(place: Mark) -> tuple[int, int, int]:
    return place.calls, place.rejections, place.duplicates


def _latest(items: deque[_Item], count: int) -> list[_Item]:
    latest_first = list(islice(reversed(items), count))  # from the end: a long ledger has many that were seen
    latest_first.reverse()
    return latest_first
