"""The transports of other libraries: the same events arrive, the same troubles are told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import httpx2
import pytest
import respx

from segment_hooks.client import AsyncSegmentClient, AsyncTransport, ReceiptState, SegmentClient, SegmentErrorType
from segment_hooks.client.transports.aiohttp import AiohttpTransport
from segment_hooks.client.transports.httpx import AsyncHttpxTransport, HttpxTransport
from segment_hooks.client.transports.httpx2 import AsyncHttpx2Transport, Httpx2Transport
from segment_testing.fake import TrackingAPI, faults, serve
from segment_testing.fake.server import ServedFake

TRANSPORTS: list[Callable[..., Any]] = [
    HttpxTransport,
    AsyncHttpxTransport,
    Httpx2Transport,
    AsyncHttpx2Transport,
    AiohttpTransport,
]


@pytest.fixture
def fake() -> Iterator[ServedFake]:
    with serve(TrackingAPI()) as served:
        yield served


async def send(transport: Any, host: str, count: int = 3, **options: Any) -> list[Any]:
    """Send events by the client that the transport is for, and return the receipts."""
    options = {"random": lambda: 1.0, **options}
    if isinstance(transport, AsyncTransport):
        async with AsyncSegmentClient("wk", transport=transport, host=host, **options) as client:
            receipts = [client.event.track(user_id="u", event=str(number)) for number in range(count)]
            await client.flush(20)
    else:
        with SegmentClient("wk", transport=transport, host=host, **options) as blocking:
            receipts = [blocking.event.track(user_id="u", event=str(number)) for number in range(count)]
            blocking.flush(20)
    return receipts


@pytest.mark.parametrize("make", TRANSPORTS, ids=lambda made: made.__name__)
async def test_events_arrive(make: Any, fake: ServedFake) -> None:
    receipts = await send(make(), fake.url)
    assert [each.state for each in receipts] == [ReceiptState.DELIVERED] * 3
    assert [call.name for call in fake.api.ledger.calls] == ["0", "1", "2"]


@pytest.mark.parametrize("make", TRANSPORTS, ids=lambda made: made.__name__)
async def test_and_still_arrive_after_trouble(make: Any, fake: ServedFake) -> None:
    fake.api.faults.add(faults.sequence(faults.reset(), faults.half()))
    receipts = await send(make(), fake.url, gzip=True)
    assert [each.state for each in receipts] == [ReceiptState.DELIVERED] * 3
    assert [call.name for call in fake.api.ledger.calls] == ["0", "1", "2"]


@pytest.mark.parametrize("make", TRANSPORTS, ids=lambda made: made.__name__)
@pytest.mark.parametrize("fault", ["reset", "half", "slow", "nobody"])
async def test_troubles_are_network_errors(make: Any, fault: str, fake: ServedFake) -> None:
    timeout: Any = 0.1
    if make is AiohttpTransport:
        import aiohttp

        timeout = aiohttp.ClientTimeout(total=0.1)
    transport = make(timeout=timeout) if fault == "slow" else make()
    host = fake.url
    if fault == "nobody":
        fake.stop()
    else:
        fake.api.faults.add({"reset": faults.reset(), "half": faults.half(), "slow": faults.slow(0.5)}[fault])
    (receipt,) = await send(transport, host, 1, max_retries=0)
    error = receipt.error
    assert error is not None
    assert (error.type, error.status_code, error.is_retriable()) == (SegmentErrorType.NETWORK, None, True)
    assert error.code
    assert error.code == error.code.lower()


@pytest.mark.parametrize("make", TRANSPORTS, ids=lambda made: made.__name__)
async def test_answers_are_told(make: Any, fake: ServedFake) -> None:
    fake.api.faults.add(faults.status(403))
    (receipt,) = await send(make(), fake.url, 1)
    assert (receipt.error.type, receipt.error.status_code) == (SegmentErrorType.AUTHORIZATION, 403)


async def test_forgotten_connections_are_made_anew(fake: ServedFake) -> None:
    for make in TRANSPORTS:
        transport = make()
        before = fake.api.ledger.total
        if isinstance(transport, AsyncTransport):
            async with AsyncSegmentClient("wk", transport=transport, host=fake.url) as client:
                for _ in range(2):
                    client.event.track(user_id="u", event="E")
                    assert await client.flush(20)
                    kept = getattr(transport, "_client", None) or getattr(transport, "_session", None)
                    transport.forget()
                    await (kept.aclose() if hasattr(kept, "aclose") else kept.close())  # type: ignore[union-attr]
        else:
            with SegmentClient("wk", transport=transport, host=fake.url) as blocking:
                for _ in range(2):
                    blocking.event.track(user_id="u", event="E")
                    assert blocking.flush(20)
                    kept = transport._client
                    transport.forget()
                    kept.close()
        assert fake.api.ledger.total == before + 2


@pytest.mark.parametrize("make", TRANSPORTS, ids=lambda made: made.__name__)
async def test_of_a_long_answer_the_beginning_is_enough(make: Any) -> None:
    from tests.hooks.client.doubles import answer, serving

    with serving(lambda handler, _: answer(handler, 403, b"x" * 300_000)) as port:
        for _ in range(2):
            (receipt,) = await send(make(), f"http://127.0.0.1:{port}", 1)
            assert (receipt.error.status_code, receipt.error.detail) == (403, "x" * 500)


@respx.mock
async def test_respx_mocks_it() -> None:
    route = respx.post("https://api.segment.io/v1/batch").mock(
        side_effect=[httpx.Response(500), httpx.ConnectTimeout, httpx.Response(200, json={"success": True})]
    )
    for transport in (HttpxTransport(), AsyncHttpxTransport()):
        (receipt,) = await send(transport, "https://api.segment.io", 1)
        assert receipt.state is ReceiptState.DELIVERED
        route.side_effect = None
        route.return_value = httpx.Response(200)
    assert route.call_count == 4


@pytest.mark.parametrize("library", [httpx, httpx2], ids=lambda library: library.__name__)
async def test_transports_in_the_same_process(library: Any) -> None:
    seen: list[bytes] = []

    def handle(request: Any) -> Any:
        seen.append(request.content)
        return library.Response(200, json={"success": True})

    make, make_async = {
        "httpx": (HttpxTransport, AsyncHttpxTransport),
        "httpx2": (Httpx2Transport, AsyncHttpx2Transport),
    }[library.__name__]
    for transport in (
        make(transport=library.MockTransport(handle)),
        make_async(transport=library.MockTransport(handle)),
    ):
        (receipt,) = await send(transport, "https://api.segment.io", 1)
        assert receipt.state is ReceiptState.DELIVERED
    assert len(seen) == 2
