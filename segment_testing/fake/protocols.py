"""uvicorn's two HTTP protocols, each with the connection itself in the scope of every request, for `delivery`."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable
from typing import Any, Literal, TypeAlias, cast

from segment_testing.fake.delivery import EXTENSION

HTTP: TypeAlias = Literal["auto", "httptools", "h11"]

App: TypeAlias = Callable[[Any, Any, Any], Awaitable[None]]


class TransportConnection:
    """A connection that can be ended; see `delivery.Connection`."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport

    def close(self) -> None:
        """End it once all that was sent has gone out."""
        self._transport.close()

    def reset(self) -> None:
        """End it now, so that the other side sees a reset."""
        connection = self._transport.get_extra_info("socket")
        if connection is not None:
            # to linger for no time at all is to send a reset (socket(7), SO_LINGER)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._transport.abort()


def protocol(http: HTTP) -> type[asyncio.Protocol]:
    """The protocol whose parser is `http`; of `auto`, httptools where it is installed, and h11 where it is not."""
    if http != "h11":
        try:
            from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
        except ImportError:
            if http == "httptools":
                raise
        else:
            return _with_connection(HttpToolsProtocol)
    from uvicorn.protocols.http.h11_impl import H11Protocol

    return _with_connection(H11Protocol)


def _with_connection(base: type[Any]) -> type[asyncio.Protocol]:
    def connection_made(self: Any, transport: asyncio.Transport) -> None:
        base.connection_made(self, transport)
        self.access_log = False  # pytest's own handlers turn it on
        self.app = _putting_in(TransportConnection(transport), self.app)

    fake: Any = type(f"Fake{base.__name__}", (base,), {"connection_made": connection_made})
    return cast("type[asyncio.Protocol]", fake)


def _putting_in(connection: TransportConnection, app: App) -> App:
    extensions = {EXTENSION: connection}

    async def with_connection(scope: Any, receive: Any, send: Any) -> None:
        scope["extensions"] = extensions
        await app(scope, receive, send)

    return with_connection
