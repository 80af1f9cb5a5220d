"""Stand-ins for what is outside of the client: the network, the clock, and the server."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeAlias

import msgspec

from segment_hooks.client import HttpAnswer, HttpRequest

Step: TypeAlias = HttpAnswer | Exception
OK = HttpAnswer(200, {"content-type": "application/json"}, b'{"success": true}')


def refusal(status: int, headers: dict[str, str] | None = None, **members: Any) -> HttpAnswer:
    """An answer as Segment writes errors."""
    return HttpAnswer(status, headers or {}, msgspec.json.encode({"success": False, **members}))


class Scripted:
    """A transport, blocking and asynchronous, that gives the answers of a script, then 200, and keeps the requests."""

    def __init__(self, *steps: Step, gate: threading.Event | None = None) -> None:
        self.steps = list(steps)
        self.requests: list[HttpRequest] = []
        self.closed = 0
        self.forgotten = 0
        self._gate = gate

    def send(self, request: HttpRequest) -> HttpAnswer:
        self.requests.append(request)
        if self._gate is not None:
            assert self._gate.wait(20)
        step = self.steps.pop(0) if self.steps else OK
        if isinstance(step, Exception):
            raise step
        return step

    def close(self) -> None:
        self.closed += 1

    def forget(self) -> None:
        self.forgotten += 1

    @property
    def batches(self) -> list[list[dict[str, Any]]]:
        """The events of each request to the Tracking API."""
        return [msgspec.json.decode(each.body)["batch"] for each in self.requests if each.url.endswith("/v1/batch")]

    @property
    def events(self) -> list[dict[str, Any]]:
        return [event for batch in self.batches for event in batch]


class ScriptedAsync:
    """The same for an event loop."""

    def __init__(self, *steps: Step) -> None:
        self.inner = Scripted(*steps)

    async def send_async(self, request: HttpRequest) -> HttpAnswer:
        return self.inner.send(request)

    async def aclose(self) -> None:
        self.inner.close()

    def forget(self) -> None:
        self.inner.forget()


class Clock:
    """A clock that stands still until it is told."""

    def __init__(self) -> None:
        self.seconds = 1_000.0

    def __call__(self) -> float:
        return self.seconds

    def now(self) -> datetime:
        return datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC) + timedelta(seconds=self.seconds - 1_000)


Handle: TypeAlias = Callable[[BaseHTTPRequestHandler, bytes], None]


def answer(handler: BaseHTTPRequestHandler, status: int = 200, body: bytes = b'{"success": true}') -> None:
    """Write an answer."""
    handler.send_response(status)
    handler.send_header("content-type", "application/json")
    handler.send_header("content-length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


@contextmanager
def serving(handle: Handle, *, wrap: Callable[[Any], Any] | None = None) -> Iterator[int]:
    """A server on a port of the loopback interface that does with each request what `handle` says."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 20

        def do_POST(self) -> None:
            handle(self, self.rfile.read(int(self.headers["content-length"])))

        def do_CONNECT(self) -> None:
            handle(self, b"")

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        block_on_close = False

        def handle_error(self, *_: object) -> None:
            pass

    with Server(("127.0.0.1", 0), Handler) as server:
        if wrap is not None:
            server.socket = wrap(server.socket)
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join(20)
