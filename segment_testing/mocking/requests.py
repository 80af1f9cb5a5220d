"""requests: `mount_requests(session, segment)`, or `with mounted_requests(session, segment): …`.

A real adapter over a connection without a socket: time-outs, retries and errors come from requests and urllib3
themselves, as on a real connection.
"""

from __future__ import annotations

import errno
import time
from collections import OrderedDict
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from http.client import responses
from io import BytesIO
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from segment_hooks import Headers
from segment_testing.fake.wire import FakeRequest
from segment_testing.mocking._missing import missing
from segment_testing.mocking.carrying import SEGMENT_HOSTS, Arrival, Carrier, Handles, Trouble, netlocs

try:
    from requests import PreparedRequest, Session
    from requests.adapters import HTTPAdapter
    from urllib3 import HTTPConnectionPool, HTTPHeaderDict, HTTPResponse
    from urllib3.connection import HTTPConnection
    from urllib3.util import Retry
    from urllib3.util.request import body_to_chunks
except ImportError as error:
    raise missing("requests", '"requests>=2.32.2" "urllib3>=2"') from error


class FakeAdapter(HTTPAdapter):
    """Answers every request of a session that is mounted on it, to whatever host, from `api`.

    `max_retries`: as of any other adapter. `wait`: let the time of a slow reply really pass; without it such a reply
    comes at once, or, where it is slower than the time-out for reading, raises `requests.ReadTimeout` at once.
    """

    def __init__(self, api: Handles, *, max_retries: Retry | int = 0, wait: bool = False) -> None:
        super().__init__(max_retries=max_retries)
        self._carrier = Carrier(api, wait=wait)

    @property
    def delays(self) -> list[float]:
        """By how many seconds each reply so far was held back, or would have been."""
        return self._carrier.delays

    def get_connection_with_tls_context(self, request: PreparedRequest, *_: Any, **__: Any) -> HTTPConnectionPool:
        """The way to the fake, in place of a pool of connections."""
        url = urlsplit(request.url or "")
        return _Pool(url.hostname or "", url.port, carrier=self._carrier, url=url)

    def cert_verify(self, *_: Any, **__: Any) -> None:
        """There is no certificate."""

    def request_url(self, request: PreparedRequest, *_: Any, **__: Any) -> str:
        """Without the host also where a proxy is set, for there is none on the way."""
        return request.path_url


def mount_requests(
    session: Session, api: Handles, *, hosts: Iterable[str] = SEGMENT_HOSTS, wait: bool = False
) -> FakeAdapter:
    """From now on, answer from `api` what `session` sends to `hosts`. It retries as it did before."""
    names = netlocs(hosts)
    before = session.get_adapter(f"https://{names[0]}/") if names else None
    adapter = FakeAdapter(api, max_retries=getattr(before, "max_retries", 0), wait=wait)
    for name in names:
        # the slash: a prefix without it would take `api.segment.io.example.com` too
        session.mount(f"https://{name}/", adapter)
        session.mount(f"http://{name}/", adapter)
    return adapter


@contextmanager
def mounted_requests(
    session: Session, api: Handles, *, hosts: Iterable[str] = SEGMENT_HOSTS, wait: bool = False
) -> Generator[FakeAdapter]:
    """The same for the length of a block: for a session that outlives the test."""
    before = session.adapters
    session.adapters = OrderedDict(before)
    try:
        yield mount_requests(session, api, hosts=hosts, wait=wait)
    finally:
        session.adapters = before


class _Connection(HTTPConnection):
    """A connection that leads to a `Carrier`. urllib3 lets a pool choose the class of its connections."""

    _sent: FakeRequest

    def __init__(self, *args: Any, carrier: Carrier, url: SplitResult, **options: Any) -> None:
        super().__init__(*args, **options)
        self._carrier = carrier
        self._url = url
        self._options: dict[str, Any] = {}

    def connect(self) -> None:
        """There is nothing to connect to."""

    @property
    def is_closed(self) -> bool:
        return False  # an open connection is given the time-out for reading

    def request(  # type: ignore[override]  # typeshed declares that of http.client, urllib3 has more
        self,
        method: str,
        url: str,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        *,
        chunked: bool = False,  # noqa: ARG002  # how it would be cut into pieces
        **options: Any,
    ) -> None:
        parts: Iterable[Any] = body_to_chunks(body, method=method, blocksize=self.blocksize).chunks or ()
        content = b"".join(part.encode() if isinstance(part, str) else bytes(part) for part in parts)
        pairs = list((headers or {}).items())
        if "host" not in {name.lower() for name, _ in pairs}:
            pairs.append(("Host", self._url.netloc.rpartition("@")[2]))
        path, _, query = url.partition("?")
        self._sent = FakeRequest(
            method=method,
            path=unquote(path),
            headers=Headers(pairs),
            body=content,
            query=query,
            scheme=self._url.scheme,
        )
        self._options = options

    def getresponse(self) -> HTTPResponse:  # type: ignore[override]
        arrival = self._carrier.carry(self._sent, patience=self.timeout)
        if arrival.wait:
            time.sleep(arrival.wait)
        if arrival.trouble is Trouble.LATE:
            raise TimeoutError("timed out")
        if arrival.trouble is Trouble.RESET:
            raise ConnectionResetError(errno.ECONNRESET, "Connection reset by peer")
        return self._response(arrival, self._sent.method)

    def _response(self, arrival: Arrival, method: str) -> HTTPResponse:
        headers = HTTPHeaderDict()
        for name, value in arrival.headers:
            headers.add(name.decode("latin-1"), value.decode("latin-1"))
        return HTTPResponse(
            body=BytesIO(arrival.body),
            headers=headers,
            status=arrival.status,
            version=11,
            version_string="HTTP/1.1",
            reason=responses.get(arrival.status),
            request_method=method,
            **self._options,
        )


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection  # pyright: ignore[reportAssignmentType]  # urllib3's own connection fits no better
