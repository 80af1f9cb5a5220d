"""An inbox in one file: the embedded default, for any number of processes on one machine.

Write-ahead log with a full flush at every commit (`synchronous=FULL`): what has been answered survives the loss of
power, as far as the disk keeps its word. The file holds personal data, so it is made readable for its owner only. It
must be on a local disk: the log of SQLite does not work over a network.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from segment_hooks.errors import ConfigurationError
from segment_hooks.inbox import sql
from segment_hooks.inbox.errors import InboxUnavailable
from segment_hooks.inbox.protocol import (
    BUSY,
    DONE,
    FORGET_LAPSED,
    Ending,
    Entry,
    Item,
    Record,
    State,
    Stats,
    check_purge,
)

BUSY_TIMEOUT = 2.0
"""Seconds to wait for another process to end its transaction."""

_MIGRATIONS = (
    # Each is carried out once, in order. Old code goes on working beside new code, so a migration may add a column with
    # a default, an index or a table, and nothing else; and all code names the columns it means.
    f"""
    CREATE TABLE segment_inbox (
        id       TEXT PRIMARY KEY,
        covered  INTEGER NOT NULL,
        digest   BLOB NOT NULL,
        state    TEXT NOT NULL,
        due      REAL NOT NULL,
        token    INTEGER NOT NULL DEFAULT 0,
        attempts INTEGER NOT NULL DEFAULT 0,
        stored   REAL NOT NULL,
        raw      BLOB,
        error    TEXT
    );
    CREATE INDEX segment_inbox_takeable ON segment_inbox (due) WHERE {sql.TAKEABLE};
    CREATE INDEX segment_inbox_forgettable ON segment_inbox (due) WHERE {sql.FORGETTABLE};
    """,
)

_INSERT = """
INSERT INTO segment_inbox AS r (id, covered, digest, state, due, token, stored, raw) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
"""
_CLAIM = _INSERT + sql.CLAIM
_PUT = _INSERT + sql.PUT

_GIVE_UP = "DELETE FROM segment_inbox WHERE id = ? AND token = ? AND raw IS NULL"

# the conditions: a signed event that came while the same one, unsigned, was being handled has not had its try
_SETTLE = """
UPDATE segment_inbox SET
    state = CASE WHEN :state IN ('dropped', 'dead') AND covered <> :covered THEN 'waiting' ELSE :state END,
    due   = CASE WHEN :state IN ('dropped', 'dead') AND covered <> :covered THEN :now ELSE :due END,
    raw   = CASE WHEN :state = 'done' OR (:state = 'dropped' AND covered = :covered) THEN NULL ELSE raw END,
    attempts = attempts - :uncounted,
    token = 0,
    error = :error
