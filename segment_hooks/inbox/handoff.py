"""Hand every event to an engine that people already run, and run the same router in its workers.

`Handoff` is the gate on the side of the web server; `Consumer` says on the side of the worker what becomes of a
message. Both know no engine: `segment_hooks.integrations` has a small module for each. What they guarantee, where
processes are killed and answers get lost:

    engine                      on           an event's effect happens        an event that never succeeds
    Celery, Dramatiq            RabbitMQ     at least once                    dead-letter exchange, if one is set;
                                                                              Dramatiq: its own dead letters, 7 days
                                Redis        at least once, but for what      Celery: gone, in the log only;
                                             Redis lost in a crash            Dramatiq: its own dead letters, 7 days
    FastStream                  NATS         at least once                    on the subject `….dead` of the stream
                                JetStream
    any, with a Dedupe                       twice only if a worker is        the same
                                             killed between the effect and
                                             the note of it
    any, with `store.once(…)`                once, exactly, in that           the same
    in the handler's own                     database
    transaction
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeAlias

import msgspec

from segment_hooks import threads
from segment_hooks.deadline import within
from segment_hooks.errors import PayloadError
from segment_hooks.events import Event
from segment_hooks.inbox.cloudevents import from_cloudevent
from segment_hooks.inbox.dedupe import Dedupe
from segment_hooks.inbox.policy import RetryPolicy
from segment_hooks.inbox.protocol import Item, State
from segment_hooks.log import logger
from segment_hooks.outcomes import STORED, TRY_AGAIN, Outcome
from segment_hooks.router import WebhookEventRouter

Publish: TypeAlias = Callable[[Event], object] | Callable[[Event], Awaitable[object]]
"""Gives one event to the engine, and returns once the engine has it; raises where it does not."""

_PATIENCE = 0.9  # of the deadline
_AT_ONCE = 100  # events of a delivery on their way to the engine


class Handoff:
    """A gate in front of the router: `router.asgi(secret, inbox=Handoff(publish))`.

    `publish`: a plain function, called in a thread, or a coroutine function. The answer is 200 once it has returned for
    every event of the delivery, and 503 where it has raised or takes too long. A delivery that was published in part
    comes again as a whole: the worker needs a `Dedupe`, or handlers that may run twice.
    """

    def __init__(self, publish: Publish) -> None:
        self._publish: Callable[[Event], Any] = publish
        self._is_async = inspect.iscoroutinefunction(publish)

    def handle(self, events: Sequence[Event], router: WebhookEventRouter, deadline: float | None) -> Sequence[Outcome]:
        """`STORED` for every event, or `TRY_AGAIN` for every one, from a thread without an event loop."""
        return threads.run_coroutine(self.handle_async(events, router, deadline))

    async def handle_async(
        self,
        events: Sequence[Event],
        router: WebhookEventRouter,  # noqa: ARG002
        deadline: float | None,
    ) -> Sequence[Outcome]:
        """The same on an event loop."""
        try:
            await within(None if deadline is None else deadline * _PATIENCE, self._publish_all(events))
        except Exception as error:  # noqa: BLE001  # whatever an engine raises, it has not got the event
            logger().error(
                "segment hand-off: the engine did not take it, %s; %d event(s) are to be delivered again",
                type(error).__qualname__,
                len(events),
            )
            return [TRY_AGAIN] * len(events)
        return [STORED] * len(events)

    async def _publish_all(self, events: Sequence[Event]) -> None:
        if not self._is_async:
            await threads.offload(self._publish_here, events)
            return
        import asyncio

        for start in range(0, len(events), _AT_ONCE):
            await asyncio.gather(*map(self._publish, events[start : start + _AT_ONCE]))

    def _publish_here(self, events: Sequence[Event]) -> None:
        for event in events:
            self._publish(event)


class Verdict(msgspec.Struct, frozen=True):
    """What an engine is to do with a message: `DONE`, `DROPPED`: nothing more; `WAITING`: again after `seconds`;
    `DEAD`: nothing more, but keep it where it can. `error`: what went wrong; may hold personal data."""

    state: State
    seconds: float = 0.0
    error: str | None = None


class Consumer:
    """Runs the handlers of `router` for the messages of an engine.

    `dedupe`: remembers what has been handled, since every engine may deliver a message twice. `policy`: how often and
    when it is tried again; what it keeps is the engine's affair.
    """

    def __init__(
        self, router: WebhookEventRouter, *, dedupe: Dedupe | None = None, policy: RetryPolicy | None = None
    ) -> None:
        self._router = router
        self._dedupe = dedupe
        self.policy = policy or RetryPolicy()

    def run(self, message: bytes | str, attempts: int) -> Verdict:
        """What becomes of `message`, a CloudEvent, on its try number `attempts`; from a thread."""
        try:
            event = from_cloudevent(message)
        except PayloadError as error:
            return _unreadable(error)
        if self._dedupe is None:
            return self._verdict(event, self._router.route_sync(event), attempts)
        (outcome,) = self._dedupe.handle([event], self._router, None)
        return self._verdict(event, outcome, attempts)

    async def run_async(self, message: bytes | str, attempts: int) -> Verdict:
        """The same on an event loop."""
        try:
            event = from_cloudevent(message)
        except PayloadError as error:
            return _unreadable(error)
        if self._dedupe is None:
            return self._verdict(event, await self._router.route(event), attempts)
        (outcome,) = await self._dedupe.handle_async([event], self._router, None)
        return self._verdict(event, outcome, attempts)

    def _verdict(self, event: Event, outcome: Outcome, attempts: int) -> Verdict:
        if outcome is TRY_AGAIN and self._dedupe is not None:
            # not the event's fault: somebody is at it, or was when they were killed, or the claims cannot be reached.
            # It must never be given up for that, however often
            return Verdict(State.WAITING, self._dedupe.lease / 2)
        ending = self.policy.ending(Item("", 0, event.covered, b"", attempts), outcome)
        for error in outcome.errors:
            logger().warning(
                "segment hand-off: try %d of %s event ended as %s: %s",
                attempts,
                event.TYPE or "mapped",
                ending.state.value,
                type(error).__qualname__,
                extra={"segment_message_id": event.message_id},
            )
        return Verdict(ending.state, ending.seconds, ending.error)


def _unreadable(error: PayloadError) -> Verdict:
    logger().error("segment hand-off: a message that is no event: %s", error)
    return Verdict(State.DEAD, 0.0, f"PayloadError: {error}")
