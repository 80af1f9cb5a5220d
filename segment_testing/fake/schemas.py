"""The shapes of what the fake takes and answers, as JSON Schema (2020-12, which OpenAPI 3.1 uses)."""

from __future__ import annotations

from typing import Any, TypeAlias

from segment_testing.fake.deliveries import Outcome
from segment_testing.recording import Reason

Schema: TypeAlias = dict[str, Any]

TEXT: Schema = {"type": "string"}
MAYBE_TEXT: Schema = {"type": ["string", "null"]}
COUNT: Schema = {"type": "integer", "minimum": 0}
TIME: Schema = {"type": "string", "format": "date-time"}
FLAG: Schema = {"type": "boolean"}
ANY_OBJECT: Schema = {"type": "object"}
MAYBE_OBJECT: Schema = {"type": ["object", "null"]}

CALL_TYPES = ("track", "identify", "group", "page", "screen", "alias")


def ref(name: str) -> Schema:
    """A schema by its name in `SCHEMAS`."""
    return {"$ref": f"#/components/schemas/{name}"}


def described(schema: Schema, description: str) -> Schema:
    """The same schema with words to it."""
    return {**schema, "description": description}


def array(items: Schema) -> Schema:
    """An array of them."""
    return {"type": "array", "items": items}


def record(required: Schema, optional: Schema | None = None, *, closed: bool = True, description: str = "") -> Schema:
    """An object with these members; `closed`: and no others."""
    schema: Schema = {
        "type": "object",
        "properties": {**required, **(optional or {})},
        "required": list(required),
    }
    if closed:
        schema["additionalProperties"] = False
    return described(schema, description) if description else schema


# ---- what SDKs send

_EVENT = {
    "messageId": described(MAYBE_TEXT, "What a repeated call is known by. Over 100 characters: 200, and lost."),
    "userId": described(MAYBE_TEXT, "Without this and `anonymousId`: 200, and lost."),
    "anonymousId": MAYBE_TEXT,
    "timestamp": described(MAYBE_TEXT, "ISO 8601, by the clock of the client."),
    "sentAt": described(MAYBE_TEXT, "ISO 8601; the clock of the client is corrected by it."),
    "context": MAYBE_OBJECT,
    "integrations": MAYBE_OBJECT,
    "writeKey": described(MAYBE_TEXT, "Here, or in a Basic header."),
    "event": described(MAYBE_TEXT, "Of a track call, without which it is answered with 200, and lost."),
    "name": described(MAYBE_TEXT, "Of a page or screen."),
    "category": MAYBE_TEXT,
    "groupId": described(MAYBE_TEXT, "Of a group call, without which it is answered with 200, and lost."),
    "previousId": described(MAYBE_TEXT, "Of an alias call, without which it is answered with 200, and lost."),
    "properties": MAYBE_OBJECT,
    "traits": MAYBE_OBJECT,
}

_BATCH_SHARED = {
    "writeKey": described(MAYBE_TEXT, "For all calls; or in a Basic header."),
    "sentAt": MAYBE_TEXT,
    "context": described(MAYBE_OBJECT, "Merged into that of every call, whose own members win."),
    "integrations": described(MAYBE_OBJECT, "Likewise."),
}

