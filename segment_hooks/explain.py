"""Why a signature is refused: the known mistakes, each tried in turn.

For the owner of the secret, in a shell or a log of their own. Nothing here may reach the sender: it would be an oracle.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import msgspec

from segment_hooks import jsontext
from segment_hooks.errors import PayloadError, SignatureError, SignatureFailure
from segment_hooks.forms import form_to_json
from segment_hooks.javascript import stringify

if TYPE_CHECKING:
    from segment_hooks.signature import Scope, Secrets, SignatureVerifier


class Mistake(StrEnum):
    """Which mistake reproduces the digest."""

    NONE = "none"
    """The signature is right."""
    MALFORMED = "malformed"
    """The header holds no SHA-1 digest in hex at all."""
    SCOPE_NOT_ACCEPTED = "scope_not_accepted"
    """Right, but over a part of the body that this verifier does not accept."""
    OTHER_SECRET = "other_secret"  # noqa: S105  # a name
    """Made with another of the owner's secrets."""
    SECRET_WHITESPACE = "secret_whitespace"  # noqa: S105  # a name
    """Made with the secret less, or plus, white space at its ends."""
    SECRET_ENCODED = "secret_encoded"  # noqa: S105  # a name
    """Made with what the secret says when read as hex or base64."""
    TRAILING_NEWLINE = "trailing_newline"
    """Made over the body with, or without, a newline or white space at its end."""
    RESERIALISED = "reserialised"
    """Made over other JSON text for the same data: something on the way, or the service itself, parsed and wrote it."""
    FORM = "form"
    """Made over the JSON text of the object behind a form: the body of an extensible webhook destination."""
    TRANSCODED = "transcoded"
    """Made over the same text in other bytes: another charset, other line ends, or a byte order mark."""
    WRONG_DIGEST = "wrong_digest"
    """The secret and the body are right, the hash or its encoding is not."""
    NOT_KEYED = "not_keyed"
    """A bare hash of the body, or of secret and body joined, in place of an HMAC."""
    LATER_ELEMENT = "later_element"
    """Made over another element of the batch than the first: the batch was put in another order."""
    UNKNOWN = "unknown"
    """None of the known mistakes: another secret, or another body."""


class Explanation(msgspec.Struct, frozen=True):
    """What `SignatureVerifier.explain` found. `advice` says what to do, and holds no secret."""

    mistake: Mistake
    advice: str

    def __str__(self) -> str:
        return self.advice


_Try = tuple[Mistake, str, bytes, bytes]  # what it would mean, advice, secret, message


def explain(
    verifier: SignatureVerifier,
    secrets: tuple[bytes, ...],
    body: bytes,
    signature: str | bytes | None,
    other_secrets: Secrets,
) -> Explanation:
    """See `SignatureVerifier.explain`; `secrets` are the verifier's own."""
    from segment_hooks.signature import Scope, SignatureVerifier

    try:
        verification = verifier.verify(body, signature)
    except SignatureError as error:
        reason = error.reason
    else:
        return Explanation(
            Mistake.NONE,
            f"the signature is right: it covers the scope {verification.scope.value!r} and was made "
            f"with secret number {verification.secret_index + 1}",
        )
    text = _as_text(signature)
    if reason is not SignatureFailure.MISMATCH:
        for secret in secrets:
            found = _other_digest(secret, body, text)
            if found:
                return found
        return Explanation(Mistake.MALFORMED, str(SignatureError(reason)))
    given = bytes.fromhex(text)
    with suppress(SignatureError):
        SignatureVerifier(secrets, scopes=[Scope.EXTRAS]).verify(body, signature)
        return Explanation(Mistake.SCOPE_NOT_ACCEPTED, _scope_advice(Scope.EXTRAS))
    for mistake, advice, secret, message in _mistakes(secrets, body, _as_list(other_secrets)):
        if hmac.compare_digest(hmac.digest(secret, message, "sha1"), given):
            return Explanation(mistake, advice)
    for secret in secrets:
        for name, unkeyed in _unkeyed(secret, body):
            if hmac.compare_digest(hashlib.sha1(unkeyed, usedforsecurity=False).digest(), given):
                return Explanation(Mistake.NOT_KEYED, f"the digest is SHA-1 over {name}; use HMAC-SHA1")
    return Explanation(
        Mistake.UNKNOWN,
        "no known mistake makes this digest: compare the shared secret with the one set in the Segment destination, "
        "and the body with the bytes as they came, before any middleware",
    )


def _mistakes(secrets: tuple[bytes, ...], body: bytes, others: list[bytes]) -> Iterator[_Try]:
    from segment_hooks.signature import signed_spans

    messages = [(scope, body[start:end]) for scope, start, end in signed_spans(body)]
    for secret in secrets:
        for scope, message in messages:
            yield Mistake.SCOPE_NOT_ACCEPTED, _scope_advice(scope), secret, message
    for secret in others:
        for _, message in messages:
            yield Mistake.OTHER_SECRET, "made with another of your secrets: add it to this verifier", secret, message
    for secret in secrets:
        for mistake, advice, variant in _secret_variants(secret):
            for _, message in messages:
                yield mistake, advice, variant, message
        for _, message in messages:
            for mistake, advice, variant in _message_variants(message):
                yield mistake, advice, secret, variant
        for mistake, advice, variant in (*_batch_variants(body), *_form_variants(body)):
            yield mistake, advice, secret, variant


