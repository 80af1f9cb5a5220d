"""What each SDK puts on the wire, written out: the fake takes it, and finds in it what is there.

The forms are those of segment-analytics-python 2.4, @segment/analytics-node 3.1, @segment/analytics-next 1.84,
analytics-go 3, analytics-ruby 2.5, analytics-java 3, analytics-kotlin 1.25 and analytics-swift 1.9.
"""

from __future__ import annotations

import gzip

import pytest

from segment_hooks import Identify, Page, Track
from segment_testing.fake.answers import SUCCESS
from tests.testing.fake.asking import basic, fake, headers_of, post, request

PYTHON = b"""{"writeKey": "wk", "batch": [{"integrations": {}, "anonymousId": null, "timestamp": \
"2026-03-04T05:06:06.021+00:00", "properties": {"revenue": 25.0, "caf\\u00e9": true}, "context": {"library": {"name": \
"analytics-python", "version": "2.4.0"}}, "event": "Order Completed", "userId": "u1", "messageId": \
"5b0c7d1e-6f60-4c0a-9a2f-0d6c1f1b8f11", "type": "track"}, {"anonymousId": null, "userId": "u1", "name": null, \
"category": null, "properties": {}, "type": "page", "messageId": "m2", "timestamp": "2026-03-04T05:06:06.021+00:00"}], \
"sentAt": "2026-03-04T05:06:06.521552+00:00"}"""


@pytest.mark.parametrize("zipped", [False, True])
def test_python(zipped: bool) -> None:
    api = fake()
    headers = {
        "content_type": "application/json",
        "user_agent": "analytics-python/2.4.0",
        "authorization": basic("wk:"),
    }
    if zipped:
        headers["content_encoding"] = "gzip"
    assert post(api, "/v1/batch", gzip.compress(PYTHON) if zipped else PYTHON, **headers) == SUCCESS
    order, page = api.ledger.calls
    assert (order.name, order.user_id, order.anonymous_id, order.reception.write_key) == (
        "Order Completed",
        "u1",
        None,
        "wk",
    )
    assert order.sent in PYTHON
    assert order.properties == {"revenue": 25.0, "café": True}
    assert order.payload["timestamp"] == "2026-03-04T05:06:06.588Z"
    assert isinstance(order.event, Track)
    assert (page.type, page.name, page.payload["category"]) == ("page", None, None)
    assert isinstance(page.event, Page)


def test_node() -> None:
    api = fake()
    body = (
        b'{"batch":[{"userId":"u1","event":"Order Completed","type":"track","properties":{"total":10},"context":{'
        b'"library":{"name":"@segment/analytics-node","version":"3.1.0"}},"integrations":{},"timestamp":"2026-03-04T05:06:06.000Z",'
        b'"messageId":"node-next-1772600766000-a1","_metadata":{"nodeVersion":"22.1.0","jsRuntime":"node"}}],"writeKey":'
        b'"wk","sentAt":"2026-03-04T05:06:07.000Z"}'
    )
    assert post(api, "/v1/batch", body, authorization=basic("wk:"), user_agent="analytics-node-next/latest") == SUCCESS
    (call,) = api.ledger.calls
    assert call.payload["_metadata"] == {"nodeVersion": "22.1.0", "jsRuntime": "node"}
    assert call.payload["sentAt"] == "2026-03-04T05:06:07.000Z"


ORIGIN = "http://shop.example"


def test_browser_one_call_a_request() -> None:
    api = fake()
    asked = request(
        "OPTIONS",
        "/v1/t",
        origin=ORIGIN,
        access_control_request_method="POST",
        access_control_request_headers="authorization",
    )
    allowed = headers_of(api.handle(asked))
    assert (allowed["access-control-allow-origin"], allowed["access-control-allow-methods"]) == (
        ORIGIN,
        "POST, OPTIONS",
    )
    assert {"authorization", "content-type", "x-retry-count"} <= set(
        allowed["access-control-allow-headers"].split(", ")
    )
    body = (
        b'{"timestamp":"2026-03-04T05:06:06.900Z","integrations":{},"userId":"u1","anonymousId":"8b0c","event":"Added",'
        b'"type":"track","properties":{},"context":{"page":{"path":"/","title":"\\ud83d"},"library":{"name":"analytics.js",'
        b'"version":"npm:next-1.84.3"}},"messageId":"ajs-next-1772600766900-a1","writeKey":"wk","sentAt":'
        b'"2026-03-04T05:06:06.950Z","_metadata":{"bundled":["Segment.io"],"unbundled":[],"bundledIds":[]}}'
    )
    reply = post(api, "/v1/t", body, content_type="text/plain", authorization=basic("wk:"), origin=ORIGIN)
    assert (reply.status, reply.body) == (SUCCESS.status, SUCCESS.body)
    assert headers_of(reply)["access-control-allow-origin"] == ORIGIN
    (call,) = api.ledger.calls
    assert (call.user_id, call.anonymous_id, call.reception.write_key) == ("u1", "8b0c", "wk")
    assert call.context["page"]["title"] == "\ud83d", "half of a pair of surrogates, as JavaScript cuts an emoji"
    assert call.payload["timestamp"] == "2026-03-04T05:06:07.039Z", "sentAt stands in the call"
    assert "writeKey" not in call.payload
    assert isinstance(call.event, Track)


