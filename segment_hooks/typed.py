"""A bag (`properties`, `traits`, a whole payload) decoded into the user's own type."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

from segment_hooks import jsontext
from segment_hooks.errors import InvalidEventPayload, PayloadError, RegistrationError

T = TypeVar("T")

Decode = Callable[[bytes | msgspec.Raw], T]
"""Undecoded JSON to a value of the user's type; raises `InvalidEventPayload` where it does not fit."""


def decoder_for(cls: type[T] | Any) -> Decode[T]:
    """A decoder into `cls`: a msgspec struct, dataclass, TypedDict, attrs class, pydantic model, or any other type
    that msgspec knows, such as `dict[str, int]`.

    Raises `RegistrationError` where neither library can decode into `cls`.
    """
    if hasattr(cls, "__pydantic_validator__"):  # a model is known by what it has: importing pydantic is not needed
        return _pydantic_decoder(cls)
    try:
        decode: Decode[T] = msgspec.json.Decoder(cls).decode
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

    def decode_json(raw: bytes | msgspec.Raw) -> T:
        try:
            return decode(raw)
        except msgspec.ValidationError as error:
            raise InvalidEventPayload(f"does not fit {name_of(cls)}: {_without_values(str(error))}") from None
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            value = _decode(raw)
        try:
            return msgspec.convert(value, cls)
        except (msgspec.ValidationError, RecursionError) as error:
            raise InvalidEventPayload(f"does not fit {name_of(cls)}: {_without_values(str(error))}") from None

    return decode_json


def _pydantic_decoder(model: Any) -> Decode[Any]:
    def decode(raw: bytes | msgspec.Raw) -> Any:
        value = _decode(raw)
        try:
            return model.model_validate(value)
        except ValueError as error:  # pydantic.ValidationError is one
            details: list[Any] = getattr(error, "errors", list)()
            problems = "; ".join(f"{d['msg']} - at `${_path(d['loc'])}`" for d in details)
            raise InvalidEventPayload(f"does not fit {name_of(model)}: {problems}") from None

    return decode


def _decode(raw: bytes | msgspec.Raw) -> Any:
    try:
        return jsontext.decode(raw)
    except PayloadError as error:
        raise InvalidEventPayload(str(error)) from None


def _path(steps: tuple[str | int, ...]) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)


def _without_values(message: str) -> str:
    # msgspec quotes the offending value in one message only: "Invalid enum value 'x'"
    return message.split(" value ", 1)[0] + " value" + _place(message) if "enum value" in message else message


def _place(message: str) -> str:
    _, found, place = message.rpartition(" - at ")
    return f" - at {place}" if found else ""


def name_of(cls: Any) -> str:
    """The name of a type as its author would write it."""
    return getattr(cls, "__qualname__", None) or str(cls)
