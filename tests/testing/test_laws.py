"""The laws find what is planted in `examples/wrong_handlers.py`, say so in words, and let the right handlers pass."""

from __future__ import annotations

import asyncio
import re
import sqlite3
from collections.abc import Callable
from secrets import token_hex
from typing import Any

import hypothesis
import pytest
from hypothesis import Phase, given
from hypothesis import strategies as st

from examples import right_handlers, wrong_handlers
from examples._database import Service
from segment_hooks import ConfigurationError, DropEvent, Event, Identify, Track, WebhookEventRouter, parse_event
from segment_testing.delivery import Destination, WebhookRequest
from segment_testing.laws import (
    LawBroken,
    WebhookMachine,
    check_idempotent,
    check_never_fails,
    check_order_insensitive,
    check_rejects_forgeries,
    check_survives_retries,
    check_time_zones,
)
from segment_testing.laws.zones import machine_in
from segment_testing.strategies import batches, deliveries, events, identifies, journeys, tracks

SECRET, TOKEN = token_hex(16), token_hex(16)
orders = tracks("Order Completed")
few = hypothesis.settings(max_examples=15, deadline=None, database=None)
same_again = hypothesis.settings(
    max_examples=300, deadline=None, database=None, derandomize=True, phases=[Phase.generate, Phase.shrink]
)


def explained(check: Callable[..., None], *given: Any, **options: Any) -> list[str]:
    """What the law says is wrong, by line."""
    with pytest.raises(LawBroken) as caught:
        check(*given, **{"settings": same_again, **options})
    return str(caught.value).splitlines()


def of(service: Service, **more: Any) -> dict[str, Any]:
    return {"observe": service.observe, "reset": service.reset, "secret": SECRET, **more}


# ---- what is planted is found


def test_double_shipping() -> None:
    service = wrong_handlers.double_shipping(SECRET)
    assert explained(check_idempotent, service.app, orders, **of(service)) == [
        "check_idempotent: an event that comes again has effects again.",
        "",
        "Delivered:",
        "  1. track 'Order Completed' m-0        → 200 OK",
        "  2. track 'Order Completed' m-0 again  → 200 OK",
        "  effects: {'o-0': 2}",
        "",
        "Each event once, by itself, in order:",
        "  effects: {'o-0': 1}",
        "",
        "Segment delivers an event again whenever it has not heard an answer. The id stays the same: remember",
        "event.message_id, in the same transaction as the effect, and do nothing for one that is known.",
    ]


def test_double_shipping_is_found_in_what_users_do() -> None:
    service = wrong_handlers.double_shipping(SECRET)
    lines = explained(check_idempotent, service.app, **of(service))
    assert "  effects: {'o-0-0': 2}" in lines


def test_lost_update() -> None:
    service = wrong_handlers.lost_update(SECRET)
    lines = explained(check_survives_retries, service.app, break_after=service.break_after, **of(service))
    assert lines[0] == "check_survives_retries: failures on the way change the effects."
    assert lines[2] == "Delivered, while what the service needs fails once, after 1 operations:"
    assert "500 Internal Server Error" in "".join(lines[3:6])
    assert "  effects: {}" in lines
    assert "  effects: {'o-0-0': 'u-0'}" in lines


def test_partial_batch() -> None:
    service = wrong_handlers.partial_batch(SECRET)
    lines = explained(check_survives_retries, service.app, break_after=service.break_after, **of(service))
    assert lines[2] == "Delivered, while what the service needs fails once, after 0 operations:"
    assert lines[-3].startswith("Answer 2xx only when everything in the request is done")


def test_unsigned_tail() -> None:
    service = wrong_handlers.unsigned_tail(SECRET)
    lines = explained(check_rejects_forgeries, service.app, orders, **of(service))
    assert lines[0] == (
        "check_rejects_forgeries: a batch whose first event is from Segment, and whose second one is not, has effects."
    )
    assert "'forged'" in lines[4]
    assert lines[-4:-3] == [""]
    assert lines[-3].startswith("Of a batch Segment signs the first event only.")


