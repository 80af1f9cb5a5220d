"""Every way to the fake without a port: the same requests arrive, the same replies come back, the same things fail."""

from __future__ import annotations

import gzip
import importlib
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import anyio
import httpx
import httpx2
import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from segment_testing.fake.wire import Ending, FakeRequest, Reply
from segment_testing.mocking import httpx as for_httpx
from segment_testing.mocking import httpx2 as for_httpx2
from segment_testing.mocking import requests as for_requests
from segment_testing.mocking.carrying import SEGMENT_HOSTS, netlocs
from tests.testing.rude_server import serving
from tests.testing.transports import CAN_WAIT, REAL, TRANSPORTS, Sent

OK = Reply(200, ((b"content-type", b"application/json"), (b"x-one", b"1")), b'{"success": true}')


class Scripted:
    """Keeps what comes and gives the reply that it was made with."""

    def __init__(self, reply: Reply = OK) -> None:
        self.reply = reply
        self.requests: list[FakeRequest] = []

    def handle(self, request: FakeRequest) -> Reply:
        self.requests.append(request)
        return self.reply


@pytest.fixture(params=TRANSPORTS)
def transport(request: pytest.FixtureRequest) -> Any:
    return TRANSPORTS[request.param]


@pytest.fixture(params=CAN_WAIT)
def waiting_transport(request: pytest.FixtureRequest) -> Any:
    return TRANSPORTS[request.param]


@pytest.fixture(autouse=True, scope="module")
def _no_network() -> Iterator[None]:
    """What is not answered in process would be looked up by name."""
    with pytest.MonkeyPatch.context() as patch:
        real = socket.getaddrinfo

        def look_up(host: Any, *rest: Any, **options: Any) -> Any:
            if host != "127.0.0.1":
                raise socket.gaierror(socket.EAI_NONAME, "no network in this test")
            return real(host, *rest, **options)

        patch.setattr(socket, "getaddrinfo", look_up)
        yield


def test_a_request_arrives_as_it_was_sent(transport: Any) -> None:
    api = Scripted()
    url = "https://api.segment.io/v1/projects/w%C3%A9/settings/?a=%20b&c=d"
    transport(api)(Sent("POST", url, {"X-Retry-Count": "2", "Content-Type": "text/plain"}, b'{"\xc3\xa9":1}'))
    (request,) = api.requests
    assert request.method == "POST"
    assert request.path == "/v1/projects/wé/settings/"
    assert request.query == "a=%20b&c=d"
    assert request.scheme == "https"
    assert request.body == b'{"\xc3\xa9":1}'
    assert request.headers.get(b"x-retry-count") == b"2"
    assert request.headers.get(b"content-type") == b"text/plain"
    assert request.headers.get(b"content-length") == b"8"
    assert request.headers.get_all(b"host") == (b"api.segment.io",)


def test_a_reply_comes_back_as_it_is(transport: Any) -> None:
    seen = transport(Scripted())(Sent())
    assert seen.status == 200
    assert seen.headers == [("content-type", "application/json"), ("x-one", "1")]
    assert seen.body == b'{"success": true}'


@pytest.mark.parametrize("status", [200, 204, 400, 401, 404, 413, 429, 460, 500, 503, 511])
def test_every_status_comes_back(transport: Any, status: int) -> None:
    seen = transport(Scripted(Reply(status, ((b"retry-after", b"7"),))))(Sent())
    assert (seen.status, dict(seen.headers)["retry-after"], seen.body) == (status, "7", b"")


def test_a_body_in_parts_arrives_whole(transport: Any) -> None:
    api = Scripted()
    transport(api)(Sent(body=(b'{"a"', b":", b"1}")))
    (request,) = api.requests
    assert request.body == b'{"a":1}'
    assert request.headers.get(b"transfer-encoding") == b"chunked"
    assert request.headers.get(b"content-length") is None


def test_a_compressed_body_stays_compressed(transport: Any) -> None:
    api = Scripted()
    body = gzip.compress(b'{"a":1}')
    transport(api)(Sent(headers={"content-encoding": "gzip"}, body=body))
    assert api.requests[0].body == body


