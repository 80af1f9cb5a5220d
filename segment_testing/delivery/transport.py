"""How one request is carried: whole and at once, or worse."""

from __future__ import annotations

import msgspec

from segment_testing.delivery.clock import VirtualClock


class Carriage(msgspec.Struct, frozen=True):
    """`pieces`: in how many the body comes. `pause`: seconds on the virtual clock before each piece but the first.
    `cut`: whether the connection ends half way through the body."""

    pieces: int = 1
    pause: float = 0.0
    cut: bool = False

    def split(self, body: bytes) -> list[bytes]:
        """The pieces that are sent."""
        if self.pieces == 1 and not self.cut:
            return [body]
        if self.cut:
            body = body[: len(body) // 2]
        size = max(1, -(-len(body) // self.pieces))
        return [body[at : at + size] for at in range(0, len(body), size)] or [b""]

    def wait(self, clock: VirtualClock) -> None:
        """What lies between two pieces."""
        if self.pause:
            clock.advance(self.pause)


PLAINLY = Carriage()
"""Whole and at once."""
