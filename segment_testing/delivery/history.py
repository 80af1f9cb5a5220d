"""A history of deliveries: which events there were, and in which requests they came."""

from __future__ import annotations

from typing import Any

import msgspec

from segment_hooks import Event


class History(msgspec.Struct, frozen=True):
    """Events, and how they are delivered: each at least once, maybe in another order, in batches, and again."""

    events: tuple[Event, ...]
    """Each event once, in the order in which they happened."""
    deliveries: tuple[tuple[int, ...], ...]
    """The requests, in order: of each, the places in `events` of what it carries."""

    @classmethod
    def calm(cls, events: tuple[Event, ...]) -> History:
        """Each event by itself, once, in order: what a handler may hope for and must not rely on."""
        return cls(events, tuple((index,) for index in range(len(events))))

    def batches(self) -> list[list[Event]]:
        """The events of each request."""
        return [[self.events[index] for index in delivery] for delivery in self.deliveries]

    def lines(self) -> list[str]:
        """What happens, in words: a line for each request."""
        seen: set[int] = set()
        lines: list[str] = []
        for delivery in self.deliveries:
            parts: list[str] = []
            for index in delivery:
                parts.append(describe(self.events[index]) + (" again" if index in seen else ""))
                seen.add(index)
            lines.append(parts[0] if len(parts) == 1 else f"a batch: {'; '.join(parts)}")
        return lines

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:  # noqa: ARG002  # IPython's protocol
        with printer.group(8, "History(", ")"):
            printer.pretty(self.events)
            printer.text(",")
            printer.breakable()
            printer.pretty(self.deliveries)


def describe(event: Event) -> str:
    """An event in a few words: its type, name and id."""
    name = getattr(event, "event", None) or getattr(event, "name", None)
    words = [event.type or "object", *([repr(name)] if name else []), *([event.message_id] if event.message_id else [])]
    return " ".join(words)
