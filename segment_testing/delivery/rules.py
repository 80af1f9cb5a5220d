"""What Segment makes of an answer, and when it tries again (action-destinations, `core/errors.ts`; Segment's documents
on destinations and on integration error codes).

    2xx                                  delivered
    408, 423, 429, 5xx other than 501    tried again, for four hours
    other 4xx, 501                       discarded
    no answer: refused, reset, time-out  tried again
    301, 302, 303                        followed as a GET without the body, whose answer counts
    307, 308                             followed with the body
    other 1xx and 3xx                    discarded

How long Segment waits between two tries is not published: randomised and exponential is all that is said. The numbers
below are made up to fit.
"""

from __future__ import annotations

from enum import StrEnum
from http import HTTPStatus
from random import Random

import msgspec

FOUR_HOURS = 4 * 3600.0
MAX_REDIRECTS = 20  # node-fetch 2


class Failure(StrEnum):
    """Why there is no answer, in the codes that Segment shows."""

    TIMED_OUT = "ETIMEDOUT"
    RESET = "ECONNRESET"
    REFUSED = "ECONNREFUSED"
    NOT_FOUND = "ENOTFOUND"
    UNREACHABLE = "EHOSTUNREACH"
    REDIRECTS = "max-redirect"
    """Redirected too often, or to where it must not be followed. Segment tries no more."""


class Verdict(StrEnum):
    """What Segment makes of an answer."""

    DELIVERED = "delivered"
    RETRY = "retry"
    DISCARDED = "discarded"


class Answer(msgspec.Struct, frozen=True):
    """What came back. `status` is None where nothing did, and `failure` says why.

    `error`: what the application under test let escape; a server makes a 500 of it.
    """

    status: int | None
    headers: tuple[tuple[bytes, bytes], ...] = ()
    """Names in lower case."""
    body: bytes = b""
    failure: Failure | None = None
    error: Exception | None = None

    @property
    def location(self) -> str | None:
        """Where a redirect leads; None where this is none."""
        if self.status not in (301, 302, 303, 307, 308):
            return None
        return next((value.decode("latin-1") for name, value in self.headers if name == b"location"), None)

    @property
    def ok(self) -> bool:
        """Whether it is a 2xx."""
        return self.status is not None and 200 <= self.status < 300

    def __str__(self) -> str:
        if self.status is None:
            return str(self.failure.value if self.failure else "no answer")
        error = f" after {type(self.error).__name__}" if self.error is not None else ""
        return f"{self.status} {_phrase(self.status)}{error}"


def verdict(answer: Answer) -> Verdict:
    """What becomes of the events in a request with this answer."""
    status = answer.status
    if status is None:
        return Verdict.DISCARDED if answer.failure is Failure.REDIRECTS else Verdict.RETRY
    if 200 <= status < 300:
        return Verdict.DELIVERED
    if status in (408, 423, 429) or (status >= 500 and status != 501):
        return Verdict.RETRY
    return Verdict.DISCARDED


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """Segment's patience, in seconds of the virtual clock.

    `timeout`: how long it waits for an answer (ten seconds; classic webhooks wait for five). `give_up_after`: since the
    first try. `first_wait`: before the second try; each wait is `factor` times the one before, `longest_wait` at most,
    and drawn from between `1 - jitter` and `1 + jitter` of that. `regroup`: whether the events of a batch may come
    again in other batches; left out, they do where batches hold fewer than 1,000 (Segment, "stream batches").
    """

    timeout: float = 10.0
    give_up_after: float = FOUR_HOURS
    first_wait: float = 30.0
    factor: float = 2.0
    longest_wait: float = 1200.0
    jitter: float = 0.5
    regroup: bool | None = None

    def wait(self, tries: int, random: Random) -> float:
        """How long until the next try after so many."""
        wait = min(self.first_wait * self.factor ** (tries - 1), self.longest_wait)
        return wait * (1 + self.jitter * (2 * random.random() - 1))


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
