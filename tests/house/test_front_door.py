"""What `import segment_hooks` offers, and what it costs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import segment_hooks

HEAVY = [
    "aiohttp",
    "asyncio",
    "cryptography",
    "django",
    "fastapi",
    "flask",
    "httpx",
    "jsonschema_rs",
    "litestar",
    "opentelemetry",
    "pydantic",
    "segment_hooks.client",
    "segment_testing",
    "sqlite3",
    "starlette",
]


def test_importing_loads_nothing_heavy() -> None:
    code = f"import segment_hooks, sys; print([name for name in {HEAVY} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("name", segment_hooks.__all__)
def test_every_public_name_is_there_and_says_what_it_is(name: str) -> None:
    assert getattr(segment_hooks, name).__doc__


def test_the_public_names_are_these() -> None:
    # a name more is a promise to keep, a name less breaks somebody's service: change this list on purpose
    assert " ".join(segment_hooks.__all__) == (
        "Alias AsyncSegmentClient Bag ConfigurationError Context Delete Delivery DropEvent Event EventNotSupported "
        "Group HandlerSignal Headers Identify InvalidEventPayload Outcome Page Parsed Payload PayloadError "
        "Receiver ReceiverOptions RegistrationError Request Response Result RetryError Scope Screen SegmentClient "
        "SegmentError SegmentHooksError SegmentWebhookHandler SignatureError SignatureFailure SignatureVerifier "
        "StaticHeader Track Unknown ValidationError Verification WebhookError WebhookEventRouter parse parse_event "
        "parse_timestamp sign stringify"
    )


def test_no_module_hides_a_public_name() -> None:
    # importing `segment_hooks.sign` would make `segment_hooks.sign` that module
    modules = {path.stem for path in Path(segment_hooks.__file__).parent.iterdir()}
    assert not modules & set(segment_hooks.__all__)
