"""The store in SQLite: the contract, faults of the file, several processes, and several versions."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import settings

from segment_hooks import ConfigurationError
from segment_hooks.inbox import InboxUnavailable, State
from segment_hooks.inbox.group import Group
from segment_hooks.inbox.sqlite import SQLiteStore
from tests.hooks.inbox.contract import DurableContract
from tests.hooks.inbox.events import Clock, end, entry
from tests.hooks.inbox.machine import StoreMachine


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> SQLiteStore:
    return SQLiteStore(tmp_path / "inbox.db", clock=clock)


class TestSQLiteStore(DurableContract):
    pass


class Machine(StoreMachine):
    """Two processes with a file between them."""

    def open(self, clock: Callable[[], float]) -> SQLiteStore:
        if not hasattr(self, "directory"):
            self.directory = TemporaryDirectory()
        return SQLiteStore(Path(self.directory.name) / "inbox.db", clock=clock)

    def teardown(self) -> None:
        super().teardown()
        self.directory.cleanup()


TestTwoWorkers = Machine.TestCase
TestTwoWorkers.settings = settings(max_examples=20, stateful_step_count=30)


# ---- faults


def fill(store: SQLiteStore) -> None:
    for number in range(200):
        store.put([entry(f"m-{number}", properties={"blob": "x" * 8_000})])


def test_a_full_inbox_refuses_and_keeps_what_it_has(tmp_path: Path) -> None:
    store = SQLiteStore(tmp_path / "inbox.db", max_bytes=200_000)
    with pytest.raises(InboxUnavailable, match="full"):
        fill(store)
    stored = store.stats().depth
    assert stored > 10
    # room is made by handling what is there
    items = store.take(stored, 60)
    assert len(items) == stored
    assert all(store.settle([end(item.id, item.token) for item in items]))
    store.put([entry("later")])
    with pytest.raises(InboxUnavailable, match="full: it may hold 200000 bytes"):
        fill(store)
    with pytest.raises(InboxUnavailable, match="full"):
        store.claim([entry("claimed")], 60)


def test_a_full_disk_refuses_and_keeps_what_it_has(tmp_path: Path) -> None:
    # a process that may write no file above that size sees what a full disk looks like
    script = """
import resource, signal, sys
sys.path[:0] = [sys.argv[2]]
from segment_hooks.inbox import InboxUnavailable
from segment_hooks.inbox.sqlite import SQLiteStore
from tests.hooks.inbox.test_sqlite import fill
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
store = SQLiteStore(sys.argv[1])
store.put([])
resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, resource.RLIM_INFINITY))
try:
    fill(store)
except InboxUnavailable as error:
    before = store.stats().depth
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    fill(store)
    print(before > 10, store.stats().depth, error)
