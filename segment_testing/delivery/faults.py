"""What goes wrong between Segment and a service, each fault a small value; several compose.

    Simulator(app, secret=…, faults=[Duplicate(chance=0.2), Reorder(), LoseAcknowledgement(attempts=1)], seed=7)

Every fault draws from a stream of its own, made from the one seed and its place in the list: so a run can be repeated,
and another fault at the end of the list changes nothing for those before it.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any, ClassVar

import msgspec

from segment_hooks import ConfigurationError, parse_timestamp
from segment_testing import javascript
from segment_testing.delivery.request import WebhookRequest
from segment_testing.delivery.rules import Answer, Failure
from segment_testing.delivery.transport import PLAINLY, Carriage
from segment_testing.serverside import iso, loads


class Shipment(msgspec.Struct):
    """One request that is about to be made: what faults change."""

    texts: list[bytes]
    """The JSON text of each event in it."""
    attempt: int
    """1 for the first time that Segment sends these events."""
    secret: str | bytes | None = None
    """What it is signed with, where not with the destination's secret."""
    carriage: Carriage = PLAINLY
    lost: Failure | None = None
    """What Segment sees in place of the answer."""
    again: list[float] = []
    """After how many seconds it comes again, though it was delivered."""
    forgeries: list[WebhookRequest] = []
    """What somebody else sends after it."""
    faults: list[str] = []
    """Names of the faults that struck."""


class Fault(msgspec.Struct, frozen=True, kw_only=True, repr_omit_defaults=True):
    """Something that goes wrong.

    `chance`: how likely, from 0 to 1, for each request. `attempts`: only the first so many attempts of an event; None
    for all. Subclass it for a fault of your own: `before` is called with each shipment that the fault strikes, `after`
    with the request as well, once that is made.
    """

    chance: float = 1.0
    attempts: int | None = None

    NAME: ClassVar[str] = ""
    """What it is called in a report, and on the command line."""

    def __post_init__(self) -> None:
        if not 0 <= self.chance <= 1:
            raise ConfigurationError(f"the chance of a fault lies between 0 and 1, so it cannot be {self.chance!r}")

    def arrange(self, order: list[int], delays: list[float], random: Random) -> None:
        """Change the order in which events are first sent, and by how many seconds each of them is late."""

    def strikes(self, shipment: Shipment, random: Random) -> bool:
        """Whether this shipment is struck. Always draws once, so that a run does not depend on what came before."""
        drawn = random.random()
        return drawn < self.chance and (self.attempts is None or shipment.attempt <= self.attempts)

    def before(self, shipment: Shipment, random: Random) -> None:
        """Change what is about to be sent."""

    def after(self, shipment: Shipment, request: WebhookRequest, random: Random) -> None:
        """Look at the request that will be sent, to add to the shipment."""


class Duplicate(Fault, frozen=True, kw_only=True, repr_omit_defaults=True):
    """A request comes again, up to `seconds` later, though it was delivered."""

    seconds: float = 120.0
    NAME: ClassVar[str] = "duplicate"

    def before(self, shipment: Shipment, random: Random) -> None:
        shipment.again.append(self.seconds * random.random())


class Reorder(Fault, frozen=True, kw_only=True, repr_omit_defaults=True):
    """Events are sent in another order than that in which they happened: each changes its place with `chance`."""

    NAME: ClassVar[str] = "reorder"

    def arrange(self, order: list[int], delays: list[float], random: Random) -> None:  # noqa: ARG002
        moved = [place for place in range(len(order)) if random.random() < self.chance]
        events = [order[place] for place in moved]
        random.shuffle(events)
        for place, event in zip(moved, events, strict=True):
            order[place] = event

    def strikes(self, shipment: Shipment, random: Random) -> bool:  # noqa: ARG002
        return False


class Delay(Fault, frozen=True, kw_only=True, repr_omit_defaults=True):
    """Events are first sent up to `seconds` late, so that later ones overtake them."""

    seconds: float = 600.0
    NAME: ClassVar[str] = "delay"

    def arrange(self, order: list[int], delays: list[float], random: Random) -> None:
        for event in order:
            if random.random() < self.chance:
                delays[event] += self.seconds * random.random()

    def strikes(self, shipment: Shipment, random: Random) -> bool:  # noqa: ARG002
        return False


class LoseAcknowledgement(Fault, frozen=True, kw_only=True, repr_omit_defaults=True):
    """The service takes the request and answers, but Segment never hears of it and tries again."""

    NAME: ClassVar[str] = "lose-acknowledgement"

    def before(self, shipment: Shipment, random: Random) -> None:
        shipment.lost = random.choice([Failure.TIMED_OUT, Failure.RESET])


class CutConnection(Fault, frozen=True, kw_only=True, repr_omit_defaults=True):
    """The connection ends half way through the body."""

    NAME: ClassVar[str] = "cut-connection"

    def before(self, shipment: Shipment, random: Random) -> None:  # noqa: ARG002
        shipment.carriage = msgspec.structs.replace(shipment.carriage, cut=True)


class SlowBody(Fault, frozen=True, kw_only=True, repr_omit_defaults=True):
    """The body comes in several pieces, with pauses (in seconds of the virtual clock) between them."""

    pieces: int = 4
    pause: float = 0.5
    NAME: ClassVar[str] = "slow-body"

    def before(self, shipment: Shipment, random: Random) -> None:  # noqa: ARG002
        shipment.carriage = msgspec.structs.replace(shipment.carriage, pieces=self.pieces, pause=self.pause)


