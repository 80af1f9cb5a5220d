"""How expected values are compared with what came."""

from __future__ import annotations

import functools
import operator
import re
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum, IntEnum, StrEnum
from types import MappingProxyType
from typing import Any
from unittest.mock import ANY
from uuid import UUID

import pytest
from dirty_equals import HasLen, IsApprox, IsInt, IsList, IsPartialDict, IsPositive, IsStr
from hypothesis import given
from hypothesis import strategies as st

from segment_testing.matching import ABSENT, Mismatch, exactly, leaves, matches, member_path, mismatches


class Plan(StrEnum):
    PRO = "pro"


class Seats(IntEnum):
    TEN = 10


class Colour(Enum):
    RED = "red"


class Odd:
    """Equal to nothing, and cannot even be asked."""

    __hash__ = None  # type: ignore[assignment]

    def __eq__(self, other: object) -> bool:
        raise LookupError("no")


MOMENT = datetime(2026, 3, 4, 5, 6, 7, 89_000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("expected", "got"),
    [
        ("a", "a"),
        ("", ""),
        (None, None),
        (True, True),
        (10, 10),
        (10, 10.0),
        (10.0, 10),
        (0.1, 0.1),
        (Decimal("19.99"), 19.99),
        (Decimal(10), 10),
        (MOMENT, "2026-03-04T05:06:07.089Z"),
        (MOMENT, "2026-03-04T05:06:07.089+00:00"),
        (MOMENT, "2026-03-04T06:06:07.089+01:00"),
        (MOMENT.replace(tzinfo=None), "2026-03-04T05:06:07.089Z"),
        (MOMENT + timedelta(microseconds=999), "2026-03-04T05:06:07.089Z"),
        (MOMENT.astimezone(timezone(timedelta(hours=-8))), "2026-03-04T05:06:07.089Z"),
        (date(2026, 3, 4), "2026-03-04"),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (Plan.PRO, "pro"),
        (Seats.TEN, 10),
        (Colour.RED, "red"),
        (re.compile(r"o\d+"), "o12"),
        (str, "a"),
        (int, 10),
        (int, 10.0),
        (float, 10),
        (float, 0.5),
        (bool, False),
        (list, [1]),
        (dict, {}),
        (type(None), None),
        (object, "anything"),
        (Any, {"a": 1}),
        (datetime, "2026-03-04T05:06:07Z"),
        (IsStr, "a"),
        (IsInt(gt=1), 2),
        (IsPositive(), 0.5),
        (IsApprox(10, delta=1), 10.4),
        (IsPartialDict(a=1), {"a": 1, "b": 2}),
        (IsList(length=2), [1, 2]),
        (HasLen(1), [1]),
        (ANY, {"a": 1}),
        (str.isdigit, "12"),
        (lambda value: value > 3, 4),
        (functools.partial(operator.eq, 3), 3),
        (ABSENT, ABSENT),
        ([], []),
        ([1, "a"], [1, "a"]),
        ((1, "a"), [1, "a"]),
        ([{"a": 1}], [{"a": 1, "b": 2}]),
        ({}, {"a": 1}),
        ({"a": 1}, {"a": 1, "b": 2}),
        ({"a": {"b": {"c": IsStr}}}, {"a": {"b": {"c": "d", "e": 1}, "f": 2}}),
        (MappingProxyType({"a": 1}), {"a": 1, "b": 2}),
        ({"a": ABSENT}, {"b": 1}),
        ({"a": None}, {"a": None}),
        (exactly({"a": 1}), {"a": 1}),
        (exactly([{"a": IsInt}]), [{"a": 1}]),
        ({"a": exactly({"b": 1})}, {"a": {"b": 1}, "c": 2}),
    ],
)
def test_fits(expected: object, got: object) -> None:
    assert matches(expected, got)
    assert list(mismatches(expected, got)) == []


@pytest.mark.parametrize(
    ("expected", "got"),
    [
        ("a", "A"),
        ("10", 10),
        ("None", None),
        (None, ""),
        (None, 0),
        (None, ABSENT),
        (True, 1),
        (1, True),
        (1.0, True),
        (False, 0),
        (0, None),
        (10, "10"),
        (10, 10.5),
        (Decimal("19.99"), 19.9),
        (Decimal("0.1"), "0.1"),
        (MOMENT, "2026-03-04T05:06:07.090Z"),
        (MOMENT, "yesterday"),
        (MOMENT, 1_772_600_767_089),
        (date(2026, 3, 4), "2026-03-04T00:00:00Z"),
        (UUID(int=1), "1"),
        (Plan.PRO, "free"),
        (Seats.TEN, 11),
        (Colour.RED, "RED"),
        (re.compile("o"), "o12"),
        (re.compile("o"), 0),
        (re.compile(b"o"), "o"),
        (str, 1),
        (int, True),
        (int, 0.5),
        (int, float("inf")),
        (float, False),
        (float, "1"),
        (bool, 1),
        (list, {}),
        (datetime, "yesterday"),
        (datetime, 1),
        (IsStr, 1),
        (IsInt(gt=1), 1),
        (IsPartialDict(a=1), {"a": 2}),
        (ANY, ABSENT),
        (str, ABSENT),
        (ABSENT, None),
        (ABSENT, "a"),
        (str.isdigit, "a"),
        (str.isdigit, 12),
        (lambda value: value > 3, 3),
        (Odd(), "a"),
        ([1], [1, 2]),
        ([1, 2], [2, 1]),
        ([], {}),
        ({}, []),
        ({}, None),
        ({"a": 1}, {}),
        ({"a": 1}, {"a": 2}),
        ({"a": ABSENT}, {"a": None}),
        ({"a": None}, {}),
        ({1: "a"}, {"1": "a"}),
        (exactly({"a": 1}), {"a": 1, "b": 2}),
        (exactly({"a": {}}), {"a": {"b": 2}}),
        (exactly([{}]), [{"a": 1}]),
    ],
)
def test_does_not_fit(expected: object, got: object) -> None:
    assert not matches(expected, got)
    assert list(mismatches(expected, got))