def test_no_check_at_all() -> None:
    service = wrong_handlers.no_check(SECRET)
    lines = explained(check_rejects_forgeries, service.app, orders, **of(service))
    assert lines[0] == "check_rejects_forgeries: an event that was changed after it was signed has effects."
    assert lines[-2].startswith("Verify the signature over the exact bytes of the body")


def test_wrong_order() -> None:
    service = wrong_handlers.wrong_order(SECRET)
    lines = explained(check_order_insensitive, service.app, **of(service))
    assert lines[0] == "check_order_insensitive: the order in which events arrive changes their effects."
    assert len([line for line in lines if "identify" in line]) >= 2
    assert "  effects: {'u-0': 'free'}" in lines


def test_time_zone() -> None:
    service = wrong_handlers.time_zone(SECRET)
    lines = explained(check_time_zones, service.app, **of(service))
    assert lines[2].startswith("Delivered, with the machine in Pacific/")
    assert "Work with the datetimes that events give you" in "".join(lines)


def test_a_handler_that_takes_a_number_for_granted() -> None:
    lines = explained(check_never_fails, wrong_handlers.trusting(), orders)
    assert lines[0].startswith("check_never_fails: track 'Order Completed' m-")
    assert lines[3].startswith('  {"event":"Order Completed"')
    assert lines[5].startswith(("KeyError: 'revenue'", "TypeError: "))
    assert "wrong_handlers.py" in lines[6]
    assert lines[7].strip() == 'print(round(event.properties["revenue"] * 100))'


# ---- right handlers pass


@pytest.mark.parametrize("make", [right_handlers.shipping, right_handlers.profiles, right_handlers.daily_orders])
@pytest.mark.parametrize(
    "check", [check_idempotent, check_order_insensitive, check_rejects_forgeries, check_time_zones]
)
def test_right_handlers_pass(make: Callable[[str], Service], check: Callable[..., None]) -> None:
    service = make(SECRET)
    check(service.app, settings=few, **of(service))


@pytest.mark.parametrize("make", [right_handlers.shipping, right_handlers.profiles, right_handlers.daily_orders])
def test_right_handlers_survive_retries(make: Callable[[str], Service]) -> None:
    service = make(SECRET)
    options = of(service, break_after=service.break_after)
    check_survives_retries(service.app, settings=few, batches=False, **options)
    check_never_fails(service.app, secret=SECRET, settings=few)


def test_the_service_is_left_as_new() -> None:
    service = right_handlers.shipping(SECRET)
    options = of(service, break_after=lambda _: service.break_after(1000))
    check_survives_retries(service.app, ORDER, batches=False, **options)
    assert service.observe() == {}
    assert service.database._writes_left is None


def test_a_static_header_makes_batches_safe() -> None:
    service = right_handlers.batches(SECRET, TOKEN)
    options: dict[str, Any] = {
        "observe": service.observe,
        "reset": service.reset,
        "destination": Destination(secret=SECRET, headers={"Authorization": f"Bearer {TOKEN}"}),
        "settings": few,
    }
    check_rejects_forgeries(service.app, orders, **options)
    check_survives_retries(service.app, break_after=service.break_after, **options)


def test_a_careful_handler_passes() -> None:
    check_never_fails(right_handlers.careful(), orders, settings=few)


# ---- events that the test has drawn itself


@hypothesis.settings(max_examples=10)
@given(deliveries(orders, secret=SECRET), journeys())
def test_laws_within_a_property_test(delivery: WebhookRequest, journey: list[Event]) -> None:
    good = right_handlers.shipping(SECRET)
    check_idempotent(good.app, delivery, **of(good))
    check_order_insensitive(good.app, journey, **of(good))
    check_survives_retries(good.app, journey[:2], break_after=good.break_after, batches=False, **of(good))
    check_rejects_forgeries(good.app, delivery, **of(good))
    check_time_zones(good.app, delivery.events[0], **of(good))
    check_never_fails(good.app, delivery, secret=SECRET)


