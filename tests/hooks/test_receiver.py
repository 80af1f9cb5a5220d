"""The answers, one by one, and the law behind them: nothing is thrown away that another try could save."""

from __future__ import annotations

import asyncio
import json
import logging
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segment_hooks import (
    ConfigurationError,
    Delivery,
    DropEvent,
    Event,
    EventNotSupported,
    Headers,
    InvalidEventPayload,
    Outcome,
    Receiver,
    Request,
    Response,
    Result,
    RetryError,
    SegmentWebhookHandler,
    ValidationError,
    WebhookEventRouter,
    parse_event,
    sign,
)

SECRET = "s3cret"
TRACK = b'{"type":"track","event":"A","messageId":"m-1","userId":"u-1"}'


def receiver(*handlers: Any, **options: Any) -> Receiver:
    router = WebhookEventRouter()
    for handler in handlers:
        router.on_any(handler)
    return Receiver(SegmentWebhookHandler(SECRET, uncovered="accept"), router, **options)


def signed(body: bytes, **headers: str) -> Request:
    return Request("POST", Headers({"x-signature": sign(SECRET, body), **headers}), body)


def answer(target: Receiver, request: Request) -> tuple[int, dict[str, Any]]:
    response = target.receive(request)
    assert asyncio.run(target.receive_async(request)) == response
    assert dict(response.headers)[b"content-length"] == b"%d" % len(response.body)
    return response.status, json.loads(response.body)


def raising(error: Exception) -> Any:
    def handler(event: Event) -> None:
        raise error

    return handler


def nothing(event: Event) -> None: ...


@pytest.mark.parametrize(
    ("error", "status", "slug"),
    [
        (RetryError("later"), 503, "try-again"),
        (KeyError("mine"), 500, "handler-failed"),
        (InvalidEventPayload(), 400, "invalid-event"),
        (ValidationError(), 400, "invalid-event"),
        (EventNotSupported(), 501, "not-supported"),
    ],
)
def test_what_a_handler_raises_decides_the_answer(error: Exception, status: int, slug: str) -> None:
    got, body = answer(receiver(raising(error)), signed(TRACK))
    assert got == status
    assert body["type"].endswith(slug)
    assert body["message"] == body["detail"]
    assert body["status"] == status


def test_what_is_handled_dropped_or_wanted_by_nobody_is_delivered() -> None:
    assert answer(receiver(nothing), signed(TRACK)) == (200, {"handled": 1})
    assert answer(receiver(raising(DropEvent())), signed(TRACK)) == (200, {"dropped": 1})
    assert answer(receiver(), signed(TRACK)) == (200, {"unhandled": 1})
    assert answer(receiver(nothing), signed(b"[]")) == (200, {})


@pytest.mark.parametrize(("wait", "header"), [(0, b"0"), (1.2, b"2"), (30, b"30")])
def test_retry_after_is_in_whole_seconds_rounded_up(wait: float, header: bytes) -> None:
    response = receiver(raising(RetryError(retry_after=wait))).receive(signed(TRACK))
    assert dict(response.headers)[b"retry-after"] == header


def test_the_longest_wait_of_a_batch_counts() -> None:
    def handler(event: Event) -> None:
        raise RetryError(retry_after=float(event.user_id or 0))

    body = b'[{"userId":"3"},{"userId":"7"},{"userId":"5"}]'
    assert dict(receiver(handler).receive(signed(body)).headers)[b"retry-after"] == b"7"


def test_a_batch_that_is_partly_of_no_use_is_delivered() -> None:
    def handler(event: Event) -> None:
        if event.user_id == "bad":
            raise InvalidEventPayload

    assert answer(receiver(handler), signed(b'[{"userId":"bad"},{"userId":"ok"}]')) == (
        200,
        {"handled": 1, "invalid": 1},
    )
    status, body = answer(receiver(handler), signed(b'[{"userId":"bad"},{"userId":"bad"}]'))
    assert (status, body["events"]) == (400, {"invalid": 2})


def test_a_bad_signature_is_refused_and_a_wanted_retry_is_asked_for() -> None:
    forged = Request("POST", Headers({"x-signature": "0" * 40}), TRACK)
    assert answer(receiver(nothing), forged)[0] == 401
    assert answer(receiver(nothing, bad_signature="retry"), forged)[0] == 423
    assert answer(receiver(nothing), Request("POST", Headers(), TRACK))[0] == 401


def test_bodies_that_cannot_be_read() -> None:
    assert answer(receiver(), Request("POST", Headers(), b""))[0] == 400
    status, body = answer(receiver(), signed(b'[{"a":1},5]'))
    assert (status, body["path"]) == (400, "$[1]")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"content-type": "application/json"}, 200),
        ({"content-type": "Application/JSON; charset=utf-8"}, 200),
        ({"content-type": "application/cloudevents+json"}, 200),
        ({"content-type": "text/plain"}, 200),
        ({}, 200),
        ({"content-type": "multipart/form-data"}, 415),
        ({"content-type": "application/xml"}, 415),
        ({"content-encoding": "gzip"}, 415),
        ({"content-encoding": "identity"}, 200),
    ],
)
def test_content_types(headers: dict[str, str], status: int) -> None:
    assert answer(receiver(nothing), signed(TRACK, **headers))[0] == status


