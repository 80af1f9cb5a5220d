"""What `segment_testing.fake` offers, and what importing it costs."""

from __future__ import annotations

import subprocess
import sys

import pytest

from segment_testing import fake

HEAVY = ["anyio", "cryptography", "httpx", "hypothesis", "jwt", "respx", "rich", "starlette", "uvicorn"]


def test_importing_loads_nothing_heavy() -> None:
    code = f"import segment_testing.fake, sys; print([name for name in {HEAVY} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("name", fake.__all__)
def test_every_public_name_is_there_and_says_what_it_is(name: str) -> None:
    assert getattr(fake, name).__doc__


def test_other_names_are_not_there() -> None:
    with pytest.raises(AttributeError, match=r"^module 'segment_testing.fake' has no attribute 'nothing'$"):
        fake.nothing  # noqa: B018
