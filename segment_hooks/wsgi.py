"""The WSGI adapter: mounts in anything that speaks WSGI (PEP 3333), and runs under any WSGI server."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from segment_hooks.problems import INCOMPLETE
from segment_hooks.receiver import METHODS, Receiver
from segment_hooks.wire import Headers, Request, Response

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse

_CHUNK = 64 * 1024
# two headers that CGI, and WSGI after it, have without the prefix
_BARE = {"CONTENT_TYPE": b"content-type", "CONTENT_LENGTH": b"content-length"}


class SegmentWSGIApp:
    """A WSGI application around a `Receiver`. Every path is taken: where it is mounted decides.

    The body is held against the receiver's limit while it is read. Answers GET and HEAD for health checks.
    """

    def __init__(self, receiver: Receiver) -> None:
        self.receiver = receiver

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """One request, as WSGI has it."""
        response = self.respond(environ)
        status = f"{response.status} {_reason(response.status)}"
        start_response(status, response.text_headers())
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [response.body]

    def respond(self, environ: dict[str, Any]) -> Response:
        """The answer to the request in `environ`."""
        request = read_request(environ, self.receiver)
        return request if isinstance(request, Response) else self.receiver.receive(request)


def read_request(environ: dict[str, Any], receiver: Receiver) -> Request | Response:
    """The whole request in `environ`; the answer itself where no body is needed, or it is too large or not whole."""
    method = environ["REQUEST_METHOD"]
    headers = headers_in(environ)
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


def headers_in(environ: dict[str, Any]) -> Headers:
    """The request's headers, whose names CGI has changed, and whose repeated values a server has joined with commas."""
    pairs = [(_BARE[k], v) for k, v in environ.items() if k in _BARE and v]
    pairs += [(k[5:].replace("_", "-").encode("latin-1"), v) for k, v in environ.items() if k.startswith("HTTP_")]
    return Headers(pairs)


def _read(read: Callable[[int], bytes], length: int) -> bytes:
    chunks: list[bytes] = []
    while length > 0 and (chunk := read(min(length, _CHUNK))):
        chunks.append(chunk)
        length -= len(chunk)
    return b"".join(chunks)


def _reason(status: int) -> str:
    return HTTPStatus(status).phrase
