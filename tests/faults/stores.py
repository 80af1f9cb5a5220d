"""The stores that a service can be run on, what can happen to each, and what its effects are afterwards."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import threading
import time
import uuid
from collections import Counter
from pathlib import Path

from segment_hooks.inbox.protocol import Store
from segment_hooks.inbox.sqlite import SQLiteStore
from tests.faults.processes import SECONDS, free_port, wait_for_port

POSTGRES = os.environ.get("SEGMENT_TEST_POSTGRES", "host=127.0.0.1 port=5432 user=postgres dbname=postgres")


class Setting:
    """A store for one run. `environment`: what the service is told. `has_workers`: whether workers run the handlers."""

    guarantee = ""
    at_most_once = False
    has_workers = True

    def __init__(self, directory: Path) -> None:
        self.orders = directory / "orders.txt"
        self.environment = {"SHOP_ORDERS": str(self.orders)}

    def harm(self) -> str:
        """Do something bad to the store, or to the connections to it; says what."""
        raise NotImplementedError

    def effects(self) -> Counter[str]:
        """How often each order has been written down."""
        return Counter(self.orders.read_text().split()) if self.orders.exists() else Counter()

    def store(self) -> Store | None:
        """The inbox, where there is one."""
        return None

    def close(self) -> None:
        """Clear up."""


class SQLiteInbox(Setting):
    """Inbox(SQLiteStore)"""

    guarantee = "at least once; twice only what a killed worker was at"

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        self._path = directory / "inbox.db"
        self.environment["SEGMENT_INBOX"] = f"sqlite:///{self._path}"

    def harm(self) -> str:
        other = sqlite3.connect(self._path, timeout=SECONDS, isolation_level=None, check_same_thread=False)
        other.execute("BEGIN IMMEDIATE")
        # longer than a worker or a web server waits for it
        threading.Timer(2.5, other.close).start()
        return "database locked for 2.5 s"

    def store(self) -> Store | None:
        return SQLiteStore(self._path, busy_timeout=SECONDS)


class SQLiteDedupe(SQLiteInbox):
    """Dedupe(SQLiteStore)"""

    guarantee = "at least once; twice only what a killed process, or the locked store, could not note"
    has_workers = False

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        self.environment["SEGMENT_GATE"] = "dedupe"

    def store(self) -> Store | None:
        return None


class PostgresOnce(Setting):
    """Inbox(PostgresStore), once()"""

    guarantee = "exactly once"
    at_most_once = True

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        import psycopg

        self._schema = f"segment_faults_{uuid.uuid4().hex[:12]}"
        self._admin = psycopg.connect(POSTGRES, autocommit=True)
        self._admin.execute(f"CREATE SCHEMA {self._schema}")
        options = f"application_name={self._schema}&options=-c%20search_path%3D{self._schema}"
        self.address = f"postgresql://{_place(POSTGRES)}?{options}"
        self.environment["SEGMENT_INBOX"] = self.address

    def harm(self) -> str:
        self._admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = %s", (self._schema,)
        )
        return "all connections to the store cut"

    def effects(self) -> Counter[str]:
        rows = self._admin.execute(f"SELECT order_id, count(*) FROM {self._schema}.orders GROUP BY 1").fetchall()
        return Counter(dict(rows))

    def store(self) -> Store | None:
        from segment_hooks.inbox.postgresql import PostgresStore

        # under another name, so that it is not cut off
        return PostgresStore(self.address.replace("application_name=", "application_name=look_"))

    def close(self) -> None:
        self._admin.execute("SET client_min_messages = error")
        self._admin.execute(f"DROP SCHEMA {self._schema} CASCADE")
        self._admin.close()


class RedisDedupe(Setting):
    """Dedupe(RedisClaims)"""

    guarantee = "at least once; twice only what a killed process, or the killed Redis, could not note"
    has_workers = False

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        self._directory = directory
        self._port = free_port()
        self._process = self._start()
        self.environment["SHOP_REDIS"] = f"redis://127.0.0.1:{self._port}/0"

    def _start(self) -> subprocess.Popen[bytes]:
        options = ["--port", str(self._port), "--bind", "127.0.0.1", "--dir", str(self._directory), "--save", ""]
        process = subprocess.Popen(
            ["redis-server", *options, "--appendonly", "yes", "--appendfsync", "always"], stdout=subprocess.DEVNULL
        )
        wait_for_port(self._port)
        return process

    def harm(self) -> str:
        self._process.kill()
        self._process.wait(SECONDS)
        time.sleep(0.3)
        self._process = self._start()
        return "Redis killed and started again"

    def close(self) -> None:
        self._process.kill()
        self._process.wait(SECONDS)


SETTINGS: dict[str, type[Setting]] = {
    "sqlite": SQLiteInbox,
    "sqlite-dedupe": SQLiteDedupe,
    "postgresql": PostgresOnce,
    "redis-dedupe": RedisDedupe,
}


def unavailable(name: str) -> str | None:
    """Why a setting cannot be run here, or None."""
    if name == "redis-dedupe" and shutil.which("redis-server") is None:
        return "redis-server is not installed"
    if name == "postgresql":
        try:
            import psycopg
            import psycopg_pool  # noqa: F401

            psycopg.connect(POSTGRES, connect_timeout=3).close()
        except (ImportError, OSError) as error:
            return str(error)
        except psycopg.Error as error:
            return f"no PostgreSQL: {error}"
    return None


def _place(conninfo: str) -> str:
    from psycopg.conninfo import conninfo_to_dict

    parts = conninfo_to_dict(conninfo)
    user = str(parts["user"]) + (f":{parts['password']}" if parts.get("password") else "")
    return f"{user}@{parts['host']}:{parts.get('port', 5432)}/{parts['dbname']}"
