"""The standard library's transport, over real sockets: connections kept, proxies, TLS, and answers of every kind."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from segment_hooks.client import HttpRequest, HttpTransport, SegmentClient, TransportError
from segment_hooks.client.transport import LONGEST_ANSWER
from segment_hooks.errors import ConfigurationError
from segment_testing.fake import TrackingAPI, serve, temporary_tls
from tests.hooks.client.doubles import answer, serving


def request(port: int, body: bytes = b"{}", scheme: str = "http") -> HttpRequest:
    return HttpRequest(f"{scheme}://127.0.0.1:{port}/v1/batch", {"x-test": "1"}, body)


def test_the_request_as_the_server_sees_it() -> None:
    seen: list[Any] = []

    def handle(handler: BaseHTTPRequestHandler, body: bytes) -> None:
        seen.append((handler.command, handler.path, handler.headers["x-test"], handler.headers["host"], body))
        answer(handler, 418, b"body")

    with serving(handle) as port:
        transport = HttpTransport(proxy=False)
        got = transport.send(request(port, b"hello"))
        transport.close()
    assert seen == [("POST", "/v1/batch", "1", f"127.0.0.1:{port}", b"hello")]
    assert (got.status, got.headers["content-type"], got.body) == (418, "application/json", b"body")


def test_connections_are_kept() -> None:
    ports: list[int] = []

    def handle(handler: BaseHTTPRequestHandler, _: bytes) -> None:
        ports.append(handler.client_address[1])
        answer(handler)

    with serving(handle) as port:
        transport = HttpTransport(proxy=False)
        for _ in range(3):
            transport.send(request(port))
        transport.close()
        transport.send(request(port))
        transport.forget()
    assert len(ports) == 4
    assert len(set(ports)) == 2


def test_a_connection_that_was_closed_for_being_idle_is_replaced() -> None:
    closed = threading.Event()

    def handle(handler: BaseHTTPRequestHandler, _: bytes) -> None:
        answer(handler)
        handler.close_connection = True  # without having said so
        handler.wfile.flush()
        handler.connection.shutdown(socket.SHUT_RDWR)
        closed.set()

    with serving(handle) as port:
        transport = HttpTransport(proxy=False)
        for _ in range(3):
            closed.clear()
            assert transport.send(request(port)).status == 200
            assert closed.wait(20)
        transport.close()


def test_or_closed_just_as_it_is_used() -> None:
    count = 0

    def handle(handler: BaseHTTPRequestHandler, _: bytes) -> None:
        nonlocal count
        count += 1
        if count == 2:
            handler.connection.shutdown(socket.SHUT_RDWR)  # the request has been read, and gets no answer
            handler.close_connection = True
        else:
            answer(handler)

    with serving(handle) as port:
        transport = HttpTransport(proxy=False)
        assert [transport.send(request(port)).status for _ in range(2)] == [200, 200]
        transport.close()
    assert count == 3


def raw(*pieces: bytes) -> Callable[[BaseHTTPRequestHandler, bytes], None]:
    def handle(handler: BaseHTTPRequestHandler, _: bytes) -> None:
        for piece in pieces:
            handler.wfile.write(piece)
        handler.wfile.flush()
        handler.close_connection = True

    return handle


@pytest.mark.parametrize(
    ("handle", "body"),
    [
        (raw(b"HTTP/1.1 200 OK\r\n\r\nuntil it ends"), b"until it ends"),
        (raw(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"), b"ok"),
        (raw(b"HTTP/1.1 204 No Content\r\n\r\n"), b""),
        (raw(b"HTTP/1.1 200 OK\r\ncontent-length: 99999\r\n\r\n", b"x" * 99_999), b"x" * LONGEST_ANSWER),
        (raw(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"), b"ok"),
    ],
    ids=["until the end", "chunked", "none", "too long", "continue"],
)
def test_bodies(handle: Any, body: bytes) -> None:
    with serving(handle) as port:
        transport = HttpTransport(proxy=False)
        assert transport.send(request(port)).body == body
        transport.close()


@pytest.mark.parametrize(
    ("handle", "code"),
    [
        (raw(), "connection_closed"),
        (raw(b"HTTP/1.1 200 OK\r\ncontent-length: 20\r\n\r\nhalf"), "answer_incomplete"),
        (raw(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n20\r\nhalf"), "answer_incomplete"),
        (raw(b"SSH-2.0-OpenSSH\r\n"), "answer_unreadable"),
        (raw(b"HTTP/1.1 200 OK\r\n", b"a: b\r\n" * 200, b"\r\n"), "answer_unreadable"),
    ],
    ids=["nothing", "half", "half a chunk", "no HTTP", "too many headers"],
)
def test_what_is_no_answer(handle: Any, code: str) -> None:
    with serving(handle) as port:
        transport = HttpTransport(proxy=False)
        with pytest.raises(TransportError) as caught:
            transport.send(request(port))
    assert caught.value.code == code


def test_silence_is_not_waited_for_long() -> None:
    over = threading.Event()
    with serving(lambda *_: over.wait(20)) as port:  # type: ignore[arg-type,return-value]
        transport = HttpTransport(proxy=False, timeout=0.05)
        with pytest.raises(TransportError, match="timeout"):
            transport.send(request(port))
        over.set()


def test_nobody_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(TransportError, match="connection_refused"):
        HttpTransport(proxy=False).send(request(port))


# ---- proxies


class ProxyServer:
    """A proxy that answers in place of the target, or leads to it."""

    def __init__(self, lead_to: int | None = None) -> None:
        self.lead_to = lead_to
        self.seen: list[tuple[str, str, str | None]] = []

    def __call__(self, handler: BaseHTTPRequestHandler, body: bytes) -> None:
        self.seen.append((handler.command, handler.path, handler.headers["proxy-authorization"]))
        if handler.command != "CONNECT" or self.lead_to is None:
            answer(handler, 200 if handler.command == "POST" else 407)
            return
        handler.send_response(200)
        handler.end_headers()
        with socket.create_connection(("127.0.0.1", self.lead_to), timeout=20) as there:
            here = handler.connection
            back = threading.Thread(target=pump, args=(there, here), daemon=True)
            back.start()
            pump(here, there)
            back.join(20)
        handler.close_connection = True


def pump(source: socket.socket, target: socket.socket) -> None:
    try:
        while data := source.recv(65_536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def test_a_proxy_is_asked_for_plain_http_by_the_whole_url() -> None:
    proxy = ProxyServer()
    with serving(proxy) as port:
        transport = HttpTransport(proxy=f"http://al%40ce:s3cret@127.0.0.1:{port}")
        assert transport.send(HttpRequest("http://segment.example/v1/batch", {}, b"{}")).status == 200
        assert "s3cret" not in repr(transport)
        transport.close()
    assert proxy.seen == [("POST", "http://segment.example/v1/batch", "Basic YWxAY2U6czNjcmV0")]


def test_a_proxy_leads_through_to_tls() -> None:
    with temporary_tls() as files, serve(TrackingAPI(), tls=files) as fake:
        proxy = ProxyServer(fake.port)
        with (
            serving(proxy) as port,
            SegmentClient(
                "wk",
                host=f"https://localhost:{fake.port}",
                proxy=f"http://u:p@127.0.0.1:{port}",
                ca_file=files.authority,
                max_retries=0,
            ) as client,
        ):
            client.event.track(user_id="u", event="E")
            assert client.flush(20)
    assert proxy.seen == [("CONNECT", f"localhost:{fake.port}", "Basic dTpw")]
    assert [call.name for call in fake.api.ledger.calls] == ["E"]


def test_a_proxy_that_refuses_is_a_network_error() -> None:
    with serving(ProxyServer()) as port:
        transport = HttpTransport(proxy=f"http://127.0.0.1:{port}")
        with pytest.raises(TransportError, match="network"):
            transport.send(HttpRequest("https://segment.example/v1/batch", {}, b"{}"))


def test_the_environment_names_proxies_and_exceptions(monkeypatch: pytest.MonkeyPatch) -> None:
    proxy = ProxyServer()
    with serving(proxy) as port, serving(lambda handler, _: answer(handler, 201)) as direct:
        monkeypatch.setenv("HTTP_PROXY", f"127.0.0.1:{port}")
        monkeypatch.setenv("http_proxy", f"127.0.0.1:{port}")
        for name in ("NO_PROXY", "no_proxy"):
            monkeypatch.setenv(name, "127.0.0.1,.internal")
        transport = HttpTransport()
        assert transport.send(HttpRequest("http://segment.example/v1/batch", {}, b"{}")).status == 200
        assert transport.send(request(direct)).status == 201
        transport.close()
        for name in ("NO_PROXY", "no_proxy"):
            monkeypatch.delenv(name)
        never = HttpTransport(proxy=False)
        assert never.send(request(direct)).status == 201
        never.close()
    assert [path for _, path, _ in proxy.seen] == ["http://segment.example/v1/batch"]


@pytest.mark.parametrize("proxy", ["https://127.0.0.1:1", "socks5://127.0.0.1:1", "127.0.0.1:1", "http://", ""])
def test_what_is_no_proxy(proxy: str) -> None:
    with pytest.raises(ConfigurationError, match=r"httpx|proxy"):
        HttpTransport(proxy=proxy)


def test_a_proxy_of_the_environment_that_cannot_be_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(name, "socks5://127.0.0.1:1")
    with pytest.raises(TransportError, match="proxy_not_supported"):
        HttpTransport().send(HttpRequest("https://segment.example/v1/batch", {}, b"{}"))


# ---- TLS


def test_a_certificate_is_checked_and_an_authority_can_be_named() -> None:
    with temporary_tls() as files, serve(TrackingAPI(), tls=files) as fake:
        target = HttpRequest(f"{fake.url}/v1/batch", {}, b'{"batch": []}')
        with pytest.raises(TransportError, match="certificate"):
            HttpTransport(proxy=False).send(target)
        for transport in (
            HttpTransport(proxy=False, ca_file=files.authority),
            HttpTransport(proxy=False, tls=ssl.create_default_context(cafile=files.authority)),
        ):
            assert transport.send(target).status == 200
            transport.close()


def test_a_file_without_certificates(tmp_path: Any) -> None:
    (tmp_path / "ca.pem").write_text("nothing")
    with pytest.raises(ConfigurationError, match="ca_file"):
        HttpTransport(ca_file=tmp_path / "ca.pem")
    with pytest.raises(ConfigurationError, match="both"):
        HttpTransport(ca_file=tmp_path / "ca.pem", tls=ssl.create_default_context())


def test_tls_to_who_speaks_none() -> None:
    with (
        serving(raw(b"HTTP/1.1 400 Bad Request\r\n\r\n")) as port,
        pytest.raises(TransportError, match=r"tls|closed|reset"),
    ):
        HttpTransport(proxy=False).send(request(port, scheme="https"))
