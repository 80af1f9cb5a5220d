"""Servers, each a process on loopback and on one core, whose CPU can be read; and the load that is put on them."""

from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path

HOST = "127.0.0.1"
_COMMANDS = {
    "uvicorn": "uvicorn --factory --http httptools --loop uvloop --lifespan off --no-access-log --log-level warning",
    "granian": "granian --factory --interface asginl --loop uvloop --workers 1 --http 1 --no-ws --log-level warning",
    "granian (WSGI)": "granian --factory --interface wsgi --workers 1 --blocking-threads 1 --http 1 --no-ws "
    "--log-level warning",
}


class Server:
    """A running server with one application."""

    def __init__(self, kind: str, app: str, core: int | None) -> None:
        self.port = _free_port()
        self._process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                *_COMMANDS[kind].split(),
                "--port",
                str(self.port),
                app if ":" in app else f"benchmarks.apps:{app}",
            ],
            cwd=Path(__file__).parents[1],
            start_new_session=True,
        )
        if core is not None:
            os.sched_setaffinity(self._process.pid, {core})  # its threads and workers will be there too

    def wait(self, seconds: float = 30) -> None:
        """Until it takes connections."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and self._process.poll() is None:
            try:
                socket.create_connection((HOST, self.port), 1).close()
                return
            except OSError:
                time.sleep(0.05)
        raise RuntimeError(f"the server on port {self.port} did not start")

    def cpu(self) -> float:
        """Seconds of CPU that the server, its workers and all their threads have used."""
        nanoseconds = 0
        for process in _with_children(self._process.pid):
            for thread in Path(f"/proc/{process}/task").iterdir():
                nanoseconds += int((thread / "schedstat").read_text().split()[0])
        return nanoseconds / 1e9

    def stop(self) -> None:
        """End it, and its workers."""
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)  # a session of its own: nobody else is in this group
            self._process.wait(10)


@contextmanager
def running(kind: str, apps: Sequence[str], core: int | None) -> Iterator[dict[str, Server]]:
    """One server for each application, all at once: those that are not asked anything cost nothing."""
    servers: dict[str, Server] = {}
    try:
        for app in apps:
            servers[app] = Server(kind, app, core)
        for server in servers.values():
            server.wait()
        yield servers
    finally:
        for server in servers.values():
            server.stop()


def ask(port: int, request: bytes) -> bytes:
    """The whole response to one request."""
    with socket.create_connection((HOST, port), 5) as connection:
        connection.sendall(request)
        return _response(connection)


def load(
    port: int, requests: Sequence[bytes], *, count: int, connections: int, expected: int, seconds: float = 20
) -> float:
    """Seconds for `count` requests over as many kept connections, each with one request under way at a time.

    `expected`: bytes in a response, all of which are alike (their `date` has a fixed length). The requests are bytes
    already, and of the responses only status and length are looked at: the generator must not be what is measured.
    """
    poll = select.epoll()
    sockets: dict[int, socket.socket] = {}
    missing: dict[int, int] = {}
    for _ in range(connections):
        connection = socket.create_connection((HOST, port), 5)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sockets[connection.fileno()] = connection
        missing[connection.fileno()] = expected
        poll.register(connection, select.EPOLLIN)
    upcoming = cycle(requests)
    try:
        start = time.perf_counter()
        sent = done = 0
        for connection in sockets.values():
            connection.sendall(next(upcoming))
            sent += 1
        while done < count:
            for number, _ in poll.poll(5):
                connection = sockets[number]
                data = connection.recv(65536)
                if missing[number] == expected and not data.startswith(b"HTTP/1.1 200"):
                    raise RuntimeError(f"no good answer: {data[:80]!r}")
                missing[number] -= len(data)
                if missing[number] > 0:
                    continue
                missing[number] = expected
                done += 1
                if sent < count:
                    connection.sendall(next(upcoming))
                    sent += 1
            if time.perf_counter() - start > seconds:
                raise RuntimeError(f"{done} of {count} requests in {seconds} s")
        return time.perf_counter() - start
    finally:
        poll.close()
        for connection in sockets.values():
            connection.close()


def _response(connection: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(65536) or _cut_off(data)
    head, _, body = data.partition(b"\r\n\r\n")
    length = next(int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
    while len(body) < length:
        body += connection.recv(65536) or _cut_off(data)
    return head + b"\r\n\r\n" + body


def _cut_off(data: bytes) -> bytes:
    raise RuntimeError(f"the response ends too early: {data[:80]!r}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _with_children(process: int) -> Iterator[int]:
    yield process
    for thread in Path(f"/proc/{process}/task").iterdir():
        for child in (thread / "children").read_text().split():
            yield from _with_children(int(child))
