"""One call, as an SDK sends it and as a destination gets it from Segment."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from segment_hooks import parse_timestamp, stringify
from segment_testing.factories.making import Cast, make
from segment_testing.factories.values import ABSENT, laid_over
from segment_testing.factories.wishes import Wish
from segment_testing.recording import Reception
from segment_testing.serverside import PROJECT_ID, delivered, dumps, iso

JUST_NOW = timedelta(seconds=2)
"""How long ago a call is made that has arrived by now."""


class Draft:
    """What `wish` asks for, made up for those in `cast_`; a moment ago, if no time is given."""

    def __init__(self, wish: Wish, cast_: Cast) -> None:
        self.wish = wish
        self._cast = cast_
        random = cast_.random
        # how long the SDK keeps it; and how far off the sender's clock is, together with the time on the network
        self._queued = timedelta(milliseconds=random.randint(5, 2_000))
        self._skew = timedelta(milliseconds=random.randint(-1_500, 3_000))
        given = _named(wish.envelope.get("timestamp"))
        moment = cast_.now - JUST_NOW if given is None else given
        self._moment = moment.replace(microsecond=moment.microsecond // 1000 * 1000)  # what Segment writes
        context = wish.envelope.get("context")
        laid = context is not None and context is not ABSENT  # over the made-up one, in make()
        self._envelope = {name: value for name, value in wish.envelope.items() if name != "context" or not laid}
        self._timed = given is not None

    def sent(self) -> dict[str, Any]:
        """The call as an SDK sends it: one of a batch, or alone."""
        call = make(self.wish, self._cast, self._moment, delivered=False)
        envelope = dict(self._envelope)
        if isinstance(envelope.get("timestamp"), datetime):
            envelope["timestamp"] = iso(self._moment)
        return laid_over(laid_over(call, envelope, "the call"), self.wish.fields, "fields")

    def delivered(self) -> bytes:
        """The JSON text of the call as a destination gets it, with the times of one way through Segment."""
        payload = self._deletion() if self.wish.kind == "delete" else self._received()
        payload = laid_over(payload, self.wish.fields, "fields")
        if isinstance(payload.get("context"), dict):
            payload["context"] = _sorted(payload["context"])
        # Segment's servers write members in alphabetical order; in properties and traits they keep that of the sender
        return stringify({name: payload[name] for name in sorted(payload)})

    def _received(self) -> dict[str, Any]:
        original = self._moment - self._skew
        call = make(self.wish, self._cast, original, delivered=True)
        # a time that was given is that of the delivered event: what the sender's clock said follows from it
        envelope = {name: value for name, value in self._envelope.items() if name != "timestamp" or not self._timed}
        call = laid_over(call, envelope, "the event")
        reception = Reception(
            endpoint="/v1/batch",
            write_key=None,
            received_at=self._moment + self._queued,
            sent_at=iso(original + self._queued),
        )
        message_id = call.get("messageId") or str(uuid.uuid4())  # Segment gives one to a call without
        return delivered(dumps(call), reception, type=self.wish.kind, message_id=message_id)

    def _deletion(self) -> dict[str, Any]:
        """Segment itself sends these when a user is to be forgotten (partner spec, "Delete")."""
        moment = self._moment
        regulation, job = uuid.uuid4().hex[:20], uuid.uuid4().hex[:12]
        monotonic = self._cast.random.uniform(1_000, 99_999)
        payload = {
            "channel": "server",
            "context": None,
            "integrations": None,
            "messageId": f"delete-{regulation}::{job}-{PROJECT_ID}",
            # as Go prints a time for debugging
            "originalTimestamp": f"{moment:%Y-%m-%d %H:%M:%S.%f}417 +0000 UTC m=+{monotonic:.9f}",
            "projectId": PROJECT_ID,
            "receivedAt": iso(moment),
            "sentAt": iso(moment - self._queued),
            "timestamp": iso(moment),
            "type": "delete",
            "userId": self._cast.person.user_id,
        }
        envelope = {name: value for name, value in self.wish.envelope.items() if name != "timestamp" or not self._timed}
        return laid_over(payload, envelope, "the event")


def moment_of(moment: datetime) -> datetime:
    """The same in UTC. Raises `ValueError` where there is no time zone: elsewhere it would be another moment."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment} has no time zone: write datetime(…, tzinfo=UTC)")
    return moment.astimezone(UTC)


def _named(timestamp: object) -> datetime | None:
    """The moment that a timestamp names; None where it is to be taken as it stands, or there is none."""
    if isinstance(timestamp, datetime):
        return moment_of(timestamp)
    return parse_timestamp(timestamp) if isinstance(timestamp, str) else None


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        members = cast("dict[str, Any]", value)
        return {name: _sorted(members[name]) for name in sorted(members)}
    return value
