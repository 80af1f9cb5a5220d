"""OpenTelemetry: with `SegmentClient(…, observer=OpenTelemetryObserver())`, a span for every request, and counters.

Uses the API package only: without an SDK in the service nothing is recorded, and next to nothing spent. No id of a
person, and nothing that a user has written, is on any of it.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

from segment_hooks.client.observing import Attempt
from segment_hooks.client.receipt import ReceiptState

try:
    from opentelemetry import metrics, trace
except ImportError as error:
    raise ImportError(
        'this observer needs the OpenTelemetry API: pip install "segment-hooks[opentelemetry]"', name="opentelemetry"
    ) from error


class OpenTelemetryObserver:
    """An `Observer`. `tracer_provider`, `meter_provider`: instead of the global ones.

    Spans are named `send batch`, of kind PRODUCER, and follow the semantic conventions for messaging:
    `messaging.system` "segment", `messaging.operation.type`, `messaging.batch.message_count`; of our own,
    `segment.retry_count`. What was not delivered has the status ERROR, `error.type` (a code of `SegmentError`) and
    `http.response.status_code`, if there was an answer. The counter `segment.client.events` counts events that are
    settled, by `segment.state` (a `ReceiptState`) and `error.type`.
    """

    def __init__(
        self,
        tracer_provider: trace.TracerProvider | None = None,
        meter_provider: metrics.MeterProvider | None = None,
    ) -> None:
        self._tracer = trace.get_tracer("segment_hooks", tracer_provider=tracer_provider)
        meter = metrics.get_meter("segment_hooks", meter_provider=meter_provider)
        self._events = meter.create_counter("segment.client.events", "{event}", "Events that are settled")

    @contextmanager
    def sending(self, attempt: Attempt) -> Generator[None]:
        """See `Observer.sending`."""
        attributes: dict[str, str | int] = {
            "messaging.system": "segment",
            "messaging.operation.type": "send",
            "messaging.operation.name": "send",
            "messaging.batch.message_count": attempt.events,
            "segment.retry_count": attempt.tries,
        }
        with self._tracer.start_as_current_span(
            "send batch", kind=trace.SpanKind.PRODUCER, attributes=attributes, record_exception=False
        ) as span:
            yield
            failure = attempt.failure
            if failure is not None:
                span.set_attribute("error.type", failure.code)
                if failure.status_code is not None:
                    span.set_attribute("http.response.status_code", failure.status_code)
                span.set_status(trace.StatusCode.ERROR)

    def settled(self, state: ReceiptState, events: int, code: str | None) -> None:
        """See `Observer.settled`."""
        attributes = {"segment.state": state.value}
        if code is not None:
            attributes["error.type"] = code
        self._events.add(events, attributes)