ORDER = parse_event(
    b'{"type":"track","event":"Order Completed","messageId":"m-1","userId":"u-1","properties":{"order_id":"o-1"},'
    b'"timestamp":"2026-03-04T05:06:07.089Z"}'
)
IDENTIFIES = [
    parse_event(
        b'{"type":"identify","messageId":"m-%d","userId":"u","traits":{"plan":"%s"},"timestamp":"2026-03-04T0%d:00:00Z"}'
        % (number, plan, number)
    )
    for number, plan in ((1, b"free"), (2, b"pro"), (3, b"free"))
]


def test_given_events_find_what_is_planted() -> None:
    service = wrong_handlers.double_shipping(SECRET)
    assert "  2. track 'Order Completed' m-1 again  → 200 OK" in explained(
        check_idempotent, service.app, ORDER, **of(service)
    )
    service = wrong_handlers.wrong_order(SECRET)
    assert "  3. identify m-1  → 200 OK" not in explained(
        check_order_insensitive, service.app, IDENTIFIES, **of(service)
    )
    service = wrong_handlers.lost_update(SECRET)
    options = of(service, break_after=service.break_after)
    assert "after 1 operations" in "".join(explained(check_survives_retries, service.app, ORDER, **options))
    service = wrong_handlers.unsigned_tail(SECRET)
    assert "has effects" in explained(check_rejects_forgeries, service.app, ORDER, **of(service))[0]
    service = wrong_handlers.time_zone(SECRET)
    assert explained(check_time_zones, service.app, ORDER, **of(service))
    assert "KeyError" in "".join(explained(check_never_fails, wrong_handlers.trusting(), ORDER))


def test_events_with_the_id_of_an_earlier_one_are_left_out() -> None:
    requests: list[WebhookRequest] = []

    def app(request: WebhookRequest) -> int:
        requests.append(request)
        return 200

    check_idempotent(app, [ORDER, ORDER], observe=lambda: None, reset=lambda: None)
    assert len(requests) == 1 + 2 + 1 + 2  # once, and then twice, in each of two histories


# ---- services of other kinds


def test_an_asynchronous_service_whose_effects_are_looked_at_on_its_loop() -> None:
    router = WebhookEventRouter()
    lock: list[asyncio.Lock] = []
    shipped: list[str | None] = []

    @router.on_track
    async def ship(event: Track) -> None:
        if not lock:
            lock.append(asyncio.Lock())
        async with lock[0]:
            shipped.append(event.message_id)

    async def observe() -> list[str | None]:
        async with lock[0] if lock else asyncio.Lock():
            return shipped

    async def reset() -> None:
        shipped.clear()

    lines = explained(
        check_idempotent, router.asgi(SECRET), tracks(), observe=observe, reset=reset, secret=SECRET, settings=few
    )
    assert lines[-4] == "  effects: ['m-0']" or "again" in "".join(lines)


def test_a_service_with_a_real_database() -> None:
    database = sqlite3.connect(":memory:")
    database.execute("CREATE TABLE users (id PRIMARY KEY, plan)")
    router = WebhookEventRouter()

    @router.on_identify
    def save(event: Identify) -> None:
        database.execute(
            "INSERT OR REPLACE INTO users VALUES (?, ?)", (str(event.user_id), str(event.payload.get("traits")))
        )

    def rows() -> list[Any]:
        return database.execute("SELECT * FROM users ORDER BY id").fetchall()

    def reset() -> None:
        database.execute("DELETE FROM users")

    check_idempotent(router, batches(identifies(odd=False), max_size=1), observe=rows, reset=reset, settings=few)
    assert explained(
        check_order_insensitive,
        router,
        batches(identifies(odd=False, fields={"userId": "u"})),
        observe=rows,
        reset=reset,
    )
    database.close()


