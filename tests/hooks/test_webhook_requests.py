"""Headers in every shape that a framework hands over, and bodies in every shape that Segment sends."""

from __future__ import annotations

import email.message
from types import MappingProxyType
from typing import Any

import pytest

from segment_hooks import (
    Headers,
    Payload,
    PayloadError,
    Scope,
    SegmentWebhookHandler,
    SignatureError,
    SignatureFailure,
    Unknown,
    sign,
)
from tests.hooks.deliveries import SECRET, encode, names_of, track
from tests.hooks.vectors import named

BODY = encode(track("One"))
GOOD = sign(SECRET, BODY)
BAD = "0" * 40


def multi_dicts() -> list[Any]:
    found: list[Any] = []
    try:
        import werkzeug.datastructures as werkzeug

        found += [werkzeug.Headers, werkzeug.MultiDict]
    except ImportError:
        pass
    try:
        from starlette.datastructures import Headers as StarletteHeaders

        found.append(lambda pairs: StarletteHeaders(raw=[(n.lower().encode(), v.encode()) for n, v in pairs]))
    except ImportError:
        pass
    try:
        from multidict import CIMultiDict, CIMultiDictProxy

        found += [CIMultiDict, lambda pairs: CIMultiDictProxy(CIMultiDict(pairs))]
    except ImportError:
        pass
    try:
        import httpx

        found.append(httpx.Headers)
    except ImportError:
        pass
    return found


def message(pairs: list[tuple[str, str]]) -> Any:
    """What `http.server` calls `self.headers`."""
    made = email.message.Message()
    for name, value in pairs:
        made[name] = value
    return made


def in_bytes(pairs: list[tuple[str, str]]) -> Any:
    return [(name.encode(), value.encode()) for name, value in pairs]


KEEPING_DUPLICATES = [list, tuple, iter, in_bytes, Headers, message, *multi_dicts()]
SHAPES = [dict, MappingProxyType, lambda pairs: dict(in_bytes(pairs)), *KEEPING_DUPLICATES]


def shape(make: Any, pairs: list[tuple[str, str]]) -> Any:
    return make(dict(pairs)) if make is MappingProxyType else make(pairs)


def verify(headers: Any, body: bytes = BODY, **options: Any) -> Any:
    return SegmentWebhookHandler(SECRET, **options).handle_request(headers=headers, body=body)


def refusal(headers: Any, body: bytes = BODY, **options: Any) -> SignatureFailure:
    with pytest.raises(SignatureError) as caught:
        verify(headers, body, **options)
    return caught.value.reason


@pytest.mark.parametrize("name", ["x-signature", "X-Signature", "X-SIGNATURE"])
@pytest.mark.parametrize("make", SHAPES)
def test_headers_in_any_shape_and_case(make: Any, name: str) -> None:
    others = [("Host", "example.com"), ("Accept", "*/*")]
    assert names_of(verify(shape(make, [*others, (name, GOOD)])).events) == ["One"]
    assert refusal(shape(make, [*others, (name, BAD)])) is SignatureFailure.MISMATCH
    assert refusal(shape(make, others)) is SignatureFailure.MISSING


@pytest.mark.parametrize("make", KEEPING_DUPLICATES)
def test_a_signature_that_stands_twice_is_refused(make: Any) -> None:
    for first, second in ((GOOD, GOOD), (GOOD, BAD), (BAD, GOOD)):
        pairs = [("X-Signature", first), ("X-Signature", second)]
        assert refusal(make(pairs)) is SignatureFailure.DUPLICATE
    assert refusal({"X-Signature": f"{GOOD}, {GOOD}"}) is SignatureFailure.DUPLICATE


