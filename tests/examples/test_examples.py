"""Every example answers a signed request, through the test client of its framework or in process."""

from __future__ import annotations

import asyncio
import importlib
import json
import subprocess
import sys
import threading
from http.client import HTTPConnection
from http.server import ThreadingHTTPServer
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest

from segment_hooks import sign

SECRET = "s3cr3t-shared"
EXAMPLES = sorted(path.stem for path in (Path(__file__).parent.parent.parent / "examples").glob("*.py"))


@pytest.fixture(autouse=True)
def _secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEGMENT_SHARED_SECRET", SECRET)


def example(name: str, *needs: str) -> ModuleType:
    """The module of an example; skips the test where a package that it needs is not installed."""
    for package in needs:
        pytest.importorskip(package, reason=f"{package} is not installed")
    return importlib.import_module(f"examples.{name}")


def body(type_: str, **fields: Any) -> bytes:
    """An event of this type."""
    return json.dumps({"type": type_, "messageId": "m-1", **fields}).encode()


def headers(content: bytes, secret: str = SECRET) -> dict[str, str]:
    """What Segment sends along with it."""
    return {"x-signature": sign(secret, content), "content-type": "application/json"}


ORDER = body("track", event="Order Completed", properties={"orderId": "o-1", "order_id": "o-1", "product_id": "p-1"})


async def post(app: Any, content: bytes, path: str = "/segment", secret: str = SECRET) -> httpx.Response:
    """The answer of an ASGI application."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://shop.test") as client:
        return await client.post(path, content=content, headers=headers(content, secret))


async def get(app: Any, path: str) -> Any:
    """What an ASGI application shows there, as decoded JSON."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://shop.test") as client:
        return (await client.get(path)).json()


async def test_bare_asgi() -> None:
    module = example("bare_asgi")
    viewed = body("track", event="Product Viewed", properties={"product_id": "p-1"})
    assert (await post(module.app, viewed)).status_code == 200
    assert module.visits == {"p-1": 1}
    assert (await post(module.app, body("identify", traits={"plan": "pro"}))).status_code == 200
    assert (await post(module.app, viewed, secret="another")).status_code == 401
    assert (await post(module.app, b"[" + viewed + b"," + viewed + b"]")).status_code == 401


async def test_starlette() -> None:
    module = example("starlette_app", "starlette")
    assert (await post(module.app, ORDER)).status_code == 200
    assert await get(module.app, "/orders") == {"orders": 1}


async def test_fastapi() -> None:
    module = example("fastapi_app", "fastapi")
    for revenue, status in ((9.5, 200), (-1, 400)):
        order = body("track", event="Order Completed", properties={"order_id": "o-1", "revenue": revenue})
        assert (await post(module.app, order, "/segment/")).status_code == status
    assert await get(module.app, "/revenue") == 9.5
    assert list((await get(module.app, "/openapi.json"))["paths"]) == ["/revenue"]


async def test_litestar() -> None:
    module = example("litestar_app", "litestar")
    from litestar.testing import AsyncTestClient

    joined = body("group", groupId="acme", userId="u-1", traits={})
    async with AsyncTestClient(module.app) as client:
        assert (await client.post("/segment", content=joined, headers=headers(joined))).status_code == 200
        assert (await client.get("/members")).json() == {"acme": 1}


async def test_django() -> None:
    pytest.importorskip("django", reason="Django is not installed")
    module = example("django_app")
    from django.test import AsyncClient, Client, override_settings

    for path, user in (("/segment", "u-1"), ("/segment/", "u-2"), ("/segment-async", "u-3")):
        content = body("delete", userId=user)
        request = {"content_type": "application/json", "headers": {"x-signature": sign(SECRET, content)}}
        # another test may have made the one site that a process can have
        with override_settings(ROOT_URLCONF=module.__name__, ALLOWED_HOSTS=["*"]):
            if "async" in path:
                answer = await AsyncClient().post(path, content, **request)
            else:
                answer = Client(enforce_csrf_checks=True).post(path, content, **request)
        assert answer.status_code == 200
        assert user in module.deleted


def test_flask() -> None:
    module = example("flask_app", "flask")
    client = module.app.test_client()
    viewed = body("page", name="Home")
    assert client.post("/segment", data=viewed, headers=headers(viewed)).status_code == 200
    assert client.get("/views/Home").text == "1"


async def test_aiohttp() -> None:
    module = example("aiohttp_app", "aiohttp")
    from aiohttp.test_utils import TestClient, TestServer

    async with TestClient(TestServer(module.create_app())) as client:
        answers = [await client.post("/segment", data=ORDER, headers=headers(ORDER)) for _ in range(4)]
        assert [answer.status for answer in answers] == [200, 200, 200, 503]
        assert answers[-1].headers["retry-after"] == "60"


def test_lambda(capsys: pytest.CaptureFixture[str]) -> None:
    module = example("lambda_app")
    internal = body("track", event="Order Completed", context={"app": {"namespace": "com.example.internal"}})
    for content, status in ((ORDER, 200), (internal, 200), (body("screen", name="Home"), 501)):
        event = {
            "version": "2.0",
            "requestContext": {"http": {"method": "POST", "path": "/segment"}},
            "headers": headers(content),
            "body": content.decode(),
            "isBase64Encoded": False,
        }
        assert module.handler(event, None)["statusCode"] == status
    assert capsys.readouterr().out == f"m-1: {len(ORDER)} bytes to forward\n"