def test_an_event_that_is_thrown_away_is_lost() -> None:
    router = WebhookEventRouter()
    tries: list[int] = []

    def app(request: WebhookRequest) -> int:
        tries.append(1)
        return 200 if len(tries) % 2 else 404  # what comes for the second time is not found

    lines = explained(
        check_survives_retries, app, ORDER, observe=lambda: None, reset=lambda: None, batches=False, settings=few
    )
    assert lines[0] == ("check_survives_retries: track 'Order Completed' m-1 is lost: discarded after 404 Not Found.")
    assert lines[-2].startswith("Segment throws an event away")
    assert router is not app


def test_handlers_of_every_kind_never_fail() -> None:
    seen: list[Event] = []

    async def later(event: Event) -> None:
        seen.append(event)

    def refuse(event: Track) -> None:
        raise DropEvent

    check_never_fails(seen.append, settings=few)
    check_never_fails([later, seen.append], settings=few)
    check_never_fails(refuse, settings=few)
    assert seen

    async def fail(event: Event) -> None:
        raise LookupError("never")

    lines = explained(check_never_fails, fail, settings=few)
    assert "LookupError: never" in lines


def test_an_application_that_fails() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        raise LookupError("never")

    lines = explained(check_never_fails, app, events(Track), settings=few)
    assert lines[0].endswith("is answered with 500 Internal Server Error after LookupError.")
    assert "LookupError: never" in lines


# ---- asked wrongly


def test_what_the_laws_need_to_know() -> None:
    nothing: dict[str, Any] = {"observe": list, "reset": list}
    with pytest.raises(ConfigurationError, match="needs the service's secret"):
        check_rejects_forgeries(WebhookEventRouter(), **nothing)
    with pytest.raises(ConfigurationError, match="pass the secret in the destination"):
        check_idempotent(WebhookEventRouter(), secret="k", destination=Destination(), **nothing)
    with pytest.raises(ConfigurationError, match="observe is a function without arguments, not list"):
        check_idempotent(WebhookEventRouter(), observe=[], reset=list)  # type: ignore[arg-type]


def test_the_machine_s_time_zone_is_put_back() -> None:
    import time

    before = time.localtime(0)
    with machine_in("Pacific/Kiritimati"):
        assert time.localtime(0).tm_hour == 14 - 24 + 10 or time.localtime(0) != before or not hasattr(time, "tzset")
    assert time.localtime(0) == before


# ---- the state machine

shipped: dict[str | None, int] = {}
careless, mindful = WebhookEventRouter(), WebhookEventRouter()


@careless.on_track
def ship_carelessly(event: Track) -> None:
    shipped[event.message_id] = shipped.get(event.message_id, 0) + 1


@mindful.on_track
def ship_mindfully(event: Track) -> None:
    shipped.setdefault(event.message_id, 1)


class CarelessMachine(WebhookMachine):
    app = careless
    events = orders

    def reset(self) -> None:
        shipped.clear()

    def observe(self) -> dict[str | None, int]:
        return shipped


class MindfulMachine(CarelessMachine):
    app = mindful
    secret = SECRET


class OnceMachine(CarelessMachine):
    """Of a service that need not stand repeats."""

    repeats = False


for machine in (CarelessMachine, MindfulMachine, OnceMachine):
    machine.TestCase.settings = hypothesis.settings(
        machine.TestCase.settings, max_examples=20, database=None, derandomize=True, phases=[Phase.generate]
    )
TestMindful = MindfulMachine.TestCase
TestOnce = OnceMachine.TestCase


def test_the_machine_finds_what_has_effects_again() -> None:
    with pytest.raises(LawBroken) as caught:
        CarelessMachine.TestCase("runTest").runTest()
    lines = str(caught.value).splitlines()
    assert lines[0] == "WebhookMachine: how events are delivered changes their effects."
    assert any(re.search(r" again\b.*→ 200 OK", line) for line in lines), lines


@given(st.lists(st.sampled_from(IDENTIFIES), min_size=1))
@hypothesis.settings(max_examples=5)
def test_a_list_of_events_by_hand(given: list[Event]) -> None:
    service = right_handlers.profiles(SECRET)
    check_order_insensitive(service.app, given, **of(service))
