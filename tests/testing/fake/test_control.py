"""The controls over HTTP: what they show, what they change, and what they say to a request that is wrong."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from segment_hooks import __version__
from segment_testing.fake import faults
from segment_testing.fake.app import FakeApp
from segment_testing.fake.core import TrackingAPI
from segment_testing.fake.settings import FakeSettings
from segment_testing.fake.wire import FakeRequest, Reply
from segment_testing.recording import Reason


@pytest.fixture
def api() -> TrackingAPI:
    return TrackingAPI()


@pytest.fixture
async def http(api: TrackingAPI) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(FakeApp(api))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8765") as client:
        yield client


def send(api: TrackingAPI, *calls: dict[str, Any], write_key: str | None = "key") -> Reply:
    """A batch, straight to the core."""
    body = {"batch": calls, "writeKey": write_key}
    return api.handle(FakeRequest("POST", "/v1/batch", body=json.dumps(body).encode()))


def track(name: str = "Order Completed", **more: Any) -> dict[str, Any]:
    return {"type": "track", "event": name, "userId": "u1", **more}


async def get(http: httpx.AsyncClient, path: str, **query: Any) -> Any:
    response = await http.get(f"/_fake/{path}", params=query)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "application/json"
    assert response.headers["date"].endswith(" GMT")
    return response.json()


async def refused(response: httpx.Response, status: int) -> str:
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert problem["status"] == status
    assert problem["type"].startswith("urn:problem-type:segment-testing:")
    detail: str = problem["detail"]
    return detail


# ---- what came


async def test_the_calls_can_be_read(api: TrackingAPI, http: httpx.AsyncClient) -> None:
    send(api, track(messageId="m1"), {"type": "page", "anonymousId": "a1", "name": "Home"})
    answer = await get(http, "events")
    assert (answer["next"], answer["total"], answer["forgotten"]) == (2, 2, 0)
    assert [(event["sequence"], event["type"], event["name"]) for event in answer["events"]] == [
        (0, "track", "Order Completed"),
        (1, "page", "Home"),
    ]
    assert answer["events"][0]["sent"] == track(messageId="m1")
    assert answer["events"][0]["payload"]["receivedAt"] == answer["events"][0]["received_at"]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"type": "page"}, ["Home"]),
        ({"type": ["page", "screen"]}, ["Home", "Main"]),
        ({"name": "A"}, ["A"]),
        ({"user_id": "u2"}, ["B"]),
        ({"anonymous_id": "a1"}, ["Home"]),
        ({"message_id": "m-b"}, ["B"]),
        ({"write_key": "other"}, ["Main"]),
        ({"type": "track", "user_id": "u1"}, ["A"]),
        ({"name": ""}, []),
        ({"since": 2}, ["Home", "Main"]),
        ({"since": 1, "limit": 1}, ["B"]),
        ({"since": 99}, []),
    ],
    ids=str,
)
async def test_the_calls_can_be_filtered(
    api: TrackingAPI, http: httpx.AsyncClient, query: dict[str, Any], names: list[str]
) -> None:
    page = {"type": "page", "anonymousId": "a1", "name": "Home"}
    send(api, track("A"), track("B", userId="u2", messageId="m-b"), page)
    send(api, {"type": "screen", "userId": "u1", "name": "Main"}, write_key="other")
    answer = await get(http, "events", **query)
    assert [event["name"] for event in answer["events"]] == names


async def test_the_calls_can_be_read_page_by_page(api: TrackingAPI, http: httpx.AsyncClient) -> None:
    send(api, *(track(f"E{n}", userId=f"u{n % 2}") for n in range(7)))
    seen: list[str] = []
    since = 0
    for _ in range(3):
        answer = await get(http, "events", user_id="u0", since=since, limit=2)
        seen += [event["name"] for event in answer["events"]]
        since = answer["next"]
    assert seen == ["E0", "E2", "E4", "E6"]
    assert since == 7


async def test_who_reads_on_after_a_reset_reads_from_the_start(api: TrackingAPI, http: httpx.AsyncClient) -> None:
    send(api, track(), track())
    since = (await get(http, "events"))["next"]
    api.reset()
    assert (await get(http, "events", since=since))["next"] == 0
    send(api, track("New"))
    assert [event["name"] for event in (await get(http, "events", since=0))["events"]] == ["New"]


async def test_what_is_no_longer_kept_is_counted(http: httpx.AsyncClient) -> None:
    api = TrackingAPI(FakeSettings(max_calls=2))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(FakeApp(api)), base_url="http://fake") as client:
        send(api, *(track() for _ in range(5)))
        answer = await get(client, "events")
    assert (answer["forgotten"], [event["sequence"] for event in answer["events"]]) == (3, [3, 4])


async def test_odd_values_are_shown_as_they_were_sent(api: TrackingAPI, http: httpx.AsyncClient) -> None:
    sent = b'{"userId":"u1","event":"\\ud83d","properties":{"n":1.0,"big":123456789012345678901234567890,"far":1e999}}'
    body = b'{"writeKey":"k",' + sent[1:]
    api.handle(FakeRequest("POST", "/v1/track", body=body))
    response = await http.get("/_fake/events")
    assert body in response.content
    assert response.json()["events"][0]["name"] == "\ud83d"


async def test_what_was_thrown_away_can_be_read_with_its_reason(api: TrackingAPI, http: httpx.AsyncClient) -> None:
    send(api, track(), {"type": "track", "userId": "u1"}, {"type": "identify"})
    api.handle(FakeRequest("POST", "/v1/track", body=b"no JSON"))
    answer = await get(http, "rejected")
    assert answer["total"] == 3
    nameless, nobody, unreadable = answer["rejected"]
    assert (nameless["reason"], nameless["silent"], nameless["status"]) == (Reason.EVENT_NOT_DEFINED, True, 200)
    assert nameless["detail"].startswith("batch[1]: ")
    assert nobody["reason"] == Reason.ID_REQUIRED
    assert (unreadable["status"], unreadable["sent"]) == (400, "no JSON")
    assert [r["type"] for r in (await get(http, "rejected", type="identify"))["rejected"]] == ["identify"]
    filtered = await get(http, "rejected", reason=["bad_request", "id_required"], limit=1)
    assert (filtered["total"], filtered["rejected"]) == (2, [unreadable])


async def test_repeated_calls_stand_by_themselves(api: TrackingAPI, http: httpx.AsyncClient) -> None:
    send(api, track(messageId="m1"))
    send(api, track(messageId="m1"))
    answer = await get(http, "duplicates", message_id="m1")
    assert (answer["total"], answer["duplicates"][0]["reason"]) == (1, "duplicate")
    assert (await get(http, "rejected"))["total"] == 0
    assert (await get(http, "duplicates", message_id="m2"))["duplicates"] == []


async def test_health_says_how_much_there_is(api: TrackingAPI, http: httpx.AsyncClient) -> None:
    send(api, track(messageId="m"), track(messageId="m"), {"type": "track"})
    assert await get(http, "health") == {
        "status": "ok",
        "version": __version__,
        "calls": 1,
        "forgotten": 0,
        "rejected": 1,
        "duplicates": 1,
        "streams": 0,
    }


async def test_a_reset_forgets_everything(api: TrackingAPI, http: httpx.AsyncClient) -> None:
    send(api, track(messageId="m"), {"type": "track"})
    api.faults.add(faults.status(500))
    response = await http.post("/_fake/reset")
    assert (response.status_code, response.json()) == (200, {"success": True})
    health = await get(http, "health")
    assert (health["calls"], health["rejected"]) == (0, 0)
    assert (await get(http, "faults"))["faults"] == []
    send(api, track(messageId="m"))
    assert (await get(http, "events"))["total"] == 1


# ---- faults


DESCRIPTIONS = [
    {"fault": "status", "status": 503, "retry_after": 2, "message": "busy", "on": "/v1/batch", "times": 2, "after": 1},
    {"fault": "slow", "seconds": 1.5, "write_key": "key"},
    {"fault": "reset", "recorded": True},
    {"fault": "half", "recorded": False},
    {"fault": "garbage", "recorded": False},
    {"fault": "usual", "times": 3},
    {
        "fault": "sequence",
        "steps": [{"fault": "reset", "recorded": False}, {"fault": "usual"}],
        "times": 1,
    },
]


@pytest.mark.parametrize("description", DESCRIPTIONS, ids=lambda description: description["fault"])
async def test_a_fault_is_shown_as_it_was_set(http: httpx.AsyncClient, description: dict[str, Any]) -> None:
    response = await http.post("/_fake/faults", json=description)
    assert (response.status_code, response.json()) == (
        200,
        {"faults": [{"description": description, "requests": 0}]},
    )
    assert await get(http, "faults") == response.json()
    again = await http.post("/_fake/faults", json=[response.json()["faults"][0]["description"]])
    assert [one["description"] for one in again.json()["faults"]] == [description] * 2


async def test_a_fault_happens_and_is_counted(api: TrackingAPI, http: httpx.AsyncClient) -> None:
    await http.post("/_fake/faults", json={"fault": "sequence", "steps": [500, 429, 200]})
    assert [send(api, track()).status for _ in range(4)] == [500, 429, 200, 200]
    assert [one["requests"] for one in (await get(http, "faults"))["faults"]] == [4]
    cleared = await http.delete("/_fake/faults")
    assert (cleared.status_code, cleared.json()) == (200, {"faults": []})


async def test_an_integer_may_be_written_as_a_fraction(http: httpx.AsyncClient) -> None:
    response = await http.post("/_fake/faults", content=b'{"fault":"sequence","steps":[500.0],"times":2.0}')
    (shown,) = response.json()["faults"]
    assert (shown["description"]["status"], shown["description"]["times"]) == (500, 2)


async def test_faults_in_code_are_shown_too(api: TrackingAPI, http: httpx.AsyncClient) -> None:
    api.faults.add(lambda request, answer: answer())
    shown = await get(http, "faults")
    assert [one["description"] for one in shown["faults"]] == [{"fault": "custom"}]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "JSON in UTF-8"),
        (b"{", "JSON in UTF-8"),
        (b"[" * 100_000, "65,536 bytes"),
        (b"[" * 30_000 + b"]" * 30_000, "few levels"),
        (b'{"a":' * 600 + b"1" + b"}" * 600, "fault"),
        (b"[" * 900 + b"]" * 900, "fault"),
        (b"null", "fault"),
        (b'"status"', "fault"),
        (b"{}", "fault"),
        (b'{"fault":"flood"}', "'flood'"),
        (b'{"fault":"status"}', "`status`"),
        (b'{"fault":"status","status":200}', "400 to 599"),
        (b'{"fault":"status","status":500,"time":2}', "`time`"),
        (b'{"fault":"status","status":500,"times":0}', "once or more"),
        (b'{"fault":"status","status":500,"on":"batch"}', "slash"),
        (b'{"fault":"slow","seconds":1e9}', "seconds"),
        (b'{"fault":"sequence","steps":[]}', "at least one step"),
        (b'{"fault":"\\ud800"}', "unpaired surrogate"),
        (b'[{"fault":"reset"},{"fault":"no"}]', "'no'"),
    ],
    ids=lambda value: value[:40],
)
async def test_a_fault_that_is_none_changes_nothing_and_says_why(
    api: TrackingAPI, http: httpx.AsyncClient, body: bytes, words: str
) -> None:
    detail = await refused(await http.post("/_fake/faults", content=body), 413 if len(body) > 65_536 else 400)
    assert words in detail
    assert len(api.faults) == 0


# ---- requests that are wrong


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("events?typ=track", "'typ' is no parameter here; it takes type, name, user_id"),
        ("events?limit=0", "1 to 1,000"),
        ("events?limit=1001", "1 to 1,000"),
        ("events?limit=-1", "whole number"),
        ("events?limit=", "whole number"),
        ("events?since=%D9%A3", "whole number"),
        ("events?since=1e3", "whole number"),
        ("events?since=" + "9" * 5_000, "whole number"),
        ("events?since=1&since=2", "since may stand once"),
        ("rejected?user_id=u1", "'user_id' is no parameter here"),
        ("health?verbose", "it takes none"),
        ("faults?x=1", "it takes none"),
        ("stream?from=yesterday", "now or start"),
        ("stream?since=1", "it takes from"),
    ],
    ids=lambda value: value[:30],
)
async def test_a_wrong_query_says_what_is_wrong(http: httpx.AsyncClient, path: str, words: str) -> None:
    assert words in await refused(await http.get(f"/_fake/{path}"), 400)


async def test_a_place_that_is_none_says_what_one_looks_like(http: httpx.AsyncClient) -> None:
    response = await http.get("/_fake/stream", headers={"Last-Event-ID": "latest"})
    assert "such as 0-12-3-0" in await refused(response, 400)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("POST", "events", "GET, HEAD, OPTIONS"),
        ("GET", "reset", "POST, OPTIONS"),
        ("PUT", "faults", "GET, HEAD, POST, DELETE, OPTIONS"),
        ("BREW", "stream", "GET, HEAD, OPTIONS"),
    ],
)
async def test_another_method_is_told_which_to_use(
    http: httpx.AsyncClient, method: str, path: str, allowed: str
) -> None:
    response = await http.request(method, f"/_fake/{path}")
    assert response.headers["allow"] == allowed
    assert allowed in await refused(response, 405)
    options = await http.options(f"/_fake/{path}")
    assert (options.status_code, options.headers["allow"]) == (204, allowed)


@pytest.mark.parametrize(
    "path", ["/_fake", "/_fake/", "/_fake/event", "/_fake/events/1", "/_fake/%00", "/_fake//events"]
)
async def test_another_path_is_told_which_there_are(http: httpx.AsyncClient, path: str) -> None:
    assert "/_fake/events" in await refused(await http.get(path), 404)


async def test_a_slash_at_the_end_changes_nothing(http: httpx.AsyncClient) -> None:
    assert (await http.get("/_fake/health/")).status_code == 200


async def test_head_answers_as_get_does_without_a_body(http: httpx.AsyncClient) -> None:
    response = await http.head("/_fake/openapi.json")
    assert (response.status_code, response.content) == (200, b"")
    assert int(response.headers["content-length"]) > 1_000


async def test_a_page_of_another_origin_can_neither_read_nor_change(api: TrackingAPI, http: httpx.AsyncClient) -> None:
    send(api, track())
    for origin in ("https://elsewhere.example", "null", "http://[", "http://127.0.0.1:3000"):
        for method, path in (("GET", "events"), ("POST", "reset"), ("GET", "stream")):
            response = await http.request(method, f"/_fake/{path}", headers={"Origin": origin})
            assert "not the page" in await refused(response, 403)
            assert not [name for name in response.headers if name.startswith("access-control-")]
    assert len(api.ledger) == 1
    own = await http.post("/_fake/reset", headers={"Origin": "http://127.0.0.1:8765"})
    assert own.status_code == 200
