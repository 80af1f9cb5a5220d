"""Delivery over HTTP, with exactly the bytes that Segment sends: headers in their order and case."""

from __future__ import annotations

import asyncio
import http.client
import socket
import threading
from ipaddress import ip_address
from urllib.parse import urlsplit

from segment_hooks import ConfigurationError
from segment_testing.delivery.clock import VirtualClock
from segment_testing.delivery.request import WebhookRequest
from segment_testing.delivery.rules import Answer, Failure
from segment_testing.delivery.transport import Carriage

_PORTS = {"http": 80, "https": 443}


class HTTPCarrier:
    """One server, reached over connections that are kept open between requests.

    Only on this machine, unless `other_hosts`: what is sent are made-up deliveries, and many of them. Redirects to
    another server are not followed. The virtual clock moves on by the time that an answer took. `timeout`: real
    seconds. Raises `ConfigurationError` for other URLs.
    """

    needs_loop = False

    def __init__(self, url: str, clock: VirtualClock, *, other_hosts: bool = False, timeout: float = 10.0) -> None:
        parts = urlsplit(url)
        if parts.scheme not in _PORTS or not parts.hostname:
            raise ConfigurationError(f"{url!r} is no URL of a server: write http://127.0.0.1:8000/segment")
        if not other_hosts and not is_local(parts.hostname):
            raise ConfigurationError(
                f"{parts.hostname} is another machine; made-up deliveries go there only when that is asked for "
                "(allow_other_hosts=True, or --allow-other-hosts)"
            )
        self.host = parts.netloc.rpartition("@")[2]
        self.target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self._address = (parts.hostname, parts.port or _PORTS[parts.scheme])
        self._secure = parts.scheme == "https"
        self._timeout = timeout
        self._clock = clock
        self._lock = threading.Lock()
        self._connection: http.client.HTTPConnection | None = None

    def send(self, request: WebhookRequest, carriage: Carriage) -> Answer:
        """The answer, from any thread."""
        import time

        began = time.monotonic()
        with self._lock:
            answer = self._exchange(request, carriage)
        self._clock.advance(time.monotonic() - began)
        return answer

    async def send_async(self, request: WebhookRequest, carriage: Carriage) -> Answer:
        """The same without blocking the event loop."""
        return await asyncio.to_thread(self.send, request, carriage)

    def close(self) -> None:
        """Close the connection."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _exchange(self, request: WebhookRequest, carriage: Carriage) -> Answer:
        reused = self._connection is not None
        try:
            return self._once(request, carriage)
        except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
            self.close()
            if not reused:
                return Answer(None, failure=Failure.RESET)
        except (OSError, http.client.HTTPException) as error:
            self.close()
            return Answer(None, failure=failure_of(error))
        # the server had closed a connection that was kept for long: nothing was taken from it
        return self._exchange(request, carriage)

    def _once(self, request: WebhookRequest, carriage: Carriage) -> Answer:
        connection = self._connection or self._connect()
        self._connection = connection
        connection.putrequest(request.method, request.target, skip_host=True, skip_accept_encoding=True)
        for name, value in request.headers:
            connection.putheader(name, value)
        pieces = carriage.split(request.body)
        if len(pieces) == 1 and not carriage.cut:
            connection.endheaders(request.body)  # in one write, as Node.js does
        else:
            connection.endheaders()
            for number, piece in enumerate(pieces):
                if number:
                    carriage.wait(self._clock)
                connection.send(piece)
        if carriage.cut:
            self.close()
            return Answer(None, failure=Failure.RESET)
        response = connection.getresponse()
        body = response.read()
        headers = tuple((n.lower().encode("latin-1"), v.encode("latin-1")) for n, v in response.getheaders())
        answer = Answer(response.status, headers, body)
        if answer.location is not None and self._leads_elsewhere(answer.location):
            answer = Answer(None, failure=Failure.REDIRECTS)
        if response.will_close:
            self.close()
        return answer

    def _leads_elsewhere(self, location: str) -> bool:
        """Whether a redirect leads to another server, to which nobody asked for made-up deliveries."""
        netloc = urlsplit(location).netloc
        return bool(netloc) and netloc != self.host

    def _connect(self) -> http.client.HTTPConnection:
        host, port = self._address
        if self._secure:
            return http.client.HTTPSConnection(host, port, timeout=self._timeout)
        return http.client.HTTPConnection(host, port, timeout=self._timeout)


def is_local(host: str) -> bool:
    """Whether a name or an address can only mean this machine."""
    if host == "localhost" or host.endswith(".localhost"):  # RFC 6761, 6.3
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def failure_of(error: Exception) -> Failure:
    """The code that Segment shows for an error of the connection."""
    match error:
        case TimeoutError():
            return Failure.TIMED_OUT
        case ConnectionRefusedError():
            return Failure.REFUSED
        case socket.gaierror():
            return Failure.NOT_FOUND
        case ConnectionError() | http.client.HTTPException():
            return Failure.RESET
        case _:
            return Failure.UNREACHABLE
