"""Dramatiq: every event becomes a message, on RabbitMQ or Redis.

    broker = RabbitmqBroker(url=…, confirm_delivery=True)
    actor = segment_actor(broker, router, dedupe=Dedupe(RedisClaims("redis://…")))  # in the web server and the workers
    app = router.asgi(secret, inbox=handoff(actor))                                 # in the web server
    dramatiq shop.tasks                                                             # as usual

Have RabbitMQ confirm what is published (`confirm_delivery=True`): an answer is given only for what it has. What is
given up goes to Dramatiq's dead letters, which it keeps for seven days.
"""

from __future__ import annotations

from typing import Any, cast

from segment_hooks.errors import ConfigurationError
from segment_hooks.events import Event
from segment_hooks.inbox.cloudevents import to_cloudevent
from segment_hooks.inbox.dedupe import Dedupe
from segment_hooks.inbox.handoff import Consumer, Handoff
from segment_hooks.inbox.policy import RetryPolicy
from segment_hooks.inbox.protocol import State
from segment_hooks.integrations._missing import missing
from segment_hooks.router import WebhookEventRouter

try:
    from dramatiq import Actor, Broker, actor
    from dramatiq.errors import Retry
    from dramatiq.middleware import CurrentMessage
except ImportError as error:
    raise missing("Dramatiq", "dramatiq") from error


class GivenUp(Exception):  # noqa: N818  # ends the message as failed, and is no error of this code
    """The event has been tried often enough, or can never be handled."""


def segment_actor(
    broker: Broker,
    router: WebhookEventRouter,
    *,
    name: str = "segment_hooks",
    queue: str = "segment",
    dedupe: Dedupe | None = None,
    policy: RetryPolicy | None = None,
) -> Actor[[str], None]:
    """The actor that runs the handlers of `router` for one event; declares it, and its queue, with `broker`.

    Raises `ConfigurationError` where RabbitMQ is not asked to confirm what is published.
    """
    if getattr(broker, "confirm_delivery", True) is False:
        raise ConfigurationError("RabbitmqBroker needs confirm_delivery=True: an answer is given only for what it has")
    consumer = Consumer(router, dedupe=dedupe, policy=policy)
    if not any(isinstance(each, CurrentMessage) for each in broker.middleware):
        broker.add_middleware(CurrentMessage())

    def handle(message: str) -> None:
        current: Any = CurrentMessage.get_current_message()
        verdict = consumer.run(message, current.options.get("retries", 0) + 1)
        if verdict.state is State.WAITING:
            raise Retry(verdict.state.value, delay=round(verdict.seconds * 1_000))
        if verdict.state is State.DEAD:
            raise GivenUp

    # how often, says the policy: Dramatiq shall try as long as it is asked to
    made: Any = actor(broker=broker, actor_name=name, queue_name=queue, max_retries=None, throws=(GivenUp,))(handle)
    return cast("Actor[[str], None]", made)


def handoff(segment: Actor[[str], None]) -> Handoff:
    """The gate for a web server. `segment`: what `segment_actor` gives."""

    def publish(event: Event) -> None:
        segment.send(to_cloudevent(event).decode())

    return Handoff(publish)
