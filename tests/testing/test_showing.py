"""Values and records as text."""

from __future__ import annotations

import re
from functools import partial
from typing import Any

import pytest
from dirty_equals import IsStr
from hypothesis import given
from hypothesis import strategies as st

from segment_testing import ABSENT, FakeSettings, exactly
from segment_testing.showing import cut, label, plural, record, show, show_both, table
from tests.testing.tracking import at_noon, identify, send, track


class Mute:
    def __repr__(self) -> str:
        raise LookupError


def by_name(value: object) -> bool:
    return bool(value)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a", '"a"'),
        ('say "hi"', "'say \"hi\"'"),
        ("ü → 😀", '"ü → 😀"'),
        ("a\nb\x1b[31m\u202e\ud83d", r'"a\nb\u001b[31m\u202e\ud83d"'),
        (None, "None"),
        (True, "True"),
        (10, "10"),
        (10.0, "10.0"),
        ([1, ("a",)], '[1, ["a"]]'),
        ({"a": {"b": None}}, '{"a": {"b": None}}'),
        (ABSENT, "(absent)"),
        (exactly({"a": "b"}), 'exactly({"a": "b"})'),
        (str, "str"),
        (IsStr, "IsStr"),
        (IsStr(min_length=1), "IsStr(min_length=1)"),
        (re.compile("a"), "re.compile('a')"),
        (by_name, "by_name()"),
        (str.isdigit, "<method 'isdigit' of 'str' objects>"),
        (Mute(), "<Mute>"),
        ("a" * 100, '"' + "a" * 58 + "…"),
    ],
)
def test_values(value: object, text: str) -> None:
    assert show(value) == text


def test_functions_by_where_they_stand() -> None:
    def inner(value: object) -> bool:
        return bool(value)

    assert show(inner) == "inner()"
    assert re.fullmatch(r"lambda \(test_showing\.py:\d+\)", show(lambda value: value))
    assert show(partial(inner)).startswith("functools.partial(")


def test_what_is_nested_too_deeply() -> None:
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    assert show(deep) == "(nested too deeply to be shown)"
    while deep:  # or the interpreter would take it apart by recursion
        deep = deep[0]


def test_two_long_texts_from_where_they_differ() -> None:
    first, second = show_both("a" * 100 + "b", "a" * 100 + "c", 20)
    assert (first, second) == ("…" + "a" * 6 + 'b"', "…" + "a" * 6 + 'c"')
    assert show_both("a" * 5 + "b" * 50, "a" * 5 + "c" * 50, 12) == ('"aaaaabbbbb…', '"aaaaaccccc…')
    assert show_both("a" * 100, 1, 10) == ('"aaaaaaaa…', "1")
    assert show_both("a", "b", 10) == ('"a"', '"b"')
    assert show_both("a" * 100, "a" * 101, 20) == ("…" + "a" * 6 + '"', "…" + "a" * 6 + 'a"')


@given(st.text(max_size=300), st.text(max_size=300), st.integers(2, 80))
def test_both_stay_within_the_limit_and_differ(first: str, second: str, limit: int) -> None:
    shown = show_both(first, second, limit)
    assert all(len(text) <= limit for text in shown)
    if first != second and limit >= 40 and '"' not in first + second and (first + second).isprintable():
        assert shown[0] != shown[1]


def test_small_things() -> None:
    assert cut("abc", 3) == "abc"
    assert cut("abcd", 3) == "ab…"
    assert table([("a", "bb", ""), ("ccc", "d", "e")], 1) == [" a    bb", " ccc  d   e"]
    assert table([]) == []
    assert (label("track", "A"), label("identify", None), label(None, "A")) == ('track "A"', "identify", 'a call "A"')
    assert (plural(1, "call"), plural(2_000, "call")) == ("1 call", "2,000 calls")


def test_a_record() -> None:
    fake = at_noon(FakeSettings(max_calls=4))
    assert record(fake.api.ledger) == "no call was recorded"
    group = {"type": "group", "anonymousId": "a1", "groupId": "g1", "traits": {"name": "Initech"}}
    alias = {"type": "alias", "userId": "u1", "previousId": "a1"}
    send(fake, identify(), track(user=None), {**track("A"), "messageId": "m"}, {**track("A"), "messageId": "m"})
    send(fake, group, alias, track("B", x=1))
    assert (
        record(fake.api.ledger, limit=3)
        == """\
1 older call forgotten, because of max_calls
#1  track "A"  user_id "u1"
#2  group      anonymous_id "a1"  group_id "g1"  {"name": "Initech"}
#3  alias      user_id "u1"       previous_id "a1"
… and 1 more
rejected:
    track "Order Completed": batch[1]: neither `userId` nor `anonymousId` is given [id_required], answered 200
duplicates:
    track "A": a call with this `messageId` was taken before [duplicate], answered 200"""
    )
