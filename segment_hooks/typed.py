"""A bag (`properties`, `traits`, a whole payload) decoded into the user's own type."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import msgspec

from segment_hooks import jsontext
from segment_hooks.errors import InvalidEventPayload, PayloadError, RegistrationError

T = TypeVar("T")

Decode = Callable[[bytes | msgspec.Raw], T]
"""Undecoded JSON to a value of the user's type; raises `InvalidEventPayload` where it does not fit."""


def decoder_for(cls: type[T] | Any) -> Decode[T]:
    """A decoder into `cls`: a msgspec struct, dataclass, TypedDict, attrs class, pydantic model or dataclass, or any
    other type that msgspec knows, such as `dict[str, int]`.

    Raises `RegistrationError` where neither library can decode into `cls`.
    """
    try:
        # pydantic's types are known by what they have: importing pydantic is not needed
        return _pydantic_decoder(cls) if hasattr(cls, "__pydantic_validator__") else _msgspec_decoder(cls)
    except TypeError as error:
        raise RegistrationError(
            f"cannot decode events into {name_of(cls)}: {error}. Use a msgspec struct, a dataclass, "
            "a TypedDict or a pydantic model."
        ) from error
    except NameError as error:
        raise RegistrationError(
            f"cannot decode events into {name_of(cls)}: {error}. Its annotations must be importable at run time, "
            "so not from under `if TYPE_CHECKING:`."
        ) from error


def _msgspec_decoder(cls: Any) -> Decode[Any]:
    decode = msgspec.json.Decoder(cls).decode
    for custom in _custom_types(cls):
        raise TypeError(f"nothing knows how to make a {name_of(custom)} from JSON")

    def decode_json(raw: bytes | msgspec.Raw) -> Any:
        try:
            return decode(raw)
        except msgspec.ValidationError as error:
            raise _unfit(cls, _problem(error)) from None
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            value = _decode(raw)
        try:
            return _convert(value, cls)
        except msgspec.ValidationError as error:
            raise _unfit(cls, _problem(error)) from None
        except RecursionError:
            raise _unfit(cls, "nested too deep") from None

    return decode_json


def _custom_types(cls: Any) -> Iterator[Any]:
    """The types in `cls` that msgspec takes for made by a hook; there is none, so no event would ever fit."""
    from msgspec import inspect

    waiting: list[Any] = [inspect.type_info(cls)]
    seen: set[int] = set()
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, inspect.CustomType):
            yield node.cls
        elif isinstance(node, tuple):
            waiting += node
        elif isinstance(node, inspect.Type | inspect.Field):
            waiting += [getattr(node, name) for name in node.__struct_fields__]


def _convert(value: Any, cls: Any) -> Any:
    # to find a field, or to read a date, msgspec needs UTF-8, which has no unpaired surrogates
    try:
        return msgspec.convert(value, cls)
    except UnicodeEncodeError:
        pass
    try:
        return msgspec.convert(_encodable(value, keys_only=True), cls)
    except UnicodeEncodeError:
        return msgspec.convert(_encodable(value, keys_only=False), cls)


def _encodable(value: Any, *, keys_only: bool) -> Any:
    """`value` with U+FFFD for every unpaired surrogate in its keys, or in all its strings."""
    kind: object = value.__class__  # decoded JSON has these types exactly
    if kind is dict:
        return {_replaced(key): _encodable(member, keys_only=keys_only) for key, member in value.items()}
    if kind is list:
        return [_encodable(item, keys_only=keys_only) for item in value]
    return _replaced(value) if kind is str and not keys_only else value


def _replaced(text: str) -> str:
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _pydantic_decoder(cls: Any) -> Decode[Any]:
    from pydantic import PydanticUserError, TypeAdapter, ValidationError

    try:
        adapter = TypeAdapter(cls)
        _ = cls.__pydantic_validator__.title  # a model whose annotations were not known yet is completed, or refused
    except PydanticUserError as error:
        raise TypeError(error.message.rstrip(".")) from error

    def decode(raw: bytes | msgspec.Raw) -> Any:
        try:
            try:
                return adapter.validate_json(bytes(raw))
            except ValidationError as error:
                if all(each["type"] != "json_invalid" for each in error.errors()):
                    raise
            value = _decode(raw)
            try:
                return adapter.validate_python(_encodable(value, keys_only=True))
            except UnicodeEncodeError:  # where a string must be one of some words, pydantic needs UTF-8 too
                return adapter.validate_python(_encodable(value, keys_only=False))
        except ValidationError as error:
            # the messages may quote values; their types, listed in pydantic's documentation, do not
            found = error.errors(include_url=False, include_context=False, include_input=False)
            problems = "; ".join(f"{each['type']} - at `${jsontext.path_of(each['loc'])}`" for each in found)
            raise _unfit(cls, problems) from None
        except RecursionError:
            raise _unfit(cls, "nested too deep") from None

    return decode


def _decode(raw: bytes | msgspec.Raw) -> Any:
    try:
        return jsontext.decode(raw)
    except PayloadError as error:
        raise InvalidEventPayload(str(error)) from None


def _unfit(cls: Any, problem: str) -> InvalidEventPayload:
    return InvalidEventPayload(f"does not fit {name_of(cls)}: {problem}")


_PLACE = re.compile(r" - at `[^`]*`\Z")
_QUOTING = re.compile(r"(Invalid value|Invalid enum value|Object contains unknown field) .*", re.DOTALL)


def _problem(error: msgspec.ValidationError) -> str:
    """What `error` says, without any value out of the event."""
    message = str(error)
    place = _PLACE.search(message)
    where = place[0] if place else ""
    if error.__cause__ is not None:  # raised by `__post_init__`, whose words may be anything
        return f"refused by a check of the type itself{where}"
    quoting = _QUOTING.fullmatch(message)
    return quoting[1] + where if quoting else message


def name_of(cls: Any) -> str:
    """The name of a type as its author would write it."""
    return getattr(cls, "__qualname__", None) or str(cls)
