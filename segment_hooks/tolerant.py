"""The slow way from a JSON object to a struct, for text on which the fast decoder gives up: unpaired surrogates, a
number for an id, very deep nesting, or text that is not JSON at all."""

from __future__ import annotations

from functools import cache
from typing import Any, TypeVar, cast

import msgspec
from msgspec.structs import FieldInfo, force_setattr

from segment_hooks import jsontext
from segment_hooks.errors import PayloadError

S = TypeVar("S", bound=msgspec.Struct)

GIVES_UP = (msgspec.DecodeError, RecursionError, UnicodeDecodeError)
"""What the fast decoder raises for text that may well be JSON; a ValidationError is a DecodeError."""


def read(make: type[S], text: bytes, path: str = "$") -> S:
    """A `make`, whose fields are texts and undecoded parts, from the object that is `text`.

    Raises `PayloadError`, with the place below `path`, where `text` is not one JSON object.
    """
    members = jsontext.children(text, path)
    if not text.lstrip().startswith(b"{"):
        raise PayloadError(f"expected an object, found {jsontext.kind_of(text)}", path=path)
    found = make()
    fields = _fields(make)
    for member in members:
        field = fields.get(cast("str", member.key))
        if field is not None:
            raw = text[member.start : member.end]
            value: Any = msgspec.Raw(raw) if field.type is msgspec.Raw else _as_text(raw, field.name)
            force_setattr(found, field.name, value)
    return found


@cache
def _fields(of: type[msgspec.Struct]) -> dict[str, FieldInfo]:
    return {field.encode_name: field for field in msgspec.structs.fields(of) if ":" not in field.encode_name}


def _as_text(raw: bytes, name: str) -> str | None:
    """A field that is documented as text: numbers keep their digits, what is no scalar is left to `payload`."""
    if raw.startswith(b'"'):
        return cast("str", jsontext.decode(raw))
    if raw[:1] in b"{[tfn" or name == "type":
        return None
    return raw.decode("ascii")
