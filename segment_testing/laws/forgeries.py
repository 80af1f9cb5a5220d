"""What is not from Segment must have no effects."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from hypothesis import strategies as st

from segment_hooks import ConfigurationError, Event
from segment_testing import javascript
from segment_testing.delivery.destination import Destination
from segment_testing.delivery.faults import with_body
from segment_testing.delivery.request import WebhookRequest
from segment_testing.delivery.targets import Target
from segment_testing.laws.searching import Events, Settings, drawn_already, lists_of_events, search
from segment_testing.laws.subject import Observe, Reset, Subject
from segment_testing.laws.words import broken, told
from segment_testing.serverside import loads
from segment_testing.strategies import hostile_requests

_BODIES = ("POST", "PUT", "PATCH")


class Forgery(msgspec.Struct, frozen=True):
    """A request that is not from Segment, or not all of it."""

    what: str
    """How it came about, in words."""
    request: WebhookRequest
    genuine: Event | None = None
    """The event in it that is from Segment, and that its signature covers."""


def check_rejects_forgeries(
    app: Target,
    events: Events | None = None,
    *,
    observe: Observe,
    reset: Reset,
    secret: str | bytes | None = None,
    destination: Destination | None = None,
    settings: Settings = None,
) -> None:
    """What is not from Segment must have no effects: what is signed badly, or was changed after it was signed, in its
    first event or behind it. Of a batch Segment signs the first event only.

    `secret`: the one that the service knows; the law needs it to make genuine requests, and to change those. Headers
    that a `destination` maps, a `StaticHeader` for instance, are taken for something that forgers do not know. Raises
    `LawBroken` with the smallest forgery that is accepted, or has effects.
    """
    with Subject(app, observe=observe, reset=reset, secret=secret, destination=destination) as subject:
        key = subject.destination.secret
        if not key:
            raise ConfigurationError("check_rejects_forgeries needs the service's secret, to sign what it then changes")
        given = lists_of_events(events).filter(bool)
        forger = Destination(secret=key)
        cases = st.one_of(
            st.builds(_tail(forger), given),
            st.builds(_head(forger), given),
            hostile_requests(secret=key).map(_hostile),
        )

        def law(forgery: Forgery) -> None:
            __tracebackhide__ = True
            _judge(subject, forgery)

        drawn = drawn_already(events)
        search(law, cases, settings, None if drawn is None else [make(forger)(drawn) for make in (_tail, _head)])


def _judge(subject: Subject, forgery: Forgery) -> None:
    __tracebackhide__ = True
    subject.reset()
    nothing = subject.effects()
    allowed = [nothing]
    if forgery.genuine is not None:
        subject.send([forgery.genuine])
        allowed.append(subject.effects())
        subject.reset()
    answer = subject.send_request(forgery.request)
    effects = subject.effects()
    if effects in allowed and not (answer.ok and forgery.genuine is None and forgery.request.method in _BODIES):
        return
    problem = "has effects" if effects not in allowed else "is answered as if it were from Segment"
    raise broken(
        f"check_rejects_forgeries: {forgery.what} {problem}.",
        told(f"Sent, as {forgery.request.method}:", [_shown(forgery.request)], [answer], effects),
        "\n".join(["Without it:", f"  effects: {nothing!r}"])
        if forgery.genuine is None
        else f"With its first event alone:\n  effects: {allowed[-1]!r}",
        advice=_ADVICE if forgery.genuine is not None else _SIGNATURE_ADVICE,
    )


_ADVICE = (
    "Of a batch Segment signs the first event only. Refuse what is not covered (uncovered='refuse', with batching "
    "turned off in the destination), require a static header as well (uncovered=StaticHeader(…)), or look at "
    "event.covered."
)
_SIGNATURE_ADVICE = (
    "Verify the signature over the exact bytes of the body, in constant time, before anything else is done with them: "
    "SegmentWebhookHandler does."
)


def _tail(destination: Destination) -> Callable[[tuple[Event, ...]], Forgery]:
    def make(events: tuple[Event, ...]) -> Forgery:
        head, tail = events[0].raw, _forged(events[-1])
        genuine = destination.request([head], batch=True)
        return Forgery(
            "a batch whose first event is from Segment, and whose second one is not,",
            with_body(genuine, b"[" + head + b"," + tail + b"]"),
            events[0],
        )

    return make


def _head(destination: Destination) -> Callable[[tuple[Event, ...]], Forgery]:
    def make(events: tuple[Event, ...]) -> Forgery:
        genuine = destination.request([events[0].raw], batch=False)
        return Forgery("an event that was changed after it was signed", with_body(genuine, _forged(events[0])))

    return make


def _hostile(request: WebhookRequest) -> Forgery:
    return Forgery("a request that is not signed with the secret, or cannot be read,", request)


def _forged(event: Event) -> bytes:
    """An event like this one, under an id of its own."""
    payload: dict[str, Any] = loads(event.raw)
    return javascript.write({**payload, "messageId": "forged"})


def _shown(request: WebhookRequest) -> str:
    body = request.body if len(request.body) <= 400 else request.body[:400] + b"..."
    return f"{body!r}, signed {request.signature!r}"
