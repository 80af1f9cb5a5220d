"""Segment's own SDK for Python, as it is published, against the fake in the same process."""

from __future__ import annotations

import gzip
import json
import threading
from base64 import b64decode
from collections.abc import Iterator
from typing import Any

import pytest
from segment import analytics
from segment.analytics import request as sdk_request
from segment.analytics.client import Client
from segment.analytics.consumer import Consumer
from segment.analytics.request import APIError

from segment_testing.fake.core import TrackingAPI
from segment_testing.fake.oauth import KeyPair, OAuthSettings, generate_key
from segment_testing.fake.settings import FakeSettings
from segment_testing.fake.wire import Ending, FakeRequest, Reply
from segment_testing.mocking.segment_analytics import segment_analytics

SUCCESS = Reply(200, ((b"content-type", b"application/json"),), b'{"success": true}')
REFUSED = Reply(400, (), b'{"success": false, "code": "invalid_request", "message": "no"}')


class Fake:
    def __init__(self, *replies: Reply) -> None:
        self._replies = list(replies)
        self.requests: list[FakeRequest] = []

    def handle(self, request: FakeRequest) -> Reply:
        self.requests.append(request)
        return self._replies.pop(0) if self._replies else SUCCESS

    @property
    def events(self) -> list[dict[str, Any]]:
        """The calls of all requests, which were compressed or not."""
        found: list[dict[str, Any]] = []
        for request in self.requests:
            body = request.body
            if request.headers.get(b"content-encoding") == b"gzip":
                body = gzip.decompress(body)
            found += json.loads(body)["batch"]
        return found


@pytest.fixture(autouse=True)
def _settings() -> Iterator[None]:
    """The settings of the SDK's module, and no client of its own."""
    names = ("write_key", "sync_mode", "gzip", "on_error", "default_client")
    before = {name: getattr(analytics, name) for name in names}
    analytics.write_key, analytics.default_client = "wk", None
    yield
    for name, value in before.items():
        setattr(analytics, name, value)


def consumers() -> list[Consumer]:
    return [thread for thread in threading.enumerate() if isinstance(thread, Consumer)]


def call_everything() -> None:
    analytics.track("u1", "Order Completed", {"revenue": 10.0})
    analytics.identify("u1", {"name": "Zoë"})
    analytics.group("u1", "g1", {"name": "Initech"})
    analytics.page("u1", "Docs", "Home")
    analytics.screen("u1", None, "Main")
    analytics.alias("a1", "u1")


@pytest.mark.parametrize("compressed", [False, True], ids=["plain", "gzip"])
@pytest.mark.parametrize("sync", [False, True], ids=["thread", "sync"])
def test_every_call_arrives(*, sync: bool, compressed: bool) -> None:
    analytics.sync_mode, analytics.gzip = sync, compressed
    fake = Fake()
    with segment_analytics(fake):
        call_everything()
    types = [event["type"] for event in fake.events]
    assert types == ["track", "identify", "group", "page", "screen", "alias"]
    assert fake.events[1]["traits"] == {"name": "Zoë"}
    (request, *_) = fake.requests
    assert (request.path, request.scheme) == ("/v1/batch", "https")
    assert b64decode((request.headers.get(b"authorization") or b"")[6:]) == b"wk:"
    assert (request.headers.get(b"content-encoding") == b"gzip") is compressed


def test_a_host_of_ones_own_leads_to_the_fake_too() -> None:
    fake = Fake()
    with segment_analytics(fake):
        Client("wk", host="http://proxy.example:8000/", sync_mode=True).track("u1", "A")
    assert fake.requests[0].headers.get(b"host") == b"proxy.example:8000"


def test_flush_waits_for_the_thread() -> None:
    fake = Fake()
    with segment_analytics(fake) as sdk:
        analytics.track("u1", "A")
        assert sdk.flush()
        assert [event["event"] for event in fake.events] == ["A"]


