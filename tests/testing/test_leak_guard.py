"""No test reaches the real Segment. Nothing here does either: what the guard lets by goes to the loopback interface."""

from __future__ import annotations

import asyncio
import inspect
import socket
import ssl
import sys
import threading
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import aiohttp
import anyio
import httpx
import httpx2
import pytest
import requests
import trio
import trio.socket
import urllib3

from segment_testing import LeakGuard, SegmentLeak
from segment_testing.leak_guard import is_segment

HOST = "api.segment.io"
HERE = Path(__file__).name


@pytest.fixture
def guard() -> Generator[LeakGuard]:
    guard = LeakGuard(Path(__file__).parent)
    with guard:
        yield guard


def line_of(function: Callable[..., object], containing: str) -> str:
    """Where in the function that text stands."""
    lines, first = inspect.getsourcelines(function)
    (offset,) = [offset for offset, line in enumerate(lines) if containing in line]
    return f"{HERE}:{first + offset} in "


@pytest.mark.parametrize(
    "host",
    [
        "api.segment.io",
        "API.Segment.IO",
        "api.segment.io.",
        b"api.segment.io",
        "cdn.segment.com",
        "cdn-settings.segment.com",
        "events.eu1.segmentapis.com",
        "oauth2.segment.io",
        "segment.com",
        "hub.in.segment.io",
    ],
)
def test_hosts_of_segment(host: str | bytes) -> None:
    assert is_segment(host)


@pytest.mark.parametrize(
    "host", ["localhost", "127.0.0.1", "::1", "", None, "mysegment.io", "segment.io.example", "segment.dev", 7, b"\xff"]
)
def test_other_hosts(host: object) -> None:
    assert not is_segment(host)


# ---- every way out


def by_create_connection() -> None:
    socket.create_connection((HOST, 443))


def by_getaddrinfo() -> None:
    socket.getaddrinfo(host=HOST, port=443)


def by_gethostbyname() -> None:
    socket.gethostbyname(HOST)


def by_gethostbyname_ex() -> None:
    socket.gethostbyname_ex(HOST)


def by_connect() -> None:
    with socket.socket() as plain:
        plain.connect((HOST, 443))


def by_connect_ex() -> None:
    with socket.socket() as plain:
        plain.connect_ex((HOST, 443))


def by_requests() -> None:
    requests.post(f"https://{HOST}/v1/batch", json={}, timeout=5)


def by_urllib3() -> None:
    with urllib3.PoolManager() as pool:
        pool.request("POST", f"https://{HOST}/v1/batch", retries=False)


def by_httpx() -> None:
    httpx.post(f"https://{HOST}/v1/batch", json={})


def by_httpx2() -> None:
    httpx2.post(f"https://{HOST}/v1/batch", json={})


@pytest.mark.parametrize(
    "reach",
    [
        by_create_connection,
        by_getaddrinfo,
        by_gethostbyname,
        by_gethostbyname_ex,
        by_connect,
        by_connect_ex,
        by_requests,
        by_urllib3,
        by_httpx,
        by_httpx2,
    ],
)
def test_a_plain_thread_is_stopped(guard: LeakGuard, reach: Callable[[], None]) -> None:
    with pytest.raises(SegmentLeak, match="this would have reached the real Segment") as leak:
        reach()
    assert leak.value.host == HOST
    assert (leak.value.line or "").startswith(line_of(reach, "HOST"))
    (attempt,) = guard.take()
    assert str(attempt).startswith(f"this would have reached the real Segment at {HOST}:\n")
    assert guard.take() == []


async def by_open_connection() -> None:
    await asyncio.open_connection(HOST, 443)


async def by_loop_getaddrinfo() -> None:
    await asyncio.get_running_loop().getaddrinfo(HOST, 443)


async def by_async_httpx() -> None:
    async with httpx.AsyncClient() as client:
        await client.post(f"https://{HOST}/v1/batch")


