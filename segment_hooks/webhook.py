"""SegmentWebhookHandler: headers and body → a verified delivery."""

from __future__ import annotations

from collections.abc import Iterable
from hmac import compare_digest
from typing import Any, Literal, TypeAlias

import msgspec

from segment_hooks.errors import ConfigurationError, SignatureError, SignatureFailure
from segment_hooks.events import Event
from segment_hooks.log import logger
from segment_hooks.parsing import is_wrapped, parse, parse_event
from segment_hooks.signature import (
    SIGNATURE_HEADERS,
    Scope,
    Secrets,
    SignatureVerifier,
    Verification,
)
from segment_hooks.wire import FORM, Headers, HeaderSource

SAFE_SCOPES = (Scope.BODY, Scope.FIRST, Scope.INNER)


class StaticHeader:
    """A header that every delivery with uncovered events must carry, such as `Authorization: Bearer …`.

    Set the same header in the Segment destination. Several `values` are all accepted, for rotation. Compared in
    constant time; never shown in a repr.
    """

    __slots__ = ("_values", "name")

    def __init__(self, name: str, *values: str | bytes) -> None:
        if not name or not values or not all(isinstance(value, str | bytes) and value for value in values):
            raise ConfigurationError(
                "a static header needs a name and at least one value, text or bytes, that is not empty"
            )
        self.name = _header_name(name)
        self._values = tuple(v.encode("utf-8") if isinstance(v, str) else v for v in values)

    def matches(self, headers: Headers) -> bool:
        """Whether the request carries this header, once, with one of the values."""
        given = headers.get_all(self.name)
        if len(given) != 1:
            return False
        matched = [compare_digest(value, given[0]) for value in self._values]  # all of them: no early end to time
        return any(matched)

    def __repr__(self) -> str:
        return f"StaticHeader({self.name.decode('latin-1')!r}, …)"


UncoveredPolicy: TypeAlias = Literal["accept", "refuse"] | StaticHeader
"""What becomes of a delivery in which the signature does not cover every event.

Of a batch Segment signs the first event only, so whoever has seen one signed request can send it again with events of
their own behind it. `"accept"` takes them and marks them (`event.covered` is False); `"refuse"` is right when batching
is turned off in the Segment destination; a `StaticHeader` must be on the request as well.
"""


class Delivery(msgspec.Struct, frozen=True, gc=False):
    """One request from Segment, verified and parsed.

    `verification` is None where signatures are not checked. `skipped` holds the places of `null` items, which a mapping
    in the destination sends where it found no data.
    """

    events: list[Event]
    verification: Verification | None
    is_batch: bool = False
    skipped: tuple[int, ...] = ()

    @property
    def uncovered(self) -> list[Event]:
        """The events that the signature does not cover."""
        return [event for event in self.events if not event.covered]

    def __repr__(self) -> str:
        return f"Delivery({len(self.events)} events, {len(self.uncovered)} uncovered)"


