"""The live stream: everything once and in order, to any number of clients, from where each of them was."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest

from segment_testing.fake.control import control_routes
from segment_testing.fake.core import TrackingAPI
from segment_testing.fake.settings import FakeSettings
from segment_testing.fake.stream import LiveStream
from segment_testing.fake.wire import FakeRequest

PATIENCE = 20
"""Seconds after which a test has failed."""


class Event(msgspec.Struct):
    """One server-sent event, as a browser reads it."""

    name: str
    id: str
    data: Any


class Client:
    """Reads the stream over ASGI, without a server."""

    def __init__(self, api: TrackingAPI, stream: LiveStream, *, query: str = "", last_id: str | None = None) -> None:
        (self._route,) = [route for route in control_routes(api, stream) if route.path == "/_fake/stream"]
        headers = [(b"host", b"fake")] + ([] if last_id is None else [(b"last-event-id", last_id.encode())])
        self._scope: dict[str, Any] = {
            "type": "http",
            "method": "GET",
            "path": "/_fake/stream",
            "query_string": query.encode(),
            "headers": headers,
        }
        self._left = asyncio.Event()
        self._sent: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._asked = False
        self.broken = False
        self.headers: dict[bytes, bytes] = {}
        self.beginning = b""

    async def run(self) -> None:
        await self._route.app(self._scope, self._receive, self._send)

    async def _receive(self) -> dict[str, Any]:
        if not self._asked:
            self._asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await self._left.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:
        if self.broken:
            raise OSError("the connection is gone")
        await self._sent.put(message)

    def leave(self) -> None:
        self._left.set()

    async def message(self) -> dict[str, Any]:
        return await asyncio.wait_for(self._sent.get(), PATIENCE)

    async def start(self) -> None:
        head = await self.message()
        assert head["status"] == 200
        self.headers = dict(head["headers"])
        self.beginning = (await self.message())["body"]

    async def event(self) -> Event:
        """The next event; comments are passed over, as browsers do."""
        while True:
            message = await self.message()
            assert message.get("more_body"), "the stream has ended"
            text: str = message["body"].decode()
            if not text.startswith(":"):
                break
        assert text.endswith("\n\n")
        lines = [line.split(": ", 1) for line in text[:-2].split("\n")]
        fields = {name: "\n".join(v for n, v in lines if n == name) for name, _ in lines}
        return Event(fields["event"], fields["id"], json.loads(fields["data"]))

    async def events(self, count: int) -> list[Event]:
        return [await self.event() for _ in range(count)]


@asynccontextmanager
async def connected(
    api: TrackingAPI, stream: LiveStream, *, query: str = "", last_id: str | None = None
) -> AsyncGenerator[Client, None]:
    client = Client(api, stream, query=query, last_id=last_id)
    running = asyncio.create_task(client.run())
    await client.start()
    try:
        yield client
    finally:
        client.leave()
        await asyncio.wait_for(running, PATIENCE)


def send(api: TrackingAPI, *names: str, **more: Any) -> None:
    """Track calls in one batch; those without a name are thrown away."""
    batch = [{"type": "track", "userId": "u1", "event": name, **more} for name in names]
    api.handle(FakeRequest("POST", "/v1/b", body=json.dumps({"batch": batch, "writeKey": "k"}).encode()))


@pytest.fixture
def api() -> TrackingAPI:
    return TrackingAPI()


@pytest.fixture
def stream(api: TrackingAPI) -> LiveStream:
    return LiveStream(api.ledger)


async def test_what_comes_is_told_at_once_and_in_order(api: TrackingAPI, stream: LiveStream) -> None:
    send(api, "Before")
    async with connected(api, stream) as client:
        assert client.headers[b"content-type"] == b"text/event-stream"
        assert client.beginning == b"retry: 1000\nid: 0-1-0-0\n\n"
        send(api, "A", "", "B", messageId=None)
        events = await client.events(3)
        send(api, "C", messageId="m")
        send(api, "C", messageId="m")
        events += await client.events(2)
    assert [(event.name, event.data["name"]) for event in events] == [
        ("call", "A"),
        ("call", "B"),
        ("rejection", ""),
        ("call", "C"),
        ("duplicate", "C"),
    ]
    assert [event.id for event in events] == ["0-2-0-0", "0-3-0-0", "0-3-1-0", "0-4-1-0", "0-4-1-1"]
    assert events[0].data["sequence"] == 1


async def test_a_stream_can_begin_with_all_that_is_kept(api: TrackingAPI, stream: LiveStream) -> None:
    send(api, "A", "")
    async with connected(api, stream, query="from=start") as client:
        assert client.beginning.endswith(b"id: 0-0-0-0\n\n")
        assert [event.name for event in await client.events(2)] == ["call", "rejection"]


@pytest.mark.parametrize("cut", range(6))
async def test_a_client_that_comes_back_misses_nothing_and_gets_nothing_twice(
    api: TrackingAPI, stream: LiveStream, cut: int
) -> None:
    send(api, "A", "", "B", "")
    send(api, "A", messageId="m")
    send(api, "A", messageId="m")
    async with connected(api, stream, query="from=start") as client:
        first = await client.events(cut)
        last_id = first[-1].id if first else client.beginning.split(b"id: ")[1].decode().strip()
    send(api, "Meanwhile")
    async with connected(api, stream, last_id=last_id) as client:
        second = await client.events(7 - cut)
    seen = [(event.name, event.data["name"]) for event in first + second]
    assert sorted(seen) == sorted(
        [
            ("call", "A"),
            ("call", "B"),
            ("call", "A"),
            ("call", "Meanwhile"),
            ("rejection", ""),
            ("rejection", ""),
            ("duplicate", "A"),
        ]
    )


async def test_a_reset_is_told_without_waiting_for_the_next_call(api: TrackingAPI, stream: LiveStream) -> None:
    send(api, "A")
    async with connected(api, stream, query="from=start") as client:
        await client.event()
        api.reset()
        assert await client.event() == Event("reset", "1-0-0-0", {})
        send(api, "B")
        event = await client.event()
    assert (event.data["name"], event.data["sequence"], event.id) == ("B", 0, "1-1-0-0")


async def test_a_client_that_was_away_during_a_reset_is_told(api: TrackingAPI, stream: LiveStream) -> None:
    send(api, "A", "B")
    api.reset()
    send(api, "C", "D", "E")
    async with connected(api, stream, last_id="0-2-0-0") as client:
        events = await client.events(4)
    assert [event.name for event in events] == ["reset", "call", "call", "call"]


async def test_what_was_forgotten_in_the_meantime_is_counted() -> None:
    api = TrackingAPI(FakeSettings(max_calls=2))
    stream = LiveStream(api.ledger)
    send(api, "A", "B", "C", "", "", "")
    async with connected(api, stream, query="from=start") as client:
        events = await client.events(5)
    assert events[0] == Event("missed", "0-1-1-0", {"count": 2})
    assert [event.id for event in events[1:]] == ["0-2-1-0", "0-3-1-0", "0-3-2-0", "0-3-3-0"]


async def test_a_call_written_over_several_lines_is_one_event(api: TrackingAPI, stream: LiveStream) -> None:
    async with connected(api, stream) as client:
        body = b'{\r\n"userId": "u1",\r"event": "A\xe2\x80\xa8\\n",\n\n"writeKey": "k"}'
        api.handle(FakeRequest("POST", "/v1/track", body=body))
        event = await client.event()
    assert event.data["sent"] == json.loads(body)


async def test_calls_from_any_thread_reach_every_client(api: TrackingAPI, stream: LiveStream) -> None:
    async with connected(api, stream) as one, connected(api, stream) as other:
        assert stream.clients == 2
        threads = [threading.Thread(target=send, args=(api, *(f"{t}-{n}" for n in range(20)))) for t in range(4)]
        for thread in threads:
            thread.start()
        seen, also_seen = await one.events(80), await other.events(80)
        for thread in threads:
            thread.join(PATIENCE)
    assert [event.data["sequence"] for event in seen] == list(range(80))
    assert seen == also_seen
    assert stream.clients == 0


async def test_silence_is_broken_by_a_comment(api: TrackingAPI) -> None:
    async with connected(api, LiveStream(api.ledger, heartbeat=0.01)) as client:
        assert (await client.message())["body"] == b": still here\n\n"
        send(api, "A")
        assert (await client.event()).data["name"] == "A"


async def test_a_client_that_goes_leaves_nothing_behind(api: TrackingAPI, stream: LiveStream) -> None:
    async with connected(api, stream):
        assert len(api.ledger._listeners) == 1
    assert stream.clients == 0
    assert api.ledger._listeners == []
    assert [task for task in asyncio.all_tasks() if task is not asyncio.current_task()] == []


async def test_a_client_that_goes_while_something_is_sent_to_it_is_no_error(
    api: TrackingAPI, stream: LiveStream
) -> None:
    async with connected(api, stream) as client:
        client.broken = True
        send(api, "A")
    assert stream.clients == 0


async def test_closing_ends_every_stream_from_any_thread_with_its_last_byte(
    api: TrackingAPI, stream: LiveStream
) -> None:
    async with connected(api, stream) as one, connected(api, stream) as other:
        closing = threading.Thread(target=stream.close)
        closing.start()
        for client in (one, other):
            assert await client.message() == {"type": "http.response.body"}
        closing.join(PATIENCE)
    async with connected(api, stream) as late:
        assert await late.message() == {"type": "http.response.body"}


async def test_head_tells_what_get_would_be(api: TrackingAPI, stream: LiveStream) -> None:
    client = Client(api, stream)
    client._scope["method"] = "HEAD"
    await asyncio.wait_for(client.run(), PATIENCE)
    assert (await client.message())["status"] == 200
    assert await client.message() == {"type": "http.response.body"}
    assert stream.clients == 0


def test_a_loop_that_has_ended_does_not_trouble_those_who_record(api: TrackingAPI, stream: LiveStream) -> None:
    loop = asyncio.new_event_loop()
    client = Client(api, stream)
    task = loop.create_task(client.run())
    loop.run_until_complete(client.start())
    listeners = list(api.ledger._listeners)
    task.cancel()
    loop.run_until_complete(asyncio.gather(task, return_exceptions=True))
    loop.close()
    assert len(listeners) == 1
    listeners[0]()  # as by a thread that had asked for the listeners before
    send(api, "A")
    assert len(api.ledger) == 1
