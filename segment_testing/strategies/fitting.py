"""JSON that fits a type of the user's own: a msgspec struct, dataclass, TypedDict, attrs class, or whatever else
msgspec decodes. Pydantic's models say what fits them in a schema (see `schemas`)."""

from __future__ import annotations

from typing import Any

import msgspec
from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument
from msgspec import inspect

from segment_testing.strategies import schemas
from segment_testing.strategies.times import moments
from segment_testing.strategies.values import keys, texts, values


def fitting(cls: Any) -> st.SearchStrategy[Any]:
    """JSON values, decoded, that decode into `cls`.

    A check that only the class itself knows (a `__post_init__`, a validator) may still refuse some of them. Raises
    `InvalidArgument` where neither msgspec nor pydantic can say what fits `cls`.
    """
    if hasattr(cls, "__pydantic_validator__"):
        from pydantic import TypeAdapter

        return schemas.from_schema(TypeAdapter(cls).json_schema(mode="validation"))
    try:
        return _Walk().strategy(inspect.type_info(cls))
    except (TypeError, NameError) as error:
        raise InvalidArgument(
            f"{error}: use a msgspec struct, a dataclass, a TypedDict or a pydantic model, or pass a strategy for dicts"
        ) from error


class _Walk:
    """From what msgspec knows of a type to a strategy. Types that hold themselves are met again in the memo."""

    def __init__(self) -> None:
        self._memo: dict[int, st.SearchStrategy[Any]] = {}

    def strategy(self, node: inspect.Type) -> st.SearchStrategy[Any]:
        if not isinstance(node, inspect.StructType | inspect.TypedDictType | inspect.DataclassType):
            return self._plain(node)
        if id(node) not in self._memo:
            made: list[st.SearchStrategy[Any]] = []
            self._memo[id(node)] = st.deferred(lambda: made[0])
            made.append(self._fields(node))
        return self._memo[id(node)]

    def _fields(
        self, node: inspect.StructType | inspect.TypedDictType | inspect.DataclassType
    ) -> st.SearchStrategy[Any]:
        tag = [(node.tag_field, st.just(node.tag))] if isinstance(node, inspect.StructType) and node.tag_field else []
        if isinstance(node, inspect.StructType) and node.array_like:
            return st.tuples(*(each for _, each in tag), *(self.strategy(f.type) for f in node.fields)).map(list)
        return st.fixed_dictionaries(
            {**dict(tag), **{f.encode_name: self.strategy(f.type) for f in node.fields if f.required}},
            optional={f.encode_name: self.strategy(f.type) for f in node.fields if not f.required},
        )

    def _plain(self, node: inspect.Type) -> st.SearchStrategy[Any]:
        match node:
            case inspect.Metadata(type=inner):
                return self.strategy(inner)
            case inspect.AnyType() | inspect.RawType():
                return values
            case inspect.NoneType():
                return st.none()
            case inspect.BoolType():
                return st.booleans()
            case inspect.IntType():
                return schemas.from_schema({"type": "integer", **_limits(node)})
            case inspect.FloatType():
                return schemas.from_schema({"type": "number", **_limits(node)})
            case inspect.StrType():
                words = {"pattern": node.pattern, "minLength": node.min_length, "maxLength": node.max_length}
                given = {word: value for word, value in words.items() if value is not None}
                return schemas.from_schema({"type": "string", **given}) if given else texts
            case inspect.EnumType(cls=cls):
                return st.sampled_from([member.value for member in cls])
            case inspect.LiteralType(values=given):
                return st.sampled_from(sorted(given, key=_by_kind))
            case inspect.UnionType(types=types):
                return st.one_of([self.strategy(each) for each in _simplest_first(types)])
            case inspect.DictType():
                return st.dictionaries(self._key(node.key_type), self.strategy(node.value_type), **_sizes(node))
            case inspect.TupleType(item_types=items):
                return st.tuples(*map(self.strategy, items)).map(list)
            case inspect.ListType() | inspect.SetType() | inspect.FrozenSetType() | inspect.VarTupleType():
                of_a_set = isinstance(node, inspect.SetType | inspect.FrozenSetType)
                unique = msgspec.json.encode if of_a_set and node.min_length else None
                return st.lists(self.strategy(node.item_type), unique_by=unique, **_sizes(node))
            case inspect.NamedTupleType(fields=fields):
                return st.tuples(*(self.strategy(field.type) for field in fields)).map(list)
            case _:
                return _written(node)

    def _key(self, node: inspect.Type) -> st.SearchStrategy[str]:
        if node in (inspect.StrType(), inspect.AnyType()):
            return keys
        return self.strategy(node).map(str)


def _written(node: inspect.Type) -> st.SearchStrategy[Any]:
    """What has no form of its own in JSON, as msgspec writes it."""
    match node:
        case inspect.DateTimeType(tz=tz):
            zones = [] if tz is False else [moments.map(lambda moment: moment.isoformat().replace("+00:00", "Z"))]
            return st.one_of([*zones, *([] if tz else [moments.map(lambda moment: moment.isoformat()[:19])])])
        case inspect.DateType():
            made: st.SearchStrategy[Any] = st.dates()
        case inspect.TimeType(tz=tz):
            made = st.times(timezones=st.timezones() if tz else st.none())
        case inspect.TimeDeltaType():
            made = st.timedeltas()
        case inspect.UUIDType():
            made = st.uuids()
        case inspect.DecimalType():
            made = st.decimals(allow_nan=False, allow_infinity=False, places=2)
        case inspect.BytesType() | inspect.ByteArrayType() | inspect.MemoryViewType():
            made = st.binary(max_size=12)
        case _:
            raise TypeError(f"there is no JSON for {getattr(node, 'cls', node)!r}")
    return made.map(msgspec.to_builtins)


def _limits(node: inspect.IntType | inspect.FloatType) -> dict[str, Any]:
    words = {
        "exclusiveMinimum": node.gt,
        "minimum": node.ge,
        "exclusiveMaximum": node.lt,
        "maximum": node.le,
        "multipleOf": node.multiple_of,
    }
    return {word: value for word, value in words.items() if value is not None}


def _sizes(node: Any) -> dict[str, Any]:
    least: int = node.min_length or 0
    most: int = least + 3 if node.max_length is None else min(least + 3, node.max_length)
    return {"min_size": least, "max_size": most}


def _by_kind(value: str | int | None) -> tuple[str, str]:
    return type(value).__name__, str(value)


def _simplest_first(types: tuple[inspect.Type, ...]) -> list[inspect.Type]:
    return sorted(types, key=lambda node: not isinstance(node, inspect.NoneType))