def test_by_hand() -> None:
    module = example("by_hand")
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Quiet", (module.Requests,), {"log_message": lambda *_: None}))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    connection = HTTPConnection("127.0.0.1", server.server_address[1], timeout=20)
    try:
        statuses = []
        for content, secret in ((ORDER, SECRET), (ORDER, "another"), (b"[1]", SECRET)):
            connection.request("POST", "/", content, headers(content, secret))
            response = connection.getresponse()
            response.read()
            statuses.append(response.status)
            connection.close()
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=20)
    assert statuses == [200, 401, 400]
    assert module.seen == {"m-1"}


async def test_typed_events() -> None:
    module = example("typed_events", "pydantic")
    accepted = [
        ORDER,
        body("identify", traits={"plan": "pro", "tags": ["a", "b"]}),
        body("group", traits={"name": "Acme", "employees": 3}),
        b'{"seats": 2}',
    ]
    for content in accepted:
        assert (await post(module.app, content)).status_code == 200
    assert module.handled == ["order o-1 of 0", "pro with 2 tags", "company of 3", "2 seats"]
    for content in (body("track", event="Order Completed"), body("identify", traits={"plan": 1}), b'{"seats": 0}'):
        assert (await post(module.app, content)).status_code == 400
    assert len(module.handled) == 4


async def test_tracking_plan() -> None:
    module = example("tracking_plan", "jsonschema_rs")
    for amount in (9.5, "a lot"):
        order = body("track", event="Order Completed", properties={"order_id": "o-1", "revenue": amount})
        assert (await post(module.app, order)).status_code == 200
    assert module.revenue == [9.5]
    assert module.dead_letters == [("m-1", ["properties.revenue: Invalid Type"])]


async def test_opentelemetry() -> None:
    module = example("opentelemetry_app", "opentelemetry.sdk")
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    exporter = InMemorySpanExporter()
    module.provider.add_span_processor(SimpleSpanProcessor(exporter))
    assert (await post(module.app, ORDER)).status_code == 200
    (span,) = exporter.get_finished_spans()
    assert span.attributes["shop.properties"] == 3


def test_send_events(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    module = example("send_events", "uvicorn")
    from segment_testing.fake import TrackingAPI, serve

    monkeypatch.setenv("SEGMENT_WRITE_KEY", "wk")
    with serve(TrackingAPI()) as fake:
        monkeypatch.setenv("SEGMENT_HOST", fake.url)
        module.main()
    calls = fake.api.ledger.calls
    assert [call.type for call in calls] == ["identify", "group", "track", "track", "page"]
    assert calls[2].properties == {"order_id": "o-1", "revenue": 19.9, "currency": "EUR"}
    told = capsys.readouterr().out
    assert "$.properties.photo is bytes" in told
    assert "the order has arrived\n5 events delivered" in told


def test_demo() -> None:
    for package in ("uvicorn", "segment"):
        pytest.importorskip(package, reason=f"{package} is not installed")
    # in a process of its own: the SDK leaves its connections to the end of the process
    done = subprocess.run(
        [sys.executable, "-m", "examples.demo"], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "BAD" not in done.stdout
    assert "event_not_defined" in done.stdout
    assert "Everything ended as documented." in done.stdout


SHARED = {"database", "serving"}
"""What several examples use, and is tested with them."""


async def test_inbox_service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEGMENT_INBOX", f"sqlite:///{tmp_path}/inbox.db")
    monkeypatch.setenv("SHOP_ORDERS", str(tmp_path / "orders.txt"))
    module = example("inbox_service")
    app = module.create_app()
    for _ in range(2):
        assert (await post(app, ORDER)).json() == {"stored": 1}
    from segment_hooks.inbox import Worker
    from segment_hooks.inbox.urls import open_store

    async with asyncio.timeout(20):
        await Worker(module.router, open_store(module.ADDRESS)).run(until_empty=True)
    assert (tmp_path / "orders.txt").read_text() == "o-1\n"


def test_no_example_is_without_a_test() -> None:
    tested = {name.removeprefix("test_") for name in globals() if name.startswith("test_")}
    untested = {stem.removesuffix("_app") for stem in EXAMPLES if not stem.startswith(("_", "demo_"))} - tested - SHARED
    assert untested == set()


def test_wrong_handlers() -> None:
    from segment_testing.delivery import Simulator

    service = example("wrong_handlers").double_shipping(SECRET)
    assert Simulator(service.app, secret=SECRET).twice(ORDER).ok
    assert service.observe() == {"o-1": 2}  # what the laws find, see tests/testing/test_laws.py


def test_right_handlers() -> None:
    from segment_testing.delivery import Simulator

    service = example("right_handlers").shipping(SECRET)
    assert Simulator(service.app, secret=SECRET).twice(ORDER).ok
    assert service.observe() == {"o-1": 1}


def test_property_tests() -> None:
    from segment_testing.laws import LawBroken

    module = example("property_tests")
    with pytest.raises(LawBroken, match="an event that comes again has effects again"):
        module.test_an_order_is_shipped_once()
    with pytest.raises(LawBroken, match=r"KeyError: 'revenue'|TypeError"):
        module.test_no_order_makes_a_handler_fail()
    module.test_a_delivery_is_accepted()
