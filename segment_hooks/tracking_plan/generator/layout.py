"""Code in the layout that `ruff format` (and black) gives it, without needing either.

Whatever fits on its line stands on it; else what is between its brackets stands below, one item a line with a comma
behind the last, which the formatters keep.
"""

from __future__ import annotations

import textwrap
import unicodedata
from typing import TypeAlias

import msgspec

INDENT = "    "


class Listed(msgspec.Struct, frozen=True):
    """Items between brackets: a call, a subscript, the parameters of a function."""

    head: str
    items: tuple[Code, ...]
    tail: str
    comma: bool = True
    """Whether a comma may follow the last item."""


class Chained(msgspec.Struct, frozen=True):
    """Parts one after another on a line."""

    parts: tuple[Code, ...]


Code: TypeAlias = str | Listed | Chained


def call(name: str, *arguments: Code) -> Code:
    """`name(a, b)`"""
    return Listed(f"{name}(", arguments, ")") if arguments else f"{name}()"


def subscript(name: str, *items: Code) -> Code:
    """`name[a, b]`"""
    # a comma behind one item would make it another type
    return Listed(f"{name}[", items, "]", comma=len(items) > 1)


def chain(*parts: Code) -> Code:
    """Parts one after another."""
    return Chained(parts)


def flat(code: Code) -> str:
    """On one line."""
    match code:
        case str():
            return code
        case Listed():
            return code.head + ", ".join(map(flat, code.items)) + code.tail
        case Chained():
            return "".join(map(flat, code.parts))


def fits(code: Code, width: int, *, indent: int = 0) -> bool:
    """Whether it stands on one line of `width` columns."""
    return columns(flat(code)) + len(INDENT) * indent <= width


def lines(code: Code, width: int, *, indent: int = 0) -> list[str]:
    """The lines of a statement, or of what ends in brackets."""
    space = INDENT * indent
    if fits(code, width, indent=indent):
        return [space + flat(code)]
    match code:
        case str():
            return [space + code]
        case Listed():
            inner = [lines(_with_comma(item, code.comma), width, indent=indent + 1) for item in code.items]
            return [space + code.head, *(line for each in inner for line in each), space + code.tail]
        case Chained():
            return _chained(code, width, indent)


def _with_comma(item: Code, comma: bool) -> Code:
    return chain(item, ",") if comma else item


def _chained(code: Chained, width: int, indent: int) -> list[str]:
    """Open the last brackets; what stands before and behind them stays on their lines."""
    parts = _flattened(code)
    last = max((index for index, part in enumerate(parts) if isinstance(part, Listed)), default=None)
    if last is None:
        return [INDENT * indent + flat(code)]
    before, behind = "".join(map(flat, parts[:last])), "".join(map(flat, parts[last + 1 :]))
    found = parts[last]
    assert isinstance(found, Listed)  # noqa: S101  # chosen for it
    return lines(Listed(before + found.head, found.items, found.tail + behind, found.comma), width, indent=indent)


def _flattened(code: Code) -> list[Code]:
    return [part for each in code.parts for part in _flattened(each)] if isinstance(code, Chained) else [code]


def columns(text: str) -> int:
    """How wide a line is where it is shown: characters of East Asia take two columns."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in ("W", "F") else 1
        for char in text
    )


def quoted(text: str) -> str:
    """A string literal with the quotes that need fewer escapes, double ones if in doubt."""
    quote = "'" if text.count('"') > text.count("'") else '"'
    return quote + "".join(_escaped(char, quote) for char in text) + quote


def raw(text: str) -> str:
    """A string literal for a regular expression: raw, where that can be."""
    plain = "\\" in text and text.isprintable() and not text.endswith("\\") and not {'"', "'"} & {*text}
    return f'r"{text}"' if plain else quoted(text)


def _escaped(char: str, quote: str) -> str:
    if char in ("\\", quote):
        return f"\\{char}"
    return char if char.isprintable() else char.encode("unicode_escape").decode()


def docstring(paragraphs: list[str], width: int, *, indent: int) -> list[str]:
    """The lines of a docstring. Each paragraph is set anew; one that begins with a dash keeps its lines."""
    space = INDENT * indent
    room = max(20, width - len(space))
    set_paragraphs = [_set(paragraph, room) for paragraph in paragraphs if paragraph.strip()]
    first, *others = set_paragraphs or [["…"]]
    head = _set(" ".join(first), room - 3 if others else room - 6)
    if not others and len(head) == 1:  # the quotes stay on the line, whatever its length
        return [f'{space}"""{head[0]}"""']
    made = [f'{space}"""{head[0]}', *(space + line for line in head[1:])]
    for each in others:
        made += ["", *(space + line for line in each)]
    return [*made, f'{space}"""']


def _set(paragraph: str, room: int) -> list[str]:
    if paragraph.startswith("- "):
        return [line for each in paragraph.split("\n") for line in _wrapped(each, room, "  ")]
    return _wrapped(" ".join(paragraph.split()), room, "")


def _wrapped(text: str, room: int, indent: str) -> list[str]:
    return textwrap.wrap(text, room, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False) or [""]


def prose(text: str) -> str:
    """Somebody's words as a docstring can hold them: on one line, no quotes or escapes that would end or change it."""
    shown = "".join(char if char.isprintable() else " " for char in text)
    shown = " ".join(shown.replace("\\", "\\\\").replace('"', "'").split())
    return shown if not shown or shown.endswith((".", "!", "?", "…", ":")) else f"{shown}."
