"""The log of deliveries: by itself, over HTTP, and in the stream."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from msgspec.structs import replace

from segment_testing.fake import FakeApp, TrackingAPI
from segment_testing.fake.deliveries import (
    Attempt,
    Deliveries,
    Delivery,
    NobodySendsError,
    Outcome,
    UnknownDeliveryError,
)
from segment_testing.fake.stream import LiveStream
from tests.testing.fake.test_stream import connected, send

NOW = datetime(2026, 3, 4, 5, 6, 7, 89_000, tzinfo=UTC)
BODY = b'{"type":"track","event":"\\ud83d","n":1.0}'


def delivery(id: str = "d1", **more: Any) -> Delivery:  # noqa: A002  # the field's own name
    fields: dict[str, Any] = {
        "at": NOW,
        "title": "track Order Completed",
        "url": "http://127.0.0.1:8000/segment",
        "method": "POST",
        "headers": (("user-agent", "Segment (Actions)"), ("x-signature", "0f1e")),
        "body": BODY,
    }
    return Delivery(id=id, **(fields | more))


def attempted(before: Delivery, outcome: Outcome, **attempt: Any) -> Delivery:
    attempts = (*before.attempts, Attempt(at=NOW, seconds=0.25, **attempt))
    return replace(before, outcome=outcome, attempts=attempts)


# ---- the log


def test_each_is_kept_in_its_latest_state_and_the_latest_change_is_last() -> None:
    log = Deliveries()
    first, second = delivery("a"), delivery("b")
    log.record(first)
    log.record(second)
    done = attempted(first, Outcome.DELIVERED, status=200)
    log.record(done)
    assert log.all == [second, done]
    assert (len(log), log.changes) == (2, 3)


def test_what_changed_since_can_be_asked_for() -> None:
    log = Deliveries()
    log.record(delivery("a"))
    change, _ = log.since(0)
    assert log.since(change) == (1, [])
    log.record(delivery("b"))
    log.record(delivery("a", title="again"))
    change, came = log.since(change)
    assert (change, [(each.id, each.title) for each in came]) == (3, [("b", "track Order Completed"), ("a", "again")])


def test_the_oldest_are_forgotten() -> None:
    log = Deliveries(kept=2)
    for name in "abac":
        log.record(delivery(name))
    assert [each.id for each in log.all] == ["a", "c"]
    log.clear()
    assert log.all == []
    log.record(delivery("d"))
    assert log.since(4) == (5, [log.all[0]])


def test_listeners_are_called_until_they_have_enough() -> None:
    log, heard = Deliveries(), list[int]()
    stop = log.subscribe(lambda: heard.append(len(log)))
    log.record(delivery("a"))
    stop()
    stop()
    log.record(delivery("b"))
    assert heard == [1]


def test_neither_signature_nor_personal_data_is_printed() -> None:
    text = repr(attempted(delivery(), Outcome.DISCARDED, status=400))
    assert text == "Delivery('d1', 'track Order Completed', discarded, 1 attempts)"


def test_replaying_is_up_to_who_delivers() -> None:
    log, sent = Deliveries(), list[str]()
    log.record(delivery("a"))
    with pytest.raises(NobodySendsError, match="did not say how"):
        log.replay("a")
    log.record(delivery("a"), replay=lambda: sent.append("a"))
    log.record(delivery("a", title="later"))  # which says nothing of it
    log.replay("a")
    assert sent == ["a"]
    with pytest.raises(UnknownDeliveryError):
        log.replay("b")


def test_ids_are_new_each_time() -> None:
    log = Deliveries()
    assert len({log.new_id() for _ in range(100)}) == 100


def test_resetting_the_fake_forgets_deliveries_too() -> None:
    api = TrackingAPI()
    api.deliveries.record(delivery())
    api.reset()
    assert len(api.deliveries) == 0


# ---- over HTTP


@pytest.fixture
def api() -> TrackingAPI:
    return TrackingAPI()


@pytest.fixture
async def http(api: TrackingAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(FakeApp(api)), base_url="http://127.0.0.1") as client:
        yield client


async def test_deliveries_can_be_read(api: TrackingAPI, http: httpx.AsyncClient) -> None:
    failed = attempted(delivery(), Outcome.AWAITING_RETRY, error="ETIMEDOUT")
    failed = attempted(
        failed, Outcome.AWAITING_RETRY, status=503, headers=(("a", "b"),), body=b"\xffbusy" + b"x" * 9_000
    )
    api.deliveries.record(replace(failed, next_attempt=NOW))
    api.deliveries.record(delivery("d2", body=b"a=1", replay_of="d1"))
    response = await http.get("/_fake/deliveries")
    answer = response.json()
    assert answer["total"] == 2
    first, second = answer["deliveries"]
    assert (first["id"], first["outcome"], first["next_attempt"]) == (
        "d1",
        "awaiting-retry",
        "2026-03-04T05:06:07.089Z",
    )
    assert [(one["status"], one["error"], one["seconds"]) for one in first["attempts"]] == [
        (None, "ETIMEDOUT", 0.25),
        (503, None, 0.25),
    ]
    assert first["attempts"][1]["body"] == "\ufffdbusy" + "x" * 3_995
    assert first["headers"] == [["user-agent", "Segment (Actions)"], ["x-signature", "0f1e"]]
    assert b'"body":' + BODY in response.content  # as it was sent, to the last digit
    assert (second["body"], second["replay_of"]) == ("a=1", "d1")
    assert [each["id"] for each in (await http.get("/_fake/deliveries?limit=1")).json()["deliveries"]] == ["d2"]


@pytest.mark.parametrize("body", [b"", b"{", b"[1", b"\xff", b'"text"', b"[" * 5_000], ids=lambda body: body[:8])
async def test_any_body_can_be_shown(api: TrackingAPI, http: httpx.AsyncClient, body: bytes) -> None:
    api.deliveries.record(delivery(body=body))
    (shown,) = (await http.get("/_fake/deliveries")).json()["deliveries"]
    assert shown["body"] == body.decode("utf-8", "replace")


async def test_one_can_be_sent_again(api: TrackingAPI, http: httpx.AsyncClient) -> None:
    threads = list[str]()

    def replay() -> None:
        threads.append(threading.current_thread().name)
        api.deliveries.record(delivery("new", replay_of="a/b c"))

    async def ask(**query: str) -> httpx.Response:
        return await http.post("/_fake/deliveries/replay", params=query)

    api.deliveries.record(delivery("a/b c"))
    refused = await ask(id="a/b c")
    assert (refused.status_code, refused.json()["title"]) == (409, "Nobody to send it")
    api.deliveries.record(delivery("a/b c"), replay=replay)
    answer = await ask(id="a/b c")
    assert (answer.status_code, answer.json()) == (200, {"success": True})
    assert [each.replay_of for each in api.deliveries.all] == [None, "a/b c"]
    assert threads != [threading.current_thread().name]  # the server goes on meanwhile
    assert (await ask(id="other")).status_code == 404
    nameless = await ask()
    assert (nameless.status_code, nameless.json()["detail"]) == (400, "id has to be given, and is not empty.")


async def test_a_sending_that_fails_is_told_and_logged(
    api: TrackingAPI, http: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    def closed() -> None:
        raise RuntimeError("the loop of u-1@example.com is closed")

    api.deliveries.record(delivery("a"), replay=closed)
    response = await http.post("/_fake/deliveries/replay?id=a")
    assert response.status_code == 409
    assert response.json()["detail"] == "The sending raised RuntimeError; the log says more."
    (record,) = (record for record in caplog.records if record.name.startswith("segment"))
    assert record.exc_info is not None


# ---- the bytes of a call


async def test_the_bytes_of_what_came_are_there_while_they_are_kept(api: TrackingAPI, http: httpx.AsyncClient) -> None:
    texts = [b'{ "type":"track",\r\n"userId":"u","event":"A","n":1.0 }', b'{"type":"track","event":"B"}']
    for _ in range(2):
        await http.post("/v1/batch", content=b'{"writeKey":"k","batch":[%b]}' % b",".join(texts))
    await http.post("/v1/track", content=b"\xff\x00 no JSON")

    async def sent(kind: str, place: str) -> httpx.Response:
        return await http.get("/_fake/sent", params={"of": kind, "place": place})

    for kind, place, text in (
        ("call", "0-1-0-0", texts[0]),
        ("call", "0-2-1-0", texts[0]),
        ("rejection", "0-2-1-0", texts[1]),
        ("rejection", "0-2-3-0", b"\xff\x00 no JSON"),
    ):
        response = await sent(kind, place)
        assert (response.status_code, response.content) == (200, text)
        assert response.headers["content-type"] == "application/octet-stream"
    for kind, place in (("call", "0-0-1-0"), ("call", "0-9-0-0"), ("duplicate", "0-2-3-1"), ("call", "1-1-0-0")):
        assert (await sent(kind, place)).status_code == 404
    for kind, place in (("call", "latest"), ("event", "0-1-0-0"), ("", "0-1-0-0"), ("call", "")):
        assert (await sent(kind, place)).status_code == 400
    api.reset()
    assert (await sent("call", "0-1-0-0")).status_code == 404


async def test_of_a_full_ledger_the_right_bytes_are_given() -> None:
    from segment_testing.fake import FakeSettings

    api = TrackingAPI(FakeSettings(max_calls=2))
    for name in "ABC":
        send(api, name)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(FakeApp(api)), base_url="http://127.0.0.1") as http:
        answers = [await http.get(f"/_fake/sent?of=call&place=0-{number}-0-0") for number in (1, 2, 3)]
    assert [(one.status_code, one.json().get("event")) for one in answers] == [(404, None), (200, "B"), (200, "C")]


# ---- in the stream


async def test_every_change_is_told(api: TrackingAPI) -> None:
    async with connected(api, LiveStream(api.ledger, api.deliveries)) as client:
        api.deliveries.record(delivery())
        told = await client.event()
        assert (told.name, told.id, told.data["outcome"]) == ("delivery", "0-0-0-0", "sending")
        send(api, "A")
        assert (await client.event()).name == "call"
        api.deliveries.record(attempted(delivery(), Outcome.DELIVERED, status=204))
        told = await client.event()
        assert (told.id, told.data["outcome"]) == ("0-1-0-0", "delivered")
    assert api.deliveries._listeners == []


async def test_who_comes_back_is_told_of_all_and_who_starts_now_of_none(api: TrackingAPI) -> None:
    stream = LiveStream(api.ledger, api.deliveries)
    api.deliveries.record(delivery("a"))
    for start in ({"last_id": "0-0-0-0"}, {"query": "from=start"}):
        async with connected(api, stream, **start) as client:
            assert (await client.event()).data["id"] == "a"
    async with connected(api, stream) as client:
        api.deliveries.record(delivery("b"))
        assert (await client.event()).data["id"] == "b"


async def test_every_fake_has_a_name_of_its_own(api: TrackingAPI) -> None:
    one, other = LiveStream(api.ledger), LiveStream(api.ledger)
    names = set[bytes]()
    for stream in (one, one, other):
        async with connected(api, stream) as client:
            names.add(client.headers[b"fake-run"])
    assert names == {one.run.encode(), other.run.encode()}
    assert len(names) == 2