def test_both_header_names_are_known_and_the_first_counts() -> None:
    assert verify({"X-Segment-Signature": GOOD}).events
    assert verify({"X-Signature": GOOD, "X-Segment-Signature": BAD}).events
    assert refusal({"X-Segment-Signature": GOOD, "X-Signature": BAD}) is SignatureFailure.MISMATCH
    swapped = ("X-Segment-Signature", "X-Signature")
    assert verify({"X-Signature": BAD, "X-Segment-Signature": GOOD}, signature_headers=swapped).events
    assert refusal({"X-Signature": GOOD, "X-Segment-Signature": BAD}, signature_headers=swapped)


def test_a_header_name_of_ones_own_replaces_the_known_ones() -> None:
    assert verify({"x-my-signature": GOOD}, signature_headers=["X-My-Signature"]).events
    assert refusal({"X-Signature": GOOD}, signature_headers=["X-My-Signature"]) is SignatureFailure.MISSING


@pytest.mark.parametrize("value", ["é" * 40, "\ud800", "\udcff" * 40, "0" * 39 + "\n", "☃" * 40, "\x00" * 40])
def test_a_hostile_signature_is_refused_and_no_more(value: str) -> None:
    for headers in ({"X-Signature": value}, {"x-signature": value}, [("X-Signature", value)]):
        assert refusal(headers) in (SignatureFailure.NOT_HEX, SignatureFailure.LENGTH)


# ---- bodies


@pytest.mark.parametrize("secret", [SECRET, None])
def test_an_empty_object_is_a_payload(secret: str | None) -> None:
    handler = SegmentWebhookHandler(secret, verify=secret is not None)
    (event,) = handler.handle_request(headers={"x-signature": sign(SECRET, b"{}")}, body=b"{}").events
    assert type(event) is Payload
    assert (event.data, event.covered) == ({}, secret is not None)


def test_an_empty_batch_holds_nothing() -> None:
    delivery = verify({"X-Signature": sign(SECRET, b"[]")}, b"[]")
    assert (delivery.events, delivery.is_batch, delivery.skipped) == ([], True, ())


def test_null_items_are_skipped_and_told() -> None:
    body = encode([track("One"), None, track("Three"), None])
    delivery = verify({"X-Signature": sign(SECRET, body)}, body)
    assert names_of(delivery.events) == ["One", "Three"]
    assert delivery.skipped == (1, 3)
    assert [event.covered for event in delivery.events] == [True, False]


def test_a_null_first_leaves_nothing_covered() -> None:
    body = encode([None, track("Two")])
    delivery = verify({"X-Signature": sign(SECRET, body)}, body)
    assert [event.covered for event in delivery.events] == [False]
    assert delivery.skipped == (0,)


@pytest.mark.parametrize("body", [b"[1]", b'["a"]', b"[[]]", b"1", b'{"a":1', b"[{}]x", b"\xff"])
def test_what_is_no_event_is_told_only_to_holders_of_the_secret(body: bytes) -> None:
    assert refusal({"X-Signature": BAD}, body) is SignatureFailure.MISMATCH
    with pytest.raises(PayloadError):
        verify({"X-Signature": sign(SECRET, body, scope=Scope.BODY)}, body)


@pytest.mark.parametrize("scope", [Scope.INNER, Scope.BODY])
def test_a_batch_of_the_extensible_webhook_is_unwrapped(scope: Scope) -> None:
    body = encode([{"json": track("One")}, {"json": {"type": "novel"}}])
    delivery = verify({"X-Signature": sign(SECRET, body, scope=scope)}, body)
    assert delivery.events[0].payload == track("One")
    assert delivery.events[0].raw == encode(track("One"))
    assert type(delivery.events[1]) is Unknown
    assert [event.covered for event in delivery.events] == [True, scope is Scope.BODY]


def test_a_mapping_may_send_objects_that_look_wrapped() -> None:
    # signed as plain events, so they are what they are
    body = encode([{"json": {"a": 1}}, {"json": {"a": 2}}])
    delivery = verify({"X-Signature": sign(SECRET, body, scope=Scope.FIRST)}, body)
    assert [event.payload for event in delivery.events] == [{"json": {"a": 1}}, {"json": {"a": 2}}]


