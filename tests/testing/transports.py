"""One way to send a request through each of the ways that lead to the fake without a port, and to a real server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from typing import Any, NamedTuple

import anyio
import httpx
import httpx2
import requests

from segment_testing.mocking import Handles
from segment_testing.mocking import httpx as for_httpx
from segment_testing.mocking import httpx2 as for_httpx2
from segment_testing.mocking import requests as for_requests
from segment_testing.mocking.respx import respx_routes


class Sent(NamedTuple):
    """A request. A body in parts is sent from a generator, so without a length. `timeout`: seconds to wait for data."""

    method: str = "POST"
    url: str = "https://api.segment.io/v1/track"
    headers: dict[str, str] = {}  # noqa: RUF012  # nobody changes it
    body: bytes | tuple[bytes, ...] | None = None
    timeout: float | None = 5.0

    def sync_body(self) -> bytes | Iterator[bytes] | None:
        return iter(self.body) if isinstance(self.body, tuple) else self.body

    def async_body(self) -> bytes | AsyncIterator[bytes] | None:
        return _parts(self.body) if isinstance(self.body, tuple) else self.body


class Seen(NamedTuple):
    """What the client got: header names are lower case, `content-length` is left out."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


Send = Callable[[Sent], Seen]


async def _parts(parts: Iterable[bytes]) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


def _seen(status: int, headers: Iterable[tuple[str, str]], body: bytes) -> Seen:
    return Seen(status, [(n.lower(), v) for n, v in headers if n.lower() != "content-length"], body)


# httpx and httpx2 have the same names
def _with_client(client: Any, sent: Sent) -> Seen:
    with client:
        answer = client.request(
            sent.method, sent.url, headers=sent.headers, content=sent.sync_body(), timeout=sent.timeout
        )
    return _seen(answer.status_code, answer.headers.multi_items(), answer.content)


async def _with_async_client(client: Any, sent: Sent) -> Seen:
    async with client:
        answer = await client.request(
            sent.method, sent.url, headers=sent.headers, content=sent.async_body(), timeout=sent.timeout
        )
    return _seen(answer.status_code, answer.headers.multi_items(), answer.content)


def _with_session(session: requests.Session, sent: Sent) -> Seen:
    with session:
        answer = session.request(
            sent.method, sent.url, headers=sent.headers, data=sent.sync_body(), timeout=sent.timeout
        )
    return _seen(answer.status_code, answer.headers.items(), answer.content)


def _httpx(api: Handles, **options: Any) -> Send:
    return lambda sent: _with_client(httpx.Client(transport=for_httpx.FakeTransport(api, **options)), sent)


def _httpx_mounts(api: Handles, **options: Any) -> Send:
    return lambda sent: _with_client(httpx.Client(verify=False, mounts=for_httpx.mounts(api, **options)), sent)


def _httpx_async(api: Handles, **options: Any) -> Send:
    def send(sent: Sent) -> Seen:
        return asyncio.run(
            _with_async_client(httpx.AsyncClient(transport=for_httpx.FakeTransport(api, **options)), sent)
        )

    return send


def _httpx_trio(api: Handles, **options: Any) -> Send:
    def send(sent: Sent) -> Seen:
        client = httpx.AsyncClient(transport=for_httpx.FakeTransport(api, **options))
        return anyio.run(_with_async_client, client, sent, backend="trio")

    return send


def _httpx2(api: Handles, **options: Any) -> Send:
    return lambda sent: _with_client(httpx2.Client(transport=for_httpx2.FakeTransport(api, **options)), sent)


def _httpx2_mounts(api: Handles, **options: Any) -> Send:
    return lambda sent: _with_client(httpx2.Client(verify=False, mounts=for_httpx2.mounts(api, **options)), sent)


def _httpx2_async(api: Handles, **options: Any) -> Send:
    def send(sent: Sent) -> Seen:
        return asyncio.run(
            _with_async_client(httpx2.AsyncClient(transport=for_httpx2.FakeTransport(api, **options)), sent)
        )

    return send


def _respx(api: Handles, **options: Any) -> Send:
    def send(sent: Sent) -> Seen:
        with respx_routes(api, **options):
            return _with_client(httpx.Client(verify=False), sent)

    return send


def _respx_async(api: Handles) -> Send:
    def send(sent: Sent) -> Seen:
        with respx_routes(api):
            return asyncio.run(_with_async_client(httpx.AsyncClient(verify=False), sent))

    return send


def _requests(api: Handles, **options: Any) -> Send:
    def send(sent: Sent) -> Seen:
        session = requests.Session()
        for_requests.mount_requests(session, api, **options)
        return _with_session(session, sent)

    return send


TRANSPORTS: dict[str, Callable[..., Send]] = {
    "httpx": _httpx,
    "httpx mounts": _httpx_mounts,
    "httpx async": _httpx_async,
    "httpx on trio": _httpx_trio,
    "httpx2": _httpx2,
    "httpx2 mounts": _httpx2_mounts,
    "httpx2 async": _httpx2_async,
    "respx": _respx,
    "respx async": _respx_async,
    "requests": _requests,
}
"""Name → a function from the fake to a way of sending to it."""

CAN_WAIT = [name for name in TRANSPORTS if not name.startswith("respx")]


def _plain_session() -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    return session


REAL: dict[str, Send] = {
    "httpx": lambda sent: _with_client(httpx.Client(trust_env=False, verify=False), sent),
    "httpx mounts": lambda sent: _with_client(httpx.Client(trust_env=False, verify=False), sent),
    "httpx async": lambda sent: asyncio.run(_with_async_client(httpx.AsyncClient(trust_env=False, verify=False), sent)),
    "httpx on trio": lambda sent: anyio.run(
        _with_async_client, httpx.AsyncClient(trust_env=False, verify=False), sent, backend="trio"
    ),
    "httpx2": lambda sent: _with_client(httpx2.Client(trust_env=False, verify=False), sent),
    "httpx2 mounts": lambda sent: _with_client(httpx2.Client(trust_env=False, verify=False), sent),
    "httpx2 async": lambda sent: asyncio.run(
        _with_async_client(httpx2.AsyncClient(trust_env=False, verify=False), sent)
    ),
    "respx": lambda sent: _with_client(httpx.Client(trust_env=False, verify=False), sent),
    "respx async": lambda sent: asyncio.run(_with_async_client(httpx.AsyncClient(trust_env=False, verify=False), sent)),
    "requests": lambda sent: _with_session(_plain_session(), sent),
}
"""The same clients over a real connection."""
