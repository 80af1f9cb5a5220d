"""Real servers: those of this machine, in a corner of their own for each test.

Where a server is missing its tests are skipped, and say so; with CI set they fail.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from typing import NoReturn

import pytest

from tests.parts import lacking

POSTGRES = os.environ.get("SEGMENT_TEST_POSTGRES", "host=127.0.0.1 port=5432 user=postgres dbname=postgres")
RABBITMQ = os.environ.get("SEGMENT_TEST_RABBITMQ", "amqp://guest:guest@127.0.0.1:5672/")
NATS = os.environ.get("SEGMENT_TEST_NATS", "nats://127.0.0.1:4222")
REDIS = os.environ.get("SEGMENT_TEST_REDIS", "redis://127.0.0.1:6379/0")


def missing(service: str, why: object) -> NoReturn:
    """Skip the test, or fail it in CI, where every server must be there."""
    lacking(f"{service} to test with: {why}")


@pytest.fixture
def postgres() -> Iterator[str]:
    """A connection string for a schema of its own, which is dropped in the end."""
    psycopg = pytest.importorskip("psycopg", reason="psycopg is not installed")
    schema = f"segment_test_{uuid.uuid4().hex[:12]}"
    try:
        admin = psycopg.connect(POSTGRES, autocommit=True, connect_timeout=3)
    except psycopg.OperationalError as error:
        missing("PostgreSQL", error)
    admin.execute(f"CREATE SCHEMA {schema}")
    yield f"{POSTGRES} options='-c search_path={schema}'"
    admin.execute("SET client_min_messages = error")
    admin.execute(f"DROP SCHEMA {schema} CASCADE")
    admin.close()


@pytest.fixture
def redis_url() -> Iterator[tuple[str, str]]:
    """The address of a server, and a prefix of its own for keys, which are deleted in the end."""
    redis = pytest.importorskip("redis", reason="redis is not installed")
    prefix = f"segment_test_{uuid.uuid4().hex[:12]}:"
    client = redis.Redis.from_url(REDIS, socket_connect_timeout=3)
    try:
        client.ping()
    except redis.ConnectionError as error:
        missing("Redis", error)
    yield REDIS, prefix
    names = list(client.scan_iter(match=f"{prefix}*", count=1_000))
    if names:
        client.delete(*names)
    client.close()
