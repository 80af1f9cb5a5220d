"""The WSGI adapter: mounts in anything that speaks WSGI (PEP 3333), and runs under any WSGI server."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from segment_hooks.problems import INCOMPLETE
from segment_hooks.receiver import METHODS, Receiver
from segment_hooks.wire import Headers, Request, Response, as_bytes

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse

_CHUNK = 64 * 1024
_BARE = ("CONTENT_TYPE", "CONTENT_LENGTH")
"""Two headers that CGI, and WSGI after it, have without the prefix; empty stands for absent."""


class SegmentWSGIApp:
    """A WSGI application around a `Receiver`. Every path is taken: where it is mounted decides.

    The body is held against the receiver's limit while it is read. Answers GET and HEAD for health checks.
    """

    def __init__(self, receiver: Receiver) -> None:
        self.receiver = receiver

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """One request, as WSGI has it."""
        response = self.respond(environ)
        start_response(_status_line(response.status), response.text_headers())
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [response.body]

    def respond(self, environ: dict[str, Any]) -> Response:
        """The answer to the request in `environ`."""
        request = read_request(environ, self.receiver)
        return request if isinstance(request, Response) else self.receiver.receive(request)


def read_request(environ: dict[str, Any], receiver: Receiver) -> Request | Response:
    """The whole request in `environ`; the answer itself where no body is needed, or it is too large or not whole."""
    method = environ["REQUEST_METHOD"]
    headers = EnvironHeaders(environ)
    if method not in METHODS:
        return receiver.check_head(method, headers) or INCOMPLETE
    declared = headers.get(b"content-length") or b""
    limit, read = receiver.max_body, environ["wsgi.input"].read
    body = b""
    try:
        if declared.isdigit() and len(declared) < 20:
            length = int(declared)
            if length > limit:
                return receiver.check_head(method, headers) or receiver.too_large(read(min(length, 64)))
            body = _read(read, length)
            if len(body) < length:
                return INCOMPLETE
        elif environ.get("wsgi.input_terminated") or headers.get(b"transfer-encoding"):
            # the length is unknown, but the server says (PEP 3333 does not) that the input ends by itself
            body = _read(read, limit + 1)
    except OSError:  # what servers, and Django, raise where the client has gone away
        return INCOMPLETE
    return Request(method, headers, body)


class EnvironHeaders(Headers):
    """The request's headers as they stand in WSGI's environ, each looked up when it is asked for.

    CGI has changed their names, and a server has joined repeated values with commas.
    """

    __slots__ = ("_environ",)

    def __init__(self, environ: dict[str, Any]) -> None:
        self._environ = environ

    def get(self, name: bytes) -> bytes | None:
        """The value of `name` (in lower case)."""
        key = _key(name)
        value = self._environ.get(key)
        return None if value is None or (not value and key in _BARE) else as_bytes(value)

    def get_all(self, name: bytes) -> tuple[bytes, ...]:
        """The value of `name` (in lower case), of which there is one at the most."""
        value = self.get(name)
        return () if value is None else (value,)

    def names(self) -> list[bytes]:
        """Every name, in lower case, once."""
        keys = [key for key in self._environ if key in _BARE and self._environ[key]]
        keys += [key[5:] for key in self._environ if key.startswith("HTTP_")]
        return [key.lower().replace("_", "-").encode("latin-1") for key in keys]


@lru_cache(maxsize=64)
def _key(name: bytes) -> str:
    key = name.decode("latin-1").upper().replace("-", "_")
    return key if key in _BARE else f"HTTP_{key}"


def _read(read: Callable[[int], bytes], length: int) -> bytes:
    chunks: list[bytes] = []
    while length > 0 and (chunk := read(min(length, _CHUNK))):
        chunks.append(chunk)
        length -= len(chunk)
    return b"".join(chunks)


@lru_cache(maxsize=64)
def _status_line(status: int) -> str:
    return f"{status} {HTTPStatus(status).phrase}"
