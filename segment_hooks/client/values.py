"""Any value that a caller may put in an event → what the JSON encoder takes, or an error that names the place.

The encoder (msgspec) takes more than is good for an event: bytes become base64 without a word, times without a zone
stay so, a `Decimal("NaN")` becomes text that is not JSON. So values are looked at first. Nearly all bags are flat and
of plain types, which one call of C code finds out; only the others are walked through.

    None, bool, int, str, UUID, date, time, timedelta      as they are
    float, Decimal                                          numbers; NaN and infinities become null, as in JavaScript
    datetime                                                ISO 8601; must have a time zone
    enum                                                    its value
    mapping, msgspec struct, dataclass, attrs, pydantic     objects
    list, tuple, set, frozenset, deque                      arrays
    paths, IP addresses, URLs of pydantic                   their text
    bytes, and everything else                              refused
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from ipaddress import IPv4Address, IPv6Address
from pathlib import PurePath
from typing import Any, ClassVar, Protocol, TypeAlias, cast
from uuid import UUID

import msgspec

from segment_hooks.client.errors import invalid


class Dataclass(Protocol):
    """An instance of a dataclass."""

    __dataclass_fields__: ClassVar[dict[str, Any]]


class Attrs(Protocol):
    """An instance of an attrs class."""

    __attrs_attrs__: ClassVar[Any]


class Pydantic(Protocol):
    """An instance of a pydantic model."""

    __pydantic_serializer__: ClassVar[Any]


Object: TypeAlias = Mapping[str, object] | msgspec.Struct | Dataclass | Attrs | Pydantic
"""What may be given as properties, traits, context: anything that is a JSON object in the end."""

_SIMPLE = frozenset({str, int, float, bool, type(None), UUID, date})
is_flat = _SIMPLE.issuperset
"""Whether these are types of which nothing has to be looked at."""
_DEEPEST = 100
"""Levels. What is nested deeper is most likely an object that contains itself."""


def is_plain(bag: object) -> bool:
    """Whether the encoder can be trusted with `bag`: a dict of plain values, and nothing to look at closer.

    Text is not looked at: the encoder itself refuses what is not UTF-8, and what it refuses goes through `plain`.
    """
    if bag.__class__ is not dict:
        return False
    values = cast("dict[object, object]", bag).values()
    try:
        "".join(cast("dict[str, object]", bag))  # the quickest way to see that every key is text
        return is_flat(map(type, values)) or all(map(_is_plain_value, values))
    except (TypeError, RecursionError):
        return False


def _is_plain_value(value: object) -> bool:
    kind: object = value.__class__
    if kind in _SIMPLE:
        return True
    if kind is dict:
        return is_plain(value)
    if kind is list:
        return all(map(_is_plain_value, cast("list[object]", value)))
    return kind is datetime and cast("datetime", value).utcoffset() is not None


def plain(value: object, path: str) -> dict[str, object]:
    """`value` as a dict of plain values; raises `SegmentError` with the place where it cannot be made one."""
    made = _plain(value, path, 0)
    if not isinstance(made, dict):
        raise invalid(
            "not_an_object",
            f"{path} must be an object: a mapping, a msgspec struct, a dataclass or a pydantic model, "
            f"not {type(value).__name__}",
            path,
        )
    return cast("dict[str, object]", made)


def _plain(value: object, path: str, depth: int) -> object:
    if depth > _DEEPEST:
        raise invalid("too_deep", f"{path} is nested more than {_DEEPEST} levels deep, or contains itself", path)
    if isinstance(value, Enum):  # first: a member may be text or a number as well
        return _plain(value.value, path, depth)
    if isinstance(value, str):
        return _text(value)
    if value is None or isinstance(value, bool | UUID | timedelta | time):
        return value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, Decimal):
        return Decimal(value) if value.is_finite() else None
    if isinstance(value, datetime):
        return aware(value, path)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes | bytearray | memoryview):
        raise invalid("bytes", f"{path} is bytes, which JSON has no form for: decode them, or write them in hex", path)
    if isinstance(value, Mapping):
        members = cast("Mapping[object, object]", value)
        named = ((_key(key, path), member) for key, member in members.items())
        return {key: _plain(member, f"{path}.{key}", depth + 1) for key, member in named}
    if isinstance(value, list | tuple | deque | AbstractSet):
        items = cast("list[object]", value)
        return [_plain(item, f"{path}[{index}]", depth + 1) for index, item in enumerate(items)]
    if isinstance(value, PurePath | IPv4Address | IPv6Address):
        return _text(str(value))
    return _plain(_opened(value, path), path, depth + 1)


def aware(moment: datetime, path: str) -> datetime:
    """`moment` itself; raises `SegmentError` where it has no time zone."""
    if moment.utcoffset() is None:
        raise invalid(
            "naive_datetime",
            f"{path} is a time without a time zone, which every reader would take for another moment: "
            "use datetime.now(UTC), or .replace(tzinfo=…)",
            path,
        )
    return moment


def _text(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        # half of an emoji, say, where text was cut; U+FFFD is what any reader would show for it
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return str(text)


def _key(key: object, path: str) -> str:
    if isinstance(key, Enum):
        key = key.value
    if isinstance(key, str):
        return _text(key)
    if isinstance(key, int | float | UUID | date) and not isinstance(key, bool):
        return str(key)
    raise invalid("key", f"{path} has a key that is no text, but {type(key).__name__}", path)


def _opened(value: object, path: str) -> object:
    """An object of some class as what it holds, one level of it."""
    kind = type(value)
    if kind.__module__.partition(".")[0] in {"pydantic", "pydantic_core"}:
        return str(value)  # a URL; of a secret, this is asterisks
    serializer: Any = getattr(kind, "__pydantic_serializer__", None)
    if serializer is not None:
        # as Python values, so that a number stays one; the names are those that the model has in JSON
        return serializer.to_python(value, mode="python", by_alias=True)
    if isinstance(value, msgspec.Struct) or hasattr(kind, "__dataclass_fields__") or hasattr(kind, "__attrs_attrs__"):
        return _fields(value, path)
    raise invalid("type", f"{path} is a {kind.__name__}, which has no form in JSON", path)


def _fields(value: Any, path: str) -> object:
    # the encoder knows which fields it would write, and under which names; their values are left for the walk to see
    try:
        written: object = msgspec.to_builtins(value, enc_hook=_ignore)
    except RecursionError:
        raise invalid("too_deep", f"{path} contains itself, or is nested too deep", path) from None
    if not isinstance(value, msgspec.Struct):
        return {name: getattr(value, name) for name in cast("dict[str, object]", written)}
    if not isinstance(written, dict):  # a struct that is an array
        return [getattr(value, name) for name in value.__struct_fields__]
    attributes = dict(zip(value.__struct_encode_fields__, value.__struct_fields__, strict=True))
    return {
        name: getattr(value, attributes[name]) if name in attributes else member  # or else the tag
        for name, member in cast("dict[str, object]", written).items()
    }


def _ignore(_: object) -> None:
    """What the encoder is told about types that it does not know."""
