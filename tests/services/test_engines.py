"""The hand-off to Celery, Dramatiq and FastStream, on real RabbitMQ, Redis and NATS: with workers that are killed."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from segment_hooks import WebhookEventRouter, sign
from segment_hooks.inbox.handoff import Handoff
from tests.hooks.inbox.events import make_event
from tests.services.conftest import NATS, RABBITMQ, REDIS, missing

SECRET = "s3cr3t-shared"
SECONDS = 40
ROOT = Path(__file__).parents[2]
SERVERS = {"rabbitmq": RABBITMQ, "redis": REDIS, "nats": NATS}
ENGINES = ["celery-rabbitmq", "celery-redis", "dramatiq-rabbitmq", "dramatiq-redis", "faststream-nats"]


class Engine:
    """A worker of one engine, and the gate of a web server that hands over to it."""

    def __init__(self, name: str, directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.engine, self.broker = name.split("-")
        self.name = f"segment_test_{uuid.uuid4().hex[:12]}"
        self.runs = directory / "runs"
        self._argument = name
        self._log = directory / "worker.log"
        self._environment = {**os.environ, "NAME": self.name, "RUNS": str(self.runs), "PYTHONPATH": str(ROOT)}
        monkeypatch.setenv("NAME", self.name)
        self.start()

    def start(self) -> None:
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.services.engines", self._argument],
                cwd=ROOT,
                env=self._environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def kill(self) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(SECONDS)

    def counts(self) -> Counter[str]:
        return Counter(self.runs.read_text().split()) if self.runs.exists() else Counter()

    async def until(self, expected: dict[str, int]) -> None:
        """Until every event has been handled so often; starts a worker that has ended anew."""
        end = time.monotonic() + SECONDS
        while any(self.counts()[name] < count for name, count in expected.items()):
            if self.process.poll() is not None:
                self.start()
            assert time.monotonic() < end, (self.counts(), self._log.read_text()[-4_000:])
            await asyncio.sleep(0.02)


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    name, broker = request.param.split("-")
    if importlib.util.find_spec(name) is None:
        pytest.skip(f"{name} is not installed")
    for each in {broker, "redis"}:
        address = urlsplit(SERVERS[each])
        try:
            socket.create_connection((address.hostname or "", address.port or 0), 3).close()
        except OSError as error:
            missing(each, error)
    engine = Engine(request.param, tmp_path, monkeypatch)
    yield engine
    engine.kill()
    clear(engine)


def clear(engine: Engine) -> None:
    """Remove the queues, streams and keys of a run."""
    import redis

    client = redis.Redis.from_url(REDIS)
    keys = list(client.scan_iter(match=f"{engine.name}*", count=1_000))
    if keys:
        client.delete(*keys)
    client.close()
    if engine.broker == "rabbitmq":
        import pika

        connection = pika.BlockingConnection(pika.URLParameters(RABBITMQ))
        for suffix in ("", ".DQ", ".XQ"):
            connection.channel().queue_delete(engine.name + suffix)
        connection.close()
    elif engine.broker == "nats":
        asyncio.run(delete_stream(engine.name))


async def delete_stream(name: str) -> None:
    import nats

    client = await nats.connect(NATS)
    await client.jetstream().delete_stream(name)
    await client.close()


def web_server(engine: Engine) -> tuple[Any, Handoff]:
    """What the web server has: the engine's own broker, and the gate."""
    path = ROOT / "tests" / "services" / "engines.py"
    spec = importlib.util.spec_from_file_location(f"engines_{engine.name}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)  # anew for each test, since it goes by the environment
    made: tuple[Any, Handoff] = getattr(module, f"make_{engine.engine}")(engine.broker)
    return made


async def deliver(client: httpx.AsyncClient, *names: str) -> int:
    events = [make_event(name).raw for name in names]
    body = b"[" + b",".join(events) + b"]"
    headers = {"x-signature": sign(SECRET, events[0]), "content-type": "application/json"}
    for _ in range(200):  # a stream is there once a worker has started
        answer = await client.post("/", content=body, headers=headers)
        if answer.status_code == 200:
            assert json.loads(answer.content) == {"stored": len(names)}
            break
        await asyncio.sleep(0.1)
    return answer.status_code


async def test_every_event_is_handled_whatever_is_killed(engine: Engine) -> None:
    broker, gate = web_server(engine)
    if engine.engine == "faststream":
        await broker.start()
    app = WebhookEventRouter().asgi(SECRET, uncovered="accept", inbox=gate)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://shop.test", timeout=30) as client:
        for _ in range(2):  # Segment delivers again, in another order
            assert await deliver(client, "a", "fails-once", "b", "fails", "invalid") == 200
            await engine.until({"a": 1, "b": 1, "fails-once": 2, "fails": 3, "invalid": 1})
        assert await deliver(client, "kills", "b") == 200
        await engine.until({"kills": 2})
        assert await deliver(client, "last") == 200
        await engine.until({"last": 1})
        if engine.engine == "faststream":
            await broker.stop()
        else:
            await asyncio.to_thread(broker.close)
    counts = engine.counts()
    assert counts["a"] == counts["b"] == counts["last"] == 1
    assert counts["fails-once"] == 2
    assert counts["kills"] >= 2


async def test_an_engine_that_is_down_makes_segment_try_again(caplog: pytest.LogCaptureFixture) -> None:
    async def publish(_: object) -> None:
        raise ConnectionRefusedError("amqp://guest:hidden@host")

    gate = Handoff(publish)
    outcomes = await gate.handle_async([make_event()], WebhookEventRouter(), 9)
    assert outcomes[0].result.name == "RETRY"
    assert "did not take it, ConnectionRefusedError; 1 event(s)" in caplog.text
    assert "hidden" not in caplog.text
