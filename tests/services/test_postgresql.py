"""The store in PostgreSQL, on a real server: the contract, effects that happen once, faults, and several versions."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import run_state_machine_as_test
from msgspec.structs import force_setattr

from segment_hooks import ConfigurationError, Track, WebhookEventRouter
from segment_hooks.inbox import Dedupe, InboxUnavailable, State, Worker, by_content
from segment_hooks.inbox.group import Group
from tests.hooks.inbox.contract import DurableContract
from tests.hooks.inbox.events import end, entry, make_event
from tests.hooks.inbox.machine import StoreMachine

psycopg = pytest.importorskip("psycopg", reason="psycopg is not installed")

from segment_hooks.inbox import postgresql_sql  # noqa: E402  # they need psycopg
from segment_hooks.inbox.postgresql import PostgresStore  # noqa: E402


class ServerClock:
    """The server's clock, put forward for one store."""

    def __init__(self, store: PostgresStore) -> None:
        self.store = store

    def forward(self, seconds: float) -> None:
        self.store._ahead += seconds


@pytest.fixture
def store(postgres: str) -> Iterator[PostgresStore]:
    store = PostgresStore(postgres)
    yield store
    store.close()


@pytest.fixture
def clock(store: PostgresStore) -> ServerClock:
    return ServerClock(store)


class TestPostgresStore(DurableContract):
    pass


class Ahead(PostgresStore):
    """A store whose server's clock is put forward by what the machine says."""

    def __init__(self, connect: str, table: str, clock: Callable[[], float]) -> None:
        self._clock = clock
        super().__init__(connect, table=table)

    @property
    def _ahead(self) -> float:  # type: ignore[override]
        return self._clock()

    @_ahead.setter
    def _ahead(self, _: float) -> None:
        pass


def test_two_workers(postgres: str) -> None:
    tables = 0

    class Machine(StoreMachine):
        """Two hosts. The server has the only clock, so neither of them is wrong."""

        def open(self, clock: Callable[[], float]) -> PostgresStore:
            nonlocal tables
            tables += not hasattr(self, "table")
            self.table = f"inbox_{tables}"
            self.skews = (0.0, 0.0)
            begun = self.now
            return Ahead(postgres, self.table, lambda: self.now - begun)

        def is_near(self, one: float, other: float) -> bool:
            return True  # the server's clock goes on meanwhile, and began elsewhere

    run_state_machine_as_test(
        Machine, settings=settings(max_examples=5, stateful_step_count=25, deadline=None, database=None)
    )


# ---- effects


@pytest.fixture
def shop(postgres: str, store: PostgresStore) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute("CREATE TABLE shipments (message_id text)")
        yield connection


def shipments(shop: psycopg.Connection[Any]) -> list[str]:
    return [row[0] for row in shop.execute("SELECT message_id FROM shipments ORDER BY 1").fetchall()]


def ship(store: PostgresStore, connection: psycopg.Connection[Any], name: str, by: str = "ship", **more: Any) -> bool:
    event = make_event(name, **more)
    first = store.once(connection, event, by)
    if first:
        connection.execute("INSERT INTO shipments VALUES (%s)", (event.message_id,))
    return first


def test_an_effect_happens_once_for_each_handler(store: PostgresStore, shop: psycopg.Connection[Any]) -> None:
    for expected in (True, False):
        with shop.transaction():
            assert ship(store, shop, "m-1") is expected
            assert ship(store, shop, "m-1", by="bill") is expected
    assert shipments(shop) == ["m-1", "m-1"]


def test_what_is_rolled_back_has_not_happened(store: PostgresStore, shop: psycopg.Connection[Any]) -> None:
    with shop.transaction(force_rollback=True):
        assert ship(store, shop, "m-1")
    with shop.transaction():
        assert ship(store, shop, "m-1")
    assert shipments(shop) == ["m-1"]


def test_of_two_at_the_same_moment_one_waits_and_does_nothing(
    postgres: str, store: PostgresStore, shop: psycopg.Connection[Any]
) -> None:
    asked = threading.Event()

    def second() -> bool:
        with psycopg.connect(postgres) as other:
            asked.set()
            return ship(store, other, "m-1")

    with ThreadPoolExecutor() as pool:
        with shop.transaction():
            assert ship(store, shop, "m-1")
            later = pool.submit(second)
            assert asked.wait(10)
        assert later.result(10) is False
    assert shipments(shop) == ["m-1"]


def test_a_forged_event_does_not_keep_the_effect_of_the_signed_one_from_happening(
    store: PostgresStore, shop: psycopg.Connection[Any]
) -> None:
    with shop.transaction():
        assert ship(store, shop, "m-1", covered=False, userId="attacker")
        assert ship(store, shop, "m-1")
        assert not ship(store, shop, "m-1", covered=False, userId="attacker")
        assert not ship(store, shop, "m-1")
        assert ship(store, shop, "m-2", covered=False)
        assert not ship(store, shop, "m-2"), "the same event, now signed"


