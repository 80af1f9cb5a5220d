"""One request to each kind of target: whole, in pieces, and cut off."""

from __future__ import annotations

import socket
import threading
from collections.abc import Awaitable, Callable, Generator, Iterable
from http.client import BadStatusLine
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from segment_hooks import ConfigurationError, Receiver, Track, WebhookEventRouter
from segment_testing.delivery import Answer, Destination, Failure, Simulator, SlowBody, VirtualClock, WebhookRequest
from segment_testing.delivery.over_http import failure_of, is_local
from segment_testing.delivery.transport import Carriage

SECRET = "k"
EVENT = b'{"type":"track","event":"A","messageId":"m-1","userId":"u-1"}'
REQUEST = Destination(secret=SECRET, target="/hook%20s/x?a=1&b=%C3%A9").request([EVENT])


class Service:
    """A router that notes what came."""

    def __init__(self) -> None:
        self.seen: list[str | None] = []
        self.router = WebhookEventRouter()
        self.router.on_track(self.note)

    def note(self, event: Track) -> None:
        self.seen.append(event.message_id)

    async def note_async(self, event: Track) -> None:
        self.note(event)


@pytest.fixture
def service() -> Service:
    return Service()


TARGETS: dict[str, Callable[[WebhookEventRouter], Any]] = {
    "asgi": lambda router: router.asgi(SECRET),
    "wsgi": lambda router: router.wsgi(SECRET),
    "receiver": lambda router: Receiver.build(router, SECRET),
    "router": lambda router: router,
}
by_target = pytest.mark.parametrize("make", TARGETS.values(), ids=TARGETS)


@by_target
def test_a_request_arrives_whole(service: Service, make: Callable[[WebhookEventRouter], Any]) -> None:
    simulator = Simulator(make(service.router), secret=SECRET)
    answer = simulator.send(REQUEST)
    assert (answer.status, answer.body) == (200, b'{"handled":1}')
    assert (b"content-type", b"application/json") in answer.headers
    assert service.seen == ["m-1"]


@by_target
async def test_a_request_arrives_whole_on_a_loop(service: Service, make: Callable[[WebhookEventRouter], Any]) -> None:
    async with Simulator(make(service.router), secret=SECRET) as simulator:
        assert (await simulator.send_async(REQUEST)).ok
    assert service.seen == ["m-1"]


@by_target
def test_a_request_arrives_in_pieces(service: Service, make: Callable[[WebhookEventRouter], Any]) -> None:
    clock = VirtualClock()
    simulator = Simulator(make(service.router), secret=SECRET, clock=clock, faults=[SlowBody(pieces=5, pause=0.5)])
    assert simulator.deliver(EVENT).ok
    assert service.seen == ["m-1"]
    assert clock.monotonic() == 2


@by_target
async def test_a_request_that_is_cut_off_is_not_handled(
    service: Service, make: Callable[[WebhookEventRouter], Any]
) -> None:
    simulator = Simulator(make(service.router), secret=SECRET)
    answer = await simulator._carrier.send_async(REQUEST, Carriage(cut=True))
    assert answer.failure is Failure.RESET
    assert service.seen == []


def test_a_function_stands_for_a_server() -> None:
    seen: list[WebhookRequest] = []

    def serve(request: WebhookRequest) -> int:
        seen.append(request)
        return 202

    simulator = Simulator(serve)
    assert simulator.send(REQUEST) == Answer(202)
    assert seen == [REQUEST]
    assert Simulator(lambda _: Answer(204)).send(REQUEST) == Answer(204)
    assert Simulator(lambda _: Answer(204))._carrier.send(REQUEST, Carriage(cut=True)).failure is Failure.RESET


def test_a_function_that_fails_is_a_server_error() -> None:
    def fail(_: WebhookRequest) -> int:
        raise KeyError("x")

    answer = Simulator(fail).send(REQUEST)
    assert answer.status == 500
    assert isinstance(answer.error, KeyError)


# ---- what applications see


async def test_what_an_asgi_application_sees() -> None:
    seen: dict[str, Any] = {}

    async def app(scope: dict[str, Any], receive: Callable[[], Awaitable[Any]], send: Callable[[Any], Any]) -> None:
        seen.update(scope, messages=[await receive(), await receive()])
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"a", "more_body": True})
        await send({"type": "http.response.body", "body": b"b"})
        await send({"type": "http.response.trailers", "headers": []})

    answer = await Simulator(app).send_async(REQUEST)
    assert answer.body == b"ab"
    assert (seen["method"], seen["path"], seen["query_string"]) == ("POST", "/hook s/x", b"a=1&b=%C3%A9")
    assert seen["raw_path"] == b"/hook%20s/x"
    assert seen["headers"] == [(name.lower().encode(), value.encode()) for name, value in REQUEST.headers]
    assert seen["messages"] == [
        {"type": "http.request", "body": EVENT, "more_body": False},
        {"type": "http.disconnect"},
    ]


