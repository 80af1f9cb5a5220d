"""Neither the time zone of the machine nor the way in which a moment is written must matter."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import timedelta, timezone
from itertools import product
from typing import Any

import msgspec
from hypothesis import strategies as st

from segment_hooks import Event, parse_event, parse_timestamp
from segment_testing import javascript
from segment_testing.delivery.destination import Destination
from segment_testing.delivery.history import History
from segment_testing.delivery.targets import Target
from segment_testing.laws.searching import Events, Settings, drawn_already, lists_of_events, search
from segment_testing.laws.subject import Observe, Reset, Subject
from segment_testing.laws.words import broken, calmly, happened
from segment_testing.serverside import iso, loads

_FIELDS = ("originalTimestamp", "sentAt")
_OFFSETS = (None, 0, 120, -570)  # minutes
_ZONES = ("UTC", "Pacific/Kiritimati", "Pacific/Niue")  # fourteen hours ahead, eleven behind


def check_time_zones(
    app: Target,
    events: Events | None = None,
    *,
    observe: Observe,
    reset: Reset,
    secret: str | bytes | None = None,
    destination: Destination | None = None,
    settings: Settings = None,
) -> None:
    """Effects must depend on moments only: not on the machine's time zone, nor on how a sender writes a moment. Segment
    hands on `originalTimestamp` and `sentAt` as the SDK wrote them: `…Z` from JavaScript, `…+00:00` or another offset
    from Python.

    Where the system allows it (Unix), the time zone of this process is another one for a while. Raises `LawBroken` with
    the smallest events whose effects differ.
    """
    cases = st.builds(_Case, lists_of_events(events), st.sampled_from(_ZONES), st.sampled_from(_OFFSETS))
    with Subject(app, observe=observe, reset=reset, secret=secret, destination=destination) as subject:

        def law(case: _Case) -> None:
            __tracebackhide__ = True
            if case.zone == "UTC" and case.offset is None:
                return
            with machine_in("UTC"):
                expected = subject.run(History.calm(case.events))
            rewritten = tuple(_rewritten(event, case.offset) for event in case.events)
            with machine_in(case.zone):
                run = subject.run(History.calm(rewritten))
            if run.effects != expected.effects:
                raise broken(
                    "check_time_zones: the same moments have other effects.",
                    happened(case.title(), run),
                    calmly(expected, "On a machine in UTC, as the sender wrote it:"),
                    advice="Work with the datetimes that events give you (event.timestamp, event.original_timestamp): "
                    "they are aware and in UTC. Never cut off an offset, nor call datetime.fromtimestamp() or "
                    "datetime.now() without a time zone.",
                )

        given = drawn_already(events)
        every = None if given is None else [_Case(given, *each) for each in product(_ZONES, _OFFSETS)]
        search(law, cases, settings, every)


class _Case(msgspec.Struct, frozen=True):
    """Some events, where the machine stands, and in which offset (minutes) the sender writes its times."""

    events: tuple[Event, ...]
    zone: str
    offset: int | None

    def title(self) -> str:
        """What is special, in words."""
        written = "" if self.offset is None else f", and the sender's times written with {_zone(self.offset)}"
        return f"Delivered, with the machine in {self.zone}{written}:"


def _zone(minutes: int) -> timezone:
    return timezone(timedelta(minutes=minutes))


def _rewritten(event: Event, offset: int | None) -> Event:
    """The event with the sender's times written in another way; those that are not to the millisecond stay."""
    if offset is None:
        return event
    payload: dict[str, Any] = loads(event.raw)
    changed = False
    for name in _FIELDS:
        text = payload.get(name)
        moment = parse_timestamp(text) if isinstance(text, str) else None
        if moment is not None and iso(moment) == text:
            payload[name] = moment.astimezone(_zone(offset)).isoformat(timespec="milliseconds")
            changed = True
    return parse_event(javascript.write(payload)) if changed else event


@contextmanager
def machine_in(zone: str) -> Generator[None]:
    """This process in another time zone, where the system knows how (`time.tzset`)."""
    tzset: Callable[[], None] | None = getattr(time, "tzset", None)
    if tzset is None:
        yield
        return
    before = os.environ.get("TZ")
    os.environ["TZ"] = zone
    tzset()
    try:
        yield
    finally:
        if before is None:
            del os.environ["TZ"]
        else:
            os.environ["TZ"] = before
        tzset()
