"""explain(): every known mistake, really made, is named; and nothing that it says holds a secret."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segment_hooks import Scope, SegmentWebhookHandler, SignatureVerifier, sign
from segment_hooks.explain import Explanation, Mistake
from tests.hooks import strategies as js
from tests.hooks.vectors import named

SECRET = "hunter2-é"
KEY = SECRET.encode()
EVENT = '{"type":"track","event":"Zoë €","properties":{"total":10,"n":1e-7,"s":"\\ud800","2":1}}'.encode()
PLAIN = '{"type":"track","event":"Zoë","userId":"u"}'.encode()
BATCH = b"[" + EVENT + b"," + PLAIN + b"]"
WRAPPED = b'[{"json":' + EVENT + b"}]"


def digest(message: bytes, key: bytes = KEY, name: str = "sha1") -> str:
    return hmac.new(key, message, name).hexdigest()


def explain(body: bytes, signature: str | bytes | None, **options: Any) -> Explanation:
    return SignatureVerifier(SECRET).explain(body, signature, **options)


def dumped(**options: Any) -> Callable[[bytes], str]:
    return lambda body: digest(json.dumps(json.loads(body), **options).encode("utf-8", "surrogatepass"))


HEX_KEY, BASE64_KEY = "68756e74657232", "aHVudGVyMg=="

# name → (how the signature was made, over which bodies, what is found)
OVER_THE_BODY: dict[str, tuple[Callable[[bytes], str | bytes | None], list[bytes], Mistake]] = {
    "nothing wrong": (lambda body: sign(SECRET, body), [EVENT, PLAIN, BATCH, WRAPPED], Mistake.NONE),
    "no header": (lambda body: None, [EVENT, BATCH], Mistake.MALFORMED),
    "not hex": (lambda body: "g" * 40, [EVENT, BATCH], Mistake.MALFORMED),
    "another digest of 64 digits": (lambda body: "0" * 64, [EVENT], Mistake.MALFORMED),
    "secret with a newline": (lambda body: digest(body, KEY + b"\n"), [EVENT, BATCH], Mistake.SECRET_WHITESPACE),
    "secret with CRLF": (lambda body: digest(body, KEY + b"\r\n"), [EVENT], Mistake.SECRET_WHITESPACE),
    "secret with a space": (lambda body: digest(body, b" " + KEY), [EVENT], Mistake.SECRET_WHITESPACE),
    "secret as hex": (lambda body: digest(body, KEY.hex().encode()), [EVENT], Mistake.SECRET_ENCODED),
    "secret as base64": (lambda body: digest(body, base64.b64encode(KEY)), [EVENT], Mistake.SECRET_ENCODED),
    "newline lost": (
        lambda body: sign(SECRET, body.rstrip()),
        [EVENT + b"\n", EVENT + b"\r\n "],
        Mistake.TRAILING_NEWLINE,
    ),
    "newline gained": (lambda body: digest(body + b"\n"), [EVENT, BATCH], Mistake.TRAILING_NEWLINE),
    "CRLF gained": (lambda body: digest(body + b"\r\n"), [EVENT], Mistake.TRAILING_NEWLINE),
    "json.dumps": (dumped(), [EVENT, PLAIN, BATCH], Mistake.RESERIALISED),
    "json.dumps, compact": (dumped(separators=(",", ":")), [EVENT, BATCH], Mistake.RESERIALISED),
    "json.dumps, sorted": (dumped(sort_keys=True), [EVENT], Mistake.RESERIALISED),
    "json.dumps, not ASCII": (dumped(ensure_ascii=False), [EVENT, PLAIN], Mistake.RESERIALISED),
    "json.dumps, indented": (dumped(indent=2), [EVENT], Mistake.RESERIALISED),
    "body written by Python": (
        lambda body: digest(EVENT.replace(b'{"total"', b'{"2":1,"total"').replace(b',"2":1}', b"}")),
        [json.dumps(json.loads(EVENT)).encode()],
        Mistake.RESERIALISED,
    ),
    "latin-1": (lambda body: digest(body.decode().encode("latin-1")), [PLAIN], Mistake.TRANSCODED),
    "UTF-8 twice": (lambda body: digest(body.decode("latin-1").encode()), [PLAIN, EVENT], Mistake.TRANSCODED),
    "byte order mark": (lambda body: digest(b"\xef\xbb\xbf" + body), [EVENT], Mistake.TRANSCODED),
    "byte order mark gained": (lambda body: digest(body[3:]), [b"\xef\xbb\xbf" + EVENT], Mistake.TRANSCODED),
    "line ends": (lambda body: digest(body.replace(b"\n", b"\r\n")), [b'{\n"a":1\n}'], Mistake.TRANSCODED),
    "SHA-256": (lambda body: digest(body, name="sha256"), [EVENT, BATCH], Mistake.WRONG_DIGEST),
    "SHA-512": (lambda body: digest(body, name="sha512"), [EVENT], Mistake.WRONG_DIGEST),
    "MD5": (lambda body: digest(body, name="md5"), [EVENT], Mistake.WRONG_DIGEST),
    "SHA-1 in base64": (
        lambda body: base64.b64encode(hmac.digest(KEY, body, "sha1")),
        [EVENT, BATCH],
        Mistake.WRONG_DIGEST,
    ),
    "SHA-1 with a prefix": (lambda body: "sha1=" + digest(body), [EVENT], Mistake.WRONG_DIGEST),
    "SHA-256 with a prefix": (
        lambda body: b"sha256=" + digest(body, name="sha256").encode(),
        [EVENT],
        Mistake.WRONG_DIGEST,
    ),
    "bare SHA-1": (lambda body: hashlib.sha1(body).hexdigest(), [EVENT, BATCH], Mistake.NOT_KEYED),
    "SHA-1 of secret and body": (lambda body: hashlib.sha1(KEY + body).hexdigest(), [EVENT], Mistake.NOT_KEYED),
    "SHA-1 of body and secret": (lambda body: hashlib.sha1(body + KEY).hexdigest(), [EVENT], Mistake.NOT_KEYED),
    "another event of the batch": (lambda body: digest(PLAIN), [BATCH], Mistake.LATER_ELEMENT),
    "another secret": (lambda body: digest(body, b"another"), [EVENT, BATCH, b"", b"[]"], Mistake.UNKNOWN),
    "another body": (lambda body: digest(b"another"), [EVENT, BATCH, WRAPPED, b"", b"["], Mistake.UNKNOWN),
}
CASES = [
    pytest.param(make, body, mistake, id=f"{name}-{number}")
    for name, (make, bodies, mistake) in OVER_THE_BODY.items()
    for number, body in enumerate(bodies)
]


@pytest.mark.parametrize(("make", "body", "mistake"), CASES)
def test_a_mistake_that_was_really_made_is_named(
    make: Callable[[bytes], str | bytes | None], body: bytes, mistake: Mistake
) -> None:
    explanation = explain(body, make(body))
    assert explanation.mistake is mistake
    assert explanation.advice == str(explanation) != ""
    assert "hunter" not in repr(explanation)


def test_every_mistake_has_a_case() -> None:
    elsewhere = {Mistake.SCOPE_NOT_ACCEPTED, Mistake.OTHER_SECRET, Mistake.FORM}
    assert {mistake for _, _, mistake in OVER_THE_BODY.values()} | elsewhere == set(Mistake)


@pytest.mark.parametrize(
    ("secret", "really"),
    [(HEX_KEY, b"hunter2"), (BASE64_KEY, b"hunter2"), ("  hunter2\n", b"hunter2"), (b"hunter2\t", b"hunter2")],
)
def test_a_secret_that_was_decoded_or_copied_badly_is_named(secret: str | bytes, really: bytes) -> None:
    explanation = SignatureVerifier(secret).explain(EVENT, digest(EVENT, really))
    stripped = secret.strip() in ("hunter2", b"hunter2")
    assert explanation.mistake is (Mistake.SECRET_WHITESPACE if stripped else Mistake.SECRET_ENCODED)
    assert "hunter" not in explanation.advice


@pytest.mark.parametrize(
    ("body", "accepted", "signed"),
    [(BATCH, Scope.BODY, Scope.FIRST), (BATCH, Scope.FIRST, Scope.BODY), (WRAPPED, Scope.FIRST, Scope.INNER)],
)
def test_a_scope_that_is_not_accepted_is_named(body: bytes, accepted: Scope, signed: Scope) -> None:
    explanation = SignatureVerifier(SECRET, scopes=[accepted]).explain(body, sign(SECRET, body, scope=signed))
    assert explanation.mistake is Mistake.SCOPE_NOT_ACCEPTED
    assert repr(signed.value) in explanation.advice


def test_a_recorded_audience_delivery_asks_for_the_scope_of_extras() -> None:
    vector = named("audiences_batch_extras")
    assert vector.secret is not None
    explanation = SignatureVerifier(vector.secret).explain(vector.body, vector.signature)
    assert explanation.mistake is Mistake.SCOPE_NOT_ACCEPTED
    assert "'extras'" in explanation.advice


def test_a_recorded_form_is_recognised() -> None:
    vector = named("extensible_single_form")
    assert vector.secret is not None
    assert SignatureVerifier(vector.secret).explain(vector.body, vector.signature).mistake is Mistake.FORM


@pytest.mark.parametrize("others", ["older", b"older", ["oldest", "older"], ("", b"older")])
@pytest.mark.parametrize("body", [EVENT, BATCH, WRAPPED])
def test_another_secret_of_the_owner_is_named(others: Any, body: bytes) -> None:
    explanation = explain(body, sign("older", body), other_secrets=others)
    assert explanation.mistake is Mistake.OTHER_SECRET
    assert "older" not in explanation.advice


def test_the_secret_that_fits_is_named_by_its_number() -> None:
    explanation = SignatureVerifier(["newer", SECRET]).explain(EVENT, sign(SECRET, EVENT))
    assert explanation.mistake is Mistake.NONE
    assert "secret number 2" in explanation.advice


digests = st.binary(min_size=20, max_size=20).map(bytes.hex)
signatures = st.one_of(st.none(), st.text(max_size=45), st.binary(max_size=45), digests)


@given(js.hostile_texts, signatures, st.lists(st.one_of(st.text(max_size=3), st.binary(max_size=3)), max_size=2))
def test_any_bytes_are_explained(body: bytes, signature: str | bytes | None, others: list[str | bytes]) -> None:
    found = SignatureVerifier(["s3cr3t", b"\xff\xfe"]).explain(body, signature, other_secrets=others)
    assert found.mistake in (Mistake.MALFORMED, Mistake.UNKNOWN)
    assert "s3cr3t" not in found.advice


def test_explaining_the_deepest_and_the_longest_takes_no_error() -> None:
    for body in (b"[" * 100_000 + b"]" * 100_000, b'{"a":' * 900 + b"1" + b"}" * 900, b"[" + b"9" * 10_000 + b"]"):
        assert explain(body, "0" * 40).mistake is Mistake.UNKNOWN


def test_the_handler_shows_no_secret() -> None:
    assert "hunter" not in repr(SegmentWebhookHandler([SECRET, b"hunter3"]))
