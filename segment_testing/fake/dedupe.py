"""Which calls have been seen: Segment goes by `messageId` alone, whatever the source or the contents (its document
"Handling Duplicate Data")."""

from __future__ import annotations


class Seen:
    """The latest ids, at least `at_least` of them and fewer than twice as many: two generations, of which the older is
    let go when the younger is full. Not safe by itself to use from several threads."""

    def __init__(self, at_least: int) -> None:
        self._size = at_least
        self._younger: set[str] = set()
        self._older: set[str] = set()

    def add(self, message_id: str) -> bool:
        """Whether this id is new; from now on it is not."""
        if message_id in self._younger or message_id in self._older:
            return False
        if self._size:
            self._younger.add(message_id)
            if len(self._younger) >= self._size:
                self._older, self._younger = self._younger, set()
        return True

    def clear(self) -> None:
        """Forget every id."""
        self._younger.clear()
        self._older.clear()
