"""Claims in Redis, on a real server: the contract, two hosts interleaved, and faults."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from segment_hooks import ConfigurationError, WebhookEventRouter
from segment_hooks.inbox import Dedupe, InboxUnavailable
from segment_hooks.inbox.protocol import BUSY, DONE
from tests.hooks.inbox.contract import ClaimsContract
from tests.hooks.inbox.events import end, entry, make_event
from tests.hooks.inbox.machine import ClaimsMachine
from tests.services.conftest import missing

redis = pytest.importorskip("redis", reason="redis is not installed")

from segment_hooks.inbox.redis import RedisClaims  # noqa: E402  # it needs redis


class ServerClock:
    """The server's clock, put forward for one store."""

    def __init__(self, store: RedisClaims) -> None:
        self.store = store

    def forward(self, seconds: float) -> None:
        self.store._ahead += seconds


@pytest.fixture
def store(redis_url: tuple[str, str]) -> Iterator[RedisClaims]:
    store = RedisClaims(redis_url[0], prefix=redis_url[1])
    yield store
    store.close()


@pytest.fixture
def clock(store: RedisClaims) -> ServerClock:
    return ServerClock(store)


class TestRedisClaims(ClaimsContract):
    pass


class Ahead(RedisClaims):
    """A store whose server's clock is put forward by what the machine says."""

    def __init__(self, url: str, prefix: str, clock: Callable[[], float]) -> None:
        self._clock = clock
        super().__init__(url, prefix=prefix)

    @property
    def _ahead(self) -> float:  # type: ignore[override]
        return self._clock()

    @_ahead.setter
    def _ahead(self, _: float) -> None:
        pass


def test_two_workers(redis_url: tuple[str, str]) -> None:
    url, prefix = redis_url

    class Machine(ClaimsMachine):
        """Two hosts. The server has the only clock, so neither of them is wrong."""

        forgets_lapsed = False

        def open(self, clock: Callable[[], float]) -> RedisClaims:
            if not hasattr(self, "prefix"):
                self.prefix = f"{prefix}{uuid.uuid4().hex}:"
            self.skews = (0.0, 0.0)
            begun = self.now
            return Ahead(url, self.prefix, lambda: self.now - begun)

    run_state_machine_as_test(Machine, settings=settings(max_examples=25, deadline=None, database=None))


def test_redis_forgets_by_itself(store: RedisClaims, redis_url: tuple[str, str]) -> None:
    (token,) = store.claim([entry()], 60)
    client = redis.Redis.from_url(redis_url[0])
    key = redis_url[1] + "m-1"
    assert 3_600_000 < client.pttl(key) <= 3_660_000
    store.settle([end("m-1", token, seconds=100)])
    assert 0 < client.pttl(key) <= 100_000
    assert store.forget(10) == 0
    client.close()


def test_a_claim_that_is_sent_twice_is_the_same_claim(store: RedisClaims, monkeypatch: pytest.MonkeyPatch) -> None:
    # the answer got lost on the way, and the client has asked again
    monkeypatch.setattr("segment_hooks.inbox.redis.os.urandom", lambda size: b"\x11" * size)
    assert store.claim([entry()], 60) == store.claim([entry()], 60)
    assert store.claim([entry()], 60)[0] > 0


# ---- faults, on a server of one's own


class Server:
    """A Redis that writes down each command before it answers, and that can be killed."""

    def __init__(self, directory: Path) -> None:
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            self.port = listener.getsockname()[1]
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.directory = directory
        self.start()

    def start(self) -> None:
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.directory), "--save", ""]
        self.process = subprocess.Popen(
            ["redis-server", *options, "--appendonly", "yes", "--appendfsync", "always"], stdout=subprocess.DEVNULL
        )
        client = redis.Redis(port=self.port, socket_connect_timeout=1)
        end_ = time.monotonic() + 20
        while True:
            try:
                client.ping()
                client.close()
                return
            except redis.RedisError:
                assert time.monotonic() < end_, "redis-server does not start"
                time.sleep(0.02)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(20)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    if shutil.which("redis-server") is None:
        missing("redis-server", "the program is not installed")
    server = Server(tmp_path)
    yield server
    server.kill()


def test_killed_and_started_again_it_still_knows(server: Server) -> None:
    store = RedisClaims(server.url)
    done, held = store.claim([entry("done"), entry("held")], 60)
    store.settle([end("done", done)])
    server.kill()
    with pytest.raises(InboxUnavailable, match="Redis refuses: "):
        store.claim([entry("done")], 60)
    server.start()
    # the scripts are gone with the server, and are loaded again
    assert store.claim([entry("done"), entry("held")], 60) == [DONE, BUSY]
    assert store.settle([end("held", held)]) == [True]
    store.close()


def test_while_it_is_down_segment_tries_again(server: Server, caplog: pytest.LogCaptureFixture) -> None:
    dedupe, router = Dedupe(RedisClaims(server.url)), WebhookEventRouter()
    server.kill()
    (outcome,) = dedupe.handle([make_event()], router, 9)
    assert outcome.result.name == "RETRY"
    assert "Redis refuses: " in caplog.text
    server.start()
    (outcome,) = dedupe.handle([make_event()], router, 9)
    assert outcome.result.name == "UNHANDLED"
    dedupe.close()


def test_a_server_without_memory_refuses(server: Server) -> None:
    store = RedisClaims(server.url)
    (token,) = store.claim([entry()], 60)
    redis.Redis.from_url(server.url).config_set("maxmemory", "1")
    with pytest.raises(InboxUnavailable, match=r"OOM|maxmemory"):
        store.claim([entry("m-2")], 60)
    redis.Redis.from_url(server.url).config_set("maxmemory", "0")
    assert store.settle([end("m-1", token)]) == [True]
    store.close()


def test_an_address_is_not_shown(store: RedisClaims) -> None:
    hidden = RedisClaims("redis://user:hidden@127.0.0.1:1/0", timeout=1)
    with pytest.raises(InboxUnavailable) as caught:
        hidden.claim([entry()], 60)
    assert "hidden" not in str(caught.value) + repr(hidden)


def test_what_cannot_work_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="begins with redis"):
        RedisClaims("http://127.0.0.1")
    with pytest.raises(ConfigurationError, match="timeout"):
        RedisClaims("redis://127.0.0.1", timeout=0)