def test_what_a_wsgi_application_sees() -> None:
    seen: dict[str, Any] = {}
    closed: list[bool] = []

    class Parts(list[bytes]):
        def close(self) -> None:
            closed.append(True)

    def app(environ: dict[str, Any], start_response: Callable[..., Callable[[bytes], None]]) -> Iterable[bytes]:
        seen.update(environ, body=environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
        start_response("200 Fine", [("X-A", "1")])(b"a")
        return Parts([b"b"])

    request = Destination(headers={"x-two": "1"}, target="/caf%C3%A9?q").request([EVENT])
    request = WebhookRequest("PUT", (*request.headers, ("X-Two", "2")), EVENT, request.target)
    answer = Simulator(app).send(request)
    assert answer == Answer(200, ((b"x-a", b"1"),), b"ab")
    assert closed == [True]
    assert (seen["REQUEST_METHOD"], seen["PATH_INFO"], seen["QUERY_STRING"]) == ("PUT", "/cafÃ©", "q")
    assert (seen["CONTENT_TYPE"], seen["HTTP_X_TWO"], seen["body"]) == ("application/json", "1,2", EVENT)


def test_applications_that_fail() -> None:
    async def asgi(scope: Any, receive: Any, send: Any) -> None:
        raise LookupError

    async def half(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200})
        raise LookupError

    async def silent(scope: Any, receive: Any, send: Any) -> None:
        pass

    def wsgi(environ: Any, start_response: Any) -> Iterable[bytes]:
        raise LookupError

    def mute(environ: Any, start_response: Any) -> Iterable[bytes]:
        return []

    assert [str(Simulator(app).send(REQUEST)) for app in (asgi, half, silent, wsgi, mute)] == [
        "500 Internal Server Error after LookupError",
        "ECONNRESET",
        "ECONNRESET",
        "500 Internal Server Error after LookupError",
        "ECONNRESET",
    ]


@pytest.mark.parametrize("target", [None, 7], ids=str)
def test_what_is_no_target(target: Any) -> None:
    with pytest.raises(ConfigurationError, match="events are delivered to an ASGI or WSGI application"):
        Simulator(target)


@pytest.mark.parametrize(("count", "target"), [(0, lambda: None), (4, lambda a, b, c, d: None)], ids=["none", "four"])
def test_what_takes_another_number_of_arguments(count: int, target: Any) -> None:
    with pytest.raises(ConfigurationError, match=f"an application takes three arguments .* this takes {count}"):
        Simulator(target)


def test_applications_that_take_anything() -> None:
    async def asgi(*given: Any) -> None:
        await given[2]({"type": "http.response.start", "status": 204})

    def wsgi(*given: Any) -> Iterable[bytes]:
        given[1]("204 No Content", [])
        return []

    assert Simulator(asgi).send(REQUEST).status == 204
    assert Simulator(wsgi).send(REQUEST).status == 204


def test_a_router_without_a_secret_verifies_nothing(service: Service) -> None:
    unsigned = Destination().request([EVENT])
    assert Simulator(service.router).send(unsigned).ok
    assert Simulator(service.router, secret=SECRET).send(unsigned).status == 401


async def test_a_running_loop_is_told_what_to_write(service: Service) -> None:
    with pytest.raises(RuntimeError, match=r"an event loop runs here: await deliver_async\(…\)"):
        Simulator(service.router.asgi(SECRET), secret=SECRET).deliver(EVENT)


def test_one_loop_for_all_deliveries_inside_of_with() -> None:
    import asyncio

    loops: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        loops.append(asyncio.get_running_loop())
        await send({"type": "http.response.start", "status": 200})

    with Simulator(app) as simulator:
        simulator.deliver(EVENT)
        simulator.deliver(EVENT)
    assert loops[0] is loops[1]
    simulator.deliver(EVENT)  # and still works afterwards, on a loop of its own
    assert loops[2] is not loops[1]


# ---- over HTTP