async def by_aiohttp() -> None:
    async with aiohttp.ClientSession() as session:
        await session.post(f"https://{HOST}/v1/batch")


@pytest.mark.parametrize("reach", [by_open_connection, by_loop_getaddrinfo, by_async_httpx])
def test_asyncio_is_stopped(guard: LeakGuard, reach: Callable[[], Any]) -> None:
    with pytest.raises(SegmentLeak) as leak:
        asyncio.run(reach())
    assert (leak.value.line or "").startswith(line_of(reach, "HOST"))
    assert len(guard.take()) == 1


def test_aiohttp_which_resolves_in_a_task_of_its_own_is_stopped(guard: LeakGuard) -> None:
    with pytest.raises(SegmentLeak):
        asyncio.run(by_aiohttp())
    assert len(guard.take()) == 1


async def by_trio() -> None:
    await trio.open_tcp_stream(HOST, 443)


async def by_trio_getaddrinfo() -> None:
    await trio.socket.getaddrinfo(HOST, 443)


async def by_trio_connect() -> None:
    with trio.socket.socket() as plain:
        await plain.connect((HOST, 443))


@pytest.mark.parametrize("reach", [by_trio, by_trio_getaddrinfo, by_trio_connect, by_async_httpx])
def test_trio_is_stopped(guard: LeakGuard, reach: Callable[[], Any]) -> None:
    with pytest.raises((SegmentLeak, BaseExceptionGroup)):
        trio.run(reach)
    (attempt,) = guard.take()
    assert line_of(reach, "HOST") in str(attempt)


async def by_anyio() -> None:
    await anyio.connect_tcp(HOST, 443)


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_anyio_is_stopped(guard: LeakGuard, backend: str) -> None:
    with pytest.raises(SegmentLeak):
        anyio.run(by_anyio, backend=backend)
    (attempt,) = guard.take()
    assert line_of(by_anyio, "HOST") in str(attempt)


@pytest.mark.skipif(sys.platform == "win32", reason="uvloop is not for Windows")
def test_uvloop_is_stopped() -> None:
    uvloop = pytest.importorskip("uvloop")
    with LeakGuard(Path(__file__).parent) as guard:
        for reach in (by_open_connection, by_loop_getaddrinfo, by_async_httpx):
            with pytest.raises(SegmentLeak) as leak, asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                runner.run(reach())
            assert (leak.value.line or "").startswith(line_of(reach, "HOST"))
        assert len(guard.take()) == 3


@pytest.mark.parametrize("wrap", ["wrap_socket", "wrap_bio"])
def test_tls_to_it_through_something_else_is_stopped(guard: LeakGuard, wrap: str) -> None:
    context = ssl.create_default_context()
    one, other = socket.socketpair()
    first = (one,) if wrap == "wrap_socket" else (ssl.MemoryBIO(), ssl.MemoryBIO())
    with one, other, pytest.raises(SegmentLeak):
        getattr(context, wrap)(*first, server_hostname=HOST)
    assert len(guard.take()) == 1


# ---- threads


def in_a_thread(function: Callable[[], None]) -> None:
    thread = threading.Thread(target=function, name="an SDK's")
    thread.start()
    thread.join(10)


def quietly(code: str, **names: object) -> Callable[[], None]:
    """As an SDK runs: code that no file of the user's holds, and that swallows every error."""
    namespace: dict[str, Any] = dict(names)
    text = f"def upload():\n    import socket\n    try:\n        {code}\n    except Exception:\n        pass\n"
    exec(compile(text, "/lib/site-packages/sdk/consumer.py", "exec"), namespace)
    upload: Callable[[], None] = namespace["upload"]
    return upload


