"""Values that callers put in events: as JSON, or refused with the place."""

from __future__ import annotations

import json
from collections import OrderedDict, deque
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import Enum, IntEnum, StrEnum
from ipaddress import IPv4Address
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import Any, NamedTuple
from uuid import UUID

import attrs
import msgspec
import pydantic
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segment_hooks.client import SegmentError, SegmentErrorType
from segment_hooks.client.values import is_plain, plain

encode = msgspec.json.Encoder(decimal_format="number").encode


class Plan(StrEnum):
    PRO = "pro"


class Level(IntEnum):
    HIGH = 3


class Color(Enum):
    RED = ("r", 1)


class Point(NamedTuple):
    x: int
    y: int


class Item(msgspec.Struct, rename="camel", omit_defaults=True):
    item_id: str
    unit_price: Decimal = Decimal(0)
    tags: list[str] = []
    note: str | msgspec.UnsetType = msgspec.UNSET


class Tagged(msgspec.Struct, tag="special", tag_field="kind"):
    value: Any


class Listed(msgspec.Struct, array_like=True):
    first: Any
    second: Any


@dataclass
class Address:
    city: str
    zip: Any = None
    lines: list[Any] = field(default_factory=list)


@attrs.define
class Shop:
    name: str
    open: bool = True


class Order(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(populate_by_name=True)

    order_id: str = pydantic.Field(alias="orderId")
    total: Decimal = Decimal(0)
    placed: datetime | None = None
    link: pydantic.AnyUrl | None = None
    secret: pydantic.SecretStr | None = None
    blob: bytes | None = None


class Text(str):
    __slots__ = ()


MOMENT = datetime(2026, 3, 4, 5, 6, 7, 89_000, tzinfo=timezone(timedelta(hours=2)))
IDENTITY = UUID("12345678-1234-5678-1234-567812345678")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        (True, True),
        (2**70, 2**70),
        (1.5, 1.5),
        (float("nan"), None),
        (float("-inf"), None),
        (Decimal("19.90"), 19.9),
        (Decimal("NaN"), None),
        (Decimal("Infinity"), None),
        ("Zoë", "Zoë"),
        (Text("x"), "x"),
        ("half \ud83d", "half \ufffd"),
        (MOMENT, "2026-03-04T05:06:07.089000+02:00"),
        (date(2026, 3, 4), "2026-03-04"),
        (time(5, 6), "05:06:00"),
        (timedelta(seconds=90), "PT90S"),
        (IDENTITY, str(IDENTITY)),
        (Plan.PRO, "pro"),
        (Level.HIGH, 3),
        (Color.RED, ["r", 1]),
        (Point(1, 2), [1, 2]),
        ((1, (2,)), [1, [2]]),
        ({3}, [3]),
        (frozenset({3}), [3]),
        (deque([1, 2]), [1, 2]),
        (OrderedDict(a=1), {"a": 1}),
        (MappingProxyType({"a": {"b": Plan.PRO}}), {"a": {"b": "pro"}}),
        ({1: "a", IDENTITY: 2, Plan.PRO: 3}, {"1": "a", str(IDENTITY): 2, "pro": 3}),
        (PurePosixPath("/a/b"), "/a/b"),
        (IPv4Address("203.0.113.9"), "203.0.113.9"),
        (Item("i-1"), {"itemId": "i-1"}),
        (Item("i-1", Decimal("2.5"), ["x"], "n"), {"itemId": "i-1", "unitPrice": 2.5, "tags": ["x"], "note": "n"}),
        (Tagged({"a": Item("i")}), {"kind": "special", "value": {"a": {"itemId": "i"}}}),
        (Listed(1, Plan.PRO), [1, "pro"]),
        (Address("Ulm", lines=[Point(1, 2)]), {"city": "Ulm", "zip": None, "lines": [[1, 2]]}),
        (Shop("s"), {"name": "s", "open": True}),
        (
            Order(order_id="o", total=Decimal("1.5"), placed=MOMENT, link="https://x.example/"),
            {
                "orderId": "o",
                "total": 1.5,
                "placed": "2026-03-04T05:06:07.089000+02:00",
                "link": "https://x.example/",
                "secret": None,
                "blob": None,
            },
        ),
    ],
    ids=repr,
)
def test_what_may_be_sent(value: Any, expected: Any) -> None:
    made = plain({"a": value}, "$.properties")
    assert json.loads(encode(made)) == {"a": expected}


