"""What the fake Segment received: the calls it took, those it threw away and why, and how to wait for more.

Everything that writes here (the served fake, the in-process transports, respx routes) and everything that reads
(expectations, queries, the page, the report of a failed test) shares one `Ledger`.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from enum import StrEnum
from itertools import islice
from typing import Any, cast

import msgspec

from segment_hooks import Event, parse_event
from segment_testing.serverside import PROJECT_ID, delivered, dumps
from segment_testing.waiting import until


class Reason(StrEnum):
    """Why a call never reaches a destination, in Segment's own codes ("Delivery overview, Failed on Ingest") where it
    has one."""

    ID_REQUIRED = "id_required"
    """Neither `userId` nor `anonymousId`."""
    ID_NOT_STRING = "id_not_string"
    """An id is empty or no string."""
    EVENT_NOT_DEFINED = "event_not_defined"
    """A track call without the name of an event."""
    EVENT_NOT_STRING = "event_not_string"
    """A track call whose `event` is no string."""
    PROPERTIES_NOT_OBJECT = "properties_not_object"
    """`properties` is no object."""
    TRAITS_NOT_OBJECT = "traits_not_object"
    """`traits` is no object."""
    NAME_NOT_STRING = "name_not_string"
    """The name of a page or screen is no string."""
    CATEGORY_NOT_STRING = "category_not_string"
    """The category of a page or screen is no string."""
    GROUP_ID_REQUIRED = "group_id_required"
    """A group call without `groupId`. Segment publishes no code for it."""
    PREVIOUS_ID_REQUIRED = "previous_id_required"
    """An alias call without `previousId`. Segment publishes no code for it."""
    MESSAGE_ID_TOO_LONG = "message_id_too_long"
    """A `messageId` of more than 100 characters. Segment publishes no code for it."""
    ADVERTISING_ID_NOT_STRING = "device_advertisingid_should_be_string"
    """`context.device.advertisingId` is no string."""
    TYPE_UNKNOWN = "type_unknown"
    """A call of a type that Segment does not take. Segment publishes no code for it."""
    TOO_MANY_EVENTS = "too_many_events"
    """More than 2,500 events in one batch. Segment publishes no code for it."""
    EMPTY_BATCH = "empty_batch"
    """A batch without a call."""
    UNKNOWN_SOURCE = "unknown_source"
    """No write key, or one that the fake does not know."""
    UNAUTHORIZED = "unauthorized"
    """A Bearer token that the fake has not given out, or that has expired."""
    BAD_REQUEST = "bad_request"
    """The request cannot be read: no JSON, no object, a broken compression."""
    TOO_LARGE = "too_large"
    """An event, or a whole request, over its limit."""
    RATE_LIMITED = "rate_limited"
    """Refused with 429."""
    FAULT = "fault"
    """Refused by a fault that the test asked for."""
    DUPLICATE = "duplicate"
    """A call whose `messageId` has been seen: what a retry looks like."""


class Reception(msgspec.Struct, frozen=True, gc=False):
    """What the calls of one request share."""

    endpoint: str
    """The path, such as `/v1/batch`."""
    write_key: str | None
    received_at: datetime
    """By the clock of the fake, in UTC."""
    sent_at: str | None = None
    """As the sender wrote it."""
    context: bytes | None = None
    """The JSON text of the batch's own `context`, which is merged into that of every call."""
    integrations: bytes | None = None
    """The JSON text of the batch's own `integrations`, likewise."""
    user_agent: str | None = None
    retry_count: int = 0
    """`X-Retry-Count`: how often the sender has tried before."""
    project_id: str = PROJECT_ID
    """Of the source that the write key belongs to."""

    def __repr__(self) -> str:
        return f"Reception({self.endpoint!r}, {self.received_at:%H:%M:%S.%f})"  # the rest is keys and personal data


class Call(msgspec.Struct, eq=False, gc=False):
    """One call that Segment would have taken, as a destination would get it.

    `sent`: the JSON text of the call as it stood in the request. `type`: `track`, `identify`, `page`, `screen`,
    `group`, `alias`. `name`: of a track call its event, of a page or screen its name. `sequence`: 0 for the first call
    that the ledger took. What Segment adds is worked out when it is looked at: a test sends far more than it reads.
    """

    reception: Reception
    sent: bytes
    type: str
    message_id: str
    name: str | None = None
    user_id: str | None = None
    anonymous_id: str | None = None
    sequence: int = -1
    _payload: dict[str, Any] | None = None
    _event: Event | None = None

    @property
    def payload(self) -> dict[str, Any]:
        """The call as JSON, with the fields that Segment adds: `receivedAt`, the corrected `timestamp` …"""
        if self._payload is None:
            self._payload = delivered(self.sent, self.reception, type=self.type, message_id=self.message_id)
        return self._payload

    @property
    def properties(self) -> dict[str, Any]:
        """The properties, empty where there are none."""
        return self._bag("properties")

    @property
    def traits(self) -> dict[str, Any]:
        """The traits of an identify or group call, empty where there are none."""
        return self._bag("traits")

    @property
    def context(self) -> dict[str, Any]:
        """The context, that of the batch merged into it."""
        return self._bag("context")

    @property
    def event(self) -> Event:
        """The call as a service gets it from `segment_hooks`: a `Track`, an `Identify` …"""
        if self._event is None:
            self._event = parse_event(dumps(self.payload))
        return self._event

    def _bag(self, name: str) -> dict[str, Any]:
        bag = self.payload.get(name)
        return cast("dict[str, Any]", bag) if isinstance(bag, dict) else {}

    def __repr__(self) -> str:
        return f"Call({self.type!r}, {self.name!r}, message_id={self.message_id!r})"


