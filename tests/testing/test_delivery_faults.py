"""Each fault by itself: what it does to what is sent, and that the same seed does it again."""

from __future__ import annotations

import json
from collections.abc import Sequence
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segment_hooks import ConfigurationError, SignatureError, SignatureVerifier
from segment_testing.delivery import (
    Answer,
    ClockSkew,
    CutConnection,
    Delay,
    Destination,
    Duplicate,
    Fault,
    LoseAcknowledgement,
    OldSecret,
    Reorder,
    Report,
    Shipment,
    Simulator,
    SlowBody,
    State,
    TamperHead,
    TamperTail,
    WebhookRequest,
    WrongSecret,
)
from segment_testing.delivery.faults import FAULTS, fault_named

SECRET = "k"


def event(number: int, **fields: Any) -> dict[str, Any]:
    return {"type": "track", "event": "A", "messageId": f"m-{number}", "userId": "u-1", "properties": {}} | fields


class Sink:
    """A service that takes everything and notes it."""

    def __init__(self) -> None:
        self.requests: list[WebhookRequest] = []

    def __call__(self, request: WebhookRequest) -> int:
        self.requests.append(request)
        return 200

    @property
    def ids(self) -> list[str]:
        return [str(e.message_id) for request in self.requests for e in request.events]


def deliver(
    faults: Sequence[Fault], count: int = 3, *, batch_size: int = 0, seed: int = 0, secret: str | None = SECRET
) -> tuple[Sink, Report]:
    sink = Sink()
    destination = Destination(secret=secret, batch_size=batch_size)
    simulator = Simulator(sink, destination=destination, faults=faults, seed=seed)
    return sink, simulator.deliver(event(number) for number in range(count))


def signed_with(request: WebhookRequest, secret: str) -> bool:
    try:
        SignatureVerifier(secret).verify(request.body, request.signature)
    except SignatureError:
        return False
    return True


def test_without_faults_everything_comes_once_and_in_order() -> None:
    sink, report = deliver([])
    assert sink.ids == ["m-0", "m-1", "m-2"]
    assert report.ok
    assert all(signed_with(request, SECRET) for request in sink.requests)


def test_duplicate() -> None:
    sink, report = deliver([Duplicate(seconds=10)], 2)
    assert sorted(sink.ids) == ["m-0", "m-0", "m-1", "m-1"]
    assert [attempt.again for attempt in report.attempts] == [False, False, True, True]
    assert 0 < report.seconds <= 10
    assert [fate.handled for fate in report.fates] == [2, 2]
    assert report.ok


def test_reorder() -> None:
    sink, _ = deliver([Reorder()], 20)
    assert sink.ids != sorted(sink.ids)
    assert len(set(sink.ids)) == 20


def test_reorder_a_little() -> None:
    moved = [deliver([Reorder(chance=0.1)], 40, seed=seed)[0].ids for seed in range(5)]
    unmoved = [f"m-{number}" for number in range(40)]
    changes = [sum(one != other for one, other in zip(ids, unmoved, strict=True)) for ids in moved]
    assert 0 < sum(changes) < 5 * 20


def test_delay() -> None:
    sink, report = deliver([Delay(chance=0.5, seconds=60)], 20)
    assert sorted(sink.ids) == sorted(f"m-{number}" for number in range(20))
    late = [attempt for attempt in report.attempts if attempt.at]
    assert 0 < len(late) < 20
    assert 0 < report.seconds <= 60


def test_lose_acknowledgement() -> None:
    sink, report = deliver([LoseAcknowledgement(attempts=2)], 1)
    assert sink.ids == ["m-0"] * 3
    assert [str(attempt.seen) for attempt in report.attempts][2] == "200 OK"
    assert all(str(attempt.seen) in ("ETIMEDOUT", "ECONNRESET") for attempt in report.attempts[:2])
    assert (report.fates[0].attempts, report.fates[0].handled) == (3, 3)
    assert report.ok


def test_an_acknowledgement_that_is_lost_again_and_again() -> None:
    sink, report = deliver([LoseAcknowledgement()], 1)
    assert report.fates[0].state is State.EXPIRED
    assert report.handled == report.lost == report.fates  # it arrived, though Segment believes otherwise
    assert len(sink.ids) > 10


def test_cut_connection() -> None:
    sink, report = deliver([CutConnection(attempts=1)], 1)
    assert sink.ids == ["m-0"]
    assert [str(attempt.answer) for attempt in report.attempts] == ["ECONNRESET", "200 OK"]


def test_slow_body_is_a_time_out_where_it_takes_too_long() -> None:
    slow = Simulator(_router(), secret=SECRET, faults=[SlowBody(pieces=4, pause=4, attempts=1)])
    report = slow.deliver(event(1))
    assert [str(attempt.seen) for attempt in report.attempts] == ["ETIMEDOUT", "200 OK"]
    assert report.fates[0].handled == 2


def test_wrong_secret() -> None:
    sink, _ = deliver([WrongSecret()], 1)
    assert not signed_with(sink.requests[0], SECRET)
    assert len(sink.requests[0].signature or "") == 40
    report = Simulator(_router(), secret=SECRET, faults=[WrongSecret()]).deliver(event(1))
    assert [(fate.state, fate.reason) for fate in report.fates] == [(State.DISCARDED, "401 Unauthorized")]


def test_old_secret() -> None:
    sink, _ = deliver([OldSecret(secret="before")], 1)
    assert signed_with(sink.requests[0], "before")
    assert "before" not in repr(OldSecret(secret="before"))


