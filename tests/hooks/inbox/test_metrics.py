"""The metrics of an inbox."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from segment_hooks import Track, WebhookEventRouter
from segment_hooks.inbox import MemoryStore, State, Worker
from segment_hooks.inbox.sqlite import SQLiteStore
from tests.hooks.inbox.events import Clock, end, entry

pytest.importorskip("opentelemetry.sdk", reason="the OpenTelemetry SDK is not installed")

from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader

from segment_hooks.integrations.opentelemetry_inbox import count_endings, observe


def collected(reader: InMemoryMetricReader) -> dict[str, dict[str, Any]]:
    """Name → state (or "") → value."""
    found: dict[str, dict[str, Any]] = {}
    data = reader.get_metrics_data()
    for resource in data.resource_metrics if data else ():
        for metric in resource.scope_metrics[0].metrics:
            found[metric.name] = {str(p.attributes.get("segment.state", "")): p.value for p in metric.data.data_points}
    return found


def test_how_full_it_is_and_how_old() -> None:
    clock = Clock()
    store = MemoryStore(clock=clock)
    store.put([entry("a"), entry("b"), entry("c")])
    items = {item.id: item for item in store.take(2, 60)}
    store.settle([end("a", items["a"].token, State.DEAD)])
    clock.forward(7)
    reader = InMemoryMetricReader()
    observe(store, MeterProvider([reader]))
    found = collected(reader)
    assert found["segment.inbox.events"] == {"waiting": 1, "running": 1, "done": 0, "dropped": 0, "dead": 1}
    assert found["segment.inbox.oldest"] == {"": 7}
    assert found["segment.inbox.tries"] == {"": 1}


async def test_how_tries_end() -> None:
    router, store, reader = WebhookEventRouter(), MemoryStore(), InMemoryMetricReader()

    @router.on_track
    def handle(event: Track) -> None:
        if event.message_id == "bad":
            raise RuntimeError

    store.put([entry("a"), entry("b"), entry("bad")])
    await Worker(router, store, on_end=count_endings(MeterProvider([reader]))).run(until_empty=True)
    assert collected(reader)["segment.inbox.tries_ended"] == {"done": 2, "waiting": 1}


def test_while_the_store_is_down_there_are_none(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "inbox.db"
    path.write_bytes(b"this is not a database at all, but it has been long enough to be taken for one")
    reader = InMemoryMetricReader()
    observe(SQLiteStore(path), MeterProvider([reader]))
    assert collected(reader) == {}
    assert "no metrics" in caplog.text
