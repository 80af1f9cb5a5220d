"""The inbox: 100 deliveries at the same moment, against the bare driver doing the same; and dedupe against a dict.

What waits for a disk or a server is timed by the clock on the wall. PostgreSQL and Redis are those of this machine;
where there is none, its table is left out.
"""

from __future__ import annotations

import asyncio
import gc
import os
import sqlite3
import tempfile
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from benchmarks import byhand
from benchmarks.core import OURS, read_attribute
from benchmarks.harness import Contender, Table, compare, measure, rotations
from benchmarks.workload import EVENT, SECRET, _delivery, small
from segment_hooks import Event, SegmentWebhookHandler, WebhookEventRouter, parse_event
from segment_hooks.inbox import Dedupe, Inbox, MemoryStore
from segment_hooks.inbox.group import Group
from segment_hooks.inbox.protocol import KEEP, LEASE, Claims, Ending, Entry, State
from segment_hooks.inbox.sqlite import SQLiteStore

ROUNDS = 100
GROUP = 100
REACH, AT_MOST = 0.7, 1.5
POSTGRES = os.environ.get("SEGMENT_TEST_POSTGRES", "host=127.0.0.1 port=5432 user=postgres dbname=postgres")
REDIS = os.environ.get("SEGMENT_TEST_REDIS", "redis://127.0.0.1:6379/0")

_DISTINCT = 20_000
_ROUTER = WebhookEventRouter()


def run(rounds: int) -> list[Table]:
    """All comparisons."""
    tables = [*_memory(rounds)]
    with ExitStack() as stack:
        for make in (_sqlite, _postgresql, _redis):
            contenders = make(stack)
            if contenders is None:
                continue
            title, floor, field = contenders
            times = {name: [t / GROUP for t in values] for name, values in _on_the_wall(field, rounds).items()}
            tables.append(compare(title, times, floor=floor, reach={OURS: REACH}, note="Per event."))
    return tables


# ---- in memory


class Remembered:
    """What one would write by hand: a dict of ids with their expiry, which forgets them; a lock; claim and note."""

    def __init__(self) -> None:
        self._known: dict[str, float] = {}
        self._ends: deque[tuple[float, str]] = deque()
        self._lock = threading.Lock()

    def claim(self, name: str) -> bool:
        """Whether the event is the caller's to handle."""
        with self._lock:
            now = time.time()
            while self._ends and self._ends[0][0] <= now:
                del self._known[self._ends.popleft()[1]]
            until = self._known.get(name)
            if until is not None and until > now:
                return False
            self._known[name] = now + LEASE
            return True

    def note(self, name: str) -> None:
        """It has been handled."""
        with self._lock:
            until = self._known[name] = time.time() + KEEP
            self._ends.append((until, name))


def _memory(rounds: int) -> Iterator[Table]:
    router = WebhookEventRouter()
    router.on_track(EVENT)(read_attribute)
    deliveries = [_delivery([small(number)], batch=False) for number in range(_DISTINCT)]
    events = [parse_event(delivery.body, covered=True) for delivery in deliveries]

    def by_hand() -> Callable[[Any], object]:
        known = Remembered()

        def handle(event: Any) -> None:
            if known.claim(event.message_id):
                router.route_sync(event)
                known.note(event.message_id)

        return handle

    def ours() -> Callable[[Any], object]:
        dedupe = Dedupe(MemoryStore())
        return lambda event: dedupe.handle((event,), router, 9.0)

    field = {"by hand, a dict with expiry": _each(by_hand, events), OURS: _each(ours, events)}
    times = measure(field, rounds=rounds, slice_seconds=0.002)
    title = "dedupe in memory and route, one new event"
    yield compare(title, times, floor="by hand, a dict with expiry", reach={OURS: AT_MOST}, at_most=True)

    def service_by_hand() -> Callable[[Any], object]:
        known = Remembered()

        def handle(event: Any) -> None:
            if known.claim(event.message_id):
                read_attribute(event)
                known.note(event.message_id)

        receive = byhand.make_floor(handle)
        return lambda delivery: receive(delivery.headers, delivery.body)

    def our_service() -> Callable[[Any], object]:
        webhook, dedupe = SegmentWebhookHandler(SECRET), Dedupe(MemoryStore())

        def receive(delivery: Any) -> None:
            accepted = webhook.handle_request(headers=delivery.headers, body=delivery.body)
            dedupe.handle(accepted.events, router, 9.0)

        return receive

    field = {
        "floor: by hand, a dict with expiry": _each(service_by_hand, deliveries),
        OURS: _each(our_service, deliveries),
    }
    times = measure(field, rounds=rounds, slice_seconds=0.002)
    title = "verify, parse, dedupe in memory and route, one new event"
    yield compare(title, times, floor="floor: by hand, a dict with expiry", reach={OURS: AT_MOST}, at_most=True)


