"""What is particular to one framework: its own reading of bodies, its slashes, its documents, its absence."""

from __future__ import annotations

import importlib
import logging
import sys
import time
from contextlib import ExitStack
from functools import partial
from typing import Any

import pytest

from segment_hooks.asgi import SegmentASGIApp
from segment_hooks.wsgi import SegmentWSGIApp
from tests.adapters.calls import Answer, Call, directly, signed
from tests.adapters.cases import BODY, event
from tests.adapters.frameworks import over_asgi, over_wsgi, serve_aiohttp
from tests.adapters.in_process import wsgi_answer
from tests.adapters.receivers import Subject
from tests.adapters.sockets import leave_half_way, socket_answer

THIRD_PARTIES = {
    "starlette": "Starlette",
    "fastapi": "FastAPI",
    "litestar": "Litestar",
    "django": "Django",
    "flask": "Flask",
    "aiohttp": "aiohttp",
    "opentelemetry": "the OpenTelemetry API",
}


@pytest.mark.parametrize("extra", THIRD_PARTIES)
def test_an_integration_names_the_extra_that_it_lacks(extra: str, monkeypatch: pytest.MonkeyPatch) -> None:
    module = f"segment_hooks.integrations.{extra}"
    monkeypatch.delitem(sys.modules, module, raising=False)
    for loaded in [name for name in sys.modules if name.partition(".")[0] == extra]:
        monkeypatch.delitem(sys.modules, loaded)
    monkeypatch.setitem(sys.modules, extra, None)
    with pytest.raises(ImportError) as caught:
        importlib.import_module(module)
    assert str(caught.value) == f'{module} needs {THIRD_PARTIES[extra]}: pip install "segment-hooks[{extra}]"'


# ---- Starlette, FastAPI, Litestar


def test_starlette_takes_the_root_and_path_parameters(subject: Subject) -> None:
    routing = pytest.importorskip("starlette.applications")
    from segment_hooks.integrations.starlette import segment_routes

    app = SegmentASGIApp(subject.receiver)
    client = over_asgi(routing.Starlette(routes=[*segment_routes("/", app), *segment_routes("/hooks/{tenant}/", app)]))
    assert [client(signed(BODY).at(path)).status for path in ("/", "/hooks/acme", "/hooks/acme/")] == [200] * 3
    assert client(signed(BODY).at("/hooks")).status == 404


def test_fastapi_keeps_the_route_out_of_its_document(subject: Subject) -> None:
    fastapi = pytest.importorskip("fastapi")
    from segment_hooks.integrations.fastapi import include_segment

    api = fastapi.FastAPI()
    include_segment(api, "/segment", SegmentASGIApp(subject.receiver))
    assert api.openapi()["paths"] == {}


def test_litestar_keeps_its_csrf_protection_for_the_rest(subject: Subject) -> None:
    litestar = pytest.importorskip("litestar")
    from litestar.config.csrf import CSRFConfig

    from segment_hooks.integrations.litestar import segment_handler

    app = SegmentASGIApp(subject.receiver)
    handlers = [segment_handler("/a", app), segment_handler("/b", app, opt={"exclude_from_csrf": False})]
    client = over_asgi(litestar.Litestar(handlers, csrf_config=CSRFConfig(secret="s"), openapi_config=None))
    assert [client(signed(BODY).at(path)).status for path in ("/a", "/b")] == [200, 403]


# ---- Django


def reads_body(get_response: Any) -> Any:
    """A middleware that looks at every body, as those for logging do."""

    def middleware(request: Any) -> Any:
        assert request.body == BODY
        return get_response(request)

    return middleware


@pytest.mark.parametrize("views", ["sync", "async"])
@pytest.mark.parametrize("server", ["wsgi", "asgi"])
def test_django_leaves_the_body_to_a_middleware(subject: Subject, views: str, server: str) -> None:
    pytest.importorskip("django")
    from django.test import override_settings

    from tests.adapters.django_site import site

    middleware = (f"{__name__}.reads_body",)
    with (
        site(subject.receiver, views, server, middleware=middleware) as app,
        override_settings(DATA_UPLOAD_MAX_MEMORY_SIZE=None),
    ):
        client = (over_asgi if server == "asgi" else over_wsgi)(app)
        assert client(signed(BODY)) == directly(subject.receiver, signed(BODY))