def _scope_advice(scope: Scope) -> str:
    return f"made over the scope {scope.value!r}, which this verifier does not accept: add it to `scopes`"


def _secret_variants(secret: bytes) -> Iterator[tuple[Mistake, str, bytes]]:
    whitespace = "the secret differs in white space at its ends from the one set in the Segment destination"
    for variant in (secret.strip(), secret + b"\n", secret + b"\r\n", secret + b" ", b" " + secret):
        if variant != secret:
            yield Mistake.SECRET_WHITESPACE, whitespace, variant
    encoded = "Segment uses the text of the secret as it is: do not decode it from hex or base64"
    for variant in (secret.hex().encode(), base64.b64encode(secret)):
        yield Mistake.SECRET_ENCODED, encoded, variant
    for decode in (bytes.fromhex, base64.b64decode):
        try:
            yield Mistake.SECRET_ENCODED, "made with the secret decoded from hex or base64", decode(secret.decode())
        except ValueError:
            continue


def _message_variants(message: bytes) -> Iterator[tuple[Mistake, str, bytes]]:
    newline = "the body gained or lost white space at its end: verify the bytes as they came"
    for variant in (message.rstrip(), message + b"\n", message + b"\r\n"):
        if variant != message:
            yield Mistake.TRAILING_NEWLINE, newline, variant
    transcoded = "the body was decoded and encoded again on the way: verify the bytes as they came"
    for change in _TRANSCODINGS:
        try:
            variant = change(message)
        except ValueError:
            continue
        if variant != message:
            yield Mistake.TRANSCODED, transcoded, variant
    try:
        value = jsontext.decode(message)
    except PayloadError:
        return
    reserialised = "the body was parsed and written again as JSON on the way: verify the bytes as they came"
    try:
        variants = [stringify(value)]  # what Segment wrote before something that is not JavaScript wrote it again
        variants += [json.dumps(value, **options).encode("utf-8", "surrogatepass") for options in _DUMPS]
    except RecursionError:
        return
    for variant in variants:
        if variant != message:
            yield Mistake.RESERIALISED, reserialised, variant


_TRANSCODINGS: tuple[Callable[[bytes], bytes], ...] = (
    lambda m: m.decode().encode("latin-1"),
    lambda m: m.decode("latin-1").encode(),
    lambda m: m.replace(b"\r\n", b"\n"),
    lambda m: m.replace(b"\n", b"\r\n"),
    lambda m: m.removeprefix(b"\xef\xbb\xbf"),
    lambda m: b"\xef\xbb\xbf" + m,
)

# the ways that are common in Python
_DUMPS: tuple[dict[str, Any], ...] = tuple(
    {"ensure_ascii": ascii_only, "separators": separators, "sort_keys": sort_keys, "indent": indent}
    for ascii_only in (True, False)
    for separators, indent in (((", ", ": "), None), ((",", ":"), None), ((",", ": "), 2))
    for sort_keys in (False, True)
)


def _batch_variants(body: bytes) -> Iterator[tuple[Mistake, str, bytes]]:
    try:
        elements = jsontext.children(body)
    except PayloadError:
        return
    if len(elements) < 2 or not isinstance(elements[0].key, int):
        return
    advice = "made over another element of the batch than the first: something on the way changed their order"
    for element in elements[1:]:
        yield Mistake.LATER_ELEMENT, advice, body[element.start : element.end]


def _form_variants(body: bytes) -> Iterator[tuple[Mistake, str, bytes]]:
    try:
        message = form_to_json(body)
    except PayloadError:
        return
    advice = "made over the object behind this form: use SegmentWebhookHandler, and hand it the content-type header too"
    yield Mistake.FORM, advice, message


_OTHER_HASHES = ("sha256", "sha512", "md5", "sha224", "sha384")


def _other_digest(secret: bytes, body: bytes, text: str) -> Explanation | None:
    """Whether `text` is the right HMAC of the wrong hash, or in the wrong encoding."""
    from segment_hooks.signature import signed_spans

    bare = text.rpartition("=")[2] if "=" in text.rstrip("=") else text
    for _, start, end in signed_spans(body):
        for name in ("sha1", *_OTHER_HASHES):
            digest = hmac.digest(secret, body[start:end], name)
            encodings = {"hex": digest.hex(), "base64": base64.b64encode(digest).decode()}
            for encoding, expected in encodings.items():
                if hmac.compare_digest(expected.encode(), bare.encode("utf-8", "surrogatepass")) or text == expected:
                    return Explanation(
                        Mistake.WRONG_DIGEST,
                        f"an HMAC-{name.upper()} in {encoding}{' with a prefix' if bare != text else ''}; "
                        "Segment sends HMAC-SHA1 in bare lower-case hex",
                    )
    return None


def _unkeyed(secret: bytes, body: bytes) -> Iterator[tuple[str, bytes]]:
    yield "the body alone", body
    yield "secret and body joined", secret + body
    yield "body and secret joined", body + secret


def _as_text(signature: str | bytes | None) -> str:
    return signature.decode("latin-1") if isinstance(signature, bytes) else signature or ""


def _as_list(secrets: Secrets) -> list[bytes]:
    given = (secrets,) if isinstance(secrets, str | bytes) else secrets
    return [s.encode("utf-8", "surrogatepass") if isinstance(s, str) else s for s in given if s]