@pytest.mark.parametrize("bag", [Item("i"), Address("Ulm"), Shop("s"), Order(order_id="o"), Tagged(1)], ids=repr)
def test_a_bag_may_be_an_object_of_a_class(bag: Any) -> None:
    assert isinstance(plain(bag, "$.properties"), dict)
    assert not is_plain(bag)


def test_a_secret_of_pydantic_stays_one() -> None:
    made = plain(Order(order_id="o", secret=pydantic.SecretStr("hunter2")), "$.properties")
    assert b"hunter2" not in encode(made)


def circle() -> dict[str, Any]:
    bag: dict[str, Any] = {"list": []}
    bag["list"].append(bag)
    return bag


def circle_of_structs() -> dict[str, Any]:
    tagged = Tagged(None)
    tagged.value = tagged
    return {"a": tagged}


@pytest.mark.parametrize(
    ("bag", "code", "path"),
    [
        ({"photo": b"x"}, "bytes", "$.properties.photo"),
        ({"a": [1, {"b": bytearray(b"x")}]}, "bytes", "$.properties.a[1].b"),
        ({"a": memoryview(b"x")}, "bytes", "$.properties.a"),
        ({"a": Address("Ulm", zip=b"89073")}, "bytes", "$.properties.a.zip"),
        ({"a": Tagged([b"x"])}, "bytes", "$.properties.a.value[0]"),
        ({"a": Shop(b"s")}, "bytes", "$.properties.a.name"),  # type: ignore[arg-type]
        ({"a": Order(order_id="o", blob=b"x")}, "bytes", "$.properties.a.blob"),
        ({"at": datetime(2026, 3, 4)}, "naive_datetime", "$.properties.at"),  # noqa: DTZ001  # on purpose
        ({"a": object()}, "type", "$.properties.a"),
        ({"a": (x for x in "ab")}, "type", "$.properties.a"),
        ({"a": 1j}, "type", "$.properties.a"),
        ({(1, 2): 1}, "key", "$.properties"),
        ({"a": {None: 1}}, "key", "$.properties.a"),
        ({"a": {True: 1}}, "key", "$.properties.a"),
        ({b"a": "x"}, "key", "$.properties"),
        ([1], "not_an_object", "$.properties"),
        ("text", "not_an_object", "$.properties"),
        (Listed(1, 2), "not_an_object", "$.properties"),
        (circle(), "too_deep", None),
        (circle_of_structs(), "too_deep", None),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_may_not(bag: Any, code: str, path: str | None) -> None:
    assert not is_plain(bag)
    with pytest.raises(SegmentError) as caught:
        plain(bag, "$.properties")
    assert caught.value.type is SegmentErrorType.VALIDATION
    assert caught.value.code == code
    assert not caught.value.is_retriable()
    if path is not None:
        assert caught.value.path == path
        assert path in str(caught.value)


scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.uuids()
    | st.dates()
    | st.decimals()
    | st.binary(max_size=3)
    | st.datetimes(timezones=st.none() | st.just(UTC))
    | st.sampled_from([Plan.PRO, Level.HIGH, Item("i"), Address("x"), Address("x", zip=b"y"), IPv4Address("127.0.0.1")])
)
values = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=4)
bags = st.dictionaries(st.text(max_size=5), values, max_size=5)


@given(bags)
def test_a_bag_is_made_json_or_refused_with_a_place(bag: dict[str, Any]) -> None:
    try:
        made = plain(bag, "$")
    except SegmentError as raised:
        refusal: SegmentError | None = raised
        made = {}
    else:
        refusal = None
    if refusal is not None:
        assert refusal.path is not None
        assert refusal.path.startswith("$")
        return
    strict: dict[str, Any] = json.loads(encode(made), parse_constant=pytest.fail)
    assert len(strict) <= len(bag)  # keys that differ in an unpaired surrogate alone may become one


@given(bags)
def test_what_is_called_plain_is_encoded_as_the_careful_way_does(bag: dict[str, Any]) -> None:
    if is_plain(bag):
        try:
            quick = encode(bag)
        except UnicodeEncodeError:
            return  # and then the careful way is taken
        assert quick == encode(plain(bag, "$"))
