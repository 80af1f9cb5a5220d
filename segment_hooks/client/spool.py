"""Events kept on disk until they are settled, so that what a call has accepted survives a kill.

A spool is a directory. Each client claims one file in it, an SQLite database under a lock that ends with the process,
so that any number of processes may name the same directory and no two ever share a file. What a process leaves behind
is taken over by the next client of the same source (write key and host) that opens the directory, and sent under the
same message ids.

A call returns when its event is committed. With `synchronous="NORMAL"` that outlives the process, however it dies; with
`"FULL"`, which waits for the disk each time, also the machine's losing power.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import uuid
from collections.abc import Generator, Iterable
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal

from segment_hooks.client.log import logger
from segment_hooks.client.spool_lock import FileLock
from segment_hooks.client.spooling import SpoolError
from segment_hooks.errors import ConfigurationError

_SCHEMA = """
    CREATE TABLE IF NOT EXISTS events (
        id INTEGER PRIMARY KEY,  -- the order
        message_id TEXT NOT NULL UNIQUE,
        body BLOB NOT NULL
    )
"""


class SqliteSpool:
    """A `Spool`: `SegmentClient(…, spool=SqliteSpool("/var/lib/shop/segment"))`, or `spool="/var/lib/shop/segment"`.

    `directory`: made if it does not exist; it holds what is sent to Segment, so it is readable by its owner only.
    """

    def __init__(self, directory: str | Path, *, synchronous: Literal["NORMAL", "FULL"] = "NORMAL") -> None:
        if synchronous not in {"NORMAL", "FULL"}:
            raise ConfigurationError(f"synchronous is 'NORMAL' or 'FULL', not {synchronous!r}")
        self.directory = Path(directory)
        self._synchronous = synchronous
        self._prefix = "segment-"
        self._lock = threading.Lock()
        self._claim: FileLock | None = None  # of the file that is ours
        self._file: Path | None = None
        self._database: sqlite3.Connection | None = None
        self._read_to = 0  # events up to this id have been given out, or were put here by this client
        self._leftovers_to = 0  # events up to this id are from before

    def open(self, source: str) -> None:
        """Claim a file, and take over what others have left. `source`: only files of the same are looked at."""
        with self._lock, _told():
            self._prefix = f"segment-{source}-"
            self._connect()

    def put_many(self, events: Iterable[tuple[str, bytes]]) -> None:
        """Keep events; they are safe when this returns."""
        with self._lock, _told():
            _insert(self._connect(), events)

    def remove(self, message_ids: Iterable[str]) -> None:
        """These are settled."""
        with self._lock, _told():
            database = self._connect()
            database.execute("BEGIN")
            try:
                database.executemany("DELETE FROM events WHERE message_id = ?", ((each,) for each in message_ids))
            except BaseException:
                database.execute("ROLLBACK")
                raise
            database.execute("COMMIT")

    def leftovers(self, limit: int) -> list[tuple[str, bytes]]:
        """Up to so many events from before, oldest first, each given out once; none when there are no more."""
        with self._lock, _told():
            if self._read_to >= self._leftovers_to:
                return []
            rows: list[tuple[int, str, bytes]] = (
                self._connect()
                .execute(
                    "SELECT id, message_id, body FROM events WHERE id > ? AND id <= ? ORDER BY id LIMIT ?",
                    (self._read_to, self._leftovers_to, limit),
                )
                .fetchall()
            )
            self._read_to = rows[-1][0] if rows else self._leftovers_to
            return [(message_id, body) for _, message_id, body in rows]

    def close(self) -> None:
        """Let the file go; it is deleted where nothing is in it."""
        with self._lock, _told():
            if self._file is not None:
                self._connect()
            database, self._database = self._database, None
            file, self._file = self._file, None
            claim, self._claim = self._claim, None
            self._read_to = self._leftovers_to = 0
            if database is None or file is None or claim is None:
                return
            empty = database.execute("SELECT NOT EXISTS (SELECT 1 FROM events)").fetchone()[0]
            database.close()
            if empty:
                _delete(file)
            claim.release(delete=bool(empty))

    # ---- forks: SQLite must not see one, so the database is closed before it; the claim on the file goes on

    def before_fork(self) -> None:
        """Close the database, and keep everyone out."""
        self._lock.acquire()
        if self._database is not None:
            self._database.close()
            self._database = None

    def after_fork_in_parent(self) -> None:
        """Go on; the database is opened again when it is needed."""
        self._lock.release()

    def after_fork_in_child(self) -> None:
        """Start anew, with a file of one's own when there is something to keep."""
        self._lock = threading.Lock()
        if self._claim is not None:
            self._claim.forget()
        self._claim = self._file = None
        self._read_to = self._leftovers_to = 0

    # ----

    def _connect(self) -> sqlite3.Connection:
        if self._database is not None:
            return self._database
        if self._file is not None:
            self._database = self._open(self._file)
            return self._database
        try:
            self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise ConfigurationError(f"the spool {self.directory} cannot be made: {error.strerror}") from error
        # one process at a time looks around, so that nobody deletes what another is about to claim
        with FileLock(self.directory / f"{self._prefix}directory.lock").held():
            return self._claim_file()

    def _claim_file(self) -> sqlite3.Connection:
        left: list[tuple[Path, FileLock]] = []
        for file in sorted(self.directory.glob(f"{self._prefix}*.db")):
            lock = FileLock(file.with_suffix(".lock"))
            if lock.acquire(wait=False):
                left.append((file, lock))
        own = self.directory / f"{self._prefix}{uuid.uuid4().hex}.db"
        claim = FileLock(own.with_suffix(".lock"))
        claim.acquire(wait=False)
        database = self._open(own)
        for file, lock in left:
            whole = self._take_over(file, database)
            lock.release(delete=whole)
        (newest,) = database.execute("SELECT coalesce(max(id), 0) FROM events").fetchone()
        self._file, self._claim, self._database = own, claim, database
        self._read_to, self._leftovers_to = 0, newest
        return database

    def _take_over(self, file: Path, database: sqlite3.Connection) -> bool:
        """Move the events of a file that nobody holds any more into ours; whether that could be done."""
        try:
            old = self._open(file)
            try:
                # killed in between, some are in both files, and are taken from one of them by their ids
                _insert(database, old.execute("SELECT message_id, body FROM events ORDER BY id"))
            finally:
                old.close()
        except sqlite3.Error as error:
            logger().error("segment client: a spool file cannot be read, and is put aside: %s", type(error).__name__)
            with suppress(OSError):
                file.rename(file.with_suffix(".unreadable"))
            return False
        _delete(file)
        return True

    def _open(self, file: Path) -> sqlite3.Connection:
        existed = file.exists()
        if not existed:
            os.close(os.open(file, os.O_CREAT | os.O_WRONLY, 0o600))
        database = sqlite3.connect(file, isolation_level=None, check_same_thread=False, timeout=1)
        try:
            # no other process opens this file, so the index of the log need not be shared
            database.execute("PRAGMA locking_mode = EXCLUSIVE")
            database.execute("PRAGMA journal_mode = WAL")
            database.execute(f"PRAGMA synchronous = {self._synchronous}")
            database.execute(_SCHEMA)
        except BaseException:
            database.close()
            raise
        return database

    def __repr__(self) -> str:
        return f"SqliteSpool({str(self.directory)!r})"


@contextmanager
def _told() -> Generator[None]:
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise SpoolError(type(error).__name__) from error


def _insert(database: sqlite3.Connection, events: Iterable[tuple[str, bytes]]) -> None:
    database.execute("BEGIN")
    try:
        database.executemany("INSERT OR IGNORE INTO events (message_id, body) VALUES (?, ?)", events)
    except BaseException:
        database.execute("ROLLBACK")
        raise
    database.execute("COMMIT")


def _delete(file: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        with suppress(OSError):
            Path(f"{file}{suffix}").unlink()
