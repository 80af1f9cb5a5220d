"""SignatureVerifier: what it accepts, and that it accepts nothing else."""

from __future__ import annotations

import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segment_hooks import ConfigurationError, Scope, SignatureError, SignatureFailure, SignatureVerifier, sign
from segment_hooks.javascript import stringify
from segment_hooks.signature import SigningKey, signed_spans
from tests.hooks import strategies as js

BODY = b'{"type":"track","event":"Order Completed","userId":"u-1"}'
BATCH = b'[{"type":"track","event":"E"},{"type":"page"}]'
secrets = st.one_of(st.binary(min_size=1, max_size=150), st.text(min_size=1, max_size=80))
wrapped_batches = st.lists(js.events, min_size=1, max_size=4).map(
    lambda events: b"[" + b",".join(b'{"json":' + stringify(event) + b"}" for event in events) + b"]"
)


def refusal(verifier: SignatureVerifier, body: bytes, signature: str | bytes | None) -> SignatureFailure:
    with pytest.raises(SignatureError) as caught:
        verifier.verify(body, signature)
    return caught.value.reason


@given(secrets, st.binary(max_size=300))
def test_a_key_makes_the_hmac_of_rfc_2104(secret: str | bytes, message: bytes) -> None:
    key = secret if isinstance(secret, bytes) else secret.encode("utf-8", "surrogatepass")
    assert SigningKey(secret).digest(message) == hmac.digest(key, message, "sha1")


@given(secrets, st.lists(st.binary(max_size=20), max_size=5), st.binary(max_size=5))
def test_a_digest_over_a_growing_prefix_is_the_digest_of_the_whole(
    secret: str | bytes, parts: list[bytes], ending: bytes
) -> None:
    key = SigningKey(secret)
    prefixes = key.prefixes(b"start")
    for count, part in enumerate(parts, 1):
        prefixes.add(part)
        assert prefixes.digest(ending) == key.digest(b"start" + b"".join(parts[:count]) + ending)


@given(secrets, st.one_of(js.event_bodies, js.batch_bodies, wrapped_batches))
def test_what_is_signed_verifies_in_every_scope_that_the_body_has(secret: str | bytes, body: bytes) -> None:
    scopes = [scope for scope, _, _ in signed_spans(body)]
    assert (Scope.FIRST in scopes) is body.startswith(b"[")
    for scope in scopes:
        assert SignatureVerifier(secret, scopes=[scope]).verify(body, sign(secret, body, scope=scope)).scope is scope


@given(secrets, js.event_bodies)
def test_one_event_is_signed_whole_and_covers_all(secret: str | bytes, body: bytes) -> None:
    verification = SignatureVerifier(secret).verify(body, sign(secret, body))
    assert (verification.scope, verification.covers_all, verification.covers_first) == (Scope.BODY, True, True)


@given(secrets, js.batch_bodies)
def test_a_batch_is_signed_by_its_first_event_and_covers_that_alone(secret: str | bytes, body: bytes) -> None:
    verification = SignatureVerifier(secret).verify(body, sign(secret, body))
    assert (verification.scope, verification.covers_all, verification.covers_first) == (Scope.FIRST, False, True)


@given(
    st.lists(secrets, min_size=1, max_size=4, unique_by=lambda s: s if isinstance(s, bytes) else s.encode()), st.data()
)
def test_each_of_several_secrets_is_accepted_and_named(accepted: list[str | bytes], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(accepted) - 1))
    keys = [s if isinstance(s, bytes) else s.encode() for s in accepted]
    verification = SignatureVerifier(accepted).verify(BODY, sign(accepted[index], BODY))
    # RFC 2104 fills a short key up with NULs, so two secrets that differ in those alone are one
    assert keys[verification.secret_index].rstrip(b"\0") == keys[index].rstrip(b"\0")
    assert verification.secret_index <= index


@given(js.event_bodies, st.data())
def test_any_bit_changed_in_a_signed_body_is_refused(body: bytes, data: st.DataObject) -> None:
    changed = js.flipped(body, data.draw(st.integers(0, len(body) * 8 - 1)))
    assert (
        refusal(SignatureVerifier("secret", scopes=Scope), changed, sign("secret", body)) is SignatureFailure.MISMATCH
    )


