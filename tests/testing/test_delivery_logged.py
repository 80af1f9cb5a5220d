"""What a simulator does, as the page of a fake tells it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from segment_testing.delivery import (
    Answer,
    Destination,
    Duplicate,
    LoseAcknowledgement,
    TamperTail,
    WebhookRequest,
)
from segment_testing.delivery.logged import LoggedSimulator
from segment_testing.fake.deliveries import Deliveries, Delivery, Outcome

SECRET = "k"


def event(number: int = 1) -> dict[str, Any]:
    return {"type": "track", "event": "A", "messageId": f"m-{number}", "userId": "u-1"}


def answering(*answers: int | Answer) -> Callable[[WebhookRequest], int | Answer]:
    """One after the other, and the last one again and again."""
    left: Iterator[int | Answer] = iter(answers)
    last = answers[-1]
    return lambda _: next(left, last)


def delivered(*answers: int | Answer, events: int = 1, **options: Any) -> list[Delivery]:
    log = Deliveries()
    LoggedSimulator(answering(*answers), log, **options).deliver(event(number) for number in range(events))
    return log.all


def outcomes(deliveries: list[Delivery]) -> list[tuple[str, list[int | None]]]:
    return [(each.outcome.value, [attempt.status for attempt in each.attempts]) for each in deliveries]


def test_a_delivery_is_logged_with_all_attempts_at_it() -> None:
    (one,) = delivered(Answer(503, ((b"x-why", b"busy"),), b"busy"), 429, 204, secret=SECRET)
    assert outcomes([one]) == [("delivered", [503, 429, 204])]
    assert one.title == "track 'A' m-0"
    assert (one.method, one.url, dict(one.headers)["content-type"]) == ("POST", "in the process: /", "application/json")
    assert b'"messageId":"m-0"' in one.body
    first, second, third = one.attempts
    assert (first.body, first.headers, first.error) == (b"busy", (("x-why", "busy"),), None)
    assert first.at < second.at < third.at
    assert (second.at - first.at).total_seconds() > 10  # in virtual time
    assert one.at == first.at


@pytest.mark.parametrize(
    ("answers", "outcome", "count"),
    [((400,), Outcome.DISCARDED, 1), ((501,), Outcome.DISCARDED, 1), ((503,), Outcome.DISCARDED, 10)],
)
def test_what_is_given_up_is_discarded(answers: tuple[int, ...], outcome: Outcome, count: int) -> None:
    (one,) = delivered(*answers)
    assert one.outcome is outcome
    assert len(one.attempts) >= count


def test_a_batch_that_fails_comes_again_in_other_batches() -> None:
    log = delivered(503, 200, events=3, destination=Destination(batch_size=3))
    assert log[0].title == "a batch of 3: track 'A' m-0 …"
    assert outcomes(log)[0] == ("regrouped", [503])
    assert {outcome for outcome, _ in outcomes(log)[1:]} == {"delivered"}


def test_what_was_done_on_purpose_is_noted() -> None:
    (lost,) = delivered(200, faults=[LoseAcknowledgement(attempts=1)])
    assert [attempt.status for attempt in lost.attempts] == [None, 200]
    assert lost.attempts[0].error
    assert "the service answered 200 OK, which Segment did not get" in (lost.attempts[0].note or "")
    (twice,) = delivered(200, faults=[Duplicate()])
    assert twice.outcome is Outcome.DELIVERED
    assert [attempt.note for attempt in twice.attempts][-1].endswith("again, though it had been delivered")


def test_a_forgery_stands_by_itself() -> None:
    destination = Destination(secret=SECRET, batch_size=2)
    log = delivered(200, 401, events=2, destination=destination, faults=[TamperTail()])
    assert outcomes(log) == [("delivered", [200]), ("forged", [401])]
    assert log[0].body != log[1].body
    assert log[1].attempts[0].note == "tamper-tail"


def test_an_error_of_the_service_is_named() -> None:
    def fail(_: WebhookRequest) -> int:
        raise LookupError("no such order")

    log = Deliveries()
    LoggedSimulator(fail, log).deliver(event())
    assert log.all[0].attempts[0].status == 500
    assert log.all[0].attempts[0].error == "LookupError: no such order"


def test_the_same_bytes_are_sent_again_from_any_thread() -> None:
    got: list[tuple[bytes, str]] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        body = (await receive())["body"]
        got.append((body, threading.current_thread().name))
        await send({"type": "http.response.start", "status": 200 if len(got) == 1 else 503})
        await send({"type": "http.response.body", "body": b"busy"})

    log = Deliveries()
    with LoggedSimulator(app, log, secret=SECRET) as simulator:
        simulator.deliver(event())
        (first,) = log.all
        replaying = threading.Thread(target=log.replay, args=(first.id,), name="server")
        replaying.start()
        replaying.join()
    first, again = log.all
    assert (again.replay_of, again.body, again.headers) == (first.id, first.body, first.headers)
    assert outcomes([again]) == [("discarded", [503])]
    assert got == [(first.body, threading.current_thread().name), (first.body, "server")]
    log.replay(again.id)  # and once more
    assert log.all[-1].replay_of == again.id
