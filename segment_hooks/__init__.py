"""Receive Segment's webhooks (verified, typed, routed, and answered so that nothing is lost), and send it events."""

from typing import TYPE_CHECKING, Any

from segment_hooks.context import Bag, Context
from segment_hooks.errors import (
    ConfigurationError,
    DropEvent,
    EventNotSupported,
    HandlerSignal,
    InvalidEventPayload,
    PayloadError,
    RegistrationError,
    RetryError,
    SegmentHooksError,
    SignatureError,
    SignatureFailure,
    ValidationError,
    WebhookError,
)
from segment_hooks.events import (
    Alias,
    Delete,
    Event,
    Group,
    Identify,
    Page,
    Payload,
    Screen,
    Track,
    Unknown,
)
from segment_hooks.outcomes import Outcome, Result
from segment_hooks.parsing import Parsed, parse, parse_event
from segment_hooks.receiver import Receiver, ReceiverOptions
from segment_hooks.router import WebhookEventRouter
from segment_hooks.signature import Scope, SignatureVerifier, Verification, sign
from segment_hooks.timestamps import parse_timestamp
from segment_hooks.webhook import Delivery, SegmentWebhookHandler, StaticHeader
from segment_hooks.wire import Headers, Request, Response

if TYPE_CHECKING:
    from segment_hooks.client import AsyncSegmentClient, SegmentClient, SegmentError
    from segment_hooks.javascript import stringify

__version__ = "0.1.0"

__all__ = [
    "Alias",
    "AsyncSegmentClient",
    "Bag",
    "ConfigurationError",
    "Context",
    "Delete",
    "Delivery",
    "DropEvent",
    "Event",
    "EventNotSupported",
    "Group",
    "HandlerSignal",
    "Headers",
    "Identify",
    "InvalidEventPayload",
    "Outcome",
    "Page",
    "Parsed",
    "Payload",
    "PayloadError",
    "Receiver",
    "ReceiverOptions",
    "RegistrationError",
    "Request",
    "Response",
    "Result",
    "RetryError",
    "Scope",
    "Screen",
    "SegmentClient",
    "SegmentError",
    "SegmentHooksError",
    "SegmentWebhookHandler",
    "SignatureError",
    "SignatureFailure",
    "SignatureVerifier",
    "StaticHeader",
    "Track",
    "Unknown",
    "ValidationError",
    "Verification",
    "WebhookError",
    "WebhookEventRouter",
    "parse",
    "parse_event",
    "parse_timestamp",
    "sign",
    "stringify",
]

_LAZY = {
    "AsyncSegmentClient": "segment_hooks.client",
    "SegmentClient": "segment_hooks.client",
    "SegmentError": "segment_hooks.client",
    "stringify": "segment_hooks.javascript",
}
"""What not every service needs, and where it is: imported when it is first asked for."""


def __getattr__(name: str) -> Any:
    module = _LAZY.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = globals()[name] = getattr(import_module(module), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_LAZY})
