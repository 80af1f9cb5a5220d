"""Calls in the query of an image."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segment_testing.fake.body import BodyError
from segment_testing.fake.pixel import body_of


def read(query: str) -> Any:
    return json.loads(body_of(query))


CALL = {"userId": "u?1>", "event": "Email Opened", "properties": {"subject": "Hé ÿÿ>>??"}, "writeKey": "wk"}


@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
@pytest.mark.parametrize("padded", [True, False])
@pytest.mark.parametrize("escape", [quote, str])
def test_base64_of_either_kind(encode: Any, padded: bool, escape: Any) -> None:
    for spaces in range(3):  # so that there is padding of every length
        text = encode(json.dumps(CALL).encode() + b" " * spaces).decode()
        data = text if padded else text.rstrip("=")
        assert read(f"data={escape(data)}") == CALL


def test_members_by_themselves() -> None:
    query = urlencode(
        {
            "userId": "u-1",
            "event": "Email Opened",
            "properties.subject": "Hi & bye",
            "context.page.path": "/",
            "properties.a": "",
            "writeKey": "wk",
        }
    )
    assert read(query) == {
        "userId": "u-1",
        "event": "Email Opened",
        "properties": {"subject": "Hi & bye", "a": ""},
        "context": {"page": {"path": "/"}},
        "writeKey": "wk",
    }


def test_the_last_of_a_name_counts() -> None:
    assert read("a=1&a=2&b=1&b.c=2&d.e=1&d=2") == {"a": "2", "b": {"c": "2"}, "d": "2"}


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("data=%%%", "the parameter data holds no base64"),
        ("data=abcde", "the parameter data holds no base64"),
        ("data=é", "the parameter data holds no base64"),
        ("a." * 40 + "b=1", "a parameter is nested deeper than 32 levels"),
        ("&".join(["a=1"] * 1_001), "the query has more than 1,000 parameters"),
    ],
)
def test_what_holds_no_call(query: str, message: str) -> None:
    with pytest.raises(BodyError) as caught:
        body_of(query)
    assert str(caught.value) == message


@given(st.text(max_size=60) | st.text(alphabet="data=&.%f+a", max_size=60))
def test_any_query_is_read_or_refused(query: str) -> None:
    try:
        body = body_of(query)
    except BodyError:
        return
    if all(name != "data" for name, _ in parse_qsl(query, keep_blank_values=True)):
        assert isinstance(json.loads(body), dict)
