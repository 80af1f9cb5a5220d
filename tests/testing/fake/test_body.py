"""Compression, limits, UTF-8."""

from __future__ import annotations

import gzip
import os
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segment_hooks import Headers
from segment_testing.fake import Limits
from segment_testing.fake.body import BodyError, BodyTooLargeError, text_of

LIMITS = Limits(request=1_000, inflated=2_000)


def zipped(data: bytes) -> bytes:
    return gzip.compress(data, mtime=0)  # without a time, so that the names of the tests stay the same


def read(body: bytes, encoding: str | None = None) -> bytes:
    return text_of(body, Headers({} if encoding is None else {"content-encoding": encoding}), LIMITS)


@pytest.mark.parametrize("encoding", [None, "", "identity", " Identity "])
def test_as_it_is(encoding: str | None) -> None:
    assert read("{é}".encode(), encoding) == "{é}".encode()


@pytest.mark.parametrize("encoding", [None, "gzip", "GZip", "x-gzip", "deflate", "identity"])
def test_gzip_is_known_by_its_first_bytes(encoding: str | None) -> None:
    assert read(zipped(b"{}"), encoding) == b"{}"


def test_gzip_may_come_in_members() -> None:
    assert read(zipped(b'{"a":') + zipped(b"1}") + zipped(b"")) == b'{"a":1}'


@pytest.mark.parametrize(
    ("body", "encoding", "message"),
    [
        (b"{}", "gzip", "Content-Encoding says gzip, but the body is not gzip"),
        (b"", "x-gzip", "Content-Encoding says gzip, but the body is not gzip"),
        (b"{}", "br", "Content-Encoding is neither gzip nor identity, and Segment takes no other"),
        (zlib.compress(b"{}"), "deflate", "Content-Encoding is neither gzip nor identity, and Segment takes no other"),
        (b"\x1f\x8bnot gzip", None, "the body begins as gzip, but is broken"),
        (zipped(b"{}")[:-9], "gzip", "the body is gzip that was cut off"),
        (zipped(b"{}") + b"rest", "gzip", "the body begins as gzip, but is broken"),
        (zipped(b"") * 40, "gzip", "the body is gzip of more than 32 members"),
        (zipped(b"\xff"), "gzip", "the body is not UTF-8 at byte 0"),
        (b'{"a":"\xed\xa0\x80"}', None, "the body is not UTF-8 at byte 6"),
    ],
)
def test_what_cannot_be_read(body: bytes, encoding: str | None, message: str) -> None:
    with pytest.raises(BodyError) as caught:
        read(body, encoding)
    assert (type(caught.value), str(caught.value)) == (BodyError, message)


def test_a_body_may_have_its_limit_and_no_more() -> None:
    assert len(read(b"x" * 1_000)) == 1_000
    with pytest.raises(BodyTooLargeError, match=r"the request has more than 1,000 bytes$"):
        read(b"x" * 1_001)
    with pytest.raises(BodyTooLargeError, match=r"the request has more than 1,000 bytes$"):
        read(zipped(os.urandom(1_000)))


@pytest.mark.parametrize("members", [[2_000], [1_000, 1_000], [1, 1_999, 0]])
def test_so_may_what_is_inflated(members: list[int]) -> None:
    body = b"".join(zipped(b"x" * size) for size in members)
    assert len(read(body)) == 2_000
    with pytest.raises(BodyTooLargeError, match="the request has more than 2,000 bytes once it is inflated"):
        read(body + zipped(b"x"))


def test_a_bomb_is_not_unpacked() -> None:
    bomb = zipped(b"\0" * 50_000_000)
    limits = Limits()
    assert len(bomb) < limits.request
    with pytest.raises(BodyTooLargeError):
        text_of(bomb, Headers(), limits)


@given(st.binary(max_size=300))
def test_whatever_is_compressed_comes_out(data: bytes) -> None:
    try:
        data.decode()
    except UnicodeDecodeError:
        with pytest.raises(BodyError):
            read(zipped(data))
    else:
        assert read(zipped(data)) == data


@given(st.binary(max_size=200).map(lambda rest: b"\x1f\x8b" + rest) | st.binary(max_size=1_200), st.binary(max_size=20))
def test_any_bytes_are_read_or_refused(body: bytes, encoding: bytes) -> None:
    try:
        text = text_of(body, Headers([(b"content-encoding", encoding)]), LIMITS)
    except BodyError as error:
        assert str(error)  # noqa: PT017  # it may be raised or not
    else:
        text.decode()