def _each(make: Callable[[], Callable[[Any], object]], things: list[Any]) -> Contender:
    """A contender that is handed one thing after another, and forgets all when it has had the last."""
    left: list[Any] = []
    handle = make()

    def contender(count: int) -> None:
        nonlocal left, handle
        for _ in range(count):
            if not left:
                left, handle = things[::-1], make()
            handle(left.pop())

    return contender


# ---- stores, by the clock on the wall

Groups = list[list[Entry]]
Prepare = Callable[[Groups], Callable[[], object]]
"""Given groups of events, gives what stores them: only that is timed."""

_Field = tuple[str, str, dict[str, Prepare]]
_IN_A_ROW = 3


def _on_the_wall(contenders: Mapping[str, Prepare], rounds: int) -> dict[str, list[float]]:
    times: dict[str, list[float]] = {name: [] for name in contenders}
    for order in [list(contenders), *rotations(list(contenders), rounds)]:
        for name in order:
            store = contenders[name]([_entries() for _ in range(_IN_A_ROW)])
            gc.collect()
            start = time.perf_counter()
            store()
            times[name].append((time.perf_counter() - start) / _IN_A_ROW)
    return {name: values[1:] for name, values in times.items()}  # the first was to warm up


def _entries() -> list[Entry]:
    made = []
    for _ in range(GROUP):
        name = uuid.uuid4().hex
        body = b'{"type":"track","event":"Order Completed","messageId":"%s","userId":"u-1","properties":{"note":"%s"}}'
        event: Event = parse_event(body % (name.encode(), b"x" * 300), covered=True)
        made.append(Entry(name, event))
    return made


class _AtOnce:
    """100 clients of one event loop."""

    def __init__(self, stack: ExitStack) -> None:
        self.loop = asyncio.new_event_loop()
        stack.callback(self.loop.close)

    def contender(self, deliver: Callable[[Entry], Any]) -> Prepare:
        """Every client delivers one event of each group, and the next when that one has been answered."""
        return lambda groups: lambda: self.loop.run_until_complete(self._clients(groups, deliver))

    async def _clients(self, groups: Groups, deliver: Callable[[Entry], Any]) -> None:
        async def client(number: int) -> None:
            for group in groups:
                await deliver(group[number])

        await asyncio.gather(*(client(number) for number in range(GROUP)))


def _sqlite(stack: ExitStack) -> _Field:
    # on the same disk as the project: what is held in memory needs no group commit
    directory = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=Path(__file__).parent)))
    stores = {name: SQLiteStore(directory / f"{name}.db") for name in ("ours", "group", "each")}
    for store in stores.values():
        store.stats()
    connections = {name: sqlite3.connect(directory / f"{name}.db", isolation_level=None) for name in ("group", "each")}
    for connection in connections.values():
        connection.execute("PRAGMA synchronous = FULL")
        stack.callback(connection.close)

    columns = "(id, covered, digest, state, due, stored, raw)"
    statement = f"INSERT OR IGNORE INTO segment_inbox {columns} VALUES (?, 1, ?, ?, ?, ?, ?)"

    def rows(group: list[Entry]) -> list[tuple[Any, ...]]:
        return [(each.id, b"0123456789abcdef", "waiting", 1.0, 1.0, each.event.raw) for each in group]

    def insert(connection: sqlite3.Connection, transactions: list[list[tuple[Any, ...]]]) -> None:
        for some in transactions:
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(statement, some)
            connection.execute("COMMIT")

    def group(groups: Groups) -> Callable[[], object]:
        transactions = [rows(each) for each in groups]
        return lambda: insert(connections["group"], transactions)

    def each(groups: Groups) -> Callable[[], object]:
        transactions = [[row] for each in groups for row in rows(each)]
        return lambda: insert(connections["each"], transactions)

    inbox = Inbox(stores["ours"])
    stack.callback(inbox.close)
    at_once = _AtOnce(stack)

    def deliver(entry: Entry) -> Any:
        return inbox.handle_async([entry.event], _ROUTER, 9.0)

    floor = "sqlite3, 100 rows in one transaction"
    field = {floor: group, OURS: at_once.contender(deliver), "sqlite3, a transaction for each": each}
    return f"SQLite inbox, synchronous=FULL, {GROUP} deliveries at once", floor, field


