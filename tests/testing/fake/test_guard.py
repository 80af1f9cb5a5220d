"""Who reaches the page and the controls: loopback under names of its own, and no page of another origin."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from segment_testing.fake import FakeApp, TrackingAPI, serve
from segment_testing.fake.guard import is_loopback
from tests.testing.fake.asking import track

OWN = ["127.0.0.1", "127.0.0.1:8765", "127.8.9.10:1", "localhost", "LocalHost:80", "localhost.", "shop.localhost:8765"]
OWN += ["[::1]", "[::1]:8765", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]"]
FOREIGN = ["evil.example", "evil.example:8765", "127.0.0.1.evil.example", "localhost.evil.example", "localhostevil"]
FOREIGN += [
    "10.0.0.1",
    "0.0.0.0",
    "[::]",
    "[::2]:80",
    "2130706433",
    "127.1",
    "",
    ":8765",
    "127.0.0.1:x",
    "[::1",
    "a@127.0.0.1",
]
FOREIGN += ["127.0.0.1, evil.example", "evil.example#127.0.0.1", "\xff"]


def client(app: Any, at: str = "127.0.0.1") -> httpx.AsyncClient:
    """Over a connection that is accepted `at` an address."""
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=f"http://{at}:8765")


@pytest.mark.parametrize("host", OWN)
@pytest.mark.parametrize("path", ["/", "/_fake/health", "/_fake/page/page.js"])
async def test_loopback_is_reached_under_its_own_names(host: str, path: str) -> None:
    async with client(FakeApp(TrackingAPI())) as http:
        assert (await http.get(path, headers={"Host": host})).status_code == 200


@pytest.mark.parametrize("host", FOREIGN, ids=ascii)
async def test_and_under_no_other(host: str) -> None:
    api = TrackingAPI()
    async with client(FakeApp(api)) as http:
        await http.post("/v1/track", json=track(writeKey="key"))
        for method, path in (("GET", "/"), ("GET", "/_fake/events"), ("POST", "/_fake/reset"), ("GET", "/_fake/none")):
            # as after a rebinding: to the browser it is the origin of the page
            headers = {b"Host": host.encode("latin-1"), b"Origin": b"http://" + host.encode("latin-1")}
            response = await http.request(method, path, headers=headers)
            assert (response.status_code, response.headers["content-type"]) == (421, "application/problem+json")
            assert "127.0.0.1 or localhost" in response.json()["detail"]
            assert response.headers["x-content-type-options"] == "nosniff"
    assert len(api.ledger) == 1


async def test_two_hosts_are_one_too_many() -> None:
    async with client(FakeApp(TrackingAPI())) as http:
        request = http.build_request("GET", "/")
        request.headers = httpx.Headers([("Host", "127.0.0.1"), ("Host", "evil.example")])
        assert (await http.send(request)).status_code == 421


async def test_a_request_without_a_host_is_no_browsers() -> None:
    async with client(FakeApp(TrackingAPI())) as http:
        request = http.build_request("GET", "/_fake/health")
        del request.headers["host"]
        assert (await http.send(request)).status_code == 200


@pytest.mark.parametrize(
    "app",
    [
        lambda api: FakeApp(api, any_host=True),
        lambda api: Starlette(routes=[Mount("/", app=FakeApp(api, any_host=True))]),
    ],
    ids=["by itself", "mounted"],
)
async def test_any_name_will_do_where_that_is_asked_for(app: Callable[[TrackingAPI], Any]) -> None:
    async with client(app(TrackingAPI())) as http:
        assert (await http.get("/", headers={"Host": "fake.example"})).status_code == 200


async def test_and_on_a_connection_from_elsewhere() -> None:
    async with client(FakeApp(TrackingAPI()), at="192.0.2.7") as http:
        assert (await http.get("/_fake/health", headers={"Host": "fake.example"})).status_code == 200


@pytest.mark.parametrize(("host", "status"), [("127.0.0.1", 421), ("localhost", 421), ("0.0.0.0", 200)])
def test_a_served_fake_is_guarded_unless_it_listens_elsewhere(host: str, status: int) -> None:
    with serve(TrackingAPI(), host=host) as fake:
        url = f"http://127.0.0.1:{fake.port}/_fake/health"
        assert httpx.get(url, headers={"Host": "fake.example"}).status_code == status
        assert httpx.get(url).status_code == 200


async def test_sdks_may_use_any_name() -> None:
    api = TrackingAPI()
    async with client(FakeApp(api)) as http:
        headers = {"Host": "api.shop.example", "Origin": "https://shop.example"}
        response = await http.post("/v1/track", json=track(writeKey="key"), headers=headers)
    assert response.headers["access-control-allow-origin"] == "https://shop.example"
    assert len(api.ledger) == 1


@pytest.mark.parametrize(
    "path", ["/", "/_fake/events", "/_fake/page/page.css", "/_fake/nothing", "/_fake/page/none.js"]
)
async def test_no_other_page_may_embed_or_misread_what_comes_out(path: str) -> None:
    async with client(FakeApp(TrackingAPI())) as http:
        headers = (await http.get(path)).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert not [name for name in headers if name.startswith("access-control-")]


def test_names_of_loopback() -> None:
    assert is_loopback("::1")
    assert is_loopback("127.0.0.1")
    assert not is_loopback("0.0.0.0")
    assert not is_loopback("")
