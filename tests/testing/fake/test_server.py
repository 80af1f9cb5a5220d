"""The fake on a port, over real sockets, with both of uvicorn's parsers and with TLS."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import json
import logging
import socket
import sys
import threading
from collections.abc import Generator
from typing import Any

import httpx
import pytest

from segment_testing.fake import FakeRequest, Reply, ServedFake, TrackingAPI, faults, serve, temporary_tls
from segment_testing.fake.actions import Answer
from segment_testing.fake.protocols import HTTP, TransportConnection, protocol
from tests.testing.fake.asking import fake, track

CALL = json.dumps(track(writeKey="wk")).encode()
SUCCESS = b'{"success":true}'


@pytest.fixture(params=["httptools", "h11"])
def served(request: pytest.FixtureRequest) -> Generator[ServedFake]:
    http: HTTP = request.param
    with serve(fake(), http=http) as server:
        yield server


def talk(server: ServedFake, *parts: bytes) -> bytes:
    """All that comes back over a connection of its own, to its end."""
    with socket.create_connection(("127.0.0.1", server.port), 30) as connection:
        for part in parts:
            connection.sendall(part)
        answer = b""
        while data := connection.recv(65_536):
            answer += data
        return answer


def head(path: str = "/v1/track", *headers: str) -> bytes:
    return "\r\n".join([f"POST {path} HTTP/1.1", "Host: x", "Connection: close", *headers, "", ""]).encode()


def test_a_call_and_its_answer(served: ServedFake) -> None:
    answer = talk(served, head("/v1/track/", f"Content-Length: {len(CALL)}"), CALL)
    status, _, rest = answer.partition(b"\r\n")
    assert status == b"HTTP/1.1 200 OK"
    headers, _, body = rest.partition(b"\r\n\r\n")
    names = sorted(line.split(b":")[0].lower() for line in headers.splitlines())
    assert names == [b"connection", b"content-length", b"content-type", b"date"]
    assert body == SUCCESS
    assert [call.sent for call in served.api.ledger.calls] == [CALL]


def test_chunked_and_zipped_as_kotlin_sends(served: ServedFake) -> None:
    zipped = gzip.compress(json.dumps({"batch": [track()], "writeKey": "wk"}).encode())
    chunks = [b"%x\r\n%b\r\n" % (len(part), part) for part in (zipped[:7], zipped[7:])]
    answer = talk(served, head("/v1/b", "Transfer-Encoding: chunked", "Content-Encoding: gzip"), *chunks, b"0\r\n\r\n")
    assert answer.endswith(SUCCESS)
    assert len(served.api.ledger) == 1


def test_one_connection_for_many_requests(served: ServedFake) -> None:
    with httpx.Client(base_url=served.url, timeout=30) as client:
        for number in range(5):
            assert client.post("/v1/track", json=track(messageId=f"m{number}", writeKey="wk")).content == SUCCESS
        assert client.options("/v1/track", headers={"origin": "http://x"}).status_code == 204
        assert client.get("/_fake/health").json()["calls"] == 5
    assert len(served.api.ledger) == 5


def test_a_body_over_the_limit(served: ServedFake) -> None:
    with httpx.Client(base_url=served.url, timeout=30) as client:
        for content in (b"x" * 3_000_000, iter([b"x" * 100_000] * 30)):
            reply = client.post("/v1/batch", content=content)
            assert (reply.status_code, reply.json()["message"]) == (400, "Exceed payload limit")
        assert client.post("/v1/track", content=CALL).status_code == 200


def test_a_reset(served: ServedFake) -> None:
    served.api.faults.add(faults.reset().times(1))
    with pytest.raises(ConnectionResetError):
        talk(served, head("/v1/track", f"Content-Length: {len(CALL)}"), CALL)
    assert (len(served.api.ledger), served.api.ledger.rejections[0].status) == (0, 0)
    assert talk(served, head("/v1/track", f"Content-Length: {len(CALL)}"), CALL).endswith(SUCCESS)


def test_half_an_answer(served: ServedFake) -> None:
    served.api.faults.add(faults.half(recorded=True).times(1))
    answer = talk(served, head("/v1/track", f"Content-Length: {len(CALL)}"), CALL)
    assert b"content-length: 16\r\n" in answer.lower()
    assert answer.endswith(b'\r\n\r\n{"succes')
    assert len(served.api.ledger) == 1


def test_faults_leave_no_word_in_the_log(served: ServedFake, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "uvicorn")
    served.api.faults.add(faults.sequence(faults.reset(), faults.half(), faults.garbage(), 500, faults.slow(0.01)))
    for _ in range(2):
        with httpx.Client(base_url=served.url, timeout=30) as client, pytest.raises(httpx.TransportError):
            client.post("/v1/track", content=CALL)
    with httpx.Client(base_url=served.url, timeout=30) as client:
        assert [client.post("/v1/track", content=CALL).status_code for _ in range(4)] == [200, 500, 200, 200]
    assert [record.getMessage() for record in caplog.records if record.name.startswith("uvicorn")] == []


def test_what_is_no_http_is_refused_and_harms_nobody(served: ServedFake) -> None:
    assert talk(served, CALL, b"\r\n\r\n").startswith(b"HTTP/1.1 400 ")
    assert talk(served, head("/v1/track", f"Content-Length: {len(CALL)}"), CALL).endswith(SUCCESS)


def test_a_client_that_hangs_up_in_the_middle(served: ServedFake) -> None:
    with socket.create_connection(("127.0.0.1", served.port), 30) as connection:
        connection.sendall(head("/v1/track", f"Content-Length: {len(CALL)}") + CALL[:10])
    assert talk(served, head("/v1/track", f"Content-Length: {len(CALL)}"), CALL).endswith(SUCCESS)
    assert (len(served.api.ledger), served.api.ledger.rejections) == (1, [])


# ---- start and stop


def others() -> set[threading.Thread]:
    return set(threading.enumerate())


def test_it_starts_on_a_free_port_and_leaves_nothing_behind(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    before, handlers = others(), list(logging.getLogger("uvicorn.error").filters)
    with serve(TrackingAPI()) as first, serve(TrackingAPI()) as second:
        assert first.port != second.port
        assert first.url == f"http://127.0.0.1:{first.port}"
        assert repr(first) == f"ServedFake('http://127.0.0.1:{first.port}')"
        for server in (first, second):
            assert httpx.post(f"{server.url}/v1/track", content=CALL).content == SUCCESS
    assert others() == before
    assert logging.getLogger("uvicorn.error").filters == handlers
    assert [record.getMessage() for record in caplog.records if record.name.startswith("uvicorn")] == []
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", first.port), 30)


def test_it_can_be_served_again() -> None:
    server = serve(fake())
    with server:
        port = server.port
        with pytest.raises(RuntimeError, match="served already"):
            server.start()
    server.stop()
    with server:
        assert server.port == port
        assert httpx.post(f"{server.url}/v1/track", content=CALL).content == SUCCESS


def test_a_port_in_use_is_an_error_here() -> None:
    before = others()
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(OSError, match=r"[Aa]ddress"):
        serve(fake(), port=taken.getsockname()[1]).start()
    assert others() == before


@pytest.mark.parametrize("host", ["localhost", "0.0.0.0", "::1"])
def test_hosts(host: str) -> None:
    if host == "::1" and not socket.has_ipv6:
        pytest.skip("no IPv6")
    try:
        with serve(fake(), host=host) as server:
            assert httpx.post(f"{server.url}/v1/track", content=CALL).content == SUCCESS
    except OSError:
        assert host == "::1", "IPv6 may be turned off"


def test_what_is_under_way_does_not_hold_the_stop_up() -> None:
    api = fake()
    api.faults.add(faults.slow(3_600))
    before = others()
    with serve(api) as server:
        slow = socket.create_connection(("127.0.0.1", server.port), 30)
        slow.sendall(head("/v1/track", f"Content-Length: {len(CALL)}") + CALL)
        unfinished = socket.create_connection(("127.0.0.1", server.port), 30)
        unfinished.sendall(head("/v1/track", f"Content-Length: {len(CALL)}") + CALL[:10])
        idle = socket.create_connection(("127.0.0.1", server.port), 30)
        assert api.ledger.wait_for(lambda: len(api.ledger) == 1, 30)
    assert others() == before
    for connection in (slow, unfinished, idle):
        with connection, contextlib.suppress(ConnectionResetError):
            assert connection.recv(1) == b""


def test_a_stream_does_not_hold_the_stop_up() -> None:
    before = others()
    with serve(fake()) as server:
        connection = socket.create_connection(("127.0.0.1", server.port), 30)
        connection.sendall(b"GET /_fake/stream HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        assert connection.recv(12) == b"HTTP/1.1 200"
    assert others() == before
    connection.close()


async def test_within_an_event_loop() -> None:
    before = others()
    async with serve(fake()) as server, httpx.AsyncClient(base_url=server.url, timeout=30) as client:
        assert (await client.post("/v1/track", content=CALL)).content == SUCCESS
        assert await server.api.ledger.wait_for_async(lambda: len(server.api.ledger) == 1, 30)
    assert {thread for thread in others() - before if thread.name.startswith("fake-segment")} == set()
    with serve(fake()) as server:
        async with httpx.AsyncClient(base_url=server.url, timeout=30) as client:
            assert (await client.post("/v1/track", content=CALL)).content == SUCCESS


@pytest.mark.parametrize("http", ["httptools", "h11"])
def test_tls(http: Any) -> None:
    with temporary_tls() as files, serve(fake(), tls=files, http=http) as server:
        assert server.url == f"https://127.0.0.1:{server.port}"
        with httpx.Client(base_url=server.url, verify=files.client_context(), timeout=30) as client:
            assert client.post("/v1/track", content=CALL).content == SUCCESS
            settings = client.get("/v1/projects/wk/settings").json()["integrations"]["Segment.io"]
            assert (settings["protocol"], settings["apiHost"]) == ("https", f"127.0.0.1:{server.port}/v1")
            server.api.faults.add(faults.sequence(faults.reset(), faults.half(), 503))
            for _ in range(2):
                with pytest.raises(httpx.TransportError):
                    client.post("/v1/track", content=CALL)
            assert [client.post("/v1/track", content=CALL).status_code for _ in range(2)] == [503, 200]


def test_a_server_that_cannot_start_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise SystemExit(3)

    monkeypatch.setattr("uvicorn.Server.startup", broken)
    before = others()
    server = serve(fake())
    with pytest.raises(RuntimeError, match="the server did not start") as caught:
        server.start()
    assert isinstance(caught.value.__cause__, SystemExit)
    assert others() == before


def test_a_server_whose_thread_is_blocked_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("segment_testing.fake.server._PATIENCE", 0.5)
    api, go_on = fake(), threading.Event()

    def blocking(_: FakeRequest, answer: Answer) -> Reply:
        assert go_on.wait(30)
        return answer()

    api.faults.add(blocking)
    server = serve(api)
    server.start()
    try:
        with socket.create_connection(("127.0.0.1", server.port), 30) as connection:
            connection.sendall(head("/v1/track", f"Content-Length: {len(CALL)}") + CALL)
            while not api.faults.active[0][1]:
                threading.Event().wait(0.01)
            with pytest.raises(RuntimeError, match="the server did not stop: a fault, or a listener of the ledger"):
                server.stop()
    finally:
        go_on.set()
        monkeypatch.undo()
        server.stop()


def test_without_httptools_it_is_h11(monkeypatch: pytest.MonkeyPatch) -> None:
    assert protocol("auto").__name__ == "FakeHttpToolsProtocol"
    monkeypatch.setitem(sys.modules, "uvicorn.protocols.http.httptools_impl", None)
    assert protocol("auto").__name__ == protocol("h11").__name__ == "FakeH11Protocol"
    with pytest.raises(ImportError):
        protocol("httptools")


def test_a_transport_without_a_socket_is_aborted() -> None:
    class Transport(asyncio.Transport):
        aborted = False

        def abort(self) -> None:
            self.aborted = True

    transport = Transport()
    TransportConnection(transport).reset()
    assert transport.aborted
