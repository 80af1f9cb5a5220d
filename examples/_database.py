"""A database in memory for the examples about handlers: tables, transactions, and failures when it is told to fail."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from typing import Any


class DatabaseError(Exception):
    """The database did not do what it was asked."""


class Database:
    """Rows by table and key. Every write may fail; in a transaction, then nothing of it is written."""

    def __init__(self) -> None:
        self.tables: dict[str, dict[Any, Any]] = {}
        self._writes_left: int | None = None

    def get(self, table: str, key: Any) -> Any:
        return self.tables.get(table, {}).get(key)

    def put(self, table: str, key: Any, row: Any) -> None:
        if self._writes_left == 0:
            self._writes_left = None  # it fails once
            raise DatabaseError
        if self._writes_left is not None:
            self._writes_left -= 1
        self.tables.setdefault(table, {})[key] = row

    @contextmanager
    def transaction(self) -> Generator[None]:
        before = deepcopy(self.tables)
        try:
            yield
        except BaseException:
            self.tables = before
            raise

    def fail_after(self, writes: int) -> None:
        """Let one write fail, after so many more that do not."""
        self._writes_left = writes

    def clear(self) -> None:
        self.tables = {}
        self._writes_left = None


@dataclass
class Service:
    """What a law needs to know of a service."""

    app: Any
    database: Database
    observe: Callable[[], Any]

    @property
    def reset(self) -> Callable[[], None]:
        return self.database.clear

    @property
    def break_after(self) -> Callable[[int], None]:
        return self.database.fail_after