def test_what_was_tracked_before_the_end_of_the_block_arrives() -> None:
    fake = Fake()
    with segment_analytics(fake):
        Client("wk").track("u1", "A")
        analytics.track("u1", "B")
    assert sorted(event["event"] for event in fake.events) == ["A", "B"]


def test_nothing_of_the_block_outlives_it() -> None:
    before = [dict(session.adapters) for session in (sdk_request._session,)]
    running = consumers()
    down = Fake(*[Reply(500)] * 99)
    with segment_analytics(down, timeout=0.01) as sdk:
        analytics.track("u1", "A")
        assert not sdk.flush(0.01)
        assert set(consumers()) - set(running)
    # the thread was between two tries; it has no third one
    for thread in set(consumers()) - set(running):
        thread.join(30)
        assert not thread.is_alive()
    assert analytics.default_client is None
    assert [dict(session.adapters) for session in (sdk_request._session,)] == before


def test_a_client_from_before_stays() -> None:
    earlier, later = Fake(), Fake()
    with segment_analytics(earlier):
        client = Client("wk")
        analytics.default_client = client
        with segment_analytics(later):
            analytics.track("u1", "A")
        assert analytics.default_client is client
        assert client.consumers[0].is_alive()
        analytics.track("u1", "B")
    assert [event["event"] for event in later.events] == ["A"]
    assert [event["event"] for event in earlier.events] == ["B"]


def test_a_retry_is_the_sdks_own() -> None:
    fake = Fake(Reply(500), SUCCESS)
    with segment_analytics(fake):
        analytics.track("u1", "A")
    assert [request.headers.get(b"x-retry-count") for request in fake.requests] == [None, b"1"]
    assert len({event["messageId"] for event in fake.events}) == 1


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (REFUSED, "APIError"),
        (Reply(200, ending=Ending.RESET), "ConnectionError"),
        (Reply(200, (), b'{"success": true}', ending=Ending.HALF), "ChunkedEncodingError"),
        (Reply(200, delay=16.0), "ReadTimeout"),
    ],
)
def test_what_goes_wrong_reaches_the_caller_in_sync_mode(reply: Reply, error: str) -> None:
    analytics.sync_mode = True
    with segment_analytics(Fake(reply)) as sdk, pytest.raises(Exception) as caught:  # noqa: PT011
        analytics.track("u1", "A")
    assert type(caught.value).__name__ == error
    assert sdk.delays == [reply.delay]


# ---- OAuth


@pytest.fixture(scope="module")
def keys() -> KeyPair:
    return generate_key()


def with_oauth(keys: KeyPair, **options: Any) -> Client:
    return Client("wk", oauth_client_id="app", oauth_client_key=keys.private_pem, oauth_key_id="key-1", **options)


@pytest.mark.parametrize("sync", [False, True], ids=["thread", "sync"])
def test_tokens_come_from_the_fake_too(keys: KeyPair, *, sync: bool) -> None:
    api = TrackingAPI(FakeSettings(oauth=OAuthSettings(client_id="app", keys={"key-1": keys.public_pem})))
    with segment_analytics(api):
        with_oauth(keys, sync_mode=sync).track("u1", "A")
    assert [(call.name, call.reception.write_key) for call in api.ledger.calls] == [("A", "wk")]
    assert api.ledger.rejections == []
    assert token_timers() == []


def test_no_thread_goes_on_asking_for_tokens(keys: KeyPair) -> None:
    down = Fake(*[Reply(500, (), b'{"error": "e", "error_description": "d"}')] * 99_999)
    with segment_analytics(down), pytest.raises(APIError):
        with_oauth(keys, sync_mode=True).track("u1", "A")
    assert {request.path for request in down.requests} == {"/token"}
    assert token_timers() == []


def token_timers() -> list[threading.Timer]:
    timers = [thread for thread in threading.enumerate() if isinstance(thread, threading.Timer)]
    return [timer for timer in timers if "OauthManager" in repr(timer.function)]
