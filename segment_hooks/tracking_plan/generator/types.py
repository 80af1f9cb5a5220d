"""Shapes → Python types as code, and the classes that they need."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from segment_hooks.tracking_plan.generator.layout import Code, call, chain, quoted, raw, subscript
from segment_hooks.tracking_plan.generator.naming import Names, class_name
from segment_hooks.tracking_plan.shapes.model import (
    ANY,
    Array,
    Mapping,
    Number,
    Record,
    Recursion,
    Shape,
    String,
)
from segment_hooks.tracking_plan.shapes.reader import Reader

_FORMATS = {"date-time": "DateTime", "date": "date", "time": "TimeOfDay"}


def records(shape: Shape) -> Iterator[Record]:
    """The objects in a shape that become classes: those within come before those around them."""
    found = shape.object
    if isinstance(found, Record):
        for member in found.members:
            yield from records(member.shape)
        yield found
    elif isinstance(found, Mapping) and found.values is not None:
        yield from records(found.values)
    if shape.array is not None:
        for each in (*(shape.array.exactly or ()), *([shape.array.items] if shape.array.items else [])):
            yield from records(each)


class Types:
    """The types of one rule. `stem`: the name of the class for the event's own properties."""

    def __init__(self, shape: Shape, reader: Reader, stem: str, names: Names) -> None:
        self._reader = reader
        self._names: dict[int, str] = {}
        self.records: list[Record] = []
        """In the order in which their classes are to stand."""
        self.imports: set[str] = set()
        """What the code so far takes from elsewhere."""
        for record in records(shape):
            if id(record) in self._names:  # more than one reference leads to it
                continue
            self.records.append(record)
            self._names[id(record)] = ""
        for record in sorted(self.records, key=lambda each: (len(each.place), each.place)):
            wanted = stem + "".join(map(_part, record.place))
            self._names[id(record)] = stem if not record.place else names.take(wanted)

    def name_of(self, record: Record) -> str:
        """The name of its class."""
        return self._names[id(record)]

    def union(self, shape: Shape) -> list[Code]:
        """The type as the members of a union."""
        if shape == ANY or self._is_endless(shape.object):
            return [self._import("Any")]
        found: list[Code] = []
        if shape.object is not None:
            found.append(self._object(shape.object))
        if shape.array is not None:
            found.append(self._array(shape.array))
        found += self._literal(shape)
        if shape.string is not None and shape.string.values is None:
            found.append(self._string(shape.string))
        if shape.number is not None and shape.number.values is None:
            found.append(self._number(shape.number))
        if shape.boolean:
            found.append("bool")
        if shape.null:
            found.append("None")
        return found

    def code(self, shape: Shape) -> Code:
        """The type."""
        return joined(self.union(shape))

    def _is_endless(self, found: object) -> bool:
        """Whether it is a recursion that goes through no class, for which there is no type."""
        if not isinstance(found, Recursion):
            return False
        target = self._reader.target(found)
        return not (isinstance(target.object, Record) and target == Shape(object=target.object))

    def _object(self, found: Mapping | Record | Recursion) -> Code:
        if isinstance(found, Recursion):
            found = self._reader.target(found).object or Mapping()
        if isinstance(found, Record):
            return self.name_of(found)
        assert isinstance(found, Mapping)  # noqa: S101  # a recursion to another kind is Any
        values: Code = self._import("Any") if found.values is None else self.code(found.values)
        keys = self._string(found.keys)
        return self._annotated(subscript("dict", keys, values), _sizes(found))

    def _array(self, found: Array) -> Code:
        if found.exactly is not None:
            return subscript("tuple", *map(self.code, found.exactly))
        items: Code = self._import("Any") if found.items is None else self.code(found.items)
        return self._annotated(subscript("list", items), _sizes(found))

    def _literal(self, shape: Shape) -> list[Code]:
        texts = shape.string.values or () if shape.string else ()
        numbers = shape.number.values or () if shape.number else ()
        if not texts and not numbers:
            return []
        return [subscript(self._import("Literal"), *map(quoted, texts), *map(str, numbers))]

    def _string(self, found: String) -> Code:
        if found.format in _FORMATS:
            return self._import(_FORMATS[found.format])
        if found.values is not None:
            return subscript(self._import("Literal"), *map(quoted, found.values))
        limits = _sizes(found)
        if found.pattern is not None:
            limits.append(f"pattern={raw(found.pattern)}")
        return self._annotated("str", limits)

    def _number(self, found: Number) -> Code:
        names = ["ge", "gt", "le", "lt"]
        if found.whole and found.multiple_of is not None and found.multiple_of == int(found.multiple_of):
            names.append("multiple_of")
        limits = [f"{name}={value!r}" for name in names if (value := getattr(found, name)) is not None]
        return self._annotated("int" if found.whole else "float", limits)

    def _annotated(self, code: Code, limits: list[str]) -> Code:
        if not limits:
            return code
        return subscript(self._import("Annotated"), code, call(self._import("Meta"), *limits))

    def _import(self, name: str) -> str:
        self.imports.add(name)
        return name


def joined(union: list[Code]) -> Code:
    """`a | b`"""
    parts: list[Code] = []
    for each in union:
        parts += [" | ", each] if parts else [each]
    return chain(*parts) if len(parts) > 1 else parts[0]


def _sizes(found: Any) -> list[str]:
    least = [f"min_length={found.min_length}"] if found.min_length else []
    return [*least, *([] if found.max_length is None else [f"max_length={found.max_length}"])]


def _part(part: str) -> str:
    """What a step adds to the name of a class."""
    if part.startswith("["):
        return f"Item{part[1:-1]}"
    return "Value" if part == "{}" else class_name(part.removeprefix("#"), "Field")
