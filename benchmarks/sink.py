"""The least that takes batches: a process on loopback that counts events and answers 200, so that clients are compared
and not the server."""

from __future__ import annotations

import asyncio
import http.client
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_BODY = b'{"success":true}'
_ANSWER = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b"


class Sink(asyncio.Protocol):
    """One connection. Every event has one `"messageId"`; `GET /` tells how many came since the last time."""

    events = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See `asyncio.Protocol`."""
        self._transport = transport
        self._buffer = bytearray()

    def data_received(self, data: bytes) -> None:
        """See `asyncio.Protocol`."""
        buffer = self._buffer
        buffer += data
        while (end := buffer.find(b"\r\n\r\n")) >= 0:
            head = bytes(buffer[:end]).lower()
            length = 0
            if (at := head.find(b"content-length:")) >= 0:
                length = int(head[at + 15 :].split(b"\r", 1)[0])
            whole = end + 4 + length
            if len(buffer) < whole:
                return
            body = _BODY
            if head.startswith(b"get "):
                body = b"%d" % Sink.events
                Sink.events = 0
            else:
                Sink.events += buffer.count(b'"messageId"', end, whole)
            del buffer[:whole]
            self._transport.write(_ANSWER % (len(body), body))  # type: ignore[attr-defined]


async def _serve() -> None:
    server = await asyncio.get_running_loop().create_server(Sink, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)  # until whoever started this goes away


@contextmanager
def sink() -> Iterator[int]:
    """The port of a sink that runs while the block does."""
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.sink"],
        cwd=Path(__file__).parents[1],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield int(process.stdout.readline())
    finally:
        process.stdin.close()
        process.stdout.close()
        process.wait(10)


def taken(port: int) -> int:
    """How many events have come since this was asked last."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", "/")
    count = int(connection.getresponse().read())
    connection.close()
    return count


if __name__ == "__main__":
    asyncio.run(_serve())
