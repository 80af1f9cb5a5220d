"""Events of every call type: Segment's envelope, what the type carries, and the oddities that really come.

Every event is made as the JSON text that Segment's JavaScript would write, and parsed from it: so `event.raw` is the
byte level, the event itself the typed one. Of ten events some three are bare (what a mapping that picks a few fields
sends), four have all that Segment adds, and three are odd in a way or two.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from hypothesis import reject
from hypothesis import strategies as st

from segment_hooks import Event, parse_event
from segment_testing import javascript
from segment_testing.strategies import catalogue
from segment_testing.strategies.bags import Convert
from segment_testing.strategies.oddities import make_odd
from segment_testing.strategies.times import at, iso
from segment_testing.strategies.values import is_strategy

Payload = dict[str, Any]
Own = Callable[[catalogue.Draw], Payload]
"""Makes the fields of one call type."""

_FULL, _ODD = range(3, 7), range(7, 10)
_shapes = st.integers(0, 9)
_plain_shapes = st.integers(0, 6)
_counts = st.integers(1, 3)
_who = st.integers(0, 99)
_ids = st.integers(0, 2**31)
_moments = st.integers(0, 10**10)
_contexts = st.sampled_from(catalogue.CONTEXTS)
_delay = timedelta(milliseconds=280)


def events_of(
    kind: str,
    own: Own,
    *,
    keep: Iterable[str] = (),
    fields: Mapping[str, Any] | None = None,
    odd: bool = True,
    convert: Convert | None = None,
) -> st.SearchStrategy[Any]:
    """Events of one call type. `keep`: what `own` makes and no oddity shall change. `fields`: values, or strategies for
    values, that go on top. `odd`: whether there are oddities at all. `convert`: gives the event its typed bag."""
    return _events(kind, own, keep=tuple(keep), fields=dict(fields or {}), odd=odd, convert=convert)


@st.composite
def _events(
    draw: st.DrawFn,
    kind: str,
    own: Own,
    *,
    keep: tuple[str, ...],
    fields: Payload,
    odd: bool,
    convert: Convert | None,
) -> Event:
    shape = draw(_shapes if odd else _plain_shapes)
    who, number, milliseconds = draw(_who), draw(_ids), draw(_moments)
    moment = at(milliseconds)
    payload: Payload = {"messageId": f"m-{number}", "timestamp": iso(moment), "type": kind}
    if who % 3 < 2:
        payload["userId"] = f"u-{who // 3}"
    if who % 3 > 0:
        payload["anonymousId"] = f"a-{who // 3}"
    payload |= own(draw)
    if shape in _FULL or shape > _ODD.start:
        add_envelope(payload, draw(_contexts), moment)
    if shape in _ODD:
        kept = {name: payload[name] for name in keep}
        make_odd(draw, payload, moment, draw(_counts))
        payload |= kept
    if fields:
        payload |= drawn(draw, fields)
    event = parse_event(javascript.write(dict(sorted(payload.items()))))
    if convert is None:
        return event
    converted = convert(event)
    if converted is None:  # a check that only the type itself knows
        reject()
    return converted


def drawn(draw: catalogue.Draw, fields: Mapping[str, Any]) -> Payload:
    """The values of fields that are given as values, or as strategies for values."""
    return {name: draw(value) if is_strategy(value) else value for name, value in fields.items()}


def add_envelope(payload: Payload, context: Payload, moment: datetime) -> None:
    """What Segment adds to a call, by the formula for clocks: `timestamp = receivedAt - (sentAt - original)`."""
    sent = iso(moment)
    payload.setdefault("context", context)
    payload.setdefault("integrations", {})
    payload["channel"] = "server" if "page" not in context else "client"
    payload["originalTimestamp"] = iso(moment - _delay)
    payload["projectId"] = "sRc1dEnT1f"
    payload["receivedAt"] = iso(moment + _delay)
    payload["sentAt"] = sent
    payload["version"] = 2
