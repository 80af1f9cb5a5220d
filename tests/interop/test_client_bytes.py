"""What the client sends, set field by field beside what Segment's own SDKs send for the same calls."""

from __future__ import annotations

import re
from datetime import datetime
from functools import cache
from gzip import decompress as inflate
from typing import Any

import jwt
import msgspec
import pytest

from segment_hooks import Headers
from segment_hooks.client import OAuth, SegmentClient
from segment_testing.fake import (
    FakeRequest,
    FakeSettings,
    Fault,
    OAuthSettings,
    Reply,
    TrackingAPI,
    generate_key,
    serve,
)
from tests.interop.sdks import CALLS, SDK, App, NodeSDK, Options, PythonSDK, Sent

pytestmark = pytest.mark.interop


class Ours:
    """This package's."""

    name = "segment_hooks"
    library = "segment-hooks"

    def send(self, host: str, calls: Sent, options: Options) -> list[str]:
        oauth = None
        if options.app is not None:
            app = options.app
            oauth = OAuth(app.client_id, app.key.private_pem, app.key_id, auth_server=app.server)
        errors: list[str] = []
        with SegmentClient(
            options.write_key,
            host=host,
            gzip=options.gzip,
            max_retries=options.retries,
            oauth=oauth,
            proxy=False,
            on_error=lambda error: errors.append(error.code),
        ) as client:
            for kind, fields in calls:
                named = {re.sub("[A-Z]", lambda found: "_" + found[0].lower(), name): v for name, v in fields.items()}
                resource: Any = getattr(client, "event" if kind == "track" else kind)
                getattr(resource, kind)(**named)
            client.flush(20)
        return errors


@cache
def recorded(sdk: SDK, *, gzip: bool = False) -> list[FakeRequest]:
    """The requests that an SDK makes for one call of every type."""
    seen: list[FakeRequest] = []
    api = TrackingAPI()

    def see(request: FakeRequest, answer: Any) -> Reply:
        seen.append(request)
        reply: Reply = answer()
        return reply

    api.faults.add(see)
    with serve(api) as fake:
        assert sdk.send(fake.url, CALLS, Options(gzip=gzip)) == []
    return seen


OURS = Ours()


def decoded(request: FakeRequest) -> dict[str, Any]:
    body: dict[str, Any] = msgspec.json.decode(request.body)
    return body


def events(requests: list[FakeRequest]) -> list[dict[str, Any]]:
    return [event for request in requests for event in decoded(request)["batch"]]


def comparable(event: dict[str, Any]) -> dict[str, Any]:
    """Less what is the SDK's own (its name, random ids, times), and what says nothing (null, `{}`)."""
    own = {"messageId", "timestamp", "sentAt", "_metadata"}
    kept = {name: value for name, value in event.items() if name not in own and value not in (None, {})}
    context = {name: value for name, value in kept.pop("context", {}).items() if name != "library"}
    if kept.get("type") == "page":  # Node puts the name and the category of a page into its properties, too
        kept["properties"] = {k: v for k, v in kept["properties"].items() if k not in {"name", "category"}}
    return {**kept, **({"context": context} if context else {})}


@pytest.fixture(params=[PythonSDK(), NodeSDK()], ids=repr, scope="module")
def sdk(request: pytest.FixtureRequest) -> SDK:
    found: SDK = request.param
    return found


def test_every_field_of_every_call_is_the_same(sdk: SDK) -> None:
    theirs = events(recorded(sdk))
    for ours, other in zip(events(recorded(OURS)), theirs, strict=True):
        assert comparable(ours) == comparable(other)
        assert ours.keys() - other.keys() == set()
        # what only they write says nothing
        assert {name for name in other.keys() - ours.keys() if other[name] not in (None, {})} <= {"_metadata"}


def test_the_same_kind_of_ids_times_and_library(sdk: SDK) -> None:
    for event in (*events(recorded(OURS)), *events(recorded(sdk))):
        assert isinstance(event["messageId"], str)
        assert 20 <= len(event["messageId"]) <= 100
        assert datetime.fromisoformat(event["timestamp"]).tzinfo is not None
        assert event["context"]["library"].keys() == {"name", "version"}


def test_the_same_envelope_and_headers(sdk: SDK) -> None:
    (ours,), (theirs, *_) = recorded(OURS), recorded(sdk)
    assert ours.path == theirs.path == "/v1/batch"
    assert decoded(ours).keys() == decoded(theirs).keys() == {"batch", "sentAt", "writeKey"}
    assert decoded(ours)["writeKey"] == decoded(theirs)["writeKey"]
    for name in (b"authorization", b"content-type"):
        assert ours.headers.get(name) == theirs.headers.get(name), name
    assert (ours.headers.get(b"user-agent") or b"").startswith(b"segment-hooks/")


def test_the_same_text_compressed() -> None:
    (ours,), (theirs,) = recorded(OURS, gzip=True), recorded(PythonSDK(), gzip=True)
    assert ours.headers.get(b"content-encoding") == theirs.headers.get(b"content-encoding") == b"gzip"
    plain = [msgspec.json.decode(inflate(each.body))["batch"] for each in (ours, theirs)]
    assert [comparable(event) for event in plain[0]] == [comparable(event) for event in plain[1]]


def test_the_same_way_to_a_token(sdk: SDK) -> None:
    key = generate_key()
    forms: list[tuple[Headers, bytes]] = []
    claims: list[dict[str, Any]] = []
    for each in (OURS, sdk):
        api = TrackingAPI(FakeSettings(oauth=OAuthSettings(client_id="app", keys={"kid": key.public_pem})))

        def see(request: FakeRequest, answer: Any) -> Reply:
            forms.append((request.headers, request.body))
            reply: Reply = answer()
            return reply

        api.faults.add(Fault(steps=(see,)).on("/token"))
        with serve(api) as fake:
            app = App("app", "kid", key, fake.url)
            assert each.send(fake.url, CALLS, Options(app=app)) == []
            assert len(api.ledger.calls) == len(CALLS)
        assertion = re.search(rb"client_assertion=([^&]+)", forms[-1][1])
        assert assertion is not None
        token = assertion[1].decode()
        assert jwt.get_unverified_header(token) == {"alg": "RS256", "kid": "kid", "typ": "JWT"}
        made = jwt.decode(token, options={"verify_signature": False})
        claims.append(made | {"aud": "", "jti": "", "iat": 0, "exp": round(made["exp"] - made["iat"])})
    assert claims[0] == claims[1]
    ours, theirs = (re.sub(rb"client_assertion=[^&]+", b"", body) for _, body in forms)
    assert ours == theirs
    assert {headers.get(b"content-type") for headers, _ in forms} == {b"application/x-www-form-urlencoded"}
