"""What is requests' own: adapters, retries, proxies, every kind of body."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from segment_testing.fake.wire import Ending, FakeRequest, Reply
from segment_testing.mocking.requests import FakeAdapter, mount_requests, mounted_requests

URL = "https://api.segment.io/v1/batch"


class Replies:
    """Gives these replies one after the other, and the last one for ever."""

    def __init__(self, *replies: Reply) -> None:
        self._replies = list(replies) or [Reply(200)]
        self.requests: list[FakeRequest] = []

    def handle(self, request: FakeRequest) -> Reply:
        self.requests.append(request)
        return self._replies.pop(0) if len(self._replies) > 1 else self._replies[0]


def chunks() -> Iterator[bytes]:
    yield b'{"a"'
    yield b":1}"


@pytest.mark.parametrize(
    ("data", "arrives"),
    [
        (None, b""),
        (b'{"a":1}', b'{"a":1}'),
        ('{"a":"é"}', '{"a":"é"}'.encode()),
        (io.BytesIO(b'{"a":1}'), b'{"a":1}'),
        (io.StringIO('{"a":1}'), b'{"a":1}'),
        (chunks(), b'{"a":1}'),
        ({"grant_type": "client_credentials", "b": "é"}, b"grant_type=client_credentials&b=%C3%A9"),
    ],
    ids=["none", "bytes", "text", "binary file", "text file", "generator", "form"],
)
def test_every_kind_of_body(data: Any, arrives: bytes) -> None:
    api = Replies()
    with requests.Session() as session:
        mount_requests(session, api)
        session.post(URL, data=data)
    assert api.requests[0].body == arrives


def test_a_session_retries_as_it_would_on_a_real_connection() -> None:
    api = Replies(Reply(503), Reply(200, ending=Ending.RESET), Reply(200, delay=9), Reply(200))
    retry = Retry(total=5, backoff_factor=0, status_forcelist=[503], allowed_methods=None)
    with requests.Session() as session:
        session.mount("https://", HTTPAdapter(max_retries=retry))
        adapter = mount_requests(session, api)
        assert session.post(URL, data=b"{}", timeout=5).status_code == 200
    assert [request.body for request in api.requests] == [b"{}"] * 4
    assert adapter.delays == [0, 0, 9, 0]


def test_a_session_without_retries_does_not_retry() -> None:
    api = Replies(Reply(503), Reply(200))
    with requests.Session() as session:
        mount_requests(session, api)
        assert session.post(URL).status_code == 503


def test_the_time_out_for_connecting_is_another() -> None:
    with requests.Session() as session:
        mount_requests(session, Replies(Reply(200, delay=3)))
        assert session.post(URL, timeout=(0.1, 5)).status_code == 200
        with pytest.raises(requests.ReadTimeout):
            session.post(URL, timeout=(5, 0.1))


def test_half_an_answer_shows_when_it_is_read() -> None:
    half = Reply(200, ((b"x-a", b"1"),), b"0123456789", ending=Ending.HALF)
    with requests.Session() as session:
        mount_requests(session, Replies(half))
        answer = session.post(URL, stream=True)
        assert (answer.status_code, answer.headers["x-a"]) == (200, "1")
        with pytest.raises(requests.exceptions.ChunkedEncodingError):
            next(answer.iter_content(100))


def test_a_proxy_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.example:3128")
    api = Replies()
    with requests.Session() as session:
        for scheme in ("http://", "https://"):
            session.mount(scheme, FakeAdapter(api))
        session.get("http://api.segment.io/v1/a?b=c")
        session.get("https://user:pass@api.segment.io:8443/v1/a", proxies={"https": "http://proxy.example"})
    one, other = api.requests
    assert (one.path, one.query, one.scheme) == ("/v1/a", "b=c", "http")
    assert one.headers.get(b"host") == b"api.segment.io"
    assert (other.scheme, other.headers.get(b"host")) == ("https", b"api.segment.io:8443")


def test_hosts_of_others_stay_as_they_are() -> None:
    with requests.Session() as session:
        adapter = mount_requests(session, Replies())
        assert session.get_adapter("https://api.segment.io/v1/b") is adapter
        assert session.get_adapter("http://oauth2.segment.io/token") is adapter
        assert not isinstance(session.get_adapter("https://api.segment.io.example.com/v1/b"), FakeAdapter)
        assert not isinstance(session.get_adapter("https://example.com/"), FakeAdapter)


def test_a_block_leaves_the_session_as_it_was() -> None:
    with requests.Session() as session:
        before = dict(session.adapters)
        with mounted_requests(session, Replies()) as adapter:
            assert session.get_adapter(URL) is adapter
        assert dict(session.adapters) == before


def test_an_adapter_can_stand_for_everything() -> None:
    api = Replies(Reply(404))
    with requests.Session() as session:
        session.mount("http://", FakeAdapter(api))
        assert session.get("http://localhost:8000/v1/t").status_code == 404
        assert session.get("http://[::1]:8000/v1/t").status_code == 404
    assert [request.headers.get(b"host") for request in api.requests] == [b"localhost:8000", b"[::1]:8000"]


def test_a_host_header_of_ones_own_stays() -> None:
    api = Replies()
    with requests.Session() as session:
        mount_requests(session, api)
        session.post(URL, headers={"Host": "other.example"})
    assert api.requests[0].headers.get_all(b"host") == (b"other.example",)
