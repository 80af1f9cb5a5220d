"""SegmentWebhookHandler against any sender: nothing breaks, and nothing that is not signed is covered."""

from __future__ import annotations

import hmac
from contextlib import suppress
from typing import Any

from hypothesis import event as note
from hypothesis import given
from hypothesis import strategies as st

from segment_hooks import (
    Delivery,
    PayloadError,
    Scope,
    SegmentWebhookHandler,
    SignatureError,
    SignatureFailure,
    StaticHeader,
    sign,
)
from segment_hooks.forms import form_to_json
from segment_hooks.signature import signed_spans
from tests.hooks import strategies as js
from tests.hooks.looking import look_at_everything

SECRET = "s3cr3t"
HANDLERS = {
    "default": SegmentWebhookHandler(SECRET, uncovered="accept"),
    "two secrets": SegmentWebhookHandler(["older", SECRET], uncovered="accept", scopes=Scope),
    "refuse": SegmentWebhookHandler(SECRET, uncovered="refuse"),
    "static": SegmentWebhookHandler(SECRET, uncovered=StaticHeader("Authorization", "Bearer b")),
    "first": SegmentWebhookHandler(SECRET, uncovered="accept", scopes=[Scope.FIRST]),
    "unverified": SegmentWebhookHandler(verify=False, uncovered=StaticHeader("Authorization", "Bearer b")),
}
NAMES = ["X-Signature", "x-signature", "X-Segment-Signature", "Content-Type", "Authorization", "User-Agent"]
VALUES = ["", "0" * 40, "application/x-www-form-urlencoded", "Bearer b", "sha1=0", "é", "€", "\ud800", b"\xff", b"\0"]
wrapped = st.lists(js.event_bodies, min_size=1, max_size=3).map(
    lambda events: b"[" + b",".join(b'{"json":' + event + b"}" for event in events) + b"]"
)
FORMS = [b"", b"a=1", b"a=%C3%A9&type=track", b"a=1&a=2", b"type=track&userId=u+1"]
bodies = st.one_of(
    js.event_bodies, js.batch_bodies, wrapped, js.mutated(wrapped), js.hostile_texts, st.sampled_from(FORMS)
)


more_headers = st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(VALUES)), max_size=3)


@st.composite
def requests(draw: st.DrawFn) -> tuple[list[tuple[Any, Any]], bytes]:
    """Headers and a body, mostly with a signature of what the body was before something was put behind it."""
    body = draw(bodies)
    if draw(st.integers(0, 3)) == 0:
        return draw(more_headers), body
    pairs: list[tuple[Any, Any]] = [("Authorization", "Bearer b")] if draw(st.booleans()) else []
    if body in FORMS:
        with suppress(PayloadError):
            pairs += [("x-signature", sign(SECRET, form_to_json(body))), ("Content-Type", VALUES[2])]
        return pairs, body
    scope, _, end = draw(st.sampled_from([*signed_spans(body)]))
    pairs.append((draw(st.sampled_from(NAMES[:3])), sign(SECRET, body, scope=scope)))
    behind = draw(st.one_of(st.just(body[end:]), st.just(b"," + body[1:]), js.mutated(st.just(body[end:]))))
    return pairs, body[:end] + behind


@given(requests(), st.sampled_from([*HANDLERS]), st.booleans())
def test_any_request_is_a_delivery_or_one_of_two_errors(
    request: tuple[list[tuple[Any, Any]], bytes], name: str, as_dict: bool
) -> None:
    pairs, body = request
    headers: Any = dict(pairs) if as_dict else pairs
    try:
        delivery = HANDLERS[name].handle_request(headers=headers, body=body)
    except (SignatureError, PayloadError) as error:
        note(type(error).__name__)
        shown = f"{error} {error!r}"
        assert SECRET not in shown
        return
    note("delivery")
    assert SECRET not in repr(delivery)
    signatures = [value for header, value in pairs if header.lower().endswith("-signature") and isinstance(value, str)]
    only_what_is_signed_is_covered(delivery, body, signatures)
    for each in delivery.events:
        look_at_everything(each)


def only_what_is_signed_is_covered(delivery: Delivery, body: bytes, signatures: list[str]) -> None:
    """Every covered event is, by itself or within the whole body, what one of the signatures was made over."""

    def signed(message: bytes) -> bool:
        digests = [hmac.new(secret, message, "sha1").hexdigest() for secret in (SECRET.encode(), b"older")]
        return any(signature.lower() in digests for signature in signatures)

    whole = signed(body)
    for index, each in enumerate(delivery.events):
        if each.covered:
            # a form's one event is the JSON behind it, which is what was signed
            assert whole or (index == 0 and signed(each.raw))
    if delivery.verification is None:
        assert not any(each.covered for each in delivery.events)
    elif delivery.verification.covers_all:
        assert all(each.covered for each in delivery.events)


@given(bodies, more_headers)
def test_no_request_without_a_right_signature_gets_in(body: bytes, pairs: list[tuple[Any, Any]]) -> None:
    for name, handler in HANDLERS.items():
        if name == "unverified":
            continue
        try:
            handler.handle_request(headers=pairs, body=body)
        except PayloadError:  # a body that is no form is told at once, since nothing of it could be verified
            assert not body.startswith((b"{", b"["))
        except SignatureError as error:
            found = error.reason
            assert found is not SignatureFailure.UNCOVERED
        else:
            raise AssertionError(name)


@given(js.batch_bodies, js.batch_bodies)
def test_events_put_behind_a_signed_one_are_never_covered(signed: bytes, forged: bytes) -> None:
    _, _, end = next(iter(signed_spans(signed)))
    body = signed[:end] + b"," + forged[1:]
    headers = {"x-signature": sign(SECRET, signed)}
    delivery = HANDLERS["default"].handle_request(headers=headers, body=body)
    assert [each.covered for each in delivery.events] == [True, *[False] * (len(delivery.events) - 1)]
    assert delivery.uncovered == delivery.events[1:] != []
    for name in ("refuse", "static"):
        try:
            HANDLERS[name].handle_request(headers=headers, body=body)
        except SignatureError as error:
            reason = error.reason
            assert reason in (SignatureFailure.UNCOVERED, SignatureFailure.STATIC_HEADER)
        else:
            raise AssertionError(name)


def test_nothing_of_a_handler_shows_its_secrets() -> None:
    shown = "".join(map(repr, HANDLERS.values())) + repr(StaticHeader("Authorization", "Bearer b", b"s3cr3t"))
    for secret in (SECRET, "older", "Bearer"):
        assert secret not in shown
