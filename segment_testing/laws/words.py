"""How a broken law is explained: what happened, what came of it, what should have, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pprint import pformat
from textwrap import fill
from typing import Any

from segment_testing.delivery.rules import Answer
from segment_testing.laws.subject import Run


class LawBroken(AssertionError):  # noqa: N818  # says what happened, as pytest's own do
    """A service does not keep a law. The message tells the smallest history that shows it."""


def broken(law: str, *parts: str, advice: str) -> LawBroken:
    """The error that says all of this."""
    return LawBroken("\n\n".join([law, *parts, fill(advice, 100)]))


def happened(title: str, run: Run) -> str:
    """A run, a line for each request, and its effects."""
    return _block(title, _numbered(run.history.lines(), run.answers), run.effects)


def told(title: str, lines: Sequence[str], answers: Sequence[Answer], effects: Any) -> str:
    """The same for requests that are no history."""
    return _block(title, _numbered(lines, answers), effects)


def calmly(run: Run, words: str = "Each event once, by itself, in order:") -> str:
    """What a calm run came to."""
    return f"{words}\n  effects: {_shown(run.effects)}"


def _block(title: str, lines: Iterable[str], effects: Any) -> str:
    return "\n".join([title, *lines, f"  effects: {_shown(effects)}"])


def _numbered(lines: Sequence[str], answers: Sequence[Answer]) -> list[str]:
    width = max((len(line) for line in lines), default=0)
    return [
        f"  {number}. {line.ljust(width)}  → {answer}"
        for number, (line, answer) in enumerate(zip(lines, answers, strict=True), 1)
    ]


def _shown(effects: Any) -> str:
    text = pformat(effects, width=100, sort_dicts=False)
    return text.replace("\n", "\n           ")
