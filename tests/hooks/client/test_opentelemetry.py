"""Spans and counters, and nothing personal on them."""

from __future__ import annotations

from typing import Any

import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from segment_hooks.client import AsyncSegmentClient, SegmentClient, TransportError
from segment_hooks.client.opentelemetry import OpenTelemetryObserver
from tests.hooks.client.doubles import Scripted, ScriptedAsync, refusal

STEPS = (refusal(500), TransportError("timeout"), refusal(401, code="no", message="alice@example.com"))


class Recording:
    """The SDK, in memory."""

    def __init__(self) -> None:
        self.exporter = InMemorySpanExporter()
        tracers = TracerProvider()
        tracers.add_span_processor(SimpleSpanProcessor(self.exporter))
        self.reader = InMemoryMetricReader()
        self.observer = OpenTelemetryObserver(tracers, MeterProvider([self.reader]))

    @property
    def counts(self) -> dict[tuple[Any, Any], int]:
        data = self.reader.get_metrics_data()
        assert data is not None
        (metric,) = data.resource_metrics[0].scope_metrics[0].metrics
        assert (metric.name, metric.unit) == ("segment.client.events", "{event}")
        points: Any = metric.data.data_points
        return {(p.attributes["segment.state"], p.attributes.get("error.type")): p.value for p in points}


def check(recording: Recording) -> None:
    spans = recording.exporter.get_finished_spans()
    assert {(span.name, span.kind) for span in spans} == {("send batch", SpanKind.PRODUCER)}
    shared = {"messaging.system": "segment", "messaging.operation.type": "send", "messaging.operation.name": "send"}
    assert [dict(span.attributes or {}) for span in spans] == [
        {**shared, "messaging.batch.message_count": 2, "segment.retry_count": tries, **more}
        for tries, more in (
            (0, {"error.type": "status_500", "http.response.status_code": 500}),
            (1, {"error.type": "timeout"}),
            (2, {"error.type": "no", "http.response.status_code": 401}),
            (0, {}),
        )
    ]
    assert [span.status.status_code for span in spans] == [StatusCode.ERROR] * 3 + [StatusCode.UNSET]
    assert recording.counts == {("rejected", "no"): 2, ("delivered", None): 2}


def test_a_span_for_every_request_and_a_count_of_every_event() -> None:
    recording = Recording()
    options: Any = {"observer": recording.observer, "random": lambda: 1.0}
    with SegmentClient("wk", transport=Scripted(*STEPS), **options) as client:
        for _ in range(2):
            client.event.batch([{"user_id": "alice@example.com", "event": "E"}] * 2)
            client.flush(20)
    check(recording)


async def test_the_same_on_an_event_loop() -> None:
    recording = Recording()
    options: Any = {"observer": recording.observer, "random": lambda: 1.0}
    async with AsyncSegmentClient("wk", transport=ScriptedAsync(*STEPS), **options) as client:
        for _ in range(2):
            client.event.batch([{"user_id": "alice@example.com", "event": "E"}] * 2)
            await client.flush(20)
    check(recording)


def test_without_an_sdk_nothing_is_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    with SegmentClient("wk", transport=Scripted(), observer=OpenTelemetryObserver()) as client:
        client.event.track(user_id="u", event="E")
        assert client.flush(20)
