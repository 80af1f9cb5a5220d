"""Headers, Request and Response: any bytes in, nothing private shown."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segment_hooks import Headers, Request, Response

names = st.text(st.characters(codec="latin-1"), min_size=1, max_size=8)
latin_values = st.text(st.characters(codec="latin-1"), max_size=8)


@given(st.lists(st.tuples(names, latin_values), max_size=8), st.booleans(), st.booleans())
def test_every_value_of_a_name_is_kept_in_order_whatever_the_case(
    pairs: list[tuple[str, str]], as_bytes: bool, upper: bool
) -> None:
    def encoded(text: str) -> bytes:
        return text.encode("latin-1")

    source = [(encoded(n).upper() if upper else encoded(n), encoded(v)) for n, v in pairs]
    headers = Headers(source if as_bytes else [(n.decode("latin-1"), v.decode("latin-1")) for n, v in source])
    for name in {encoded(name).lower() for name, _ in pairs}:
        expected = tuple(encoded(v) for n, v in pairs if encoded(n).lower() == name)
        assert headers.get_all(name) == expected
        assert headers.get(name) == expected[0]


@given(
    st.lists(st.tuples(st.one_of(st.text(), st.binary()), st.one_of(st.text(), st.binary(), st.integers())), max_size=5)
)
def test_any_pairs_make_headers(pairs: list[tuple[str | bytes, str | bytes]]) -> None:
    headers = Headers.of(pairs)
    assert sum(len(headers.get_all(name)) for name in headers.names()) == len(pairs)
    assert isinstance(repr(headers), str)


@pytest.mark.parametrize(
    "source",
    [
        {"X-Signature": "a", "Accept": "b"},
        {b"X-Signature": b"a"},
        MappingProxyType({"x-SIGNATURE": "a"}),
        [("X-Signature", "a"), (b"accept", b"b")],
        (pair for pair in [("X-Signature", "a")]),
        Headers({"x-signature": "a"}),
    ],
)
def test_headers_are_made_of_what_frameworks_have(source: Mapping[str, str]) -> None:
    headers = Headers.of(source)
    assert headers.get(b"x-signature") == b"a"
    assert headers.get_all(b"x-signature") == (b"a",)
    assert (headers.get(b"absent"), headers.get_all(b"absent")) == (None, ())
    assert Headers.of(headers) is headers


def test_headers_from_asgi_keep_what_stands_twice() -> None:
    headers = Headers.from_asgi([(b"a", b"1"), (b"b", b"2"), (b"a", b"3")])
    assert headers.get_all(b"a") == (b"1", b"3")
    assert headers.get(b"b") == b"2"


def test_text_that_http_cannot_carry_becomes_utf_8() -> None:
    headers = Headers({"a": "é", "b": "€", "c": "\ud800"})
    assert [headers.get(name) for name in (b"a", b"b", b"c")] == [b"\xe9", "€".encode(), b"\xed\xa0\x80"]


def test_no_repr_shows_a_value() -> None:
    headers = Headers([("Authorization", "hunter2"), ("x-signature", "cafe"), ("Authorization", "hunter3")])
    assert repr(headers) == "Headers(authorization, x-signature)"
    assert repr(Request("POST", headers, b"hunter2")) == "Request('POST', Headers(authorization, x-signature), 7 bytes)"
    assert "hunter" not in f"{headers} {Request('POST', headers, b'hunter2')}"


def test_a_response_gives_its_headers_as_text() -> None:
    assert Response(200, ((b"content-type", b"a/\xe9"),)).text_headers() == [("content-type", "a/é")]
    assert Response(204).body == b""