"""
    command = [sys.executable, "-c", script, str(tmp_path / "inbox.db"), str(Path(__file__).parents[3])]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.startswith("True 200 the inbox inbox.db refuses: ")


def test_a_locked_database_refuses_and_goes_on_when_it_is_free(tmp_path: Path) -> None:
    store = SQLiteStore(tmp_path / "inbox.db", busy_timeout=0.05)
    store.put([entry("before")])
    other = sqlite3.connect(tmp_path / "inbox.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    for attempt in (lambda: store.put([entry()]), lambda: store.claim([entry()], 60), lambda: store.take(1, 60)):
        with pytest.raises(InboxUnavailable, match=r"locked \(SQLITE_BUSY\)"):
            attempt()
    assert [record.id for record in store.records()] == ["before"], "it can be looked into meanwhile"
    other.execute("ROLLBACK")
    other.close()
    store.put([entry()])
    assert store.stats().depth == 2


def test_a_lock_that_is_given_back_in_time_is_waited_for(tmp_path: Path) -> None:
    store = SQLiteStore(tmp_path / "inbox.db", busy_timeout=20)
    store.put([])
    other = sqlite3.connect(tmp_path / "inbox.db", isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    threading.Timer(0.1, lambda: other.execute("ROLLBACK")).start()
    store.put([entry()])
    other.close()


def test_a_slow_store_keeps_nobody_waiting(tmp_path: Path) -> None:
    group = Group(SQLiteStore(tmp_path / "inbox.db", busy_timeout=20))
    group.put([entry("before")], 10)
    other = sqlite3.connect(tmp_path / "inbox.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(InboxUnavailable, match="in time"):
        group.put([entry()], 0.05)
    other.execute("ROLLBACK")
    other.close()
    group.put([entry()], 20)
    group.close()


def test_a_file_that_is_taken_away_is_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "inbox.db"
    path.write_bytes(b"not a database " * 100)
    store = SQLiteStore(path)
    for _ in range(2):
        with pytest.raises(InboxUnavailable, match="SQLITE_NOTADB"):
            store.put([entry()])
    path.unlink()
    store.put([entry()])
    assert store.stats().depth == 1


@pytest.mark.parametrize("path", ["", ":memory:", "no/such/directory/inbox.db"])
def test_what_can_be_no_file_is_refused_at_once(path: str) -> None:
    with pytest.raises(ConfigurationError, match="a file in a directory"):
        SQLiteStore(path)


def test_only_its_owner_may_read_it(tmp_path: Path) -> None:
    SQLiteStore(tmp_path / "inbox.db").put([entry()])
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}


def test_it_is_flushed_at_every_commit(tmp_path: Path) -> None:
    with SQLiteStore(tmp_path / "inbox.db").transaction() as connection:
        assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


# ---- several processes

_WRITER = """
import sys
sys.path[:0] = [sys.argv[2]]
from segment_hooks.inbox.sqlite import SQLiteStore
from tests.hooks.inbox.events import entry
store = SQLiteStore(sys.argv[1], busy_timeout=30)
for number in range(200):
    store.put([entry(f"{sys.argv[3]}-{number}"), entry(f"shared-{number}")])
    print(number, flush=True)
"""


def writer(path: Path, name: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", _WRITER, str(path), str(Path(__file__).parents[3]), name]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def test_processes_that_start_together_share_the_file(tmp_path: Path) -> None:
    processes = [writer(tmp_path / "inbox.db", str(number)) for number in range(3)]
    for process in processes:
        process.communicate(timeout=60)
        assert process.returncode == 0
    store = SQLiteStore(tmp_path / "inbox.db")
    assert store.stats().depth == 800


def test_what_was_answered_is_there_after_a_kill(tmp_path: Path) -> None:
    process = writer(tmp_path / "inbox.db", "a")
    assert process.stdout is not None
    acknowledged = [int(process.stdout.readline()) for _ in range(40)]
    process.kill()
    acknowledged += [int(line) for line in process.communicate(timeout=60)[0].splitlines()]
    found = {record.id for record in SQLiteStore(tmp_path / "inbox.db").records(limit=1_000)}
    for number in acknowledged:
        assert {f"a-{number}", f"shared-{number}"} <= found


# ---- several versions


def test_code_of_today_works_with_a_schema_of_tomorrow(tmp_path: Path) -> None:
    old = SQLiteStore(tmp_path / "inbox.db")
    old.put([entry("before")])
    with old.transaction() as connection:  # what newer code does, while this runs: it adds
        connection.execute("ALTER TABLE segment_inbox ADD COLUMN tenant TEXT NOT NULL DEFAULT 'all'")
        connection.execute("CREATE INDEX segment_inbox_tenant ON segment_inbox (tenant)")
        connection.execute("PRAGMA user_version = 99")
    for store in (old, SQLiteStore(tmp_path / "inbox.db")):
        store.put([entry("after")])
        (token,) = store.claim([entry("claimed")], 60)
        assert store.settle([end("claimed", token, State.WAITING, 0)]) == [True]
        assert {item.id for item in store.take(10, 0)} == {"before", "after"}
        assert store.stats().depth == 2
    with old.transaction() as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (99,)
