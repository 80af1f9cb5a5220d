"""The calls, as both clients offer them: `client.event.track(…)`, `client.identify.identify(…)` and so on.

Each checks what it is given and raises `SegmentError` (validation) before anything is sent, then returns a `Receipt`.
The parameters that all calls have in common:

    user_id         the user's id in your database; text, a number or a UUID
    anonymous_id    of a user who is not known by name; one of the two ids is needed
    context         the surroundings: `ip`, `userAgent`, `page`, `campaign` … (Segment spec, "Common fields")
    integrations    which destinations get it: `{"All": True, "Salesforce": False}`
    timestamp       when it happened, with a time zone; now, if left out
    message_id      Segment takes an event once for each; random, if left out
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Protocol

from segment_hooks.client import calls, items
from segment_hooks.client.calls import MAX_EVENT, ONLY_LIBRARY, Id, Track, encode, new_id, ready_id
from segment_hooks.client.items import BatchItem
from segment_hooks.client.receipt import Receipt
from segment_hooks.client.values import Object, is_flat

now = datetime.now


class Accepts(Protocol):
    """What the calls are handed to."""

    def accept(self, receipt: Receipt) -> Receipt:
        """One event; returns the same receipt."""
        ...

    def accept_all(self, receipts: list[Receipt]) -> list[Receipt]:
        """Several, in this order."""
        ...


class Events:
    """`client.event`"""

    def __init__(self, client: Accepts) -> None:
        self._accept = client.accept
        self._accept_all = client.accept_all

    def track(
        self,
        *,
        event: str,
        user_id: Id | None = None,
        anonymous_id: Id | None = None,
        properties: Object | None = None,
        context: Object | None = None,
        integrations: Mapping[str, object] | None = None,
        timestamp: datetime | None = None,
        message_id: str | None = None,
    ) -> Receipt:
        """A user did something: `event` is what, `properties` the details."""
        # By far the commonest call, in one place: each function more would cost a twentieth of it. Keys of the bag are
        # not looked at: they are text, as the types say; where a database gives them as bytes, so it does the values.
        bag: Any = properties
        if (
            type(user_id) is str
            and user_id
            and type(event) is str
            and event
            and bag.__class__ is dict
            and is_flat(map(type, bag.values()))
            and anonymous_id is None
            and context is None
            and integrations is None
            and timestamp is None
            and message_id is None
        ):
            try:
                identity = ready_id()
            except IndexError:
                identity = new_id()
            try:
                body = encode(Track(identity, now(UTC), user_id, None, ONLY_LIBRARY, None, event, bag))
                if len(body) <= MAX_EVENT:
                    return self._accept(Receipt(identity, body))
            except (TypeError, ValueError):
                pass  # it takes a closer look
        return self._accept(
            calls.track(event, properties, user_id, anonymous_id, context, integrations, timestamp, message_id)
        )

    def batch(self, events: Iterable[BatchItem | Mapping[str, object]]) -> list[Receipt]:
        """Several calls of any types at once, each as a mapping of its `type` (`track` if left out) and parameters.

        The parameters are those of the calls here; the names that they have on the wire (`userId`) are taken too. All
        are checked before any is accepted.
        """
        return self._accept_all([items.event_of(item, f"$[{index}]") for index, item in enumerate(events)])


class Identities:
    """`client.identify`"""

    def __init__(self, client: Accepts) -> None:
        self._accept = client.accept

    def identify(
        self,
        *,
        user_id: Id | None = None,
        anonymous_id: Id | None = None,
        traits: Object | None = None,
        context: Object | None = None,
        integrations: Mapping[str, object] | None = None,
        timestamp: datetime | None = None,
        message_id: str | None = None,
    ) -> Receipt:
        """Who a user is: `traits` are what is known of them."""
        return self._accept(calls.identify(traits, user_id, anonymous_id, context, integrations, timestamp, message_id))


class Groups:
    """`client.group`"""

    def __init__(self, client: Accepts) -> None:
        self._accept = client.accept

    def group(
        self,
        *,
        group_id: Id,
        user_id: Id | None = None,
        anonymous_id: Id | None = None,
        traits: Object | None = None,
        context: Object | None = None,
        integrations: Mapping[str, object] | None = None,
        timestamp: datetime | None = None,
        message_id: str | None = None,
    ) -> Receipt:
        """A user belongs to a group, such as a company: `traits` are the group's."""
        return self._accept(
            calls.group(group_id, traits, user_id, anonymous_id, context, integrations, timestamp, message_id)
        )


class Pages:
    """`client.page`"""

    def __init__(self, client: Accepts) -> None:
        self._accept = client.accept

    def page(
        self,
        *,
        name: str | None = None,
        category: str | None = None,
        user_id: Id | None = None,
        anonymous_id: Id | None = None,
        properties: Object | None = None,
        context: Object | None = None,
        integrations: Mapping[str, object] | None = None,
        timestamp: datetime | None = None,
        message_id: str | None = None,
    ) -> Receipt:
        """A user saw a page of a website."""
        return self._accept(
            calls.page(name, category, properties, user_id, anonymous_id, context, integrations, timestamp, message_id)
        )


class Screens:
    """`client.screen`"""

    def __init__(self, client: Accepts) -> None:
        self._accept = client.accept

    def screen(
        self,
        *,
        name: str | None = None,
        category: str | None = None,
        user_id: Id | None = None,
        anonymous_id: Id | None = None,
        properties: Object | None = None,
        context: Object | None = None,
        integrations: Mapping[str, object] | None = None,
        timestamp: datetime | None = None,
        message_id: str | None = None,
    ) -> Receipt:
        """A user saw a screen of a mobile app."""
        return self._accept(
            calls.screen(
                name, category, properties, user_id, anonymous_id, context, integrations, timestamp, message_id
            )
        )


class Aliases:
    """`client.alias`"""

    def __init__(self, client: Accepts) -> None:
        self._accept = client.accept

    def alias(
        self,
        *,
        previous_id: Id,
        user_id: Id,
        context: Object | None = None,
        integrations: Mapping[str, object] | None = None,
        timestamp: datetime | None = None,
        message_id: str | None = None,
    ) -> Receipt:
        """Two ids are the same user: what was `previous_id` is now `user_id`."""
        return self._accept(calls.alias(previous_id, user_id, context, integrations, timestamp, message_id))