class Rejection(msgspec.Struct, frozen=True, gc=False):
    """A call, or a whole request, that came and will reach no destination.

    `status` is what the sender was told: 200 where Segment throws the call away without a word.
    """

    reason: Reason
    detail: str
    """What is wrong and where, for the author of the test."""
    reception: Reception
    sent: bytes = b""
    """The JSON text of the call; of a request that could not be read, its beginning."""
    status: int = 200
    type: str | None = None
    name: str | None = None
    message_id: str | None = None

    @property
    def silent(self) -> bool:
        """Whether the sender was told that all is well."""
        return self.status == 200

    def __repr__(self) -> str:
        # without what was sent, which may be personal data
        return f"Rejection({self.reason.value!r}, {self.detail!r}, {self.type!r}, {self.name!r}, status={self.status})"


class Ledger:
    """Everything that was received, in order. Safe to write from any thread and to read from any other.

    `max_calls`: how many calls (and how many rejections and duplicates) are kept, or None for all of them; beyond it
    the oldest go, and `forgotten` counts them.
    """

    def __init__(self, *, max_calls: int | None = None) -> None:
        self._lock = threading.Condition()
        self._calls: deque[Call] = deque(maxlen=max_calls)
        self._rejections: deque[Rejection] = deque(maxlen=max_calls)
        self._duplicates: deque[Rejection] = deque(maxlen=max_calls)
        self._listeners: list[Callable[[], None]] = []
        self._total = 0
        self._total_rejections = 0
        self._total_duplicates = 0
        self._clears = 0
        self._changes = 0

    def record(
        self, calls: Sequence[Call] = (), rejections: Sequence[Rejection] = (), duplicates: Sequence[Rejection] = ()
    ) -> None:
        """Take in what one request brought, at once: nobody sees half of a batch."""
        with self._lock:
            for call in calls:
                call.sequence = self._total
                self._total += 1
            self._calls.extend(calls)
            self._rejections.extend(rejections)
            self._duplicates.extend(duplicates)
            self._total_rejections += len(rejections)
            self._total_duplicates += len(duplicates)
            self._changes += 1
            listeners = tuple(self._listeners)
            self._lock.notify_all()
        for listener in listeners:
            listener()

    @property
    def calls(self) -> list[Call]:
        """The calls that Segment would have taken, oldest first."""
        with self._lock:
            return list(self._calls)

    @property
    def rejections(self) -> list[Rejection]:
        """What Segment would have thrown away or refused, oldest first."""
        with self._lock:
            return list(self._rejections)

    @property
    def duplicates(self) -> list[Rejection]:
        """Calls that came again under the same `messageId`, oldest first."""
        with self._lock:
            return list(self._duplicates)

    @property
    def total(self) -> int:
        """How many calls have been taken since the last `clear`, those forgotten included."""
        return self._total

    @property
    def forgotten(self) -> int:
        """How many calls have been let go because of `max_calls`."""
        with self._lock:
            return self._total - len(self._calls)

    def since(self, sequence: int) -> list[Call]:
        """The calls from that sequence number on."""
        with self._lock:
            newer = min(self._total - sequence, len(self._calls))
            latest_first = list(islice(reversed(self._calls), max(0, newer)))  # not past all that is older
        latest_first.reverse()
        return latest_first

    def clear(self) -> None:
        """Forget everything. Those who wait go on waiting."""
        with self._lock:
            self._calls.clear()
            self._rejections.clear()
            self._duplicates.clear()
            self._total = self._total_rejections = self._total_duplicates = 0
            self._clears += 1
            listeners = tuple(self._listeners)
        for listener in listeners:
            listener()

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call `listener`, in the thread that records, whenever something was recorded, or all was cleared; returns
        how to stop that."""
        with self._lock:
            self._listeners.append(listener)

        def unsubscribe() -> None:
            with self._lock:
                if listener in self._listeners:
                    self._listeners.remove(listener)

        return unsubscribe

    def wait_for(self, condition: Callable[[], bool], timeout: float) -> bool:
        """Block until `condition` holds or `timeout` seconds have passed; returns whether it holds.

        It is asked in this thread, without a lock held: now, whenever something was recorded, and a last time when the
        time is up.
        """
        deadline = time.monotonic() + timeout
        while True:
            seen = self._changes
            if condition():
                return True
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            with self._lock:
                if self._changes == seen:
                    self._lock.wait(left)

    async def wait_for_async(self, condition: Callable[[], bool], timeout: float) -> bool:  # noqa: ASYNC109
        """The same without blocking the event loop, under asyncio as under trio; who records may be in any thread."""
        return await until(condition, timeout, self.subscribe)

    def __iter__(self) -> Iterator[Call]:
        return iter(self.calls)

    def __len__(self) -> int:
        with self._lock:
            return len(self._calls)
