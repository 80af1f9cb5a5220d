"""What importing the client costs, and what it does where an extra is not installed."""

from __future__ import annotations

import subprocess
import sys

import pytest

import segment_hooks.client

HEAVY = [
    "asyncio",
    "sqlite3",
    "ssl",
    "http.client",
    "httpx",
    "jwt",
    "cryptography",
    "opentelemetry",
    "aiohttp",
    "pydantic",
]


def python(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    return done.stdout.strip()


def test_importing_loads_nothing_heavy() -> None:
    code = f"import segment_hooks.client, sys; print([name for name in {HEAVY} if name in sys.modules])"
    assert python(code) == "[]"


@pytest.mark.parametrize("name", segment_hooks.client.__all__)
def test_every_public_name_is_there_and_says_what_it_is(name: str) -> None:
    assert getattr(segment_hooks.client, name).__doc__


def test_no_other_name() -> None:
    with pytest.raises(AttributeError, match="Nothing"):
        segment_hooks.client.Nothing  # type: ignore[attr-defined]  # noqa: B018


@pytest.mark.parametrize(
    ("module", "missing", "extra"),
    [
        ("transports.httpx", "httpx", "httpx"),
        ("transports.httpx2", "httpx2", "httpx2"),
        ("transports.aiohttp", "aiohttp", "aiohttp"),
        ("oauth", "jwt", "oauth"),
        ("opentelemetry", "opentelemetry", "opentelemetry"),
    ],
)
def test_an_extra_that_is_not_installed_is_named(module: str, missing: str, extra: str) -> None:
    code = f"""
import sys
sys.modules[{missing!r}] = None
try:
    import segment_hooks.client.{module}
except ImportError as error:
    print(error)
"""
    assert f'pip install "segment-hooks[{extra}]"' in python(code)
