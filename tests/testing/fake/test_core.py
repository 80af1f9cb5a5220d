"""Every path of the fake, and what it answers."""

from __future__ import annotations

import json
import threading
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from segment_testing.fake import FakeSettings, TrackingAPI
from segment_testing.fake.answers import PIXEL, SUCCESS
from segment_testing.fake.oauth import OAuthSettings
from segment_testing.recording import Ledger, Reason
from tests.testing.fake.asking import NOW, basic, batch, fake, get, headers_of, post, reasons, request, told, track

TYPES = ["track", "identify", "group", "page", "screen", "alias"]
ANY = {"userId": "u1", "event": "E", "groupId": "g", "previousId": "p", "writeKey": "wk"}
"""What every type of call can do with."""


@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize("kind", TYPES)
def test_each_type_has_a_path_and_a_letter(kind: str, slash: str) -> None:
    api = fake()
    for path in (f"/v1/{kind}{slash}", f"/v1/{kind[0]}{slash}"):
        assert post(api, path, ANY) == SUCCESS
    assert [(call.type, call.user_id, call.reception.write_key) for call in api.ledger.calls] == [
        (kind, "u1", "wk")
    ] * 2
    assert [call.reception.endpoint for call in api.ledger.calls] == [f"/v1/{kind}{slash}", f"/v1/{kind[0]}{slash}"]


@pytest.mark.parametrize("path", ["/v1/batch", "/v1/import", "/v1/b", "/v1/batch/", "/v1/import/", "/v1/b/"])
def test_batches_have_three_paths(path: str) -> None:
    api = fake()
    calls = [{"type": kind, **ANY} for kind in TYPES]
    assert post(api, path, batch(*calls)) == SUCCESS
    assert [call.type for call in api.ledger.calls] == TYPES
    assert [call.sequence for call in api.ledger.calls] == list(range(6))


def test_success_is_exactly_200_with_a_boolean() -> None:
    assert (SUCCESS.status, told(SUCCESS)) == (200, {"success": True})
    assert headers_of(SUCCESS)["content-type"] == "application/json"


def test_the_path_says_what_a_single_call_is() -> None:
    api = fake()
    post(api, "/v1/identify", track(writeKey="wk"))
    assert [(call.type, call.name, call.payload["type"]) for call in api.ledger.calls] == [
        ("identify", None, "identify")
    ]


def test_telemetry_is_taken_and_forgotten() -> None:
    api = fake()
    assert post(api, "/v1/m", {"series": [{"type": "Counter", "metric": "analytics_js.invoke"}]}) == SUCCESS
    assert post(api, "/v1/m/", b"\xff") == SUCCESS
    assert (api.ledger.calls, api.ledger.rejections) == ([], [])


@pytest.mark.parametrize("path", ["", "/", "/v1", "/v1/tracks", "/v1/x", "/v2/track", "/v1/track/x", "/v1/pixel/batch",
                                  "/v1/projects//settings", "/v1/projects/a/b/settings", "/V1/track"])  # fmt: skip
def test_other_paths_are_not_there(path: str) -> None:
    api = fake()
    reply = post(api, path, track())
    assert (reply.status, told(reply)["success"], told(reply)["code"]) == (404, False, "not_found")
    assert len(api.ledger) == 0


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("GET", "/v1/track", "POST, OPTIONS"),
        ("PUT", "/v1/batch/", "POST, OPTIONS"),
        ("post", "/v1/batch", "POST, OPTIONS"),
        ("GET", "/token", "POST, OPTIONS"),
        ("POST", "/v1/pixel/track", "GET, HEAD, OPTIONS"),
        ("DELETE", "/v1/projects/wk/settings", "GET, HEAD, OPTIONS"),
    ],
)
def test_other_methods_are_refused(method: str, path: str, allow: str) -> None:
    reply = fake().handle(request(method, path, track()))
    assert (reply.status, told(reply)["code"], headers_of(reply)["allow"]) == (405, "method_not_allowed", allow)


# ---- 400


