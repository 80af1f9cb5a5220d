"""The fake as an ASGI app, in process: what a server would see, message by message."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from segment_testing.fake import FakeApp, Limits, TrackingAPI, fake_app, faults
from tests.testing.fake.asking import fake, track

CALL = json.dumps(track(writeKey="wk")).encode()


class Exchange:
    """One request given to an app, and all that it sends."""

    def __init__(self, chunks: Iterable[bytes], *, connection: object | None = None, gone: bool = False) -> None:
        chunks = list(chunks)
        self.incoming: list[dict[str, Any]] = [
            {"type": "http.request", "body": chunk, "more_body": gone or index < len(chunks) - 1}
            for index, chunk in enumerate(chunks)
        ]
        self.extensions = {} if connection is None else {"segment_testing.connection": connection}
        self.gone = gone
        self.left = asyncio.Event()
        self.sent: list[dict[str, Any]] = []

    async def receive(self) -> dict[str, Any]:
        if self.incoming:
            return self.incoming.pop(0)
        if not self.gone:
            await self.left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        self.sent.append(dict(message))

    async def with_app(self, app: FakeApp, path: str = "/v1/track", method: str = "POST") -> Exchange:
        scope = {"type": "http", "method": method, "path": path, "query_string": b"", "headers": [], "scheme": "http"}
        await app({**scope, "extensions": self.extensions}, self.receive, self.send)
        return self

    @property
    def headers(self) -> dict[bytes, bytes]:
        return dict(self.sent[0]["headers"])

    @property
    def body(self) -> bytes:
        return b"".join(message["body"] for message in self.sent[1:])


def client(api: TrackingAPI, app: Any = None) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app or FakeApp(api)), base_url="http://fake")


@pytest.mark.parametrize("chunks", [[CALL], [CALL[:9], CALL[9:]], [b"", CALL, b""], [bytes([byte]) for byte in CALL]])
async def test_a_body_in_chunks(chunks: list[bytes]) -> None:
    api = fake()
    exchange = await Exchange(chunks).with_app(fake_app(api))
    assert (exchange.sent[0]["status"], exchange.body) == (200, b'{"success":true}')
    assert exchange.headers[b"content-length"] == b"16"
    assert exchange.headers[b"date"].endswith(b" GMT")
    assert [call.sent for call in api.ledger.calls] == [CALL]


async def test_of_a_body_over_the_limit_the_rest_is_not_read() -> None:
    api = fake(limits=Limits(request=100))
    exchange = Exchange([b"x" * 60] * 50)
    await exchange.with_app(FakeApp(api))
    assert (exchange.sent[0]["status"], json.loads(exchange.body)["message"]) == (400, "Exceed payload limit")
    assert len(exchange.incoming) == 48
    exchange = await Exchange([b"x" * 60, b"x" * 40]).with_app(FakeApp(api))
    assert "not JSON" in json.loads(exchange.body)["message"]


@pytest.mark.parametrize("chunks", [[], [CALL]])
async def test_a_client_that_goes_before_the_end_has_sent_nothing(chunks: list[bytes]) -> None:
    api = fake()
    exchange = await Exchange(chunks, gone=True).with_app(FakeApp(api))
    assert (exchange.sent, len(api.ledger), api.ledger.rejections) == ([], 0, [])


async def test_head_has_the_length_and_no_body() -> None:
    exchange = await Exchange([b""]).with_app(FakeApp(fake()), "/v1/pixel/track", "HEAD")
    assert (exchange.headers[b"content-length"], exchange.body) == (b"42", b"")


async def test_no_content_has_no_length() -> None:
    exchange = await Exchange([b""]).with_app(FakeApp(fake()), method="OPTIONS")
    assert exchange.sent[0]["status"] == 204
    assert b"content-length" not in exchange.headers


class Connection:
    """Remembers how it ended, and tells the exchange."""

    def __init__(self) -> None:
        self.ended: list[str] = []
        self.exchange: Exchange | None = None

    def close(self) -> None:
        self._end("close")

    def reset(self) -> None:
        self._end("reset")

    def _end(self, how: str) -> None:
        self.ended.append(how)
        assert self.exchange is not None
        self.exchange.left.set()


async def ended(fault: faults.Fault) -> tuple[list[str], Exchange]:
    api, connection = fake(), Connection()
    api.faults.add(fault)
    exchange = connection.exchange = Exchange([CALL], connection=connection)
    await asyncio.wait_for(exchange.with_app(FakeApp(api)), 30)
    return connection.ended, exchange


async def test_a_reset_sends_nothing() -> None:
    how, exchange = await ended(faults.reset())
    assert (how, exchange.sent) == (["reset"], [])


async def test_half_an_answer_tells_of_the_whole() -> None:
    how, exchange = await ended(faults.half())
    assert (how, exchange.headers[b"content-length"], exchange.body) == (["close"], b"16", b'{"succes')
    assert exchange.sent[-1]["more_body"] is True


@pytest.mark.parametrize("fault", [faults.reset(), faults.half()])
async def test_without_a_connection_to_end_the_app_fails(fault: faults.Fault) -> None:
    api = fake()
    api.faults.add(fault)
    async with client(api) as http:
        with pytest.raises(ConnectionResetError):
            await http.post("/v1/track", content=CALL)


async def test_a_slow_answer_comes() -> None:
    api = fake()
    api.faults.add(faults.slow(0.01))
    exchange = await asyncio.wait_for(Exchange([CALL]).with_app(FakeApp(api)), 30)
    assert exchange.sent[0]["status"] == 200


async def test_a_client_that_gives_up_is_not_waited_for() -> None:
    api = fake()
    api.faults.add(faults.slow(3_600))
    exchange = Exchange([CALL])
    task = asyncio.create_task(exchange.with_app(FakeApp(api)))
    await asyncio.sleep(0)
    exchange.left.set()
    await asyncio.wait_for(task, 30)
    assert (exchange.sent, len(api.ledger)) == ([], 1)


async def test_a_reply_with_a_date_keeps_it() -> None:
    from segment_testing.fake import OAuthSettings

    async with client(fake(oauth=OAuthSettings())) as http:
        reply = await http.post("/token")
    assert reply.headers.get_list("date") == ["Wed, 04 Mar 2026 05:06:07 GMT"]


@pytest.mark.parametrize("path", ["/_fake/health", "/_fake/health/"])
async def test_controls_with_and_without_the_slash(path: str) -> None:
    api = fake()
    async with client(api) as http:
        await http.post("/v1/track/", content=CALL)
        reply = await http.get(path)
    assert (reply.status_code, reply.json()["calls"]) == (200, 1)


async def test_without_controls_their_paths_are_not_there() -> None:
    api = fake()
    async with client(api, FakeApp(api, control=False)) as http:
        assert (await http.post("/_fake/reset")).status_code == 404
        assert (await http.get("/_fakes")).json()["code"] == "not_found"


async def test_it_mounts_in_another_app() -> None:
    api = fake()
    app = Starlette(routes=[Mount("/segment", app=FakeApp(api))])
    async with client(api, app) as http:
        for path in ("/segment/v1/track", "/segment/v1/track/"):
            assert (await http.post(path, content=CALL)).status_code == 200
        assert (await http.get("/segment/_fake/health/")).json()["calls"] == 1
        assert (await http.get("/segment/v1/projects/wk/settings?x=1")).json()["integrations"]
    assert [call.reception.endpoint for call in api.ledger.calls] == ["/v1/track"]


async def test_a_websocket_is_closed_and_lifespan_answered() -> None:
    app, sent = FakeApp(fake()), list[Any]()

    async def send(message: Any) -> None:
        sent.append(message["type"])

    messages = iter([{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}, {"type": "websocket.connect"}])

    async def receive() -> Any:
        return next(messages)

    await app({"type": "lifespan"}, receive, send)
    await app({"type": "websocket", "path": "/v1/track", "headers": []}, receive, send)
    assert sent == ["lifespan.startup.complete", "lifespan.shutdown.complete", "websocket.close"]
