"""Events that carry users' own types, asked for by hand and through Hypothesis' own entry point."""

from __future__ import annotations

import base64
import subprocess
import sys
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument
from hypothesis.vendor.pretty import pretty

from segment_hooks import (
    Alias,
    Context,
    Delete,
    Event,
    Group,
    Identify,
    Page,
    Payload,
    Result,
    Screen,
    Track,
    Unknown,
    WebhookEventRouter,
    parse_event,
)
from segment_testing._hypothesis import register
from segment_testing.strategies import from_schema, properties, tracks, traits
from segment_testing.strategies.bags import to_json
from tests.testing.strategies.user_types import (
    Choosy,
    Company,
    Everything,
    Node,
    OrderCompleted,
    Profile,
    Reservation,
    Ticket,
    Visit,
)

register()  # what the entry point does where the package is installed

TYPES = [OrderCompleted, Everything, Profile, Visit, Reservation, Ticket, Choosy]
quick = settings(max_examples=20, deadline=None)


@pytest.mark.parametrize("of", TYPES, ids=lambda of: of.__name__)
@quick
@given(data=st.data())
def test_properties_are_of_the_type_and_fit_again(of: Any, data: st.DataObject) -> None:
    event = data.draw(tracks(properties=of))
    assert type(event.properties) is of
    # a handler of this type takes the bytes too
    router = WebhookEventRouter()
    seen: list[Any] = []

    def handle(event: Any) -> None:
        seen.append(event.properties)

    handle.__annotations__ = {"event": Track[of]}
    router.on_track(handle)
    assert router.route_sync(parse_event(event.raw)).result is Result.HANDLED
    assert seen == [event.properties]


@quick
@given(st.from_type(Identify[Company]))
def test_a_typed_dict_stays_a_dict(event: Identify[Company]) -> None:
    assert set(event.traits) <= {"name", "employees"}
    assert isinstance(event.traits.get("employees", 1), int)


@pytest.mark.parametrize(
    ("asked", "kind", "bag"),
    [
        (Track, Track, None),
        (Identify, Identify, None),
        (Group, Group, None),
        (Page, Page, None),
        (Screen, Screen, None),
        (Alias, Alias, None),
        (Delete, Delete, None),
        (Unknown, Unknown, None),
        (Payload, Payload, None),
        (Track[OrderCompleted], Track, "properties"),
        (Group[OrderCompleted], Group, "traits"),
        (Screen[OrderCompleted], Screen, "properties"),
        (Payload[OrderCompleted], Payload, "data"),
        (Unknown[OrderCompleted], Unknown, "data"),
        (Track[dict[str, Any]], Track, None),
        (Track[Any], Track, None),
    ],
    ids=str,
)
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_from_type(asked: Any, kind: type[Event], bag: str | None, data: st.DataObject) -> None:
    event = data.draw(st.from_type(asked))
    assert type(event) is kind
    if bag is not None:
        assert isinstance(getattr(event, bag), OrderCompleted)


@given(st.from_type(Event))
def test_any_event_from_its_type(event: Event) -> None:
    assert isinstance(event, Event)


@given(st.from_type(Context))
def test_a_context_from_its_type(context: Context) -> None:
    assert context.ip is None or isinstance(context.ip, str)


@given(...)
def test_a_test_s_annotations_are_enough(event: Track[OrderCompleted], other: Identify[Profile]) -> None:
    assert isinstance(event.properties, OrderCompleted)
    assert isinstance(other.traits, Profile)


def test_a_recursive_type_ends_and_recurses() -> None:
    found = find(
        tracks(properties=Node),
        lambda event: event.properties.child is not None,
        settings=settings(database=None, derandomize=True, suppress_health_check=list(HealthCheck), deadline=None),
    )
    assert found.properties.child.child is None


def test_every_optional_member_can_come_and_stay_away() -> None:
    seen: list[set[str]] = []

    @settings(max_examples=80, database=None, derandomize=True, phases=[Phase.generate], deadline=None)
    @given(properties(Reservation))
    def look(bag: dict[str, Any]) -> None:
        seen.append(set(bag))

    look()
    assert set().union(*seen) == set(Reservation.model_fields)
    assert set.intersection(*seen) == {"seats"}


@given(traits({"plan": "pro", "logins": st.integers(0, 3)}))
def test_a_mapping_of_strategies(bag: dict[str, Any]) -> None:
    assert bag["plan"] == "pro"
    assert bag["logins"] in range(4)


