"""What every endpoint of the fake takes and answers, as an OpenAPI 3.1 document."""

from __future__ import annotations

from typing import Any, get_args

from segment_hooks import __version__
from segment_testing.fake.schemas import CALL_TYPES, SCHEMAS, Schema, array, ref
from segment_testing.news import Kind

_ABOUT = """\
A fake of Segment's Tracking API for tests. It answers as Segment does: 200 also for a call that Segment then throws
away; under `/_fake` a test sees what was taken, what was thrown away and why.

Bodies are read as JSON whatever their content type says, and may be compressed with gzip. Every path is also taken with
a slash at its end. Whatever a fault was set for may be answered in any other way, and not at all.
"""

_LETTERS = {kind: kind[0] for kind in CALL_TYPES}

Operation = dict[str, Any]


def document() -> dict[str, Any]:
    """The document; its server is the one that it came from."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "A fake Segment", "version": __version__, "description": _ABOUT},
        "servers": [{"url": "/"}],
        "tags": [
            {"name": "tracking", "description": "What SDKs send to."},
            {"name": "sdk", "description": "What SDKs ask before they send."},
            {"name": "controls", "description": "What tests and tools use. Errors are Problem Details."},
        ],
        "paths": {**_tracking(), **_sdk(), **_controls()},
        "components": {
            "schemas": SCHEMAS,
            "securitySchemes": {
                "basic": {"type": "http", "scheme": "basic", "description": "The write key, and no password."},
                "token": {"type": "http", "scheme": "bearer", "description": "From `/token`; the key is in the body."},
            },
        },
    }


# ---- the Tracking API


def _tracking() -> dict[str, Any]:
    paths: dict[str, Any] = {}
    for kind, letter in _LETTERS.items():
        for path in (kind, letter):
            paths[f"/v1/{path}"] = {"post": _send(f"{kind}_by_{path}", f"One {kind} call.", "Event")}
        paths[f"/v1/pixel/{kind}"] = {"get": _pixel(kind)}
    for path in ("batch", "import", "b"):
        paths[f"/v1/{path}"] = {"post": _send(f"batch_by_{path}", "Calls of any types.", "Batch")}
    paths["/v1/m"] = {"post": _send("telemetry", "Telemetry, which is taken and forgotten.", "Telemetry")}
    return paths


def _send(name: str, summary: str, schema: str) -> Operation:
    return {
        "operationId": name,
        "summary": summary,
        "tags": ["tracking"],
        "security": [{}, {"basic": []}, {"token": []}],
        "requestBody": _body("application/json", ref(schema)),
        "responses": {
            "200": _json("Taken, or thrown away without a word.", "Success"),
            "400": _json("Not JSON, or over a limit.", "Error"),
            "401": _json("A token that was not given out here, or has expired.", "Error"),
            "405": _json("Another method.", "Error"),
            "429": {
                **_json("Over the rate limit.", "Error"),
                "headers": {
                    name: {"description": "Seconds to wait.", "required": True, "schema": {"type": "integer"}}
                    for name in ("Retry-After", "X-RateLimit-Reset")
                },
            },
        },
    }


def _pixel(kind: str) -> Operation:
    image: Schema = {"description": "An image of one pixel, whatever was sent.", "content": {"image/gif": {}}}
    return {
        "operationId": f"pixel_{kind}",
        "summary": f"One {kind} call, out of a URL.",
        "tags": ["tracking"],
        "parameters": [
            _query(
                "data", {"type": "string"}, "The call as base64 of JSON; or its members, each a parameter of its own."
            ),
            _query("writeKey", {"type": "string"}, "Where there is no `data`."),
            _query("userId", {"type": "string"}, "Likewise; and so on, with dots for what is nested."),
        ],
        "responses": {"200": image, "405": _json("Another method.", "Error")},
    }


def _sdk() -> dict[str, Any]:
    token: Operation = {
        "operationId": "token",
        "summary": "An access token for a signed assertion (OAuth 2.0, client credentials).",
        "tags": ["sdk"],
        "requestBody": _body("application/x-www-form-urlencoded", ref("TokenRequest")),
        "responses": {
            "200": _json("A token.", "Token"),
            "400": _json(
                "The form or the assertion is not as asked for, or the client's clock is wrong.", "TokenError"
            ),
            "401": _json("The assertion is not of this app, or has been used.", "TokenError"),
            "404": _json("This fake has no OAuth app.", "Error"),
            "405": _json("Another method.", "Error"),
            "415": _json("No form.", "TokenError"),
        },
    }
    settings: Operation = {
        "operationId": "settings",
        "summary": "What an SDK fetches before its first call.",
        "tags": ["sdk"],
        "responses": {
            "200": _json("Where and how to send.", "Settings"),
            "404": _json("No source has this write key.", "Error"),
            "405": _json("Another method.", "Error"),
        },
    }
    write_key = {"name": "write_key", "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
    return {
        "/token": {"post": token},
        "/v1/projects/{write_key}/settings": {"parameters": [write_key], "get": settings},
    }


# ---- the controls


def _controls() -> dict[str, Any]:
    fault: Schema = {"oneOf": [ref("Fault"), array(ref("Fault"))]}
    return {
        "/_fake/health": {"get": _control("health", "Is it there, and how much has it taken?", "Health")},
        "/_fake/events": {
            "get": _control(
                "events",
                "The calls that Segment would have taken, oldest first.",
                "Calls",
                *_filters("type", "name", "user_id", "anonymous_id", "message_id", "write_key"),
                _query("since", {"type": "integer", "minimum": 0, "maximum": 10**18 - 1}, "The first `sequence`."),
                _limit("the first that fit"),
            )
        },
        "/_fake/rejected": {
            "get": _control("rejected", "What Segment would have lost or refused.", "Rejected", *_of_rejections())
        },
        "/_fake/duplicates": {
            "get": _control("duplicates", "Calls whose `messageId` came before.", "Duplicates", *_of_rejections())
        },
        "/_fake/reset": {"post": _control("reset", "Forget every call, fault and token.", "Success")},
        "/_fake/faults": {
            "get": _control("faults", "The faults that are set.", "Faults"),
            "post": {
                **_control("add_faults", "Set another, or several.", "Faults"),
                "requestBody": _body("application/json", fault),
            },
            "delete": _control("clear_faults", "Have no more faults.", "Faults"),
        },
        "/_fake/deliveries": {
            "get": _control(
                "deliveries", "What was delivered to webhooks.", "Deliveries", _limit("those that changed last")
            )
        },
        "/_fake/deliveries/replay": {"post": _replay()},
        "/_fake/sent": {"get": _sent()},
        "/_fake/stream": {"get": _stream()},
        "/_fake/openapi.json": {"get": _control("openapi", "This document.", {"type": "object"})},
    }


def _control(name: str, summary: str, answer: str | Schema, *parameters: Schema) -> Operation:
    operation: Operation = {
        "operationId": name,
        "summary": summary,
        "tags": ["controls"],
        "responses": {
            "200": _json("As asked for.", answer),
            "400": _problem("A parameter or the body is not as asked for."),
            "403": _problem("Asked by a page of another origin."),
            "405": _problem("Another method."),
            "413": _problem("The body is too large."),
            "421": _problem("Asked over loopback under a name that is not of this machine."),
        },
    }
    if parameters:
        operation["parameters"] = list(parameters)
    return operation


def _replay() -> Operation:
    delivery = {**_query("id", {"type": "string", "minLength": 1}, "Of the delivery."), "required": True}
    operation = _control("replay", "Send a delivery again.", "Success", delivery)
    operation["responses"]["404"] = _problem("No such delivery is kept.")
    operation["responses"]["409"] = _problem("It cannot be sent again: who made it did not say how, or is gone.")
    return operation


def _sent() -> Operation:
    kind = {**_query("of", {"enum": list(get_args(Kind))}, "What it was taken for."), "required": True}
    place = {**_query("place", _PLACE, "The id of its event in the stream."), "required": True}
    operation = _control("sent", "The bytes of one call, as they stood in the request.", {}, kind, place)
    operation["responses"]["200"] = {
        "description": "The bytes; of a request that could not be read, its beginning.",
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
    operation["responses"]["404"] = _problem("It is no longer kept.")
    return operation


_PLACE: Schema = {"type": "string", "pattern": r"^\d{1,18}-\d{1,18}-\d{1,18}-\d{1,18}$"}


def _stream() -> Operation:
    start = _query("from", {"enum": ["now", "start"]}, "`start`: what is kept comes first.")
    last_id = {
        "name": "Last-Event-ID",
        "in": "header",
        "description": "The id of the last event that was seen, to go on from there.",
        "schema": _PLACE,
    }
    operation = _control("stream", "Everything as it comes, without end.", {}, start, last_id)
    operation["responses"]["200"] = {
        "description": (
            "Events `call` (a Call), `rejection` and `duplicate` (a Rejection), `delivery` (a Delivery), `reset`, and "
            "`missed`. The header `fake-run` is another one for every fake: a place of one means nothing to another."
        ),
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
    }
    return operation


def _of_rejections() -> list[Schema]:
    return [*_filters("reason", "type", "name", "message_id", "write_key"), _limit("the latest that fit")]


def _filters(*names: str) -> list[Schema]:
    several: Schema = {"type": "array", "items": {"type": "string"}}
    return [_query(name, several, f"Only of this `{name}`, or of one of these.") for name in names]


def _limit(which: str) -> Schema:
    schema = {"type": "integer", "minimum": 1, "maximum": 1_000, "default": 100}
    return _query("limit", schema, f"How many, {which}.")


# ---- parts


def _query(name: str, schema: Schema, description: str) -> Schema:
    return {"name": name, "in": "query", "description": description, "schema": schema}


def _body(media_type: str, schema: Schema) -> Schema:
    return {"required": True, "content": {media_type: {"schema": schema}}}


def _problem(description: str) -> Schema:
    return {"description": description, "content": {"application/problem+json": {"schema": ref("Problem")}}}


def _json(description: str, schema: str | Schema) -> Schema:
    schema = ref(schema) if isinstance(schema, str) else schema
    return {"description": description, "content": {"application/json": {"schema": schema}}}