class WrongSecret(Fault, frozen=True, kw_only=True, repr_omit_defaults=True):
    """The request is signed with a secret that the service has never heard of."""

    NAME: ClassVar[str] = "wrong-secret"

    def before(self, shipment: Shipment, random: Random) -> None:
        shipment.secret = random.randbytes(16).hex()


class OldSecret(Fault, frozen=True, kw_only=True, repr_omit_defaults=True):
    """The request is signed with `secret`, which was in use before: what a service sees while secrets are rotated."""

    secret: str | bytes
    NAME: ClassVar[str] = "old-secret"

    def before(self, shipment: Shipment, random: Random) -> None:  # noqa: ARG002
        shipment.secret = self.secret

    def __repr__(self) -> str:
        return f"OldSecret(secret=…, chance={self.chance}, attempts={self.attempts})"


class ClockSkew(Fault, frozen=True, kw_only=True, repr_omit_defaults=True):
    """The sender's clock is wrong, by up to `seconds` either way. Segment corrects `timestamp`, and hands on what the
    sender wrote as `originalTimestamp` and `sentAt`."""

    seconds: float = 86_400.0
    NAME: ClassVar[str] = "clock-skew"

    def before(self, shipment: Shipment, random: Random) -> None:
        skew = self.seconds * (2 * random.random() - 1)
        shipment.texts = [_skewed(text, skew) for text in shipment.texts]


class TamperHead(Fault, frozen=True, kw_only=True, repr_omit_defaults=True):
    """Somebody who saw the request sends it again with a change in its first event. No signature covers that."""

    NAME: ClassVar[str] = "tamper-head"

    def after(self, shipment: Shipment, request: WebhookRequest, random: Random) -> None:
        forged = _forged_event(shipment.texts[0], random)
        rest = shipment.texts[1:] if request.body.startswith(b"[") else None
        body = forged if rest is None else b"[" + b",".join([forged, *rest]) + b"]"
        shipment.forgeries.append(with_body(request, body))


class TamperTail(Fault, frozen=True, kw_only=True, repr_omit_defaults=True):
    """Somebody who saw the request sends it again, as a batch with an event of their own behind the first. Of a batch
    Segment signs the first event only, so the signature is right."""

    NAME: ClassVar[str] = "tamper-tail"

    def after(self, shipment: Shipment, request: WebhookRequest, random: Random) -> None:
        body = b"[" + shipment.texts[0] + b"," + _forged_event(shipment.texts[-1], random) + b"]"
        shipment.forgeries.append(with_body(request, body))


FAULTS: dict[str, type[Fault]] = {
    fault.NAME: fault
    for fault in (
        Duplicate,
        Reorder,
        Delay,
        LoseAcknowledgement,
        CutConnection,
        SlowBody,
        TamperHead,
        TamperTail,
        WrongSecret,
        ClockSkew,
    )
}
"""By name: those that need no more than a chance."""


def fault_named(text: str) -> Fault:
    """The fault that `text` asks for: a name, or a name and a chance, as in `duplicate=0.2`.

    Raises `ConfigurationError` for any other text.
    """
    name, _, chance = text.partition("=")
    if name not in FAULTS:
        raise ConfigurationError(f"there is no fault {name!r}; there are {', '.join(FAULTS)}")
    try:
        return FAULTS[name](chance=float(chance) if chance else 1.0)
    except ValueError as error:
        raise ConfigurationError(f"the chance of {name} is a number from 0 to 1, not {chance!r}") from error


def lost(shipment: Shipment, answer: Answer) -> Answer:
    """What Segment sees of the answer."""
    return answer if shipment.lost is None else Answer(None, failure=shipment.lost)


def streams(faults: Sequence[Fault], seed: int) -> list[Random]:
    """The random numbers of each fault."""
    return [Random(f"{seed}/{place}/{fault.NAME}") for place, fault in enumerate(faults)]  # noqa: S311


def with_body(request: WebhookRequest, body: bytes) -> WebhookRequest:
    """The request with another body and the length that this has; the signature stays as it is."""
    headers = tuple((n, str(len(body)) if n.lower() == "content-length" else value) for n, value in request.headers)
    return msgspec.structs.replace(request, headers=headers, body=body)


def _forged_event(text: bytes, random: Random) -> bytes:
    """An event like this one, under an id of its own and for the forger's benefit."""
    event: dict[str, Any] = loads(text)
    event["messageId"] = f"forged-{random.randrange(10**9)}"
    for bag in ("properties", "traits"):
        if isinstance(event.get(bag), dict):
            event[bag] = {**event[bag], "forged": True}
    if "userId" in event:
        event["userId"] = "forger"
    return javascript.write(event)


def _skewed(text: bytes, seconds: float) -> bytes:
    from datetime import timedelta

    event: dict[str, Any] = loads(text)
    changed = False
    for name in ("originalTimestamp", "sentAt"):
        moment = parse_timestamp(event[name]) if isinstance(event.get(name), str) else None
        if moment is not None:
            event[name] = iso(moment + timedelta(seconds=seconds))
            changed = True
    return javascript.write(event) if changed else text
