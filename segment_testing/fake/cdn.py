"""The settings that an SDK fetches before its first call: `GET /v1/projects/<write key>/settings`.

analytics.js delivers only with `integrations["Segment.io"]`, and takes its `apiHost` (host and path) and `protocol`
from there, so a page that sets nothing but `cdnURL` sends to the fake too. Kotlin and Swift read `apiHost` as well and
always speak https to it. `metrics.sampleRate` 0 keeps telemetry from `/v1/m`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, cast

from segment_testing.fake.answers import JSON
from segment_testing.fake.wire import FakeRequest, Reply
from segment_testing.serverside import dumps

_HOST = re.compile(rb"[A-Za-z0-9.\-_:\[\]]{1,255}")


def settings_reply(request: FakeRequest, write_key: str, extras: Mapping[str, Any]) -> Reply:
    """What SDKs need to know, and `extras` merged into it."""
    segment: dict[str, Any] = {"apiKey": write_key}
    host = request.headers.get(b"host")
    if host is not None and _HOST.fullmatch(host):
        segment["apiHost"] = f"{host.decode('ascii')}/v1"
        segment["protocol"] = request.scheme
    settings: dict[str, Any] = {
        "integrations": {"Segment.io": segment},
        "metrics": {"sampleRate": 0},
    }
    return Reply(200, (*JSON, (b"cache-control", b"no-store")), dumps(_merged(settings, extras)))


def _merged(base: Mapping[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for name, value in more.items():
        own = merged.get(name)
        if isinstance(own, dict) and isinstance(value, Mapping):
            merged[name] = _merged(cast("dict[str, Any]", own), cast("Mapping[str, Any]", value))
        else:
            merged[name] = value
    return merged
