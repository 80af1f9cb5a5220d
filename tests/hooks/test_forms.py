"""Form bodies of the extensible webhook destination, told back into the JSON that was signed."""

from __future__ import annotations

import json
from urllib.parse import quote_plus, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segment_hooks import PayloadError, SegmentWebhookHandler, SignatureError, sign
from segment_hooks.forms import form_to_json
from segment_hooks.javascript import stringify
from tests.hooks import strategies as js

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@given(st.dictionaries(js.encodable_texts, js.encodable_texts, max_size=5))
def test_an_object_of_strings_comes_back(fields: dict[str, str]) -> None:
    assert form_to_json(urlencode(fields).encode()) == stringify(fields)


@given(st.dictionaries(st.text(min_size=1, max_size=9), js.encodable_texts, min_size=1, max_size=5))
def test_a_form_delivery_is_verified_by_the_object_behind_it(fields: dict[str, str]) -> None:
    headers = FORM | {"X-Signature": sign("secret", stringify(fields))}
    (event,) = SegmentWebhookHandler("secret").handle_request(headers=headers, body=urlencode(fields).encode()).events
    assert event.covered
    assert event.payload == fields


def test_a_form_whose_numbers_left_no_trace_is_refused() -> None:
    headers = FORM | {"X-Signature": sign("secret", b'{"total":10}')}
    with pytest.raises(SignatureError):
        SegmentWebhookHandler("secret").handle_request(headers=headers, body=b"total=10")


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b"", {}),
        (b"a=", {"a": ""}),
        (b"a=1+2%2B3", {"a": "1 2+3"}),
        (b"a=1=2", {"a": "1=2"}),
        (b"a=1;b=2", {"a": "1;b=2"}),
        (b"a=%zz", {"a": "%zz"}),
        (b"2=b&1=a", {"1": "a", "2": "b"}),
        (b"%C3%A9=%F0%9F%98%80", {"é": "\U0001f600"}),
    ],
)
def test_what_a_form_says(body: bytes, value: dict[str, str]) -> None:
    assert form_to_json(body) == json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


@pytest.mark.parametrize(
    "body",
    [
        b"a",
        b"a&b=1",
        b"&",
        b"a=1&",
        b"a=1&a=2",
        b"a=%ff",
        b"a=%ed%a0%80",
        "a=é".encode(),
        b"\xff=1",
        b"a=1&" * 10_001 + b"b=2",
    ],
)
def test_what_is_no_form_of_an_object_is_refused(body: bytes) -> None:
    with pytest.raises(PayloadError, match="form"):
        form_to_json(body)


@given(
    st.one_of(
        js.hostile_texts,
        st.text("a=&+%1fF;é", max_size=20).map(str.encode),
        st.binary().map(quote_plus).map(str.encode),
    )
)
def test_any_bytes_are_a_form_or_refused(body: bytes) -> None:
    try:
        text = form_to_json(body)
    except PayloadError:
        return
    assert all(isinstance(value, str) for value in js.strict_loads(text).values())
