"""Signatures that Segment's own code made: recorded over HTTP, and worked out in its documentation."""

from __future__ import annotations

import pytest

from segment_hooks import Scope, SegmentWebhookHandler, SignatureError, SignatureFailure, SignatureVerifier, sign
from segment_hooks.signature import signed_spans
from tests.hooks.vectors import Vector, named, recorded

SECRET = "whsec_test_key"
ASCII = '{"type":"track","event":"Order Completed","userId":"u-1","properties":{"total":19.99}}'
NUMBERS = (
    '{"type":"track","event":"N","userId":"u-1","properties":{"a":10,"b":1e-7,"c":1e+21,'
    '"d":100000000000000000000,"e":0.1,"f":123456789012,"g":5e-324,"h":0}}'
)
UNICODE = (
    '{"type":"identify","userId":"u-1","traits":{"name":"Zo\xeb \u2028\u2029 \\"q\\" \\\\ / </b> \U0001f600",'
    '"ctl":"\\u0001\\u001f\x7f\\t\\n\\b\\f\\r"}}'
)
LONE = '{"type":"track","event":"L","userId":"u-1","properties":{"s":"\\ud800x"}}'
INTEGER_KEYS = '{"type":"track","event":"K","userId":"u-1","properties":{"2":1,"10":1,"b":1,"-1":1,"01":1,"a":1}}'

LITERAL = [
    pytest.param(ASCII, Scope.BODY, "3fae43b59f4b643a99aa6ba999a5980324c790de", id="ascii"),
    pytest.param(NUMBERS, Scope.BODY, "8be7c4fa14628fb35adcd2bbf9a97569787a39c6", id="numbers"),
    pytest.param(UNICODE, Scope.BODY, "d424d18b382170c4d5f6601c18324e2dfa05c57f", id="unicode"),
    pytest.param(LONE, Scope.BODY, "49b2603b37ee96c5bad5f6e2deb8fbc014681aae", id="lone surrogate"),
    pytest.param(INTEGER_KEYS, Scope.BODY, "e37dc74ea1ecd0f693d036194d53c86746ff36a7", id="integer keys"),
    pytest.param("{}", Scope.BODY, "f9ba04a092e8fff7a617cbad65947bc6c6648c21", id="empty"),
    pytest.param(f"[{ASCII},{UNICODE}]", Scope.FIRST, "3fae43b59f4b643a99aa6ba999a5980324c790de", id="batch"),
    pytest.param(f"[{ASCII},{UNICODE}]", Scope.BODY, "3dbeda988bdf93c878600bcbdc7f54353b666b27", id="whole batch"),
    pytest.param(f"[{ASCII}]", Scope.FIRST, "3fae43b59f4b643a99aa6ba999a5980324c790de", id="batch of one"),
    pytest.param(f"[{ASCII}]", Scope.BODY, "c810c9703d367fe94f5aa300cdbbe15df245e8bb", id="whole batch of one"),
    pytest.param(
        f'[{{"json":{ASCII}}},{{"json":{UNICODE}}}]',
        Scope.INNER,
        "3fae43b59f4b643a99aa6ba999a5980324c790de",
        id="extensible batch",
    ),
]


@pytest.mark.parametrize(("body", "scope", "signature"), LITERAL)
def test_documented_signatures_verify_with_their_scope(body: str, scope: Scope, signature: str) -> None:
    verification = SignatureVerifier(SECRET).verify(body.encode(), signature)
    assert verification.scope is scope
    assert sign(SECRET, body.encode(), scope=scope) == signature


@pytest.mark.parametrize(("body", "scope", "signature"), LITERAL)
def test_documented_signatures_fail_with_any_other_scope_alone(body: str, scope: Scope, signature: str) -> None:
    others = [other for other in (Scope.BODY, Scope.FIRST, Scope.INNER) if other is not scope]
    with pytest.raises(SignatureError) as caught:
        SignatureVerifier(SECRET, scopes=others).verify(body.encode(), signature)
    assert caught.value.reason is SignatureFailure.MISMATCH


def test_all_of_the_recorded_requests_are_here() -> None:
    assert len(recorded()) == len({vector.name for vector in recorded()}) == 36
    assert [sum(v.signed == kind for v in recorded()) for kind in ("body", "slice", "none", "other")] == [22, 9, 3, 2]


@pytest.mark.parametrize("vector", recorded(), ids=str)
def test_recorded_signatures_cover_what_was_recorded(vector: Vector) -> None:
    if vector.signed in ("body", "slice"):
        assert vector.secret is not None
        verification = SignatureVerifier(vector.secret).verify(vector.body, vector.signature)
        assert verification.scope is (Scope.BODY if vector.signed == "body" else Scope.FIRST)
        assert verification.secret_index == 0
        assert (
            sign(vector.secret, vector.body) == vector.signature
        )  # what Segment does today needs no scope to be named
    else:
        with pytest.raises(SignatureError) as caught:
            SignatureVerifier(vector.secret or "secret").verify(vector.body, vector.signature)
        expected = SignatureFailure.MISSING if vector.signed == "none" else SignatureFailure.MISMATCH
        assert caught.value.reason is expected


@pytest.mark.parametrize("vector", [v for v in recorded() if v.signed_slice], ids=str)
def test_the_signed_slice_of_a_recorded_batch_is_found(vector: Vector) -> None:
    spans = {scope: (start, end) for scope, start, end in signed_spans(vector.body)}
    assert spans[Scope.FIRST] == vector.signed_slice


@pytest.mark.parametrize("vector", [v for v in recorded() if v.signed in ("body", "slice")], ids=str)
def test_the_handler_marks_what_the_recorded_signature_covers(vector: Vector) -> None:
    handler = SegmentWebhookHandler(vector.secret, uncovered="accept")
    delivery = handler.handle_request(headers=vector.headers, body=vector.body)
    assert delivery.is_batch is (vector.kind == "batch")
    assert delivery.events
    expected = [vector.signed == "body" or index == 0 for index in range(len(delivery.events))]
    assert [event.covered for event in delivery.events] == expected


def test_an_audience_delivery_with_extras_is_accepted_only_on_demand_and_covers_nothing() -> None:
    vector = named("audiences_batch_extras")
    assert vector.secret is not None
    verification = SignatureVerifier(vector.secret, scopes=Scope).verify(vector.body, vector.signature)
    assert verification.scope is Scope.EXTRAS
    assert not verification.covers_first
    handler = SegmentWebhookHandler(vector.secret, scopes=Scope, uncovered="accept")
    delivery = handler.handle_request(headers=vector.headers, body=vector.body)
    assert delivery.uncovered == delivery.events != []


def test_a_recorded_form_delivery_is_verified_by_the_object_behind_the_form() -> None:
    vector = named("extensible_single_form")
    delivery = SegmentWebhookHandler(vector.secret).handle_request(headers=vector.headers, body=vector.body)
    assert delivery.events[0].payload == {"type": "track", "event": "é & b", "userId": "u 1"}
    assert delivery.events[0].covered
