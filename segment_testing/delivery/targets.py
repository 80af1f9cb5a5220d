"""What can be delivered to in the process: an ASGI or WSGI application, a `Receiver`, a router, a function."""

from __future__ import annotations

import io
import sys
from collections.abc import Awaitable, Callable, Iterable
from functools import lru_cache
from inspect import iscoroutinefunction
from typing import Any, Protocol, TypeAlias, cast
from urllib.parse import unquote

from segment_hooks import ConfigurationError, Receiver, Response, WebhookEventRouter
from segment_testing.delivery.clock import VirtualClock
from segment_testing.delivery.request import WebhookRequest
from segment_testing.delivery.rules import Answer, Failure
from segment_testing.delivery.transport import PLAINLY, Carriage

Target: TypeAlias = Any
"""An ASGI application, a WSGI application, a `Receiver`, a `WebhookEventRouter`, the URL of a server, or a function
from a `WebhookRequest` to an `Answer` (or to a status)."""

_RESET = Answer(None, failure=Failure.RESET)


class Carrier(Protocol):
    """Takes requests to a target. Of the two ways at least the one that `needs_loop` says works."""

    needs_loop: bool
    """Whether only `send_async` works."""

    def send(self, request: WebhookRequest, carriage: Carriage) -> Answer:
        """The answer, from a thread without an event loop."""
        ...

    async def send_async(self, request: WebhookRequest, carriage: Carriage) -> Answer:
        """The answer, on an event loop."""
        ...

    def close(self) -> None:
        """Let go of what is open."""
        ...


class InProcess:
    """What carriers in the process share."""

    needs_loop = False

    def __init__(self, clock: VirtualClock) -> None:
        self.clock = clock

    def send(self, request: WebhookRequest, carriage: Carriage) -> Answer:
        raise NotImplementedError

    async def send_async(self, request: WebhookRequest, carriage: Carriage) -> Answer:
        return self.send(request, carriage)

    def close(self) -> None:
        """There is nothing open."""


class ASGICarrier(InProcess):
    """Calls an ASGI application as a server would: the body in pieces, a disconnect where it ends too early."""

    needs_loop = True

    def __init__(self, app: Callable[..., Awaitable[None]], clock: VirtualClock) -> None:
        super().__init__(clock)
        self._app = app

    async def send_async(self, request: WebhookRequest, carriage: Carriage) -> Answer:
        path, _, query = request.target.partition("?")
        scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "http_version": "1.1",
            "method": request.method,
            "scheme": "http",
            "path": _unquoted(path),
            "raw_path": path.encode("latin-1"),
            "query_string": query.encode("latin-1"),
            "root_path": "",
            "headers": request.raw_headers(),
            "client": ("127.0.0.1", 50000),
            "server": ("127.0.0.1", 80),
            "state": {},
        }
        pieces = carriage.split(request.body)
        sent = 0
        status: int | None = None
        headers: tuple[tuple[bytes, bytes], ...] = ()
        body = b""

        async def receive() -> dict[str, Any]:
            nonlocal sent
            if sent == len(pieces):
                return {"type": "http.disconnect"}
            if sent:
                carriage.wait(self.clock)
            sent += 1
            more = carriage.cut or sent < len(pieces)
            return {"type": "http.request", "body": pieces[sent - 1], "more_body": more}

        async def send(message: dict[str, Any]) -> None:
            nonlocal status, headers, body
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = tuple(message.get("headers", ()))
            elif message["type"] == "http.response.body":
                body += message.get("body", b"")

        try:
            await self._app(scope, receive, send)
        except Exception as error:  # noqa: BLE001  # a server answers 500, or closes what it has begun to answer
            return Answer(500, error=error) if status is None else Answer(None, failure=Failure.RESET, error=error)
        return _RESET if status is None or carriage.cut else Answer(status, headers, body)


