"""HMAC-SHA1 of one body: the package's prepared key against the two ways of the standard library."""

from __future__ import annotations

import hashlib
import hmac
import random
from collections.abc import Callable
from itertools import repeat

from benchmarks.byhand import pads
from benchmarks.harness import Contender, Table, compare, measure
from benchmarks.workload import SECRET
from segment_hooks.signature import SigningKey

ROUNDS = 300
OURS = "SigningKey.digest"
REACH: dict[int, dict[str, float]] = {400: {OURS: 2.0}, 1600: {}}
"""Twice as fast where preparing the pads anew weighs most; the longer the body, the nearer they come."""


def run(rounds: int) -> list[Table]:
    """One table for each size."""
    return [_one(size, rounds) for size in REACH]


def _one(size: int, rounds: int) -> Table:
    body, key = random.Random(size).randbytes(size), SECRET.encode()
    copy_inner, copy_outer = pads(SECRET)

    def by_hand(message: bytes) -> bytes:
        inner = copy_inner()
        inner.update(message)
        outer = copy_outer()
        outer.update(inner.digest())
        return outer.digest()  # type: ignore[no-any-return]

    ways: dict[str, Callable[[bytes], bytes]] = {
        "hmac.digest": lambda message: hmac.digest(key, message, "sha1"),
        "hmac.new": lambda message: hmac.new(key, message, hashlib.sha1).digest(),
        "by hand, pads copied": by_hand,
        OURS: SigningKey(SECRET).digest,
    }
    if len({way(body) for way in ways.values()}) != 1:
        raise RuntimeError("the digests differ")
    times = measure({name: _repeated(way, body) for name, way in ways.items()}, rounds=rounds)
    return compare(f"HMAC-SHA1 of {size} B", times, floor="hmac.digest", reach=REACH[size])


def _repeated(way: Callable[[bytes], bytes], body: bytes) -> Contender:
    def work(count: int) -> None:
        for _ in repeat(None, count):
            way(body)

    return work
