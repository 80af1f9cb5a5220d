"""The fake Segment: its Tracking API, token endpoint, settings endpoint and controls, as a core without I/O and an ASGI
app around it.

    from segment_testing.fake import TrackingAPI, faults, serve

    api = TrackingAPI()
    with serve(api) as fake:
        ...                                  # point an SDK at fake.url
        api.faults.add(faults.status(500).times(2))
    assert [call.name for call in api.ledger.calls] == ["Order Completed"]

Importing this loads no web framework and no server: `serve` and `FakeApp` come with the first use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from segment_testing.fake import faults
from segment_testing.fake.core import TrackingAPI
from segment_testing.fake.faults import Fault, Faults
from segment_testing.fake.oauth import KeyPair, OAuthSettings, generate_key
from segment_testing.fake.settings import FakeSettings, Limits
from segment_testing.fake.wire import Ending, FakeRequest, Reply

if TYPE_CHECKING:
    from segment_testing.fake.app import FakeApp, fake_app
    from segment_testing.fake.server import ServedFake, serve
    from segment_testing.fake.tls import TLSFiles, temporary_tls

_LATER = {
    "FakeApp": "app",
    "ServedFake": "server",
    "TLSFiles": "tls",
    "fake_app": "app",
    "serve": "server",
    "temporary_tls": "tls",
}
"""Name → the module that has it, and that imports what a test without it does not need."""

__all__ = [
    "Ending",
    "FakeApp",
    "FakeRequest",
    "FakeSettings",
    "Fault",
    "Faults",
    "KeyPair",
    "Limits",
    "OAuthSettings",
    "Reply",
    "ServedFake",
    "TLSFiles",
    "TrackingAPI",
    "fake_app",
    "faults",
    "generate_key",
    "serve",
    "temporary_tls",
]


def __getattr__(name: str) -> object:
    module = _LATER.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(f"{__name__}.{module}"), name)
