"""A server on a loopback port that delivers one `Reply` as badly as it says, over a real connection."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

from segment_testing.fake.wire import Ending, Reply

ENOUGH = 10.0
"""Seconds after which a stuck test gives up."""


@contextmanager
def serving(reply: Reply) -> Iterator[str]:
    """Serve `reply` to one client, at the URL given. A delay is no time here: nothing comes until the client leaves."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(ENOUGH)
        thread = threading.Thread(target=_serve, args=(listener, reply))
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        thread.join(ENOUGH)
        assert not thread.is_alive()


def _serve(listener: socket.socket, reply: Reply) -> None:
    connection, _ = listener.accept()
    with connection:
        connection.settimeout(ENOUGH)
        _read_request(connection)
        if reply.delay:
            connection.recv(1)  # returns when the client has closed
            return
        if reply.ending is Ending.RESET:
            # with a linger time of zero, close() sends RST where it would send FIN
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return
        head = [f"HTTP/1.1 {reply.status} {HTTPStatus(reply.status).phrase}".encode()]
        head += [name + b": " + value for name, value in reply.headers]
        head.append(b"content-length: %d" % len(reply.body))
        body = reply.body if reply.ending is Ending.WHOLE else reply.body[: len(reply.body) // 2]
        connection.sendall(b"\r\n".join(head) + b"\r\n\r\n" + body)


def _read_request(connection: socket.socket) -> None:
    received = b""
    while b"\r\n\r\n" not in received:
        received += connection.recv(65536)
    head, _, rest = received.partition(b"\r\n\r\n")
    lengths = [int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    while len(rest) < sum(lengths):
        rest += connection.recv(65536)
