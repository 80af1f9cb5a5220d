"""The client against the served fake on its bad days, over real sockets: nothing missing, nothing twice."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from segment_hooks.client import AsyncSegmentClient, ReceiptState, SegmentClient, SegmentError, SegmentErrorType
from segment_testing.fake import FakeSettings, TrackingAPI, faults, serve
from segment_testing.fake.faults import Fault
from segment_testing.fake.server import ServedFake
from segment_testing.fake.settings import Limits

QUICK: dict[str, Any] = {"timeout": 0.3, "proxy": False, "random": lambda: 1.0, "flush_at": 10}


@pytest.fixture
def fake() -> Iterator[ServedFake]:
    with serve(TrackingAPI()) as served:
        yield served


def events(fake: ServedFake) -> list[str]:
    return [call.name or "" for call in fake.api.ledger.calls]


TROUBLE: dict[str, Callable[[], Fault]] = {
    "500": lambda: faults.status(500).times(2),
    "429": lambda: faults.rate_limited(retry_after=1).times(1),
    "408, 460": lambda: faults.sequence(408, 460),
    "410": lambda: faults.sequence(410),
    "slow": lambda: faults.slow(0.5).times(1),
    "reset": lambda: faults.reset().times(2),
    "reset, after it was taken": lambda: faults.reset(recorded=True).times(2),
    "half": lambda: faults.half().times(2),
    "half, after it was taken": lambda: faults.half(recorded=True).times(2),
    "a bit of everything": lambda: faults.sequence(500, faults.reset(recorded=True), 200, faults.half(), 429),
}


@pytest.mark.parametrize("trouble", TROUBLE)
def test_everything_arrives_once_and_in_order(trouble: str, fake: ServedFake) -> None:
    fake.api.faults.add(TROUBLE[trouble]())
    with SegmentClient("wk", host=fake.url, **QUICK) as client:
        receipts = [client.event.track(user_id="u", event=str(number)) for number in range(35)]
        assert client.flush(20)
        assert client.stats.retries > 0
    assert events(fake) == [str(number) for number in range(35)]
    assert {each.state for each in receipts} == {ReceiptState.DELIVERED}
    tries = [int(call.reception.retry_count) for call in fake.api.ledger.calls]
    twice = {each.message_id for each in fake.api.ledger.duplicates}
    assert bool(twice) == ("taken" in trouble or trouble in {"slow", "a bit of everything"})
    assert max(tries) > 0 or twice


@pytest.mark.parametrize("trouble", ["500", "slow", "half, after it was taken"])
async def test_the_same_on_an_event_loop(trouble: str, fake: ServedFake) -> None:
    fake.api.faults.add(TROUBLE[trouble]())
    async with AsyncSegmentClient("wk", host=fake.url, **QUICK) as client:
        receipts = [client.event.track(user_id="u", event=str(number)) for number in range(35)]
        assert await client.flush(20)
        assert client.stats.retries > 0
        assert [await each for each in receipts] == [ReceiptState.DELIVERED] * 35
    assert events(fake) == [str(number) for number in range(35)]


T = SegmentErrorType
ANSWERS = [
    (400, T.VALIDATION, False),
    (401, T.AUTHENTICATION, False),
    (403, T.AUTHORIZATION, False),
    (404, T.NOT_FOUND, False),
    (429, T.RATE_LIMIT, True),
    (500, T.SERVER, True),
    (501, T.SERVER, False),
]


@pytest.mark.parametrize(("status", "kind", "retriable"), ANSWERS)
def test_every_type_of_error_comes_from_an_answer(
    status: int, kind: SegmentErrorType, retriable: bool, fake: ServedFake
) -> None:
    fake.api.faults.add(faults.status(status))
    found: list[SegmentError] = []
    with SegmentClient("wk", host=fake.url, max_retries=0, on_error=found.append, **QUICK) as client:
        receipt = client.event.track(user_id="u", event="E")
        assert not client.flush(20)
    (error,) = found
    assert receipt.error is error
    assert (error.type, error.status_code, error.is_retriable()) == (kind, status, retriable)
    assert error.message_ids == (receipt.message_id,)
    assert receipt.state is (ReceiptState.ABANDONED if retriable else ReceiptState.REJECTED)


def test_a_redirect_is_of_unknown_type() -> None:
    from tests.hooks.client.doubles import answer, serving

    with (
        serving(lambda handler, _: answer(handler, 302)) as port,
        SegmentClient("wk", host=f"http://127.0.0.1:{port}", **QUICK) as client,
    ):
        receipt = client.event.track(user_id="u", event="E")
        client.flush(20)
    assert receipt.error is not None
    assert (receipt.error.type, receipt.error.status_code) == (T.UNKNOWN, 302)


def test_nobody_there_is_a_network_error_until_somebody_is() -> None:
    served = serve(TrackingAPI())
    with served:
        pass  # the port is known now, and free again
    with SegmentClient("wk", host=served.url, **QUICK) as client:
        receipt = client.event.track(user_id="u", event="E")
        assert not client.flush(0.2)
        assert client.stats.retries > 0
        with served:
            assert client.flush(20)
    assert receipt.state is ReceiptState.DELIVERED
    with SegmentClient("wk", host=served.url, max_retries=0, **QUICK) as client:
        receipt = client.event.track(user_id="u", event="E")
        assert not client.flush(20)
    assert receipt.error is not None
    assert (receipt.error.type, receipt.error.code) == (T.NETWORK, "connection_refused")


def test_a_server_that_restarts_is_not_even_noticed() -> None:
    served = serve(TrackingAPI())
    with served:
        url = served.url
    with SegmentClient("wk", host=url, **QUICK) as client:
        for round_ in range(3):
            with served:
                client.event.track(user_id="u", event=str(round_))
                assert client.flush(20)
    assert events(served) == ["0", "1", "2"]


def test_one_event_too_large_for_the_server_does_not_sink_its_neighbours() -> None:
    api = TrackingAPI(FakeSettings(limits=Limits(event=1_000)))
    with serve(api) as fake, SegmentClient("wk", host=fake.url, **QUICK) as client:
        receipts = [
            client.event.track(user_id="u", event=str(number), properties={"x": "y" * (2_000 if number == 7 else 1)})
            for number in range(20)
        ]
        assert not client.flush(20)
    states = [each.state for each in receipts]
    assert states[7] is ReceiptState.REJECTED
    assert receipts[7].error is not None
    assert receipts[7].error.message_ids == (receipts[7].message_id,)
    assert states[:7] + states[8:] == [ReceiptState.DELIVERED] * 19
    assert events(fake) == [str(number) for number in range(20) if number != 7]
    assert client.stats.divisions > 0


def test_a_batch_too_large_for_the_server_is_divided() -> None:
    api = TrackingAPI(FakeSettings(limits=Limits(request=3_000)))
    with serve(api) as fake, SegmentClient("wk", host=fake.url, **QUICK) as client:
        client.event.batch([{"user_id": "u", "event": str(number)} for number in range(60)])
        assert client.flush(20)
        assert client.stats.divisions > 0
    assert events(fake) == [str(number) for number in range(60)]


SEQUENCE = (500, 200, faults.reset(recorded=True), 200, faults.half(), 200, 503, faults.half(recorded=True), 200, 200)


def test_many_threads_and_a_bad_server(fake: ServedFake) -> None:
    fake.api.faults.add(faults.sequence(*SEQUENCE).times(3))
    with SegmentClient("wk", host=fake.url, max_queue=100_000, **QUICK) as client:

        def work(name: int) -> None:
            for number in range(625):
                client.event.track(user_id=name, event=str(number), properties={"number": number})

        threads = [threading.Thread(target=work, args=(name,)) for name in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
        assert client.flush(30)
        stats = client.stats
    assert (stats.accepted, stats.delivered) == (5_000, 5_000)
    calls = fake.api.ledger.calls
    assert len({call.message_id for call in calls}) == len(calls) == 5_000
    for name in range(8):
        assert [int(call.name or "") for call in calls if call.user_id == str(name)] == list(range(625))


async def test_many_tasks_and_a_bad_server(fake: ServedFake) -> None:
    fake.api.faults.add(faults.sequence(*SEQUENCE).times(3))
    async with AsyncSegmentClient("wk", host=fake.url, max_queue=100_000, **QUICK) as client:

        async def work(name: int) -> None:
            for number in range(200):
                client.event.track(user_id=name, event=str(number), properties={"number": number})
                if number % 20 == 0:
                    await asyncio.sleep(0)

        await asyncio.gather(*(work(name) for name in range(8)))
        assert await client.flush(30)
        assert client.stats.delivered == 1_600
    calls = fake.api.ledger.calls
    assert len({call.message_id for call in calls}) == len(calls) == 1_600
