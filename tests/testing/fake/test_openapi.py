"""The OpenAPI document is right: whatever is sent to an endpoint, the answer is one that the document has."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    positive_data_acceptance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)
from starlette.routing import Route
from starlette.testclient import TestClient

from segment_hooks import Headers
from segment_testing.fake import faults
from segment_testing.fake.app import FakeApp
from segment_testing.fake.core import TrackingAPI
from segment_testing.fake.oauth import OAuthSettings
from segment_testing.fake.openapi import document
from segment_testing.fake.settings import FakeSettings
from segment_testing.fake.wire import FakeRequest, Reply

API = TrackingAPI(FakeSettings(oauth=OAuthSettings(), max_calls=200, write_keys={"key"}))
APP = FakeApp(API)
CONFORMANCE = [
    schemathesis.checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    unsupported_method,
]

schema = schemathesis.openapi.from_dict(document())
schema.app = APP
bounded = settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(autouse=True)
def well() -> Iterator[None]:
    yield
    API.reset()


def send(path: str, body: Any, **headers: str) -> Reply:
    text = body if isinstance(body, bytes) else json.dumps(body).encode()
    return API.handle(FakeRequest("POST", path, Headers(headers), text))


def fill() -> None:
    """Something of everything that the controls show."""
    API.reset()
    odd = {"type": "track", "userId": "u1", "event": "\ud83d", "properties": {"n": 10**400}, "messageId": "m"}
    send("/v1/batch", {"writeKey": "key", "batch": [odd, odd, {"type": "page", "anonymousId": "a"}, {"type": "trace"}]})
    send("/v1/track", {"userId": "u1", "event": "A"})
    send("/v1/track", b"\xff")
    send("/v1/track", b"{}", authorization="Bearer none")
    API.faults.add(faults.sequence(500, faults.reset()).on("/v1/*").after(1), lambda request, answer: answer())


# the paths of one letter are the same routes again
@schema.include(path_regex="^/v1|^/token").exclude(path_regex="^/v1/.$").parametrize()
@bounded
def test_sdks_get_documented_answers(case: Any) -> None:
    case.call_and_validate(checks=CONFORMANCE)


@schema.include(path_regex="^/_fake").exclude(path="/_fake/stream").parametrize()
@bounded
def test_controls_take_what_is_documented_and_nothing_else(case: Any) -> None:
    fill()
    case.call_and_validate(checks=[*CONFORMANCE, positive_data_acceptance, negative_data_rejection])


METHODS = ("get", "post", "delete")
OPERATIONS = [(path, method) for path, item in document()["paths"].items() for method in item if method in METHODS]
CONTROLS = {route.path for route in APP.routes if isinstance(route, Route)} - {"/_fake{rest:path}"}


@pytest.mark.parametrize(("path", "method"), [one for one in OPERATIONS if not one[0].startswith("/_fake")])
def test_every_documented_path_is_there(path: str, method: str) -> None:
    reply = API.handle(FakeRequest(method.upper(), path.replace("{write_key}", "key")))
    assert reply.status not in (404, 405)


def test_every_control_is_documented() -> None:
    assert {path for path, _ in OPERATIONS if path.startswith("/_fake")} == CONTROLS


def test_the_document_is_openapi_and_served_as_it_is() -> None:
    assert schema.validate() is None
    response = TestClient(APP).get("/_fake/openapi.json")
    assert response.json() == document()


def test_no_operation_has_the_name_of_another() -> None:
    names = [document()["paths"][path][method]["operationId"] for path, method in OPERATIONS]
    assert len(set(names)) == len(names)


def test_the_checks_would_find_an_answer_that_is_not_documented() -> None:
    # lest all of this passes because nothing is checked
    operation = schema["/_fake/health"]["GET"]
    API.faults.add(faults.status(503).on("/v1/*"))
    case = schema["/v1/t"]["POST"].Case(body={}, media_type="application/json")
    with pytest.raises(FailureGroup):
        case.call_and_validate(checks=CONFORMANCE)
    operation.Case().call_and_validate(checks=CONFORMANCE)
