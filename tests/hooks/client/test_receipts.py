"""Receipts: waited for, awaited, ignored."""

from __future__ import annotations

import asyncio
import threading

import pytest

from segment_hooks.client import ReceiptState, SegmentError, SegmentErrorType
from segment_hooks.client.receipt import Receipt, settle

ERROR = SegmentError("no", type=SegmentErrorType.SERVER, code="status_500")


def test_pending_until_settled() -> None:
    receipt = Receipt("m", b"{}")
    assert receipt.wait(0) is ReceiptState.PENDING
    assert repr(receipt) == "Receipt('m', pending)"
    settle([receipt], ReceiptState.REJECTED, ERROR)
    assert receipt.wait() is ReceiptState.REJECTED
    assert receipt.error is ERROR
    assert receipt.body == b""  # nothing that was sent is kept


def test_the_first_fate_counts() -> None:
    receipt = Receipt("m", b"{}")
    settle([receipt], ReceiptState.ABANDONED, ERROR)
    settle([receipt], ReceiptState.DELIVERED)
    assert (receipt.state, receipt.error) == (ReceiptState.ABANDONED, ERROR)


def test_any_number_of_threads_wait() -> None:
    receipt = Receipt("m", b"{}")
    found: list[ReceiptState] = []
    threads = [threading.Thread(target=lambda: found.append(receipt.wait(20))) for _ in range(5)]
    for thread in threads:
        thread.start()
    settle([receipt], ReceiptState.DELIVERED)
    for thread in threads:
        thread.join(20)
    assert found == [ReceiptState.DELIVERED] * 5


async def test_awaited_by_any_number_of_tasks() -> None:
    receipt = Receipt("m", b"{}")

    async def wait() -> ReceiptState:
        return await receipt

    tasks = [asyncio.create_task(wait()) for _ in range(3)]
    await asyncio.sleep(0)
    threading.Thread(target=settle, args=([receipt], ReceiptState.DELIVERED)).start()
    assert await asyncio.wait_for(asyncio.gather(*tasks), 20) == [ReceiptState.DELIVERED] * 3
    assert await receipt is ReceiptState.DELIVERED


async def test_a_waiter_that_is_cancelled_leaves_nothing_behind() -> None:
    receipt = Receipt("m", b"{}")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await receipt
    assert receipt._waiters is None
    settle([receipt], ReceiptState.DELIVERED)


def test_a_loop_that_has_gone_hurts_nobody() -> None:
    receipt = Receipt("m", b"{}")
    loop = asyncio.new_event_loop()

    async def wait() -> None:
        await receipt

    task = loop.create_task(wait())
    loop.call_soon(loop.stop)
    loop.run_forever()
    waiters = receipt._waiters
    task.cancel()
    loop.run_until_complete(asyncio.wait([task]))
    loop.close()
    assert waiters is not None
    for waiter in waiters:
        waiter()
