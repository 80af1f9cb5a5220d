"""Secrets, signatures, and the policies for events that no signature covers."""

from __future__ import annotations

import logging

import pytest

from segment_hooks import (
    ConfigurationError,
    PayloadError,
    Scope,
    SegmentWebhookHandler,
    SignatureError,
    SignatureFailure,
    StaticHeader,
    sign,
)
from segment_hooks.webhook import UncoveredPolicy
from tests.hooks.deliveries import SECRET, encode, names_of, track

ONE = encode(track("One"))
TWO = encode([track("One"), track("Two")])


def signed(body: bytes, secret: str = SECRET) -> dict[str, str]:
    return {"X-Signature": sign(secret, body)}


def refusal(handler: SegmentWebhookHandler, headers: dict[str, str], body: bytes) -> SignatureFailure:
    with pytest.raises(SignatureError) as caught:
        handler.handle_request(headers=headers, body=body)
    return caught.value.reason


def test_a_single_event_is_covered_whole() -> None:
    delivery = SegmentWebhookHandler(SECRET).handle_request(headers=signed(ONE), body=ONE)
    assert names_of(delivery.events) == ["One"]
    assert delivery.verification is not None
    assert delivery.verification.scope is Scope.BODY
    assert delivery.verification.covers_all
    assert (delivery.uncovered, delivery.is_batch, delivery.skipped) == ([], False, ())
    assert delivery.events[0].raw == ONE


def test_of_a_batch_the_first_event_is_covered() -> None:
    delivery = SegmentWebhookHandler(SECRET).handle_request(headers=signed(TWO), body=TWO)
    assert [event.covered for event in delivery.events] == [True, False]
    assert names_of(delivery.uncovered) == ["Two"]
    assert delivery.verification is not None
    assert delivery.verification.scope is Scope.FIRST
    assert delivery.is_batch


def test_a_signature_over_the_whole_batch_covers_all_of_it(caplog: pytest.LogCaptureFixture) -> None:
    headers = {"X-Signature": sign(SECRET, TWO, scope=Scope.BODY)}
    for policy in (None, "refuse", StaticHeader("Authorization", "Bearer t")):
        delivery = SegmentWebhookHandler(SECRET, uncovered=policy).handle_request(headers=headers, body=TWO)
        assert [event.covered for event in delivery.events] == [True, True]
    assert caplog.records == []


# ---- policies


def test_left_out_the_policy_accepts_marks_and_warns_once(caplog: pytest.LogCaptureFixture) -> None:
    handler = SegmentWebhookHandler(SECRET)
    for _ in range(3):
        assert len(handler.handle_request(headers=signed(TWO), body=TWO).uncovered) == 1
    (record,) = caplog.records
    assert (record.name, record.levelno) == ("segment_hooks", logging.WARNING)
    assert "uncovered=" in record.getMessage()


def test_a_batch_of_one_needs_no_warning(caplog: pytest.LogCaptureFixture) -> None:
    body = encode([track("One")])
    delivery = SegmentWebhookHandler(SECRET).handle_request(headers=signed(body), body=body)
    assert delivery.uncovered == []
    assert caplog.records == []


def test_accept_is_silent(caplog: pytest.LogCaptureFixture) -> None:
    handler = SegmentWebhookHandler(SECRET, uncovered="accept")
    assert [e.covered for e in handler.handle_request(headers=signed(TWO), body=TWO).events] == [True, False]
    assert caplog.records == []


def test_refuse_takes_batches_of_one_and_no_more() -> None:
    handler = SegmentWebhookHandler(SECRET, uncovered="refuse")
    one = encode([track("One")])
    assert len(handler.handle_request(headers=signed(one), body=one).events) == 1
    assert refusal(handler, signed(TWO), TWO) is SignatureFailure.UNCOVERED


def test_refuse_minds_an_uncovered_event_behind_a_null() -> None:
    body = b'[null,{"type":"track"}]'
    handler = SegmentWebhookHandler(SECRET, uncovered="refuse")
    assert refusal(handler, signed(body), body) is SignatureFailure.UNCOVERED


def test_a_static_header_vouches_for_the_rest_of_a_batch() -> None:
    handler = SegmentWebhookHandler(SECRET, uncovered=StaticHeader("Authorization", "Bearer old", "Bearer new"))
    for value in ("Bearer old", "Bearer new"):
        delivery = handler.handle_request(headers=signed(TWO) | {"authorization": value}, body=TWO)
        assert [event.covered for event in delivery.events] == [True, False]
    for value in ("", "Bearer", "Bearer newer", "bearer new"):
        assert refusal(handler, signed(TWO) | {"Authorization": value}, TWO) is SignatureFailure.STATIC_HEADER
    assert refusal(handler, signed(TWO), TWO) is SignatureFailure.STATIC_HEADER


def test_a_static_header_twice_is_none() -> None:
    handler = SegmentWebhookHandler(SECRET, uncovered=StaticHeader("x-token", "t"))
    pairs = [("X-Signature", sign(SECRET, TWO)), ("X-Token", "t"), ("X-Token", "t")]
    with pytest.raises(SignatureError) as caught:
        handler.handle_request(headers=pairs, body=TWO)
    assert caught.value.reason is SignatureFailure.STATIC_HEADER


def test_a_static_header_is_not_asked_for_where_all_is_covered() -> None:
    handler = SegmentWebhookHandler(SECRET, uncovered=StaticHeader("x-token", "t"))
    assert handler.handle_request(headers=signed(ONE), body=ONE).events[0].covered


def test_a_static_header_does_not_replace_the_signature() -> None:
    handler = SegmentWebhookHandler(SECRET, uncovered=StaticHeader("x-token", "t"))
    assert refusal(handler, {"x-token": "t"}, ONE) is SignatureFailure.MISSING


