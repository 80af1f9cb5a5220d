"""Drivers without a socket: a strict ASGI server, a strict WSGI server, and the events that AWS makes for Lambda."""

from __future__ import annotations

import asyncio
import base64
import sys
from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any
from urllib.parse import unquote
from wsgiref.validate import validator

from tests.adapters.calls import Answer, Call

Event = dict[str, Any]


def asgi_answer(app: Any, call: Call, *, leave_after: int | None = None) -> Answer | None:
    """The answer of an ASGI application; None where it gave none.

    `leave_after`: the client goes away after so many pieces of the body.
    """
    return asyncio.run(_asgi(app, call, leave_after))


async def _asgi(app: Any, call: Call, leave_after: int | None) -> Answer | None:
    pieces = call.pieces()
    messages: list[Event] = [
        {"type": "http.request", "body": piece, "more_body": number < len(pieces)}
        for number, piece in enumerate(pieces, 1)
    ]
    if leave_after is not None:
        messages = [*messages[:leave_after], {"type": "http.disconnect"}]
    sent: list[Event] = []

    async def receive() -> Event:
        if messages:
            return messages.pop(0)
        await asyncio.Event().wait()  # the client waits for its answer
        raise AssertionError

    async def send(message: Event) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": call.method,
        "scheme": "http",
        "path": unquote(call.path),
        "raw_path": call.path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(b"host", b"testserver"), *((n.lower(), v) for n, v in call.framed())],
        "client": ("127.0.0.1", 50000),
        "server": ("testserver", 80),
        "extensions": {},
    }
    async with asyncio.timeout(30):
        await app(scope, receive, send)
    if not sent:
        return None
    start, *rest = sent
    assert start["type"] == "http.response.start"
    assert all(isinstance(part, bytes) for pair in start.get("headers", ()) for part in pair)
    assert [m.get("more_body", False) for m in rest] == [True] * (len(rest) - 1) + [False]
    headers = [(n.decode("latin-1"), v.decode("latin-1")) for n, v in start.get("headers", ())]
    return Answer.of(start["status"], headers, b"".join(m.get("body", b"") for m in rest))


def wsgi_answer(app: Any, call: Call, *, sent: int | None = None) -> Answer:
    """The answer of a WSGI application, which is held against PEP 3333 by the standard library's validator.

    `sent`: how many bytes of the body the client sends before it goes away.
    """
    environ = {
        "REQUEST_METHOD": call.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote(call.path),
        "QUERY_STRING": "",
        "SERVER_NAME": "testserver",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "testserver",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(call.body[:sent]),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        "wsgi.input_terminated": call.streamed,
    }
    for name, value in call.framed():
        key = name.decode("latin-1").upper().replace("-", "_")
        key = key if key in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{key}"
        text = value.decode("latin-1")
        environ[key] = f"{environ[key]},{text}" if key in environ else text
    started: list[tuple[str, list[tuple[str, str]]]] = []

    def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[[bytes], None]:
        started.append((status, headers))
        return lambda _: None

    result: Iterable[bytes] = validator(app)(environ, start_response)
    try:
        body = b"".join(result)
    finally:
        result.close()  # type: ignore[attr-defined]  # the validator's result has it
    (status, headers), *more = started
    assert not more
    return Answer.of(int(status.split()[0]), headers, body)


def rest_api_event(call: Call, *, encoded: bool = False) -> Event:
    """Payload format 1.0, as REST APIs of API Gateway send it."""
    names, values = _split(call)
    return {
        "resource": "/hooks/segment",
        "path": call.path,
        "httpMethod": call.method,
        "headers": {name: several[-1] for name, several in zip(names, values, strict=True)},
        "multiValueHeaders": dict(zip(names, values, strict=True)),
        "queryStringParameters": None,
        "requestContext": {"httpMethod": call.method, "stage": "prod"},
        **_body(call, encoded=encoded),
    }


def http_api_event(call: Call, *, encoded: bool = False) -> Event:
    """Payload format 2.0, as HTTP APIs of API Gateway and function URLs send it."""
    names, values = _split(call)
    event = {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": call.path,
        "rawQueryString": "",
        "headers": {name.lower(): ",".join(several) for name, several in zip(names, values, strict=True)},
        "requestContext": {"http": {"method": call.method, "path": call.path, "protocol": "HTTP/1.1"}},
        **_body(call, encoded=encoded),
    }
    if not call.body:
        del event["body"]
    return event


def load_balancer_event(call: Call, *, several: bool) -> Event:
    """What an Application Load Balancer sends; `several`: its target group has multi-value headers turned on."""
    names, values = _split(call)
    lists = {name.lower(): given for name, given in zip(names, values, strict=True)}
    headers = (
        {"multiValueHeaders": lists} if several else {"headers": {name: ",".join(each) for name, each in lists.items()}}
    )
    return {
        "requestContext": {"elb": {"targetGroupArn": "arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/t/1"}},
        "httpMethod": call.method,
        "path": call.path,
        **headers,
        **_body(call, encoded=False),
    }


def lambda_answer(handler: Any, event: Event) -> Answer:
    """The answer of a Lambda function, as what has called it reads it."""
    result = handler(event, object())
    several = "multiValueHeaders" in event
    assert ("multiValueHeaders" in result) is several
    headers = (
        [(n, v) for n, vs in result["multiValueHeaders"].items() for v in vs] if several else result["headers"].items()
    )
    assert not result["isBase64Encoded"]
    return Answer.of(result["statusCode"], headers, result["body"].encode())


def _split(call: Call) -> tuple[list[str], list[list[str]]]:
    named: dict[str, list[str]] = {}
    for name, value in call.headers:
        named.setdefault(name.decode("latin-1"), []).append(value.decode("latin-1"))
    return list(named), list(named.values())


def _body(call: Call, *, encoded: bool) -> Event:
    try:
        text = call.body.decode()
    except UnicodeDecodeError:
        encoded = True  # text is not what AWS could make of it
        text = ""
    if encoded:
        return {"body": base64.b64encode(call.body).decode(), "isBase64Encoded": True}
    return {"body": text or None, "isBase64Encoded": False}