WHERE id = :id AND token = :token
"""
_ANY_DUE = """
SELECT 1 FROM segment_inbox WHERE state IN ('waiting', 'running') AND due <= ? AND raw IS NOT NULL LIMIT 1
"""
_TAKE = """
UPDATE segment_inbox SET state = 'running', due = ?, token = ?, attempts = attempts + 1
WHERE id IN (
    SELECT id FROM segment_inbox
    WHERE state IN ('waiting', 'running') AND due <= ? AND raw IS NOT NULL ORDER BY due LIMIT ?
)
RETURNING id, covered, raw, attempts
"""
_FORGET = """
DELETE FROM segment_inbox WHERE id IN (
    SELECT id FROM segment_inbox
    WHERE (raw IS NULL OR state = 'dead') AND due <= :now AND (state <> 'running' OR due <= :lapsed)
    ORDER BY due LIMIT :limit
)
"""

_PAGES = ("page_count", "freelist_count", "page_size")
_COUNT = "SELECT state, count(*) FROM segment_inbox GROUP BY state"
_OLDEST = """
SELECT min(stored), max(attempts) FROM segment_inbox WHERE state IN ('waiting', 'running') AND raw IS NOT NULL
"""
_RECORDS = """
SELECT id, state, covered, attempts, stored, due, error FROM segment_inbox
WHERE state = :state OR :state IS NULL ORDER BY stored, id LIMIT :limit
"""
_RECORD = "SELECT id, state, covered, attempts, stored, due, error, raw FROM segment_inbox WHERE id = ?"
_RETRY = "UPDATE segment_inbox SET state = 'waiting', due = ?, attempts = 0 WHERE state = 'dead'"
_PURGE = "DELETE FROM segment_inbox WHERE state = ? AND stored <= ?"


class SQLiteStore:
    """An inbox in the SQLite database at `path`, which is made if it is not there; its directory must be.

    `busy_timeout`: seconds to wait for other processes. `max_bytes`: how much it may hold, so that it never fills the
    disk; above that it refuses what is new, and Segment keeps it meanwhile, while workers go on with what is there (on
    a disk that is full they cannot). `clock`: seconds since 1970.
    Raises `ConfigurationError` where there is no such directory.
    """

    immediate = False
    durable = True
    exclusive = True

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        busy_timeout: float = BUSY_TIMEOUT,
        max_bytes: int | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.path = Path(path)
        if self.path.name in ("", ":memory:") or not self.path.parent.is_dir():
            raise ConfigurationError(f"the inbox is a file in a directory that is there, not {os.fspath(path)!r}")
        self._busy_timeout = busy_timeout
        self._max_bytes = max_bytes
        self._clock = clock
        self._lock = threading.RLock()
        self._connection: sqlite3.Connection | None = None
        self._pid = 0
        self._depth = 0

    # ---- claims

    def claim(self, entries: Sequence[Entry], lease: float) -> list[int]:
        """`Claims.claim`."""
        with self.transaction() as connection:
            self._check_room(connection)
            now, token = self._clock(), _new_token()
            claims: list[int] = []
            for entry in entries:
                row = (entry.id, entry.covered, entry.digest, State.RUNNING, now + lease, token, now, None)
                if connection.execute(_CLAIM, row).fetchall():
                    claims.append(token)
                    continue
                found = connection.execute("SELECT state FROM segment_inbox WHERE id = ?", (entry.id,)).fetchone()
                claims.append(BUSY if found[0] in (State.WAITING, State.RUNNING) else DONE)
            return claims

    def settle(self, endings: Sequence[Ending]) -> list[bool]:
        """`Claims.settle`."""
        with self.transaction() as connection:
            now = self._clock()
            return [self._settle(connection, ending, now) for ending in endings]

    def _settle(self, connection: sqlite3.Connection, ending: Ending, now: float) -> bool:
        if ending.state is State.WAITING and connection.execute(_GIVE_UP, (ending.id, ending.token)).rowcount:
            return True
        values = {
            "id": ending.id,
            "token": ending.token,
            "state": ending.state,
            "covered": ending.covered,
            "now": now,
            "due": now + ending.seconds,
            "uncounted": not ending.counts,
            "error": ending.error,
        }
        return connection.execute(_SETTLE, values).rowcount > 0

    def forget(self, limit: int) -> int:
        """`Claims.forget`."""
        with self.transaction() as connection:
            now = self._clock()
            values = {"now": now, "lapsed": now - FORGET_LAPSED, "limit": limit}
            return connection.execute(_FORGET, values).rowcount

    # ---- whole events

    def put(self, entries: Sequence[Entry]) -> None:
        """`Store.put`."""
        with self.transaction() as connection:
            self._check_room(connection)
            now = self._clock()
            connection.executemany(_PUT, [_row(entry, now) for entry in entries])

    def take(self, limit: int, lease: float) -> list[Item]:
        """`Store.take`."""
        now = self._clock()
        with self._lock, self._explained():
            # most looks find nothing, and a look alone keeps nobody from writing
            if self._connect().execute(_ANY_DUE, (now,)).fetchone() is None:
                return []
        with self.transaction() as connection:
            token = _new_token()
            rows = connection.execute(_TAKE, (now + lease, token, now, limit)).fetchall()
            return [Item(name, token, bool(covered), raw, attempts) for name, covered, raw, attempts in rows]

    def _check_room(self, connection: sqlite3.Connection) -> None:
        if self._max_bytes is None:
            return
        (pages,), (free,), (size,) = (connection.execute(f"PRAGMA {name}").fetchone() for name in _PAGES)
        if (pages - free) * size >= self._max_bytes:
            raise InboxUnavailable(f"the inbox {self.path.name} is full: it may hold {self._max_bytes} bytes")

    # ---- for people

    def stats(self) -> Stats:
        """`Store.stats`."""
        with self._reading() as connection:
            counted = connection.execute(_COUNT).fetchall()
            oldest, attempts = connection.execute(_OLDEST).fetchone()
        counts = dict.fromkeys(State, 0) | {State(state): count for state, count in counted}
        return Stats(counts, None if oldest is None else max(self._clock() - oldest, 0.0), attempts or 0)

    def records(self, state: State | None = None, limit: int = 100) -> list[Record]:
        """`Store.records`."""
        with self._reading() as connection:
            rows = connection.execute(_RECORDS, {"state": state, "limit": limit}).fetchall()
        return [_record(row) for row in rows]

    def record(self, id: str) -> Record | None:  # noqa: A002
        """`Store.record`."""
        with self._reading() as connection:
            row = connection.execute(_RECORD, (id,)).fetchone()
        return None if row is None else _record(row)

    def retry(self, ids: Sequence[str] | None = None) -> int:
        """`Store.retry`."""
        return self._for_each(_RETRY, [self._clock()], ids)

    def purge(self, state: State, older_than: float = 0.0, ids: Sequence[str] | None = None) -> int:
        """`Store.purge`."""
        check_purge(state)
        before = self._clock() - older_than
        return self._for_each(_PURGE, [state, before], ids)

    def _for_each(self, statement: str, values: list[Any], ids: Iterable[str] | None) -> int:
        with self.transaction() as connection:
            if ids is None:
                return connection.execute(statement, values).rowcount
            statement += " AND id = ?"
            return sum(connection.execute(statement, [*values, name]).rowcount for name in ids)

    # ---- the connection

    @contextmanager
    def transaction(self) -> Generator[sqlite3.Connection]:
        """`Claims.transaction`."""
        with self._lock:
            if self._depth:
                connection = self._connect()
                yield connection
                return
            with self._explained():
                connection = self._connect()
                connection.execute("BEGIN IMMEDIATE")  # the lock for writing now, not half way
                self._depth = 1
                try:
                    yield connection
                    connection.execute("COMMIT")
                except BaseException:
                    with suppress(sqlite3.Error):
                        connection.execute("ROLLBACK")
                    raise
                finally:
                    self._depth = 0

    @contextmanager
    def _reading(self) -> Generator[sqlite3.Connection]:
        """A connection of its own: looking through a large inbox keeps nobody from writing."""
        with self._explained():
            with self._lock:
                self._connect()  # so that the table is there
            with closing(sqlite3.connect(self.path, timeout=self._busy_timeout, isolation_level=None)) as connection:
                yield connection

    def close(self) -> None:
        """`Claims.close`."""
        with self._lock:
            if self._connection is not None and self._pid == os.getpid():
                self._connection.close()
            self._connection = None

    def _connect(self) -> sqlite3.Connection:
        if self._connection is not None and self._pid == os.getpid():
            return self._connection
        # a connection that came with a fork belongs to the parent, and is left alone
        with suppress(FileExistsError):
            os.close(os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        connection = sqlite3.connect(
            self.path, timeout=self._busy_timeout, isolation_level=None, check_same_thread=False
        )
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA fullfsync = ON")  # macOS flushes the disk's own memory only when told to
            _migrate(connection)
        except BaseException:
            connection.close()
            raise
        self._connection, self._pid = connection, os.getpid()
        return connection

    @contextmanager
    def _explained(self) -> Generator[None]:
        try:
            yield
        except sqlite3.ProgrammingError:
            raise
        except (sqlite3.Error, OSError) as error:
            if not isinstance(error, sqlite3.OperationalError | OSError) or "locked" not in str(error):
                self.close()  # what is wrong with the file may be mended by opening it anew
            name = getattr(error, "sqlite_errorname", type(error).__name__)
            raise InboxUnavailable(f"the inbox {self.path.name} refuses: {error} ({name})") from error

    def __del__(self) -> None:
        if hasattr(self, "_connection"):  # it may have been refused
            self.close()

    def __repr__(self) -> str:
        return f"SQLiteStore({os.fspath(self.path)!r})"


def _migrate(connection: sqlite3.Connection) -> None:
    if _version(connection) >= len(_MIGRATIONS):
        return  # a higher one was made by newer code, which adds and takes nothing away
    connection.execute("BEGIN IMMEDIATE")
    try:
        for statements in _MIGRATIONS[_version(connection) :]:
            for statement in statements.split(";"):
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {max(len(_MIGRATIONS), _version(connection))}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def _version(connection: sqlite3.Connection) -> int:
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return version


def _row(entry: Entry, now: float) -> tuple[Any, ...]:
    event = entry.event
    return entry.id, event.covered, entry.digest, "waiting", now, 0, now, event.raw


def _record(row: Sequence[Any]) -> Record:
    name, state, covered, attempts, stored, due, error, *raw = row
    return Record(name, State(state), bool(covered), attempts, stored, due, error, *raw)


def _new_token() -> int:
    # not from `random`, whose state a fork copies
    return int.from_bytes(os.urandom(8)) >> 2 | 1
