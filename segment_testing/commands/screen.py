"""What `serve` prints for people."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable
from typing import TextIO

from rich.console import Console
from rich.text import Text

from segment_testing.commands.lines import lines
from segment_testing.commands.reports import Listening, Tally
from segment_testing.commands.sdks import pointers, trust
from segment_testing.news import News
from segment_testing.showing import plural


class ScreenReport:
    """For people: how to point SDKs here, a line for each call, a summary. Without colours where no terminal is."""

    def __init__(self, output: TextIO | None = None) -> None:
        self.tally = Tally()
        output = output or _robust(sys.stdout)
        self._console = Console(file=output, highlight=False, markup=False, emoji=False, soft_wrap=True)

    def start(self, at: Listening) -> None:
        say = self._console.print
        say(Text.assemble("A fake Segment listens on ", (at.url, "bold")))
        if at.everywhere:
            say(Text("on every address of this machine: whoever reaches it can send, read and reset", "yellow"))
        say()
        self._pairs(pointers(at.url, at.write_key, at.authority))
        if at.authority is not None:
            say(Text("\nFor this run only, have clients trust its certificate:", "dim"))
            self._pairs(trust(at.authority))
        say(Text("\nCtrl-C ends it.\n", "dim"))

    def show(self, came: News) -> None:
        self.tally.add(came)
        for line in lines(came):
            self._console.print(line)

    def end(self) -> None:
        tally = self.tally
        parts = [_counted(tally.calls, "call")]
        if tally.rejections:
            parts.append(_counted(tally.rejections, "rejection"))
        if tally.duplicates:
            parts.append(plural(tally.duplicates, "repeated call"))
        if tally.missed:
            parts.append(f"{tally.missed:,} not seen")
        self._console.print(Text("\n" + ", ".join(parts)))

    def _pairs(self, pairs: Iterable[tuple[str, str]]) -> None:
        for name, text in pairs:
            self._console.print(Text.assemble("  ", (f"{name:<15}", "dim"), text))


def _counted(counts: Counter[str], noun: str) -> str:
    """`3 calls (2 track, 1 page)`."""
    total = plural(counts.total(), noun)
    return f"{total} ({', '.join(f'{n:,} {name}' for name, n in counts.most_common())})" if counts else total


def _robust(output: TextIO) -> TextIO:
    """The same output, which writes what its encoding has not as an escape."""
    reconfigure = getattr(output, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="backslashreplace")
    return output
