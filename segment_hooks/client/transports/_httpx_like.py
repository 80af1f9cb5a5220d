"""What httpx and httpx2, which have the same interface, are sent with alike."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from segment_hooks.client.transport import LONGEST_ANSWER, HttpAnswer, HttpRequest, TransportError

TIMEOUT = 10.0


class SyncClient:
    """A `Transport` on the blocking client of such a library.

    `make`: makes that client. `failures`: the base of the library's errors.
    """

    def __init__(self, make: Callable[[], Any], failures: type[Exception]) -> None:
        self._make = make
        self._failures = failures
        self._client: Any = None

    def send(self, request: HttpRequest) -> HttpAnswer:
        """See `Transport.send`."""
        if self._client is None:
            self._client = self._make()
        try:
            response = self._client.post(request.url, content=request.body, headers=request.headers)
        except self._failures as error:
            raise TransportError(_code(error)) from error
        return _answer(response)

    def close(self) -> None:
        """See `Transport.close`."""
        client, self._client = self._client, None
        if client is not None:
            client.close()

    def forget(self) -> None:
        """See `Transport.forget`."""
        self._client = None


class AsyncClient:
    """An `AsyncTransport` on the asynchronous client of such a library. See `SyncClient`."""

    def __init__(self, make: Callable[[], Any], failures: type[Exception]) -> None:
        self._make = make
        self._failures = failures
        self._client: Any = None

    async def send_async(self, request: HttpRequest) -> HttpAnswer:
        """See `AsyncTransport.send_async`."""
        if self._client is None:
            self._client = self._make()
        try:
            response = await self._client.post(request.url, content=request.body, headers=request.headers)
        except self._failures as error:
            raise TransportError(_code(error)) from error
        return _answer(response)

    async def aclose(self) -> None:
        """See `AsyncTransport.aclose`."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    def forget(self) -> None:
        """See `AsyncTransport.forget`."""
        self._client = None


def _answer(response: Any) -> HttpAnswer:
    headers = {name.lower(): value for name, value in response.headers.items()}
    return HttpAnswer(response.status_code, headers, response.content[:LONGEST_ANSWER])


def _code(error: Exception) -> str:
    """`ConnectTimeout` → `connect_timeout`"""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", type(error).__name__).lower()
