r"""Regular expressions of JSON Schema → those of Python's `re`, or nothing where that would mean something else.

A plan's patterns are ECMAScript as far as Segment supports it: no look-around, no back-references (both need more than
linear time). What differs in Python is written out: `$` is the very end of the text there, `\d`, `\w` and `\s` are sets
of fixed characters. Python's own engine can take exponential time for a repetition within a repetition; such a pattern
is not translated, since events come from outside: the plan itself checks it, in linear time.
"""

from __future__ import annotations

import re
import unicodedata

_DIGIT, _WORD = "0-9", "A-Za-z0-9_"
# white space and the ends of lines, as ECMAScript has them
_SPACE = r"\t\n\x0b\x0c\r\x20\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
_SETS = {"d": _DIGIT, "w": _WORD, "s": _SPACE}
_CONTROLS = {"t": r"\t", "n": r"\n", "r": r"\r", "f": r"\x0c", "v": r"\x0b"}
_ESCAPE = re.compile(r"\\(?:x(?P<x>[0-9a-fA-F]{2})|u(?P<u>[0-9a-fA-F]{4})|c(?P<c>[A-Za-z])|(?P<other>.))", re.DOTALL)
_REPEAT = re.compile(r"(?:[*+?]|\{[0-9]{1,4}(?:,[0-9]{0,4})?\})\??")


class _GivesUp(Exception):  # noqa: N818  # never leaves this module
    """The pattern has something that cannot be translated."""


def translated(pattern: str) -> str | None:
    """The same pattern for `re.search`; None where there is none, or it would not be safe."""
    try:
        found = _Translator(pattern).all()
        re.compile(found)
    except (_GivesUp, re.error, RecursionError, OverflowError):
        return None
    return found


class _Translator:
    def __init__(self, pattern: str) -> None:
        self._text = pattern
        self._at = 0

    def all(self) -> str:
        found, _ = self._alternatives()
        if self._at < len(self._text):
            raise _GivesUp
        return found

    def _alternatives(self) -> tuple[str, bool]:
        """Up to the end or a closing bracket, and whether anything in it repeats, or there is a choice."""
        parts: list[str] = []
        varies = False
        while self._at < len(self._text) and self._text[self._at] != ")":
            if self._text[self._at] == "|":
                parts.append("|")
                self._at += 1
                varies = True
                continue
            atom, inner_varies, repeatable = self._atom()
            repeat = self._repeat()
            if repeat and (not repeatable or (inner_varies and not repeat.startswith(("?", "{0,1}")))):
                raise _GivesUp
            varies = varies or bool(repeat) or inner_varies
            parts.append(atom + repeat)
        return "".join(parts), varies

    def _repeat(self) -> str:
        match = _REPEAT.match(self._text, self._at)
        if match is None:
            return ""
        self._at = match.end()
        if self._text[self._at : self._at + 1] in ("*", "+", "?", "{"):
            raise _GivesUp  # possessive in Python, an error in JSON Schema
        return match[0]

    def _atom(self) -> tuple[str, bool, bool]:
        """One atom, whether what is in it varies in length, and whether it may be repeated."""
        char = self._text[self._at]
        if char == "(":
            return self._group()
        if char == "[":
            return self._class(), False, True
        if char == "\\":
            return self._escape()
        if char in "*+?{}]":
            raise _GivesUp
        self._at += 1
        if char == "$":
            return r"\Z", False, False
        if char == "^":
            return "^", False, False
        if char == ".":
            return r"[^\n]", False, True
        return "-" if char == "-" else _literal(char), False, True

    def _group(self) -> tuple[str, bool, bool]:
        self._at += 3 if self._text.startswith("(?:", self._at) else 1
        if self._text[self._at : self._at + 1] == "?":
            raise _GivesUp
        inner, varies = self._alternatives()
        if self._text[self._at : self._at + 1] != ")":
            raise _GivesUp
        self._at += 1
        return f"(?:{inner})", varies, True

    def _escape(self) -> tuple[str, bool, bool]:
        match = self._escaped()
        other = match["other"]
        if other == "b":
            return r"\b", False, False
        if other is not None and other.lower() in _SETS:
            return f"[{'^' if other.isupper() else ''}{_SETS[other.lower()]}]", False, True
        return _single(match), False, True

    def _escaped(self) -> re.Match[str]:
        match = _ESCAPE.match(self._text, self._at)
        if match is None:
            raise _GivesUp
        self._at = match.end()
        return match

    def _class(self) -> str:
        self._at += 1
        parts = ["["]
        if self._text[self._at : self._at + 1] == "^":
            parts.append("^")
            self._at += 1
        first = len(parts)
        while self._text[self._at : self._at + 1] not in ("]", ""):
            low, is_set = self._class_item()
            if is_set or self._text[self._at : self._at + 1] != "-" or self._text[self._at + 1 : self._at + 2] == "]":
                parts.append(low)
                continue
            self._at += 1
            high, is_set = self._class_item()
            if is_set:
                raise _GivesUp
            parts.append(f"{low}-{high}")
        if self._text[self._at : self._at + 1] != "]" or len(parts) == first:
            raise _GivesUp
        self._at += 1
        return "".join(parts) + "]"

    def _class_item(self) -> tuple[str, bool]:
        char = self._text[self._at : self._at + 1]
        if char == "\\":
            match = self._escaped()
            other = match["other"]
            if other in _SETS:
                return _SETS[other], True
            if other is not None and other.lower() in "dswb":
                raise _GivesUp  # the complement of a set has no place in a class
            return _single(match), False
        if char in ("", "["):
            raise _GivesUp  # which some dialects take for a class within the class
        self._at += 1
        return _literal(char), False


def _single(match: re.Match[str]) -> str:
    """The one character that an escape stands for."""
    if match["x"] or match["u"]:
        return _literal(chr(int(match["x"] or match["u"], 16)))
    if match["c"]:
        return _literal(chr(ord(match["c"].upper()) - 64))
    other = match["other"]
    if other in _CONTROLS:
        return _CONTROLS[other]
    if other.isalnum():
        raise _GivesUp  # back-references, \p{…}, and what only some engines know
    return _literal(other)


def _literal(char: str) -> str:
    if "\ud800" <= char <= "\udfff":
        raise _GivesUp
    if char.isalnum() or char in " _/:;,<>@%=!'\"`":
        return char
    if char.isascii() and char.isprintable():
        return f"\\{char}"
    return char if char.isprintable() and not unicodedata.combining(char) else _code(char)


def _code(char: str) -> str:
    number = ord(char)
    return f"\\x{number:02x}" if number < 256 else f"\\u{number:04x}" if number < 65536 else f"\\U{number:08x}"
