"""A batch → the requests that deliver it → what became of it, without any I/O.

An exchange is a generator that yields requests and is sent the answers: nearly always one of each, and with OAuth those
for a token before, or again after a 401. The two drivers at the end, one for threads and one for asyncio, carry them.
"""

from __future__ import annotations

import zlib
from base64 import b64encode
from collections.abc import Callable, Generator, Iterable
from datetime import datetime
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import urlsplit

import msgspec

import segment_hooks
from segment_hooks.client.errors import SegmentErrorType
from segment_hooks.client.retrying import Failure, judge
from segment_hooks.client.transport import AsyncTransport, HttpAnswer, HttpRequest, Transport, TransportError
from segment_hooks.errors import ConfigurationError

if TYPE_CHECKING:
    from segment_hooks.client.oauth import Tokens

HOSTS = {"us": "https://api.segment.io", "eu": "https://events.eu1.segmentapis.com"}
"""Where each region takes events (guide "Regional Segment")."""

_BAD_TOKEN = frozenset({400, 401, 403, 511})
"""With OAuth each of these may mean that the token is not good any more, and the SDKs then drop it."""
_BAD_TOKEN_FOR_SURE = frozenset({401, 511})

Answer: TypeAlias = HttpAnswer | TransportError
Exchange: TypeAlias = Generator[HttpRequest, Answer, Failure | None]


class Endpoint:
    """Where events go and as whom.

    `host`: with its scheme, with or without `/v1`, as SDKs differ in this. `compress`: gzip the bodies. `tokens`: sign
    in with OAuth. `now`: the time, with a zone.
    """

    def __init__(
        self,
        write_key: str,
        host: str,
        *,
        now: Callable[[], datetime],
        compress: bool = False,
        tokens: Tokens | None = None,
    ) -> None:
        self.url = base_url(host) + "/v1/batch"
        self._now = now
        self._compress = compress
        self._tokens = tokens
        self._end = b',"writeKey":%b}' % msgspec.json.encode(write_key)
        self._headers = {
            "content-type": "application/json",
            "user-agent": f"segment-hooks/{segment_hooks.__version__}",
            # with the colon, which a password would follow (HTTP API, "Authentication")
            "authorization": "Basic " + b64encode(f"{write_key}:".encode()).decode(),
        }
        if compress:
            self._headers["content-encoding"] = "gzip"

    def exchange(self, events: Iterable[bytes], tries: int) -> Exchange:
        """Send these events, the JSON text of each, which have been sent `tries` times before."""
        batch = b",".join(events)
        tokens = self._tokens
        if tokens is None:
            answer = yield self._request(batch, tries)
            return self._meaning(answer)
        token = yield from tokens.get()
        if isinstance(token, Failure):
            return token
        answer = yield self._request(batch, tries, token)
        if isinstance(answer, HttpAnswer) and answer.status in _BAD_TOKEN:
            tokens.drop(token)
            if answer.status in _BAD_TOKEN_FOR_SURE:
                token = yield from tokens.get()
                if isinstance(token, Failure):
                    return token
                answer = yield self._request(batch, tries + 1, token)
        return self._meaning(answer)

    def _request(self, batch: bytes, tries: int, token: str | None = None) -> HttpRequest:
        # the time of sending is of each try: Segment corrects the clock by it
        sent_at = self._now().isoformat(timespec="milliseconds").replace("+00:00", "Z").encode()
        body = b'{"batch":[%b],"sentAt":"%b"%b' % (batch, sent_at, self._end)
        headers = self._headers
        if token is not None:
            headers = {**headers, "authorization": f"Bearer {token}"}
        if tries:
            headers = {**headers, "x-retry-count": str(tries)}
        return HttpRequest(self.url, headers, _gzip(body) if self._compress else body)

    def _meaning(self, answer: Answer) -> Failure | None:
        if isinstance(answer, TransportError):
            return unreachable(answer)
        return judge(answer.status, answer.headers, answer.body, self._now)


def unreachable(error: TransportError) -> Failure:
    """The meaning of no answer."""
    return Failure(type=SegmentErrorType.NETWORK, code=error.code, retriable=True)


def base_url(host: str) -> str:
    """`host` as the beginning of a URL, without `/v1` and slashes at its end; refuses what is none."""
    parts = urlsplit(host) if isinstance(host, str) else None
    if parts is None or parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise ConfigurationError("host must be a URL such as https://api.segment.io")
    if parts.username is not None:
        raise ConfigurationError("host must be a URL without a user name and password")
    return host.rstrip("/").removesuffix("/v1").rstrip("/")


def _gzip(body: bytes) -> bytes:
    # level 1 costs a third of the default and makes bodies of nearly the same size
    packer = zlib.compressobj(1, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    return packer.compress(body) + packer.flush()


# ---- drivers


def carry_out(exchange: Exchange, transport: Transport) -> Failure | None:
    """Drive an exchange with a blocking transport."""
    try:
        request = next(exchange)
        while True:
            try:
                answer: Answer = transport.send(request)
            except Exception as error:  # noqa: BLE001  # a transport may be anybody's; a client must outlive it
                answer = _as_transport_error(error)
            request = exchange.send(answer)
    except StopIteration as end:
        failure: Failure | None = end.value
        return failure


async def carry_out_async(exchange: Exchange, transport: AsyncTransport) -> Failure | None:
    """Drive an exchange with an asynchronous transport."""
    # a coroutine must not let StopIteration through (PEP 479), so it is caught at each step
    try:
        request = next(exchange)
    except StopIteration as end:
        return _value(end)
    while True:
        try:
            answer: Answer = await transport.send_async(request)
        except Exception as error:  # noqa: BLE001  # as above
            answer = _as_transport_error(error)
        try:
            request = exchange.send(answer)
        except StopIteration as end:
            return _value(end)


def _value(end: StopIteration) -> Failure | None:
    failure: Failure | None = end.value
    return failure


def _as_transport_error(error: Exception) -> TransportError:
    # the class alone: the message of somebody else's error may hold anything
    return error if isinstance(error, TransportError) else TransportError(type(error).__name__)
