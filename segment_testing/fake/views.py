"""Calls, rejections, deliveries and faults as JSON, for whoever looks into the fake from another process.

What was sent is spliced in as it stood in the request, so that nothing is lost that a parser would change: `1.0`,
numbers of any size, unpaired surrogates, the order of members.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from segment_testing.fake.actions import Described
from segment_testing.fake.deliveries import Attempt, Delivery
from segment_testing.fake.faults import Fault
from segment_testing.recording import Call, Reception, Rejection
from segment_testing.serverside import delivered, dumps, iso, loads

if TYPE_CHECKING:
    from segment_hooks.tracking_plan import TrackingPlan

ANSWER = 4_000
"""Bytes of an answer that are shown."""


def call_json(call: Call, plan: TrackingPlan | None = None) -> bytes:
    """One call, as `Call` in the OpenAPI document.

    `sent` is the call as it stood in the request. `payload` is the call as a destination would get it; null where it is
    nested too deeply to be written. `violations` say how it does not fit `plan`, where there is one.
    """
    head = {
        "sequence": call.sequence,
        "type": call.type,
        "name": call.name,
        "user_id": call.user_id,
        "anonymous_id": call.anonymous_id,
        "message_id": call.message_id,
        **_reception(call.reception),
    }
    payload = _payload(call)
    shown = _with(_with(dumps(head), "sent", _sent(call.sent)), "payload", payload)
    if plan is None:
        return shown
    found = [] if payload == b"null" else plan.violations(payload, unplanned_properties=True)
    return _with(shown, "violations", dumps(msgspec.to_builtins(found)))


def rejection_json(rejection: Rejection) -> bytes:
    """One rejection or duplicate, as `Rejection` in the OpenAPI document.

    `sent` is the call as it stood in the request; of what is no JSON object, the text, as far as it was kept.
    """
    head = {
        "reason": rejection.reason.value,
        "detail": rejection.detail,
        "status": rejection.status,
        "silent": rejection.silent,
        "type": rejection.type,
        "name": rejection.name,
        "message_id": rejection.message_id,
        **_reception(rejection.reception),
    }
    return _with(dumps(head), "sent", _sent(rejection.sent))


def delivery_json(delivery: Delivery) -> bytes:
    """One delivery to a webhook, as `Delivery` in the OpenAPI document."""
    head = {
        "id": delivery.id,
        "at": iso(delivery.at),
        "title": delivery.title,
        "url": delivery.url,
        "method": delivery.method,
        "headers": delivery.headers,
        "outcome": delivery.outcome.value,
        "attempts": [_attempt(attempt) for attempt in delivery.attempts],
        "next_attempt": None if delivery.next_attempt is None else iso(delivery.next_attempt),
        "replay_of": delivery.replay_of,
    }
    return _with(dumps(head), "body", _body(delivery.body))


def _attempt(attempt: Attempt) -> dict[str, Any]:
    return {
        "at": iso(attempt.at),
        "seconds": attempt.seconds,
        "status": attempt.status,
        "error": attempt.error,
        "note": attempt.note,
        "headers": attempt.headers,
        "body": attempt.body[:ANSWER].decode("utf-8", "replace"),
    }


def fault_json(fault: Fault, requests: int) -> bytes:
    """A fault that is set: its description, as `from_json` takes it, and how many requests it has concerned.

    What a test has set as code has no description; it is called `custom`.
    """
    steps = [msgspec.to_builtins(step) if isinstance(step, Described) else {"fault": "custom"} for step in fault.steps]
    description: dict[str, Any] = steps[0] if len(steps) == 1 else {"fault": "sequence", "steps": steps}
    modifiers = {
        "on": "/" if fault.path == "" else fault.path,
        "times": fault.rounds,
        "after": fault.passed or None,
        "write_key": fault.write_key,
    }
    description |= {name: value for name, value in modifiers.items() if value is not None}
    return dumps({"description": description, "requests": requests})


def _reception(reception: Reception) -> dict[str, Any]:
    return {
        "endpoint": reception.endpoint,
        "write_key": reception.write_key,
        "received_at": iso(reception.received_at),
        "user_agent": reception.user_agent,
        "retry_count": reception.retry_count,
    }


def _with(json_object: bytes, name: str, value: bytes) -> bytes:
    return b'%b,"%b":%b}' % (json_object[:-1], name.encode(), value)


def _sent(text: bytes) -> bytes:
    text = text.strip(b" \t\r\n")
    if text[:1] == b"{" and _is_json(text):
        return text
    return msgspec.json.encode(text.decode("utf-8", "replace"))


def _body(body: bytes) -> bytes:
    if body[:1] in (b"{", b"[") and _is_json(body):
        return body
    return msgspec.json.encode(body.decode("utf-8", "replace"))


def _payload(call: Call) -> bytes:
    try:
        # not call.payload, which would be kept: a look must not make the ledger larger
        return dumps(delivered(call.sent, call.reception, type=call.type, message_id=call.message_id))
    except RecursionError:
        return b"null"


def _is_json(text: bytes) -> bool:
    try:
        loads(text)
    except (ValueError, RecursionError):
        return False
    return True
