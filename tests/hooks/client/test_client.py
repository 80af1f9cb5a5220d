"""`SegmentClient`: threads, full queues, errors, and the end, with a network that does what the test says."""

from __future__ import annotations

import logging
import threading
from typing import Any

import pytest

from segment_hooks.client import (
    HttpAnswer,
    Receipt,
    ReceiptState,
    SegmentClient,
    SegmentError,
    SegmentErrorType,
    Transport,
    TransportError,
)
from segment_hooks.errors import ConfigurationError
from tests.hooks.client.doubles import Scripted, refusal

DENIED = refusal(401, code="invalid_key", message="who is alice@example.com?")


def client_on(transport: Transport, **options: Any) -> SegmentClient:
    options.setdefault("random", lambda: 1.0)
    return SegmentClient("wk-secret", transport=transport, **options)


def track(client: SegmentClient, number: int = 0) -> Any:
    return client.event.track(user_id="alice@example.com", event="E", message_id=f"m-{number}")


def test_delivered_in_the_background() -> None:
    transport = Scripted()
    with client_on(transport, flush_interval=0.01) as client:
        receipt = track(client)
        assert receipt.wait(20) is ReceiptState.DELIVERED
    assert transport.closed == 1
    assert [event["messageId"] for event in transport.events] == ["m-0"]


