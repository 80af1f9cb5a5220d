"""What is respx's own: its fixture, its routers, its rules."""

from __future__ import annotations

import httpx
import pytest
import respx
from respx.models import AllMockedAssertionError

from segment_testing.fake.wire import Ending, FakeRequest, Reply
from segment_testing.mocking.respx import respx_routes

URL = "https://api.segment.io/v1/track"


class Fake:
    """Answers with the number of the request."""

    def __init__(self) -> None:
        self.requests: list[FakeRequest] = []

    def handle(self, request: FakeRequest) -> Reply:
        self.requests.append(request)
        return Reply(200, body=b'{"number": %d}' % len(self.requests))


def post(url: str = URL) -> httpx.Response:
    return httpx.post(url, json={"a": 1}, verify=False)


def test_with_the_fixture(respx_mock: respx.MockRouter) -> None:
    fake = Fake()
    respx_routes(fake, respx_mock)
    ours = respx_mock.get("https://shop.example/").respond(201)
    assert post().json() == {"number": 1}
    assert httpx.get("https://shop.example/", verify=False).status_code == 201
    assert ours.called
    assert respx_mock.calls[0].response.json() == {"number": 1}


def test_that_nothing_is_sent_is_no_mistake(respx_mock: respx.MockRouter) -> None:
    respx_routes(Fake(), respx_mock)  # the fixture fails a test whose routes were not called


def test_the_other_routes_of_a_router_keep_to_its_rules() -> None:
    router = respx.MockRouter()
    router.get("https://shop.example/")
    respx_routes(Fake(), router)
    with pytest.raises(AssertionError, match="not called"), router:
        post()


def test_what_no_route_takes_is_an_error() -> None:
    with respx_routes(Fake()), pytest.raises(AllMockedAssertionError):
        post("https://shop.example/")


def test_a_block_ends() -> None:
    fake = Fake()
    with respx_routes(fake):
        post()
    with respx.mock, pytest.raises(AllMockedAssertionError):
        post()
    assert len(fake.requests) == 1


def test_two_fakes_on_one_router() -> None:
    us, eu = Fake(), Fake()
    router = respx_routes(us, hosts=["api.segment.io"])
    with respx_routes(eu, router, hosts=["events.eu1.segmentapis.com"]):
        post()
        post("https://events.eu1.segmentapis.com/v1/track")
        post()
    assert (len(us.requests), len(eu.requests)) == (2, 1)


async def test_in_an_async_test(respx_mock: respx.MockRouter) -> None:
    respx_routes(Fake(), respx_mock)
    async with httpx.AsyncClient(verify=False) as client:
        assert (await client.post(URL)).json() == {"number": 1}


def test_half_an_answer_shows_when_it_is_read() -> None:
    class Half:
        def handle(self, request: FakeRequest) -> Reply:
            return Reply(200, ((b"x-a", b"1"),), b"0123456789", ending=Ending.HALF)

    with respx_routes(Half()), httpx.Client(verify=False) as client, client.stream("POST", URL) as answer:
        assert answer.headers["x-a"] == "1"
        with pytest.raises(httpx.RemoteProtocolError, match="5 of 10 bytes"):
            answer.read()


def test_no_host_is_no_route() -> None:
    with pytest.raises(ValueError, match="hosts is empty"):
        respx_routes(Fake(), hosts=[])
