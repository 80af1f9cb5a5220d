"""Tracking plans in the formats that exist, written by hand after the public documentation."""

from __future__ import annotations

import json
from typing import Any

from segment_hooks.tracking_plan import TrackingPlan

Json = Any

ORDER_COMPLETED: Json = {
    "type": "object",
    "required": ["order_id"],
    "properties": {
        "order_id": {"type": "string", "description": "The id of the order in the shop."},
        "total": {"type": ["number", "null"]},
        "season": {"type": "string", "pattern": "fall|winter|spring"},
        "ordered_at": {"type": "string", "format": "date-time"},
        "products": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["sku"],
                "properties": {"sku": {"type": "string"}, "quantity": {"type": "integer", "minimum": 1}},
            },
        },
    },
}


def mirrored(bag: Json, *, kind: str = "TRACK", **more: Json) -> Json:
    """The schema of a whole event around that of its properties or traits, as the Public API returns it."""
    member = "traits" if kind in ("IDENTIFY", "GROUP") else "properties"
    members = {"context": {}, "traits": {"type": "object"}, "properties": {"type": "object"}, member: bag}
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "type": "object",
        "properties": members,
        "required": [member],
        **more,
    }


def rule(key: str | None, bag: Json, *, kind: str = "TRACK", **more: Json) -> Json:
    """One rule of the Public API."""
    found = {"type": kind, "jsonSchema": mirrored(bag, kind=kind), "version": 1, **more}
    return found if key is None else {**found, "key": key}


def page(*rules: Json, current: str = "MA==", **turning: Json) -> Json:
    """One page of the Public API's list of rules."""
    return {"data": {"rules": list(rules), "pagination": {"current": current, **turning}}}


def plan_of(*rules: Json) -> TrackingPlan:
    """A plan with these rules."""
    return TrackingPlan.from_json(json.dumps(page(*rules)))


def plan_for(bag: Json, *, key: str = "Order Completed") -> TrackingPlan:
    """A plan with one event, whose properties have this schema."""
    return plan_of(rule(key, bag))


def track(event: str = "Order Completed", **more: Json) -> Json:
    """A track call as a destination gets it."""
    call = {"type": "track", "event": event, "userId": "u-1", "messageId": "m-1", "properties": {}, "context": {}}
    return {**call, **more}


TYPEWRITER: Json = {
    "id": "tp_1",
    "name": "Shop",
    "description": "",
    "rules": [
        {
            "createdAt": "2022-07-22T21:58:03.000Z",
            "deprecatedAt": "0001-01-01T00:00:00.000Z",
            "key": "Order Completed",
            "type": "TRACK",
            "version": 2,
            "jsonSchema": {
                "$id": "Order_Completed",
                "$schema": "http://json-schema.org/draft-07/schema#",
                "description": "Somebody has paid.",
                "eventMetadata": {"name": "Order Completed", "type": "TRACK"},
                "labels": {},
                **ORDER_COMPLETED,
                "properties": {
                    **ORDER_COMPLETED["properties"],
                    "order_id": {"type": "string", "id": "/properties/order_id"},
                    "gift note": {"$id": "/properties/gift%20note", "type": "string"},
                },
            },
        },
        {
            "key": "Signed Out",
            "type": "TRACK",
            "version": 1,
            "jsonSchema": {
                "eventMetadata": {"name": "Signed Out", "type": "TRACK"},
                "properties": {},
                "required": ["properties"],
                "type": "object",
            },
        },
    ],
}

CONFIG_API: Json = {
    "name": "workspaces/shop/tracking-plans/rs_1",
    "display_name": "Shop",
    "create_time": "2022-07-22T21:47:06.000Z",
    "rules": {
        "events": [
            {
                "name": "Order Completed",
                "description": "Somebody has paid.",
                "version": 1,
                "rules": {**mirrored(ORDER_COMPLETED), "labels": {"team": "checkout"}},
            }
        ],
        "global": {"type": "object", "required": ["userId"]},
        "identify_traits": [{"name": "email", "description": "Where to write to."}],
        "group_traits": [],
    },
}