def _postgresql(stack: ExitStack) -> _Field | None:
    try:
        import psycopg

        from segment_hooks.inbox import postgresql_sql
        from segment_hooks.inbox.postgresql import PostgresStore

        admin = psycopg.connect(POSTGRES, autocommit=True, connect_timeout=3)
    except (ImportError, OSError) as error:
        return _left_out("PostgreSQL", error)
    except psycopg.Error as error:
        return _left_out("PostgreSQL", error)
    schema = f"segment_bench_{uuid.uuid4().hex[:12]}"
    admin.execute(f"CREATE SCHEMA {schema}")
    stack.callback(admin.close)
    stack.callback(lambda: admin.execute(f"DROP SCHEMA {schema} CASCADE"))
    address = f"{POSTGRES} options='-c search_path={schema}'"
    bare = psycopg.connect(address)
    stack.callback(bare.close)
    inbox = Inbox(PostgresStore(address, table="ours"))
    stack.callback(inbox.close)
    PostgresStore(address, table="bare").stats()
    statement = postgresql_sql.of("bare")["put"]

    def values_of(entry: Entry) -> dict[str, Any]:
        values = {"ids": [entry.id], "covered": [True], "digests": [entry.digest], "raws": [entry.event.raw]}
        return {**values, "ahead": 0.0}

    def pipelined(groups: Groups) -> Callable[[], object]:
        values = [list(map(values_of, group)) for group in groups]

        def run() -> None:
            for group in values:
                with bare.pipeline(), bare.transaction():
                    for each in group:
                        bare.execute(statement, each)

        return run

    def deliver(entry: Entry) -> Any:
        return inbox.handle_async([entry.event], _ROUTER, 9.0)

    floor = "psycopg, 100 statements pipelined"
    field = {floor: pipelined, OURS: _AtOnce(stack).contender(deliver)}
    return f"PostgreSQL inbox, {GROUP} deliveries at once", floor, field


def _redis(stack: ExitStack) -> _Field | None:
    try:
        import redis

        from segment_hooks.inbox.redis import _CLAIM, _SETTLE, RedisClaims

        client: Any = redis.Redis.from_url(REDIS, socket_connect_timeout=3)
        claim, settle = client.script_load(_CLAIM), client.script_load(_SETTLE)
    except (ImportError, OSError) as error:
        return _left_out("Redis", error)
    except redis.RedisError as error:
        return _left_out("Redis", error)
    prefix = f"segment_bench_{uuid.uuid4().hex[:12]}:"

    def clear() -> None:
        names = list(client.scan_iter(match=f"{prefix}*", count=1_000))
        for start in range(0, len(names), 1_000):
            client.delete(*names[start : start + 1_000])
        client.close()

    stack.callback(clear)

    def pipelined(groups: Groups) -> Callable[[], object]:
        return lambda: [claim_and_note(group) for group in groups]

    def claim_and_note(entries: list[Entry]) -> None:
        with client.pipeline(transaction=False) as pipeline:
            for entry in entries:
                pipeline.evalsha(claim, 1, prefix + entry.id, 0, 7, 60_000, 3_600_000, 1, entry.digest)
            pipeline.execute()
            for entry in entries:
                pipeline.evalsha(settle, 1, prefix + entry.id, 0, 7, "done", 60_000)
            pipeline.execute()

    store: Claims = RedisClaims(REDIS, prefix=prefix)
    group = Group(store)
    stack.callback(group.close)

    async def deliver(entry: Entry) -> None:
        (token,) = await group.claim_async([entry], 60.0, 9.0)
        await group.settle_async([Ending(entry.id, token, True, State.DONE, 60.0)], 9.0)

    floor = "redis-py, 100 claims pipelined, then 100 notes"
    field = {floor: pipelined, OURS: _AtOnce(stack).contender(deliver)}
    return f"claims in Redis, {GROUP} deliveries at once", floor, field


def _left_out(name: str, why: object) -> None:
    print(f"{name} is left out: {why}")
