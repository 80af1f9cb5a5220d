"""Generated modules: what is in them, how they are laid out, and that they do what they say."""

from __future__ import annotations

import random
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segment_hooks import (
    Group,
    Identify,
    Page,
    RegistrationError,
    Result,
    Screen,
    Track,
    WebhookEventRouter,
    parse_event,
)
from segment_hooks.client import Receipt, SegmentClient
from segment_hooks.errors import ConfigurationError
from segment_hooks.tracking_plan import PlanError, TrackingPlan
from segment_hooks.tracking_plan.generator import generate
from tests.hooks.tracking_plan import awkward, json_schemas
from tests.hooks.tracking_plan.loaded import load
from tests.hooks.tracking_plan.plans import (
    CONFIG_API,
    ORDER_COMPLETED,
    TYPEWRITER,
    mirrored,
    page,
    plan_for,
    plan_of,
    rule,
    track,
)

Json = Any
GOLDEN = Path(__file__).parents[2] / "typing" / "generated_events.py"
RUFF = shutil.which("ruff") or str(Path(__file__).parents[3] / ".venv" / "bin" / "ruff")


def test_the_module_that_the_type_checkers_check_is_up_to_date() -> None:
    # written by `segment-hooks types` from the awkward plan; `make types` looks at it with mypy and with pyright
    made = generate(TrackingPlan.from_json(awkward.PLAN), line_length=120)
    assert made.text == GOLDEN.read_text()