def test_the_limit_counts_a_single_event_and_a_batch_differently() -> None:
    small = receiver(nothing, max_body=len(TRACK))
    assert answer(small, signed(TRACK))[0] == 200
    assert answer(small, signed(TRACK + b" "))[0] == 413
    assert answer(small, signed(b"[" + TRACK + b"]"))[0] == 503  # smaller batches may fit


@pytest.mark.parametrize(
    ("method", "headers", "status"),
    [
        ("GET", {}, 200),
        ("HEAD", {"user-agent": "kube-probe"}, 200),
        ("GET", {"user-agent": "Segment (Actions)"}, 503),
        ("GET", {"x-signature": "0" * 40}, 503),
        ("OPTIONS", {}, 204),
        ("DELETE", {}, 405),
    ],
)
def test_other_methods(method: str, headers: dict[str, str], status: int) -> None:
    response = receiver().receive(Request(method, Headers(headers), b""))
    assert response.status == status
    assert (b"allow" in dict(response.headers)) == (status in (204, 405))


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
def test_the_methods_that_segment_sends(method: str) -> None:
    request = signed(TRACK)
    assert receiver(nothing).receive(Request(method, request.headers, TRACK)).status == 200


def segment_tries_again(status: int) -> bool:
    """Segment's rule, written down anew from its destination code."""
    return status in (408, 423, 429) or (status >= 500 and status != 501)


outcomes = st.sampled_from(list(Result)).map(Outcome)


@given(st.lists(outcomes, max_size=6))
def test_the_law(ended: list[Outcome]) -> None:
    delivery = Delivery([parse_event(b"{}") for _ in ended], None, True)
    status = receiver().settle(delivery, ended).status
    another_try_helps = any(outcome.result in (Result.RETRY, Result.FAILED) for outcome in ended)
    discarded = not segment_tries_again(status) and not 200 <= status < 300
    assert segment_tries_again(status) == another_try_helps
    if discarded:
        assert all(outcome.result in (Result.INVALID, Result.UNSUPPORTED) for outcome in ended)


def test_a_plain_handler_that_is_late_leaves_the_rest_for_another_try() -> None:
    now = [0.0]
    seen: list[str | None] = []

    def slow(event: Event) -> None:
        seen.append(event.user_id)
        now[0] += 6

    target = receiver(slow, deadline=9, clock=lambda: now[0])
    response = target.receive(signed(b'[{"userId":"a"},{"userId":"b"},{"userId":"c"}]'))
    assert response.status == 503
    assert json.loads(response.body)["events"] == {"handled": 2, "retry": 1}
    assert seen == ["a", "b"]


async def test_a_coroutine_that_is_late_is_cancelled() -> None:
    cancelled: list[bool] = []

    async def slow(event: Event) -> None:
        if event.user_id == "b":
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                cancelled.append(True)
                raise

    response = await receiver(slow, deadline=0.01).receive_async(signed(b'[{"userId":"a"},{"userId":"b"}]'))
    assert response.status == 503
    assert json.loads(response.body)["events"] == {"handled": 1, "retry": 1}
    assert cancelled == [True]


TOKEN = "t0k3n-of-somebody"


