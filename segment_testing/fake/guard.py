"""Who may reach the page and the controls of a fake: this machine, under a name that is its own.

A page on the Internet can have its own name resolved to 127.0.0.1 while it is open; to a browser a fake on loopback is
then of the same origin as that page ("DNS rebinding"). But the browser still sends that name as `Host`. So a connection
that comes in over loopback has to ask for loopback. SDKs may call the Tracking API as they like: no page can read there
what others sent.

What comes out is kept to the fake's own origin: no other page may embed it, and no browser takes it for something else.
"""

from __future__ import annotations

import re
from email.utils import formatdate
from ipaddress import ip_address

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from segment_testing.fake.resource import ControlError, problem

_HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"referrer-policy", b"no-referrer"),
]
_HOST = re.compile(r"(?:\[(?P<six>[^\]]*)\]|(?P<name>[^:\[\]]*))(?::\d*)?")


class Guarded:
    """An ASGI app that is reached under names of this machine only. `any_host`: under any name."""

    def __init__(self, app: ASGIApp, *, any_host: bool = False) -> None:
        self._app = app
        self._any_host = any_host

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", ()), *_HEADERS]}
            await send(message)

        if self._any_host or not _came_over_loopback(scope) or _asks_for_loopback(scope):
            await self._app(scope, receive, send_guarded)
            return
        response = problem(
            ControlError(
                421,
                "host",
                "Another host",
                "The page and the controls of a fake on loopback are reached as 127.0.0.1 or localhost. To use another "
                "name, have the fake listen on an address of its own: serve(host=...), or --host.",
            )
        )
        response.headers["date"] = formatdate(usegmt=True)
        await response(scope, receive, send_guarded)


def is_loopback(host: str) -> bool:
    """Whether this address or name, without a port, can only mean this machine."""
    host = host.lower().removesuffix(".")
    if host == "localhost" or host.endswith(".localhost"):  # RFC 6761, 6.3
        return True
    try:
        address = ip_address(host)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback


def _came_over_loopback(scope: Scope) -> bool:
    """Whether the connection was accepted at a loopback address, which is what the server says it was."""
    server = scope.get("server")
    return server is not None and is_loopback(server[0])


def _asks_for_loopback(scope: Scope) -> bool:
    hosts = [value for name, value in scope["headers"] if name == b"host"]
    if not hosts:
        return True  # HTTP/1.0; no browser leaves it out
    match = _HOST.fullmatch(hosts[0].decode("latin-1"))
    return len(hosts) == 1 and match is not None and is_loopback(match["six"] or match["name"] or "")