@given(tracks(properties=st.builds(OrderCompleted, st.just("o-1"), st.sampled_from([1.5, 25.0]))))
def test_a_strategy_for_values_of_a_type(event: Track[Any]) -> None:
    assert event.properties in ({"order_id": "o-1", "revenue": 1.5}, {"order_id": "o-1", "revenue": 25})


@given(st.builds(Reservation, seats=st.integers(1, 5)), st.builds(Profile, plan=st.just("pro")))
def test_values_become_json(model: Reservation, profile: Profile) -> None:
    assert to_json(model)["seats"] == model.seats
    assert to_json(profile) == {"plan": "pro", "tags": profile.tags}


def test_what_no_json_decodes_into_is_an_error() -> None:
    with pytest.raises(InvalidArgument, match=r"there is no JSON for .*Strange.*: use a msgspec struct"):
        tracks(properties=Strange)
    with pytest.raises(InvalidArgument, match=r"there is no JSON for .*Strange"):
        tracks(properties=Holding)


class Strange:
    """Nothing knows how to make one from JSON."""

    def __init__(self, of: object) -> None: ...


class Holding(msgspec.Struct):
    strange: Strange


# ---- schemas

SCHEMA = {
    "$schema": "http://json-schema.org/draft-07/schema#",
    "type": "object",
    "required": ["order_id", "extra"],
    "properties": {
        "order_id": {"$ref": "#/definitions/id"},
        "total": {"type": ["number", "null"], "minimum": 0, "exclusiveMaximum": 100},
        "count": {"type": "integer", "exclusiveMinimum": 2, "maximum": 9, "multipleOf": 3},
        "season": {"type": "string", "pattern": "^(fall|winter)$", "minLength": 5},
        "tags": {"type": "array", "items": {"enum": ["a", "b"]}, "uniqueItems": True, "minItems": 1},
        "pair": {"items": [{"const": 1}, {"type": "boolean"}]},
        "both": {"allOf": [{"properties": {"a": {"type": "integer"}}}, {"required": ["a"]}]},
        "one": {"anyOf": [{"type": "string", "format": "uuid"}, {"type": "string", "format": "date-time"}]},
        "short": {"type": "string", "maxLength": 2},
        "all": {"allOf": [{"$ref": "#/definitions/id"}, {"maxLength": 3}]},
        "free": {"minProperties": 1, "additionalProperties": {"type": "integer"}, "propertyNames": {"maxLength": 3}},
        "odd": {"format": "email"},
        "list": {"items": {"type": "null"}, "maxItems": 1},
    },
    "definitions": {"id": {"type": "string", "minLength": 1}},
}


@given(from_schema(SCHEMA))
def test_what_a_schema_makes_fits_it(value: dict[str, Any]) -> None:
    jsonschema_rs = pytest.importorskip("jsonschema_rs", reason="comes with schemathesis")
    jsonschema_rs.validator_for(SCHEMA, validate_formats=True).validate(value)


def test_a_reference_that_leads_nowhere_is_an_error() -> None:
    with pytest.raises(LookupError, match="'#/definitions/x', which is not in it"):
        from_schema({"$ref": "#/definitions/x"})


@given(from_schema({"type": "string", "contentEncoding": "base64"}))
def test_bytes_are_base64(text: str) -> None:
    base64.b64decode(text, validate=True)


def test_nothing_fits_what_fits_nothing() -> None:
    assert from_schema(False).is_empty


# ---- what Hypothesis loads


def test_the_entry_point_imports_no_strategy_until_one_is_asked_for() -> None:
    script = """
import sys
import hypothesis
before = set(sys.modules)
import segment_testing._hypothesis as entry
entry.register()
new = {name.split(".")[0] for name in set(sys.modules) - before}
assert [name for name in sys.modules if name.startswith("segment_testing.")] == ["segment_testing._hypothesis"]
light = {"hypothesis", "segment_hooks", "segment_testing", "msgspec", "typing_extensions"}
assert new <= {*light, *sys.stdlib_module_names}, new
from hypothesis import strategies as st
from segment_hooks import Track
st.from_type(Track).validate()
assert "segment_testing.strategies" in sys.modules
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_events_are_shown_as_the_line_that_makes_them() -> None:
    event = parse_event(b'{"type":"track","event":"A","properties":{"n":1}}')
    assert event.properties == {"n": 1}  # having been looked at changes nothing
    assert pretty(event) == """parse_event(b'{"type":"track","event":"A","properties":{"n":1}}')"""
    typed = event.with_bag(OrderCompleted("o-1", 2.5))
    assert pretty(typed).endswith(".with_bag(OrderCompleted(order_id='o-1', revenue=2.5))")
    assert eval(pretty(typed), {"parse_event": parse_event, "OrderCompleted": OrderCompleted}) == typed