@pytest.mark.parametrize(
    ("path", "body", "message"),
    [
        ("/v1/track", b"", "the body is not JSON: the text ends where an object or an array should be at $ (byte 0)"),
        (
            "/v1/track",
            b'{"userId":"u1",}',
            ("the body is not JSON: expected a property name in double quotes, found '}' at $ (byte 15)"),
        ),
        (
            "/v1/track",
            b'{"userId":NaN}',
            ("the body is not JSON: expected a value, found something else at $.userId (byte 10)"),
        ),
        ("/v1/track", b'{"userId":"\xff"}', "the body is not UTF-8 at byte 11"),
        ("/v1/track", b"[]", "the body is an object in JSON, and this is an array"),
        ("/v1/track", b"null", "the body is an object in JSON, and this is null"),
        ("/v1/track", b"true", "the body is an object in JSON, and this is a boolean"),
        ("/v1/track", b"1", "the body is an object in JSON, and this is a number"),
        ("/v1/batch", b'"x"', "the body is an object in JSON, and this is a string"),
        ("/v1/batch", b"{}", "a batch is an object with an array of calls in `batch`, which here is missing"),
        ("/v1/batch", b'{"batch":null}', "a batch is an object with an array of calls in `batch`, which here is null"),
        (
            "/v1/batch",
            b'{"batch":{}}',
            ("a batch is an object with an array of calls in `batch`, which here is an object"),
        ),
        ("/v1/batch", b"[" * 100_000 + b"]" * 100_000, "the body is nested too deep"),
        ("/v1/track", b'{"a":' * 80_000 + b"1" + b"}" * 80_000, "the body is nested too deep"),
    ],
)
def test_what_cannot_be_read_is_a_400(path: str, body: bytes, message: str) -> None:
    api = fake()
    reply = post(api, path, body, authorization=basic("wk:"))
    assert reply.status == 400
    assert told(reply) == {"success": False, "code": "invalid_request", "message": message, "error": message}
    (rejection,) = api.ledger.rejections
    assert (rejection.reason, rejection.detail, rejection.status) == (Reason.BAD_REQUEST, message, 400)
    assert (rejection.sent, rejection.reception.write_key, rejection.silent) == (body[:1000], "wk", False)


def test_an_event_over_the_limit_is_a_400_with_segments_words() -> None:
    api = fake()
    fits, over = track(pad="", writeKey="wk"), track(pad="", writeKey="wk")
    fits["pad"] = "x" * (32_768 - len(json.dumps(fits)))
    over["pad"] = fits["pad"] + "x"
    assert post(api, "/v1/track", fits) == SUCCESS
    reply = post(api, "/v1/track", over)
    assert (reply.status, told(reply)["code"]) == (400, "invalid_request")
    assert told(reply)["message"] == told(reply)["error"] == "Exceed payload limit"
    assert told(reply)["detail"] == "the call has 32,769 bytes; an event may have 32,768"
    (rejection,) = api.ledger.rejections
    assert (rejection.reason, rejection.name, rejection.status) == (Reason.TOO_LARGE, "Order Completed", 400)
    assert len(api.ledger) == 1


def test_an_event_over_the_limit_takes_its_batch_with_it() -> None:
    api = fake()
    reply = post(api, "/v1/batch", batch(track(), track(messageId="m2", pad="x" * 33_000)))
    assert told(reply)["detail"].startswith("batch[1] has 33,")
    assert [(r.reason, r.message_id, r.status) for r in api.ledger.rejections] == [
        (Reason.TOO_LARGE, "m1", 400),
        (Reason.TOO_LARGE, "m2", 400),
    ]
    assert len(api.ledger) == 0
    post(api, "/v1/batch", batch(track()))
    assert len(api.ledger) == 1, "what was refused has not been seen"


def test_a_request_over_the_limit_is_a_400() -> None:
    api = fake()
    reply = post(api, "/v1/batch", b"x" * 512_001)
    assert (reply.status, told(reply)["message"]) == (400, "Exceed payload limit")
    assert reasons(api) == ["too_large"]
    assert len(api.ledger.rejections[0].sent) == 1_000, "its beginning is kept, no more"
    assert told(post(api, "/v1/batch", b"x" * 512_000))["message"].startswith("the body is not JSON")


# ---- 200, and lost


