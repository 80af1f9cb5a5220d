"""FastStream: every event becomes a message on a stream of NATS JetStream.

    broker = NatsBroker("nats://…")
    subscribe(broker, router, dedupe=Dedupe(RedisClaims("redis://…")))  # in the workers: `faststream run shop:app`
    app = router.asgi(secret, inbox=handoff(broker))                    # in the web server, which starts the broker

The stream is made by the first worker. It holds a message until it has been handled, and refuses new ones when it is
full (`discard="new"`), so that Segment keeps them. What is given up stands on `<subject>.dead` of the same stream.
On RabbitMQ or Redis use Celery or Dramatiq: there FastStream has no way to wait before the next try.
"""

from __future__ import annotations

from segment_hooks.events import Event
from segment_hooks.inbox.cloudevents import CONTENT_TYPE, to_cloudevent
from segment_hooks.inbox.dedupe import Dedupe
from segment_hooks.inbox.handoff import Consumer, Handoff
from segment_hooks.inbox.ids import anonymous, storable
from segment_hooks.inbox.policy import RetryPolicy
from segment_hooks.inbox.protocol import Entry, State
from segment_hooks.integrations._missing import missing
from segment_hooks.router import WebhookEventRouter

try:
    from faststream import AckPolicy
    from faststream.nats import JStream, NatsBroker, PullSub
    from faststream.nats.annotations import NatsMessage
    from nats.js.api import ConsumerConfig, DiscardPolicy, RetentionPolicy
except ImportError as error:
    raise missing("FastStream with NATS", "faststream") from error

STREAM = "segment"
SUBJECT = "segment.events"
ACK_WAIT = 60.0
"""Seconds after which JetStream gives a message that nobody has acknowledged to another worker."""


def subscribe(
    broker: NatsBroker,
    router: WebhookEventRouter,
    *,
    stream: str = STREAM,
    subject: str = SUBJECT,
    durable: str = "segment",
    dedupe: Dedupe | None = None,
    policy: RetryPolicy | None = None,
    concurrency: int = 32,
    ack_wait: float = ACK_WAIT,
) -> None:
    """Run the handlers of `router` for the events on `subject`, as soon as the broker is started.

    `durable`: the name that the workers share. `concurrency`: events at once. `ack_wait`: seconds that the handlers of
    one event may take; one that takes longer may run again beside itself, but for a `dedupe`.
    """
    consumer = Consumer(router, dedupe=dedupe, policy=policy)
    dead = f"{subject}.dead"

    @broker.subscriber(
        subject,
        stream=JStream(
            stream, subjects=[subject, dead], retention=RetentionPolicy.WORK_QUEUE, discard=DiscardPolicy.NEW
        ),
        durable=durable,
        pull_sub=PullSub(batch_size=concurrency),
        config=ConsumerConfig(ack_wait=ack_wait, max_deliver=-1, max_ack_pending=10_000),
        max_workers=concurrency,
        ack_policy=AckPolicy.MANUAL,
        no_reply=True,
    )
    async def handle(message: NatsMessage) -> None:
        attempts = message.raw_message.metadata.num_delivered
        verdict = await consumer.run_async(message.body, attempts)
        if verdict.state is State.WAITING:
            await message.nack(delay=verdict.seconds)
            return
        if verdict.state is State.DEAD:
            await broker.publish(message.body, dead, stream=stream, headers={"content-type": CONTENT_TYPE})
        await message.ack()


def handoff(broker: NatsBroker, *, stream: str = STREAM, subject: str = SUBJECT) -> Handoff:
    """The gate for a web server, which starts `broker` and closes it in its own life span."""

    async def publish(event: Event) -> None:
        # JetStream itself drops what has the id of another within two minutes; so an unsigned event must not have one
        # that a signed event can have
        entry = Entry(storable(event.message_id) if event.message_id else anonymous(), event)
        identity = f"signed {entry.id}" if entry.covered else f"{entry.digest.hex()} {entry.id}"
        headers = {"Nats-Msg-Id": identity, "content-type": CONTENT_TYPE}
        await broker.publish(to_cloudevent(event), subject, stream=stream, headers=headers)

    return Handoff(publish)