_SENT = {
    "Event": record({}, _EVENT, closed=False, description="One call; the path says of which type. 32 KB at most."),
    "BatchedEvent": record(
        {"type": {"type": "string", "enum": list(CALL_TYPES)}},
        _EVENT,
        closed=False,
        description="One call in a batch.",
    ),
    "Batch": record(
        {"batch": described(array(ref("BatchedEvent")), "Over 2,500: 200, and all of them lost.")},
        _BATCH_SHARED,
        closed=False,
        description="Calls of any types. 500 KB at most.",
    ),
    "Telemetry": record({}, {"series": array(ANY_OBJECT)}, closed=False, description="Counts of what an SDK does."),
    "TokenRequest": record(
        {
            "grant_type": {"const": "client_credentials"},
            "client_assertion_type": {"const": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"},
            "client_assertion": described(TEXT, "A JWT in RS256, with kid, sub, aud, iat, exp (60 s at most) and jti."),
            "scope": described(TEXT, "`tracking_api:write` to send calls."),
        }
    ),
}

# ---- what the Tracking API answers

_ANSWERED = {
    "Success": record({"success": {"const": True}}),
    "Error": record(
        {"success": {"const": False}, "code": TEXT, "message": TEXT, "error": TEXT},
        description="`code` and `message` are what Python's SDK reads, `error` what Ruby's does.",
    ),
    "Token": record(
        {
            "access_token": TEXT,
            "expires_in": described({"type": "number", "exclusiveMinimum": 0}, "Seconds."),
            "token_type": {"const": "Bearer"},
            "scope": TEXT,
        }
    ),
    "TokenError": record({"error": TEXT, "error_description": TEXT}),
    "Settings": record(
        {
            "integrations": record(
                {
                    "Segment.io": record(
                        {"apiKey": TEXT},
                        {
                            "apiHost": described(TEXT, "The host of the fake and `/v1`, without the scheme."),
                            "protocol": {"enum": ["http", "https"]},
                        },
                        closed=False,
                    )
                },
                closed=False,
            )
        },
        {"metrics": ANY_OBJECT},
        closed=False,
    ),
}

# ---- the controls

_RECEPTION = {
    "endpoint": described(TEXT, "The path that it came to."),
    "write_key": MAYBE_TEXT,
    "received_at": TIME,
    "user_agent": MAYBE_TEXT,
    "retry_count": described(COUNT, "`X-Retry-Count`: how often the sender had tried before."),
}

_FAULT_MODIFIERS = {
    "on": described(
        {"type": ["string", "null"], "pattern": "^/"},
        "The path that is concerned, with * for anything; left out: all that take calls.",
    ),
    "times": described(
        {"type": ["integer", "null"], "minimum": 1}, "How often; left out: without end, but a sequence once."
    ),
    "after": described(COUNT, "How many requests are let by first."),
    "write_key": described(MAYBE_TEXT, "The source that is concerned; left out: all."),
}
_SECONDS = {"type": "number", "minimum": 0, "maximum": 3_600}
_RECORDED = {
    "recorded": described(FLAG, "Whether the calls are taken in all the same, as when only the answer is lost.")
}
_STATUS: Schema = {"type": "integer", "minimum": 400, "maximum": 599}
_RETRY_AFTER: Schema = {"type": ["integer", "null"], "minimum": 0, "maximum": 3_600}

_ACTIONS: dict[str, tuple[Schema, Schema]] = {
    "usual": ({}, {}),
    "status": ({"status": _STATUS}, {"retry_after": described(_RETRY_AFTER, "Seconds."), "message": TEXT}),
    "slow": ({"seconds": _SECONDS}, {}),
    "reset": ({}, _RECORDED),
    "half": ({}, _RECORDED),
    "garbage": ({}, _RECORDED),
}


def _action(name: str, modifiers: Schema) -> Schema:
    required, optional = _ACTIONS[name]
    return record({"fault": {"const": name}, **required}, {**optional, **modifiers})


_STEPS: Schema = {
    "type": "array",
    "minItems": 1,
    "items": {"oneOf": [{"const": 200}, _STATUS, *(_action(name, {}) for name in _ACTIONS)]},
}

_HEADERS: Schema = array({"type": "array", "items": TEXT, "minItems": 2, "maxItems": 2})

_CONTROLS = {
    "Call": record(
        {
            "sequence": described(COUNT, "0 for the first call since the last reset."),
            "type": {"enum": list(CALL_TYPES)},
            "name": described(MAYBE_TEXT, "Of a track call its event, of a page or screen its name."),
            "user_id": MAYBE_TEXT,
            "anonymous_id": MAYBE_TEXT,
            "message_id": TEXT,
            **_RECEPTION,
            "sent": described({"type": ["object", "string"]}, "As it stood in the request, to the last digit."),
            "payload": described(MAYBE_OBJECT, "As a destination would get it, with the fields that Segment adds."),
        },
        {
            "violations": described(
                array(record({"type": TEXT, "field": TEXT, "description": TEXT})),
                "How it does not fit the tracking plan; only where the fake has one.",
            ),
        },
        description="A call that Segment would have taken.",
    ),
    "Rejection": record(
        {
            "reason": {"enum": [reason.value for reason in Reason]},
            "detail": described(TEXT, "What is wrong and where."),
            "status": described({"type": "integer"}, "What the sender was told; 0 where nothing was answered."),
            "silent": described(FLAG, "Whether the sender was told that all is well."),
            "type": MAYBE_TEXT,
            "name": MAYBE_TEXT,
            "message_id": MAYBE_TEXT,
            **_RECEPTION,
            "sent": described(
                {"type": ["object", "string"]}, "As it stood in the request; text where it was no object."
            ),
        },
        description="A call, or a whole request, that came and would reach no destination.",
    ),
    "Calls": record(
        {
            "next": described(COUNT, "The `since` that asks for what comes after these."),
            "total": described(COUNT, "Calls taken since the last reset."),
            "forgotten": described(COUNT, "Of them, those no longer kept."),
            "events": array(ref("Call")),
        }
    ),
    "Rejected": record({"total": described(COUNT, "That fit the filters."), "rejected": array(ref("Rejection"))}),
    "Duplicates": record({"total": described(COUNT, "That fit the filters."), "duplicates": array(ref("Rejection"))}),
    "Delivery": record(
        {
            "id": TEXT,
            "at": TIME,
            "title": described(TEXT, "What it carries, in a few words."),
            "url": TEXT,
            "method": TEXT,
            "headers": described(_HEADERS, "Of the request, in the order in which they were sent."),
            "outcome": {"enum": [outcome.value for outcome in Outcome]},
            "attempts": array(ref("Attempt")),
            "next_attempt": described({**TIME, "type": ["string", "null"]}, "When it is due, where one is to come."),
            "replay_of": described(MAYBE_TEXT, "The id of the delivery that this one sends again."),
            "body": described(
                {"type": ["object", "array", "string"]}, "As it was sent; text where it was neither object nor array."
            ),
        },
        description="A request to a webhook, with all attempts at it.",
    ),
    "Attempt": record(
        {
            "at": TIME,
            "seconds": described({"type": "number", "minimum": 0}, "Until the answer was read, or given up."),
            "status": described({"type": ["integer", "null"]}, "Of the answer; null where there was none."),
            "error": described(MAYBE_TEXT, "Why there was none."),
            "note": described(MAYBE_TEXT, "What was done to it on purpose."),
            "headers": described(_HEADERS, "Of the answer."),
            "body": described(TEXT, "Of the answer, the beginning."),
        }
    ),
    "Deliveries": record({"total": described(COUNT, "That are kept."), "deliveries": array(ref("Delivery"))}),
    "Fault": {
        "oneOf": [
            *(_action(name, _FAULT_MODIFIERS) for name in _ACTIONS),
            record(
                {
                    "fault": {"const": "sequence"},
                    "steps": described(_STEPS, "One for each request, in order; 200 is the usual answer."),
                },
                _FAULT_MODIFIERS,
            ),
        ]
    },
    "Faults": record(
        {
            "faults": array(
                record(
                    {
                        "description": described(ANY_OBJECT, "As it was set, or `custom` where a test has set code."),
                        "requests": described(COUNT, "How many requests it has concerned so far."),
                    }
                )
            )
        }
    ),
    "Health": record(
        {
            "status": {"const": "ok"},
            "version": TEXT,
            "calls": described(COUNT, "Taken since the last reset."),
            "forgotten": described(COUNT, "Of them, those no longer kept."),
            "rejected": COUNT,
            "duplicates": COUNT,
            "streams": described(COUNT, "How many clients are connected to the stream."),
        }
    ),
    "Problem": record(
        {"type": TEXT, "title": TEXT, "status": {"type": "integer"}, "detail": TEXT}, description="RFC 9457."
    ),
}

SCHEMAS: dict[str, Schema] = {**_SENT, **_ANSWERED, **_CONTROLS}