def test_effects_are_forgotten_in_the_end(
    store: PostgresStore, shop: psycopg.Connection[Any], clock: ServerClock
) -> None:
    with shop.transaction():
        ship(store, shop, "m-1")
    store.forget(10)
    with shop.transaction():
        assert not ship(store, shop, "m-1")
    clock.forward(49 * 3600)
    store.forget(10)
    assert shop.execute("SELECT count(*) FROM segment_inbox_effects").fetchone() == (0,)


def test_without_an_id_it_cannot_be_told(postgres: str, store: PostgresStore, shop: psycopg.Connection[Any]) -> None:
    with shop.transaction():
        assert store.once(shop, make_event(None), "ship")
        assert store.once(shop, make_event(None), "ship")
        by_bytes = PostgresStore(postgres, identify=by_content)
        assert by_bytes.once(shop, make_event(None), "ship")
        assert not by_bytes.once(shop, make_event(None), "ship")
        by_bytes.close()


def test_it_needs_a_transaction(store: PostgresStore, shop: psycopg.Connection[Any]) -> None:
    with pytest.raises(ConfigurationError, match="needs a transaction"):
        store.once(shop, make_event(), "ship")


async def test_for_coroutines(postgres: str, store: PostgresStore, shop: psycopg.Connection[Any]) -> None:
    async with await psycopg.AsyncConnection.connect(postgres) as connection:
        assert await store.once_async(connection, make_event(), "ship")
        assert not await store.once_async(connection, make_event(), "ship")
    async with await psycopg.AsyncConnection.connect(postgres, autocommit=True) as connection:
        with pytest.raises(ConfigurationError):
            await store.once_async(connection, make_event(), "ship")


async def test_a_worker_that_is_killed_between_effect_and_note_does_it_once(
    store: PostgresStore, shop: psycopg.Connection[Any], postgres: str, clock: ServerClock
) -> None:
    router = WebhookEventRouter()

    @router.on_track
    def fulfil(event: Track) -> None:
        with psycopg.connect(postgres) as connection:
            if store.once(connection, event, "fulfil"):
                connection.execute("INSERT INTO shipments VALUES (%s)", (event.message_id,))

    store.put([entry(f"m-{number}") for number in range(5)])
    for item in store.take(5, 60):  # handled, and then the worker is killed before it can say so
        await router.route(make_event(item.id))
    clock.forward(61)
    async with asyncio.timeout(20):
        await Worker(router, store).run(until_empty=True)
    assert store.stats().counts[State.DONE] == 5
    assert shipments(shop) == [f"m-{number}" for number in range(5)]


# ---- many workers


async def test_workers_share_the_work(postgres: str, store: PostgresStore) -> None:
    router, runs = WebhookEventRouter(), []

    @router.on_track
    async def handle(event: Track) -> None:
        runs.append(event.message_id)
        await asyncio.sleep(0.001)

    names = [f"m-{number}" for number in range(100)]
    store.put([entry(name) for name in names])
    workers = [Worker(router, PostgresStore(postgres), concurrency=5) for _ in range(4)]
    async with asyncio.timeout(30):
        await asyncio.gather(*(worker.run(until_empty=True) for worker in workers))
    assert sorted(runs) == sorted(names)