def formatted(text: str, width: int) -> str:
    done = subprocess.run(
        [RUFF, "format", "--isolated", "--line-length", str(width), "--target-version", "py311", "-"],
        input=text,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return done.stdout


needs_ruff = pytest.mark.skipif(not Path(RUFF).exists(), reason="ruff is not installed")


@needs_ruff
@pytest.mark.parametrize("width", [88, 100, 120])
@pytest.mark.parametrize("plan", [awkward.PLAN, TYPEWRITER, CONFIG_API, page()], ids=["awkward", "v8", "v7", "empty"])
def test_the_layout_is_that_of_the_formatter(plan: Json, width: int) -> None:
    text = generate(TrackingPlan.from_json(plan), line_length=width).text
    assert formatted(text, width) == text


@needs_ruff
@given(schemas=st.lists(json_schemas.schemas, min_size=5, max_size=5))
def test_the_layout_of_any_schema_is_that_of_the_formatter(schemas: list[Json]) -> None:
    definitions = {"one": schemas[0], "two": schemas[1]}
    bag = {
        "properties": {
            f"what is {'very ' * index}long": {"description": "word " * 7 * index, **schema}
            if schema is not True
            else {}
            for index, schema in enumerate(schemas)
            if schema is not False
        }
    }
    text = generate(
        plan_of({"type": "TRACK", "key": "A", "jsonSchema": {**mirrored(bag), "definitions": definitions}})
    ).text
    assert formatted(text, 100) == text


def shuffled(value: Json, source: random.Random) -> Json:
    if isinstance(value, dict):
        return {name: shuffled(each, source) for name, each in source.sample(list(value.items()), len(value))}
    if isinstance(value, list):
        return [shuffled(each, source) for each in source.sample(value, len(value))]
    return value


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_the_plan_does_not_matter(seed: int) -> None:
    plan = shuffled(awkward.PLAN, random.Random(seed))
    assert generate(TrackingPlan.from_json(plan), line_length=120).text == GOLDEN.read_text()


def test_every_class_of_an_awkward_plan_can_be_decoded() -> None:
    module = load(GOLDEN.read_text())
    classes = [each for each in vars(module).values() if isinstance(each, type) and issubclass(each, msgspec.Struct)]
    assert len(classes) > 25
    for cls in classes:
        if cls is not msgspec.Struct:
            msgspec.json.Decoder(cls)
    decoded = msgspec.json.decode(b'{"userId":1,"user id":2,"class":3,"":4}', type=module.Event42TerribleEventName3)
    assert msgspec.to_builtins(decoded) == {"userId": 1, "user id": 2, "class": 3, "": 4}
    assert decoded.class_ == 3
    nested = msgspec.json.decode(
        b'{"child":{"child":{}},"nodes":[{"next":null,"arrays":[[1]]}]}', type=module.Recursive
    )
    assert nested.nodes[0].next is None
    assert module.Map == dict[str, int]


MODULE = load(
    generate(
        plan_of(
            rule("Order Completed", {**ORDER_COMPLETED, "required": ["order_id", "total"]}, version=2),
            rule("Order Completed", ORDER_COMPLETED, version=1),
            rule("Signed Out", {}),
            rule(None, {"properties": {"email": {"type": "string"}}}, kind="IDENTIFY"),
            rule(None, {}, kind="GROUP"),
            rule("Home", {}, kind="PAGE"),
            rule(None, {}, kind="PAGE"),
            rule(None, {}, kind="SCREEN"),
            rule("Map", {"additionalProperties": {"type": "integer"}}),
        )
    ).text
)


class Client(SegmentClient):
    """Keeps what it is given."""

    def __init__(self) -> None:
        self.calls: list[Json] = []
        super().__init__("key", send=False)

    def accept(self, receipt: Receipt) -> Receipt:
        self.calls.append(msgspec.json.decode(receipt.body))
        return super().accept(receipt)


@pytest.fixture
def client() -> Iterator[Client]:
    with Client() as client:
        yield client


def test_events_are_sent_by_functions(client: Client) -> None:
    MODULE.track_signed_out(client, user_id="u-1", message_id="m-1")
    MODULE.track_order_completed(client, MODULE.OrderCompleted(order_id="o-1", total=None), user_id="u-1")
    first, second = client.calls
    assert (first["event"], first["properties"], first["messageId"]) == ("Signed Out", {}, "m-1")
    assert "protocols" not in first["context"]
    assert (second["event"], second["properties"]) == ("Order Completed", {"order_id": "o-1", "total": None})
    assert second["context"]["protocols"] == {"event_version": 2}


def test_an_older_version_says_so_and_keeps_the_context(client: Client) -> None:
    context = {"ip": "203.0.113.9", "protocols": {"sourceId": "s"}}
    properties = MODULE.OrderCompletedV1(order_id="o-1")
    MODULE.track_order_completed_v1(client, properties, anonymous_id="a-1", context=context)
    (call,) = client.calls
    assert call["context"]["ip"] == "203.0.113.9"
    assert call["context"]["protocols"] == {"sourceId": "s", "event_version": 1}
    assert context["protocols"] == {"sourceId": "s"}


def test_every_type_of_call(client: Client) -> None:
    MODULE.identify(client, MODULE.IdentifyTraits(email="ann@example.com"), user_id="u-1")
    MODULE.group(client, group_id="g-1", user_id="u-1")
    MODULE.page_home(client, category="Shop", user_id="u-1")
    MODULE.page(client, name="Cart", user_id="u-1")
    MODULE.screen(client, name="Main", user_id="u-1")
    MODULE.track_map(client, {"a": 1}, user_id="u-1")
    calls = {(call["type"], call.get("name")): call for call in client.calls}
    assert calls["identify", None]["traits"] == {"email": "ann@example.com"}
    assert calls["group", None]["groupId"] == "g-1"
    assert calls["page", "Home"]["category"] == "Shop"
    assert ("page", "Cart") in calls
    assert ("screen", "Main") in calls
    assert calls["track", None]["properties"] == {"a": 1}


class Handled:
    """A router with a typed handler for everything, and what they got."""

    def __init__(self) -> None:
        self.router = router = WebhookEventRouter()
        self.seen: list[tuple[str, Any]] = []

        @MODULE.on_track_order_completed(router)
        def newest(event: Track[MODULE.OrderCompleted]) -> None:
            self.seen.append(("newest", event.properties))

        @MODULE.on_track_order_completed_v1(router)
        async def oldest(event: Track[MODULE.OrderCompletedV1]) -> None:
            self.seen.append(("oldest", event.properties))

    def receive(self, event: str = "Order Completed", **more: Any) -> Any:
        outcome = self.router.route_sync(parse_event(msgspec.json.encode(track(event, **more))))
        return outcome.result, [name for name, _ in self.seen]


@pytest.mark.parametrize(
    ("context", "who"),
    [
        ({"protocols": {"event_version": 2}}, "newest"),
        ({"protocols": {"event_version": 1}}, "oldest"),
        ({"protocols": {"event_version": 7}}, "oldest"),
        ({"protocols": {"event_version": True}}, "oldest"),
        ({}, "oldest"),
        (None, "oldest"),
    ],
)
def test_a_handler_gets_the_events_of_its_version(context: Json, who: str) -> None:
    handled = Handled()
    properties = {"order_id": "o-1", "total": 1.5, "ordered_at": "2024-02-03T04:05:06Z"}
    assert handled.receive(properties=properties, context=context) == (Result.HANDLED, [who])
    ((_, typed),) = handled.seen
    assert (typed.order_id, typed.total, typed.ordered_at.year) == ("o-1", 1.5, 2024)
    assert typed.season is msgspec.UNSET


def test_an_event_that_does_not_fit_reaches_no_handler() -> None:
    handled = Handled()
    assert handled.receive(properties={"order_id": 1}) == (Result.INVALID, [])
    assert handled.receive("Other") == (Result.UNHANDLED, [])


def test_every_type_of_call_is_handled() -> None:
    router = WebhookEventRouter()
    seen: list[Any] = []

    @MODULE.on_identify(router)
    def identified(event: Identify[MODULE.IdentifyTraits]) -> None:
        seen.append(event.traits.email)

    @MODULE.on_group(router)
    def grouped(event: Group[MODULE.GroupTraits]) -> None:
        seen.append(event.traits)

    @MODULE.on_page_home(router)
    def at_home(event: Page[MODULE.HomePage]) -> None:
        seen.append("home")

    @MODULE.on_page(router)
    def anywhere(event: Page[MODULE.PageProperties]) -> None:
        seen.append("page")

    @MODULE.on_screen(router)
    def on_a_screen(event: Screen[MODULE.ScreenProperties]) -> None:
        seen.append("screen")

    for call in (
        {"type": "identify", "traits": {"email": "ann@example.com"}},
        {"type": "group", "traits": {}},
        {"type": "page", "name": "Home"},
        {"type": "page", "name": "Cart"},
        {"type": "screen", "name": "Main"},
    ):
        assert router.route_sync(parse_event(msgspec.json.encode(call))).result is Result.HANDLED
    assert seen == ["ann@example.com", MODULE.GroupTraits(), "home", "page", "page", "screen"]


def test_a_handler_must_say_what_it_takes() -> None:
    router = WebhookEventRouter()

    def untyped(event): ...  # type: ignore[no-untyped-def]
    def plain(event: Track) -> None: ...
    def other(happening: Track[MODULE.SignedOut]) -> None: ...

    for handler in (untyped, plain, other, lambda event: None):
        with pytest.raises(RegistrationError, match=r"write `\w+: Track\[OrderCompleted\]`"):
            MODULE.on_track_order_completed(router)(handler)
    assert MODULE.on_track_signed_out(router)(other) is other


@pytest.mark.parametrize(
    ("bag", "problem", "place"),
    [
        ({"type": "strin"}, "type must be one of array, boolean", "type"),
        ({"properties": {"a": {"required": "a"}}}, "required must be an array of names", "properties.a.required"),
        ({"properties": {"a": 1}}, "properties must be an object of schemas", "properties"),
        ({"items": []}, "items must be a schema, or an array of schemas", "items"),
        ({"minLength": 1.5}, "minLength must be a whole number", "minLength"),
        ({"minimum": True}, "minimum must be a number", "minimum"),
        ({"multipleOf": 0}, "multipleOf must be a number above zero", "multipleOf"),
        ({"allOf": []}, "allOf must be an array of schemas", "allOf"),
        ({"allOf": [{"uniqueItems": 1}]}, "uniqueItems must be true or false", "allOf[0].uniqueItems"),
        ({"dependencies": {"a": 1}}, "dependencies must be an object of schemas or arrays", "dependencies"),
        ({"type": "string"}, "no properties fit this schema", ""),
        ({"properties": {"a": False}, "required": ["a"]}, "no properties fit this schema", ""),
        ({"allOf": [{"type": "object"}, {"type": "null"}]}, "no properties fit this schema", ""),
        ({"properties": {"\ud800": {}}}, "an unpaired surrogate", ""),
    ],
)
def test_what_cannot_be_made_is_told_with_its_place(bag: Json, problem: str, place: str) -> None:
    with pytest.raises(PlanError) as caught:
        generate(plan_for(bag))
    assert problem in str(caught.value)
    base = "$.data.rules[0].jsonSchema.properties.properties"
    assert caught.value.place == (f"{base}.{place}" if place else base)


def test_a_reference_that_leads_nowhere() -> None:
    for reference in ("#/definitions/none", "https://example.com/x.json", "#here"):
        with pytest.raises(PlanError, match="cannot follow the reference"):
            generate(plan_for({"properties": {"a": {"$ref": reference}}}))


def test_schemas_without_end() -> None:
    deep: Json = {}
    for _ in range(70):
        deep = {"items": deep}
    with pytest.raises(PlanError, match="more than 64 levels deep"):
        generate(plan_for({"properties": {"a": deep}}))
    definitions = {f"d{n}": {"anyOf": [{"$ref": f"#/definitions/d{n + 1}", "type": "object"}] * 3} for n in range(40)}
    definitions = {
        name: {"type": "object", "anyOf": [{"allOf": [*each["anyOf"][:1], {"minProperties": n}]} for n in range(3)]}
        for name, each in definitions.items()
    }
    schema = {
        **mirrored({"properties": {"a": {"$ref": "#/definitions/d0"}}}),
        "definitions": {**definitions, "d40": {}},
    }
    with pytest.raises(PlanError, match="too many alternatives"):
        generate(plan_of({"type": "TRACK", "key": "A", "jsonSchema": schema}))


@pytest.mark.parametrize(
    "circle",
    [
        {"$ref": "#/definitions/a"},
        {"allOf": [{"$ref": "#/definitions/a"}]},
        {"allOf": [{"$ref": "#/definitions/a"}, {"type": "object"}]},
        {"anyOf": [{"$ref": "#/definitions/a"}, {"type": "null"}]},
        {"type": "array", "items": {"$ref": "#/definitions/a"}},
        {"type": "object", "properties": {"x": {"allOf": [{"$ref": "#/definitions/a"}, {"required": ["y"]}]}}},
        {"type": "object", "additionalProperties": {"$ref": "#/definitions/a"}},
    ],
)
def test_circles_come_to_an_end(circle: Json) -> None:
    schema = {**mirrored({"properties": {"v": {"$ref": "#/definitions/a"}}}), "definitions": {"a": circle}}
    made = generate(plan_of({"type": "TRACK", "key": "Made", "jsonSchema": schema}))
    decode = msgspec.json.Decoder(load(made.text).Made).decode
    decode(b"{}")
    if circle.get("type") is None:  # what these mean, JSON Schema leaves open
        return
    plan = plan_of({"type": "TRACK", "key": "Made", "jsonSchema": schema})
    for text in (b'{"v":{}}', b'{"v":{"x":{"y":{},"x":{"y":1}}}}', b'{"v":[[],[[]]]}'):
        if not plan.violations(track("Made", properties=msgspec.json.decode(text))):
            decode(text)


def test_the_width_has_a_limit() -> None:
    with pytest.raises(ConfigurationError, match="at least 88"):
        generate(plan_for({}), line_length=87)
