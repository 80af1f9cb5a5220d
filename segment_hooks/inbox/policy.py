"""What becomes of a stored event after a try: pure decisions, no clock, no store."""

from __future__ import annotations

import random
from collections.abc import Callable

import msgspec

from segment_hooks.errors import ConfigurationError
from segment_hooks.inbox.protocol import KEEP, KEEP_DEAD, Ending, Item, State
from segment_hooks.outcomes import Outcome, Result

_LONGEST_ERROR = 4_000  # characters


class RetryPolicy(msgspec.Struct, frozen=True):
    """How often and when a worker tries again, and how long it remembers.

    The wait after the n-th try is chosen at random between half of `first * 2 ** (n - 1)` and all of it (so that what
    failed together does not come back together), and is at most `longest`; a `RetryError(retry_after=…)` that asks for
    more gets more. With the defaults an event that always fails is given up after some two hours.

    `attempts`: tries before an event becomes a dead letter. `first`, `longest`, `keep` (an ended event is remembered),
    `keep_dead`: seconds.
    """

    attempts: int = 12
    first: float = 2.0
    longest: float = 1_800.0
    keep: float = KEEP
    keep_dead: float = KEEP_DEAD

    def __post_init__(self) -> None:
        if self.attempts < 1:
            raise ConfigurationError(f"attempts is the number of tries, at least one, not {self.attempts!r}")
        if not 0 <= self.first <= self.longest:
            raise ConfigurationError("the first wait is not below zero, and not above the longest")

    def wait(self, attempts: int, rand: Callable[[], float] = random.random) -> float:
        """Seconds until the next try, after so many. `rand`: numbers from 0 to 1."""
        full = min(self.first * 2.0 ** min(attempts - 1, 60), self.longest)
        return full * (0.5 + rand() / 2)

    def ending(self, item: Item, outcome: Outcome, rand: Callable[[], float] = random.random) -> Ending:
        """How the claim of `item` ends after its handlers ended as `outcome`.

        Another try could not help an event that is invalid or not supported: the one becomes a dead letter at once,
        since somebody may want to mend the type it does not fit; the other is done with, as the handler said.
        """
        match outcome.result:
            case Result.DROPPED | Result.UNSUPPORTED:
                return self._end(item, State.DROPPED, self.keep)
            case Result.INVALID:
                return self._end(item, State.DEAD, self.keep_dead, describe(outcome))
            case Result.FAILED | Result.RETRY:
                error = describe(outcome)
                if item.attempts >= self.attempts:
                    return self._end(item, State.DEAD, self.keep_dead, error)
                wait = max(self.wait(item.attempts, rand), outcome.retry_after or 0.0)
                return self._end(item, State.WAITING, wait, error)
            case _:
                return self._end(item, State.DONE, self.keep)

    def worn_out(self, item: Item) -> Ending | None:
        """The end of an event that has been taken more often than it may be tried: its tries ended the process."""
        if item.attempts <= self.attempts:
            return None
        error = f"NeverEnded: taken {item.attempts} times; its handlers stop the worker, or take longer than a claim"
        return self._end(item, State.DEAD, self.keep_dead, error)

    @staticmethod
    def _end(item: Item, state: State, seconds: float, error: str | None = None) -> Ending:
        return Ending(item.id, item.token, item.covered, state, seconds, error)


def describe(outcome: Outcome) -> str:
    """The errors of an outcome: class, message and place of each. Stored beside the event, never logged: what a handler
    says may hold personal data."""
    return "\n".join(map(_describe_one, outcome.errors))[:_LONGEST_ERROR] or outcome.result.name.lower()


def _describe_one(error: Exception) -> str:
    import traceback

    frames = traceback.extract_tb(error.__traceback__)
    place = f" ({frames[-1].filename}:{frames[-1].lineno})" if frames else ""
    message = str(error).encode("utf-8", "backslashreplace").decode().replace("\0", "\\0")
    return f"{type(error).__qualname__}: {message}{place}" if message else f"{type(error).__qualname__}{place}"
