"""What users' own types look like."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Literal, NamedTuple, TypedDict
from uuid import UUID

import attrs
import msgspec
import pydantic


class Currency(Enum):
    EUR = "EUR"
    USD = "USD"


class OrderCompleted(msgspec.Struct):
    order_id: str
    revenue: float = 0


class Line(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    sku_code: Annotated[str, msgspec.Meta(pattern=r"^[A-Z]{2}\d+$", max_length=8)]
    quantity: Annotated[int, msgspec.Meta(gt=0, le=99)] = 1


class Node(msgspec.Struct):
    value: int
    child: Node | None = None


class Size(NamedTuple):
    width: int
    height: int


class Point(msgspec.Struct, array_like=True):
    x: float
    y: Annotated[float, msgspec.Meta(ge=-1, lt=1)] = 0.5


class Everything(msgspec.Struct, tag_field="kind", tag="everything"):
    """Whatever msgspec can decode."""

    lines: Annotated[list[Line], msgspec.Meta(min_length=1, max_length=2)]
    currency: Currency
    at: datetime
    aware: Annotated[datetime, msgspec.Meta(tz=True)]
    naive: Annotated[datetime, msgspec.Meta(tz=False)]
    day: date
    took: timedelta
    amount: Decimal
    key: UUID
    blob: bytes
    flag: bool
    nothing: None
    size: Size
    point: Point
    pair: tuple[int, str]
    tags: set[str]
    many: tuple[int, ...]
    by_number: dict[int, str]
    by_name: dict[str, Currency]
    word: Literal["a", "b", 3]
    either: int | str | None
    even: Annotated[int, msgspec.Meta(multiple_of=2)]
    any: Any
    child: Node | None = None


@dataclass
class Profile:
    plan: str
    tags: list[str] = field(default_factory=list)


class Company(TypedDict, total=False):
    name: str
    employees: int


@attrs.define
class Visit:
    page: str
    seconds: int = 0


class Address(pydantic.BaseModel):
    city: str = pydantic.Field(alias="cityName", min_length=1, max_length=5)
    zip: str = pydantic.Field(pattern=r"^\d{4}$")


class Reservation(pydantic.BaseModel):
    """A model with rules, of which a schema knows all but the last."""

    seats: pydantic.PositiveInt
    code: Literal["x", "y"] = "x"
    at: datetime | None = None
    key: UUID | None = None
    took: timedelta | None = None
    day: date | None = None
    amount: float = pydantic.Field(0, ge=0, lt=10)
    address: Address | None = None
    others: list[Reservation] = pydantic.Field([], max_length=1)
    prices: dict[str, float] = {}
    pair: tuple[int, str] | None = None

    @pydantic.field_validator("seats")
    @classmethod
    def _is_possible(cls, seats: int) -> int:
        if seats == 13:
            raise ValueError("there is no such row")
        return seats


@pydantic.dataclasses.dataclass
class Ticket:
    seat: pydantic.NonNegativeInt


class Choosy(msgspec.Struct):
    """A check that no schema knows."""

    revenue: int

    def __post_init__(self) -> None:
        if self.revenue % 2:
            raise ValueError("odd")
