"""The requests in `tests/data/webhooks.jsonl`, as Segment's own published destinations sent them."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FILE = Path(__file__).parent.parent / "data" / "webhooks.jsonl"


@dataclass(frozen=True)
class Vector:
    """One recorded request. `signed` and `signed_slice` are explained in `tests/data/README.md`."""

    name: str
    kind: str
    destination: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    secret: str | None
    signed: str
    signed_slice: tuple[int, int] | None

    @property
    def signature(self) -> str | None:
        """The value of `X-Signature`."""
        return next((value for name, value in self.headers if name.lower() == "x-signature"), None)

    def __str__(self) -> str:
        return self.name


@cache
def recorded() -> tuple[Vector, ...]:
    """Every recorded request."""
    return tuple(_vector(json.loads(line)) for line in _FILE.read_text("utf-8").splitlines())


def named(name: str) -> Vector:
    """The one called `name`."""
    return next(vector for vector in recorded() if vector.name == name)


def _vector(line: dict[str, object]) -> Vector:
    text = {key: line[key] for key in ("name", "kind", "destination", "secret", "signed")}
    span = line.get("signed_slice")
    return Vector(
        **text,  # type: ignore[arg-type]
        headers=tuple((name, value) for name, value in line["headers"]),  # type: ignore[attr-defined]
        body=base64.b64decode(line["body_base64"]),  # type: ignore[arg-type]
        signed_slice=tuple(span) if span else None,  # type: ignore[arg-type]
    )
