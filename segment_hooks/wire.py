"""Requests and responses as plain values: what every adapter turns its framework's objects into and out of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias

import msgspec

Pair: TypeAlias = tuple[str | bytes, str | bytes]
HeaderSource: TypeAlias = Mapping[Any, Any] | Iterable[Pair]

FORM = b"application/x-www-form-urlencoded"
"""The content type of a form, which the extensible webhook destination can be set to send."""


class Headers:
    """Request headers: names in any case, and every value of a name that stands more than once.

    Made from a mapping or from (name, value) pairs, in text or bytes, so from what any framework has. Any bytes
    are taken; text outside latin-1 (which HTTP cannot carry) becomes UTF-8.
    """

    __slots__ = ("_values",)

    def __init__(self, source: HeaderSource = ()) -> None:
        values: dict[bytes, tuple[bytes, ...]] = {}
        pairs: Iterable[Pair] = getattr(source, "items", lambda: source)()
        for name, value in pairs:
            key = _as_bytes(name).lower()
            values[key] = (*values.get(key, ()), _as_bytes(value))
        self._values = values

    @classmethod
    def of(cls, source: Headers | HeaderSource) -> Headers:
        """`source` itself where it is `Headers` already, else made from it."""
        if isinstance(source, Headers):
            return source
        # of the mappings that repeat a name some do so in items() (aiohttp), others in a method of their own: Starlette
        # calls it multi_items(), werkzeug and Django lists()
        multi: Callable[[], Iterable[Pair]] | None = getattr(source, "multi_items", None)
        if multi is not None:
            return cls(multi())
        lists: Callable[[], Iterable[tuple[str, list[str]]]] | None = getattr(source, "lists", None)
        if lists is not None:
            return cls((name, value) for name, values in lists() for value in values)
        return cls(source)

    @classmethod
    def from_asgi(cls, raw: Iterable[tuple[bytes, bytes]]) -> Headers:
        """From `scope["headers"]`, whose names are lower case already (ASGI, HTTP connection scope)."""
        headers = cls.__new__(cls)
        values: dict[bytes, tuple[bytes, ...]] = {}
        for name, value in raw:
            values[name] = (*values[name], value) if name in values else (value,)
        headers._values = values
        return headers

    def get_all(self, name: bytes) -> tuple[bytes, ...]:
        """Every value of `name` (in lower case), in wire order; empty where there is none."""
        return self._values.get(name, ())

    def get(self, name: bytes) -> bytes | None:
        """The only, or the first, value of `name` (in lower case)."""
        values = self._values.get(name)
        return values[0] if values else None

    def __repr__(self) -> str:
        # values may be credentials
        return f"Headers({', '.join(sorted(name.decode('latin-1') for name in self._values))})"


def _as_bytes(text: object) -> bytes:
    if isinstance(text, bytes):
        return text
    text = str(text)
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")


class Request(msgspec.Struct, frozen=True):
    """One HTTP request, whole. `body` is exactly the bytes that came: the signature is over them."""

    method: str
    headers: Headers
    body: bytes

    def __repr__(self) -> str:
        return f"Request({self.method!r}, {self.headers!r}, {len(self.body)} bytes)"


class Response(msgspec.Struct, frozen=True):
    """One HTTP answer. Header names are lower case; `content-length` is among them."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...] = ()
    body: bytes = b""

    def text_headers(self) -> list[tuple[str, str]]:
        """The headers as text, for WSGI and for frameworks that want it."""
        return [(name.decode("latin-1"), value.decode("latin-1")) for name, value in self.headers]