def test_clock_skew() -> None:
    times = {
        "timestamp": "2026-03-04T05:06:07.000Z",
        "originalTimestamp": "2026-03-04T05:06:06.000Z",
        "sentAt": "2026-03-04T05:06:06.500Z",
    }
    sink = Sink()
    Simulator(sink, faults=[ClockSkew(seconds=3600)]).deliver(event(1, **times), event(2))
    first, second = (json.loads(request.body) for request in sink.requests)
    assert first["timestamp"] == times["timestamp"]
    assert first["originalTimestamp"] != times["originalTimestamp"]
    assert first["sentAt"][:-4] != times["sentAt"][:-4]
    assert second == event(2)  # there was nothing to skew


def test_tamper_head() -> None:
    sink, report = deliver([TamperHead()], 1)
    genuine, forged = sink.requests
    assert signed_with(genuine, SECRET)
    assert not signed_with(forged, SECRET)
    assert json.loads(forged.body)["userId"] == "forger"
    assert [attempt.forged for attempt in report.attempts] == [False, True]
    assert len(report.accepted_forgeries) == 1
    assert not report.ok
    assert [fate.handled for fate in report.fates] == [1]


def test_tamper_head_of_a_batch() -> None:
    sink, _ = deliver([TamperHead()], 2, batch_size=2)
    genuine, forged = (json.loads(request.body) for request in sink.requests)
    assert forged[1:] == genuine[1:]
    assert forged[0] != genuine[0]
    assert not signed_with(sink.requests[1], SECRET)


@pytest.mark.parametrize("batch_size", [0, 2])
def test_tamper_tail_is_signed(batch_size: int) -> None:
    sink, report = deliver([TamperTail()], 2, batch_size=batch_size)
    forged = next(attempt.request for attempt in report.attempts if attempt.forged)
    assert signed_with(forged, SECRET)
    head, tail = json.loads(forged.body)
    assert head["messageId"] == "m-0"
    assert tail["messageId"].startswith("forged-")
    assert tail["properties"] == {"forged": True}
    assert forged.header("content-length") == str(len(forged.body))
    assert len(sink.requests) == (2 if batch_size else 4)


# ---- together


@given(st.integers(0, 2**32), st.lists(st.sampled_from([*FAULTS.values()]), max_size=4), st.sampled_from([0, 1, 3]))
def test_the_same_seed_does_the_same_again(seed: int, kinds: list[type[Fault]], batch_size: int) -> None:
    faults = [kind(chance=0.4) for kind in kinds]
    runs = [deliver(faults, 5, batch_size=batch_size, seed=seed) for _ in range(2)]
    assert runs[0][0].requests == runs[1][0].requests
    assert [a.at for a in runs[0][1].attempts] == [a.at for a in runs[1][1].attempts]


@given(st.integers(0, 2**32), st.lists(st.sampled_from([*FAULTS.values()]), max_size=4), st.sampled_from([0, 1, 3]))
def test_nothing_but_forgeries_and_wrong_secrets_keeps_events_from_a_good_service(
    seed: int, kinds: list[type[Fault]], batch_size: int
) -> None:
    faults = [kind(chance=0.5, attempts=3) for kind in kinds]
    sink, report = deliver(faults, 4, batch_size=batch_size, seed=seed)
    assert len(report.delivered) == 4
    assert set(sink.ids) >= {f"m-{number}" for number in range(4)}
    assert all(fate.handled >= 1 and fate.attempts >= fate.handled for fate in report.fates)
    assert sum(attempt.forged for attempt in report.attempts) == len(report.accepted_forgeries)


def test_a_fault_at_the_end_changes_nothing_before_it() -> None:
    one, _ = deliver([Reorder()], 10, seed=5)
    two, _ = deliver([Reorder(), SlowBody(chance=0.5)], 10, seed=5)
    assert one.requests == two.requests


def test_a_fault_of_one_s_own() -> None:
    class Twice(Fault, frozen=True, kw_only=True):
        NAME = "twice"

        def after(self, shipment: Shipment, request: WebhookRequest, random: Random) -> None:
            shipment.forgeries.append(request)

    sink, report = deliver([Twice()], 1)
    assert sink.requests[0] == sink.requests[1]
    assert [attempt.faults for attempt in report.attempts] == [("twice",), ("twice",)]


def test_faults_by_name() -> None:
    assert fault_named("reorder") == Reorder()
    assert fault_named("duplicate=0.25") == Duplicate(chance=0.25)
    assert set(FAULTS) == {kind.NAME for kind in FAULTS.values()}
    with pytest.raises(ConfigurationError, match="there is no fault 'x'; there are duplicate, reorder, delay"):
        fault_named("x")
    for text in ("reorder=2", "reorder=x"):
        with pytest.raises(ConfigurationError, match="chance of"):
            fault_named(text)


def test_faults_show_what_differs_from_the_usual() -> None:
    assert repr(Duplicate(chance=0.5)) == "Duplicate(chance=0.5)"
    assert repr(Reorder()) == "Reorder()"


def _router() -> Any:
    from segment_hooks import WebhookEventRouter

    return WebhookEventRouter()


def test_answers_are_what_the_service_gave_whatever_segment_saw() -> None:
    _, report = deliver([LoseAcknowledgement(attempts=1)], 1)
    assert report.attempts[0].answer == Answer(200)
    assert report.attempts[0].seen.status is None