def test_what_only_looks_wrapped_at_first_is_not_unwrapped() -> None:
    body = encode([{"json": {"a": 1}}, track("Two")])
    headers = {"X-Signature": sign(SECRET, body, scope=Scope.BODY)}
    assert [event.payload for event in verify(headers, body).events] == [{"json": {"a": 1}}, track("Two")]


# ---- audience deliveries with extras


def test_extras_are_refused_by_default() -> None:
    vector = named("audiences_batch_extras")
    assert vector.secret is not None
    with pytest.raises(SignatureError) as caught:
        SegmentWebhookHandler(vector.secret).handle_request(headers=vector.headers, body=vector.body)
    assert caught.value.reason is SignatureFailure.MISMATCH


def test_extras_are_accepted_where_asked_for_and_nothing_counts_as_covered() -> None:
    vector = named("audiences_batch_extras")
    assert vector.secret is not None
    handler = SegmentWebhookHandler(vector.secret, scopes=list(Scope), uncovered="accept")
    delivery = handler.handle_request(headers=vector.headers, body=vector.body)
    assert delivery.verification is not None
    assert delivery.verification.scope is Scope.EXTRAS
    assert not delivery.verification.covers_first
    assert delivery.uncovered == delivery.events


def test_a_single_event_with_extras_is_judged_by_the_policy() -> None:
    plain = encode(track("One"))
    body = plain[:-1] + b',"hello":"world"}'
    headers = {"X-Signature": sign(SECRET, plain)}
    scopes = [Scope.BODY, Scope.EXTRAS]
    (event,) = verify(headers, body, scopes=scopes, uncovered="accept").events
    assert event.payload["hello"] == "world"
    assert not event.covered
    assert refusal(headers, body, scopes=scopes, uncovered="refuse") is SignatureFailure.UNCOVERED


# ---- forms of the extensible webhook


def test_a_recorded_form_is_verified_over_the_object_behind_it() -> None:
    vector = named("extensible_single_form")
    assert vector.secret is not None
    handler = SegmentWebhookHandler(vector.secret)
    (event,) = handler.handle_request(headers=vector.headers, body=vector.body).events
    assert event.payload == {"type": "track", "event": "é & b", "userId": "u 1"}
    assert event.covered
    with pytest.raises(SignatureError):
        handler.handle_request(headers=vector.headers, body=vector.body.replace(b"u+1", b"u+2"))


FORM = {"content-type": "application/x-www-form-urlencoded"}


@pytest.mark.parametrize("content_type", [FORM["content-type"], "Application/X-WWW-Form-Urlencoded ; charset=utf-8"])
@pytest.mark.parametrize("make", [dict, list])
def test_a_form_is_known_by_its_content_type(make: Any, content_type: str) -> None:
    signature = sign(SECRET, b'{"a":"1 2"}')
    pairs = [("x-signature", signature), ("content-type", content_type)]
    (event,) = verify(make(pairs), b"a=1+2").events
    assert event.payload == {"a": "1 2"}
    assert refusal([("x-signature", signature)], b"a=1+2") is SignatureFailure.MISMATCH


def test_json_with_the_content_type_of_a_form_is_json() -> None:
    # the header may be set by hand in the destination
    assert verify([("x-signature", GOOD), *FORM.items()]).events


def test_a_form_that_is_none_is_an_unreadable_payload() -> None:
    for body in (b"a=1&a=2", b"a", b"a=%ff", b"\xff=1"):
        with pytest.raises(PayloadError):
            SegmentWebhookHandler(verify=False).handle_request(headers=FORM, body=body)


def test_a_form_is_read_without_a_check_too() -> None:
    (event,) = SegmentWebhookHandler(verify=False).handle_request(headers=FORM, body=b"type=track&event=A").events
    assert names_of([event]) == ["A"]
    assert not event.covered
