"""Handle every event once, before the answer: claim, run, and remember or give the claim back.

    the event                          becomes                       and is answered
    is new                             claimed, handled, remembered  as its handlers ended
    has ended before                   not handled again             DUPLICATE: a success
    is being handled by somebody else  not handled                   RETRY: Segment delivers it again
    fails, or is to be tried again     forgotten                     FAILED or RETRY: Segment delivers it again
    any, while the store cannot do it  not handled                   RETRY: Segment delivers it again

So of a batch that failed in part, only what failed runs when it comes again, in whatever batches. On an event loop a
handler that takes longer than the deadline is not cancelled: the delivery is answered RETRY, the handler goes on, and
once it has ended the event is remembered. It has until its claim lapses.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

import msgspec

from segment_hooks import threads
from segment_hooks.errors import ConfigurationError
from segment_hooks.events import Event
from segment_hooks.inbox.errors import InboxUnavailable
from segment_hooks.inbox.group import Group
from segment_hooks.inbox.ids import Identify, by_message_id, storable
from segment_hooks.inbox.memory import MemoryStore
from segment_hooks.inbox.protocol import BUSY, DONE, KEEP, LEASE, Claims, Ending, Entry, State
from segment_hooks.log import logger
from segment_hooks.outcomes import DUPLICATE, HANDLED, TRY_AGAIN, Outcome, Result
from segment_hooks.router import WebhookEventRouter

if TYPE_CHECKING:
    import asyncio

_PATIENCE = 0.5  # of the deadline, for the claim: the handlers need some of it, too
_SETTLE_EVERY = 0.2  # seconds; a crash forgets no more than what ended since
_LAST_MOMENT = 0.5  # seconds that remembering may take where the deadline has passed already


class Dedupe:
    """A gate in front of the router: `router.asgi(secret, inbox=Dedupe(store))`.

    `store`: any store, or a Redis. `lease`: seconds that a claim lasts; a handler that takes longer may run twice.
    After a crash the event is free again when its claim has lapsed. `keep`: seconds that an ended event is remembered.
    `identify`: which id an event is remembered by; an event without one is handled each time that it comes.
    `clock`: seconds that only go up.
    """

    def __init__(
        self,
        store: Claims,
        *,
        lease: float = LEASE,
        keep: float = KEEP,
        identify: Identify = by_message_id,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if not lease > 0 or not keep > 0:
            raise ConfigurationError("lease and keep are numbers of seconds above zero")
        self.store = store
        self.lease = lease
        self._group = Group(store)
        self._keep = keep
        self._identify = identify
        self._clock = clock
        self._memory = store if isinstance(store, MemoryStore) and store.immediate else None
        self._going_on: set[asyncio.Future[None]] = set()

    # ---- the two drivers

    def handle(self, events: Sequence[Event], router: WebhookEventRouter, deadline: float | None) -> Sequence[Outcome]:
        """An outcome for each event, from a thread without an event loop."""
        if router.needs_loop:
            return threads.run_coroutine(self.handle_async(events, router, deadline))
        if self._memory is not None and len(events) == 1:
            return [self._handle_one(self._memory, events[0], router)]
        work = _Work(events, self._clock(), deadline, self.lease)
        entries = self._entries(work)
        try:
            claims = self._group.claim(entries, self.lease, work.patience) if entries else []
        except InboxUnavailable as error:
            return _refuse(events, error)
        work.sort(entries, claims)
        self._run(work, router)
        return work.outcomes

    async def handle_async(
        self, events: Sequence[Event], router: WebhookEventRouter, deadline: float | None
    ) -> Sequence[Outcome]:
        """The same on an event loop."""
        import asyncio

        work = _Work(events, self._clock(), deadline, self.lease)
        entries = self._entries(work)
        try:
            claims = await self._group.claim_async(entries, self.lease, work.patience) if entries else []
        except InboxUnavailable as error:
            return _refuse(events, error)
        work.sort(entries, claims)
        if not work.todo:
            return work.outcomes
        run = self._run_async(work, router) if router.needs_loop else threads.offload(self._run, work, router)
        task = asyncio.ensure_future(run)
        self._going_on.add(task)
        task.add_done_callback(self._going_on.discard)
        left = None if work.ends is None else max(work.ends - self._clock(), 0.0)
        done, _ = await asyncio.wait({task}, timeout=left)
        if done:
            task.result()  # nothing, or an exception that is no handler's
        else:
            logger().warning(
                "segment inbox: no answer within %s s; the handlers go on, and are not run again", deadline
            )
        return list(work.outcomes)  # a copy: what goes on still adds to it

    def close(self) -> None:
        """Let go of the store."""
        self._group.close()

    def _handle_one(self, memory: MemoryStore, event: Event, router: WebhookEventRouter) -> Outcome:
        """One event, and a store in memory: by far the commonest, so with no step that it can do without."""
        name = self._identify(event)
        if name is None:
            return router.route_sync(event)
        name = storable(name)
        token = memory.claim_one(name, event, self.lease)
        if token <= 0:
            return DUPLICATE if token == DONE else TRY_AGAIN
        outcome = TRY_AGAIN
        try:
            outcome = router.route_sync(event)
        finally:
            if outcome is HANDLED:
                memory.note_one(name, token, self._keep)
            else:
                memory.settle([self._ending(event, _Todo(0, name, token), outcome)])
        return outcome

    def _run(self, work: _Work, router: WebhookEventRouter) -> None:
        try:
            for todo in self._in_time(work):
                self._note(work, todo, router.route_sync(work.events[todo.place]))
        finally:
            if work.endings:
                try:
                    self._group.settle(work.endings, work.left(self._clock()))
                except InboxUnavailable as error:
                    _log_forgotten(error)

    async def _run_async(self, work: _Work, router: WebhookEventRouter) -> None:
        import asyncio

        try:
            for todo in self._in_time(work):
                outcome = TRY_AGAIN
                try:
                    async with asyncio.timeout(work.lapses - self._clock()):
                        outcome = await router.route(work.events[todo.place])
                except TimeoutError:
                    logger().error("segment inbox: a handler took longer than its claim lasts, and was cancelled")
                self._note(work, todo, outcome)
        finally:
            if work.endings:
                try:
                    await self._group.settle_async(work.endings, work.left(self._clock()))
                except InboxUnavailable as error:
                    _log_forgotten(error)

    # ---- what both do

    def _entries(self, work: _Work) -> list[Entry]:
        entries: list[Entry] = []
        for place, event in enumerate(work.events):
            name = self._identify(event)
            if name is None:
                work.todo.append(_Todo(place, "", 0))
            else:
                entries.append(Entry(storable(name), event))
                work.places.append(place)
        return entries

    def _in_time(self, work: _Work) -> Iterator[_Todo]:
        """What is to be handled, one after another, as long as there is time; the claims to the rest are given back."""
        for number, todo in enumerate(work.todo):
            if number and work.is_over(self._clock()):
                for left in work.todo[number:]:
                    self._note(work, left, TRY_AGAIN)
                return
            yield todo

    def _note(self, work: _Work, todo: _Todo, outcome: Outcome) -> None:
        work.outcomes[todo.place] = outcome
        if todo.token:
            work.endings.append(self._ending(work.events[todo.place], todo, outcome))
        if todo is not work.todo[-1] and self._clock() - work.settled > _SETTLE_EVERY:
            self._group.settle_soon(work.endings)
            work.endings, work.settled = [], self._clock()

    def _ending(self, event: Event, todo: _Todo, outcome: Outcome) -> Ending:
        if outcome.result >= Result.FAILED:
            return Ending(todo.id, todo.token, event.covered, State.WAITING)
        handled = outcome.result in (Result.HANDLED, Result.UNHANDLED)
        return Ending(todo.id, todo.token, event.covered, State.DONE if handled else State.DROPPED, self._keep)


class _Todo(msgspec.Struct, frozen=True, gc=False):
    """An event to be handled: its place in the delivery, its id, and the token of its claim; 0 where it has no id."""

    place: int
    id: str
    token: int


class _Work:
    """One delivery on its way through the gate. What is not done in time is answered with what stands here from the
    start: try again."""

    def __init__(self, events: Sequence[Event], start: float, deadline: float | None, lease: float) -> None:
        self.events = events
        self.ends = None if deadline is None else start + deadline
        self.lapses = start + lease
        self.patience = None if deadline is None else deadline * _PATIENCE
        """Seconds to wait for the claim."""
        self.outcomes = [TRY_AGAIN] * len(events)
        self.places: list[int] = []
        """Where the entries to be claimed stand among the events."""
        self.todo: list[_Todo] = []
        self.endings: list[Ending] = []
        self.settled = start
        """When endings were last sent to the store."""

    def sort(self, entries: Sequence[Entry], claims: Sequence[int]) -> None:
        """Put what is claimed among what is to be handled, and answer the rest."""
        for place, entry, claim in zip(self.places, entries, claims, strict=True):
            if claim == DONE:
                self.outcomes[place] = DUPLICATE
            elif claim != BUSY:
                self.todo.append(_Todo(place, entry.id, claim))
        if len(self.todo) > 1:
            self.todo.sort(key=lambda todo: todo.place)

    def is_over(self, now: float) -> bool:
        """Whether nothing more may be begun."""
        return now >= self.lapses or (self.ends is not None and now >= self.ends)

    def left(self, now: float) -> float:
        """Seconds that the end of the claims may take."""
        return max((self.lapses if self.ends is None else self.ends) - now, _LAST_MOMENT)


def _refuse(events: Sequence[Event], error: InboxUnavailable) -> Sequence[Outcome]:
    logger().error("segment inbox: %s; %d event(s) are to be delivered again", error, len(events))
    return [TRY_AGAIN] * len(events)


def _log_forgotten(error: InboxUnavailable) -> None:
    logger().warning("segment inbox: what has been handled could not be noted, and may be handled again: %s", error)