def test_processes_that_want_the_same_events_do_not_lock_each_other_out(postgres: str, store: PostgresStore) -> None:
    names = [f"m-{number}" for number in range(20)]
    handled: list[str] = []

    def compete(turn: int) -> None:
        mine = PostgresStore(postgres)
        for round_ in range(15):
            order = names[turn * 5 :] + names[: turn * 5]
            order = order if round_ % 2 else order[::-1]
            claims = mine.claim([entry(name) for name in order], 60)
            held = [(name, token) for name, token in zip(order, claims, strict=True) if token > 0]
            free, done = held[: len(held) // 2], held[len(held) // 2 :]
            assert all(mine.settle([end(name, token, State.WAITING, 0) for name, token in free]))
            assert all(mine.settle([end(name, token) for name, token in done]))
            handled.extend(name for name, _ in done)
        mine.close()

    with ThreadPoolExecutor() as pool:
        list(pool.map(compete, range(4)))
    assert sorted(handled) == sorted(names)


# ---- faults


def test_a_connection_that_is_cut_is_made_anew(store: PostgresStore, postgres: str) -> None:
    store.put([entry()])
    with psycopg.connect(postgres, autocommit=True) as admin:
        admin.execute("SELECT pg_terminate_backend(%s)", (store._connect().info.backend_pid,))
    with pytest.raises(InboxUnavailable, match="PostgreSQL refuses: "):
        store.put([entry("m-2")])
    store.put([entry("m-2")])
    assert store.stats().depth == 2


def test_a_server_that_is_not_there_refuses() -> None:
    store = PostgresStore("host=127.0.0.1 port=1 user=postgres password=hidden dbname=none")
    with pytest.raises(InboxUnavailable, match="refuse") as caught:
        store.put([entry()])
    assert "hidden" not in str(caught.value) + repr(store)


def test_a_store_that_is_locked_refuses_in_time(postgres: str, store: PostgresStore) -> None:
    store.put([entry()])
    slow = PostgresStore(postgres, timeout=0.1)
    with psycopg.connect(postgres) as other:
        other.execute("LOCK TABLE segment_inbox IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(InboxUnavailable, match="timeout"):
            slow.put([entry("m-2")])
    slow.put([entry("m-2")])
    assert store.stats().depth == 2
    slow.close()


async def test_a_slow_store_is_answered_for_in_time(postgres: str, store: PostgresStore) -> None:
    store.put([entry()])
    dedupe, router = Dedupe(store), WebhookEventRouter()
    with psycopg.connect(postgres) as other:
        other.execute("LOCK TABLE segment_inbox IN ACCESS EXCLUSIVE MODE")
        (outcome,) = await dedupe.handle_async([make_event("m-2")], router, 0.1)
        assert outcome.result.name == "RETRY"
    (outcome,) = await dedupe.handle_async([make_event("m-2")], router, 20)
    assert outcome.result.name in ("UNHANDLED", "RETRY"), "what nobody waited for may still be on its way back"
    await asyncio.to_thread(dedupe.close)


def test_no_password_is_needed_where_a_function_connects(postgres: str) -> None:
    store = PostgresStore(lambda: psycopg.connect(postgres, prepare_threshold=None), table="other")
    store.put([entry()])
    assert store.stats().depth == 1
    store.close()


def test_answers_are_given_for_what_is_flushed(postgres: str) -> None:
    store = PostgresStore(lambda: psycopg.connect(postgres + " application_name=x"))
    with store.transaction() as connection:
        assert connection.execute("SHOW synchronous_commit").fetchone() == ("on",)
        connection.execute("SET synchronous_commit = off")
        connection.execute(postgresql_sql.SETTINGS, {"milliseconds": "1000"})
        assert connection.execute("SHOW synchronous_commit").fetchone() == ("on",)
    store.close()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(bodies=st.lists(st.binary(max_size=200), min_size=1, max_size=5))
def test_whatever_an_event_holds_is_kept_to_the_byte(store: PostgresStore, bodies: list[bytes]) -> None:
    entries = [entry(f"m-{number}") for number in range(len(bodies))]
    for each, body in zip(entries, bodies, strict=True):
        force_setattr(each.event, "_origin", body)
    store.put(entries)
    assert {item.id: item.raw for item in store.take(10, 0)} == {each.id: each.event.raw for each in entries}
    with store.transaction() as connection:
        connection.execute("TRUNCATE segment_inbox")


@pytest.mark.parametrize("options", [{"table": ""}, {"table": "x" * 41}, {"timeout": 0}])
def test_what_cannot_work_is_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError):
        PostgresStore("", **options)


# ---- several versions


def test_workers_that_start_together_make_the_tables_once(postgres: str) -> None:
    stores = [PostgresStore(postgres) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda store: store.put([entry()]), stores))
    assert stores[0].stats().depth == 1
    for store in stores:
        store.close()


def test_old_code_goes_on_while_new_code_migrates(postgres: str, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = postgresql_sql._MIGRATIONS
    with monkeypatch.context() as patch:
        patch.setattr(postgresql_sql, "_MIGRATIONS", whole[:1])
        old = PostgresStore(postgres)
        old.put([entry("before")])
        assert old._connect().execute("SELECT to_regclass('segment_inbox_effects')").fetchone() == (None,)
    new = PostgresStore(postgres)
    new.put([entry("new")])
    old.put([entry("old")])
    with new.transaction() as connection:
        assert new.once(connection, make_event(), "ship")
        # and what a version after this one might add
        connection.execute("ALTER TABLE segment_inbox ADD COLUMN tenant text NOT NULL DEFAULT 'all'")
        connection.execute("INSERT INTO segment_inbox_schema (version) VALUES (99)")
    for store in (old, new, PostgresStore(postgres)):
        (token,) = store.claim([entry("claimed")], 60)
        assert store.settle([end("claimed", token, State.WAITING, 0)]) == [True]
        assert {item.id for item in store.take(10, 0)} == {"before", "old", "new"}
        store.close()


def test_group_commit_keeps_kinds_apart(store: PostgresStore) -> None:
    group = Group(store)
    group.put([entry("a"), entry("b"), entry("a", covered=False)], 20)
    claims = group.claim([entry("a"), entry("c"), entry("c")], 60, 20)
    assert claims[0] == claims[2] == -1
    assert claims[1] > 0
    assert group.settle([end("c", claims[1])], 20) == [True]
    group.close()
