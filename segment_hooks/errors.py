"""Every error that `segment_hooks` raises, and every one that a handler may raise to say how it ended.

    SegmentHooksError
    ├── ConfigurationError          the code that uses the package is wrong; raised at start, never per request
    │   └── RegistrationError       a handler that cannot work: its annotation, its filter, its arguments
    ├── WebhookError                a request that is not a delivery from Segment
    │   ├── SignatureError          not signed, or not by a holder of the secret
    │   └── PayloadError            not JSON, or neither an object nor an array of objects
    └── HandlerSignal               raised *by handlers*, under the names that Segment Functions use
        ├── DropEvent               done with it on purpose
        ├── RetryError              try again later
        ├── EventNotSupported       this service never handles such events
        ├── InvalidEventPayload     the event can never be handled as it is
        └── ValidationError         the same, for a value that breaks a rule of the service

No message here holds a secret, a signature that would be valid, or a value out of an event: what an error
shows may end in a log.
"""

from __future__ import annotations

from enum import StrEnum


class SegmentHooksError(Exception):
    """Base of every error of this package."""


class ConfigurationError(SegmentHooksError, ValueError):
    """The package is set up in a way that cannot work. Raised at start."""


class RegistrationError(ConfigurationError, TypeError):
    """A handler cannot work as registered. The message says how to write it."""


class WebhookError(SegmentHooksError):
    """A request that is not a delivery from Segment."""


class SignatureFailure(StrEnum):
    """Why a signature was refused. Safe to log; never tells an attacker anything about the secret."""

    MISSING = "missing"
    """No signature header on the request."""
    DUPLICATE = "duplicate"
    """The header stands more than once, or holds a list: no telling which one was meant."""
    PREFIXED = "prefixed"
    """Has a scheme in front, such as `sha1=`. Segment sends the bare digest."""
    LENGTH = "length"
    """Not 40 characters, which is what a SHA-1 digest in hex has."""
    NOT_HEX = "not_hex"
    """40 characters, but not all of them hex digits."""
    MISMATCH = "mismatch"
    """A well-formed digest that none of the secrets makes from this body."""
    UNCOVERED = "uncovered"
    """The signature is right, but covers only a part of the batch, and the policy asks for more."""
    STATIC_HEADER = "static_header"
    """The header that the policy requires is missing or has another value."""


_SIGNATURE_ADVICE = {
    SignatureFailure.MISSING: "the request has no signature header; set the shared secret in the Segment destination",
    SignatureFailure.DUPLICATE: "the signature header stands more than once; look for a proxy that adds one",
    SignatureFailure.PREFIXED: "the signature has a scheme prefix, Segment sends the bare hex digest",
    SignatureFailure.LENGTH: "the signature is not 40 characters long, as a SHA-1 digest in hex is",
    SignatureFailure.NOT_HEX: "the signature has characters that are not hex digits",
    SignatureFailure.MISMATCH: "the signature fits none of the secrets; SignatureVerifier.explain() can tell why",
    SignatureFailure.UNCOVERED: "the signature covers only the first event of this batch; turn batching off in the "
    "Segment destination, or require a static header as well",
    SignatureFailure.STATIC_HEADER: "the required static header is missing or has another value; set it in the "
    "headers of the Segment destination",
}


class SignatureError(WebhookError):
    """The request is not signed by a holder of the secret.

    `reason` says in which way; `SignatureVerifier.explain()` goes further, for the owner's eyes only.
    """

    def __init__(self, reason: SignatureFailure) -> None:
        super().__init__(reason)
        self.reason = reason

    def __str__(self) -> str:
        return _SIGNATURE_ADVICE[self.reason]


class PayloadError(WebhookError):
    """The body, or a part of it, cannot be read.

    `path` is the place as a JSONPath (`$[3].type`), `position` the byte offset in the body where the trouble is
    (None where the bytes are fine and only the shape is not), `problem` what is wrong there.
    """

    def __init__(self, problem: str, *, path: str = "$", position: int | None = None) -> None:
        super().__init__(problem)
        self.problem = problem
        self.path = path
        self.position = position

    def __str__(self) -> str:
        place = self.path if self.position is None else f"{self.path} (byte {self.position})"
        return f"{self.problem} at {place}"


class HandlerSignal(SegmentHooksError):  # noqa: N818  # not an error: how a handler speaks
    """Base of what a handler raises to say how an event ended. Segment never sees the message."""


class DropEvent(HandlerSignal):
    """Done with this event on purpose. Answered as a success, so that Segment does not send it again."""


class RetryError(HandlerSignal):
    """The event cannot be handled now; Segment shall deliver it again (it does so for four hours).

    `retry_after`: seconds, sent as `Retry-After`. Segment's documents do not say that it is honoured.
    """

    retry_after: float | None = None

    def __init__(self, message: str = "", *, retry_after: float | None = None) -> None:
        if retry_after is not None and not 0 <= retry_after < float("inf"):
            raise ValueError(f"retry_after must be a number of seconds, zero or more, not {retry_after!r}")
        super().__init__(message)
        self.retry_after = retry_after


class EventNotSupported(HandlerSignal):
    """This service does not handle such events and never will. Segment discards the event."""


class InvalidEventPayload(HandlerSignal):
    """The event can never be handled as it is. Segment discards it."""


class ValidationError(InvalidEventPayload):
    """A value in the event breaks a rule of the service. Segment discards the event."""
