"""What `serve` prints for programs, and how much came. What it prints for people is in `screen`."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import Any, Protocol, TextIO

import msgspec

from segment_testing.fake.views import call_json, rejection_json
from segment_testing.news import News
from segment_testing.showing import ASKED_FOR


class Tally:
    """How much came, resets and what is no longer kept included."""

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()
        self.rejections: Counter[str] = Counter()
        self.duplicates = 0
        self.missed = 0
        self.faulty = False
        """Whether anything was lost or refused that nobody had asked to be."""

    def add(self, came: News) -> None:
        """Count it too."""
        self.calls.update(call.type for call in came.calls)
        self.rejections.update(rejection.reason.value for rejection in came.rejections)
        self.duplicates += len(came.duplicates)
        self.missed += came.missed
        self.faulty |= any(rejection.reason not in ASKED_FOR for rejection in came.rejections)


class Listening(msgspec.Struct, frozen=True):
    """Where the fake is. `authority`: the certificate that clients have to trust. `write_key`: one that exists.
    `everywhere`: whether it can be reached from other machines, whatever their address."""

    url: str
    authority: Path | None = None
    write_key: str = "any-key"
    everywhere: bool = False


class Report(Protocol):
    """How a run is told. `start` once, `show` whenever something came, `end` once."""

    tally: Tally

    def start(self, at: Listening) -> None:
        """The fake listens now."""

    def show(self, came: News) -> None:
        """This came."""

    def end(self) -> None:
        """The fake listens no more."""


class JSONReport:
    """For programs: one JSON object a line. `kind` is `listening`, `call`, `rejection`, `duplicate`, `reset`, `missed`
    or `summary`."""

    def __init__(self, output: TextIO | None = None) -> None:
        self.tally = Tally()
        self._output = output or sys.stdout

    def start(self, at: Listening) -> None:
        self._say("listening", url=at.url, authority=None if at.authority is None else str(at.authority))

    def show(self, came: News) -> None:
        self.tally.add(came)
        if came.cleared:
            self._say("reset")
        if came.missed:
            self._say("missed", count=came.missed)
        for call in came.calls:
            self._write("call", call_json(call))
        for rejection in came.rejections:
            self._write("rejection", rejection_json(rejection))
        for duplicate in came.duplicates:
            self._write("duplicate", rejection_json(duplicate))

    def end(self) -> None:
        tally = self.tally
        self._say(
            "summary",
            calls=tally.calls,
            rejections=tally.rejections,
            duplicates=tally.duplicates,
            missed=tally.missed,
            faulty=tally.faulty,
        )

    def _say(self, kind: str, **members: Any) -> None:
        self._write(kind, msgspec.json.encode(members))

    def _write(self, kind: str, json_object: bytes) -> None:
        # what was sent may be written over several lines; a line break within JSON is one between its parts
        members = b" ".join(json_object.splitlines())[1:]
        comma = "" if members == b"}" else ","
        self._output.write(f'{{"kind":"{kind}"{comma}{members.decode()}\n')
        self._output.flush()


class QuietReport:
    """The URL, for a script that has to know it."""

    def __init__(self, output: TextIO | None = None) -> None:
        self.tally = Tally()
        self._output = output or sys.stdout

    def start(self, at: Listening) -> None:
        self._output.write(f"{at.url}\n")
        self._output.flush()

    def show(self, came: News) -> None:
        self.tally.add(came)

    def end(self) -> None:
        pass
