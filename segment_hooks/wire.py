"""Requests and responses as plain values: what every adapter turns its framework's objects into and out of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any, TypeAlias

import msgspec

Pair: TypeAlias = tuple[str | bytes, str | bytes]
HeaderSource: TypeAlias = Mapping[Any, Any] | Iterable[Pair]

JSON = b"application/json"
"""The content type of all that Segment sends, but for forms."""

FORM = b"application/x-www-form-urlencoded"
"""The content type of a form, which the extensible webhook destination can be set to send."""


class Headers:
    """Request headers: names in any case, and every value of a name that stands more than once.

    Made from a mapping or from (name, value) pairs, in text or bytes, so from what any framework has. Any bytes
    are taken; text outside latin-1 (which HTTP cannot carry) becomes UTF-8.
    """

    __slots__ = ("_first", "_repeated")

    def __init__(self, source: HeaderSource = ()) -> None:
        pairs: Iterable[Pair] = getattr(source, "items", lambda: source)()
        self._keep([(as_bytes(name).lower(), as_bytes(value)) for name, value in pairs])

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
        headers._keep(raw if isinstance(raw, list) else list(raw))
        return headers

    def _keep(self, pairs: list[tuple[bytes, bytes]]) -> None:
        self._first = dict(pairs)
        self._repeated: dict[bytes, tuple[bytes, ...]] = {}
        if len(self._first) < len(pairs):
            for name, value in pairs:
                self._repeated[name] = (*self._repeated.get(name, ()), value)
            self._first = {name: values[0] for name, values in self._repeated.items()}

    def get_all(self, name: bytes) -> tuple[bytes, ...]:
        """Every value of `name` (in lower case), in wire order; empty where there is none."""
        if self._repeated:
            return self._repeated.get(name, ())
        value = self._first.get(name)
        return () if value is None else (value,)

    def get(self, name: bytes) -> bytes | None:
        """The only, or the first, value of `name` (in lower case)."""
        return self._first.get(name)

    def names(self) -> list[bytes]:
        """Every name, in lower case, once."""
        return list(self._first)

    def __repr__(self) -> str:
        # values may be credentials
        return f"Headers({', '.join(sorted(name.decode('latin-1') for name in self.names()))})"


def as_bytes(text: object) -> bytes:
    """Text of a header as HTTP carries it."""
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
        return list(_as_text(self.headers))


@lru_cache(maxsize=64)
def _as_text(headers: tuple[tuple[bytes, bytes], ...]) -> tuple[tuple[str, str], ...]:
    return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in headers)