def test_the_order_of_a_thread_is_kept_whatever_the_others_do() -> None:
    transport = Scripted()
    with client_on(transport, flush_at=7, max_queue=100_000) as client:

        def work(name: int) -> None:
            for number in range(500):
                client.event.track(user_id=name, event=str(number), properties={})

        threads = [threading.Thread(target=work, args=(name,)) for name in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
        assert client.flush(20)
        assert client.stats.delivered == 4_000
    for name in range(8):
        assert [int(each["event"]) for each in transport.events if each["userId"] == str(name)] == list(range(500))


def test_a_flush_with_nothing_to_do() -> None:
    with client_on(Scripted()) as client:
        assert client.flush(20)
        assert client.flush()


def test_a_flush_says_what_was_not_delivered() -> None:
    with client_on(Scripted(DENIED)) as client:
        track(client)
        assert not client.flush(20)
        track(client)
        assert client.flush(20)


def test_a_flush_gives_up_waiting() -> None:
    gate = threading.Event()
    with client_on(Scripted(gate=gate)) as client:
        receipt = track(client)
        assert not client.flush(0.01)
        assert receipt.state is ReceiptState.PENDING
        gate.set()
        assert client.flush(20)


def test_errors_are_told_to_everyone_without_personal_data(caplog: pytest.LogCaptureFixture) -> None:
    errors: list[SegmentError] = []
    with client_on(Scripted(DENIED), on_error=errors.append) as client:
        receipt = track(client, 1)
        client.flush(20)
        (error,) = errors
        assert receipt.error is error
        assert client.stats.rejected == 1
    assert (error.type, error.code, error.status_code) == (SegmentErrorType.AUTHENTICATION, "invalid_key", 401)
    assert error.message_ids == ("m-1",)
    assert error.detail == "who is alice@example.com?"
    (record,) = caplog.records
    assert record.name == "segment_hooks.client"
    assert record.levelno == logging.ERROR
    assert "alice" not in record.getMessage()
    assert record.getMessage() == "segment client: 1 event not taken (authentication: invalid_key, status 401)"


def test_on_error_that_raises_is_survived(caplog: pytest.LogCaptureFixture) -> None:
    def on_error(error: SegmentError) -> None:
        raise KeyError("alice@example.com")

    with client_on(Scripted(DENIED), on_error=on_error) as client:
        track(client)
        client.flush(20)
        assert track(client).wait(20) is ReceiptState.DELIVERED
    assert "segment client: on_error raised KeyError" in caplog.text
    assert "alice" not in caplog.text


def test_on_error_may_make_calls_but_not_wait_for_itself() -> None:
    raised: list[Exception] = []

    def on_error(error: SegmentError) -> None:
        client.event.track(user_id="u", event="Failed")
        try:
            client.flush()
        except RuntimeError as found:
            raised.append(found)

    transport = Scripted(DENIED)
    with client_on(transport, on_error=on_error) as client:
        track(client)
        client.flush(20)
        client.flush(20)
    assert len(raised) == 1
    assert [each["event"] for each in transport.events] == ["E", "Failed"]


def test_on_error_may_close() -> None:
    def on_error(error: SegmentError) -> None:
        client.close()

    client = client_on(Scripted(DENIED), on_error=on_error)
    track(client)
    client.flush(20)
    with pytest.raises(SegmentError, match="closed"):
        track(client)
    client.close()


def test_a_transport_that_breaks_its_word_is_survived(caplog: pytest.LogCaptureFixture) -> None:
    transport = Scripted(KeyError("alice@example.com"), TransportError("timeout"))
    with client_on(transport, max_retries=5) as client:
        assert track(client).wait(20) is ReceiptState.DELIVERED
        assert client.stats.retries == 2
    assert "alice" not in caplog.text


def test_an_observer_that_breaks_is_survived(caplog: pytest.LogCaptureFixture) -> None:
    class Broken:
        def sending(self, attempt: Any) -> Any:
            raise KeyError("x")

        def settled(self, state: ReceiptState, events: int, code: str | None) -> None:
            raise KeyError("x")

    with client_on(Scripted(), observer=Broken()) as client:
        receipt = track(client)
        assert client.flush(20)
        assert receipt.state is ReceiptState.DELIVERED
    assert caplog.text.count("the observer raised KeyError") == 2


def test_a_mistake_in_building_a_request_is_survived(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    transport = Scripted()
    with client_on(transport) as client:
        with monkeypatch.context() as patched:
            patched.setattr(client._core.endpoint, "_now", lambda: 1 / 0)
            receipt = track(client)
            assert not client.flush(0.1)
        assert client.flush(20)
        assert receipt.state is ReceiptState.DELIVERED
    assert "segment client: ZeroDivisionError while sending" in caplog.text


# ---- a full queue


def full(overflow: Any, gate: threading.Event, **options: Any) -> SegmentClient:
    """A client with one event on its way and two waiting, for which there is just room."""
    client = client_on(Scripted(gate=gate), overflow=overflow, max_queue=2, flush_at=1, **options)
    track(client, 0)
    while client.stats.requests == 0:
        pass
    track(client, 1)
    track(client, 2)
    return client


def test_full_drops_the_oldest_and_says_so(caplog: pytest.LogCaptureFixture) -> None:
    gate = threading.Event()
    errors: list[SegmentError] = []
    client = full("drop_oldest", gate, on_error=errors.append)
    receipts = [track(client, 3), *client.event.batch([{"user_id": "u", "event": "E", "message_id": "m-4"}])]
    gate.set()
    client.close()
    assert [each.message_ids for each in errors] == [("m-1",), ("m-2",)]
    assert {(each.type, each.code) for each in errors} == {(SegmentErrorType.RATE_LIMIT, "queue_full")}
    assert [each.state for each in receipts] == [ReceiptState.DELIVERED] * 2
    stats = client.stats
    assert (stats.accepted, stats.delivered, stats.dropped) == (5, 3, 2)
    assert caplog.text.count("queue_full") == 1  # the log is not flooded


def test_full_raises() -> None:
    gate = threading.Event()
    client = full("raise", gate)
    with pytest.raises(SegmentError, match="queue is full") as caught:
        track(client, 3)
    assert (caught.value.type, caught.value.code) == (SegmentErrorType.RATE_LIMIT, "queue_full")
    assert caught.value.is_retriable()
    with pytest.raises(SegmentError, match="queue is full"):
        client.event.batch([{"user_id": "u", "event": "E"}] * 2)
    gate.set()
    client.close()
    assert (client.stats.accepted, client.stats.delivered, client.stats.refused) == (3, 3, 3)


def test_full_blocks_until_there_is_room() -> None:
    gate = threading.Event()
    client = full("block", gate)
    receipts: list[Any] = []
    thread = threading.Thread(target=lambda: receipts.extend([track(client, 3), track(client, 4)]))
    thread.start()
    while client.stats.blocked == 0:
        pass
    assert receipts == []
    gate.set()
    thread.join(20)
    assert client.flush(20)
    assert [each.state for each in receipts] == [ReceiptState.DELIVERED] * 2
    client.close()
    assert client.stats.delivered == 5


def test_a_batch_larger_than_the_queue_goes_in_piece_by_piece() -> None:
    with client_on(Scripted(), overflow="block", max_queue=3, flush_at=1) as client:
        receipts = client.event.batch([{"user_id": "u", "event": str(number)} for number in range(20)])
        assert client.flush(20)
        assert {each.state for each in receipts} == {ReceiptState.DELIVERED}


def test_who_waits_for_room_is_let_go_when_the_client_closes() -> None:
    gate = threading.Event()
    client = full("block", gate)
    errors: list[SegmentError] = []

    def call() -> None:
        with pytest.raises(SegmentError, match="closed") as caught:
            track(client, 3)
        errors.append(caught.value)

    thread = threading.Thread(target=call)
    thread.start()
    while client.stats.blocked == 0:
        pass
    client.close(0)
    thread.join(20)
    gate.set()
    assert [each.code for each in errors] == ["closed"]


# ---- the end


def test_close_delivers_what_is_queued() -> None:
    transport = Scripted()
    client = client_on(transport, flush_interval=1_000)
    receipts = [track(client, number) for number in range(3)]
    client.close()
    assert {each.state for each in receipts} == {ReceiptState.DELIVERED}
    client.close()
    with pytest.raises(SegmentError, match="the client is closed") as caught:
        track(client)
    assert (caught.value.type, caught.value.code) == (SegmentErrorType.UNKNOWN, "closed")
    with pytest.raises(SegmentError, match="the client is closed"):
        client.event.batch([{"user_id": "u", "event": "E"}])
    assert client.flush(20)


def test_close_gives_up_in_time_and_says_so() -> None:
    gate = threading.Event()
    errors: list[SegmentError] = []
    client = client_on(Scripted(gate=gate), on_error=errors.append, flush_at=1)
    first = track(client, 0)
    while client.stats.requests == 0:
        pass
    second = track(client, 1)
    client.close(0.01)
    gate.set()
    assert [each.state for each in (first, second)] == [ReceiptState.ABANDONED] * 2
    (error,) = errors
    assert error.code == "closed"
    assert error.message_ids == ("m-0", "m-1")
    assert client.stats.abandoned == 2


def test_a_call_that_meets_the_close_half_way_is_accounted_for() -> None:
    client = client_on(Scripted())
    client.close()
    client._core.batcher.capacity = 100  # as the call saw it, just before
    receipt = client.accept(Receipt("m", b"{}"))
    assert receipt.state is ReceiptState.ABANDONED
    assert (client.stats.accepted, client.stats.abandoned) == (1, 1)


def test_nothing_is_sent_with_send_false() -> None:
    transport = Scripted()
    with client_on(transport, send=False) as client:
        receipt = track(client)
        assert (receipt.state, receipt.error.code) == (ReceiptState.ABANDONED, "send_false")
        client.flush(20)
    assert transport.requests == []
    assert (client.stats.accepted, client.stats.abandoned) == (1, 1)


def test_stats_add_up() -> None:
    gate = threading.Event()
    client = client_on(Scripted(DENIED, HttpAnswer(200), gate=gate), flush_at=1)
    track(client, 0)
    while client.stats.requests == 0:
        pass
    track(client, 1)
    stats = client.stats
    assert (stats.accepted, stats.queued) == (2, 2)
    gate.set()
    client.close()
    stats = client.stats
    assert (stats.accepted, stats.delivered, stats.rejected, stats.queued, stats.requests) == (2, 1, 1, 0, 2)


# ---- how it is set up


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"region": "mars"}, "region"),
        ({"overflow": "explode"}, "overflow"),
        ({"host": "api.segment.io"}, "host"),
        ({"flush_at": 0}, "flush_at"),
        ({"flush_at": 2_501}, "flush_at"),
        ({"flush_at": True}, "flush_at"),
        ({"flush_interval": -1}, "flush_interval"),
        ({"flush_interval": float("inf")}, "flush_interval"),
        ({"flush_interval": float("nan")}, "flush_interval"),
        ({"max_queue": 0}, "max_queue"),
        ({"max_retries": -1}, "max_retries"),
        ({"max_retry_seconds": "1"}, "max_retry_seconds"),
        ({"close_timeout": -1}, "close_timeout"),
        ({"timeout": 0}, "timeout"),
        ({"proxy": "socks5://127.0.0.1:1"}, "proxy"),
        ({"ca_file": "/nowhere/ca.pem"}, "ca_file"),
        ({"transport": Scripted(), "timeout": 3}, "default transport"),
        ({"transport": object()}, "no transport"),
    ],
)
def test_options_that_cannot_work(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        SegmentClient("wk", **options)


@pytest.mark.parametrize("write_key", ["", None, "wk\n", "schlüssel"])
def test_a_write_key_that_is_none(write_key: Any) -> None:
    with pytest.raises(ConfigurationError, match="write_key"):
        SegmentClient(write_key)


def test_an_option_that_is_none() -> None:
    with pytest.raises(TypeError, match="flush_after"):
        SegmentClient("wk", flush_after=3)  # type: ignore[call-arg]


@pytest.mark.parametrize(
    ("options", "url"),
    [
        ({}, "https://api.segment.io/v1/batch"),
        ({"region": "eu"}, "https://events.eu1.segmentapis.com/v1/batch"),
        ({"host": "https://x.example/v1/", "region": "eu"}, "https://x.example/v1/batch"),
    ],
)
def test_where_it_sends_to(options: dict[str, Any], url: str) -> None:
    transport = Scripted()
    with client_on(transport, **options) as client:
        track(client)
        assert repr(client) == f"SegmentClient({url!r})"  # and no write key
    assert [each.url for each in transport.requests] == [url]
