"""Segment's signature: HMAC-SHA1 in lower-case hex, over exact bytes, with the shared secret in UTF-8.

What is signed (segment action-destinations, `webhook`):

- a single event: the whole body;
- a batch: only the first element, byte for byte as it stands in the body;
- a batch of the extensible webhook: only the object inside the first `{"json": …}` wrapper;
- a batch, by a change that Segment has proposed: the whole body;
- an audience delivery with "extras": the first event *without* the extra keys that were appended to it.

So nothing is ever serialised again to be verified: JavaScript and Python write numbers and surrogates differently.
There is no timestamp and no nonce: a signed request can be replayed, which is what the dedupe by `messageId` is for.
"""

from __future__ import annotations

import hashlib
from binascii import unhexlify
from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from hmac import compare_digest
from typing import TYPE_CHECKING, TypeAlias

import msgspec

from segment_hooks import jsontext
from segment_hooks.errors import ConfigurationError, PayloadError, SignatureError, SignatureFailure

if TYPE_CHECKING:
    from segment_hooks.explain import Explanation

Secrets: TypeAlias = str | bytes | Iterable[str | bytes]
"""One shared secret, or several that are all accepted while a secret is being rotated."""

SIGNATURE_HEADERS = ("X-Signature", "X-Segment-Signature")
"""Where the signature is: today, and after a change that Segment has proposed."""

Match: TypeAlias = Callable[[bytes, str | None], "Verification | None"]
"""Body and signature → the verification, where the signature is over the whole body and stands there as Segment writes
it, in lower case; None for anything else, which is for `SignatureVerifier.verify` to judge."""

Copy: TypeAlias = Callable[[], "hashlib._Hash"]
"""`copy` of a hash object that has taken in one pad."""

_BLOCK = 64  # bytes in a block of SHA-1 (FIPS 180-4)
_HEX_LENGTH = 40
_INNER = b'{"json":'


class Scope(StrEnum):
    """What a signature was made over."""

    BODY = "body"
    """The whole body: every event in it is covered."""
    FIRST = "first"
    """The first element of a batch; the others are not covered."""
    INNER = "inner"
    """The object inside the first wrapper of an extensible-webhook batch; the others are not covered."""
    EXTRAS = "extras"
    """The first event without the keys appended to it: an audience delivery. No event is covered as a whole."""


class Verification(msgspec.Struct, frozen=True, gc=False):
    """A signature that is right: what it covers, and which of the secrets made it (0 is the first one given)."""

    scope: Scope
    secret_index: int

    @property
    def covers_all(self) -> bool:
        """Whether every event in the body is covered."""
        return self.scope is Scope.BODY

    @property
    def covers_first(self) -> bool:
        """Whether the first event of the body is covered."""
        return self.scope is not Scope.EXTRAS


class SigningKey:
    """One secret, with both hash pads of HMAC (RFC 2104) prepared: a copy a message instead of two blocks hashed."""

    __slots__ = ("pads",)

    def __init__(self, secret: str | bytes) -> None:
        key = secret.encode("utf-8", "surrogatepass") if isinstance(secret, str) else bytes(secret)
        if not key:
            raise ConfigurationError("the shared secret is empty; use the one set in the Segment destination")
        if len(key) > _BLOCK:
            key = hashlib.sha1(key, usedforsecurity=False).digest()
        key = key.ljust(_BLOCK, b"\0")
        copy_inner = hashlib.sha1(bytes(b ^ 0x36 for b in key), usedforsecurity=False).copy
        copy_outer = hashlib.sha1(bytes(b ^ 0x5C for b in key), usedforsecurity=False).copy
        self.pads: tuple[Copy, Copy] = copy_inner, copy_outer
        """`copy` of the inner and of the outer hash, each having taken in its pad."""

    def digest(self, message: bytes) -> bytes:
        """The 20 bytes of HMAC-SHA1 over `message`."""
        copy_inner, copy_outer = self.pads
        inner, outer = copy_inner(), copy_outer()
        inner.update(message)
        outer.update(inner.digest())
        return outer.digest()

    def prefixes(self, start: bytes) -> PrefixDigests:
        """Digests over growing prefixes of one message, each byte of which is hashed once."""
        return PrefixDigests(*self.pads, start)

    def __repr__(self) -> str:
        return "SigningKey(…)"


class PrefixDigests:
    """HMAC-SHA1 over `start`, and over what is added to it, with an ending that is not kept."""

    __slots__ = ("_copy_outer", "_inner")

    def __init__(self, copy_inner: Copy, copy_outer: Copy, start: bytes) -> None:
        self._inner = copy_inner()
        self._inner.update(start)
        self._copy_outer = copy_outer

    def add(self, more: bytes) -> None:
        """Lengthen the message."""
        self._inner.update(more)

    def digest(self, ending: bytes) -> bytes:
        """The digest of the message so far followed by `ending`."""
        inner = self._inner.copy()
        inner.update(ending)
        outer = self._copy_outer()
        outer.update(inner.digest())
        return outer.digest()


