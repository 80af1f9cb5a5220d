"""Every adapter around a receiver, as a client: the list that the conformance suite runs over."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from typing import Any, TypeAlias

import pytest

from segment_hooks import Receiver
from segment_hooks.asgi import SegmentASGIApp
from segment_hooks.integrations.aws_lambda import lambda_handler
from segment_hooks.wsgi import SegmentWSGIApp
from tests.adapters.calls import PATH, Answer, Call, Client
from tests.adapters.in_process import (
    asgi_answer,
    http_api_event,
    lambda_answer,
    load_balancer_event,
    rest_api_event,
    wsgi_answer,
)
from tests.adapters.sockets import socket_answer

Build: TypeAlias = Callable[[Receiver, ExitStack], Client]
"""Makes a client; what must be closed afterwards goes on the stack."""


def over_asgi(app: Any) -> Client:
    """A client of an ASGI application."""

    def send(call: Call) -> Answer:
        answer = asgi_answer(app, call)
        assert answer is not None, "no answer"
        return answer

    return send


def over_wsgi(app: Any) -> Client:
    """A client of a WSGI application."""
    return partial(wsgi_answer, app)


def _asgi(receiver: Receiver, closing: ExitStack) -> Client:
    return over_asgi(SegmentASGIApp(receiver))


def _wsgi(receiver: Receiver, closing: ExitStack) -> Client:
    return over_wsgi(SegmentWSGIApp(receiver))


def _starlette(receiver: Receiver, closing: ExitStack) -> Client:
    pytest.importorskip("starlette", reason="Starlette is not installed")
    from starlette.applications import Starlette

    from segment_hooks.integrations.starlette import segment_routes

    return over_asgi(Starlette(routes=segment_routes(PATH, SegmentASGIApp(receiver))))


def _starlette_in_mount(receiver: Receiver, closing: ExitStack) -> Client:
    pytest.importorskip("starlette", reason="Starlette is not installed")
    from starlette.applications import Starlette
    from starlette.routing import Mount

    from segment_hooks.integrations.starlette import segment_routes

    prefix, _, rest = PATH.rpartition("/")
    return over_asgi(Starlette(routes=[Mount(prefix, routes=segment_routes(f"/{rest}", SegmentASGIApp(receiver)))]))


def _fastapi(receiver: Receiver, closing: ExitStack) -> Client:
    pytest.importorskip("fastapi", reason="FastAPI is not installed")
    from fastapi import FastAPI

    from segment_hooks.integrations.fastapi import include_segment

    app = FastAPI()
    include_segment(app, PATH, SegmentASGIApp(receiver))
    return over_asgi(app)


def _fastapi_router(receiver: Receiver, closing: ExitStack) -> Client:
    pytest.importorskip("fastapi", reason="FastAPI is not installed")
    from fastapi import APIRouter, FastAPI

    from segment_hooks.integrations.fastapi import include_segment

    app, router = FastAPI(), APIRouter()
    prefix, _, rest = PATH.rpartition("/")
    include_segment(router, f"/{rest}", SegmentASGIApp(receiver))
    app.include_router(router, prefix=prefix)
    return over_asgi(app)


def _litestar(receiver: Receiver, closing: ExitStack) -> Client:
    pytest.importorskip("litestar", reason="Litestar is not installed")
    from litestar import Litestar
    from litestar.config.csrf import CSRFConfig

    from segment_hooks.integrations.litestar import segment_handler

    csrf = CSRFConfig(secret="none of Segment's business")
    return over_asgi(Litestar([segment_handler(PATH, SegmentASGIApp(receiver))], csrf_config=csrf, openapi_config=None))


def _flask(receiver: Receiver, closing: ExitStack, *, prefix: str | None = None, path: str = PATH) -> Client:
    pytest.importorskip("flask", reason="Flask is not installed")
    from flask import Flask

    from segment_hooks.integrations.flask import segment_blueprint

    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = 10
    app.register_blueprint(segment_blueprint(path, SegmentWSGIApp(receiver)), url_prefix=prefix)
    return over_wsgi(app)


def _django(receiver: Receiver, closing: ExitStack, *, views: str, server: str) -> Client:
    pytest.importorskip("django", reason="Django is not installed")
    from tests.adapters.django_site import site

    return (over_asgi if server == "asgi" else over_wsgi)(closing.enter_context(site(receiver, views, server)))


def _aiohttp(receiver: Receiver, closing: ExitStack) -> Client:
    pytest.importorskip("aiohttp", reason="aiohttp is not installed")
    from aiohttp import web

    from segment_hooks.integrations.aiohttp import add_segment_routes

    app = web.Application(client_max_size=10)
    add_segment_routes(app, PATH, receiver)
    return partial(socket_answer, serve_aiohttp(app, closing))


def serve_aiohttp(app: Any, closing: ExitStack) -> int:
    """The port on which a thread serves an application of aiohttp, until `closing` is closed."""
    from aiohttp import web

    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    def do(coroutine: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, loop).result(timeout=20)

    def stop() -> None:
        do(runner.cleanup())
        do(loop.shutdown_default_executor())
        loop.call_soon_threadsafe(loop.stop)
        thread.join(timeout=20)
        loop.close()

    runner = web.AppRunner(app, access_log=None)
    do(runner.setup())
    closing.callback(stop)
    site = web.TCPSite(runner, "127.0.0.1", 0)
    do(site.start())
    return int(runner.addresses[0][1])


def _aws(receiver: Receiver, closing: ExitStack, *, make: Callable[[Call], dict[str, Any]]) -> Client:
    handler = lambda_handler(receiver)
    return lambda call: lambda_answer(handler, make(call))


ADAPTERS: dict[str, Build] = {
    "asgi": _asgi,
    "wsgi": _wsgi,
    "starlette": _starlette,
    "starlette-in-mount": _starlette_in_mount,
    "fastapi": _fastapi,
    "fastapi-router": _fastapi_router,
    "litestar": _litestar,
    "flask": _flask,
    "flask-prefix": partial(_flask, prefix=PATH.rpartition("/")[0], path="/" + PATH.rpartition("/")[2]),
    "django-sync-wsgi": partial(_django, views="sync", server="wsgi"),
    "django-async-asgi": partial(_django, views="async", server="asgi"),
    "django-sync-asgi": partial(_django, views="sync", server="asgi"),
    "django-async-wsgi": partial(_django, views="async", server="wsgi"),
    "aiohttp": _aiohttp,
    "lambda-rest": partial(_aws, make=rest_api_event),
    "lambda-rest-base64": partial(_aws, make=partial(rest_api_event, encoded=True)),
    "lambda-http": partial(_aws, make=http_api_event),
    "lambda-url-base64": partial(_aws, make=partial(http_api_event, encoded=True)),
    "lambda-alb": partial(_aws, make=partial(load_balancer_event, several=False)),
    "lambda-alb-lists": partial(_aws, make=partial(load_balancer_event, several=True)),
}