def test_too_many_events_are_taken_and_lost() -> None:
    api = fake()
    many = [track(messageId=f"m{number}") for number in range(2_501)]
    assert post(api, "/v1/batch", batch(*many)) == SUCCESS
    assert len(api.ledger) == 0
    assert set(reasons(api)) == {"too_many_events"}
    assert len(api.ledger.rejections) == 2_501
    assert api.ledger.rejections[0].detail == "the batch holds 2,501 calls; Segment takes 2,500 at most"
    assert post(api, "/v1/batch", batch(*many[1:])) == SUCCESS
    assert len(api.ledger) == 2_500


def test_an_empty_batch_is_taken_and_lost() -> None:
    api = fake()
    assert post(api, "/v1/batch", batch()) == SUCCESS
    (rejection,) = api.ledger.rejections
    assert (rejection.reason, rejection.silent, rejection.reception.write_key) == (Reason.EMPTY_BATCH, True, "wk")


def test_of_a_batch_with_bad_calls_the_good_ones_are_taken() -> None:
    api = fake()
    assert (
        post(api, "/v1/batch", batch(track(), track(event=None, messageId="m2"), 5, track(messageId="m3"))) == SUCCESS
    )
    assert [call.message_id for call in api.ledger.calls] == ["m1", "m3"]
    assert [(r.reason, r.detail, r.message_id, r.sent) for r in api.ledger.rejections] == [
        (Reason.EVENT_NOT_DEFINED, "batch[1]: a track call needs `event`, the name of what happened", "m2",
         json.dumps(track(event=None, messageId="m2")).encode()),
        (Reason.BAD_REQUEST, "batch[2]: a call is an object, and this is a number", None, b"5"),
    ]  # fmt: skip


def test_an_unknown_write_key_is_taken_and_lost() -> None:
    api = fake(write_keys={"wk", "other"})
    for key in ("wk", "other", "nobody"):
        assert post(api, "/v1/track", track(writeKey=key, messageId=key)) == SUCCESS
    assert post(api, "/v1/track", track(messageId="none")) == SUCCESS
    assert [call.reception.write_key for call in api.ledger.calls] == ["wk", "other"]
    assert [(r.reason, r.detail) for r in api.ledger.rejections] == [
        (Reason.UNKNOWN_SOURCE, "the write key is none of FakeSettings.write_keys"),
        (Reason.UNKNOWN_SOURCE, "no write key: it stands neither in the body nor in an Authorization header"),
    ]


def test_without_a_list_every_key_is_known_but_none_is_not() -> None:
    api = fake()
    post(api, "/v1/track", track(writeKey="whatever"))
    post(api, "/v1/track", track(writeKey="", messageId="m2"))
    assert (len(api.ledger), reasons(api)) == (1, ["unknown_source"])


def test_a_message_id_that_came_before_is_a_duplicate() -> None:
    api = fake()
    post(api, "/v1/track", track(writeKey="wk"))
    post(api, "/v1/batch", batch(track(event="Other"), track(messageId="m2"), track(messageId="m2"), writeKey="wk2"))
    assert [call.message_id for call in api.ledger.calls] == ["m1", "m2"]
    assert [(d.reason, d.message_id, d.name, d.status) for d in api.ledger.duplicates] == [
        (Reason.DUPLICATE, "m1", "Other", 200),
        (Reason.DUPLICATE, "m2", "Order Completed", 200),
    ]
    assert api.ledger.rejections == []


def test_what_was_thrown_away_has_not_been_seen() -> None:
    api = fake()
    post(api, "/v1/batch", batch(track(event=None), track()))
    assert (len(api.ledger), api.ledger.duplicates) == (1, [])


def test_with_no_ids_remembered_every_call_is_taken() -> None:
    api = fake(remembered_ids=0)
    post(api, "/v1/batch", batch(track(), track()))
    assert len(api.ledger) == 2


@pytest.mark.parametrize("given", [None, "", False, [], {}])
def test_a_missing_message_id_is_made(given: Any) -> None:
    api = fake()
    post(api, "/v1/batch", batch({**track(), "messageId": given}, track(messageId=None)))
    first, second = (call.message_id for call in api.ledger.calls)
    assert first.startswith("api-")
    assert first != second
    assert [call.payload["messageId"] for call in api.ledger.calls] == [first, second]


