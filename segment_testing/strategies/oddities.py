"""What is odd about events, and yet really comes from Segment.

An oddity changes a payload that was ordinary. None of them makes a payload that Segment would not deliver: a user or an
anonymous id stays, the name of a track call stays a text that is not empty, bags stay objects.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from hypothesis import strategies as st

from segment_testing.strategies.catalogue import Draw
from segment_testing.strategies.context import contexts
from segment_testing.strategies.times import CLIENT, SERVER, iso
from segment_testing.strategies.values import keys, objects, texts, values

Payload: TypeAlias = dict[str, Any]
Oddity: TypeAlias = Callable[[Draw, Payload, datetime], None]

_numbers = st.integers(0, 2**53)
_filled_texts = texts.filter(bool)
_ids = st.one_of(_numbers, _filled_texts, st.uuids().map(str))
_nanoseconds = st.integers(0, 999_999)
_skews = st.integers(-(10**9), 10**9)  # seconds, some thirty years either way
_versions = st.sampled_from([1, "1.1", "2", 3.1])
_channels = st.sampled_from(["browser", "mobile", "server", "client"])
_client_forms, _server_forms = st.sampled_from(CLIENT), st.sampled_from(SERVER)
_integrations = st.dictionaries(
    st.sampled_from(["All", "Salesforce", "Segment.io", "My Function (My Workspace)"]),
    st.one_of(st.booleans(), st.just({"sessionId": 1})),
    max_size=3,
)
_metadata: st.SearchStrategy[Payload] = st.sampled_from(
    [
        {"bundled": ["Segment.io"], "unbundled": [], "bundledIds": []},
        {"nodeVersion": "v22.1.0", "jsRuntime": "node"},
        {"retryCount": 2, "failedInitializations": []},
    ]
)
_extras = st.sampled_from(["_metadata", "email", "forwardedFromProject", "options", "writeKey"])
_ID_FIELDS = ("userId", "anonymousId", "groupId", "previousId", "messageId")


def make_odd(draw: Draw, payload: Payload, moment: datetime, count: int) -> None:
    """Change `payload`, which says that it happened at `moment`, in up to `count` ways."""
    for _ in range(count):
        draw(_oddities)(draw, payload, moment)


def _extra_field(draw: Draw, payload: Payload, _: datetime) -> None:
    """Fields of older SDKs and of the caller's own: Segment passes on whatever stands at the top level."""
    name = draw(_extras)
    made = {"_metadata": _metadata, "options": objects}.get(name)
    payload[name] = draw(made) if made is not None else f"{name}-1"


def _unknown_field(draw: Draw, payload: Payload, _: datetime) -> None:
    payload.setdefault(draw(keys), draw(values))


def _odd_id(draw: Draw, payload: Payload, _: datetime) -> None:
    """A number where a text is usual, a UUID, any text; or null for the one of the two ids that is absent."""
    name = draw(st.sampled_from([field for field in _ID_FIELDS if field in payload]))
    payload[name] = draw(_ids)
    for other in ("userId", "anonymousId"):
        payload.setdefault(other, None)


def _odd_times(draw: Draw, payload: Payload, moment: datetime) -> None:
    """Other forms of the times; a sender whose clock is wrong; a sender that did not say when it sent."""
    skew = timedelta(seconds=draw(_skews))
    payload["timestamp"] = draw(_server_forms)(moment, draw(_nanoseconds))
    payload["originalTimestamp"] = draw(_client_forms)(moment + skew, draw(_nanoseconds))
    payload["receivedAt"] = draw(_server_forms)(moment, 0)
    payload["sentAt"] = draw(st.one_of(st.just(iso(moment + skew)), st.none()))


def _no_time(_: Draw, payload: Payload, __: datetime) -> None:
    """What a mapping that picks its fields sends."""
    payload.pop("timestamp", None)


def _odd_context(draw: Draw, payload: Payload, _: datetime) -> None:
    payload["context"] = draw(contexts())


def _odd_bag(draw: Draw, payload: Payload, _: datetime) -> None:
    """Any object, or none at all; numbers, nulls and nested values where nobody expects them."""
    bag = "properties" if "properties" in payload else "traits"
    if bag in payload:
        payload[bag] = draw(objects)


def _no_bag(_: Draw, payload: Payload, __: datetime) -> None:
    """Properties and traits are optional (Segment spec)."""
    payload.pop("properties", None)
    payload.pop("traits", None)


def _odd_bag_member(draw: Draw, payload: Payload, _: datetime) -> None:
    """A property of another type than usual, or one more."""
    field = "properties" if "properties" in payload else "traits"
    bag: Payload | None = payload.get(field)
    if bag is not None:
        name = draw(st.one_of(st.sampled_from(sorted(bag)), keys) if bag else keys)
        payload[field] = {**bag, name: draw(values)}


def _odd_name(draw: Draw, payload: Payload, _: datetime) -> None:
    """Any text for the name of an event; of a page also none, as Python's SDK sends it, or an empty one, as Ruby's."""
    if "event" in payload:
        payload["event"] = draw(_filled_texts)
    elif payload.get("type") in ("page", "screen"):
        payload["name"] = draw(st.one_of(st.sampled_from([None, ""]), texts))
        payload["category"] = draw(st.one_of(st.none(), _filled_texts))


def _odd_envelope(draw: Draw, payload: Payload, _: datetime) -> None:
    payload["version"] = draw(_versions)
    payload["channel"] = draw(_channels)
    payload["integrations"] = draw(_integrations)


ODDITIES: tuple[Oddity, ...] = (
    _no_time,
    _no_bag,
    _odd_id,
    _odd_times,
    _odd_name,
    _odd_bag_member,
    _odd_bag,
    _odd_context,
    _odd_envelope,
    _extra_field,
    _unknown_field,
)
"""All of them; those that make the smallest examples first."""
_oddities = st.sampled_from(ODDITIES)