@given(st.one_of(js.batch_bodies, wrapped_batches), st.booleans(), st.data())
def test_any_bit_changed_in_the_covered_part_of_a_batch_is_refused(
    body: bytes, whole: bool, data: st.DataObject
) -> None:
    scope, start, end = data.draw(
        st.sampled_from([span for span in signed_spans(body) if whole or span[0] is not Scope.BODY])
    )
    changed = js.flipped(body, data.draw(st.integers(start * 8, end * 8 - 1)))
    # without `EXTRAS`, which is made for bodies that somebody added to
    assert refusal(SignatureVerifier("secret"), changed, sign("secret", body, scope=scope)) is SignatureFailure.MISMATCH


@given(js.batch_bodies, st.binary(max_size=30))
def test_what_stands_behind_the_first_event_is_not_covered(body: bytes, forged: bytes) -> None:
    _, _, end = next(iter(signed_spans(body)))
    verification = SignatureVerifier("secret").verify(body[:end] + b"," + forged, sign("secret", body))
    assert not verification.covers_all


@given(st.integers(0, 40 * 8 - 1), st.booleans())
def test_any_bit_changed_in_the_header_is_refused_but_the_case_of_a_letter(bit: int, as_text: bool) -> None:
    signature = sign("secret", BODY).encode()
    changed = js.flipped(signature, bit)
    given_as = changed.decode("latin-1") if as_text else changed
    if changed.lower() == signature:
        assert SignatureVerifier("secret").verify(BODY, given_as).scope is Scope.BODY
    else:
        reason = refusal(SignatureVerifier("secret", scopes=Scope), BODY, given_as)
        assert reason is not SignatureFailure.MISSING


def test_hex_digits_in_upper_case_are_accepted() -> None:
    assert SignatureVerifier("secret").verify(BODY, sign("secret", BODY).upper()).covers_all


@given(
    st.binary(max_size=60),
    st.one_of(
        st.none(), st.binary(max_size=45), st.text(max_size=45), st.text("0123456789abcdef", min_size=40, max_size=40)
    ),
)
def test_a_verifier_is_total(body: bytes, signature: str | bytes | None) -> None:
    refusal(SignatureVerifier("secret", scopes=Scope), body, signature)


GOOD = sign("secret", BODY)
MALFORMED = {
    "absent": (None, SignatureFailure.MISSING),
    "empty": ("", SignatureFailure.MISSING),
    "empty bytes": (b"", SignatureFailure.MISSING),
    "twice in one": (f"{GOOD}, {GOOD}", SignatureFailure.DUPLICATE),
    "a list": (f"{GOOD},", SignatureFailure.DUPLICATE),
    "sha1 in front": (f"sha1={GOOD}", SignatureFailure.PREFIXED),
    "sha256 in front": (f"sha256={GOOD}".encode(), SignatureFailure.PREFIXED),
    "base64": ("ABCDEFGHIJKLMNOPQRSTUVWXYZ0=", SignatureFailure.PREFIXED),
    "one digit short": (GOOD[:-1], SignatureFailure.LENGTH),
    "one byte short": (GOOD[:-2], SignatureFailure.LENGTH),
    "one byte more": (GOOD + "00", SignatureFailure.LENGTH),
    "a SHA-256 digest": (GOOD + "0" * 24, SignatureFailure.LENGTH),
    "space at the end": (GOOD + " ", SignatureFailure.LENGTH),
    "newline at the end": (GOOD.encode() + b"\n", SignatureFailure.LENGTH),
    "0x in front": ("0x" + GOOD, SignatureFailure.LENGTH),
    "not hex": ("g" + GOOD[1:], SignatureFailure.NOT_HEX),
    "space within": (GOOD[:20] + " " + GOOD[21:], SignatureFailure.NOT_HEX),
    "sign in front": ("+" + GOOD[1:], SignatureFailure.NOT_HEX),
    "underscore within": (GOOD[:20] + "_" + GOOD[21:], SignatureFailure.NOT_HEX),
    "non-ASCII text": ("é" + GOOD[1:], SignatureFailure.NOT_HEX),
    "non-ASCII bytes": (b"\xff" + GOOD[1:].encode(), SignatureFailure.NOT_HEX),
    "full-width digits": ("\uff11" * 40, SignatureFailure.NOT_HEX),
    "non-ASCII, short": ("é", SignatureFailure.LENGTH),
    "an unpaired surrogate": ("\ud800" * 40, SignatureFailure.NOT_HEX),
    "NUL": ("\0" * 40, SignatureFailure.NOT_HEX),
    "another digest": ("0" * 40, SignatureFailure.MISMATCH),
}