class WSGICarrier(InProcess):
    """Calls a WSGI application as a server would (PEP 3333)."""

    def __init__(self, app: Callable[..., Iterable[bytes]], clock: VirtualClock) -> None:
        super().__init__(clock)
        self._app = app

    def send(self, request: WebhookRequest, carriage: Carriage) -> Answer:
        path, _, query = request.target.partition("?")
        environ: dict[str, Any] = {
            "REQUEST_METHOD": request.method,
            "SCRIPT_NAME": "",
            "PATH_INFO": _unquoted(path).encode().decode("latin-1"),
            "QUERY_STRING": query,
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": self._input(request.body, carriage),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": False,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
        for name, value in request.headers:
            key = _variable(name)
            environ[key] = f"{environ[key]},{value}" if key in environ else value
        status: int | None = None
        headers: tuple[tuple[bytes, bytes], ...] = ()
        written: list[bytes] = []

        def start_response(line: str, pairs: list[tuple[str, str]], exc_info: Any = None) -> Callable[[bytes], None]:  # noqa: ARG001
            nonlocal status, headers
            status = int(line[:3])
            headers = tuple((name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in pairs)
            return written.append

        try:
            result = self._app(environ, start_response)
            try:
                written.extend(result)
            finally:
                getattr(result, "close", _nothing)()
        except Exception as error:  # noqa: BLE001  # a server answers 500
            return Answer(500, error=error)
        return _RESET if status is None or carriage.cut else Answer(status, headers, b"".join(written))

    def _input(self, body: bytes, carriage: Carriage) -> io.BufferedIOBase:
        if carriage == PLAINLY:
            return io.BytesIO(body)
        return io.BufferedReader(_Body(carriage.split(body), carriage, self.clock))


@lru_cache(maxsize=256)
def _variable(header: str) -> str:
    """What CGI calls a header."""
    name = header.upper().replace("-", "_")
    return name if name in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{name}"


class _Body(io.RawIOBase):
    """The body of a request, as it comes in from a socket."""

    def __init__(self, pieces: list[bytes], carriage: Carriage, clock: VirtualClock) -> None:
        self._pieces = pieces[::-1]
        self._first = True
        self._carriage = carriage
        self._clock = clock

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not self._pieces:
            return 0
        if not self._first:
            self._carriage.wait(self._clock)
        self._first = False
        piece = self._pieces.pop()
        size = min(len(piece), len(buffer))
        buffer[:size] = piece[:size]
        if size < len(piece):
            self._pieces.append(piece[size:])
            self._first = True  # the rest of a piece is there already
        return size


class ReceiverCarrier(InProcess):
    """Gives requests to a `Receiver`, which sees whole bodies only."""

    def __init__(self, receiver: Receiver, clock: VirtualClock) -> None:
        super().__init__(clock)
        self._receiver = receiver

    def send(self, request: WebhookRequest, carriage: Carriage) -> Answer:
        if self._arrives(request, carriage):
            return _answer(self._receiver.receive(request.as_request()))
        return _RESET

    async def send_async(self, request: WebhookRequest, carriage: Carriage) -> Answer:
        if self._arrives(request, carriage):
            return _answer(await self._receiver.receive_async(request.as_request()))
        return _RESET

    def _arrives(self, request: WebhookRequest, carriage: Carriage) -> bool:
        if carriage.cut:
            return False
        for _ in carriage.split(request.body)[1:]:
            carriage.wait(self.clock)
        return True


class FunctionCarrier(InProcess):
    """Gives requests to a function of the test's own, which answers with an `Answer` or a status."""

    def __init__(self, function: Callable[[WebhookRequest], Answer | int], clock: VirtualClock) -> None:
        super().__init__(clock)
        self._function = function

    def send(self, request: WebhookRequest, carriage: Carriage) -> Answer:
        if carriage.cut:
            return _RESET
        try:
            answer = self._function(request)
        except Exception as error:  # noqa: BLE001  # it stands for a server
            return Answer(500, error=error)
        return answer if isinstance(answer, Answer) else Answer(answer)


def carrier_for(target: Target, secret: str | bytes | None, clock: VirtualClock, *, other_hosts: bool) -> Carrier:
    """The carrier to a target. `secret`: what a router's receiver is to verify with. `other_hosts`: whether a URL may
    lead to another machine. Raises `ConfigurationError` for what is no target."""
    if isinstance(target, str):
        from segment_testing.delivery.over_http import HTTPCarrier

        return HTTPCarrier(target, clock, other_hosts=other_hosts)
    if isinstance(target, Receiver):
        return ReceiverCarrier(target, clock)
    if isinstance(target, WebhookEventRouter):
        # the time-out is Segment's, on the virtual clock
        options: dict[str, Any] = {"uncovered": "accept", "deadline": None} if secret else {"verify": False}
        return ReceiverCarrier(Receiver.build(target, secret, **options), clock)
    if not callable(target):
        raise ConfigurationError(
            "events are delivered to an ASGI or WSGI application, a Receiver, a router, a URL or a function of the "
            f"request, not to {type(target).__name__}"
        )
    match parameters(target):
        case 1:
            return FunctionCarrier(cast("Callable[[WebhookRequest], Answer | int]", target), clock)
        case 2:
            return WSGICarrier(cast("Callable[..., Iterable[bytes]]", target), clock)
        case 3:
            return ASGICarrier(cast("Callable[..., Awaitable[None]]", target), clock)
        case count:
            raise ConfigurationError(
                f"an application takes three arguments (ASGI) or two (WSGI), and a function one; this takes {count}"
            )


def parameters(target: Callable[..., Any]) -> int:
    """How many arguments a call needs: three for ASGI, two for WSGI."""
    import inspect

    try:
        found = inspect.signature(target).parameters.values()
    except (TypeError, ValueError):
        return 3 if iscoroutinefunction(target) else 2
    needed = [p for p in found if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD) and p.default is p.empty]
    if not needed and any(p.kind is p.VAR_POSITIONAL for p in found):
        is_async = iscoroutinefunction(target) or iscoroutinefunction(getattr(type(target), "__call__", None))  # noqa: B004
        return 3 if is_async else 2
    return len(needed)


def _answer(response: Response) -> Answer:
    return Answer(response.status, response.headers, response.body)


def _unquoted(path: str) -> str:
    return unquote(path) if "%" in path else path


def _nothing() -> None: ...
