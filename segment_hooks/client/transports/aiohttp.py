"""Sending with aiohttp: `pip install "segment-hooks[aiohttp]"`."""

from __future__ import annotations

from typing import Any

from segment_hooks.client.transport import LONGEST_ANSWER, HttpAnswer, HttpRequest, TransportError

try:
    import aiohttp
except ImportError as error:
    raise ImportError('this transport needs aiohttp: pip install "segment-hooks[aiohttp]"', name="aiohttp") from error

TIMEOUT = 10.0


class AiohttpTransport:
    """For `AsyncSegmentClient(…, transport=AiohttpTransport())`.

    `options`: those of `aiohttp.ClientSession`, such as `connector`, `timeout` (10 seconds if left out) and `trust_env`
    (True if left out, so that the environment's proxies are used). The session is made when it is needed.
    """

    def __init__(self, **options: Any) -> None:
        self._options: dict[str, Any] = {"timeout": aiohttp.ClientTimeout(total=TIMEOUT), "trust_env": True, **options}
        self._session: aiohttp.ClientSession | None = None
        self._forgotten: list[aiohttp.ClientSession] = []

    async def send_async(self, request: HttpRequest) -> HttpAnswer:
        """See `AsyncTransport.send_async`."""
        if self._session is None:
            self._session = aiohttp.ClientSession(**self._options)
        try:
            async with self._session.post(
                request.url, data=request.body, headers=request.headers, allow_redirects=False
            ) as response:
                body = b""
                while more := await response.content.read(LONGEST_ANSWER - len(body)):
                    body += more
                return HttpAnswer(response.status, {k.lower(): v for k, v in response.headers.items()}, body)
        except TimeoutError as error:
            raise TransportError("timeout") from error
        except (aiohttp.ClientError, OSError) as error:
            raise TransportError(_code(error)) from error

    async def aclose(self) -> None:
        """See `AsyncTransport.aclose`."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    def forget(self) -> None:
        """See `AsyncTransport.forget`."""
        if self._session is not None:
            self._forgotten.append(self._session)  # collected, it would complain of not having been closed
            self._session = None


def _code(error: Exception) -> str:
    if isinstance(error, aiohttp.ServerDisconnectedError):
        return "connection_closed"
    if isinstance(error, aiohttp.ClientPayloadError):
        return "answer_incomplete"
    if isinstance(error, aiohttp.ClientConnectorError):
        return "connection_refused" if isinstance(error.os_error, ConnectionRefusedError) else "connect"
    return "network"
