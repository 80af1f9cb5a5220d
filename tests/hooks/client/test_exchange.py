"""A batch as HTTP: what is in the request, what is where."""

from __future__ import annotations

import gzip
from typing import Any

import msgspec
import pytest

import segment_hooks
from segment_hooks.client import HttpRequest
from segment_hooks.client.exchange import HOSTS, Endpoint, base_url, carry_out, carry_out_async
from segment_hooks.client.transport import TransportError
from segment_hooks.errors import ConfigurationError
from tests.hooks.client.doubles import Clock, Scripted, ScriptedAsync, refusal

CLOCK = Clock()
EVENTS = [b'{"type":"track","event":"A"}', b'{"type":"track","event":"B"}']


def endpoint(**options: Any) -> Endpoint:
    return Endpoint("wk", "https://api.example", now=CLOCK.now, **options)


def request_of(made: Endpoint, tries: int = 0) -> HttpRequest:
    transport = Scripted()
    assert carry_out(made.exchange(EVENTS, tries), transport) is None
    (request,) = transport.requests
    return request


def test_the_request() -> None:
    request = request_of(endpoint())
    assert request.url == "https://api.example/v1/batch"
    assert request.headers == {
        "content-type": "application/json",
        "user-agent": f"segment-hooks/{segment_hooks.__version__}",
        "authorization": "Basic d2s6",  # wk:
    }
    assert msgspec.json.decode(request.body) == {
        "batch": [{"type": "track", "event": "A"}, {"type": "track", "event": "B"}],
        "sentAt": "2026-03-04T05:06:07.000Z",
        "writeKey": "wk",
    }
    assert "wk" not in repr(request)
    assert "d2s6" not in repr(request)


def test_every_try_says_which_it_is_and_when() -> None:
    made = endpoint()
    assert "x-retry-count" not in request_of(made, 0).headers
    assert request_of(made, 3).headers["x-retry-count"] == "3"


def test_compressed() -> None:
    plain, packed = request_of(endpoint()), request_of(endpoint(compress=True))
    assert packed.headers == {**plain.headers, "content-encoding": "gzip"}
    assert gzip.decompress(packed.body) == plain.body


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("https://api.segment.io", "https://api.segment.io"),
        ("https://api.segment.io/", "https://api.segment.io"),
        ("https://api.segment.io/v1", "https://api.segment.io"),
        ("https://api.segment.io/v1/", "https://api.segment.io"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("https://x.example/segment/v1", "https://x.example/segment"),
        ("http://[::1]:80", "http://[::1]:80"),
    ],
)
def test_hosts(host: str, expected: str) -> None:
    assert base_url(host) == expected


@pytest.mark.parametrize(
    "host",
    ["api.segment.io", "ftp://x.example", "https://", "https://u:p@x.example", "https://x.example?a", "https://x#f", 7],
)
def test_what_is_no_host(host: Any) -> None:
    with pytest.raises(ConfigurationError, match="host must be a URL"):
        base_url(host)


def test_the_regions() -> None:
    assert HOSTS == {"us": "https://api.segment.io", "eu": "https://events.eu1.segmentapis.com"}


async def test_both_drivers_carry_answers_and_errors() -> None:
    for step, code in (
        (refusal(500, code="oops"), "oops"),
        (TransportError("timeout"), "timeout"),
        (KeyError("secret"), "KeyError"),
    ):
        failure = carry_out(endpoint().exchange(EVENTS, 0), Scripted(step))
        also = await carry_out_async(endpoint().exchange(EVENTS, 0), ScriptedAsync(step))
        assert failure == also
        assert failure is not None
        assert (failure.code, failure.retriable) == (code, True)
    assert await carry_out_async(endpoint().exchange(EVENTS, 0), ScriptedAsync()) is None
