"""`context` objects: every documented key, each optional, and what senders' code puts in besides (Segment spec,
"Common fields: Context")."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from segment_testing.strategies.catalogue import CONTEXTS
from segment_testing.strategies.values import keys, numbers, scalars, texts, together, values

_words = st.one_of(st.sampled_from(["", "Shop", "5.4.0", "Zürich"]), texts)
_flags = st.booleans()


def _object(**members: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=members)


def _words_for(*names: str) -> dict[str, st.SearchStrategy[Any]]:
    return dict.fromkeys(names, _words)


_brands = st.lists(_object(**_words_for("brand", "version")), max_size=2)

_documented: dict[str, st.SearchStrategy[Any]] = {
    "active": _flags,
    "amp": _object(id=_words),
    "app": st.one_of(_object(**_words_for("name", "version", "build", "namespace")), st.none()),
    "campaign": st.dictionaries(st.sampled_from(["name", "source", "medium", "term", "content", "id"]), _words),
    "channel": st.sampled_from(["browser", "mobile", "server"]),
    "consent": _object(
        categoryPreferences=st.dictionaries(st.sampled_from(["Advertising", "Analytics"]), _flags),
        version=st.integers(1, 9),
    ),
    "device": _object(
        adTrackingEnabled=_flags,
        **_words_for("id", "advertisingId", "manufacturer", "model", "name", "type", "version", "token"),
    ),
    "direct": _flags,
    "groupId": st.one_of(_words, st.integers(0, 10**6)),
    "instanceId": st.uuids().map(str),
    "ip": st.sampled_from(["203.0.113.9", "8.8.8.8", "192.0.2.1"]),
    "library": _object(**_words_for("name", "version")),
    "locale": st.sampled_from(["en-US", "nl-NL", "zh-Hant-TW", "en_US", ""]),
    "location": st.fixed_dictionaries(
        {},
        optional=_words_for("city", "country", "region")
        | dict.fromkeys(["latitude", "longitude", "speed"], st.one_of(numbers, st.sampled_from(["52.09", ""]))),
    ),
    "network": _object(bluetooth=_flags, cellular=_flags, wifi=_flags, carrier=_words),
    "os": _object(**_words_for("name", "version")),
    "page": _object(**_words_for("path", "referrer", "search", "title", "url", "hash")),
    "personas": _object(**_words_for("computation_class", "computation_id", "computation_key", "namespace")),
    "protocols": _object(event_version=st.integers(1, 9), sourceId=_words, omitted=st.lists(_words, max_size=2)),
    "referrer": _object(**_words_for("type", "name", "url", "link", "id", "btid", "urid")),
    "screen": st.fixed_dictionaries({}, optional=dict.fromkeys(["width", "height", "density"], numbers)),
    "timezone": st.sampled_from(["Europe/Amsterdam", "America/Los_Angeles", "Asia/Kathmandu", "UTC", ""]),
    "traits": st.dictionaries(keys, scalars, max_size=3),
    "userAgent": _words,
    "userAgentData": _object(mobile=_flags, platform=_words, brands=_brands),
}


def contexts() -> st.SearchStrategy[dict[str, Any]]:
    """The `context` of an event, decoded: any of the documented keys, and some that the sender's code made up."""
    return _contexts


_any = st.builds(
    together,
    st.fixed_dictionaries({}, optional=_documented),
    st.dictionaries(keys, values, max_size=1),
)
_few = st.dictionaries(st.sampled_from(list(_documented)), st.none(), max_size=4).flatmap(
    lambda chosen: st.fixed_dictionaries({key: _documented[key] for key in chosen})
)
_contexts = st.one_of(_few, st.sampled_from(CONTEXTS).map(dict), _any)