class SignatureVerifier:
    """Verifies the signature of a request body.

    `secrets`: one shared secret, or several to accept at once. `scopes`: what a signature may be made over; left out,
    everything that Segment signs but `Scope.EXTRAS`, with which somebody who has seen one request could append keys of
    their own to an event. Raises `ConfigurationError` where there is no secret, or an empty one.
    """

    __slots__ = ("_keys", "_scopes", "_secrets", "match_body")

    def __init__(self, secrets: Secrets, *, scopes: Iterable[Scope] = (Scope.BODY, Scope.FIRST, Scope.INNER)) -> None:
        if not isinstance(secrets, Iterable):
            raise ConfigurationError(f"a shared secret is text or bytes, not {type(secrets).__name__}")
        given = (secrets,) if isinstance(secrets, str | bytes) else tuple(secrets)
        if not given:
            raise ConfigurationError("no shared secret given; use the one set in the Segment destination")
        for secret in given:
            if not isinstance(secret, str | bytes):
                raise ConfigurationError(f"a shared secret is text or bytes, not {type(secret).__name__}")
        try:
            self._scopes = frozenset(Scope(s) for s in ((scopes,) if isinstance(scopes, str) else scopes))
        except ValueError as error:
            raise ConfigurationError(f"{error}; the scopes are {', '.join(scope.value for scope in Scope)}") from None
        if not self._scopes:
            raise ConfigurationError("no scopes given, so no signature could ever be accepted")
        self._secrets = tuple(s.encode("utf-8", "surrogatepass") if isinstance(s, str) else s for s in given)
        self._keys = tuple(SigningKey(secret) for secret in self._secrets)
        self.match_body: Match = _matcher(self._keys if Scope.BODY in self._scopes else ())
        """The short cut for a single event, by far the commonest."""

    def verify(self, body: bytes, signature: str | bytes | None) -> Verification:
        """What `signature`, the value of the header, says about `body`, the exact bytes of the request.

        Hex digits are taken in either case, though Segment sends lower case.
        Raises `SignatureError`, whose `reason` says what is wrong, and nothing else, whatever the bytes.
        """
        try:
            given = unhexlify(signature)  # type: ignore[arg-type]  # None is a TypeError
        except (TypeError, ValueError):
            raise SignatureError(malformation(signature)) from None
        for scope, start, end in signed_spans(body):
            if scope in self._scopes:
                for index, key in enumerate(self._keys):
                    if compare_digest(key.digest(body[start:end]), given):
                        return Verification(scope, index)
        if len(given) != hashlib.sha1(usedforsecurity=False).digest_size:
            raise SignatureError(malformation(signature))
        if Scope.EXTRAS in self._scopes:
            for index, key in enumerate(self._keys):
                if _signs_without_extras(key, body, given):
                    return Verification(Scope.EXTRAS, index)
        raise SignatureError(SignatureFailure.MISMATCH)

    def explain(self, body: bytes, signature: str | bytes | None, *, other_secrets: Secrets = ()) -> Explanation:
        """Why `verify` refuses `signature`: which known mistake makes exactly this digest.

        For the owner, never for the sender. `other_secrets`: secrets of other destinations, or retired ones, to try.
        Slow, and meant for one request that should have been accepted.
        """
        from segment_hooks.explain import explain

        return explain(self, self._secrets, body, signature, other_secrets)

    def __repr__(self) -> str:
        scopes = ", ".join(sorted(scope.value for scope in self._scopes))
        return f"SignatureVerifier({len(self._keys)} secret(s), scopes: {scopes})"


def _matcher(keys: Iterable[SigningKey]) -> Match:
    # a closure, since an attribute or an object more is some percent of what verifying a small event takes
    pads = tuple((*key.pads, Verification(Scope.BODY, index)) for index, key in enumerate(keys))

    def match(body: bytes, signature: str | None) -> Verification | None:
        try:
            for copy_inner, copy_outer, verification in pads:
                inner, outer = copy_inner(), copy_outer()
                inner.update(body)
                outer.update(inner.digest())
                if compare_digest(outer.hexdigest(), signature):  # type: ignore[type-var]  # None is a TypeError
                    return verification
        except TypeError:  # also text that is not ASCII
            pass
        return None

    return match


def sign(secret: str | bytes, body: bytes, *, scope: Scope | None = None) -> str:
    """The signature that Segment would send with `body`: 40 lower-case hex digits.

    `scope`: over what; left out, as Segment signs today: the first element of an array, else the whole body.
    Raises `ConfigurationError` where `body` has no such part.
    """
    spans = {found: (start, end) for found, start, end in signed_spans(body)}
    if scope is None:
        scope = Scope.FIRST if Scope.FIRST in spans else Scope.BODY
    if scope not in spans:
        raise ConfigurationError(f"the body has no part that a signature of scope {scope.value!r} is made over")
    start, end = spans[scope]
    return SigningKey(secret).digest(body[start:end]).hex()


def signed_spans(body: bytes) -> Iterator[tuple[Scope, int, int]]:
    """The parts of `body` that a signature can be made over, likeliest first."""
    first = jsontext.first_element(body)
    if first is not None:
        start, end = first
        yield Scope.FIRST, start, end
        inner = start + len(_INNER)
        if body.startswith(_INNER, start):
            yield Scope.INNER, inner, end - 1
    yield Scope.BODY, 0, len(body)


def malformation(signature: str | bytes | None) -> SignatureFailure:
    """In which way `signature` is no SHA-1 digest in hex."""
    if signature is None or not signature:
        return SignatureFailure.MISSING
    text = signature.encode("utf-8", "surrogatepass") if isinstance(signature, str) else bytes(signature)
    if b"," in text:
        return SignatureFailure.DUPLICATE
    if b"=" in text:
        return SignatureFailure.PREFIXED
    return SignatureFailure.LENGTH if len(signature) != _HEX_LENGTH else SignatureFailure.NOT_HEX


def _signs_without_extras(key: SigningKey, body: bytes, given: bytes) -> bool:
    """Whether `given` signs the first event of `body` with some of its last members left away."""
    start, end = jsontext.first_element(body) or (0, len(body))
    event = body[start:end]
    try:
        members = jsontext.children(event)
    except PayloadError:
        return False
    if not event.startswith(b"{"):
        return False
    digests, hashed = key.prefixes(b""), 0
    for member in members[:-1]:
        digests.add(event[hashed : member.end])
        hashed = member.end
        if compare_digest(digests.digest(b"}"), given):
            return True
    return False
