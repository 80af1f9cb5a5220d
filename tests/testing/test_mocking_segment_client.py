"""The client of segment_hooks over the fake, without a port."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from segment_hooks.client import AsyncSegmentClient, HttpAnswer, HttpRequest, SegmentClient, Transport, TransportError
from segment_testing import FakeSegment, FakeSettings, faults
from segment_testing.fake import Fault
from segment_testing.mocking.segment_client import FakeTransport

BODY = b'{"userId": "u1", "event": "A", "writeKey": "wk"}'


def request(path: str = "/v1/track", **headers: str) -> HttpRequest:
    return HttpRequest(f"https://api.segment.io{path}", {"content-type": "application/json", **headers}, BODY)


def by_thread(transport: FakeTransport, asked: HttpRequest) -> HttpAnswer:
    return transport.send(asked)


def by_loop(transport: FakeTransport, asked: HttpRequest) -> HttpAnswer:
    return asyncio.run(transport.send_async(asked))


Send = Callable[[FakeTransport, HttpRequest], HttpAnswer]
both_ways = pytest.mark.parametrize("send", [by_thread, by_loop])


@pytest.fixture
def fake() -> FakeSegment:
    return FakeSegment()


@both_ways
def test_a_request_and_its_answer(fake: FakeSegment, send: Send) -> None:
    answer = send(FakeTransport(fake), request("/v1/track?x=1", **{"user-agent": "an SDK"}))
    assert (answer.status, answer.body) == (200, b'{"success":true}')
    assert answer.headers["content-type"].startswith("application/json")
    assert fake.calls[0].reception.user_agent == "an SDK"


@both_ways
@pytest.mark.parametrize(
    ("fault", "code"),
    [(faults.reset(), "connection_reset"), (faults.half(), "incomplete_read"), (faults.slow(11), "read_timeout")],
)
def test_trouble(fake: FakeSegment, send: Send, fault: Fault, code: str) -> None:
    fake.faults.add(fault)
    with pytest.raises(TransportError) as trouble:
        send(FakeTransport(fake), request())
    assert trouble.value.code == code


@both_ways
def test_a_slow_answer_comes_at_once_or_when_it_would(fake: FakeSegment, send: Send) -> None:
    at_once, in_time = FakeTransport(fake), FakeTransport(fake, wait=True)
    fake.faults.add(faults.sequence(faults.slow(9), faults.slow(0.01)))
    assert send(at_once, request()).status == 200
    assert send(in_time, request()).status == 200
    assert (at_once.delays, in_time.delays) == ([9], [0.01])


def test_a_client_sends_everything_and_tries_again(fake: FakeSegment) -> None:
    transport = FakeTransport(fake)
    assert isinstance(transport, Transport)
    fake.faults.add(faults.status(500).times(1))
    with SegmentClient("wk", transport=transport, flush_interval=0, random=lambda: 0.0) as client:
        client.event.track(user_id="u1", event="A")
        assert client.flush(timeout=10)
    fake.expect.track("A").once()
    assert [call.reception.retry_count for call in fake.calls] == [1]


def test_an_async_client(fake: FakeSegment) -> None:
    async def send() -> None:
        async with AsyncSegmentClient("wk", transport=FakeTransport(fake), flush_interval=0) as client:
            await client.event.track(user_id="u1", event="A")

    asyncio.run(send())
    fake.expect.track("A", user_id="u1").once()


def test_a_key_that_is_not_known() -> None:
    fake = FakeSegment(FakeSettings(write_keys={"other"}))
    assert by_thread(FakeTransport(fake), request()).status == 200
    assert [rejection.reason for rejection in fake.rejected] == ["unknown_source"]
