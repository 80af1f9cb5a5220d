"""Trouble on purpose: what it does, to whom, how often, and what the ledger keeps of it."""

from __future__ import annotations

import json
import threading
from typing import Any

import msgspec
import pytest

from segment_hooks import ConfigurationError
from segment_testing.fake import Ending, FakeRequest, Fault, Reply, TrackingAPI, faults
from segment_testing.fake.actions import Answer, Garbage, Half, Reset, Slow, Status, Usual
from segment_testing.fake.answers import SUCCESS
from segment_testing.recording import Reason
from tests.testing.fake.asking import basic, batch, fake, get, headers_of, post, reasons, told, track


def statuses(api: TrackingAPI, count: int, path: str = "/v1/batch") -> list[int]:
    start = len(api.ledger) + len(api.ledger.rejections)
    return [post(api, path, batch(track(messageId=f"m{start}-{n}"))).status for n in range(count)]


def test_a_status_refuses_before_anything_is_recorded() -> None:
    api = fake()
    api.faults.add(faults.status(503, retry_after=7))
    reply = post(api, "/v1/batch", batch(track()), authorization=basic("header:"))
    assert (reply.status, told(reply)["success"], told(reply)["code"]) == (503, False, "service_unavailable")
    assert {"code", "message", "error"} <= told(reply).keys()
    assert (headers_of(reply)["retry-after"], headers_of(reply)["x-ratelimit-reset"]) == ("7", "7")
    assert len(api.ledger) == 0
    (rejection,) = api.ledger.rejections
    assert (rejection.reason, rejection.status, rejection.silent) == (Reason.FAULT, 503, False)
    assert (rejection.reception.write_key, rejection.sent) == ("wk", json.dumps(batch(track())).encode())


@pytest.mark.parametrize(
    "status", [400, 401, 403, 404, 408, 410, 413, 429, 460, 500, 501, 502, 503, 504, 505, 511, 599]
)
def test_every_error_has_what_sdks_read(status: int) -> None:
    api = fake()
    api.faults.add(faults.status(status, message="No"))
    reply = post(api, "/v1/t", track())
    assert reply.status == status
    assert {**told(reply), "code": "?"} == {"success": False, "code": "?", "message": "No", "error": "No"}
    assert told(reply)["code"]


def test_a_rate_limit_asks_to_wait() -> None:
    api = fake()
    api.faults.add(faults.rate_limited(retry_after=3).times(1))
    reply = post(api, "/v1/t", track())
    assert (reply.status, headers_of(reply)["retry-after"]) == (429, "3")
    assert statuses(api, 1) == [200]


def test_what_is_slow_is_recorded_at_once() -> None:
    api = fake()
    api.faults.add(faults.slow(2.5))
    reply = post(api, "/v1/batch", batch(track()))
    assert (reply.status, reply.body, reply.delay) == (200, SUCCESS.body, 2.5)
    assert (len(api.ledger), api.ledger.rejections) == (1, [])


@pytest.mark.parametrize("fault", [faults.reset, faults.half, faults.garbage])
def test_an_answer_is_lost_before_or_after_recording(fault: Any) -> None:
    api = fake()
    api.faults.add(fault().times(1), fault(recorded=True).times(1))
    before = post(api, "/v1/batch", batch(track()))
    assert len(api.ledger) == 0
    assert [(r.reason, r.silent) for r in api.ledger.rejections] == [(Reason.FAULT, fault is faults.garbage)]
    after = post(api, "/v1/batch", batch(track()))
    assert (len(api.ledger), len(api.ledger.rejections)) == (1, 1)
    assert before == after, "the sender cannot tell"
    assert before.ending == {faults.reset: Ending.RESET, faults.half: Ending.HALF}.get(fault, Ending.WHOLE)
    post(api, "/v1/batch", batch(track()))
    assert len(api.ledger.duplicates) == 1, "so it comes again"


def test_garbage_is_no_json() -> None:
    api = fake()
    api.faults.add(faults.garbage())
    reply = post(api, "/v1/batch", batch(track()))
    assert reply.status == 200
    with pytest.raises(UnicodeDecodeError):
        told(reply)


def test_no_answer_has_no_status() -> None:
    api = fake()
    api.faults.add(faults.reset(), faults.half())
    post(api, "/v1/batch", batch(track()))
    assert [r.status for r in api.ledger.rejections] == [0]


# ---- whom, and how often


def test_times_and_after() -> None:
    api = fake()
    api.faults.add(faults.status(500).after(1).times(2))
    assert statuses(api, 5) == [200, 500, 500, 200, 200]


def test_without_times_it_goes_on() -> None:
    api = fake()
    api.faults.add(faults.status(500).after(1))
    assert statuses(api, 4) == [200, 500, 500, 500]
    api.faults.clear()
    assert (statuses(api, 1), len(api.faults)) == ([200], 0)