def test_a_request_without_a_body_has_none(transport: Any) -> None:
    api = Scripted()
    transport(api)(Sent("GET", "https://cdn.segment.com/v1/projects/wk/settings"))
    assert (api.requests[0].method, api.requests[0].body) == ("GET", b"")


def test_a_head_request_gets_no_body(transport: Any) -> None:
    assert transport(Scripted(Reply(200, (), b"body", ending=Ending.HALF)))(Sent("HEAD")).body == b""


@pytest.mark.parametrize("host", SEGMENT_HOSTS)
def test_every_host_of_segment_leads_to_the_fake(transport: Any, host: str) -> None:
    api = Scripted()
    transport(api)(Sent(url=f"https://{host}/v1/b"))
    assert len(api.requests) == 1


def test_a_redirect_is_not_made_up(transport: Any) -> None:
    api = Scripted(Reply(301, ((b"content-type", b"text/plain"),), b"moved"))  # without a place to go to
    assert transport(api)(Sent()).status == 301
    assert len(api.requests) == 1


methods = st.sampled_from(["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
values = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=20)
header_names = st.sampled_from(["x-a", "x-b", "authorization", "content-encoding"])
contents = st.binary(max_size=64)
parts = st.lists(contents.filter(bool), min_size=1, max_size=3).map(tuple)
reply_headers = st.dictionaries(st.sampled_from([b"x-c", b"x-d"]), values.map(str.encode)).map(
    lambda d: tuple(d.items())
)
replies = st.builds(Reply, st.sampled_from([200, 204, 301, 304, 400, 404, 429, 500, 599]), reply_headers, contents)


@pytest.mark.parametrize("name", TRANSPORTS)
@given(methods, st.dictionaries(header_names, values), contents | parts, replies)
def test_every_way_is_like_asking_the_fake_itself(
    name: str, method: str, headers: dict[str, str], body: bytes | tuple[bytes, ...], reply: Reply
) -> None:
    api = Scripted(reply)
    seen = TRANSPORTS[name](api)(Sent(method, "https://api.segment.io/v1/b?x=1", headers, body))
    (request,) = api.requests
    assert (request.method, request.path, request.query) == (method, "/v1/b", "x=1")
    assert request.body == (body if isinstance(body, bytes) else b"".join(body))
    for header, value in headers.items():
        assert request.headers.get_all(header.encode()) == (value.encode(),)
    assert seen.status == reply.status
    assert seen.headers == [(key.decode(), value.decode()) for key, value in reply.headers]
    assert seen.body == (b"" if reply.status in (204, 304) else reply.body)


# ---- what goes wrong

FAILURES = {
    "reset": Reply(200, ending=Ending.RESET),
    "half": Reply(200, ((b"content-type", b"application/json"),), b'{"success": true}', ending=Ending.HALF),
    "half of one byte": Reply(200, (), b"x", ending=Ending.HALF),
    "too slow": Reply(200, (), b"{}", delay=60.0),
}


def failure_of(send: Callable[[Sent], object], sent: Sent) -> type[BaseException]:
    """The class of the error that it ends with."""
    with pytest.raises(Exception) as caught:  # noqa: PT011  # which one is what the tests ask
        send(sent)
    return type(caught.value)


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize("name", TRANSPORTS)
def test_it_fails_as_it_does_on_a_real_connection(name: str, failure: str) -> None:
    reply = FAILURES[failure]
    with serving(reply) as url:
        real = failure_of(REAL[name], Sent(url=f"{url}/v1/track", body=b"{}", timeout=0.1 if reply.delay else 5.0))
    assert failure_of(TRANSPORTS[name](Scripted(reply)), Sent(body=b"{}")) == real


def test_what_failed_has_arrived_all_the_same(transport: Any) -> None:
    for reply in FAILURES.values():
        api = Scripted(reply)
        failure_of(transport(api), Sent())
        assert len(api.requests) == 1


def test_half_of_nothing_is_all_of_it(transport: Any) -> None:
    assert transport(Scripted(Reply(200, ending=Ending.HALF)))(Sent()).status == 200


# ---- what is slow


@pytest.fixture
def naps(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that would have been slept."""
    taken: list[float] = []

    async def sleep(seconds: float) -> None:
        taken.append(seconds)

    monkeypatch.setattr(time, "sleep", taken.append)
    monkeypatch.setattr(anyio, "sleep", sleep)
    return taken


def test_no_time_passes(transport: Any, naps: list[float]) -> None:
    assert transport(Scripted(Reply(200, delay=4.9)))(Sent(timeout=5.0)).status == 200
    assert transport(Scripted(Reply(200, delay=3600.0)))(Sent(timeout=None)).status == 200
    failure_of(transport(Scripted(Reply(200, delay=5.1))), Sent(timeout=5.0))
    assert naps == []


def test_time_passes_where_it_shall_but_no_longer_than_the_client_waits(
    waiting_transport: Any, naps: list[float]
) -> None:
    slow = Scripted(Reply(200, delay=2.0))
    assert waiting_transport(slow, wait=True)(Sent(timeout=5.0)).status == 200
    failure_of(waiting_transport(slow, wait=True), Sent(timeout=0.5))
    assert waiting_transport(Scripted(), wait=True)(Sent()).status == 200
    assert naps == [2.0, 0.5]


@pytest.mark.parametrize("module", [for_httpx.FakeTransport, for_httpx2.FakeTransport, for_requests.FakeAdapter])
def test_delays_are_noted(module: Any) -> None:
    made = module(Scripted(Reply(200, delay=2.5)))
    client: Any = requests.Session() if isinstance(made, for_requests.FakeAdapter) else None
    if client is None:
        client = (httpx if isinstance(made, httpx.BaseTransport) else httpx2).Client(transport=made, verify=False)
    else:
        client.mount("https://", made)
    client.post("https://api.segment.io/v1/t", timeout=5)
    assert made.delays == [2.5]


@pytest.mark.parametrize(("library", "module"), [(httpx, for_httpx), (httpx2, for_httpx2)])
def test_as_a_handler_of_the_librarys_own_mock(library: Any, module: Any) -> None:
    handler = module.FakeTransport(Scripted(Reply(418, delay=60.0)), wait=True).answer
    with library.Client(transport=library.MockTransport(handler)) as client:
        assert client.post("https://api.segment.io/v1/t", timeout=None).status_code == 418


# ---- hosts


@pytest.mark.parametrize("name", [name for name in TRANSPORTS if "mounts" in name or name in ("respx", "requests")])
@pytest.mark.parametrize("host", ["localhost:2", "http://localhost:2/v1", "HTTP://LOCALHOST:2"])
def test_hosts_of_ones_own(name: str, host: str) -> None:
    api = Scripted()
    send = TRANSPORTS[name](api, hosts=[host])
    send(Sent(url="http://localhost:2/v1/t"))
    assert api.requests[0].headers.get(b"host") == b"localhost:2"
    failure_of(send, Sent(url="http://localhost:3/v1/t"))
    failure_of(send, Sent(url="http://127.0.0.1:2/v1/t"))
    assert len(api.requests) == 1


def test_one_text_is_not_a_list_of_hosts() -> None:
    with pytest.raises(TypeError, match=r"hosts=\['api.segment.io'\]"):
        netlocs("api.segment.io")


@pytest.mark.parametrize("host", ["", "https://", "/v1"])
def test_a_host_without_a_name_is_refused(host: str) -> None:
    with pytest.raises(ValueError, match="names no host"):
        netlocs([host])


# ---- without the library

NEEDS = {
    "respx": ("respx", "pip install respx"),
    "httpx": ("httpx", "pip install httpx"),
    "httpx2": ("httpx2", "pip install httpx2"),
    "requests": ("urllib3.util.request", 'pip install "requests>=2.32.2" "urllib3>=2"'),
    "segment_analytics": ("segment.analytics", "pip install segment-analytics-python"),
}


@pytest.mark.parametrize("module", NEEDS)
def test_a_missing_library_is_named(module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    absent, advice = NEEDS[module]
    name = f"segment_testing.mocking.{module}"
    monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.setitem(sys.modules, absent, None)
    with pytest.raises(ImportError, match=f"{re.escape(name)} needs .*: {re.escape(advice)}"):
        importlib.import_module(name)


def test_the_package_itself_imports_no_http_library() -> None:
    code = "import segment_testing.mocking, sys; print({'httpx', 'httpx2', 'requests', 'respx'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