def test_browser_in_batches() -> None:
    api = fake()
    body = (
        b'{"writeKey":"wk","batch":[{"type":"identify","userId":"u1","anonymousId":"8b0c","traits":{"plan":"pro"},'
        b'"messageId":"ajs-next-1","writeKey":"wk","timestamp":"2026-03-04T05:06:06.900Z"}],'
        b'"sentAt":"2026-03-04T05:06:07.000Z"}'
    )
    assert post(api, "/v1/b", body, content_type="text/plain", authorization=basic("wk:")) == SUCCESS
    (call,) = api.ledger.calls
    assert call.traits == {"plan": "pro"}
    assert isinstance(call.event, Identify)


def test_browser_alias_with_the_same_id_twice() -> None:
    api = fake()
    body = b'{"type":"alias","userId":"u1","previousId":"u1","messageId":"ajs-next-2","writeKey":"wk"}'
    assert post(api, "/v1/a", body, content_type="text/plain") == SUCCESS
    assert [(call.type, call.payload["previousId"]) for call in api.ledger.calls] == [("alias", "u1")]


def test_go() -> None:
    api = fake()
    body = (
        b'{"messageId":"b1","sentAt":"2026-03-04T05:06:07.12345678Z","batch":[{"type":"track","messageId":"g1",'
        b'"anonymousId":"a1","event":"A","timestamp":"2026-03-04T05:06:07.12345678Z"}],"context":{"library":{"name":'
        b'"analytics-go","version":"3.0.0"}}}'
    )
    agent = "analytics-go (version: 3.0.0)"
    assert post(api, "/v1/batch", body, authorization=basic("wk:"), user_agent=agent) == SUCCESS
    (call,) = api.ledger.calls
    assert (call.message_id, call.reception.write_key, call.reception.user_agent) == ("g1", "wk", agent)
    assert call.context == {"library": {"name": "analytics-go", "version": "3.0.0"}}


def test_ruby() -> None:
    api = fake()
    body = (
        b'{"sentAt":"2026-03-04T05:06:07.000Z","batch":[{"type":"page","userId":"u1","name":"","properties":{},'
        b'"context":{"library":{"name":"analytics-ruby","version":"2.5.0"}},"options":{},"messageId":"r1",'
        b'"timestamp":"2026-03-04T05:06:07.000Z"}]}'
    )
    assert post(api, "/v1/import", body, authorization=basic("wk:"), accept="application/json") == SUCCESS
    (call,) = api.ledger.calls
    assert (call.type, call.name, call.reception.write_key) == ("page", "", "wk")


def test_java() -> None:
    api = fake()
    body = (
        b'{"batch":[{"type":"group","userId":"u1","groupId":"g1","traits":{"employees":3},"messageId":"j1","timestamp":'
        b'"2026-03-04T05:06:07.000Z"}],"sentAt":"2026-03-04T05:06:07.000Z","context":{"library":{"name":"analytics-java"},'
        b'"instanceId":"i"},"sequence":1,"writeKey":"wk"}'
    )
    assert post(api, "/v1/import/", body, authorization=basic("wk:"), user_agent="analytics-java/3.5.2") == SUCCESS
    (call,) = api.ledger.calls
    assert (call.type, call.traits, call.context["instanceId"]) == ("group", {"employees": 3}, "i")


MOBILE = (
    b'{"batch":[{"type":"screen","name":"Main","category":"Start","anonymousId":"a1","messageId":"k1","properties":{},'
    b'"integrations":{},"context":{"device":{"advertisingId":"x"},"instanceId":"i"},"timestamp":"2026-03-04T05:06:07.000Z",'
    b'"_metadata":{"bundled":[],"unbundled":[],"bundledIds":[]}}],"sentAt":"2026-03-04T05:06:07.000Z","writeKey":"wk"}'
)


def test_kotlin() -> None:
    api = fake()
    zipped = gzip.compress(MOBILE)
    headers = {"content_type": "text/plain", "content_encoding": "gzip", "user_agent": "analytics-kotlin/1.25.0"}
    assert post(api, "/v1/b", zipped, **headers) == SUCCESS
    (call,) = api.ledger.calls
    assert (call.type, call.name, call.anonymous_id, call.reception.write_key) == ("screen", "Main", "a1", "wk")
    assert call.sent in MOBILE


def test_swift() -> None:
    api = fake()
    headers = {"content_type": "application/json; charset=utf-8", "user_agent": "analytics-ios/1.9.4"}
    assert post(api, "/v1/b", MOBILE, **headers) == SUCCESS
    assert len(api.ledger) == 1


@pytest.mark.parametrize("content_type", ["application/x-www-form-urlencoded", "application/octet-stream", ""])
@pytest.mark.parametrize("zipped", [False, True])
def test_clones_with_other_labels(content_type: str, zipped: bool) -> None:
    api = fake()
    body = gzip.compress(MOBILE) if zipped else MOBILE
    assert post(api, "/v1/batch", body, content_type=content_type, authorization=basic("wk")) == SUCCESS
    assert len(api.ledger) == 1