def test_a_sequence_ends_well() -> None:
    api = fake()
    api.faults.add(faults.sequence(500, 429, 200, faults.rate_limited(9), Status(418)))
    assert statuses(api, 7) == [500, 429, 200, 429, 418, 200, 200]


def test_a_sequence_can_be_repeated_and_delayed() -> None:
    api = fake()
    api.faults.add(faults.sequence(500, 200).times(2).after(1))
    assert statuses(api, 7) == [200, 500, 200, 500, 200, 200, 200]


def test_one_fault_waits_for_another_to_be_used_up() -> None:
    api = fake()
    api.faults.add(faults.status(500).times(1))
    api.faults.add(faults.status(501).times(1), faults.status(502).after(1))
    assert statuses(api, 5) == [500, 501, 200, 502, 502]
    assert [requests for _, requests in api.faults.active] == [5, 4, 3]


def test_a_fault_is_for_calls_unless_it_names_a_path() -> None:
    api = fake()
    api.faults.add(faults.status(500))
    for path in ("/v1/t", "/v1/track/", "/v1/b", "/v1/import/"):
        assert post(api, path, track()).status == 500
    assert post(api, "/v1/m", b"").status == 200
    assert post(api, "/token", b"").status == 404
    assert get(api, "/v1/projects/wk/settings").status == 200
    assert get(api, "/v1/pixel/track").status == 200
    assert api.handle(FakeRequest("OPTIONS", "/v1/t")).status == 204


@pytest.mark.parametrize("path", ["/v1/projects/*/settings", "/v1/projects/wk/settings/", "/v1/*"])
def test_a_path_may_be_any(path: str) -> None:
    api = fake()
    api.faults.add(faults.status(500).on(path))
    assert get(api, "/v1/projects/wk/settings").status == 500
    assert post(api, "/token", b"").status == 404
    assert reasons(api) == [], "no call was refused"


def test_a_path_is_the_one_that_was_asked_for() -> None:
    api = fake()
    api.faults.add(faults.status(500).on("/v1/batch/"))
    assert [statuses(api, 1, path)[0] for path in ("/v1/batch", "/v1/batch/", "/v1/b", "/v1/import")] == [
        500,
        500,
        200,
        200,
    ]


def test_a_fault_may_be_for_one_source() -> None:
    api = fake()
    api.faults.add(faults.status(500).for_write_key("bad").times(4))
    good = batch(track(), writeKey="good")
    bad = batch(track(messageId="m2"), writeKey="bad")
    nobodys = {"batch": [track(messageId="m3")]}
    assert post(api, "/v1/batch", good).status == 200
    assert post(api, "/v1/batch", bad).status == 500
    assert post(api, "/v1/batch", nobodys, authorization=basic("bad:")).status == 500
    assert post(api, "/v1/batch", b"no json", authorization=basic("bad:")).status == 500
    assert post(api, "/v1/batch", b"\x1f\x8b", authorization=basic("bad:")).status == 500
    assert post(api, "/v1/batch", bad).status == 200, "those of others did not count"


def test_faults_may_be_added_to_more_than_one_fake() -> None:
    fault = faults.status(500).times(1)
    for api in (fake(), fake()):
        api.faults.add(fault)
        assert statuses(api, 2) == [500, 200]


def test_each_of_many_threads_takes_one_turn() -> None:
    api = fake(remembered_ids=0)
    api.faults.add(faults.status(500).times(100))
    found: list[int] = []

    def send() -> None:
        found.extend(post(api, "/v1/batch", batch(track())).status for _ in range(50))

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert (found.count(500), found.count(200)) == (100, 100)


# ---- functions of one's own


def test_a_function_is_a_fault() -> None:
    api = fake()

    def picky(request: FakeRequest, answer: Answer) -> Reply:
        return Reply(418) if b"secret" in request.body else answer()

    api.faults.add(picky)
    assert post(api, "/v1/batch", batch(track(event="secret"))).status == 418
    assert post(api, "/v1/batch", batch(track())).status == 200
    assert (len(api.ledger), reasons(api)) == (1, ["fault"])


def test_a_function_in_a_sequence() -> None:
    api = fake()
    api.faults.add(faults.sequence(lambda *_: Reply(418), 500))
    assert statuses(api, 3) == [418, 500, 200]


@pytest.mark.parametrize("recorded", [False, True])
def test_a_function_that_fails_says_so(recorded: bool) -> None:
    api = fake()

    def broken(_: FakeRequest, answer: Answer) -> Reply:
        if recorded:
            answer()
        raise LookupError("oh dear")

    api.faults.add(broken)
    reply = post(api, "/v1/batch", batch(track()))
    assert (reply.status, told(reply)["message"]) == (500, "the fault raised LookupError: oh dear")
    assert [(r.reason, r.detail) for r in api.ledger.rejections] == [
        (Reason.FAULT, "the fault raised LookupError: oh dear")
    ]
    assert len(api.ledger) == recorded


