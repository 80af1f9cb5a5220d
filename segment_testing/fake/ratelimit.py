"""So many requests per second, and not all of a minute's at once."""

from __future__ import annotations

import math
import threading
from datetime import datetime

_ROUNDING = 1e-6  # of a request, or a second: what sums of fractions are off by


class RateLimit:
    """A bucket out of which `rate` requests drip per second, and which holds those of one second. Safe to use from any
    thread."""

    def __init__(self, rate: float) -> None:
        self._rate = rate
        self._room = max(1.0, rate)
        self._lock = threading.Lock()
        self._filled = 0.0
        self._at: datetime | None = None

    def wait(self, now: datetime) -> int:
        """Take in a request; returns 0, or the whole seconds to wait where there is no room for it."""
        with self._lock:
            passed = 0.0 if self._at is None else max(0.0, (now - self._at).total_seconds())  # clocks go back, too
            filled = max(0.0, self._filled - passed * self._rate)
            self._at, self._filled = now, filled
            excess = filled + 1 - self._room
            if excess > _ROUNDING:
                return max(1, math.ceil(excess / self._rate - _ROUNDING))
            self._filled = filled + 1
            return 0

    def clear(self) -> None:
        """As if no request had come yet."""
        with self._lock:
            self._filled, self._at = 0.0, None