def test_a_number_for_a_message_id_becomes_text() -> None:
    api = fake()
    post(api, "/v1/track", track(messageId=17, writeKey="wk"))
    assert [(call.message_id, call.payload["messageId"]) for call in api.ledger.calls] == [("17", "17")]


def test_a_message_id_may_have_a_hundred_characters() -> None:
    api = fake()
    post(api, "/v1/batch", batch(track(messageId="é" * 100), track(messageId="é" * 101)))
    assert (len(api.ledger), reasons(api)) == (1, ["message_id_too_long"])
    assert api.ledger.rejections[0].detail == "batch[1]: `messageId` has 101 characters; it may have 100"


# ---- what Segment adds


def test_a_destination_gets_what_segment_adds() -> None:
    api = fake(project_id="proj")
    post(
        api,
        "/v1/batch",
        batch(
            track(timestamp="2026-03-04T05:06:02.000Z", context={"ip": "203.0.113.9", "locale": "nl"}),
            context={"locale": "en", "library": {"name": "analytics-java"}},
            integrations={"All": True},
            sentAt="2026-03-04T05:06:05.000Z",
        ),
        user_agent="analytics-java/3",
        x_retry_count="2",
    )
    (call,) = api.ledger.calls
    assert call.payload == {
        "type": "track",
        "userId": "u1",
        "event": "Order Completed",
        "messageId": "m1",
        "context": {"locale": "nl", "library": {"name": "analytics-java"}, "ip": "203.0.113.9"},
        "integrations": {"All": True},
        "originalTimestamp": "2026-03-04T05:06:02.000Z",
        "sentAt": "2026-03-04T05:06:05.000Z",
        "receivedAt": "2026-03-04T05:06:07.089Z",
        "timestamp": "2026-03-04T05:06:04.089Z",
        "projectId": "proj",
        "version": 2,
    }
    assert (call.reception.user_agent, call.reception.retry_count) == ("analytics-java/3", 2)


def test_the_calls_of_a_request_share_the_time_of_arrival_in_utc() -> None:
    ticks = iter(range(100))
    east = timezone(timedelta(hours=2))
    api = TrackingAPI(clock=lambda: datetime(2026, 1, 2, 2, 0, next(ticks), tzinfo=east))
    post(api, "/v1/batch", {"batch": [track(writeKey="a"), track(writeKey="b", messageId="m2")]})
    assert [call.reception.write_key for call in api.ledger.calls] == ["a", "b"]
    (received,) = {call.payload["receivedAt"] for call in api.ledger.calls}
    assert received.startswith("2026-01-02T00:00:")


@pytest.mark.parametrize("value", ["x", "-1", "1.5", "", "9" * 40, "²"])
def test_an_odd_retry_count_counts_for_nothing(value: str) -> None:
    api = fake()
    post(api, "/v1/track", track(writeKey="wk"), x_retry_count=value)
    assert api.ledger.calls[0].reception.retry_count == 0


# ---- pixel, settings, token


def test_a_pixel_is_a_call_and_an_image() -> None:
    api = fake()
    reply = get(api, "/v1/pixel/track", "userId=u1&event=Email%20Opened&properties.subject=Hi&writeKey=wk")
    assert reply == PIXEL
    assert reply.body.startswith(b"GIF89a")
    (call,) = api.ledger.calls
    assert (call.type, call.name, call.properties) == ("track", "Email Opened", {"subject": "Hi"})


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("", "unknown_source"),
        ("data=%FF", "bad_request"),
        ("data=bnVsbA", "bad_request"),
        ("userId=u1&writeKey=wk", "event_not_defined"),
        (f"userId=u1&event=E&writeKey=wk&pad={'x' * 40_000}", "too_large"),
    ],
)
def test_a_pixel_is_an_image_whatever_comes(query: str, reason: str) -> None:
    api = fake()
    assert get(api, "/v1/pixel/track", query) == PIXEL
    assert [(r.reason.value, r.silent) for r in api.ledger.rejections] == [(reason, True)]
    assert api.handle(request("HEAD", "/v1/pixel/track/", query=query)) == PIXEL


