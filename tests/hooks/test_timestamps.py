"""Every form of timestamp that Segment was seen to send, and whatever else stands in its place."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from segment_hooks import parse_timestamp

SEEN = {
    "2026-11-24T00:26:11.143Z": datetime(2026, 11, 24, 0, 26, 11, 143_000, UTC),
    "2026-11-24T00:26:10.021+00:00": datetime(2026, 11, 24, 0, 26, 10, 21_000, UTC),
    "2026-11-24T00:26:10.221552+00:00": datetime(2026, 11, 24, 0, 26, 10, 221_552, UTC),
    "2018-08-23T21:35:02.85860964Z": datetime(2018, 8, 23, 21, 35, 2, 858_609, UTC),
    "2018-08-23T21:35:25.862826965Z": datetime(2018, 8, 23, 21, 35, 25, 862_826, UTC),
    "2020-04-23T22:38:48.55Z": datetime(2020, 4, 23, 22, 38, 48, 550_000, UTC),
    "2026-03-04T05:06:07Z": datetime(2026, 3, 4, 5, 6, 7, 0, UTC),
    "0001-01-01T00:00:00Z": None,
    "2020-05-09 23:54:49.209808489 +0000 UTC m=+70366.298768264": datetime(2020, 5, 9, 23, 54, 49, 209_808, UTC),
    "2015-2-02T00:30:08.276Z": datetime(2015, 2, 2, 0, 30, 8, 276_000, UTC),
}
OTHER = {
    "2026-03-04T05:06:07": datetime(2026, 3, 4, 5, 6, 7, 0, UTC),
    "2026-03-04 05:06:07Z": datetime(2026, 3, 4, 5, 6, 7, 0, UTC),
    "2026-03-04T05:06Z": datetime(2026, 3, 4, 5, 6, 0, 0, UTC),
    "2026-03-04": datetime(2026, 3, 4, 0, 0, 0, 0, UTC),
    "2026-03-04T05:06:07+02:00": datetime(2026, 3, 4, 3, 6, 7, 0, UTC),
    "2026-3-4T5:06:07.5 -0330": datetime(2026, 3, 4, 8, 36, 7, 500_000, UTC),
    "2020-05-09 23:54:49 +0200 CEST": datetime(2020, 5, 9, 21, 54, 49, 0, UTC),
    "2020-05-09 23:54:49 +0000 UTC m=-0.5": datetime(2020, 5, 9, 23, 54, 49, 0, UTC),
    "2026-3-04T05:06:07,25Z": datetime(2026, 3, 4, 5, 6, 7, 250_000, UTC),
    "2026-3-04t05:06:07z": datetime(2026, 3, 4, 5, 6, 7, 0, UTC),
    " 2026-03-04T05:06:07Z ": datetime(2026, 3, 4, 5, 6, 7, 0, UTC),
}
NONE = [
    *("", " ", "null", "yesterday", "1700000000", "2026", "2026-13-04T05:06:07Z", "2026-02-30T05:06:07Z"),
    *("2026-2-30T05:06:07Z", "2026-3-04T25:06:07Z", "2026-3-04T05:06:07+99:00", "26-03-04T05:06:07Z", "2026-3-04T05Z"),
    *("0001-01-01 00:00:00 +0000 UTC", "0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00", "2026-3-4T5:06:07Zx"),
    *("2026-03-04T05:06:07Z\n" * 2, "\ud800", "2026-03-04T05:06:07\ud800", "\u0662026-03-04T05:06:07Z", "-2026-03-04"),
]


@pytest.mark.parametrize(("text", "moment"), (SEEN | OTHER).items())
def test_a_form_is_read_as_its_moment_in_utc(text: str, moment: datetime | None) -> None:
    assert parse_timestamp(text) == moment
    if moment is not None:
        assert parse_timestamp(text).tzinfo is UTC  # type: ignore[union-attr]


@pytest.mark.parametrize("text", [None, *NONE])
def test_what_is_no_moment_is_none(text: str | None) -> None:
    assert parse_timestamp(text) is None


offsets = st.integers(-24 * 60 + 1, 24 * 60 - 1).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moments = st.datetimes(min_value=datetime(2, 1, 2), max_value=datetime(9999, 12, 30), timezones=offsets)  # noqa: DTZ001


@given(moments, st.sampled_from(["auto", "seconds", "milliseconds", "microseconds"]), st.sampled_from("T "))
def test_any_moment_comes_back_from_iso_8601(moment: datetime, precision: str, separator: str) -> None:
    text = moment.isoformat(separator, precision)
    assert parse_timestamp(text) == datetime.fromisoformat(text)


@given(moments, st.text("0123456789", min_size=1, max_size=12), st.booleans())
def test_any_fraction_is_cut_to_microseconds(moment: datetime, fraction: str, padded: bool) -> None:
    day = f"{moment:%m-%d}" if padded else f"{moment.month}-{moment.day}"
    text = f"{moment.year:04}-{day}T{moment:%H:%M:%S}.{fraction}Z"
    expected = moment.replace(microsecond=int(fraction[:6].ljust(6, "0")), tzinfo=UTC)
    assert parse_timestamp(text) == expected


almost = st.text("0123456789-:. TZ+mUC=", max_size=40)
shuffled = st.sampled_from([*SEEN]).flatmap(st.permutations).map("".join)


@given(st.one_of(st.text(), almost, shuffled))
@example("2020-01-01 00:00" + " " * 1_000_000 + "x")  # takes for ever where the pattern may try every split
@example("2020-01-01 00:00:00." + "1" * 1_000_000)
def test_no_text_raises(text: str) -> None:
    moment = parse_timestamp(text)
    assert moment is None or moment.tzinfo is UTC
