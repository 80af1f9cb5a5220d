"""The closed loop: what a client sends to the fake comes out as webhooks at a service, as through Segment.

to_service = segment.deliver_to(app, secret=SECRET, types=["track"])
shop.checkout()                     # tracks to the fake
to_service.forward().check()        # what has come until now is delivered, with Segment's server-side fields
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from typing import Any, Unpack

from segment_hooks import ConfigurationError
from segment_testing import javascript
from segment_testing.delivery.clock import VirtualClock
from segment_testing.delivery.logged import LoggedSimulator, SimulatorOptions
from segment_testing.delivery.report import Report
from segment_testing.delivery.targets import Target
from segment_testing.fake.deliveries import Deliveries
from segment_testing.recording import Call, Ledger

Data = Callable[[dict[str, Any]], Mapping[str, Any]]
"""What a mapping sends in place of an event, made of the event."""

CALL_TYPES = ("track", "identify", "group", "page", "screen", "alias")


class ClosedLoop(LoggedSimulator):
    """Delivers what a ledger records to a service, through one mapping of a destination; and, like any simulator,
    events that are given to it.

    `types`: the call types that are delivered; left out, all. `names`: the events of track calls, and the names of
    pages and screens, that are delivered; left out, all. `data`: what is sent in place of the event; left out, the
    event as it leaves Segment's servers. The other arguments are those of a `Simulator`. What was recorded before is
    not delivered. Several loops on one ledger are several mappings: each delivers what fits it.
    """

    def __init__(
        self,
        target: Target,
        ledger: Ledger,
        deliveries: Deliveries,
        *,
        types: Collection[str] = (),
        names: Collection[str] = (),
        data: Data | None = None,
        **options: Unpack[SimulatorOptions],
    ) -> None:
        for word, given in (("types", types), ("names", names)):
            if isinstance(given, str):
                raise ConfigurationError(f"{word} is a list of texts, as in {word}=[{given!r}]")
        unknown = set(types) - set(CALL_TYPES)
        if unknown:
            raise ConfigurationError(f"no call type: {', '.join(sorted(unknown))}; there are {', '.join(CALL_TYPES)}")
        options.setdefault("clock", VirtualClock(datetime.now(UTC)))
        super().__init__(target, deliveries, **options)
        self._ledger = ledger
        self._types, self._names, self._data = frozenset(types), frozenset(names), data
        self._seen = ledger.total

    def forward(self) -> Report:
        """Deliver what has been recorded since the last time, until each event is delivered or given up.

        Call it where no event loop runs, and when the client has sent what it had: after its `flush()`.
        """
        return self.deliver(self._waiting())

    async def forward_async(self) -> Report:
        """The same on an event loop."""
        return await self.deliver_async(self._waiting())

    def _waiting(self) -> list[bytes]:
        if self._ledger.total < self._seen:  # it was cleared
            self._seen = 0
        calls = self._ledger.since(self._seen)
        self._seen = self._ledger.total if not calls else calls[-1].sequence + 1
        return [self._text(call) for call in calls if self._wants(call)]

    def _wants(self, call: Call) -> bool:
        return (not self._types or call.type in self._types) and (not self._names or call.name in self._names)

    def _text(self, call: Call) -> bytes:
        # in alphabetical order, as Segment delivers
        payload = dict(sorted(call.payload.items()))
        sent = payload if self._data is None else self._data(payload)
        if not isinstance(sent, Mapping):
            raise ConfigurationError(f"data gives the object that is sent, a dict, not {type(sent).__name__}")
        return javascript.write(dict(sent))
