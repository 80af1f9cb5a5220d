"""A worker for each engine and each broker, which the tests start, kill and start again.

    python -m tests.services.engines ENGINE-BROKER

All that is particular to one run is in the environment: NAME, of queues and keys; RUNS, the file in which the handlers
note what they do.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Any

from segment_hooks import Event, ValidationError, WebhookEventRouter
from segment_hooks.inbox import Dedupe, RetryPolicy
from segment_hooks.inbox.handoff import Handoff
from segment_hooks.inbox.redis import RedisClaims
from tests.services.conftest import NATS, RABBITMQ, REDIS

NAME = os.environ.get("NAME", "segment_test")
RUNS = Path(os.environ.get("RUNS", "runs"))
POLICY = RetryPolicy(attempts=3, first=0.05, longest=0.1)

router = WebhookEventRouter()


@router.on_any
def handle(event: Event) -> None:
    """What the id of the event says."""
    before = RUNS.read_text().split().count(str(event.message_id)) if RUNS.exists() else 0
    with RUNS.open("a") as runs:
        runs.write(f"{event.message_id}\n")
    match event.message_id:
        case "fails-once" if not before:
            raise RuntimeError("no")
        case "fails":
            raise RuntimeError("no")
        case "invalid":
            raise ValidationError("no")
        case "kills" if not before:
            os.kill(os.getpid(), signal.SIGKILL)
        case _:
            pass


def make_dedupe() -> Dedupe:
    """Claims that a killed worker holds lapse soon."""
    return Dedupe(RedisClaims(REDIS, prefix=f"{NAME}:claims:"), lease=1.0)


def make_celery(broker: str) -> tuple[Any, Handoff]:
    """A Celery app, and the gate."""
    from celery import Celery

    from segment_hooks.integrations.celery import handoff, segment_task

    app = Celery("shop", broker=RABBITMQ if broker == "rabbitmq" else REDIS)
    app.conf.task_default_queue = NAME
    app.conf.worker_prefetch_multiplier = 1
    app.conf.broker_connection_retry_on_startup = True
    app.conf.worker_enable_remote_control = False
    if broker == "redis":
        app.conf.broker_transport_options = {"global_keyprefix": f"{NAME}:", "visibility_timeout": 3}
    task = segment_task(app, router, dedupe=make_dedupe(), policy=POLICY)
    return app, handoff(task)


def make_dramatiq(broker: str) -> tuple[Any, Handoff]:
    """A Dramatiq broker, and the gate."""
    from segment_hooks.integrations.dramatiq import handoff, segment_actor

    if broker == "rabbitmq":
        from dramatiq.brokers.rabbitmq import RabbitmqBroker

        made: Any = RabbitmqBroker(url=RABBITMQ, confirm_delivery=True)
    else:
        from dramatiq.brokers.redis import RedisBroker

        made = RedisBroker(url=REDIS, namespace=f"{NAME}:dramatiq", heartbeat_timeout=1_000, maintenance_chance=500_000)
    actor = segment_actor(made, router, queue=NAME, dedupe=make_dedupe(), policy=POLICY)
    return made, handoff(actor)


def make_faststream(_: str = "nats") -> tuple[Any, Handoff]:
    """A FastStream broker, and the gate."""
    from faststream.nats import NatsBroker

    from segment_hooks.integrations.faststream import handoff

    broker = NatsBroker(NATS, log_level=30)
    return broker, handoff(broker, stream=NAME, subject=f"{NAME}.events")


def main(engine: str, broker: str) -> None:
    """Work until killed."""
    if engine == "celery":
        app, _ = make_celery(broker)
        app.worker_main(
            [
                "worker",
                "--pool=prefork",
                "--concurrency=2",
                "--loglevel=warning",
                "--without-gossip",
                "--without-mingle",
            ]
        )
    elif engine == "dramatiq":
        import time

        from dramatiq import Worker

        made, _ = make_dramatiq(broker)
        Worker(made, worker_threads=4, worker_timeout=100).start()
        while True:
            time.sleep(60)
    else:
        import asyncio

        from faststream import FastStream

        from segment_hooks.integrations.faststream import subscribe

        broker_, _ = make_faststream()
        subscribe(
            broker_,
            router,
            stream=NAME,
            subject=f"{NAME}.events",
            durable=NAME,
            dedupe=make_dedupe(),
            policy=POLICY,
            ack_wait=1.5,
        )
        asyncio.run(FastStream(broker_).run())


if __name__ == "__main__":
    main(*sys.argv[1].split("-"))
