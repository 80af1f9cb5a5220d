"""Whole runs: retries, regrouped batches, redirects, time-outs, and what the report says."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segment_hooks import ConfigurationError, Receiver, RetryError, Track, WebhookEventRouter, parse_event
from segment_testing.delivery import (
    Answer,
    Destination,
    Duplicate,
    LoseAcknowledgement,
    Rules,
    Simulator,
    State,
    TamperHead,
    Verdict,
    VirtualClock,
    WebhookRequest,
)
from segment_testing.strategies import batches


def event(number: int) -> dict[str, Any]:
    return {"type": "track", "event": "Order Completed", "messageId": f"m-{number}"}


class Service:
    """Answers in turn, and then with 200; notes what came."""

    def __init__(self, *answers: int | Answer) -> None:
        self.answers = list(answers)
        self.requests: list[WebhookRequest] = []

    def __call__(self, request: WebhookRequest) -> int | Answer:
        self.requests.append(request)
        return self.answers.pop(0) if self.answers else 200


# ---- retries


@pytest.mark.parametrize("status", [408, 423, 429, 500, 503])
def test_what_may_pass_is_tried_again(status: int) -> None:
    service = Service(status, status)
    report = Simulator(service).deliver(event(1))
    assert report.ok
    assert [attempt.verdict for attempt in report.attempts] == [Verdict.RETRY, Verdict.RETRY, Verdict.DELIVERED]
    assert [attempt.number for attempt in report.attempts] == [1, 2, 3]
    assert service.requests[0] == service.requests[2]


@pytest.mark.parametrize("status", [400, 401, 404, 410, 422, 501])
def test_what_will_not_pass_is_discarded(status: int) -> None:
    report = Simulator(Service(status)).deliver(event(1), event(2))
    assert [fate.state for fate in report.fates] == [State.DISCARDED, State.DELIVERED]
    assert report.fates[0].reason.startswith(str(status))


def test_segment_gives_up_after_four_hours_which_take_no_time() -> None:
    clock = VirtualClock()
    service = Service(*[503] * 100)
    report = Simulator(service, clock=clock).deliver(event(1))
    assert [fate.state for fate in report.fates] == [State.EXPIRED]
    times = [attempt.at for attempt in report.attempts]
    assert 10 < len(times) < 40
    assert 2.5 * 3600 < times[-1] <= 4 * 3600
    assert clock.monotonic() == times[-1]
    waits = [later - earlier for earlier, later in itertools.pairwise(times)]
    assert 15 <= waits[0] <= 45
    assert max(waits) <= 1800


def test_rules_can_be_changed() -> None:
    rules = Rules(give_up_after=100, first_wait=10, factor=1, jitter=0)
    report = Simulator(Service(*[500] * 100), rules=rules).deliver(event(1))
    assert [attempt.at for attempt in report.attempts] == [10.0 * number for number in range(11)]


def test_events_of_a_failed_batch_come_again_in_other_batches() -> None:
    service = Service(500)
    simulator = Simulator(service, destination=Destination(batch_size=6), seed=2)
    report = simulator.deliver(event(number) for number in range(6))
    assert report.ok
    first, *others = [tuple(attempt.events) for attempt in report.attempts]
    assert first == (0, 1, 2, 3, 4, 5)
    assert len(others) > 1
    assert sorted(index for batch in others for index in batch) == [*first]


@pytest.mark.parametrize(
    ("batch_size", "rules"), [(1000, Rules()), (6, Rules(regroup=False))], ids=["bulk", "asked for"]
)
def test_bulk_batches_come_again_as_they_were(batch_size: int, rules: Rules) -> None:
    service = Service(500, 500)
    report = Simulator(service, destination=Destination(batch_size=batch_size), rules=rules).deliver(
        event(number) for number in range(6)
    )
    assert [attempt.events for attempt in report.attempts] == [(0, 1, 2, 3, 4, 5)] * 3
    assert report.ok


@given(batches(max_size=8), st.integers(0, 4), st.integers(0, 1000), st.lists(st.sampled_from([200, 500, 429, 400])))
def test_every_event_is_sent_until_it_is_delivered_or_discarded(
    events: list[Any], batch_size: int, seed: int, answers: list[int]
) -> None:
    service = Service(*answers)
    report = Simulator(service, destination=Destination(batch_size=batch_size), seed=seed).deliver(events)
    assert len(report.fates) == len(events)
    for place, fate in enumerate(report.fates):
        mine = [attempt for attempt in report.attempts if place in attempt.events]
        assert fate.attempts == len(mine)
        assert [attempt.verdict for attempt in mine[:-1]] == [Verdict.RETRY] * (len(mine) - 1)
        assert mine[-1].verdict in (Verdict.DELIVERED, Verdict.DISCARDED)
        assert fate.state.value == mine[-1].verdict.value
    times = [attempt.at for attempt in report.attempts]
    assert times == sorted(times)
    for attempt, request in zip(report.attempts, service.requests, strict=True):
        assert len(attempt.events) <= max(1, batch_size)
        assert [e.raw for e in request.events] == [events[place].raw for place in attempt.events]


def test_a_handler_that_is_slow_by_the_virtual_clock_is_a_time_out() -> None:
    clock = VirtualClock()
    router = WebhookEventRouter()
    seen: list[float] = []

    @router.on_track
    def slow(_: Track) -> None:
        seen.append(clock.monotonic())
        clock.advance(11 if len(seen) == 1 else 1)

    receiver = Receiver.build(router, "k", deadline=None)
    report = Simulator(receiver, secret="k", clock=clock).deliver(event(1))
    assert [str(attempt.seen) for attempt in report.attempts] == ["ETIMEDOUT", "200 OK"]
    assert report.fates[0].handled == 2
    assert len(seen) == 2


def test_a_router_decides_what_is_tried_again() -> None:
    router = WebhookEventRouter()
    tries: list[str | None] = []

    @router.on_track
    def later(event: Track) -> None:
        tries.append(event.message_id)
        if len(tries) < 3:
            raise RetryError

    report = Simulator(router, secret="k").deliver(event(1))
    assert report.ok
    assert tries == ["m-1"] * 3


# ---- redirects


@pytest.mark.parametrize(("status", "method", "body"), [(302, "GET", b""), (301, "GET", b""), (308, "POST", b"{}")])
def test_redirects_are_followed_as_segment_follows_them(status: int, method: str, body: bytes) -> None:
    service = Service(Answer(status, ((b"location", b"https://other.example/new?x=1"),)))
    report = Simulator(service, secret="k").deliver({})
    first, second = service.requests
    assert (second.method, second.target, second.body) == (method, "/new?x=1", body)
    assert second.signature == first.signature
    assert (second.header("content-length") is None) == (method == "GET")
    assert report.ok  # an event that a redirect to a GET has lost counts as delivered


def test_relative_redirects_and_their_end() -> None:
    circle = Simulator(lambda _: Answer(307, ((b"location", b"again"),)), destination=Destination(target="/a/b"))
    report = circle.deliver({})
    assert [(fate.state, fate.reason) for fate in report.fates] == [(State.DISCARDED, "max-redirect")]
    service = Service(Answer(307, ((b"location", b"again"),)))
    Simulator(service, destination=Destination(target="/a/b")).deliver({})
    assert service.requests[1].target == "/a/again"


def test_a_redirect_to_nowhere_is_a_refusal() -> None:
    report = Simulator(Service(302)).deliver(event(1))
    assert report.fates[0].reason == "302 Found"


# ---- reports


def test_a_good_report() -> None:
    report = Simulator(Service()).deliver([event(1)], event(2), parse_event(b"{}"))
    report.check()
    assert report.summary() == "3 events: 3 delivered; 3 requests in 0 s"
    assert [fate.title for fate in report.fates] == [
        "track 'Order Completed' m-1",
        "track 'Order Completed' m-2",
        "object",
    ]
    assert repr(report) == "<Report: 3 events: 3 delivered; 3 requests in 0 s>"
    assert Simulator(Service()).deliver().summary() == "0 events: none; 0 requests in 0 s"


def test_a_bad_report_says_what_was_lost_and_how_to_see_it_again() -> None:
    simulator = Simulator(
        Service(400, 200, *[503] * 99),
        destination=Destination(secret="s3cr3t", method="PUT"),
        faults=[Duplicate(chance=0.0), LoseAcknowledgement(attempts=0)],
        seed=7,
    )
    report = simulator.deliver(event(1), event(2), event(3))
    with pytest.raises(AssertionError) as caught:
        report.check()
    lines = str(caught.value).splitlines()
    assert lines[0].startswith("3 events: 1 delivered, 1 discarded, 1 expired; ")
    assert lines[1] == "  discarded: track 'Order Completed' m-1: 400 Bad Request (1 attempt)"
    assert lines[2].startswith("  expired: track 'Order Completed' m-3: 503 Service Unavailable (")
    assert lines[-1] == (
        "again with: Simulator(app, destination=Destination(secret=…, method='PUT'), "
        "faults=[Duplicate(chance=0.0), LoseAcknowledgement(attempts=0)], seed=7).deliver(events)"
    )
    assert "s3cr3t" not in str(report)


def test_a_report_of_forgeries_and_errors() -> None:
    def fail(request: WebhookRequest) -> int:
        if request.events[0].message_id == "m-1":
            raise KeyError("secret detail")
        return 200

    report = Simulator(fail, secret="k", faults=[TamperHead()], rules=Rules(give_up_after=0)).deliver(
        event(1), event(2)
    )
    text = str(report)
    assert "2 of 2 forgeries accepted" in text
    assert "accepted, though not from Segment: at 0 s, attempt 1, tamper-head → 200 OK" in text
    assert "at 0 s, attempt 1, tamper-head → 500 Internal Server Error after KeyError" in text
    assert "secret detail" not in text


def test_a_long_report_is_cut() -> None:
    text = str(Simulator(lambda _: 400).deliver(event(number) for number in range(15)))
    assert "… and 5 more" in text
    assert len(text.splitlines()) == 13


# ---- the short ways


def test_twice() -> None:
    service = Service()
    report = Simulator(service).twice(event(1), event(2))
    assert [request.events[0].message_id for request in service.requests] == ["m-1", "m-2", "m-1", "m-2"]
    assert [(fate.attempts, fate.handled) for fate in report.fates] == [(2, 2), (2, 2)]
    assert [attempt.again for attempt in report.attempts] == [False, False, True, True]
    assert report.ok


async def test_twice_on_a_loop() -> None:
    router = WebhookEventRouter()
    seen: list[str | None] = []

    @router.on_track
    async def note(event: Track) -> None:
        seen.append(event.message_id)

    report = await Simulator(router.asgi("k"), secret="k").twice_async(event(1))
    assert report.ok
    assert seen == ["m-1", "m-1"]


def test_a_request_without_sending_it() -> None:
    simulator = Simulator(Service(), secret="k")
    assert simulator.request(event(1)).body.startswith(b"{")
    assert simulator.request(event(1), event(2)).body.startswith(b"[")


def test_the_secret_is_given_once() -> None:
    with pytest.raises(ConfigurationError, match=r"pass the secret in the destination: Destination\(secret=…\)"):
        Simulator(Service(), secret="k", destination=Destination())


def test_its_repr_hides_the_secret() -> None:
    assert repr(Simulator(Service(), secret="s3cr3t")) == "Simulator(app, Destination(secret=…), 0 faults, seed=0)"
