"""Context and Bag: a mapping of anything, with typed names for what is documented."""

from __future__ import annotations

import inspect

import pytest
from hypothesis import given

from segment_hooks import Bag, Context, parse_event
from segment_hooks.javascript import stringify
from tests.hooks import strategies as js

DOCUMENTED = {
    "ip": "203.0.113.9",
    "locale": "en-US",
    "timezone": "Europe/Amsterdam",
    "userAgent": "Mozilla/5.0",
    "groupId": "g-1",
    "active": True,
    "app": {"name": "Shop", "version": "1.2"},
    "campaign": {"name": "spring", "source": "mail", "x": "y"},
    "device": {"id": "d-1", "type": "ios"},
    "library": {"name": "analytics.js", "version": "next-1.84.1"},
    "location": {"city": "Delft", "latitude": 52.0, "longitude": "4.36"},
    "network": {"wifi": True, "carrier": "T"},
    "os": {"name": "iOS"},
    "page": {"path": "/cart", "url": "https://shop.example/cart"},
    "screen": {"width": 10, "density": 2.5},
    "traits": {"email": "jane@shop.example"},
    "mine": [1, 2],
}
ATTRIBUTES = {"userAgent": "user_agent", "groupId": "group_id"}
TYPED = [key for key in DOCUMENTED if key != "mine"]


def test_every_documented_key_has_its_attribute() -> None:
    context = parse_event(stringify({"type": "track", "context": DOCUMENTED})).context
    for key in TYPED:
        assert getattr(context, ATTRIBUTES.get(key, key)) == DOCUMENTED[key]
    assert dict(context) == DOCUMENTED
    assert context["mine"] == [1, 2]
    assert "nothing" not in context
    assert len(context) == len(DOCUMENTED)


def test_no_attribute_is_left_out_here() -> None:
    attributes = {name for name, _ in inspect.getmembers(Context, lambda member: isinstance(member, property))}
    assert attributes == {ATTRIBUTES.get(key, key) for key in TYPED}


@pytest.mark.parametrize("key", TYPED)
@pytest.mark.parametrize("value", [None, 0, 1.5, [], [{"name": "x"}], "", "x", True, {}, {"name": "x"}])
def test_a_value_of_another_type_is_as_if_it_was_absent(key: str, value: js.Json) -> None:
    context = Context({key: value})
    found = getattr(context, ATTRIBUTES.get(key, key))
    kind = type(DOCUMENTED[key])
    if type(value) is kind:
        assert found == value
    else:
        assert found == ({} if kind is dict else None)
    assert context[key] == value


def test_an_empty_context_answers_everything() -> None:
    for context in (Context(), Context({}), Context(None)):
        assert not context
        assert context.page.text("url") is None
        assert context.page.bag("a").bag("b").text("c") is None
        with pytest.raises(KeyError):
            context["page"]


@given(js.objects)
def test_a_bag_is_the_mapping_it_was_made_of_and_shows_keys_alone(values: dict[str, js.Json]) -> None:
    bag = Bag(values)
    assert bag == values
    assert list(bag) == list(values)
    assert [bag[key] for key in bag] == list(values.values())
    for key, value in values.items():
        assert bag.text(key) == (value if isinstance(value, str) else None)
        assert bag.bag(key) == (value if isinstance(value, dict) else {})


def test_no_repr_shows_a_value() -> None:
    context = Context(DOCUMENTED)
    assert repr(context) == f"Context({', '.join(DOCUMENTED)})"
    assert "jane" not in f"{context} {context.traits!r} {context.bag('traits')}"


def test_a_bag_cannot_be_changed() -> None:
    bag = Bag({"a": 1})
    with pytest.raises(TypeError):
        bag["a"] = 2  # type: ignore[index]
    with pytest.raises(AttributeError):
        bag.b = 2  # type: ignore[attr-defined]
