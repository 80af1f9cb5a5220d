"""One path of the controls over HTTP: its methods, what a request to it may ask, and its errors as Problem Details."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from email.utils import formatdate
from typing import Any, TypeAlias

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from segment_testing.recording import Call, Rejection
from segment_testing.serverside import dumps, loads

LIMIT = 100
"""How many items an answer has where none is asked for."""
MAX_LIMIT = 1_000

_MAX_BODY = 64 * 1024
_URN = "urn:problem-type:segment-testing:"
_ONCE = ("since", "limit", "from", "of", "place", "id")

Handler: TypeAlias = Callable[[Request], Awaitable[Response]]


class ControlError(Exception):
    """A request that the controls refuse: `title` says the kind of problem, the message what to do about it."""

    def __init__(self, status: int, slug: str, title: str, detail: str, **headers: str) -> None:
        super().__init__(detail)
        self.status = status
        self.slug = slug
        self.title = title
        self.detail = detail
        self.headers = headers


class Resource:
    """One path, as an ASGI app: a handler for each method that it takes."""

    def __init__(self, **handlers: Handler) -> None:
        self._handlers = handlers
        if "GET" in handlers:
            self._handlers = {"GET": handlers["GET"], "HEAD": handlers["GET"], **handlers}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            response = await self._answer(request)
        except ControlError as error:
            response = problem(error)
        except ClientDisconnect:
            return
        response.headers["date"] = formatdate(usegmt=True)
        if scope["method"] == "HEAD" and not isinstance(response, Streaming):
            response.body = b""  # its length has been told
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        allowed = ", ".join((*self._handlers, "OPTIONS"))
        if request.method == "OPTIONS":
            return Response(status_code=204, headers={"allow": allowed})
        handler = self._handlers.get(request.method)
        if handler is None:
            raise ControlError(405, "method", "Another method", f"This path takes {allowed}.", allow=allowed)
        _refuse_other_origins(request)
        return await handler(request)


class Nothing:
    """Every other path under the prefix, as an ASGI app."""

    def __init__(self, what: str, known: str) -> None:
        self._error = ControlError(404, "path", "No such path", f"Of {what} there are {known}.")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = problem(self._error)
        response.headers["date"] = formatdate(usegmt=True)
        await response(scope, receive, send)


class Streaming(Response):
    """An answer that an ASGI app gives by itself."""

    def __init__(self, app: Callable[[Scope, Receive, Send], Awaitable[None]]) -> None:
        super().__init__()
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, send)


class Query:
    """The query of a request. A filter that stands more than once takes any of its values.

    Raises `ControlError` for a parameter that the path does not know: a filter with a slip in its name would let
    everything through.
    """

    def __init__(self, request: Request, *known: str) -> None:
        pairs = request.query_params.multi_items()
        self._values: dict[str, list[str]] = {}
        for name, value in pairs:
            if name not in known:
                allowed = f"it takes {', '.join(known)}" if known else "it takes none"
                raise ControlError(400, "query", "Unknown parameter", f"{name[:40]!r} is no parameter here; {allowed}.")
            self._values.setdefault(name, []).append(value)
        for name in _ONCE:
            if len(self._values.get(name, ())) > 1:
                raise ControlError(400, "query", "Parameter twice", f"{name} may stand once.")
        self._filters = {name: frozenset(values) for name, values in self._values.items() if name not in _ONCE}

    def wants(self, item: Call | Rejection) -> bool:
        """Whether every filter fits."""
        return all(_field(item, name) in values for name, values in self._filters.items())

    def one(self, name: str, *allowed: str) -> str:
        """The value of a parameter that has to be given; `allowed`: what it may be, left out: anything."""
        (value,) = self._values.get(name, [""])
        if not value or (allowed and value not in allowed):
            kinds = f"one of {', '.join(allowed)}" if allowed else "not empty"
            raise ControlError(400, "query", "Parameter missing", f"{name} has to be given, and is {kinds}.")
        return value

    def number(self, name: str, default: int) -> int:
        """A whole number from zero up."""
        text = self._values.get(name, [str(default)])[0]
        if not (text.isascii() and text.isdigit() and len(text) <= 18):
            raise ControlError(400, "query", "No number", f"{name} is a whole number from zero up.")
        return int(text)

    @property
    def limit(self) -> int:
        """How many items to answer with."""
        limit = self.number("limit", LIMIT)
        if not 1 <= limit <= MAX_LIMIT:
            raise ControlError(400, "query", "Limit out of range", f"limit is a number from 1 to {MAX_LIMIT:,}.")
        return limit


def _field(item: Call | Rejection, name: str) -> str | None:
    value: str | None = getattr(item.reception if name == "write_key" else item, name)
    return value


def _refuse_other_origins(request: Request) -> None:
    origin = request.headers.get("origin")
    if origin is not None and origin.partition("://")[2] != request.headers.get("host"):
        raise ControlError(
            403,
            "origin",
            "A page of another origin",
            "The controls are for tests and tools; have the test call them, not the page.",
        )


async def json_body(request: Request) -> Any:
    """The value of the body. Raises `ControlError` where it is too large, no JSON, or nested too deeply."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MAX_BODY:
            raise ControlError(413, "too-large", "Body too large", f"At most {_MAX_BODY:,} bytes are read.")
    try:
        return loads(body)
    except (ValueError, RecursionError):
        raise ControlError(400, "body", "Not JSON", "The body is JSON in UTF-8, of a few levels.") from None


def json_response(members: dict[str, Any], **lists: Iterable[bytes]) -> Response:
    """An object; of each list the items are JSON texts already."""
    parts = [dumps(name) + b":" + dumps(value) for name, value in members.items()]
    parts += [dumps(name) + b":[" + b",".join(texts) + b"]" for name, texts in lists.items()]
    return Response(
        b"{" + b",".join(parts) + b"}", media_type="application/json", headers={"cache-control": "no-store"}
    )


def problem(error: ControlError) -> Response:
    """The answer to a request that is refused."""
    body = {"type": _URN + error.slug, "title": error.title, "status": error.status, "detail": error.detail}
    return Response(
        dumps(body), status_code=error.status, media_type="application/problem+json", headers=dict(error.headers)
    )
