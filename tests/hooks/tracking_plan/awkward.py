"""A plan with everything that is hard to write as Python."""

from __future__ import annotations

from typing import Any

from tests.hooks.tracking_plan.plans import mirrored, page, rule

Json = Any
LONG = "x" * 150
TEXT = {"type": "string"}

NAMES: Json = {
    "properties": {
        **{name: {} for name in ("", "class", "user id", "userId", "user_id", "1st", "💥", "None", "self", "UNSET")},
        **{name: {} for name in ("__init__", "_private", "a\nb", "it's", "back\\slash", "\x00", "ﬁne", "İstanbul")},
        **dict.fromkeys(("str", "日本", 'q"uote', LONG, "OrderCompleted", "Any"), TEXT),
        "int": {"type": "integer"},
        "date": {**TEXT, "format": "date"},
        "list": {"type": "array", "items": TEXT},
        LONG + "y": {"enum": ["a" * 30 + str(number) for number in range(9)]},
    }
}
LINES: Json = {
    "type": "object",
    "properties": {
        "season": {"enum": ["fall", "winter"], "description": 'Ends with a "quote"'},
        "pattern": {**TEXT, "pattern": "^" + r"[a-z]{3}\." * 20 + "$", "description": '\\d """ \ttab \x00 and end\\'},
        "quoted pattern": {**TEXT, "pattern": "\"'\\."},
        "one": {"enum": ["only " + "x" * 100]},
        "numbers": {"enum": [*range(40), None, "many"]},
        "union": {
            "type": ["integer", "string", "null", "array"],
            "minimum": -1e30,
            "items": {"enum": ["fall" * 6, "winter" * 6, "spring" * 6, "summer"]},
            "description": '"Starts with a quote" ' + "and goes on for longer than a line has room " * 5,
        },
        "map": {"type": "object", "additionalProperties": {**TEXT, "pattern": "^(?:" + "ab|cd|" * 20 + ")$"}},
        "nested thing": {
            "type": "array",
            "description": LONG,
            "items": {"type": "array", "items": {"type": "object", "properties": {"deep thing": TEXT}}},
        },
    },
    "additionalProperties": False,
    "required": ["season", "nested thing"],
}
RECURSIVE: Json = {
    **mirrored(
        {
            "type": "object",
            "properties": {
                "child": {"$ref": "#/properties/properties"},
                "nodes": {"type": "array", "items": {"$ref": "#/definitions/node"}},
            },
        }
    ),
    "definitions": {
        "node": {
            "type": "object",
            "properties": {
                "next": {"anyOf": [{"$ref": "#/definitions/node"}, {"type": "null"}]},
                "again": {"allOf": [{"$ref": "#/definitions/node"}], "description": "The same."},
                "arrays": {"$ref": "#/definitions/arrays"},
            },
        },
        "arrays": {"type": "array", "items": {"$ref": "#/definitions/arrays"}},
    },
}

RULES: list[Json] = [
    rule("42_--terrible==\\\"event'++name~!3", NAMES, description="Every name\nthat there is."),
    rule("日本 語", {"properties": {"日本": {"type": "object", "properties": {"x": {"enum": ["注文" * 20, "a"]}}}}}),
    *(rule(name, {"properties": {"a": {}}}) for name in ("💥", "Track", "Any", "class", "None", "UNSET", "str")),
    *(rule(name, {}) for name in ("order_completed", "orderCompleted", "Order Completed V1", "Home Page", "ﬁne")),
    rule("Order Completed", {}),
    rule("Order Completed", {}, version=2),
    rule(
        LONG,
        LINES,
        description='It """ is\n\n  more\nlines \\ with   spaces "x"',
        labels={"team": "checkout", "a": 'x"'},
        deprecatedAt="2024-01-01T00:00:00Z",
    ),
    {"type": "TRACK", "key": "Recursive", "jsonSchema": RECURSIVE},
    rule("Map", {"type": "object", "additionalProperties": {"type": "integer"}}),
    rule("Nothing more", {"type": "object", "additionalProperties": False}),
    rule("Few", {"type": "object", "additionalProperties": TEXT, "maxProperties": 3}),
    rule(None, {"properties": {"email": {**TEXT, "format": "email"}}, "required": ["email"]}, kind="IDENTIFY"),
    rule(None, {}, kind="GROUP"),
    rule("Home", {"properties": {"url": TEXT}}, kind="PAGE"),
    rule(None, {"properties": {"url": TEXT}}, kind="PAGE"),
    rule(None, {"properties": {"url": TEXT}}, kind="SCREEN"),
    {"type": "COMMON", "jsonSchema": {"required": ["userId"]}},
]
PLAN: Json = page(*RULES)
