"""Every answer and log record of the receiver, word for word: senders read the one, owners search for the other."""

from __future__ import annotations

import asyncio
import json
import logging
from pathlib import Path
from typing import Any

import pytest

from segment_hooks import (
    DropEvent,
    Event,
    EventNotSupported,
    Headers,
    InvalidEventPayload,
    Receiver,
    Request,
    RetryError,
    WebhookEventRouter,
    sign,
)

SECRET = "s3cret"
WRITTEN = json.loads((Path(__file__).parents[1] / "data" / "answers.json").read_text())

RAISED: dict[str, Exception] = {
    "drop": DropEvent(),
    "retry": RetryError(retry_after=3),
    "fail": KeyError("x"),
    "invalid": InvalidEventPayload(),
    "unsupported": EventNotSupported(),
}


def post(body: bytes, **headers: str) -> Request:
    return Request("POST", Headers({"x-signature": sign(SECRET, body), **headers}), body)


def event(name: str) -> bytes:
    return b'{"type":"track","event":"%s","messageId":"m-%s"}' % (name.encode(), name.encode())


CASES: dict[str, Request] = {
    "handled": post(event("ok")),
    "mapped": post(b'{"event":"fail","messageId":"m-mapped"}'),
    **{name: post(event(name)) for name in RAISED},
    "batch: some of no use": post(b"[" + event("invalid") + b"," + event("ok") + b"]"),
    "batch: one failed, one dropped": post(b"[" + event("fail") + b"," + event("drop") + b"]"),
    "batch: invalid and unsupported": post(b"[" + event("invalid") + b"," + event("unsupported") + b"]"),
    "batch: null": post(b"[" + event("ok") + b",null]"),
    "forged": Request("POST", Headers({"x-signature": "0" * 40}), b"{}"),
    "unsigned": Request("POST", Headers(), b"{}"),
    "empty": Request("POST", Headers(), b""),
    "unreadable": post(b'[{"a":tru}]'),
    "compressed": post(b"{}", **{"content-encoding": "gzip"}),
    "not json": post(b"{}", **{"content-type": "text/html"}),
    "too large: event": post(b" {" + b" " * 300 + b"}"),
    "too large: batch": post(b"[" + b" " * 300 + b"]"),
    "too large: 64 blanks before the event": post(b" " * 64 + b"{" + b" " * 300 + b"}"),
    "too large: 63 blanks before the event": post(b" " * 63 + b"{" + b" " * 300 + b"}"),
    "health": Request("GET", Headers(), b""),
    "redirected": Request("GET", Headers({"user-agent": "Segment (Actions)"}), b""),
    "options": Request("OPTIONS", Headers(), b""),
    "method": Request("DELETE", Headers(), b""),
}


def make(kind: str) -> Receiver:
    router = WebhookEventRouter()

    def plain(it: Event) -> None:
        error = RAISED.get(it.payload.get("event", ""))
        if error is not None:
            raise error

    async def coroutine(it: Event) -> None:
        plain(it)

    router.on_any(plain if kind == "plain" else coroutine)
    return Receiver.build(router, SECRET, uncovered="accept", max_body=200)


def said(target: Receiver, request: Request, caplog: pytest.LogCaptureFixture, wait: bool) -> dict[str, Any]:
    caplog.clear()
    response = asyncio.run(target.receive_async(request)) if wait else target.receive(request)
    return {
        "status": response.status,
        "headers": [f"{name}: {value}" for name, value in response.text_headers() if name != "content-length"],
        "body": json.loads(response.body) if response.body else None,
        "log": [
            {
                "level": record.levelname,
                "message": record.getMessage(),
                "traceback": record.exc_info is not None,
                **{key: value for key, value in vars(record).items() if key.startswith("segment_")},
            }
            for record in caplog.records
        ],
    }


@pytest.mark.parametrize("wait", [False, True], ids=["receive", "receive_async"])
@pytest.mark.parametrize("kind", ["plain", "coroutine"])
@pytest.mark.parametrize("name", CASES)
def test_the_answer_and_the_log_are_as_written(
    name: str, kind: str, wait: bool, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "segment_hooks")
    found = said(make(kind), CASES[name], caplog, wait)
    for record in found["log"]:
        where = record.pop("segment_error_at", None)
        if where is not None:  # the line moves with every change of this file; that it is this file does not
            assert where.rpartition(":")[0] == __file__
            record["segment_error_at"] = Path(__file__).name
    assert json.loads(json.dumps(found)) == WRITTEN[name]


def test_nothing_is_written_that_is_not_said() -> None:
    assert WRITTEN.keys() == CASES.keys()
