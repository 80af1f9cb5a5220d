"""`AsyncSegmentClient`: the loop, cancellation, other threads, and the end."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest

from segment_hooks.client import AsyncSegmentClient, Receipt, ReceiptState, SegmentError, TransportError
from segment_hooks.errors import ConfigurationError
from tests.hooks.client.doubles import Scripted, ScriptedAsync, refusal


def client_on(transport: Any, **options: Any) -> AsyncSegmentClient:
    return AsyncSegmentClient("wk-secret", transport=transport, random=lambda: 1.0, **options)


def track(client: AsyncSegmentClient, number: int = 0) -> Any:
    return client.event.track(user_id="u", event="E", message_id=f"m-{number}")


async def under_way(client: AsyncSegmentClient) -> None:
    for _ in range(2_000):
        if client.stats.requests:
            return
        await asyncio.sleep(0.005)
    raise AssertionError("nothing was sent")


@pytest.mark.parametrize("make", [Scripted, ScriptedAsync])
async def test_delivered_by_either_kind_of_transport(make: Any) -> None:
    transport = make()
    async with client_on(transport, flush_interval=0.01) as client:
        assert await track(client) is ReceiptState.DELIVERED
        assert client.stats.delivered == 1
        assert repr(client) == "AsyncSegmentClient('https://api.segment.io/v1/batch')"
    inner = transport if isinstance(transport, Scripted) else transport.inner
    for _ in range(1_000):  # a blocking transport is closed in its own thread
        if inner.closed:
            break
        await asyncio.sleep(0.005)
    assert inner.closed == 1


async def test_a_batch_by_count_and_by_flush() -> None:
    transport = ScriptedAsync()
    async with client_on(transport, flush_at=3, flush_interval=1_000) as client:
        receipts = [track(client, number) for number in range(3)]
        assert [await each for each in receipts] == [ReceiptState.DELIVERED] * 3
        client.event.batch([{"user_id": "u", "event": "E"}, {"user_id": "u", "event": "E"}])
        assert await client.flush(20)
    assert [len(batch) for batch in transport.inner.batches] == [3, 2]


async def test_calls_from_other_threads() -> None:
    transport = ScriptedAsync()
    async with client_on(transport, flush_interval=0.01) as client:

        def work() -> None:
            receipts.extend(track(client, number) for number in range(50))

        receipts: list[Any] = []
        await asyncio.to_thread(work)
        assert [await each for each in receipts] == [ReceiptState.DELIVERED] * 50


async def test_a_cancelled_caller_loses_nothing() -> None:
    gate = threading.Event()
    async with client_on(Scripted(gate=gate), flush_at=1) as client:
        receipt = track(client)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await receipt
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await client.flush()
        assert not await client.flush(0.01)
        gate.set()
        assert await client.flush(20)
        assert await receipt is ReceiptState.DELIVERED


async def test_a_cancelled_task_is_started_again_and_sends_again() -> None:
    gate = threading.Event()
    transport = Scripted(gate=gate)
    async with client_on(transport, flush_at=1) as client:
        receipt = track(client)
        await under_way(client)
        assert client._task is not None
        client._task.cancel()
        await asyncio.wait([client._task])
        assert receipt.state is ReceiptState.PENDING
        gate.set()
        track(client, 1)
        assert await client.flush(20)
        assert await receipt is ReceiptState.DELIVERED
    assert [len(batch) for batch in transport.batches][:1] == [1]
    assert {each["messageId"] for each in transport.events} == {"m-0", "m-1"}


def test_a_client_outlives_its_loop() -> None:
    transport = ScriptedAsync()
    client = client_on(transport)

    async def once(number: int) -> None:
        track(client, number)
        assert await client.flush(20)

    asyncio.run(once(0))
    asyncio.run(once(1))
    asyncio.run(client.close())
    assert [each["messageId"] for each in transport.inner.events] == ["m-0", "m-1"]
    assert transport.inner.forgotten == 2  # connections belong to the loop that they were made on


def test_a_call_before_there_is_a_loop_is_kept() -> None:
    transport = ScriptedAsync()
    client = client_on(transport)
    receipt = track(client)

    async def later() -> None:
        assert await client.flush(20)
        await client.close()

    asyncio.run(later())
    assert receipt.state is ReceiptState.DELIVERED


def test_what_a_loop_has_left_is_delivered_at_exit() -> None:
    transport = Scripted()
    client = client_on(transport)

    async def only() -> None:
        track(client)

    asyncio.run(only())
    client.at_exit()
    assert [each["messageId"] for each in transport.events] == ["m-0"]
    assert client.stats.delivered == 1


def test_or_given_up_where_that_takes_a_loop() -> None:
    errors: list[SegmentError] = []
    client = client_on(ScriptedAsync(), on_error=errors.append)

    async def only() -> None:
        track(client)

    asyncio.run(only())
    client.at_exit()
    assert [each.code for each in errors] == ["not_closed"]
    assert client.stats.abandoned == 1


async def test_room() -> None:
    gate = threading.Event()
    async with client_on(Scripted(gate=gate), flush_at=1, max_queue=1, overflow="raise") as client:
        await client.room()
        track(client, 0)
        await under_way(client)
        track(client, 1)
        with pytest.raises(SegmentError, match="queue is full"):
            track(client, 2)
        waiting = asyncio.create_task(client.room())
        await asyncio.sleep(0.01)
        assert not waiting.done()
        gate.set()
        await asyncio.wait_for(waiting, 20)
        track(client, 3)
        assert await client.flush(20)
        assert client.stats.delivered == 3


async def test_full_drops_the_oldest() -> None:
    gate = threading.Event()
    errors: list[SegmentError] = []
    async with client_on(Scripted(gate=gate), flush_at=1, max_queue=1, on_error=errors.append) as client:
        track(client, 0)
        await under_way(client)
        track(client, 1)
        track(client, 2)
        gate.set()
        await client.flush(20)
        assert client.stats.dropped == 1
    assert [each.message_ids for each in errors] == [("m-1",)]


async def test_errors() -> None:
    errors: list[SegmentError] = []
    transport = ScriptedAsync(TransportError("timeout"), refusal(403, code="no"), KeyError("x"))
    async with client_on(transport, on_error=errors.append, flush_at=1) as client:
        assert await track(client) is ReceiptState.REJECTED
        assert await track(client, 1) is ReceiptState.DELIVERED
    assert [(each.code, each.message_ids) for each in errors] == [("no", ("m-0",))]


async def test_close_gives_up_in_time() -> None:
    gate = threading.Event()
    client = client_on(Scripted(gate=gate), flush_at=1)
    receipt = track(client)
    await under_way(client)
    await client.close(0.01)
    gate.set()
    await client.close()
    assert await receipt is ReceiptState.ABANDONED
    with pytest.raises(SegmentError, match="closed"):
        track(client)


async def test_a_call_that_meets_the_close_half_way_is_accounted_for() -> None:
    client = client_on(ScriptedAsync())
    await client.close()
    client._core.batcher.capacity = 100  # as the call saw it, just before
    receipt = client.accept(Receipt("m", b"{}"))
    assert await receipt is ReceiptState.ABANDONED


async def test_what_cannot_work() -> None:
    with pytest.raises(ConfigurationError, match="block"):
        AsyncSegmentClient("wk", overflow="block")
    with pytest.raises(ConfigurationError, match="no transport"):
        AsyncSegmentClient("wk", transport=object())  # type: ignore[arg-type]
    with pytest.raises(ConfigurationError, match="default transport"):
        AsyncSegmentClient("wk", transport=ScriptedAsync(), proxy=False)
