"""The fake on a port of its own: uvicorn in a thread.

    with serve(TrackingAPI()) as fake:
        client = Client("any-key", host=fake.url)

The socket listens before the thread starts, so that the port is known at once, and trouble with it is an error here.
Works beside any event loop, since the thread has its own.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import threading
from types import TracebackType
from typing import TYPE_CHECKING

import uvicorn

from segment_testing.fake.app import FakeApp
from segment_testing.fake.core import TrackingAPI
from segment_testing.fake.guard import is_loopback
from segment_testing.fake.protocols import HTTP, protocol

if TYPE_CHECKING:
    from segment_testing.fake.tls import TLSFiles

_GRACE = 0.3
"""Seconds that requests under way are given when the server stops; a fault may have made them slow."""
_PATIENCE = 10.0
"""Seconds that a thread may take to start or to stop."""


class ServedFake:
    """A fake that can be reached over HTTP. Made by `serve`; a context manager, for `with` and for `async with`."""

    def __init__(self, app: FakeApp, config: uvicorn.Config, host: str, port: int) -> None:
        self.api = app.api
        self._app = app
        self._config = config
        self._address = (host, port)
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def port(self) -> int:
        """The port that it listens on, a free one where none was asked for."""
        return self._address[1]

    @property
    def url(self) -> str:
        """Scheme, host and port, as SDKs take it for their host."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self._address[0], self._address[0])  # noqa: S104
        return f"{'https' if self._config.is_ssl else 'http'}://{f'[{host}]' if ':' in host else host}:{self.port}"

    def start(self) -> None:
        """Listen and answer. Raises `OSError` where the port cannot be had."""
        if self._thread is not None:
            raise RuntimeError("the fake is being served already")
        host, port = self._address
        listener = socket.create_server(
            (host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET, backlog=self._config.backlog
        )
        self._address = (host, listener.getsockname()[1])
        self._app.open()
        self._server = _Server(self._config)
        self._thread = threading.Thread(
            target=self._server.run_on, args=(listener,), name=f"fake-segment:{self.port}", daemon=True
        )
        self._thread.start()
        if not self._server.ready.wait(_PATIENCE) or not self._server.started:
            failure = self._server.failure
            self.stop()
            raise RuntimeError("the server did not start") from failure

    def stop(self) -> None:
        """Answer no more: open requests get a moment, then every connection is closed, and the thread ends."""
        if self._server is None or self._thread is None:
            return
        self._server.should_exit = True
        self._app.close()
        self._thread.join(_PATIENCE)
        if self._thread.is_alive():
            raise RuntimeError("the server did not stop: a fault, or a listener of the ledger, blocks its thread")
        self._server = self._thread = None

    def __enter__(self) -> ServedFake:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    async def __aenter__(self) -> ServedFake:
        self.start()  # takes some milliseconds
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        import anyio

        with anyio.CancelScope(shield=True):
            await anyio.to_thread.run_sync(self.stop)

    def __repr__(self) -> str:
        return f"ServedFake({self.url!r})"


def serve(
    api: TrackingAPI,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    tls: TLSFiles | None = None,
    http: HTTP = "auto",
) -> ServedFake:
    """A fake around `api` that is served while the context that is returned lasts.

    `host`: to listen on; on one that is not of this machine alone, the page and the controls answer to any name.
    `port`: 0 for any free one. `tls`: speak https with these files, see `temporary_tls`. `http`: what parses requests;
    `auto` takes httptools where it is installed.
    """
    app = FakeApp(api, any_host=not is_loopback(host))
    config = uvicorn.Config(
        app,
        http=protocol(http),
        loop="asyncio",
        ws="none",
        lifespan="off",
        log_config=None,  # logging belongs to the test
        proxy_headers=False,
        server_header=False,
        date_header=False,  # the app writes it: a token endpoint may have a clock of its own
        ssl_certfile=None if tls is None else tls.certificate,
        ssl_keyfile=None if tls is None else tls.private_key,
    )
    return ServedFake(app, config, host, port)


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()
        self.failure: BaseException | None = None

    def run_on(self, listener: socket.socket) -> None:
        """The thread."""
        quiet = _Quiet(threading.get_ident())
        logger = logging.getLogger("uvicorn.error")
        logger.addFilter(quiet)
        try:
            self.run(sockets=[listener])
        except BaseException as failure:  # noqa: BLE001  # uvicorn exits; whoever has started the thread is told
            self.failure = failure
        finally:
            logger.removeFilter(quiet)
            listener.close()
            self.ready.set()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        hurry = asyncio.get_running_loop().call_later(_GRACE, self._abort_all)
        await super().shutdown(sockets)
        hurry.cancel()

    def _abort_all(self) -> None:
        for connection in list(self.server_state.connections):
            connection.transport.abort()


class _Quiet(logging.Filter):
    """Lets by what uvicorn says for information, of this server and no other: it would stand in every captured log."""

    def __init__(self, thread: int) -> None:
        super().__init__()
        self._thread = thread

    def filter(self, record: logging.LogRecord) -> bool:
        return record.thread != self._thread or record.levelno >= logging.WARNING
