"""The write key, from wherever it may stand."""

from __future__ import annotations

import base64

import pytest

from segment_hooks import Headers
from segment_testing.fake.auth import NONE, Credentials, credentials
from tests.testing.fake.asking import basic, batch, fake, post, track


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, NONE),
        (basic("wk:"), Credentials("wk")),
        (basic("wk"), Credentials("wk")),
        (basic("wk:password:more"), Credentials("wk")),
        (f"basic   {base64.b64encode(b'wk:').decode().rstrip('=')}  ", Credentials("wk")),
        ("Bearer abc.def", Credentials(token="abc.def")),
        ("bEARER  abc", Credentials(token="abc")),
        ("Bearer", Credentials(token="")),
        (
            basic(":x"),
            Credentials(problem="the Authorization header has an empty user name where the write key belongs"),
        ),
        ("Basic ###", Credentials(problem="the Authorization header holds no base64")),
        ("Basic w", Credentials(problem="the Authorization header holds no base64")),
        ("wk", Credentials(problem="the Authorization header is neither Basic nor Bearer")),
        ("", Credentials(problem="the Authorization header is neither Basic nor Bearer")),
    ],
)
def test_the_header(header: str | None, expected: Credentials) -> None:
    assert credentials(Headers({} if header is None else {"Authorization": header})) == expected


def test_any_bytes_in_the_user_name() -> None:
    found = credentials(Headers([(b"authorization", b"Basic " + base64.b64encode(b"\xff\x00:"))]))
    assert found.write_key == "\ufffd\x00"


def test_a_key_and_a_token_are_not_shown() -> None:
    assert "wk" not in repr(Credentials("wk"))
    assert "abc" not in repr(Credentials(token="abc"))


@pytest.mark.parametrize(
    ("in_body", "in_header", "in_event", "expected"),
    [
        ("body", "header", "event", "body"),
        (None, "header", "event", "header"),
        (None, None, "event", "event"),
        ("", "header", "event", "header"),
        (5, "header", None, "header"),
    ],
)
def test_the_body_counts_before_the_header_and_the_header_before_the_event(
    in_body: str | int | None, in_header: str | None, in_event: str | None, expected: str
) -> None:
    api = fake()
    headers = {} if in_header is None else {"authorization": basic(f"{in_header}:")}
    post(api, "/v1/batch", batch(track(writeKey=in_event), writeKey=in_body), **headers)
    assert [call.reception.write_key for call in api.ledger.calls] == [expected]


def test_each_call_may_have_its_own_key() -> None:
    api = fake(write_keys={"a", "b"})
    calls = [track(messageId=key or "none", writeKey=key) for key in ("a", "b", "c", None, "a2", "a")]
    post(api, "/v1/batch", {"batch": calls})
    assert [(call.message_id, call.reception.write_key) for call in api.ledger.calls] == [("a", "a"), ("b", "b")]
    assert [r.detail for r in api.ledger.rejections] == [
        "batch[2]: the write key is none of FakeSettings.write_keys",
        "batch[3]: no write key: it stands neither in the body nor in an Authorization header",
        "batch[4]: the write key is none of FakeSettings.write_keys",
    ]
    assert len(api.ledger.duplicates) == 1


def test_what_is_wrong_with_the_header_is_told_where_no_other_key_is() -> None:
    api = fake()
    post(api, "/v1/track", track(), authorization="Basic ###")
    assert [r.detail for r in api.ledger.rejections] == ["no write key: the Authorization header holds no base64"]
    post(api, "/v1/track", track(writeKey="wk"), authorization="Basic ###")
    assert len(api.ledger) == 1
