"""What holds of everything that the factories make, whatever the seed."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parseaddr
from ipaddress import ip_address, ip_network
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segment_hooks import Event, Track, parse_event
from segment_testing.factories import Factories, spec, words
from segment_testing.factories.people import person
from segment_testing.fake.core import TrackingAPI
from segment_testing.fake.wire import FakeRequest

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
seeds = st.integers() | st.text(max_size=10)

MADE: dict[str, Callable[[Any], Any]] = {
    "identify": lambda made: made.identify(),
    "group": lambda made: made.group(),
    "page": lambda made: made.page(),
    "screen": lambda made: made.screen(),
    "alias": lambda made: made.alias(),
    **{event: (lambda made, event=event: made.track(event)) for event in spec.SPEC},
    "an event of one's own": lambda made: made.track("Widget Frobbed", a=1, b=[None, {"c": "é\u2028"}]),
}


def without_ids(payload: Any) -> dict[str, Any]:
    return {name: value for name, value in dict(payload).items() if name != "messageId"}


@pytest.mark.parametrize("name", MADE)
def test_an_event_parses_back_to_itself(name: str) -> None:
    event = MADE[name](Factories(seed=name))
    again = parse_event(event.raw)
    assert again == event
    assert type(again) is type(event)
    assert json.loads(event.raw) == event.payload


@pytest.mark.parametrize("name", MADE)
def test_segment_takes_the_call(name: str) -> None:
    api = TrackingAPI()
    made = Factories(seed=name)
    call = MADE[name](made.calls)
    reply = api.handle(FakeRequest("POST", f"/v1/{call['type']}", body=json.dumps(call | {"writeKey": "wk"}).encode()))
    assert reply.status == 200
    assert api.ledger.rejections == []
    (recorded,) = api.ledger.calls
    assert recorded.message_id == call["messageId"]


@given(seeds)
def test_segment_takes_a_batch(seed: int | str) -> None:
    api = TrackingAPI()
    body = json.dumps(Factories(seed=seed).calls.batch(40, write_key="wk")).encode()
    assert api.handle(FakeRequest("POST", "/v1/batch", body=body)).status == 200
    assert (len(api.ledger.calls), api.ledger.rejections, api.ledger.duplicates) == (40, [], [])


@given(seeds, st.sampled_from(sorted(MADE)))
def test_an_event_obeys_segments_rules(seed: int | str, name: str) -> None:
    event: Event = MADE[name](Factories(seed=seed))
    payload = event.payload
    assert payload["userId"] or payload["anonymousId"]
    assert 0 < len(payload["messageId"]) <= 100
    assert len(event.raw) < 32_768
    assert list(payload) == sorted(payload)
    assert list(payload["context"]) == sorted(payload["context"])
    assert payload["version"] == 2
    if isinstance(event, Track):
        assert event.event
    assert None not in payload["context"].values()


@given(seeds, st.sampled_from(sorted(MADE)))
def test_the_times_are_those_of_one_call(seed: int | str, name: str) -> None:
    event: Event = MADE[name](Factories(seed=seed, now=NOW))
    assert event.timestamp
    assert event.received_at
    assert event.sent_at
    assert event.original_timestamp
    assert event.timestamp == event.received_at - (event.sent_at - event.original_timestamp)
    assert event.original_timestamp < event.sent_at
    assert NOW - timedelta(seconds=5) < event.timestamp < event.received_at <= NOW


@given(seeds)
def test_equal_seeds_make_equal_content_under_different_ids(seed: int | str) -> None:
    one, other = Factories(seed=seed, now=NOW), Factories(seed=seed, now=NOW)
    for make in list(MADE.values())[:12]:
        first, second = make(one), make(other)
        assert strip(first) == strip(second)
        assert first.message_id != second.message_id
    assert [strip(event) for event in one.batch(12)] == [strip(event) for event in other.batch(12)]
    assert one.user(seed="u").history()[0].payload["anonymousId"] == Factories(seed="x").user(seed="u").anonymous_id


def strip(event: Event) -> dict[str, Any]:
    return without_ids(event.payload)


def test_another_seed_makes_other_content() -> None:
    assert len({Factories(seed=seed).user().id for seed in range(50)}) == 50


@given(seeds)
def test_message_ids_are_never_equal(seed: int | str) -> None:
    made = [Factories(seed=seed) for _ in range(2)]
    ids = [event.message_id for each in made for event in each.batch(12)]
    ids += [each.delete().message_id for each in made]
    ids += [call["messageId"] for each in made for call in each.calls.batch(12)["batch"]]
    assert len(set(ids)) == len(ids)


# ---- one user


@given(seeds, st.integers(1, 6))
def test_a_history_is_in_order_and_of_one_user(seed: int | str, visits: int) -> None:
    user = Factories(now=NOW).user(seed=seed)
    history = user.history(visits=visits)
    for moments in ([e.timestamp or NOW for e in history], [e.received_at or NOW for e in history]):
        assert moments == sorted(set(moments))
        assert moments[-1] <= NOW
    assert {event.anonymous_id for event in history} == {user.anonymous_id}
    kinds = [event.type for event in history]
    known = kinds.index("identify")
    assert set(kinds[:known]) == {"page"}
    assert {event.user_id for event in history[:known]} == {None}
    assert {event.user_id for event in history[known:]} == {user.id}
    assert [event.type for event in history[known : known + 3]] == ["identify", "group", "track"]
    assert history[known].payload["traits"]["createdAt"] == history[known].payload["timestamp"]
    assert history[known].payload["traits"] == user.traits
    assert history[known + 1].payload["groupId"] == user.company.id
    assert len({event.context.user_agent for event in history}) == 1
    assert {event.context.ip for event in history} == {user.person.ip}


@given(seeds, st.integers(2, 4))
def test_an_order_is_of_what_was_put_into_the_cart(seed: int | str, visits: int) -> None:
    tracks = [e for e in Factories(now=NOW).user(seed=seed).history(visits=visits) if isinstance(e, Track)]
    added = [e.properties for e in tracks if e.event == "Product Added"]
    cart, checkout, order = (e.properties for e in tracks[-3:])
    assert [e.event for e in tracks[-3:]] == ["Cart Viewed", "Checkout Started", "Order Completed"]
    assert [p["product_id"] for p in order["products"]] == [p["product_id"] for p in added]
    assert order["products"] == checkout["products"] == cart["products"]
    assert order["order_id"] == checkout["order_id"]
    assert order["total"] == checkout["value"]
    assert {p["cart_id"] for p in added} == {cart["cart_id"]}


@given(seeds)
def test_a_history_can_be_sent_too(seed: int | str) -> None:
    user = Factories(now=NOW).user(seed=seed)
    events, calls = user.history(), user.calls.history()
    assert [call["type"] for call in calls] == [event.type for event in events]
    assert [call["timestamp"] for call in calls] == [event.payload["timestamp"] for event in events]
    assert [call.get("properties") for call in calls if call.get("event") == "Order Completed"] == [
        dict(event.payload["properties"]) for event in events if event.payload.get("event") == "Order Completed"
    ]


@pytest.mark.parametrize("visits", [0, -1, 1_001])
def test_a_number_of_visits_that_cannot_be(visits: int) -> None:
    with pytest.raises(ValueError, match="visits is a number from 1 to 1000"):
        Factories().user().history(visits=visits)


def test_as_many_visits_as_there_can_be() -> None:
    user = Factories(now=NOW).user(
        seed=next(seed for seed in range(10_000) if person(f"user/{seed}", "new/0").age < 31)
    )
    moments = [step.arguments["timestamp"] for step in user._story(1_000)]
    assert moments == sorted(moments)


@given(seeds, st.text(min_size=1, max_size=20))
def test_one_id_is_one_user(seed: int | str, user_id: str) -> None:
    made = Factories(seed=seed, now=NOW)
    user = made.user(user_id)
    assert user.id == user_id
    assert made.identify(user_id=user_id).traits == user.traits
    assert made.track("A", user_id=user_id).anonymous_id == user.anonymous_id
    assert made.page(anonymous_id="a1", user_id=None).context.user_agent == (
        made.page(anonymous_id="a1", user_id=None).context.user_agent
    )
    assert repr(user) == f"User({user_id!r})"


# ---- nobody's data

DOCUMENTATION = [ip_network("192.0.2.0/24"), ip_network("198.51.100.0/24"), ip_network("203.0.113.0/24")]
FICTIONAL = re.compile(
    r"""\+1\ \d{3}-555-01\d\d
    | \+44\ (20\ 7946\ 0\d{3} | 161\ 496\ 0\d{3} | 131\ 496\ 0\d{3})
    | \+353\ 20\ 91\d\ \d{4}
    | \+49\ (30\ 23125\ \d{3} | 89\ 99998\ \d{3})
    | \+33\ (1\ 99\ 00\ \d\d\ \d\d | 6\ 39\ 98\ \d\d\ \d\d)
    | \+46\ 8\ 465\ 004\ \d\d
    | \+61\ [23]\ 5550\ \d{4}""",
    re.VERBOSE,
)


@given(seeds)
def test_a_user_is_nobody_and_fits_together(seed: int | str) -> None:
    user = Factories(seed=seed).user()
    somebody = user.person
    assert parseaddr(user.email)[1] == user.email
    assert user.email.isascii()
    assert user.email.partition("@")[2] in ("example.com", "example.net", "example.org")
    assert any(ip_address(somebody.ip) in network for network in DOCUMENTATION)
    assert FICTIONAL.fullmatch(somebody.phone)
    assert somebody.company.website.endswith(".example")
    assert somebody.first_name in words.FIRST_NAMES[somebody.place.locale[:2]]
    assert user.name == user.traits["name"]
    assert user.traits["address"]["country"] == somebody.place.country
    page = user.page()
    assert page.context.locale == somebody.place.locale
    assert page.context.timezone == somebody.place.timezone


def test_the_places_are_real() -> None:
    countries = {"US": "United States", "CA": "Canada", "GB": "United Kingdom", "IE": "Ireland", "DE": "Germany",
                 "FR": "France", "SE": "Sweden", "AU": "Australia"}  # fmt: skip
    for place in words.PLACES:
        assert countries[place.locale[3:]] == place.country
        if available_timezones():
            # the sun is within three hours of the clock
            offset = ZoneInfo(place.timezone).utcoffset(datetime(2026, 1, 1))  # noqa: DTZ001
            assert offset is not None
            assert abs(offset.total_seconds() / 3600 - place.longitude / 15) < 3
