"""Spans: one for each call of a handler, with the facts of the event and nothing about persons."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from segment_hooks import DropEvent, Event, Receiver, RetryError, WebhookEventRouter, parse_event
from tests.adapters.calls import SECRET, directly, signed
from tests.adapters.receivers import RAISED

pytest.importorskip("opentelemetry.sdk", reason="the OpenTelemetry SDK is not installed")

from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode, get_current_span

from segment_hooks.integrations.opentelemetry import tracing

BODY = (
    b'{"type":"track","event":"Order Completed","messageId":"m-1","userId":"someone@example.com",'
    b'"properties":{"email":"someone@example.com"}}'
)


class Recorder:
    """A router whose handlers are traced, and the spans that came of it."""

    def __init__(self, **options: Any) -> None:
        self._exporter = InMemorySpanExporter()
        provider = TracerProvider()
        provider.add_span_processor(SimpleSpanProcessor(self._exporter))
        self.router = WebhookEventRouter()
        self.router.middleware(tracing(provider, **options))

    def spans(self) -> tuple[ReadableSpan, ...]:
        """The finished spans."""
        return self._exporter.get_finished_spans()


def handler(error: BaseException | None, *, coroutine: bool) -> Callable[[Event], Any]:
    """A handler that raises `error`, or looks at the span around it."""

    def plain(event: Event) -> None:
        assert get_current_span().get_span_context().is_valid
        if error is not None:
            raise error

    async def awaited(event: Event) -> None:
        plain(event)

    return awaited if coroutine else plain


both = pytest.mark.parametrize("coroutine", [False, True], ids=["plain", "coroutine"])


@both
async def test_a_span_says_what_was_handled(coroutine: bool) -> None:
    recorder = Recorder()
    recorder.router.on_any(handler(None, coroutine=coroutine))
    assert (await recorder.router.route(parse_event(BODY, covered=True))).ok
    (span,) = recorder.spans()
    assert span.name == "process track"
    assert span.kind is SpanKind.CONSUMER
    assert span.status.status_code is StatusCode.UNSET
    assert span.events == ()
    assert dict(span.attributes or {}) == {
        "messaging.system": "segment",
        "messaging.operation.type": "process",
        "messaging.operation.name": "process",
        "messaging.message.id": "m-1",
        "segment.event.covered": True,
        "segment.result": "handled",
    }


@both
def test_every_handler_has_a_span_of_its_own(coroutine: bool) -> None:
    recorder = Recorder()
    recorder.router.on_any(handler(None, coroutine=coroutine))
    recorder.router.on_track(handler(ZeroDivisionError("someone@example.com"), coroutine=False))
    receiver = Receiver.build(recorder.router, SECRET)
    assert directly(receiver, signed(BODY)).status == 500
    assert [span.status.status_code for span in recorder.spans()] == [StatusCode.UNSET, StatusCode.ERROR]


@both
@pytest.mark.parametrize("name", RAISED)
async def test_a_signal_is_no_error(name: str, coroutine: bool) -> None:
    recorder, error = Recorder(), RAISED[name]
    recorder.router.on_any(handler(error, coroutine=coroutine))
    outcome = await recorder.router.route(parse_event(BODY))
    (span,) = recorder.spans()
    attributes = dict(span.attributes or {})
    assert attributes["segment.result"] == outcome.result.name.lower()
    if name == "Fail":
        assert span.status.status_code is StatusCode.ERROR
        assert attributes["error.type"] == "ZeroDivisionError"
    else:
        assert span.status.status_code is StatusCode.UNSET
        assert "error.type" not in attributes


@both
async def test_no_span_holds_a_value_of_the_event_or_a_message(coroutine: bool) -> None:
    recorder = Recorder()
    recorder.router.on_any(handler(ZeroDivisionError("someone@example.com"), coroutine=coroutine))
    await recorder.router.route(parse_event(BODY))
    (span,) = recorder.spans()
    assert span.status.description is None
    assert "example.com" not in span.to_json()


async def test_exceptions_are_recorded_where_that_is_asked_for() -> None:
    recorder = Recorder(record_exceptions=True)
    recorder.router.on_any(handler(ZeroDivisionError("by zero"), coroutine=False))
    await recorder.router.route(parse_event(BODY))
    (span,) = recorder.spans()
    (recorded,) = span.events
    assert (recorded.attributes or {})["exception.message"] == "by zero"


def test_a_handler_that_runs_out_of_time_has_failed() -> None:
    import asyncio

    recorder = Recorder()

    @recorder.router.on_any
    async def forever(event: Event) -> None:
        await asyncio.Event().wait()

    receiver = Receiver.build(recorder.router, SECRET, deadline=0.05)
    assert directly(receiver, signed(BODY)).status == 503
    (span,) = recorder.spans()
    assert span.status.status_code is StatusCode.ERROR
    assert (span.attributes or {})["error.type"] == "CancelledError"


async def test_an_object_that_is_no_event_has_spans_too() -> None:
    recorder = Recorder()
    recorder.router.on_any(handler(DropEvent(), coroutine=False))
    recorder.router.on_any(handler(RetryError(), coroutine=False))
    await recorder.router.route(parse_event(b'{"id":1}'))
    assert [span.name for span in recorder.spans()] == ["process payload"] * 2
    assert all("messaging.message.id" not in (span.attributes or {}) for span in recorder.spans())


async def test_without_an_sdk_nothing_is_recorded_and_everything_runs() -> None:
    router = WebhookEventRouter()
    router.middleware(tracing())
    seen: list[Event] = []
    router.on_any(seen.append)
    await router.route(parse_event(BODY))
    assert len(seen) == 1
