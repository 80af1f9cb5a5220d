"""The store in SQLite: the contract, faults of the file, several processes, and several versions."""

from __future__ import annotations

from pathlib import Path

import pytest

from segment_hooks.inbox.sqlite import SQLiteStore
from tests.hooks.inbox.contract import DurableContract
from tests.hooks.inbox.events import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> SQLiteStore:
    return SQLiteStore(tmp_path / "inbox.db", clock=clock)


class TestSQLiteStore(DurableContract):
    pass
