"""The applications that are served, a factory each. All have an async handler (WSGI: a plain one) that does little.

What is inlined by hand does the work of the library's answer to a delivery: read the body, verify, decode, look the
handler up, call it, answer with the same small JSON. Annotations are real ones here, since FastAPI reads them.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from hmac import compare_digest
from typing import Any

import msgspec

from benchmarks.byhand import AllFields, Model, pads
from benchmarks.workload import EVENT, SECRET
from segment_hooks import WebhookEventRouter

OK = b'{"handled":1}'
HEADERS = [(b"content-type", b"application/json"), (b"content-length", b"13")]
TEXT_HEADERS = [("content-type", "application/json"), ("content-length", "13")]

_copy_inner, _copy_outer = pads(SECRET)
_decode = msgspec.json.Decoder(AllFields).decode


async def handle(event: Any) -> None:
    """The handler."""
    event.message_id  # noqa: B018  # reading it is all there is to do


def handle_plainly(event: Any) -> None:
    """The handler of the WSGI applications."""
    event.message_id  # noqa: B018


ROUTES: dict[Any, Callable[[Any], Awaitable[None]]] = {("track", EVENT): handle}
PLAIN_ROUTES: dict[Any, Callable[[Any], None]] = {("track", EVENT): handle_plainly}


def digest(body: bytes) -> str:
    """The signature that `body` should have."""
    inner = _copy_inner()
    inner.update(body)
    outer = _copy_outer()
    outer.update(inner.digest())
    return outer.hexdigest()  # type: ignore[no-any-return]


# ---- ASGI


def empty() -> Any:
    """What the server alone costs: the body is read and thrown away."""

    async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
        while (await receive()).get("more_body"):
            pass
        await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
        await send({"type": "http.response.body", "body": OK})

    return app


def by_hand() -> Any:
    """The floor: everything in one function."""

    async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
        signature = b""
        for name, value in scope["headers"]:
            if name == b"x-signature":
                signature = value
                break
        message = await receive()
        body = message.get("body", b"")
        while message.get("more_body"):
            message = await receive()
            body += message.get("body", b"")
        inner = _copy_inner()
        inner.update(body)
        outer = _copy_outer()
        outer.update(inner.digest())
        if not compare_digest(outer.hexdigest().encode(), signature):
            await send({"type": "http.response.start", "status": 401, "headers": [(b"content-length", b"0")]})
            await send({"type": "http.response.body", "body": b""})
            return
        event = _decode(body)
        handler = ROUTES.get((event.type, event.event))
        if handler is not None:
            await handler(event)
        await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
        await send({"type": "http.response.body", "body": OK})

    return app


def by_hand_with_deadline() -> Any:
    """The floor with the library's time limit around the handler, to show what that alone costs."""

    async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
        signature = dict(scope["headers"]).get(b"x-signature", b"")
        body = (await receive()).get("body", b"")
        if not compare_digest(digest(body).encode(), signature):
            await send({"type": "http.response.start", "status": 401, "headers": [(b"content-length", b"0")]})
            await send({"type": "http.response.body", "body": b""})
            return
        event = _decode(body)
        async with asyncio.timeout(9):
            await ROUTES[event.type, event.event](event)
        await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
        await send({"type": "http.response.body", "body": OK})

    return app


def ours() -> Any:
    """The library."""
    router = WebhookEventRouter()
    router.on_track(EVENT)(handle)
    return router.asgi(secret=SECRET)


def starlette() -> Any:
    """The work by hand in a Starlette route."""
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import JSONResponse, Response
    from starlette.routing import Route

    async def hook(request: Request) -> Response:
        body = await request.body()
        if not compare_digest(digest(body), request.headers.get("x-signature", "")):
            return Response(status_code=401)
        event = _decode(body)
        handler = ROUTES.get((event.type, event.event))
        if handler is not None:
            await handler(event)
        return JSONResponse({"handled": 1})

    return Starlette(routes=[Route("/hook", hook, methods=["POST"])])


def fastapi() -> Any:
    """FastAPI in its own style: a dependency verifies, a pydantic model is the body."""
    from fastapi import Depends, FastAPI, HTTPException, Request

    async def verified(request: Request) -> None:
        if not compare_digest(digest(await request.body()), request.headers.get("x-signature", "")):
            raise HTTPException(401)

    app = FastAPI()

    @app.post("/hook", dependencies=[Depends(verified)])
    async def hook(event: Model) -> dict[str, int]:
        handler = ROUTES.get((event.type, event.event))
        if handler is not None:
            await handler(event)
        return {"handled": 1}

    return app


# ---- WSGI

Start = Callable[[str, list[tuple[str, str]]], Any]


def wsgi_empty() -> Any:
    """What the server alone costs: the body is read and thrown away."""

    def app(environ: dict[str, Any], start_response: Start) -> Iterable[bytes]:
        environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        start_response("200 OK", TEXT_HEADERS)
        return [OK]

    return app


def wsgi_by_hand() -> Any:
    """The floor: everything in one function."""

    def app(environ: dict[str, Any], start_response: Start) -> Iterable[bytes]:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        inner = _copy_inner()
        inner.update(body)
        outer = _copy_outer()
        outer.update(inner.digest())
        if not compare_digest(outer.hexdigest(), environ.get("HTTP_X_SIGNATURE", "")):
            start_response("401 Unauthorized", [("content-length", "0")])
            return [b""]
        event = _decode(body)
        handler = PLAIN_ROUTES.get((event.type, event.event))
        if handler is not None:
            handler(event)
        start_response("200 OK", TEXT_HEADERS)
        return [OK]

    return app


def wsgi_ours() -> Any:
    """The library."""
    router = WebhookEventRouter()
    router.on_track(EVENT)(handle_plainly)
    return router.wsgi(secret=SECRET)


def flask() -> Any:
    """The work by hand in a Flask view."""
    from flask import Flask, abort, request

    app = Flask(__name__)

    @app.post("/hook")
    def hook() -> dict[str, int]:
        body = request.get_data()
        if not compare_digest(digest(body), request.headers.get("x-signature", "")):
            abort(401)
        event = _decode(body)
        handler = PLAIN_ROUTES.get((event.type, event.event))
        if handler is not None:
            handler(event)
        return {"handled": 1}

    return app