class SegmentWebhookHandler:
    """Turns a request into a verified `Delivery`, in any framework.

    `secret`: the shared secret of the Segment destination, or several to accept at once while rotating.
    `uncovered`: what to do about events that the signature does not cover; left out, they are accepted and marked, and
    a warning is logged once. `scopes`: what a signature may be made over (see `SignatureVerifier`).
    `signature_headers`: where to look for the signature; the first of them that is on the request counts.
    `verify=False` turns the check off, for a destination without a secret; combine it with a `StaticHeader`.
    Raises `ConfigurationError` where `secret` is missing or empty, so that a forgotten setting never opens the door.
    """

    def __init__(
        self,
        secret: Secrets | None = None,
        *,
        uncovered: UncoveredPolicy | None = None,
        scopes: Iterable[Scope] = SAFE_SCOPES,
        signature_headers: Iterable[str] = SIGNATURE_HEADERS,
        verify: bool = True,
    ) -> None:
        if verify and not secret:
            raise ConfigurationError(
                "no shared secret given; use the one set in the Segment destination "
                "(or pass verify=False if the destination has none)"
            )
        if not verify and secret:
            raise ConfigurationError("a secret was given together with verify=False: leave out one of them")
        if uncovered is not None and not isinstance(uncovered, StaticHeader) and uncovered not in ("accept", "refuse"):
            raise ConfigurationError(f"uncovered is 'accept', 'refuse' or a StaticHeader, not {uncovered!r}")
        if not verify and uncovered == "refuse":
            raise ConfigurationError("verify=False with uncovered='refuse' would refuse every delivery")
        if isinstance(signature_headers, str):
            signature_headers = (signature_headers,)
        self._signature_names = tuple(_header_name(name) for name in signature_headers)
        if verify and not self._signature_names:
            raise ConfigurationError("signature_headers is empty, so no signature could ever be found")
        self._verifier = SignatureVerifier(secret, scopes=scopes) if secret else None
        self._uncovered = uncovered
        self._warn_uncovered = verify and uncovered is None
        # a plain dict with names in lower case is what most frameworks' headers become
        self._usual_name = self._signature_names[0].decode("latin-1") if self._signature_names else ""

    def handle_request(self, *, headers: Headers | HeaderSource, body: bytes) -> Delivery:
        """Verify and parse one request.

        `headers`: a mapping or (name, value) pairs, names in any case, text or bytes. `body`: exactly the bytes that
        came, before any middleware decoded them.
        Raises `SignatureError` where the request is not from a holder of the secret, and `PayloadError` where the body
        is neither a JSON object nor an array of objects. Nothing else, whatever the bytes.
        """
        verifier = self._verifier
        if verifier is None:
            return self._unverified(Headers.of(headers), body)
        # the commonest first, with no step that it can do without: a single event, and headers that are a plain dict
        source: Any = headers
        given: Any = source.get(self._usual_name) if source.__class__ is dict else None
        if given.__class__ is not str:
            headers = Headers.of(headers)
            given = self._signature(headers)
        if body[:1] == b"{":
            verification = verifier.match_body(body, given)
            if verification is not None:
                return Delivery([parse_event(body, True)], verification)
        elif body[:1] != b"[" and _is_form(headers := Headers.of(headers)):
            body = _form_to_json(body)
        return self._deliver(headers, body, verifier.verify(body, given))

    def _signature(self, headers: Headers) -> str | None:
        for name in self._signature_names:
            values = headers.get_all(name)
            if len(values) > 1:
                raise SignatureError(SignatureFailure.DUPLICATE)
            if values:
                return values[0].decode("latin-1")
        return None

    def _deliver(self, headers: Headers | HeaderSource, body: bytes, verification: Verification) -> Delivery:
        whole = verification.scope is Scope.BODY
        parsed = parse(
            body,
            covered=whole,
            first_covered=verification.covers_first,
            unwrap=verification.scope is Scope.INNER or (whole and is_wrapped(body)),
        )
        delivery = Delivery(parsed.events, verification, parsed.is_batch, parsed.skipped)
        if not whole:
            self._judge_uncovered(delivery, headers)
        return delivery

    def _unverified(self, headers: Headers, body: bytes) -> Delivery:
        if isinstance(self._uncovered, StaticHeader) and not self._uncovered.matches(headers):
            raise SignatureError(SignatureFailure.STATIC_HEADER)
        if body[:1] not in (b"{", b"[") and _is_form(headers):
            body = _form_to_json(body)
        parsed = parse(body, unwrap=is_wrapped(body))
        return Delivery(parsed.events, None, parsed.is_batch, parsed.skipped)

    def _judge_uncovered(self, delivery: Delivery, headers: Headers | HeaderSource) -> None:
        events = delivery.events
        if all(event.covered for event in events[:2]):  # what is covered stands first
            return
        policy = self._uncovered
        if isinstance(policy, StaticHeader):
            if not policy.matches(Headers.of(headers)):
                raise SignatureError(SignatureFailure.STATIC_HEADER)
        elif policy == "refuse":
            raise SignatureError(SignatureFailure.UNCOVERED)
        elif self._warn_uncovered:
            self._warn_uncovered = False
            logger().warning(
                "Segment signs only the first event of a batch; the others are accepted unauthenticated and marked "
                "covered=False. Turn batching off in the destination, or pass uncovered=StaticHeader(…). "
                "uncovered='accept' silences this warning."
            )

    def __repr__(self) -> str:
        return f"SegmentWebhookHandler({self._verifier!r}, uncovered={self._uncovered!r})"


def _header_name(name: str) -> bytes:
    if not isinstance(name, str) or not name.isascii() or not name:
        raise ConfigurationError(f"the name of a header is text in ASCII, not {name!r}")
    return name.lower().encode("ascii")


def _form_to_json(body: bytes) -> bytes:
    from segment_hooks.forms import form_to_json  # few deliveries are forms, and importing this takes a while

    return form_to_json(body)


def _is_form(headers: Headers) -> bool:
    content_type = headers.get(b"content-type") or b""
    return content_type.partition(b";")[0].strip().lower() == FORM
