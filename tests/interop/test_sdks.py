"""Real SDKs against the served fake: they can't tell it from Segment."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from segment_hooks import Alias, Event, Group, Identify, Page, Screen, Track
from segment_testing.fake import FakeSettings, TrackingAPI, faults, serve
from segment_testing.fake.oauth import OAuthSettings, generate_key
from segment_testing.fake.server import ServedFake
from segment_testing.recording import Reason
from tests.interop.sdks import CALLS, SDK, App, NodeSDK, Options, PythonSDK

pytestmark = pytest.mark.interop

SDKS: list[SDK] = [PythonSDK(), NodeSDK()]
ONE = CALLS[1:2]
CLASSES: dict[str, type[Event]] = {cls.TYPE or "": cls for cls in (Alias, Group, Identify, Page, Screen, Track)}


@pytest.fixture
def fake() -> Iterator[ServedFake]:
    with serve(TrackingAPI()) as served:
        yield served


@pytest.fixture(params=SDKS, ids=repr)
def sdk(request: pytest.FixtureRequest) -> SDK:
    found: SDK = request.param
    return found


def shown(fake: ServedFake) -> list[tuple[str, dict[str, Any]]]:
    """The recorded calls, with the fields that were asked for."""
    wanted = {name for _, fields in CALLS for name in fields}
    return [
        (call.type, {name: value for name, value in call.payload.items() if name in wanted and value is not None})
        for call in fake.api.ledger.calls
    ]


def without_copies(kind: str, fields: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Less what SDKs copy or fill in of their own: Node puts the category of a page into its properties, too."""
    properties = {k: v for k, v in fields.get("properties", {}).items() if k not in ("category", "name")}
    return kind, {**fields, **({"properties": properties} if "properties" in fields else {})}


# Node's never compresses
@pytest.mark.parametrize(("sdk", "gzip"), [(SDKS[0], False), (SDKS[0], True), (SDKS[1], False)], ids=repr)
def test_every_call_type_arrives(sdk: SDK, gzip: bool, fake: ServedFake) -> None:
    assert sdk.send(fake.url, CALLS, Options(gzip=gzip)) == []
    arrived = shown(fake)
    for (kind, fields), (came, found) in zip(CALLS, arrived, strict=True):
        assert came == kind
        expected = without_copies(kind, fields)[1]
        got = without_copies(came, found)[1]
        assert {name: got[name] for name in expected} == expected
    assert not fake.api.ledger.rejections
    for call in fake.api.ledger.calls:
        assert call.reception.write_key == "wk-interop"
        assert call.context["library"]["name"] == sdk.library
        assert type(call.event) is CLASSES[call.type]
        assert call.event.timestamp is not None


def test_oauth(sdk: SDK) -> None:
    key = generate_key()
    settings = FakeSettings(oauth=OAuthSettings(client_id="app-1", keys={"key-1": key.public_pem}))
    with serve(TrackingAPI(settings)) as fake:
        app = App("app-1", "key-1", key, fake.url)
        assert sdk.send(fake.url, CALLS, Options(app=app)) == []
        assert len(fake.api.ledger) == len(CALLS)
        assert not fake.api.ledger.rejections


def test_oauth_with_a_key_that_the_app_does_not_have(sdk: SDK) -> None:
    settings = FakeSettings(oauth=OAuthSettings(client_id="app-1", keys={"key-1": generate_key().public_pem}))
    with serve(TrackingAPI(settings)) as fake:
        app = App("app-1", "key-1", generate_key(), fake.url)
        assert sdk.send(fake.url, ONE, Options(app=app, retries=1))
        assert len(fake.api.ledger) == 0


TROUBLE = {
    "500, then 429 with Retry-After": (faults.sequence(500, 429), set[str]()),
    "the connection reset": (faults.reset().times(1), set[str]()),
    "a lost answer": (faults.reset(recorded=True).times(1), {"python", "node"}),
    # Node's looks at the status only
    "half an answer": (faults.half(recorded=True).times(1), {"python"}),
}
"""What goes wrong, and which SDKs then send again what has been recorded."""


@pytest.mark.parametrize("trouble", TROUBLE)
def test_what_can_be_tried_again_arrives_once(sdk: SDK, trouble: str, fake: ServedFake) -> None:
    fault, again = TROUBLE[trouble]
    fake.api.faults.add(fault)
    assert sdk.send(fake.url, ONE, Options()) == []
    (call,) = fake.api.ledger.calls
    assert call.name == "Order Completed"
    assert len(fake.api.ledger.duplicates) == (sdk.name in again)


@pytest.mark.parametrize("status", [400, 401])
def test_what_cannot_be_tried_again_is_dropped_with_an_error(sdk: SDK, status: int, fake: ServedFake) -> None:
    fake.api.faults.add(faults.status(status))
    assert len(sdk.send(fake.url, ONE, Options(retries=3))) == 1
    assert len(fake.api.ledger) == 0
    (rejection,) = fake.api.ledger.rejections  # so it was not tried again
    assert rejection.reason is Reason.FAULT
    assert rejection.status == status


def test_no_sdk_hears_of_a_call_that_segment_throws_away(sdk: SDK) -> None:
    with serve(TrackingAPI(FakeSettings(write_keys={"another"}))) as fake:
        assert sdk.send(fake.url, ONE, Options()) == []
        assert len(fake.api.ledger) == 0
        (rejection,) = fake.api.ledger.rejections
        assert rejection.reason is Reason.UNKNOWN_SOURCE
        assert rejection.silent
