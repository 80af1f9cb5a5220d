"""What a JSON Schema says about a value, as far as a Python type can say it: one part for each kind of JSON.

A value fits a shape where the part for its kind is there and the value fits that part. Nothing here knows how a type is
written; nothing here changes once it is made.
"""

from __future__ import annotations

import msgspec

Place = tuple[str, ...]
"""The way to a value within its event's properties, for names of classes and for notes: `("products", "[]", "sku")`."""


class Number(msgspec.Struct, frozen=True):
    """Numbers, or whole numbers only."""

    whole: bool = False
    ge: float | None = None
    gt: float | None = None
    le: float | None = None
    lt: float | None = None
    multiple_of: float | None = None
    values: tuple[int, ...] | None = None
    """The only ones, where there are few."""


class String(msgspec.Struct, frozen=True):
    """Text."""

    min_length: int = 0
    max_length: int | None = None
    pattern: str | None = None
    """For Python's `re.search`."""
    format: str | None = None
    """One that the validator checks."""
    values: tuple[str, ...] | None = None


class Array(msgspec.Struct, frozen=True):
    """A list of any length, or a tuple."""

    items: Shape | None = None
    """Of every item; None for anything."""
    exactly: tuple[Shape, ...] | None = None
    """Of each item in turn, where the length is fixed."""
    min_length: int = 0
    max_length: int | None = None
    unique: bool = False
    """Whether no item stands twice; no type can say so."""


class Mapping(msgspec.Struct, frozen=True):
    """An object whose names are not known beforehand."""

    values: Shape | None = None
    """None for anything."""
    keys: String = String()
    min_length: int = 0
    max_length: int | None = None


class Member(msgspec.Struct, frozen=True):
    """One named member of an object."""

    name: str
    shape: Shape
    required: bool
    description: str = ""


class Record(msgspec.Struct, frozen=True):
    """An object with named members: what becomes a class."""

    place: Place
    members: tuple[Member, ...]
    """The required ones first, then by name, so that the order in the plan does not matter."""
    closed: bool = False
    """Whether other members are refused."""
    description: str = ""


class Recursion(msgspec.Struct, frozen=True):
    """The object that a reference leads to, seen from within that object."""

    reference: str


class Shape(msgspec.Struct, frozen=True):
    """What may stand in one place."""

    null: bool = False
    boolean: bool = False
    number: Number | None = None
    string: String | None = None
    array: Array | None = None
    object: Mapping | Record | Recursion | None = None

    @property
    def empty(self) -> bool:
        """Whether no value fits."""
        return self == NEVER


NEVER = Shape()
KINDS = tuple(Shape.__struct_fields__)


ANY = Shape(null=True, boolean=True, number=Number(), string=String(), array=Array(), object=Mapping())


class Note(msgspec.Struct, frozen=True, order=True):
    """What a schema says that the type does not."""

    field: str
    """The value in question, below the event's properties: `products[].tags`; empty for the properties themselves."""
    keyword: str
    assumed: bool = False
    """Not a rule that the type leaves out, but the reverse: the type was left out, and read off other keywords."""

    def __str__(self) -> str:
        rule = f"the type, read off {self.keyword!r}" if self.assumed else self.keyword
        return f"{self.field or '(itself)'}: {rule}"


def field_of(place: Place) -> str:
    """A place as text."""
    return "".join(part if part.startswith("[") or not index else f".{part}" for index, part in enumerate(place))
