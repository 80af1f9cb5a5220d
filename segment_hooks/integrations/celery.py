"""Celery: every event becomes a task, on RabbitMQ or Redis.

    task = segment_task(celery, router, dedupe=Dedupe(RedisClaims("redis://…")))   # in the web server and the workers
    app = router.asgi(secret, inbox=handoff(task))                                 # in the web server
    celery -A shop.tasks worker                                                    # as usual

Acknowledged late: a worker that is killed loses nothing. What is given up is rejected, so RabbitMQ puts it where the
queue's dead-letter exchange says; without one, and on Redis, the log is all that is left of it.
Redis delivers again what has been waiting or running for longer than the transport's `visibility_timeout` (an hour):
have a `Dedupe`, and keep `policy.longest` and the handlers below that.
"""

# Celery has no types
# mypy: disable-error-code="import-untyped, untyped-decorator"
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUntypedFunctionDecorator=false
# pyright: reportUnknownArgumentType=false

from __future__ import annotations

from typing import Any

from segment_hooks.events import Event
from segment_hooks.inbox.cloudevents import to_cloudevent
from segment_hooks.inbox.dedupe import Dedupe
from segment_hooks.inbox.handoff import Consumer, Handoff
from segment_hooks.inbox.policy import RetryPolicy
from segment_hooks.inbox.protocol import State
from segment_hooks.integrations._missing import missing
from segment_hooks.router import WebhookEventRouter

try:
    from celery import Celery
    from celery.exceptions import Reject
except ImportError as error:
    raise missing("Celery", "celery") from error


def segment_task(
    app: Celery,
    router: WebhookEventRouter,
    *,
    name: str = "segment_hooks.handle",
    dedupe: Dedupe | None = None,
    policy: RetryPolicy | None = None,
) -> Any:
    """The task that runs the handlers of `router` for one event; registers it with `app`.

    RabbitMQ is asked to confirm what is published (`confirm_publish`), unless the app says otherwise: an answer is
    given only for what it has.
    """
    consumer = Consumer(router, dedupe=dedupe, policy=policy)
    app.conf.broker_transport_options = {"confirm_publish": True, **(app.conf.broker_transport_options or {})}

    @app.task(name=name, bind=True, acks_late=True, reject_on_worker_lost=True, ignore_result=True, max_retries=None)
    def handle(self: Any, message: str) -> None:
        verdict = consumer.run(message, self.request.retries + 1)
        if verdict.state is State.WAITING:
            raise self.retry(countdown=verdict.seconds)
        if verdict.state is State.DEAD:
            raise Reject(verdict.state.value, requeue=False)

    return handle


def handoff(task: Any, **options: Any) -> Handoff:
    """The gate for a web server. `task`: what `segment_task` gives. `options`: of `apply_async`, such as `queue`."""

    def publish(event: Event) -> None:
        # no retries of its own: Segment tries again
        task.apply_async((to_cloudevent(event).decode(),), **{"retry": False, **options})

    return Handoff(publish)
