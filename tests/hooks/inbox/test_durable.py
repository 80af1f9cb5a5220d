"""Inbox: stored, and only then answered."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx
import pytest

from segment_hooks import ConfigurationError, Event, Headers, Receiver, Request, WebhookEventRouter, sign
from segment_hooks.inbox import Inbox, MemoryStore, Worker
from segment_hooks.inbox.sqlite import SQLiteStore
from tests.hooks.inbox.events import make_event

SECRET = "s3cr3t-shared"


def request(*names: str | None) -> Request:
    events = [make_event(name).raw for name in names]
    return Request("POST", Headers({"x-signature": sign(SECRET, events[0])}), b"[" + b",".join(events) + b"]")


@pytest.fixture
def store(tmp_path: Path) -> SQLiteStore:
    return SQLiteStore(tmp_path / "inbox.db")


def test_what_is_answered_is_stored_and_no_handler_runs(store: SQLiteStore) -> None:
    router, runs = WebhookEventRouter(), []
    router.on_any(runs.append)
    inbox = Inbox(store)
    response = Receiver.build(router, SECRET, uncovered="accept", inbox=inbox).receive(request("a", "b"))
    assert (response.status, response.body, runs) == (200, b'{"stored":2}', [])
    other = SQLiteStore(store.path)  # as another process sees it
    assert [record.id for record in other.records()] == ["a", "b"]
    inbox.close()


def test_it_is_stored_once(store: SQLiteStore) -> None:
    inbox = Inbox(store)
    receiver = Receiver.build(WebhookEventRouter(), SECRET, uncovered="accept", inbox=inbox)
    for _ in range(3):
        assert receiver.receive(request("a", "b", "a")).status == 200
    assert store.stats().depth == 2
    inbox.close()


def test_without_an_id_it_is_stored_each_time(store: SQLiteStore) -> None:
    inbox = Inbox(store)
    receiver = Receiver.build(WebhookEventRouter(), SECRET, uncovered="accept", inbox=inbox)
    for _ in range(2):
        receiver.receive(request(None, None))
    assert store.stats().depth == 4
    inbox.close()


async def test_mounted_as_an_application_with_a_worker_beside_it(store: SQLiteStore) -> None:
    router, runs, handled = WebhookEventRouter(), [], asyncio.Event()

    @router.on_any
    async def handle(event: Event) -> None:
        runs.append((event.message_id, event.covered))
        if len(runs) == 2:
            handled.set()

    inbox = Inbox(store)
    app = router.asgi(SECRET, uncovered="accept", inbox=inbox)
    worker = Worker(router, store, poll=0.01)
    working = asyncio.ensure_future(worker.run())
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://shop.test") as client:
        sent = request("a", "b")
        headers = {"x-signature": sign(SECRET, make_event("a").raw), "content-type": "application/json"}
        answers = await asyncio.gather(*(client.post("/", content=sent.body, headers=headers) for _ in range(5)))
    assert [answer.status_code for answer in answers] == [200] * 5
    async with asyncio.timeout(20):
        await handled.wait()
        worker.stop()
        await working
    assert sorted(runs) == [("a", True), ("b", False)]
    assert store.stats().depth == 0
    await asyncio.to_thread(inbox.close)


@pytest.mark.parametrize("on_loop", [False, True])
async def test_a_store_that_cannot_take_it_makes_segment_try_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, on_loop: bool
) -> None:
    path = tmp_path / "inbox.db"
    path.write_bytes(b"this is not a database at all, but it has been long enough to be taken for one")
    inbox = Inbox(SQLiteStore(path))
    receiver = Receiver.build(WebhookEventRouter(), SECRET, uncovered="accept", inbox=inbox)
    response = await receiver.receive_async(request("a")) if on_loop else receiver.receive(request("a"))
    assert response.status == 503
    assert "file is not a database (SQLITE_NOTADB); 1 event(s) are to be delivered again" in caplog.text
    await asyncio.to_thread(inbox.close)


def test_a_store_that_forgets_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="does not outlive the process"):
        Inbox(MemoryStore())
    Inbox(MemoryStore(), lossy=True)