def test_django_runs_no_handler_for_half_a_body(subject: Subject) -> None:
    pytest.importorskip("django")
    from tests.adapters.django_site import site

    subject.seen.clear()
    with site(subject.receiver, "sync", "wsgi") as app:
        assert wsgi_answer(app, signed(BODY), sent=len(BODY) - 1).status == 408
    assert subject.seen == []


def test_django_takes_the_root(subject: Subject) -> None:
    pytest.importorskip("django")
    from segment_hooks.integrations.django import segment_paths, segment_view

    (only,) = segment_paths("/", segment_view(subject.receiver))
    assert only.resolve("") is not None
    assert [str(each.pattern) for each in segment_paths("a/b/", segment_view(subject.receiver))] == ["a/b", "a/b/"]


class _Gone:
    """An input that breaks, as servers' do when the client goes away."""

    def read(self, size: int = -1) -> bytes:
        raise ConnectionResetError


def test_an_input_that_breaks_is_a_body_that_is_not_whole(subject: Subject) -> None:
    environ = {
        "REQUEST_METHOD": "POST",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": "10",
        "wsgi.input": _Gone(),
    }
    assert SegmentWSGIApp(subject.receiver).respond(environ).status == 408


# ---- Flask


@pytest.mark.parametrize("read", ["get_data", "get_json"])
def test_flask_keeps_what_a_function_before_has_read(subject: Subject, read: str) -> None:
    flask = pytest.importorskip("flask")
    from segment_hooks.integrations.flask import segment_blueprint

    app = flask.Flask(__name__)
    app.before_request(lambda: getattr(flask.request, read)() and None)
    app.register_blueprint(segment_blueprint("/", SegmentWSGIApp(subject.receiver)))
    # Flask's own client: the validator of the other one refuses how Werkzeug reads
    headers = [(name.decode(), value.decode()) for name, value in signed(BODY).headers]
    answer = app.test_client().post("/", data=BODY, headers=headers)
    assert (answer.status_code, answer.data) == (200, b'{"handled":1}')


def test_flask_takes_several_destinations(subject: Subject) -> None:
    flask = pytest.importorskip("flask")
    from segment_hooks.integrations.flask import segment_blueprint

    app, segment = flask.Flask(__name__), SegmentWSGIApp(subject.receiver)
    app.register_blueprint(segment_blueprint("/one", segment))
    app.register_blueprint(segment_blueprint("/two/", segment, name="segment_two"))
    paths = ("/one", "/one/", "/two", "/two/")
    assert [wsgi_answer(app, signed(BODY).at(path)).status for path in paths] == [200] * 4


# ---- aiohttp


def over_aiohttp(subject: Subject, closing: ExitStack, path: str = "/", **options: Any) -> int:
    """The port of an application of aiohttp."""
    web = pytest.importorskip("aiohttp.web")
    from segment_hooks.integrations.aiohttp import add_segment_routes

    app = web.Application(**options)
    add_segment_routes(app, path, subject.receiver)
    return serve_aiohttp(app, closing)


def test_aiohttp_keeps_what_a_middleware_has_read(subject: Subject) -> None:
    web = pytest.importorskip("aiohttp.web")

    @web.middleware
    async def reads_body(request: Any, handler: Any) -> Any:
        assert await request.read() in {BODY, b""}
        return await handler(request)

    with ExitStack() as closing:
        send = partial(socket_answer, over_aiohttp(subject, closing, middlewares=[reads_body]))
        for call in (signed(BODY), signed(b"")):
            assert send(call.at("/")) == directly(subject.receiver, call)


@pytest.mark.parametrize("streamed", [False, True], ids=["declared", "streamed"])
def test_aiohttp_runs_no_handler_for_half_a_body(
    subject: Subject, streamed: bool, caplog: pytest.LogCaptureFixture
) -> None:
    subject.seen.clear()
    call = signed(b"[" + event("First") + b"," + event("Second", padding="x" * 20_000) + b"]", streamed=streamed)
    with caplog.at_level(logging.ERROR), ExitStack() as closing:
        port = over_aiohttp(subject, closing)
        leave_half_way(port, call.at("/"))
        time.sleep(0.1)  # time to do it wrong
        assert socket_answer(port, Call("GET", path="/")) == Answer.of(
            200, [("content-type", "application/json")], b'{"status":"ok"}'
        )
    assert subject.seen == []
    assert caplog.records == []