class Recorder(BaseHTTPRequestHandler):
    """Notes the bytes of requests."""

    protocol_version = "HTTP/1.1"
    seen: list[tuple[str, str, list[tuple[str, str]], bytes]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.seen.append((self.command, self.path, list(self.headers.items()), body))
        if "close" in self.path:
            self.close_connection = True
            return
        location = {"/old": "/new", "/away": "http://127.0.0.1:1/elsewhere"}.get(self.path)
        self.send_response(200 if location is None else 307)
        if location is not None:
            self.send_header("Location", location)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def served() -> Generator[tuple[str, list[Any]]]:
    seen: list[Any] = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (Recorder,), {"seen": seen}))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", seen
    server.shutdown()
    server.server_close()
    thread.join()


def test_over_http_with_the_exact_headers(served: tuple[str, list[Any]]) -> None:
    url, seen = served
    with Simulator(f"{url}/hook?x=1", secret=SECRET) as simulator:
        report = simulator.deliver(EVENT, EVENT)
    assert report.ok
    method, path, headers, body = seen[0]
    expected = Destination(secret=SECRET, host=url.removeprefix("http://"), target="/hook?x=1").request([EVENT])
    assert (method, path, tuple(headers), body) == (
        expected.method,
        expected.target,
        expected.headers,
        expected.body,
    )
    assert report.reproduction == f"segment-testing send {url}/hook?x=1 --count 2 --seed 0"


async def test_over_http_from_a_loop_and_through_a_redirect(served: tuple[str, list[Any]]) -> None:
    url, seen = served
    async with Simulator(f"{url}/old", secret=SECRET) as simulator:
        assert (await simulator.deliver_async(EVENT)).ok
    assert [path for _, path, _, _ in seen] == ["/old", "/new"]
    assert seen[1][3] == EVENT


def test_a_redirect_to_another_server_is_not_followed(served: tuple[str, list[Any]]) -> None:
    url, seen = served
    with Simulator(f"{url}/away") as simulator:
        report = simulator.deliver(EVENT)
    assert [fate.reason for fate in report.fates] == ["max-redirect"]
    assert len(seen) == 1


@pytest.mark.parametrize(
    ("error", "failure"),
    [
        (TimeoutError(), Failure.TIMED_OUT),
        (ConnectionRefusedError(), Failure.REFUSED),
        (socket.gaierror(), Failure.NOT_FOUND),
        (BadStatusLine("x"), Failure.RESET),
        (ConnectionAbortedError(), Failure.RESET),
        (OSError(), Failure.UNREACHABLE),
    ],
    ids=lambda each: type(each).__name__,
)
def test_what_goes_wrong_over_http_in_segment_s_codes(error: Exception, failure: Failure) -> None:
    assert failure_of(error) is failure


def test_over_http_in_pieces(served: tuple[str, list[Any]]) -> None:
    url, seen = served
    with Simulator(url, secret=SECRET, faults=[SlowBody(pieces=3)]) as simulator:
        assert simulator.deliver(EVENT).ok
    assert seen[0][3] == EVENT


def test_connections_that_end(served: tuple[str, list[Any]]) -> None:
    url, _ = served
    with Simulator(f"{url}/close") as simulator:
        assert simulator.send(REQUEST).ok
        closing = Destination(target="/close").request([EVENT])
        # a server that closes a connection which it has kept open is asked once more, over a new one
        assert simulator.send(closing).failure is Failure.RESET
        assert simulator._carrier.send(REQUEST, Carriage(cut=True)).failure is Failure.RESET
        assert simulator.send(REQUEST).ok


def test_where_nobody_listens() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/"
        assert Simulator(url).send(REQUEST).failure is Failure.REFUSED


@pytest.mark.parametrize("url", ["http://example.com/", "https://10.0.0.1/x", "http://localhost.example.com/"])
def test_other_machines_must_be_asked_for(url: str) -> None:
    with pytest.raises(ConfigurationError, match="is another machine; made-up deliveries go there only when"):
        Simulator(url)
    Simulator(url, allow_other_hosts=True)  # nothing is sent yet


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/", "127.0.0.1:80", ""])
def test_what_is_no_url(url: str) -> None:
    with pytest.raises(ConfigurationError, match="is no URL of a server"):
        Simulator(url)


def test_which_hosts_are_this_machine() -> None:
    hosts = ["localhost", "shop.localhost", "127.0.0.1", "127.9.9.9", "::1", "0.0.0.0", "example.com", "1.2.3.4", "::2"]
    assert [host for host in hosts if is_local(host)] == hosts[:5]
