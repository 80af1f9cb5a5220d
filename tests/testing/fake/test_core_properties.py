"""Any bytes on any route: a documented answer, and nothing that came before is lost."""

from __future__ import annotations

import gzip
import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from segment_hooks import Headers
from segment_testing.fake import Ending, FakeRequest, FakeSettings, Limits, TrackingAPI, faults
from segment_testing.fake.oauth import OAuthSettings
from tests.testing.fake.asking import NOW, basic, batch, post, track

DOCUMENTED = {200, 204, 400, 401, 404, 405, 415, 429}

KINDS = ["track", "identify", "group", "page", "screen", "alias"]
PATHS = st.sampled_from(
    [
        *(f"/v1/{name}" for name in [*KINDS, *"tigpsam", "b", "batch", "import"]),
        *(f"/v1/pixel/{kind}" for kind in KINDS),
        "/token",
        "/v1/projects/wk/settings",
    ]
).flatmap(lambda path: st.sampled_from([path, path + "/", path + "//", path + "x"])) | st.text(max_size=20)

METHODS = st.sampled_from(["POST", "POST", "POST", "GET", "HEAD", "OPTIONS", "PUT"]) | st.text(max_size=8)

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(["", "u", "é", "\ud83d", "track", "2026-01-02T03:04:05Z", "0001-01-01T00:00:00Z", "x" * 101])
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["device", "advertisingId", "a"]), inner)
    ),
    max_leaves=6,
)
MEMBERS = [
    "type", "userId", "anonymousId", "event", "name", "category", "groupId", "previousId", "messageId", "properties",
    "traits", "context", "integrations", "timestamp", "sentAt", "writeKey", "batch",
]  # fmt: skip
ITEMS = st.dictionaries(st.sampled_from(MEMBERS), VALUES, max_size=8) | VALUES
GOOD = st.sampled_from([track(), track(messageId=None), {"type": "page", "anonymousId": "a", "name": ""}])
"""So that not everything is thrown away."""
BATCHES = st.fixed_dictionaries(
    {"batch": st.lists(ITEMS | GOOD, max_size=6)},
    optional=dict.fromkeys(("writeKey", "sentAt", "context", "integrations"), VALUES),
)
JSON = (ITEMS | BATCHES).map(lambda value: json.dumps(value).encode())
BODIES = st.binary(max_size=80) | JSON | JSON.map(gzip.compress) | JSON.map(lambda text: text[:-1])

HEADER_VALUES = {
    b"authorization": [b"Basic d2s6", b"Basic ?", b"Bearer x", b"bearer", b"\xff"],
    b"content-encoding": [b"gzip", b"br", b"identity"],
    b"content-type": [b"application/json", b"text/plain", b"application/x-www-form-urlencoded"],
    b"origin": [b"http://x", b"null", b"\xff\r\n"],
    b"host": [b"localhost:1", b"\xff"],
    b"x-retry-count": [b"1", b"x"],
    b"user-agent": [b"sdk", b"\xff"],
}
HEADERS = st.lists(
    st.sampled_from(list(HEADER_VALUES)).flatmap(
        lambda name: st.tuples(st.just(name), st.sampled_from(HEADER_VALUES[name]) | st.binary(max_size=10))
    ),
    max_size=4,
)
REQUESTS = st.builds(
    FakeRequest,
    METHODS,
    PATHS,
    HEADERS.map(Headers),
    BODIES,
    st.text(max_size=20) | st.sampled_from(["userId=u&event=E&writeKey=wk", "data=e30", "a.b=1&a=2"]),
)
SETTINGS = st.builds(
    FakeSettings,
    write_keys=st.none() | st.just({"wk"}),
    rate_limit=st.none() | st.just(2),
    oauth=st.none() | st.just(OAuthSettings()),
    limits=st.just(Limits()) | st.just(Limits(event=60, request=100, inflated=150, events=2, message_id=3)),
    remembered_ids=st.sampled_from([0, 1, 1_000]),
)


def check(api: TrackingAPI) -> None:
    """Everything that was recorded can be looked at."""
    for number, call in enumerate(api.ledger.calls):
        assert call.sequence == number
        assert call.payload["receivedAt"] == "2026-03-04T05:06:07.089Z"
        assert call.payload["messageId"] == call.message_id
        assert isinstance(call.properties, dict)
        assert isinstance(call.traits, dict)
        assert isinstance(call.context, dict)
        assert call.event.type == call.type
        assert call.user_id or call.anonymous_id
    for rejection in api.ledger.rejections + api.ledger.duplicates:
        assert rejection.detail
        assert repr(rejection)


@given(SETTINGS, st.lists(REQUESTS, min_size=1, max_size=5))
def test_any_request_is_answered_and_nothing_is_lost(settings: FakeSettings, requests: list[FakeRequest]) -> None:
    api = TrackingAPI(settings, clock=lambda: NOW)
    for request in requests:
        before = api.ledger.calls, api.ledger.rejections, api.ledger.duplicates
        reply = api.handle(request)
        assert reply.status in DOCUMENTED
        assert (reply.ending, reply.delay) == (Ending.WHOLE, 0)
        assert not any(set(b"\r\n") & set(name + value) for name, value in reply.headers)
        if reply.status >= 400 and request.path.rstrip("/") != "/token":
            told = json.loads(reply.body)
            assert told["success"] is False
            assert told["code"]
            assert told["message"]
        for earlier, now in zip(before, (api.ledger.calls, api.ledger.rejections, api.ledger.duplicates), strict=True):
            assert now[: len(earlier)] == earlier
    check(api)


@given(st.lists(ITEMS | GOOD, min_size=1, max_size=8))
def test_every_item_of_a_batch_is_accounted_for(items: list[Any]) -> None:
    api = TrackingAPI(clock=lambda: NOW)
    for round_ in (1, 2):
        text = json.dumps(batch(*items)).encode()
        assert post(api, "/v1/batch", text, authorization=basic("wk:")).status == 200
        ledger = api.ledger
        assert len(ledger.calls) + len(ledger.rejections) + len(ledger.duplicates) == round_ * len(items)
    check(api)


@given(st.lists(st.sampled_from([200, 400, 429, 500, "reset", "half", "lost", "garbage", "slow"]), max_size=8))
def test_with_faults_each_request_is_recorded_as_it_was_answered(steps: list[Any]) -> None:
    named = {
        "reset": faults.reset(),
        "half": faults.half(),
        "lost": faults.reset(recorded=True),
        "garbage": faults.garbage(),
        "slow": faults.slow(1),
    }
    api = TrackingAPI(clock=lambda: NOW)
    if steps:
        api.faults.add(faults.sequence(*(named.get(step, step) for step in steps)))
    for number in range(len(steps) + 1):
        post(api, "/v1/batch", batch(track(messageId=f"m{number}")))
    taken = [f"m{number}" for number, step in enumerate([*steps, 200]) if step in (200, "lost", "slow")]
    assert [call.message_id for call in api.ledger.calls] == taken
    assert len(api.ledger.rejections) == len(steps) + 1 - len(taken)
