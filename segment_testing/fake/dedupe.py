"""Which calls have been seen: Segment goes by `messageId` alone, whatever the source or the contents (its document
"Handling Duplicate Data")."""

from __future__ import annotations

from collections.abc import Sequence


class Seen:
    """The latest ids, at least `at_least` of them, about twice as many at most: two generations, of which the older is
    let go when the younger is full. Not safe by itself to use from several threads."""

    def __init__(self, at_least: int) -> None:
        self._size = at_least
        self._younger: set[str] = set()
        self._older: set[str] = set()

    def add_all(self, ids: Sequence[str]) -> list[bool] | None:
        """From now on these are known. Returns for each whether it is new, or None where all of them are."""
        if not self._size:
            return None
        distinct = set(ids)
        if len(distinct) == len(ids) and self._younger.isdisjoint(distinct) and self._older.isdisjoint(distinct):
            self._younger |= distinct
            are_new = None
        else:
            are_new = [self._add(each) for each in ids]
        if len(self._younger) >= self._size:
            self._older, self._younger = self._younger, set()
        return are_new

    def _add(self, message_id: str) -> bool:
        if message_id in self._younger or message_id in self._older:
            return False
        self._younger.add(message_id)
        return True

    def clear(self) -> None:
        """Forget every id."""
        self._younger.clear()
        self._older.clear()
