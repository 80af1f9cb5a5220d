"""Store a delivery, answer it, and leave the handlers to a worker."""

from __future__ import annotations

from collections.abc import Sequence

from segment_hooks.errors import ConfigurationError
from segment_hooks.events import Event
from segment_hooks.inbox.errors import InboxUnavailable
from segment_hooks.inbox.group import Group
from segment_hooks.inbox.ids import Identify, anonymous, by_message_id, storable
from segment_hooks.inbox.protocol import Entry, Store
from segment_hooks.log import logger
from segment_hooks.outcomes import STORED, TRY_AGAIN, Outcome
from segment_hooks.router import WebhookEventRouter

_PATIENCE = 0.9  # of the deadline


class Inbox:
    """A gate in front of the router: `router.asgi(secret, inbox=Inbox(store))`.

    The answer is 200 once every event of the delivery is in the store, and 503 where that cannot be said in time; the
    handlers run in a `Worker`, in this process or in others. An event that is there already, or has ended not long
    ago, is not stored again.

    `identify`: which id an event is stored under; one without an id is stored each time that it comes.
    `lossy`: take a store that does not outlive the process, for tests. Raises `ConfigurationError` for such a store
    without it: what it holds would be lost at a restart, after Segment has been told that it is safe.
    """

    def __init__(self, store: Store, *, identify: Identify = by_message_id, lossy: bool = False) -> None:
        if not store.durable and not lossy:
            raise ConfigurationError(
                f"{type(store).__name__} does not outlive the process: use a store that does, "
                "Dedupe, which runs the handlers before the answer, or lossy=True in a test"
            )
        self.store = store
        self._group = Group(store)
        self._identify = identify

    def handle(self, events: Sequence[Event], router: WebhookEventRouter, deadline: float | None) -> Sequence[Outcome]:  # noqa: ARG002
        """`STORED` for every event, or `TRY_AGAIN` for every one, from a thread without an event loop."""
        try:
            self._group.put(self._entries(events), _patience(deadline))
        except InboxUnavailable as error:
            return _refuse(events, error)
        return [STORED] * len(events)

    async def handle_async(
        self,
        events: Sequence[Event],
        router: WebhookEventRouter,  # noqa: ARG002
        deadline: float | None,
    ) -> Sequence[Outcome]:
        """The same on an event loop."""
        try:
            await self._group.put_async(self._entries(events), _patience(deadline))
        except InboxUnavailable as error:
            return _refuse(events, error)
        return [STORED] * len(events)

    def close(self) -> None:
        """Let go of the store."""
        self._group.close()

    def _entries(self, events: Sequence[Event]) -> list[Entry]:
        entries: list[Entry] = []
        for event in events:
            name = self._identify(event)
            entries.append(Entry(storable(name) if name else anonymous(), event))
        return entries


def _patience(deadline: float | None) -> float | None:
    return None if deadline is None else deadline * _PATIENCE


def _refuse(events: Sequence[Event], error: InboxUnavailable) -> Sequence[Outcome]:
    logger().error("segment inbox: %s; %d event(s) are to be delivered again", error, len(events))
    return [TRY_AGAIN] * len(events)
