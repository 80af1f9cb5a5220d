"""A clock that nobody waits for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

START = datetime(2026, 1, 1, tzinfo=UTC)


class VirtualClock:
    """Time that passes only when it is told to: four hours of retries take no time at all.

    Give it to what is under test as well, where that asks for the time: `Receiver(…, clock=clock.monotonic)`. A handler
    that calls `clock.advance(12)` is slow, as Segment sees it. Not for use by several threads at once.
    """

    def __init__(self, start: datetime = START) -> None:
        self._start = start
        self._seconds = 0.0

    def monotonic(self) -> float:
        """Seconds since the clock was made."""
        return self._seconds

    def now(self) -> datetime:
        """The date and time, in the time zone of the start."""
        return self._start + timedelta(seconds=self._seconds)

    def time(self) -> float:
        """Seconds since 1970, as `time.time()` gives them."""
        return self._start.timestamp() + self._seconds

    def advance(self, seconds: float) -> None:
        """Let time pass. Raises `ValueError` for time that would run backwards."""
        if not seconds >= 0:
            raise ValueError(f"time runs forwards only, not by {seconds!r} seconds")
        self._seconds += seconds

    def advance_to(self, seconds: float) -> None:
        """Let time pass until `monotonic()` gives that many seconds, if it does not yet."""
        self._seconds = max(self._seconds, seconds)

    def __repr__(self) -> str:
        return f"VirtualClock({self.now().isoformat()})"