@pytest.mark.parametrize("error", [KeyError(TOKEN), RetryError(TOKEN), InvalidEventPayload(TOKEN)])
def test_neither_answers_nor_logs_show_secrets_or_values(error: Exception, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    body = b'{"type":"track","event":"%s","userId":"%s","messageId":"m-1"}' % (TOKEN.encode(), TOKEN.encode())
    responses: list[Response] = [receiver(raising(error)).receive(signed(body, authorization=TOKEN))]
    responses.append(receiver().receive(Request("POST", Headers({"x-signature": TOKEN}), body)))
    assert not any(TOKEN.encode() in r.body or SECRET.encode() in r.body for r in responses)
    for record in caplog.records:
        assert TOKEN not in repr(vars(record)).replace(repr(error), "")
        assert SECRET not in repr(vars(record))
    assert any(getattr(record, "segment_message_id", None) == "m-1" for record in caplog.records)


def test_tracebacks_are_logged_on_request(caplog: pytest.LogCaptureFixture) -> None:
    receiver(raising(KeyError(TOKEN)), log_tracebacks=True).receive(signed(TRACK))
    assert caplog.records[-1].exc_info is not None
    assert TOKEN in caplog.text


def test_a_skipped_item_is_logged_with_its_place(caplog: pytest.LogCaptureFixture) -> None:
    assert answer(receiver(nothing), signed(b'[{"a":1},null]')) == (200, {"handled": 1})
    assert vars(caplog.records[-1])["segment_skipped"] == (1,)


@pytest.mark.parametrize(
    "options",
    [
        {"max_body": 0},
        {"max_body": "5"},
        {"deadline": 0},
        {"deadline": float("nan")},
        {"bad_signature": "ignore"},
    ],
)
def test_settings_that_cannot_work_are_told_at_start(options: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match=next(iter(options))):
        receiver(**options)


def test_the_front_door_passes_every_option_on() -> None:
    router = WebhookEventRouter()
    router.on_any(raising(KeyError(TOKEN)))
    built = Receiver.build(router, SECRET, max_body=70, deadline=3.0, bad_signature="retry", log_tracebacks=True)
    assert built.receive(Request("POST", Headers({"x-signature": "0" * 40}), b"{}")).status == 423
    assert built.receive(signed(b"{" + b" " * 69 + b"}")).status == 413
    assert built.receive(signed(b"{}")).status == 500
    assert built._deadline == 3.0
    assert built._log_tracebacks
    plain = Receiver.build(router, SECRET)
    assert plain.receive(Request("POST", Headers({"x-signature": "0" * 40}), b"{}")).status == 401
    assert not plain._log_tracebacks
    unverified = Receiver.build(WebhookEventRouter(), None, verify=False)
    assert unverified.receive(Request("POST", Headers(), b"{}")).status == 200


def test_the_smallest_limit_is_one_byte() -> None:
    assert receiver(max_body=1).too_large(b"{").status == 413


def test_the_deadline_is_met_at_its_very_moment_and_named_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    now = [0.0]

    def slow(event: Event) -> None:
        now[0] += 9

    target = receiver(slow, deadline=9, clock=lambda: now[0], log_tracebacks=True)
    assert target.receive(signed(b"[{},{}]")).status == 503
    assert "no answer within 9 s" in caplog.text


async def test_the_deadline_of_a_coroutine_is_named_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    async def slow(event: Event) -> None:
        await asyncio.Event().wait()

    await receiver(slow, deadline=0.01, log_tracebacks=True).receive_async(signed(b"{}"))
    assert "no answer within 0.01 s" in caplog.text


def test_more_or_fewer_outcomes_than_events_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="zip"):
        receiver().settle(Delivery([parse_event(b"{}")], None), [Outcome(Result.FAILED)] * 2)


@pytest.mark.parametrize(
    ("content_type", "status"), [("text/json", 200), ("application/json", 200), ("json", 415), ("+jsonx", 415)]
)
def test_what_counts_as_json(content_type: str, status: int) -> None:
    assert receiver(nothing).receive(signed(TRACK, **{"content-type": content_type})).status == status


def test_the_log_names_the_innermost_place(caplog: pytest.LogCaptureFixture) -> None:
    def inner() -> None:
        raise KeyError

    def handler(event: Event) -> None:
        inner()

    receiver(handler).receive(signed(TRACK))
    assert vars(caplog.records[-1])["segment_error_at"] == f"{__file__}:{inner.__code__.co_firstlineno + 1}"


def test_an_error_is_logged_with_the_file_that_raised_it(caplog: pytest.LogCaptureFixture) -> None:
    def outer(event: Event) -> None:
        json.loads("no JSON")

    answer(receiver(outer), signed(TRACK))
    file = vars(caplog.records[-1])["segment_error_at"].rpartition(":")[0]
    assert file == json.decoder.__file__


class Gate:
    """An inbox that notes what it is given, and handles nothing."""

    def __init__(self, outcome: Outcome = Outcome(Result.STORED)) -> None:  # noqa: B008  # it is immutable
        self.given: list[tuple[Any, ...]] = []
        self._outcome = outcome

    def handle(self, *given: Any) -> list[Outcome]:
        self.given.append(given)
        return [self._outcome for _ in given[0]]

    async def handle_async(self, *given: Any) -> list[Outcome]:
        return self.handle(*given)


@pytest.mark.parametrize("build", [False, True], ids=["constructor", "build"])
def test_an_inbox_stands_in_front_of_the_router(build: bool) -> None:
    gate, router = Gate(), WebhookEventRouter()
    target = (
        Receiver.build(router, SECRET, deadline=3.5, inbox=gate)
        if build
        else Receiver(SegmentWebhookHandler(SECRET), router, deadline=3.5, inbox=gate)
    )
    assert answer(target, signed(TRACK)) == (200, {"stored": 1})
    assert gate.given == [([parse_event(TRACK)], router, 3.5)] * 2


def test_what_an_inbox_could_not_take_is_logged_and_asked_for_again(caplog: pytest.LogCaptureFixture) -> None:
    gate = Gate(Outcome(Result.RETRY, (RetryError(),)))
    status, _ = answer(receiver(inbox=gate), signed(TRACK))
    assert status == 503
    assert [vars(record)["segment_message_id"] for record in caplog.records] == ["m-1", "m-1"]


@pytest.mark.parametrize("encoding", ["", " ", "identity", " Identity"])
def test_a_body_that_is_said_not_to_be_compressed_is_taken(encoding: str) -> None:
    assert receiver(nothing).receive(signed(TRACK, **{"content-encoding": encoding})).status == 200