def test_a_function_that_forgets_to_answer_says_so() -> None:
    api = fake()
    api.faults.add(lambda _, answer: None)  # type: ignore[arg-type, return-value]
    reply = post(api, "/v1/batch", batch(track()))
    assert (reply.status, told(reply)["message"]) == (
        500,
        "the fault raised TypeError: a fault returns a Reply, not None",
    )


# ---- as JSON


@pytest.mark.parametrize(
    ("description", "fault"),
    [
        ({"fault": "status", "status": 503}, faults.status(503)),
        (
            {"fault": "status", "status": 429, "retry_after": 2, "message": "m", "on": "/v1/t", "times": 2, "after": 3},
            faults.status(429, retry_after=2, message="m").on("/v1/t").times(2).after(3),
        ),
        ({"fault": "slow", "seconds": 1, "write_key": "wk"}, faults.slow(1).for_write_key("wk")),
        ({"fault": "slow", "seconds": 0.5}, faults.slow(0.5)),
        ({"fault": "reset"}, faults.reset()),
        ({"fault": "half", "recorded": True}, faults.half(recorded=True)),
        ({"fault": "garbage", "recorded": True}, faults.garbage(recorded=True)),
        ({"fault": "usual", "times": 1}, Fault(steps=(Usual(),), rounds=1)),
        (
            {"fault": "sequence", "steps": [500, {"fault": "reset", "recorded": True}, 200], "times": 2},
            faults.sequence(500, faults.reset(recorded=True), 200).times(2),
        ),
    ],
)
def test_a_description(description: dict[str, Any], fault: Fault) -> None:
    assert faults.from_json(json.loads(json.dumps(description))) == fault


@pytest.mark.parametrize("action", [Usual(), Status(500, 3), Slow(1.5), Reset(True), Half(), Garbage()])
def test_an_action_describes_itself(action: Any) -> None:
    assert faults.from_json(msgspec.to_builtins(action)).steps == (action,)


@pytest.mark.parametrize(
    ("description", "message"),
    [
        ([], "no description of a fault: Expected `object`, got `array`"),
        ({}, "no description of a fault: Object missing required field `fault`"),
        ({"fault": "boom"}, "no description of a fault: Invalid value 'boom' - at `$.fault`"),
        ({"fault": "status"}, "no description of a fault: Object missing required field `status`"),
        ({"fault": "status", "status": "500"}, "no description of a fault: Expected `int`, got `str` - at `$.status`"),
        (
            {"fault": "status", "status": 200},
            "no description of a fault: a fault has a status from 400 to 599, not 200",
        ),
        ({"fault": "reset", "seconds": 1}, "no description of a fault: Object contains unknown field `seconds`"),
        (
            {"fault": "reset", "times": "2"},
            "no description of a fault: Expected `int | null`, got `str` - at `$.times`",
        ),
        ({"fault": "reset", "times": 0}, "a fault occurs once or more often, not 0 times"),
        ({"fault": "reset", "after": -1}, "after() takes a number of requests from zero up, not -1"),
        ({"fault": "reset", "on": "v1"}, "a path begins with a slash, as in '/v1/batch': 'v1'"),
        ({"fault": "sequence", "steps": []}, "a sequence has at least one step"),
        (
            {"fault": "sequence", "steps": [True]},
            ("no description of a fault: Expected `int | object`, got `bool` - at `$.steps[0]`"),
        ),
        ({"fault": "sequence"}, "no description of a fault: Object missing required field `steps`"),
        (
            {"fault": "sequence", "steps": [500], "recorded": True},
            "no description of a fault: Object contains unknown field `recorded`",
        ),
        (
            {"fault": "slow", "seconds": 1e9},
            ("no description of a fault: seconds is a number of seconds from 0 to 3600, not 1000000000.0"),
        ),
    ],
)
def test_no_description(description: object, message: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        faults.from_json(description)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: faults.status(200),
        lambda: faults.status(600),
        lambda: faults.status(500, retry_after=-1),
        lambda: faults.slow(-1),
        lambda: faults.slow(float("nan")),
        faults.sequence,
        lambda: faults.sequence(500, 700),
        lambda: faults.sequence(faults.status(500).times(2)),
        lambda: faults.sequence(faults.reset().on("/v1/b")),
        lambda: faults.reset().times(0),
    ],
)
def test_what_makes_no_sense_is_refused_at_once(wrong: Any) -> None:
    with pytest.raises(ConfigurationError):
        wrong()


def test_a_write_key_is_not_shown() -> None:
    api = fake()
    api.faults.add(faults.status(500).for_write_key("s3cret"))
    assert "s3cret" not in repr(api.faults)
    assert "status=500" in repr(api.faults)
