"""OpenTelemetry: `router.middleware(tracing())` makes a span around every call of a handler.

Uses the API package only: without an SDK in the service nothing is recorded, and next to nothing spent.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager

from segment_hooks.events import Event
from segment_hooks.integrations._missing import missing
from segment_hooks.outcomes import Result, result_of

try:
    from opentelemetry import trace
except ImportError as error:
    raise missing("the OpenTelemetry API", "opentelemetry") from error


def tracing(
    tracer_provider: trace.TracerProvider | None = None, *, record_exceptions: bool = False
) -> Callable[[Event], AbstractContextManager[None]]:
    """Middleware for `router.middleware(…)`: one span of kind CONSUMER for each call of a handler.

    `tracer_provider`: instead of the global one. `record_exceptions`: put exceptions on the span with messages and
    tracebacks, which may hold personal data; without it, only their type.

    The span follows the semantic conventions for messaging: named `process track` (or the call type it is), with
    `messaging.system` "segment", `messaging.operation.type`, `messaging.operation.name` and `messaging.message.id`; of
    our own, `segment.event.covered`, and `segment.result` in the words of `Result`. A handler that says by a signal
    (`DropEvent`, `RetryError` …) how the event ended has not failed; any other exception gives the status ERROR and
    `error.type`. No id of a person, and nothing that a user has written, is on it.
    """
    tracer = trace.get_tracer("segment_hooks", tracer_provider=tracer_provider)

    @contextmanager
    def traced(event: Event) -> Generator[None]:
        with tracer.start_as_current_span(
            f"process {event.TYPE or 'payload'}",
            kind=trace.SpanKind.CONSUMER,
            attributes=_attributes(event),
            record_exception=record_exceptions,
            set_status_on_exception=False,  # its description is the exception's message
        ) as span:
            try:
                yield
            except BaseException as error:  # a cancelled handler has failed too: the time for an answer ran out
                result = result_of(error) if isinstance(error, Exception) else Result.FAILED
                span.set_attribute("segment.result", result.name.lower())
                if result is Result.FAILED:
                    span.set_attribute("error.type", type(error).__qualname__)
                    span.set_status(trace.StatusCode.ERROR)
                raise
            span.set_attribute("segment.result", Result.HANDLED.name.lower())

    return traced


def _attributes(event: Event) -> dict[str, str | bool]:
    attributes: dict[str, str | bool] = {
        "messaging.system": "segment",
        "messaging.operation.type": "process",
        "messaging.operation.name": "process",
        "segment.event.covered": event.covered,
    }
    if event.message_id is not None:
        attributes["messaging.message.id"] = event.message_id
    return attributes