@pytest.mark.parametrize(("signature", "reason"), MALFORMED.values(), ids=MALFORMED)
def test_every_malformed_header_has_its_documented_reason(
    signature: str | bytes | None, reason: SignatureFailure
) -> None:
    assert refusal(SignatureVerifier("secret"), BODY, signature) is reason


@pytest.mark.parametrize(
    "scopes", [[Scope.BODY], [Scope.FIRST], [Scope.INNER], [Scope.EXTRAS], ["body"], [Scope.FIRST, Scope.INNER]]
)
def test_only_the_given_scopes_are_accepted(scopes: list[Scope]) -> None:
    body = b'[{"json":{"a":1,"b":2}}]'
    verifier = SignatureVerifier("secret", scopes=scopes)
    for scope in (Scope.BODY, Scope.FIRST, Scope.INNER):
        signature = sign("secret", body, scope=scope)
        if scope in scopes:
            assert verifier.verify(body, signature).scope is scope
        else:
            assert refusal(verifier, body, signature) is SignatureFailure.MISMATCH


EXTRA_KEYS = st.dictionaries(st.text("xyz", min_size=1, max_size=3), js.values, min_size=1, max_size=3)


@given(st.dictionaries(js.keys, js.values, min_size=1, max_size=4), EXTRA_KEYS, st.booleans())
def test_an_event_with_keys_appended_verifies_in_the_scope_of_extras_alone(
    event: dict[str, js.Json], extras: dict[str, js.Json], batch: bool
) -> None:
    signature = sign("secret", stringify(event))
    body = stringify(event)[:-1] + b"," + stringify(extras)[1:]
    body = b"[" + body + b',{"type":"page"}]' if batch else body
    verification = SignatureVerifier("secret", scopes=Scope).verify(body, signature)
    assert (verification.scope, verification.covers_all, verification.covers_first) == (Scope.EXTRAS, False, False)
    assert refusal(SignatureVerifier("secret"), body, signature) is SignatureFailure.MISMATCH


@given(js.hostile_texts)
def test_extras_are_looked_for_in_any_bytes(body: bytes) -> None:
    assert refusal(SignatureVerifier("secret", scopes=[Scope.EXTRAS]), body, "0" * 40) is SignatureFailure.MISMATCH


@pytest.mark.parametrize("given_secrets", ["", b"", (), [], None, [""], ["good", ""], ["good", None], 5 * [b""], [5]])
def test_a_verifier_without_a_usable_secret_cannot_be_made(given_secrets: object) -> None:
    with pytest.raises(ConfigurationError):
        SignatureVerifier(given_secrets)  # type: ignore[arg-type]


def test_a_verifier_without_scopes_or_with_a_made_up_one_cannot_be_made() -> None:
    with pytest.raises(ConfigurationError):
        SignatureVerifier("secret", scopes=())
    with pytest.raises(ValueError, match="everything"):
        SignatureVerifier("secret", scopes=["everything"])  # type: ignore[list-item]


@pytest.mark.parametrize(
    ("body", "scope"),
    [(BODY, Scope.FIRST), (BATCH, Scope.INNER), (b"[]", Scope.FIRST), (BODY, Scope.INNER), (BATCH, Scope.EXTRAS)],
)
def test_a_part_that_a_body_does_not_have_cannot_be_signed(body: bytes, scope: Scope) -> None:
    with pytest.raises(ConfigurationError, match=scope.value):
        sign("secret", body, scope=scope)


def test_no_repr_shows_a_secret() -> None:
    verifier = SignatureVerifier(["hunter2", b"correct horse"])
    shown = f"{verifier!r} {verifier} {SigningKey('hunter2')!r} {SigningKey('hunter2').prefixes(b'x')!r}"
    assert "hunter2" not in shown
    assert "horse" not in shown
    assert repr(verifier) == "SignatureVerifier(2 secret(s), scopes: body, first, inner)"


def test_a_key_shows_nothing_of_the_secret() -> None:
    assert repr(SigningKey("s3cret")) == "SigningKey(…)"
