"""What can be done to one request in place of answering it well. `faults` says to which, and how often.

Each is a value that JSON can describe, with the name of the action in `fault`, and a function of the request and of
`answer`, which takes in what the request brought and gives the answer that the fake would have given.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import msgspec
from msgspec.structs import replace

from segment_hooks import ConfigurationError
from segment_testing.fake import answers
from segment_testing.fake.wire import Ending, FakeRequest, Reply

Answer: TypeAlias = Callable[[], Reply]
Action: TypeAlias = Callable[[FakeRequest, Answer], Reply]

_LONGEST = 3_600
"""Seconds that anybody may be told, or made, to wait."""


class _Described(msgspec.Struct, frozen=True, tag_field="fault", tag=str.lower, forbid_unknown_fields=True):
    """The name of the class, in lower case, is the name of the action in JSON."""


class Usual(_Described, frozen=True):
    """The ordinary answer."""

    def __call__(self, _: FakeRequest, answer: Answer) -> Reply:
        return answer()


class Status(_Described, frozen=True):
    """An error of that status, as Segment writes errors. `retry_after`: seconds to wait, told in the headers."""

    status: int
    retry_after: int | None = None
    message: str = "The fake was asked to answer so"

    def __post_init__(self) -> None:
        if not 400 <= self.status <= 599:
            raise ConfigurationError(f"a fault has a status from 400 to 599, not {self.status!r}")
        _check_seconds("retry_after", self.retry_after or 0)

    def __call__(self, *_: object) -> Reply:
        headers = () if self.retry_after is None else answers.waiting(self.retry_after)
        return answers.error(self.status, self.message, headers=headers)


class Slow(_Described, frozen=True):
    """The ordinary answer, late: what was sent is recorded at once, the answer waits for that many seconds."""

    seconds: float

    def __post_init__(self) -> None:
        _check_seconds("seconds", self.seconds)

    def __call__(self, _: FakeRequest, answer: Answer) -> Reply:
        return replace(answer(), delay=float(self.seconds))


class Reset(_Described, frozen=True):
    """The connection is reset in place of an answer. `recorded`: after the calls have been taken in."""

    recorded: bool = False

    def __call__(self, _: FakeRequest, answer: Answer) -> Reply:
        return replace(answer() if self.recorded else answers.SUCCESS, ending=Ending.RESET)


class Half(_Described, frozen=True):
    """The connection is closed in the middle of the answer. `recorded`: after the calls have been taken in."""

    recorded: bool = False

    def __call__(self, _: FakeRequest, answer: Answer) -> Reply:
        return replace(answer() if self.recorded else answers.SUCCESS, ending=Ending.HALF)


class Garbage(_Described, frozen=True):
    """200 and bytes that are not JSON, as from a proxy in between. `recorded`: after the calls have been taken in."""

    recorded: bool = False

    def __call__(self, _: FakeRequest, answer: Answer) -> Reply:
        if self.recorded:
            answer()
        return Reply(200, ((b"content-type", b"text/html"),), b"<html><body>\xff\xfe Welcome to this network</body>")


Described: TypeAlias = Usual | Status | Slow | Reset | Half | Garbage
"""The actions that JSON can describe."""


def _check_seconds(name: str, seconds: float) -> None:
    if not 0 <= seconds <= _LONGEST:  # also what is not a number
        raise ConfigurationError(f"{name} is a number of seconds from 0 to {_LONGEST}, not {seconds!r}")
