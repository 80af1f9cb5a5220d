"""What is guaranteed holds while processes and stores are killed; `python -m tests.faults` does more of it."""

from __future__ import annotations

import pytest

from tests.faults.harness import run
from tests.faults.stores import SETTINGS, unavailable
from tests.services.conftest import missing


@pytest.mark.parametrize("name", SETTINGS)
async def test_the_service_survives(name: str) -> None:
    why = unavailable(name)
    if why is not None:
        missing(name, why)
    found = await run(name, events=200, seed=11, harms=4, limit=90)
    assert found.holds, found
    assert found.harm.total() == 4
    assert found.sent.redelivered
