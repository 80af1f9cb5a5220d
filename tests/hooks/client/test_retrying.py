"""What answers mean, by the rules of Segment's own SDKs."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segment_hooks.client import SegmentErrorType
from segment_hooks.client.retrying import Failure, backoff, judge, retry_after

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)


def now() -> datetime:
    return NOW


T = SegmentErrorType


@pytest.mark.parametrize(
    ("status", "kind", "retriable"),
    [
        (301, T.UNKNOWN, False),
        (304, T.UNKNOWN, False),
        (100, T.UNKNOWN, False),
        (600, T.UNKNOWN, False),
        (400, T.VALIDATION, False),
        (401, T.AUTHENTICATION, False),
        (403, T.AUTHORIZATION, False),
        (404, T.NOT_FOUND, False),
        (405, T.VALIDATION, False),
        (407, T.AUTHENTICATION, False),
        (408, T.SERVER, True),
        (409, T.VALIDATION, False),
        (410, T.SERVER, True),
        (413, T.VALIDATION, False),
        (422, T.VALIDATION, False),
        (429, T.RATE_LIMIT, True),
        (460, T.SERVER, True),
        (500, T.SERVER, True),
        (501, T.SERVER, False),
        (502, T.SERVER, True),
        (503, T.SERVER, True),
        (504, T.SERVER, True),
        (505, T.SERVER, False),
        (511, T.SERVER, False),
        (599, T.SERVER, True),
    ],
)
def test_the_table_of_statuses(status: int, kind: SegmentErrorType, retriable: bool) -> None:
    failure = judge(status, {}, b"", now)
    assert failure is not None
    assert (failure.type, failure.status_code, failure.retriable) == (kind, status, retriable)
    assert failure.divisible == (status in {400, 413})
    assert failure.code == f"status_{status}"
    error = failure.error(("m-1", "m-2"))
    assert (error.type, error.status_code, error.is_retriable()) == (kind, status, retriable)
    assert error.message_ids == ("m-1", "m-2")
    assert str(error) == f"2 events not taken ({kind}: status_{status}, status {status})"


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_every_2xx_is_delivered(status: int) -> None:
    assert judge(status, {}, b"", now) is None
    assert judge(status, {"content-type": "text/html"}, b"", now) is None


def test_a_page_for_humans_is_not_segment() -> None:
    failure = judge(200, {"content-type": "text/html; charset=utf-8"}, b"\n<html>log in", now)
    assert failure is not None
    assert (failure.type, failure.code, failure.retriable) == (T.NETWORK, "not_segment", True)


@pytest.mark.parametrize(
    ("body", "code", "detail"),
    [
        (b'{"code": "invalid_request", "message": "Exceed"}', "invalid_request", "Exceed"),
        (b'{"error": "invalid_client", "error_description": "no"}', "invalid_client", "no"),
        (b'{"code": 7, "error": "Exceed payload limit"}', "status_400", '{"code": 7, "error": "Exceed payload limit"}'),
        (b'{"code": "' + b"x" * 65 + b'"}', "status_400", '{"code": "' + "x" * 65 + '"}'),
        (b"Bad Request", "status_400", "Bad Request"),
        (b"[1]", "status_400", "[1]"),
        (b"", "status_400", None),
        (b"\xff" * 3, "status_400", "\ufffd" * 3),
        (b'{"message": "' + b"y" * 900 + b'"}', "status_400", "y" * 500),
        (b"[" * 100_000, "status_400", "[" * 500),
    ],
    ids=range(10),
)
def test_what_the_server_says(body: bytes, code: str, detail: str | None) -> None:
    failure = judge(400, {}, body, now)
    assert failure is not None
    assert (failure.code, failure.detail) == (code, detail)
    error = failure.error(("m",))
    assert error.detail == detail
    assert str(error) == f"1 event not taken (validation: {code}, status 400)"  # and not what the server said


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7),
        ({"retry-after": " 1.5 "}, 1.5),
        ({"retry-after": "0"}, None),
        ({"retry-after": "-1"}, None),
        ({"retry-after": "301"}, 300),
        ({"retry-after": "9" * 30}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "Wed, 04 Mar 2026 05:06:37 GMT"}, 30),
        ({"retry-after": "Wed, 04 Mar 2026 05:06:37 -0000"}, 30),
        ({"retry-after": "Wed, 04 Mar 2026 07:06:07 +0200"}, None),
        ({"retry-after": "Thu, 05 Mar 2026 05:06:37 GMT"}, 300),
        ({"retry-after": "Wed, 04 Mar 2026 05:06:00 GMT"}, None),
        ({"retry-after": "Wed, 99 Mar 2026 05:06:00 GMT"}, None),
        ({"x-ratelimit-reset": "9"}, 9),
        ({"retry-after": "3", "x-ratelimit-reset": "9"}, 3),
        ({"retry-after": "soon", "x-ratelimit-reset": "9"}, 9),
        ({"x-ratelimit-reset": "1772600797"}, 300),
    ],
    ids=str,
)
def test_how_long_the_server_asks_to_wait(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers, now) == seconds
    failure = judge(503, headers, b"", now)
    assert failure is not None
    assert failure.retry_after == seconds
    refused = judge(400, headers, b"", now)
    assert refused is not None
    assert refused.retry_after is None


@given(st.text())
def test_any_header_is_read(value: str) -> None:
    seconds = retry_after({"retry-after": value}, now)
    assert seconds is None or 0 < seconds <= 300


def test_waits_double_from_half_a_second_to_a_minute() -> None:
    longest = [backoff(tries, lambda: 0.0) for tries in range(1, 12)]
    assert longest == [0.5, 1, 2, 4, 8, 16, 32, 60, 60, 60, 60]
    assert [backoff(tries, lambda: 1.0) for tries in range(1, 12)] == [wait / 2 for wait in longest]
    assert backoff(10_000, lambda: 0.0) == 60


def test_given_up_is_said_so() -> None:
    failure = Failure(type=T.NETWORK, code="timeout", retriable=True)
    assert str(failure.error(("a", "b"), given_up=True)) == "2 events given up (network: timeout)"