@pytest.mark.parametrize(
    ("expected", "got", "mismatch"),
    [
        ({"a": {"b": [1, {"c": 2}]}}, {"a": {"b": [1, {"c": 3}]}}, Mismatch("p.a.b[1].c", 2, 3)),
        ({"a": {"b": 1}}, {"a": {}}, Mismatch("p.a.b", 1, ABSENT)),
        ({"a b": 1}, {"a b": 2}, Mismatch("p['a b']", 1, 2)),
        ({"order_id": 1}, {"orderId": 1}, Mismatch("p.order_id", 1, ABSENT, 'there is "orderId"')),
        ({"revenue": 1}, {"revenu": 1}, Mismatch("p.revenue", 1, ABSENT, 'there is "revenu"')),
        ({"a": 1, "A": 2}, {"A": 2}, Mismatch("p.a", 1, ABSENT)),
        ({1: "a"}, {"1": "a"}, Mismatch("p[1]", "a", ABSENT, "keys are text in JSON")),
        ({2: "a"}, {"1": "a"}, Mismatch("p[2]", "a", ABSENT)),
        ([1], [], Mismatch("p", [1], [], "the lengths differ: 1 and 0")),
        (exactly({"a": 1}), {"a": 1, "b": 2}, Mismatch("p.b", ABSENT, 2)),
    ],
)
def test_the_place_and_the_likely_reason_are_told(expected: object, got: object, mismatch: Mismatch) -> None:
    assert list(mismatches(expected, got, "p")) == [mismatch]


@pytest.mark.parametrize(
    ("expected", "got", "note"),
    [
        (re.compile("Order"), "Order Completed", "the pattern matches a part of it only"),
        (re.compile("Order"), "Cart", None),
        (re.compile(b"Order"), "Order", "a pattern of bytes fits no text"),
        (Odd(), 1, "raised LookupError: no"),
        (lambda value: value["a"], {}, "raised KeyError: 'a'"),
    ],
)
def test_notes(expected: object, got: object, note: str | None) -> None:
    (mismatch,) = mismatches(expected, got)
    assert mismatch.note == note


def test_every_mismatch_is_told_not_just_the_first() -> None:
    found = mismatches({"a": 1, "b": [1, 2], "c": "x"}, {"a": 2, "b": [2, 2], "c": "x"})
    assert [mismatch.path for mismatch in found] == ["a", "b[0]"]


def test_what_stands_for_values_says_so() -> None:
    assert repr(ABSENT) == "ABSENT"
    assert repr(exactly({"a": 1})) == "exactly({'a': 1})"


@pytest.mark.parametrize(
    ("expected", "count"),
    [("a", 1), ({}, 1), ([], 1), ({"a": 1, "b": [1, 2]}, 3), (exactly({"a": {"b": 1, "c": 2}}), 2)],
)
def test_leaves(expected: object, count: int) -> None:
    assert leaves(expected) == count


def test_paths() -> None:
    assert member_path("", "a") == "a"
    assert member_path("a", "b") == "a.b"
    assert member_path("a", "1b") == "a['1b']"


json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-100, 100) | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=10,
)


@given(json_values)
def test_every_value_fits_itself(value: Any) -> None:
    assert matches(value, value)
    assert matches(exactly(value), value)


@given(json_values, json_values)
def test_both_ways_to_compare_agree(expected: Any, got: Any) -> None:
    assert matches(expected, got) == (not list(mismatches(expected, got)))


@given(json_values, json_values)
def test_what_fits_exactly_fits(expected: Any, got: Any) -> None:
    if matches(exactly(expected), got):
        assert matches(expected, got)


@given(st.dictionaries(st.text(max_size=3), json_values), st.dictionaries(st.text(max_size=3), json_values))
def test_further_members_make_no_difference(expected: dict[str, Any], more: dict[str, Any]) -> None:
    assert matches(expected, {**more, **expected})


@given(st.dictionaries(st.text(max_size=3), json_values, min_size=1), st.data())
def test_a_missing_member_is_the_one_mismatch(value: dict[str, Any], data: st.DataObject) -> None:
    gone = data.draw(st.sampled_from(sorted(value)))
    got = {key: inner for key, inner in value.items() if key != gone}
    (mismatch,) = mismatches(value, got)
    assert (mismatch.path, mismatch.got) == (member_path("", gone), ABSENT)