def test_a_static_header_takes_text_beyond_ascii_and_bytes() -> None:
    for given in ("pässword", "pässword".encode()):
        handler = SegmentWebhookHandler(verify=False, uncovered=StaticHeader("x-token", given))
        assert handler.handle_request(headers=[(b"X-Token", "pässword".encode())], body=ONE).events


# ---- no check at all


def test_verify_false_takes_what_comes_and_marks_it(caplog: pytest.LogCaptureFixture) -> None:
    handler = SegmentWebhookHandler(verify=False)
    for body, count in ((ONE, 1), (TWO, 2)):
        delivery = handler.handle_request(headers={}, body=body)
        assert (delivery.verification, len(delivery.uncovered)) == (None, count)
    assert caplog.records == []


def test_verify_false_with_a_static_header_asks_for_it_always() -> None:
    handler = SegmentWebhookHandler(verify=False, uncovered=StaticHeader("X-Token", "t"))
    assert handler.handle_request(headers={"x-token": "t"}, body=ONE).events
    for headers in ({}, {"x-token": "T"}):
        assert refusal(handler, headers, ONE) is SignatureFailure.STATIC_HEADER


def test_without_a_check_the_body_must_still_be_json() -> None:
    with pytest.raises(PayloadError):
        SegmentWebhookHandler(verify=False).handle_request(headers={}, body=b"[1]")


# ---- secrets


def test_rotation_says_which_secret_matched() -> None:
    handler = SegmentWebhookHandler(["new", "old"])
    for index, secret in enumerate(["new", "old"]):
        for body in (ONE, TWO):
            verification = handler.handle_request(headers=signed(body, secret), body=body).verification
            assert verification is not None
            assert verification.secret_index == index
    assert refusal(handler, signed(ONE, "older"), ONE) is SignatureFailure.MISMATCH


@pytest.mark.parametrize("policy", [None, "accept", "refuse", StaticHeader("x-token", "t")], ids=repr)
@pytest.mark.parametrize("body", [ONE, TWO, b"{}", b"[]", b"", b"nonsense"])
def test_a_secret_without_a_signature_is_refused_always(policy: UncoveredPolicy | None, body: bytes) -> None:
    handler = SegmentWebhookHandler(SECRET, uncovered=policy)
    headers = {"x-token": "t"}
    assert refusal(handler, headers, body) is SignatureFailure.MISSING
    assert refusal(handler, headers | {"X-Signature": ""}, body) is SignatureFailure.MISSING
    assert refusal(handler, headers | {"X-Signature": "0" * 40}, body) is SignatureFailure.MISMATCH


# ---- configuration

MISTAKES: list[tuple[dict[str, object], str]] = [
    ({}, "no shared secret given.*verify=False"),
    ({"secret": ""}, "no shared secret"),
    ({"secret": b""}, "no shared secret"),
    ({"secret": []}, "no shared secret"),
    ({"secret": iter(())}, "no shared secret"),
    ({"secret": ["a", ""]}, "secret is empty"),
    ({"secret": ["a", None]}, "text or bytes, not NoneType"),
    ({"secret": "s", "verify": False}, "leave out one"),
    ({"secret": "s", "uncovered": "reject"}, "'accept', 'refuse' or a StaticHeader, not 'reject'"),
    ({"secret": "s", "uncovered": True}, "'accept', 'refuse' or a StaticHeader"),
    ({"verify": False, "uncovered": "refuse"}, "would refuse every delivery"),
    ({"secret": "s", "signature_headers": []}, "signature_headers is empty"),
    ({"secret": "s", "scopes": []}, "no scopes given"),
]


@pytest.mark.parametrize(("options", "message"), MISTAKES)
def test_a_configuration_mistake_is_told_at_start(options: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        SegmentWebhookHandler(**options)  # type: ignore[arg-type]


@pytest.mark.parametrize("arguments", [("", "v"), ("x-token",), ("x-token", ""), ("x-token", "v", ""), ("x", None)])
def test_a_static_header_needs_name_and_values(arguments: tuple[str, ...]) -> None:
    with pytest.raises(ConfigurationError, match="a name and at least one value"):
        StaticHeader(*arguments)


MISTAKES_IN_KIND: list[dict[str, object]] = [
    {"secret": "s", "signature_headers": ["ž"]},
    {"secret": "s", "scopes": "no such scope"},
    {"secret": "s", "scopes": ["whole"]},
    {"secret": 5},
]


@pytest.mark.parametrize("options", MISTAKES_IN_KIND)
def test_a_setting_of_the_wrong_kind_is_told_at_start(options: dict[str, object]) -> None:
    with pytest.raises(ConfigurationError):
        SegmentWebhookHandler(**options)  # type: ignore[arg-type]


def test_a_static_header_of_the_wrong_kind_is_told_at_start() -> None:
    with pytest.raises(ConfigurationError):
        StaticHeader("x-token", 5)  # type: ignore[arg-type]
    with pytest.raises(ConfigurationError):
        StaticHeader("ž", "v")


def test_no_repr_shows_a_secret() -> None:
    secret = StaticHeader("x-token", "tok-31415")
    handler = SegmentWebhookHandler(["sec-27182", "sec-16180"], uncovered=secret)
    delivery = handler.handle_request(headers=signed(ONE, "sec-16180") | {"x-token": "tok-31415"}, body=ONE)
    shown = f"{handler!r} {handler} {secret!r} {delivery!r} {delivery.verification!r} {delivery.events[0]!r}"
    for hidden in ("31415", "27182", "16180", "u-1"):
        assert hidden not in shown
    assert "2 secret(s)" in shown
