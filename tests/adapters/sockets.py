"""A client for real servers, over real sockets, that can also behave badly."""

from __future__ import annotations

import http.client
import socket

from tests.adapters.calls import Answer, Call

_SECONDS = 20


def socket_answer(port: int, call: Call) -> Answer:
    """The answer of the HTTP server on this port of the loopback interface."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_SECONDS)
    try:
        connection.putrequest(call.method, call.path, skip_accept_encoding=True)
        for name, value in call.framed():
            connection.putheader(name, value)
        connection.endheaders()
        try:
            for piece in call.pieces():
                if piece and call.streamed:
                    connection.send(b"%x\r\n%b\r\n" % (len(piece), piece))
                elif piece:
                    connection.send(piece)
            if call.streamed:
                connection.send(b"0\r\n\r\n")
        except (BrokenPipeError, ConnectionResetError):
            pass  # a server may answer before it has the whole body, and close
        response = connection.getresponse()
        return Answer.of(response.status, response.getheaders(), response.read())
    finally:
        connection.close()


def leave_half_way(port: int, call: Call) -> None:
    """Send the headers and half of the body, and go away."""
    head = [f"{call.method} {call.path} HTTP/1.1".encode(), b"host: 127.0.0.1"]
    head += [name + b": " + value for name, value in call.framed()]
    half = call.body[: len(call.body) // 2]
    body = b"%x\r\n%b\r\n" % (len(half), half) if call.streamed else half
    with socket.create_connection(("127.0.0.1", port), timeout=_SECONDS) as connection:
        connection.sendall(b"\r\n".join(head) + b"\r\n\r\n" + body)
