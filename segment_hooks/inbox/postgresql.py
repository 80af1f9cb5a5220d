"""An inbox in PostgreSQL: for any number of workers on any number of hosts.

Workers take events with `SKIP LOCKED`, so none waits for another. All times are the server's, so the clocks of the
hosts do not matter. With `once` a handler notes in its own transaction what it has done, so that its effects happen
exactly once, whatever is killed when:

    store = PostgresStore("postgresql://…")

    @router.on_track("Order Completed")
    def fulfil(event: Track[OrderCompleted]) -> None:
        with pool.connection() as connection:  # one transaction
            if store.once(connection, event, "fulfil"):
                connection.execute("INSERT INTO shipments …")
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

# first, since it says which extra is missing
from segment_hooks.inbox import postgresql_sql as statements

# isort: split
import psycopg
from psycopg.pq import TransactionStatus

from segment_hooks.errors import ConfigurationError
from segment_hooks.events import Event
from segment_hooks.inbox.errors import InboxUnavailable
from segment_hooks.inbox.ids import Identify, by_message_id, storable
from segment_hooks.inbox.protocol import (
    BUSY,
    DONE,
    FORGET_LAPSED,
    KEEP,
    Ending,
    Entry,
    Item,
    Record,
    State,
    Stats,
    check_purge,
)

TIMEOUT = 5.0
"""Seconds for one statement, for a lock, and for making a connection."""


class PostgresStore:
    """An inbox in the tables `segment_inbox` and `segment_inbox_…`, which are made if they are not there.

    `connect`: a connection string, or a function that gives a new `psycopg.Connection`, where a password has to be
    fetched first, or a pooler wants `prepare_threshold=None`. `table`: another name, for several inboxes in one schema;
    the schema is that of the connection's `search_path`. `timeout`: seconds for one statement.
    `keep`: seconds that `once` remembers. `identify`: which id `once` goes by; the same as that of the gate.

    Each store has one connection, for what all threads of the process want, and makes it anew after a fork or a fault.
    """

    immediate = False
    durable = True
    exclusive = False

    def __init__(
        self,
        connect: str | Callable[[], psycopg.Connection[Any]],
        *,
        table: str = "segment_inbox",
        timeout: float = TIMEOUT,
        keep: float = KEEP,
        identify: Identify = by_message_id,
    ) -> None:
        if not table or len(table) > 40 or not timeout > 0:
            raise ConfigurationError("the name of the table has 1 to 40 characters, and the timeout is above zero")
        self._given = connect
        self._timeout = timeout
        self._keep = keep
        self._identify = identify
        self._sql = statements.of(table)
        self._lock = threading.RLock()
        self._connection: psycopg.Connection[Any] | None = None
        self._pid = 0
        self._ahead = 0.0  # seconds that tests put the server's clock forward

    # ---- claims

    def claim(self, entries: Sequence[Entry], lease: float) -> list[int]:
        """`Claims.claim`."""
        ids, token = [entry.id for entry in entries], _new_token()
        values = {
            "ids": ids,
            "covered": [entry.covered for entry in entries],
            "digests": [entry.digest for entry in entries],
            "lease": lease,
            "token": token,
        }
        claimed = {row[0] for row in self._fetch("claim", values)}
        if len(claimed) == len(ids):
            return [token] * len(ids)
        others = [name for name in ids if name not in claimed]
        states: dict[str, str] = dict(self._fetch("states", {"ids": others}))
        # one that has been forgotten this very moment will be free when it comes again
        ended = {name for name, state in states.items() if state not in (State.WAITING, State.RUNNING)}
        return [token if name in claimed else DONE if name in ended else BUSY for name in ids]

    def settle(self, endings: Sequence[Ending]) -> list[bool]:
        """`Claims.settle`."""
        given_up = [ending for ending in endings if ending.state is State.WAITING]
        held: set[str] = set()
        if given_up:
            values = {"ids": [each.id for each in given_up], "tokens": [each.token for each in given_up]}
            held = {row[0] for row in self._fetch("give_up", values)}
        left = [ending for ending in endings if ending.id not in held]
        if left:
            values = {
                "ids": [each.id for each in left],
                "tokens": [each.token for each in left],
                "covered": [each.covered for each in left],
                "states": [each.state.value for each in left],
                "seconds": [each.seconds for each in left],
                "errors": [each.error for each in left],
                "uncounted": [int(not each.counts) for each in left],
            }
            held |= {row[0] for row in self._fetch("settle", values)}
        return [ending.id in held for ending in endings]

    def forget(self, limit: int) -> int:
        """`Claims.forget`."""
        self._run("forget_effects", {"limit": limit})
        return self._run("forget", {"limit": limit, "lapsed": FORGET_LAPSED})

    # ---- whole events

    def put(self, entries: Sequence[Entry]) -> None:
        """`Store.put`."""
        values = {
            "ids": [entry.id for entry in entries],
            "covered": [entry.covered for entry in entries],
            "digests": [entry.digest for entry in entries],
            "raws": [entry.event.raw for entry in entries],
        }
        self._run("put", values)

    def take(self, limit: int, lease: float) -> list[Item]:
        """`Store.take`."""
        token = _new_token()
        rows = self._fetch("take", {"limit": limit, "lease": lease, "token": token})
        rows.sort(key=lambda row: row[4])
        return [Item(name, token, covered, raw, attempts) for name, covered, raw, attempts, _ in rows]

    # ---- effects

    def once(self, connection: psycopg.Connection[Any], event: Event, by: str) -> bool:
        """Note in the transaction of `connection` that `by` has handled `event`; False where that has been noted.

        The caller's writes in the same transaction, made only where this is True, happen exactly once for each event:
        both are committed, or neither. Another transaction that asks for the same event meanwhile waits for this one.
        `connection` must be to the database that the inbox is in, and in a transaction. `by`: a name for what is done,
        different for each handler. An event without an id cannot be told from others: always True.
        Raises `ConfigurationError` where `connection` commits each statement by itself.
        """
        values = self._effect(connection, event, by)
        return values is None or connection.execute(self._sql["once"], values).rowcount == 1

    async def once_async(self, connection: psycopg.AsyncConnection[Any], event: Event, by: str) -> bool:
        """The same for a connection of `psycopg.AsyncConnection`."""
        values = self._effect(connection, event, by)
        return values is None or (await connection.execute(self._sql["once"], values)).rowcount == 1

    def _effect(
        self, connection: psycopg.Connection[Any] | psycopg.AsyncConnection[Any], event: Event, by: str
    ) -> dict[str, Any] | None:
        if connection.autocommit and connection.info.transaction_status == TransactionStatus.IDLE:
            raise ConfigurationError(
                "once() needs a transaction: call it within `with connection.transaction():`, beside your own writes"
            )
        with self._lock:
            self._connect()  # so that the table is there
        name = self._identify(event)
        if name is None:
            return None
        entry = Entry(storable(name), event)
        return {
            "id": entry.id,
            "by": storable(by),
            "covered": entry.covered,
            "digest": entry.digest,
            "keep": self._keep,
            "ahead": self._ahead,
        }

    # ---- for people

    def stats(self) -> Stats:
        """`Store.stats`."""
        with self._looking() as connection:
            counted = connection.execute(self._sql["count"]).fetchall()
            ((oldest, attempts),) = connection.execute(self._sql["oldest"], {"ahead": self._ahead}).fetchall()
        counts = dict.fromkeys(State, 0) | {State(state): count for state, count in counted}
        return Stats(counts, None if oldest is None else max(oldest, 0.0), attempts or 0)

    def records(self, state: State | None = None, limit: int = 100) -> list[Record]:
        """`Store.records`."""
        with self._looking() as connection:
            rows = connection.execute(self._sql["records"], {"state": state and state.value, "limit": limit}).fetchall()
        return [_record(row) for row in rows]

    def record(self, id: str) -> Record | None:  # noqa: A002
        """`Store.record`."""
        with self._looking() as connection:
            row = connection.execute(self._sql["record"], {"id": id}).fetchone()
        return None if row is None else _record(row)

    def retry(self, ids: Sequence[str] | None = None) -> int:
        """`Store.retry`."""
        return self._run("retry", {"ids": None if ids is None else list(ids)})

    def purge(self, state: State, older_than: float = 0.0, ids: Sequence[str] | None = None) -> int:
        """`Store.purge`."""
        check_purge(state)
        values = {"state": state.value, "age": older_than, "ids": None if ids is None else list(ids)}
        return self._run("purge", values)

    # ---- the connection

    @contextmanager
    def transaction(self) -> Generator[psycopg.Connection[Any]]:
        """`Claims.transaction`."""
        with self._lock, self._explained():
            connection = self._connect()
            with connection.transaction():
                yield connection

    def _fetch(self, name: str, values: Mapping[str, Any]) -> list[Any]:
        with self._lock, self._explained():
            return self._connect().execute(self._sql[name], {"ahead": self._ahead, **values}).fetchall()

    def _run(self, name: str, values: Mapping[str, Any]) -> int:
        with self._lock, self._explained():
            return self._connect().execute(self._sql[name], {"ahead": self._ahead, **values}).rowcount

    @contextmanager
    def _looking(self) -> Generator[psycopg.Connection[Any]]:
        """A connection of its own: looking through a large inbox keeps nobody from writing."""
        with self._explained():
            with self._lock:
                self._connect()  # so that the tables are there
            with self._open() as connection:
                yield connection

    def close(self) -> None:
        """`Claims.close`."""
        with self._lock:
            connection, self._connection = self._connection, None
            if connection is not None and self._pid == os.getpid():
                with suppress(psycopg.Error):
                    connection.close()

    def _connect(self) -> psycopg.Connection[Any]:
        # a connection that came with a fork belongs to the parent, and is left alone
        if self._connection is not None and self._pid == os.getpid() and not self._connection.closed:
            return self._connection
        connection = self._open()
        try:
            statements.migrate(connection, self._sql)
        except BaseException:
            connection.close()
            raise
        self._connection, self._pid = connection, os.getpid()
        return connection

    def _open(self) -> psycopg.Connection[Any]:
        if callable(self._given):
            connection = self._given()
        else:
            connection = psycopg.connect(
                self._given,
                connect_timeout=max(round(self._timeout), 2),  # libpq takes less than two seconds for two
                fallback_application_name="segment_hooks inbox",
                tcp_user_timeout=round(self._timeout * 1_000),
            )
        connection.autocommit = True
        connection.execute(statements.SETTINGS, {"milliseconds": str(round(self._timeout * 1_000))})
        return connection

    @contextmanager
    def _explained(self) -> Generator[None]:
        try:
            yield
        except (psycopg.DataError, psycopg.IntegrityError):
            raise
        except psycopg.Error as error:
            if isinstance(error, psycopg.OperationalError | psycopg.InterfaceError) and not _goes_on(error):
                self.close()
            said = (error.diag.message_primary or str(error) or type(error).__name__).splitlines()[0]
            raise InboxUnavailable(f"PostgreSQL refuses: {said} ({error.sqlstate or 'no connection'})") from error

    def __del__(self) -> None:
        if hasattr(self, "_connection"):  # it may have been refused
            self.close()

    def __repr__(self) -> str:
        return f"PostgresStore({self._sql.table!r})"  # a connection string may hold a password


def _goes_on(error: psycopg.Error) -> bool:
    """Whether the connection has only lost patience, or a lock."""
    return isinstance(
        error,
        psycopg.errors.QueryCanceled | psycopg.errors.LockNotAvailable | psycopg.errors.DeadlockDetected,
    )


def _record(row: Sequence[Any]) -> Record:
    name, state, covered, attempts, stored, due, error, *raw = row
    return Record(name, State(state), covered, attempts, stored, due, error, *raw)


def _new_token() -> int:
    # not from `random`, whose state a fork copies
    return int.from_bytes(os.urandom(8)) >> 2 | 1
