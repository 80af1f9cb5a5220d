"""A plan held against the calls of a `SegmentClient` or an `AsyncSegmentClient`, before they are taken.

    client = plan.check_sending(SegmentClient("write-key"))                     # a call that breaks the plan raises
    client = plan.check_sending(SegmentClient("write-key"), log_calls)          # is told of it, and the call is sent

For development and tests rather than for production: raising there makes of a faulty event a faulty service.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias, TypeVar

from segment_hooks.errors import ConfigurationError
from segment_hooks.log import logger
from segment_hooks.tracking_plan.errors import ViolationError
from segment_hooks.tracking_plan.payloads import described, payload_of
from segment_hooks.tracking_plan.violations import Violation

if TYPE_CHECKING:
    from segment_hooks.tracking_plan.plan import TrackingPlan

OnSent: TypeAlias = Literal["raise", "report"] | Callable[[Mapping[str, Any], Sequence[Violation]], object]
"""`"raise"` `ViolationError`, or `"report"` in the log, or tell a function of the call, as it would be sent."""


class Receipt(Protocol):
    """An event that a client is to take in, encoded."""

    @property
    def body(self) -> bytes:
        """Its JSON text."""
        ...


class Client(Protocol):
    """What both clients have in common: their calls (`client.event.track(…)` …) hand what they encode to these."""

    def accept(self, receipt: Any, /) -> Any:
        """Take in one event."""
        ...

    def accept_all(self, receipts: Any, /) -> Any:
        """Take in several."""
        ...


_CALLS = ("event", "identify", "group", "page", "screen", "alias")
C = TypeVar("C", bound=Client)


def check_sending(
    plan: TrackingPlan,
    client: C,
    on_violation: OnSent = "raise",
    *,
    unplanned_events: bool = True,
    unplanned_properties: bool = False,
) -> C:
    """Have every call of `client` held against `plan` from now on; returns the client.

    `unplanned_events`, `unplanned_properties`: as in `TrackingPlan.violations`. Raises `PlanError` for a rule whose
    schema is none, `ConfigurationError` for an unknown policy.
    """
    if not callable(on_violation) and on_violation not in ("raise", "report"):
        raise ConfigurationError(f"on_violation is 'raise', 'report' or a function, not {on_violation!r}")
    plan.compile()

    def look(body: bytes) -> None:
        call = payload_of(body)
        found = plan.violations(call, unplanned_events=unplanned_events, unplanned_properties=unplanned_properties)
        if found:
            _tell(on_violation, call, found)

    guard = _Guard(client, look)
    for name in _CALLS:
        calls: Any = getattr(client, name)
        setattr(client, name, type(calls)(guard))  # each is made of what takes in its events
    return client


def _tell(on_violation: OnSent, call: Mapping[str, Any], found: Sequence[Violation]) -> None:
    if callable(on_violation):
        on_violation(call, found)
    elif on_violation == "raise":
        raise ViolationError(described(call), found)
    else:
        told = "; ".join(map(str, found))
        logger().warning("a call that is being sent (%s) breaks the tracking plan: %s", described(call), told)


class _Guard:
    """Stands before a client and looks at what it is to take: all of a batch before any of it is taken."""

    def __init__(self, client: Client, look: Callable[[bytes], None]) -> None:
        self._client = client
        self._look = look

    def accept(self, receipt: Receipt) -> Any:
        self._look(receipt.body)
        return self._client.accept(receipt)

    def accept_all(self, receipts: Sequence[Receipt]) -> Any:
        for receipt in receipts:
            self._look(receipt.body)
        return self._client.accept_all(receipts)
