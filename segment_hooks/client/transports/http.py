"""The standard library's HTTP client: connections kept alive, time-outs, proxies, TLS; HTTP/1.1 only."""

from __future__ import annotations

import codecs
import http.client
import select
import socket
import ssl
import urllib.request
from base64 import b64encode
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from segment_hooks.client.options import Proxy
from segment_hooks.client.transport import LONGEST_ANSWER, HttpAnswer, HttpRequest, TransportError
from segment_hooks.errors import ConfigurationError

codecs.lookup("idna")
"""Every look-up of a host imports this; a fork while a thread does so would leave the import's lock held for good."""

TIMEOUT = 10.0
"""Seconds for connecting, and for each wait for more of an answer."""


class HttpTransport:
    """Sends with `http.client`, from one thread at a time.

    `timeout`: seconds. `proxy`: see `Proxy`; the environment says it by `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`, and
    on macOS and Windows in the system's settings. `ca_file`: certificates in PEM to trust instead of the system's.
    `tls`: a context of your own instead (a client certificate, say).
    """

    def __init__(
        self,
        *,
        timeout: float = TIMEOUT,
        proxy: Proxy = None,
        ca_file: str | Path | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        if not timeout > 0:
            raise ConfigurationError(f"timeout is a number of seconds above zero, not {timeout!r}")
        if tls is not None and ca_file is not None:
            raise ConfigurationError("ca_file and tls were both given: load the file into the context")
        if proxy is not None and proxy is not False:
            _proxy_parts(proxy)
        self._timeout = timeout
        self._proxy: Proxy = proxy
        self._tls = tls
        self._ca_file = ca_file
        if ca_file is not None:
            self._tls = _context(ca_file)
        self._connections: dict[str, http.client.HTTPConnection] = {}
        self._proxies: dict[str, SplitResult | None] = {}

    def send(self, request: HttpRequest) -> HttpAnswer:
        """See `Transport.send`."""
        target = urlsplit(request.url)
        kept = self._connections.pop(target.netloc, None)
        try:
            if kept is not None and not _has_ended(kept):
                try:
                    return self._exchange(kept, target, request)
                except (http.client.RemoteDisconnected, ConnectionError):
                    pass  # closed for being idle, just now; events have ids, so sending them twice does no harm
            elif kept is not None:
                kept.close()
            return self._exchange(self._connect(target), target, request)
        except ConfigurationError as error:  # a proxy out of the environment
            raise TransportError("proxy_not_supported") from error
        except (OSError, http.client.HTTPException) as error:
            raise TransportError(_code(error)) from error

    def close(self) -> None:
        """See `Transport.close`."""
        while self._connections:
            self._connections.popitem()[1].close()

    def forget(self) -> None:
        """See `Transport.forget`. Closing a socket here says nothing to its other end, which the parent still holds."""
        self.close()

    def _exchange(
        self, connection: http.client.HTTPConnection, target: SplitResult, request: HttpRequest
    ) -> HttpAnswer:
        reusable = False
        try:
            where, headers = target.path or "/", request.headers
            if target.scheme == "http" and (proxy := self._proxy_for(target)) is not None:
                where, headers = request.url, {**headers, **_credentials(proxy)}  # RFC 9112, 3.2.2
            connection.request("POST", where, request.body, headers)
            response = connection.getresponse()
            body = response.read(LONGEST_ANSWER)
            if response.length and len(body) < LONGEST_ANSWER:
                raise http.client.IncompleteRead(body, response.length)
            reusable = response.isclosed() and not response.will_close
            return HttpAnswer(response.status, {k.lower(): v for k, v in response.getheaders()}, body)
        finally:
            if reusable:
                self._connections[target.netloc] = connection
            else:
                connection.close()

    def _connect(self, target: SplitResult) -> http.client.HTTPConnection:
        host, port = target.hostname or "", target.port
        proxy = self._proxy_for(target)
        via = (host, port) if proxy is None else (proxy.hostname or "", proxy.port or 80)
        if target.scheme == "http":
            return http.client.HTTPConnection(*via, timeout=self._timeout)
        if self._tls is None:
            self._tls = _context(None)
        connection = http.client.HTTPSConnection(*via, timeout=self._timeout, context=self._tls)
        if proxy is not None:
            connection.set_tunnel(host, port or 443, headers=_credentials(proxy))
        return connection

    def _proxy_for(self, target: SplitResult) -> SplitResult | None:
        if target.netloc not in self._proxies:  # asked once: looking through the environment takes a while
            self._proxies[target.netloc] = self._find_proxy(target)
        return self._proxies[target.netloc]

    def _find_proxy(self, target: SplitResult) -> SplitResult | None:
        if self._proxy is False:
            return None
        if self._proxy is not None:
            return _proxy_parts(self._proxy)
        found = urllib.request.getproxies().get(target.scheme)
        if not found or urllib.request.proxy_bypass(target.netloc):
            return None
        return _proxy_parts(found if "://" in found else f"http://{found}")

    def __repr__(self) -> str:
        return f"HttpTransport(timeout={self._timeout!r})"  # a proxy may have a password


def _proxy_parts(proxy: str) -> SplitResult:
    parts = urlsplit(proxy)
    if parts.scheme != "http" or not parts.hostname:
        raise ConfigurationError(
            "proxy must be a URL such as http://proxy:3128; for one that speaks TLS or SOCKS, send with httpx: "
            "SegmentClient(…, transport=HttpxTransport(proxy=…))"
        )
    return parts


def _credentials(proxy: SplitResult) -> dict[str, str]:
    if proxy.username is None:
        return {}
    pair = f"{unquote(proxy.username)}:{unquote(proxy.password or '')}"
    return {"proxy-authorization": "Basic " + b64encode(pair.encode()).decode()}


def _context(ca_file: str | Path | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca_file)
    except OSError as error:  # no such file, or none with certificates in it
        raise ConfigurationError(f"ca_file cannot be read: {type(error).__name__}") from error


def _has_ended(connection: http.client.HTTPConnection) -> bool:
    """Whether the other end has closed a connection that was kept, or has said something out of turn."""
    sock: socket.socket | None = connection.sock
    if sock is None:
        return True
    if hasattr(select, "poll"):  # select() itself cannot look at more than 1,024 files
        poll = select.poll()
        poll.register(sock, select.POLLIN)
        return bool(poll.poll(0))
    return bool(select.select([sock], [], [], 0)[0])


_CODES: tuple[tuple[type[Exception], str], ...] = (
    (TimeoutError, "timeout"),
    (ConnectionRefusedError, "connection_refused"),
    (http.client.RemoteDisconnected, "connection_closed"),
    (ConnectionError, "connection_reset"),
    (ssl.SSLCertVerificationError, "certificate"),
    (ssl.SSLError, "tls"),
    (socket.gaierror, "host_not_found"),
    (http.client.IncompleteRead, "answer_incomplete"),
    (http.client.HTTPException, "answer_unreadable"),
)


def _code(error: Exception) -> str:
    return next((code for kind, code in _CODES if isinstance(error, kind)), "network")
