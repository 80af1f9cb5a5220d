"""Projects of their own, whose tests run with the plugin and no other."""

from __future__ import annotations

import pytest

SENDING = """
import json
import pytest
from segment_testing import FakeSettings, faults
from segment_testing.fake import FakeRequest

def send(fake, *events, user="u1"):
    batch = [{"type": "track", "event": event, "userId": user} for event in events]
    return fake.handle(FakeRequest("POST", "/v1/batch", body=json.dumps({"batch": batch, "writeKey": "wk"}).encode()))
"""


@pytest.fixture(autouse=True)
def only_this_plugin(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")


def run(pytester: pytest.Pytester, tests: str, *args: str) -> pytest.RunResult:
    pytester.makepyfile(SENDING + tests)
    return pytester.runpytest_inprocess("-p", "segment_testing.plugin", "--strict-markers", "-W", "error", *args)
