"""What a browser needs to see, on every answer."""

from __future__ import annotations

import pytest

from segment_hooks import Headers
from segment_testing.fake import FakeRequest, faults
from tests.testing.fake.asking import fake, get, headers_of, post, request, track

ORIGIN = "https://shop.example"


@pytest.mark.parametrize("path", ["/v1/t", "/v1/batch", "/v1/m", "/v1/b/", "/token", "/v1/projects/wk/settings"])
def test_a_preflight_is_allowed(path: str) -> None:
    reply = fake().handle(request("OPTIONS", path, origin=ORIGIN, access_control_request_method="POST"))
    method = "GET, HEAD" if "projects" in path else "POST"
    assert (reply.status, reply.body) == (204, b"")
    assert headers_of(reply) == {
        "access-control-allow-origin": ORIGIN,
        "access-control-allow-credentials": "true",
        "vary": "origin",
        "access-control-allow-methods": f"{method}, OPTIONS",
        "access-control-allow-headers": "authorization, content-type, x-retry-count",
    }


def test_a_public_page_may_call_a_fake_on_this_machine() -> None:
    asked = request("OPTIONS", "/v1/t", origin=ORIGIN, access_control_request_private_network="true")
    assert headers_of(fake().handle(asked))["access-control-allow-private-network"] == "true"


def test_options_without_an_origin_lists_the_methods() -> None:
    reply = fake().handle(request("OPTIONS", "/v1/t"))
    assert (reply.status, headers_of(reply)) == (204, {"allow": "POST, OPTIONS"})


def test_errors_carry_the_headers_too() -> None:
    api = fake(rate_limit=1)
    replies = [
        post(api, "/v1/t", track(writeKey="wk"), origin=ORIGIN),
        post(api, "/v1/t", b"", origin=ORIGIN),
        post(api, "/v1/nothing", b"", origin=ORIGIN),
        get(api, "/v1/t", origin=ORIGIN),
        get(api, "/v1/pixel/track", origin=ORIGIN),
    ]
    api.faults.add(faults.status(503))
    replies.append(post(api, "/v1/t", b"", origin=ORIGIN))
    assert [reply.status for reply in replies] == [200, 429, 404, 405, 200, 503]
    for reply in replies:
        headers = headers_of(reply)
        assert headers["access-control-allow-origin"] == ORIGIN
        assert headers["access-control-expose-headers"] == "retry-after, x-ratelimit-reset"


def test_who_is_no_browser_gets_none_of_it() -> None:
    assert not [name for name in headers_of(post(fake(), "/v1/t", track())) if name.startswith("access-control")]


@pytest.mark.parametrize("origin", [b"", b"a b", b"x\r\nset-cookie: y", b"\xff", b"x" * 3_000])
def test_what_is_no_origin_is_not_echoed(origin: bytes) -> None:
    for method in ("POST", "OPTIONS"):
        reply = fake().handle(FakeRequest(method, "/v1/t", Headers([(b"origin", origin)])))
        assert b"access-control-allow-origin" not in dict(reply.headers)


def test_a_page_without_an_origin_is_allowed() -> None:
    assert headers_of(post(fake(), "/v1/t", track(), origin="null"))["access-control-allow-origin"] == "null"