def test_a_thread_that_runs_no_code_of_the_users_is_told_with_its_stack_and_who_started_it(guard: LeakGuard) -> None:
    in_a_thread(quietly(f"socket.create_connection(({HOST!r}, 443))"))
    (attempt,) = guard.take()
    assert [line.strip() for line in str(attempt).splitlines()] == [
        f"this would have reached the real Segment at {HOST}:",
        'in the thread "an SDK\'s", which was started by',
        line_of(in_a_thread, "start()") + "in_a_thread",
        "thread.start()",
        "and has the stack",
        "/lib/site-packages/sdk/consumer.py:4 in upload",
    ]


def test_a_thread_from_before(guard: LeakGuard) -> None:
    begin = threading.Event()
    upload = quietly(f"begin.wait(10); socket.create_connection(({HOST!r}, 443))", begin=begin)
    guard.stop()
    thread = threading.Thread(target=upload, name="an SDK's")
    thread.start()
    with guard:
        begin.set()
        thread.join(10)
    (attempt,) = guard.take()
    assert '    in the thread "an SDK\'s", which is not yours\n    and has the stack\n' in str(attempt)


def test_the_same_again_is_counted(guard: LeakGuard) -> None:
    for _ in range(3):
        with pytest.raises(SegmentLeak):
            by_getaddrinfo()
    (attempt,) = guard.take()
    assert attempt.count == 3
    assert "(3 times)" in str(attempt)


# ---- nothing else


def test_other_connections_are_let_by(guard: LeakGuard) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        socket.create_connection(("localhost", port), timeout=5).close()
        with socket.socket() as plain:
            assert plain.connect_ex(("127.0.0.1", port)) == 0
        socket.getaddrinfo(None, port)

        async def connect() -> None:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            await writer.wait_closed()

        asyncio.run(connect())

        async def connect_trio() -> None:
            await (await trio.open_tcp_stream("127.0.0.1", port)).aclose()

        trio.run(connect_trio)
    assert guard.take() == []


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="needs Unix sockets")
def test_unix_sockets_are_let_by(guard: LeakGuard, tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as client:
        server.bind(str(tmp_path / "s"))
        server.listen()
        client.connect(str(tmp_path / "s"))


def entrances() -> dict[str, Any]:
    return {
        "getaddrinfo": socket.getaddrinfo,
        "gethostbyname": socket.gethostbyname,
        "connect": socket.socket.__dict__.get("connect"),
        "connect_ex": socket.socket.__dict__.get("connect_ex"),
        "loop": asyncio.BaseEventLoop.getaddrinfo,
        "trio": trio.socket.getaddrinfo,
        "ssl": ssl.SSLContext.wrap_socket,
        "bio": ssl.SSLContext.__dict__.get("wrap_bio"),
        "thread": threading.Thread.start,
    }


def test_everything_is_put_back() -> None:
    before = entrances()
    with LeakGuard():
        changed = entrances()
        with LeakGuard():  # pytest inside of pytest
            assert not set(changed.values()) & set(entrances().values())
        assert entrances() == changed
    assert not set(before.values()) & set(changed.values())
    assert entrances() == before


def test_what_others_have_put_in_place_meanwhile_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, port: asked.append(host))
    guard = LeakGuard()
    guard.start()
    guarded = socket.getaddrinfo

    def theirs(*args: Any) -> Any:
        return guarded(*args)

    monkeypatch.setattr(socket, "getaddrinfo", theirs)
    guard.stop()
    assert socket.getaddrinfo is theirs
    socket.getaddrinfo(HOST, 443)  # what is left of the guard in there stops nothing any more
    assert asked == [HOST]


def test_stopping_twice_is_no_trouble() -> None:
    guard = LeakGuard()
    guard.stop()
    guard.start()
    guard.stop()
    guard.stop()


def test_loads_nothing() -> None:
    import subprocess

    code = """
import sys
before = set(sys.modules)
from segment_testing.leak_guard import LeakGuard
with LeakGuard(): pass
heavy = {"asyncio", "ssl", "trio", "uvloop", "httpx", "msgspec", "starlette"} & (set(sys.modules) - before)
print(sorted(heavy))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
