"""What SDKs fetch before their first call."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.testing.fake.asking import fake, get, headers_of, request, told

PATH = "/v1/projects/wk/settings"


def test_the_browser_finds_where_to_send() -> None:
    api = fake()
    reply = api.handle(replace(request("GET", PATH, host="localhost:8080", origin="http://x"), scheme="https"))
    assert told(reply) == {
        "integrations": {"Segment.io": {"apiKey": "wk", "apiHost": "localhost:8080/v1", "protocol": "https"}},
        "metrics": {"sampleRate": 0},
    }
    assert headers_of(reply)["access-control-allow-origin"] == "http://x"
    assert headers_of(reply)["cache-control"] == "no-store"


@pytest.mark.parametrize("host", [None, "", "a b", 'x"y', "é", "h" * 300])
def test_without_a_host_that_makes_sense_none_is_told(host: str | None) -> None:
    reply = get(fake(), PATH, **({} if host is None else {"host": host}))
    assert told(reply)["integrations"] == {"Segment.io": {"apiKey": "wk"}}


def test_extras_are_merged_member_by_member() -> None:
    api = fake(
        settings_json={
            "integrations": {"Segment.io": {"httpConfig": {"rateLimitConfig": {"enabled": True}}}, "Other": {"a": 1}},
            "metrics": {"sampleRate": 0.5},
            "consentSettings": {"allCategories": ["ads"]},
            "legacyVideoPluginsEnabled": False,
        }
    )
    assert told(get(api, PATH, host="h")) == {
        "integrations": {
            "Segment.io": {
                "apiKey": "wk",
                "apiHost": "h/v1",
                "protocol": "http",
                "httpConfig": {"rateLimitConfig": {"enabled": True}},
            },
            "Other": {"a": 1},
        },
        "metrics": {"sampleRate": 0.5},
        "consentSettings": {"allCategories": ["ads"]},
        "legacyVideoPluginsEnabled": False,
    }
    assert told(get(fake(), PATH))["metrics"] == {"sampleRate": 0}, "nothing is kept from one fake to the next"


def test_any_key_in_the_path() -> None:
    assert told(get(fake(), "/v1/projects/\ud83d é/settings"))["integrations"]["Segment.io"]["apiKey"] == "\ud83d é"
