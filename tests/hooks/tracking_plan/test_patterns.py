"""Regular expressions of a plan as Python's: the same texts match, or there is no translation."""

from __future__ import annotations

import re

import jsonschema_rs
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from segment_hooks.tracking_plan.shapes.patterns import translated

TEXTS = [
    "",
    "a",
    "b",
    "ab",
    "aa",
    "0",
    "01",
    "_",
    " ",
    "-",
    ".",
    "é",
    "\n",
    "a\n",
    "\u2028",
    "\ufeff",
    "\u0663",
    "A",
    "a b",
]
TEXTS += ["a-b", "&&", "~", "\\", "\x1c", "\x85", "\u00a0", "\x00", "\t", "fall", "]", "[", "^", "$", "\x01", "😀"]
TOKENS = [*"ab01_ -.^$|()[]{}*+?\\&~é\n,:\x00\t", r"\d", r"\w", r"\s", r"\b", r"\n", "[a-z]", "[^a]", "(?:", "{1,2}"]
TOKENS += [
    r"\.",
    r"\-",
    r"\u00e9",
    r"\x41",
    r"[\d-]",
    "--",
    "&&",
    "\u2028",
    "\ufeff",
    r"\D",
    r"\S",
    r"\W",
    r"\cA",
    r"\/",
]
TOKENS += [r"[\s\w]", r"[\t\-\]]", r"\]", "😀", r"\t", r"\v"]


def same(pattern: str) -> None:
    found = translated(pattern)
    if found is None:
        return
    try:
        validator = jsonschema_rs.Draft7Validator({"pattern": pattern}, pattern_options=jsonschema_rs.RegexOptions())
    except ValueError:
        return  # it is no pattern at all
    for text in TEXTS:
        assert validator.is_valid(text) == (re.search(found, text) is not None), (found, text)


@given(st.lists(st.sampled_from(TOKENS), min_size=1, max_size=6).map("".join))
@example(r"^\d{3}-[A-Z]+$")
@example("^(?:a|b)?$")
@example(r"[^\s]")
@example(".")
@example("a{0,1}b{2}c{1,}?")
def test_what_is_translated_matches_the_same_texts(pattern: str) -> None:
    same(pattern)


@pytest.mark.parametrize(
    ("pattern", "python"),
    [
        ("fall|winter|spring", "fall|winter|spring"),
        (r"^\d{3}-[A-Z]+$", r"^[0-9]{3}-[A-Z]+\Z"),
        (r"^(a-b)?$", r"^(?:a-b)?\Z"),
        ("[a-]", r"[a\-]"),
        (r"\.\/\cA\x41\u0042", r"\./\x01AB"),
        (r"[\w-]", r"[A-Za-z0-9_\-]"),
        ("(ab){2}", "(?:ab){2}"),
        ("\x00\u2028\u0301", r"\x00\u2028\u0301"),
        ("é", "é"),
    ],
)
def test_translations_can_be_read(pattern: str, python: str) -> None:
    assert translated(pattern) == python
    same(pattern)


@pytest.mark.parametrize(
    "pattern",
    [
        *("a(?!b)", "(?=a)", "(?<=a)b", "(?<n>a)", "(?P<n>a)", "(?i)a"),  # look-around, names, flags
        *(r"(a)\1", r"\k<n>", r"\p{L}", r"\Aa", r"a\Z", r"\B", r"\h", r"\0", r"\8", "\\"),
        *("(a+)+", "(a|b)*", "(a*b?){2,}", "((a+))*", "(?:a{1,3}){1,3}"),  # may take exponential time
        *("a++", "a**", "a{1}{2}", "^*", r"\b+", "$?"),
        *("(", "a)", "[", "[]", "[^]", "[a", "a{", "a]", "{1}", "*a", "(?"),
        *("[[:alpha:]]", "[a[b]]", r"[\D]", r"[a-\d]", r"[\b]", "[z-a]", "a{3,1}"),
        *("\ud800", r"\ud83d\ude00"),
    ],
)
def test_what_would_mean_something_else_is_not_translated(pattern: str) -> None:
    assert translated(pattern) is None


def test_no_depth_is_too_much() -> None:
    assert translated("(" * 10_000 + ")" * 10_000) is None