def test_settings_are_for_known_keys() -> None:
    api = fake(write_keys={"wk"})
    assert told(get(api, "/v1/projects/wk/settings/", host="127.0.0.1:9"))["integrations"]["Segment.io"] == {
        "apiKey": "wk",
        "apiHost": "127.0.0.1:9/v1",
        "protocol": "http",
    }
    assert get(api, "/v1/projects/other/settings").status == 404
    assert (len(api.ledger), api.ledger.rejections) == (0, [])


def test_without_an_oauth_app_there_are_no_tokens() -> None:
    api = fake()
    reply = post(api, "/token", b"grant_type=client_credentials")
    assert (reply.status, "FakeSettings(oauth=" in told(reply)["message"]) == (404, True)
    reply = post(api, "/v1/track", track(writeKey="wk"), authorization="Bearer t0ken")
    assert (reply.status, told(reply)["code"]) == (401, "unauthorized")
    assert "FakeSettings(oauth=" in told(reply)["detail"]
    assert [(r.reason, r.status) for r in api.ledger.rejections] == [(Reason.UNAUTHORIZED, 401)]


def test_a_token_must_have_been_given_out_here() -> None:
    api = fake(oauth=OAuthSettings())
    assert api.tokens is not None
    token = api.tokens._issue(("tracking_api:write",), NOW.timestamp())
    assert post(api, "/v1/track", track(writeKey="wk"), authorization=f"Bearer {token}") == SUCCESS
    reply = post(api, "/v1/track", track(writeKey="wk", messageId="m2"), authorization="Bearer other")
    assert (reply.status, told(reply)["message"]) == (401, "The access token is not valid")
    assert post(api, "/token", b"").status == 415
    api.reset()
    assert post(api, "/v1/track", track(writeKey="wk"), authorization=f"bearer {token}").status == 401


# ---- rate limit, reset, sharing


def test_beyond_the_rate_the_answer_is_429() -> None:
    now = NOW
    api = TrackingAPI(FakeSettings(rate_limit=2), clock=lambda: now)
    statuses = [post(api, "/v1/batch", batch(track(messageId=f"m{n}"))).status for n in range(4)]
    assert statuses == [200, 200, 429, 429]
    reply = post(api, "/v1/batch", batch(track(messageId="m9")))
    assert (told(reply)["code"], headers_of(reply)["retry-after"]) == ("too_many_requests", "1")
    assert headers_of(reply)["x-ratelimit-reset"] == "1"
    assert (len(api.ledger), reasons(api)) == (2, ["rate_limited"] * 3)
    assert get(api, "/v1/projects/wk/settings").status == 200, "the limit is for calls"
    now += timedelta(seconds=1)
    assert post(api, "/v1/batch", batch(track(messageId="m2"))).status == 200
    api.reset()
    assert [post(api, "/v1/b", batch(track(messageId=f"m{n}"))).status for n in range(3)] == [200, 200, 429]


def test_reset_forgets_everything() -> None:
    api = fake()
    api.faults.add(lambda _, answer: answer())
    post(api, "/v1/batch", batch(track(), track(), 5))
    api.reset()
    assert (api.ledger.calls, api.ledger.rejections, api.ledger.duplicates, len(api.faults)) == ([], [], [], 0)
    post(api, "/v1/batch", batch(track()))
    assert [call.sequence for call in api.ledger.calls] == [0]


def test_the_ledger_is_bounded_by_the_settings_or_given() -> None:
    api = fake(max_calls=2)
    post(api, "/v1/batch", batch(*(track(messageId=f"m{n}") for n in range(5))))
    assert ([call.message_id for call in api.ledger.calls], api.ledger.forgotten) == (["m3", "m4"], 3)
    ledger = Ledger()
    assert TrackingAPI(ledger=ledger).ledger is ledger


def test_of_two_threads_with_the_same_call_one_is_new() -> None:
    api = fake()
    gate = threading.Barrier(8)

    def send() -> None:
        gate.wait(10)
        for number in range(50):
            post(api, "/v1/track", track(messageId=f"m{number}", writeKey="wk"))

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(call.message_id for call in api.ledger.calls) == sorted(f"m{number}" for number in range(50))
    assert len(api.ledger.duplicates) == 7 * 50
