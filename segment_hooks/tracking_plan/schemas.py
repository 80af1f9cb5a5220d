"""Walking through a JSON Schema of draft-07: where schemas stand within a schema."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, cast

from segment_hooks.tracking_plan.kinds import is_array, is_object

# keyword → a schema, an array of schemas, or an object whose members are schemas
_ONE = ("additionalItems", "additionalProperties", "contains", "else", "if", "items", "not", "propertyNames", "then")
_MANY = ("allOf", "anyOf", "items", "oneOf")
_NAMED = ("definitions", "dependencies", "patternProperties", "properties")
COMPOSED = ("allOf", "anyOf", "oneOf")
"""Keywords whose schemas are about the same value."""


def subschemas(schema: dict[str, Any]) -> Iterator[tuple[tuple[str | int, ...], dict[str, Any]]]:
    """Every schema directly within `schema` that is an object, with the steps that lead to it."""
    for keyword in _ONE:
        if is_object(found := schema.get(keyword)):
            yield (keyword,), found
    for keyword in _MANY:
        if is_array(found := schema.get(keyword)):
            for index, each in enumerate(found):
                if is_object(each):
                    yield (keyword, index), each
    for keyword in _NAMED:
        if is_object(found := schema.get(keyword)):
            for name, each in found.items():
                if is_object(each):
                    yield (keyword, name), each


def rewritten(schema: dict[str, Any], change: Callable[[dict[str, Any]], dict[str, Any]]) -> dict[str, Any]:
    """A copy of `schema` in which every schema is what `change` makes of it."""
    copy = change(dict(schema))
    for steps, each in list(subschemas(copy)):
        made = rewritten(each, change)
        if len(steps) == 1:
            copy[cast("str", steps[0])] = made
        else:
            keyword, key = cast("tuple[str, Any]", steps)
            held: Any = copy[keyword]
            held = held.copy()
            held[key] = made
            copy[keyword] = held
    return copy


def without_identities(schema: dict[str, Any]) -> dict[str, Any]:
    """The same schema without `$schema`, `$id` and `id`.

    Segment's own rules carry an `id` for every property ("/properties/order%20id"), which Typewriter turns into `$id`;
    a validator would take it for the base of every reference beneath.
    """
    return rewritten(schema, _unnamed)


def _unnamed(schema: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in schema.items() if name not in ("$schema", "$id", "id")}


def resolve(root: dict[str, Any], reference: str) -> Any:
    """What a reference within the same schema (`#/definitions/address`) points to; raises `LookupError`."""
    if not reference.startswith("#"):
        raise LookupError("only references within the same rule are followed")
    found: Any = root
    for part in pointer(reference):
        if is_array(found) and part.isdecimal():
            found = found[int(part)]
        elif is_object(found):
            found = found[part]
        else:
            raise LookupError("the reference leads nowhere")
    return found


def pointer(reference: str) -> list[str]:
    """The steps of a JSON Pointer in a URI fragment (RFC 6901, section 6)."""
    from urllib.parse import unquote

    text = unquote(reference[1:])
    if text and not text.startswith("/"):
        raise LookupError("a reference is a JSON Pointer: #/definitions/…")
    return [part.replace("~1", "/").replace("~0", "~") for part in text.split("/")[1:]]


def planned_names(root: dict[str, Any], schema: Any) -> tuple[frozenset[str], tuple[str, ...], bool]:
    """Which members an object may have according to `schema`: the names, patterns of names, and whether any name."""
    names: set[str] = set()
    patterns: set[str] = set()
    anything = False
    waiting: list[Any] = [schema]
    seen: set[int] = set()
    while waiting:
        each = waiting.pop()
        if not is_object(each) or id(each) in seen:
            continue
        seen.add(id(each))
        if isinstance(reference := each.get("$ref"), str):
            waiting.append(resolve(root, reference))
            continue
        names.update(each.get("properties", ()))
        names.update(each.get("required", ()))
        patterns.update(each.get("patternProperties", ()))
        # a schema for all other members plans them; `true`, like leaving it out, says nothing about them
        anything = anything or isinstance(each.get("additionalProperties"), dict)
        for keyword in COMPOSED:
            waiting += each.get(keyword, ())
        waiting += [each.get(keyword) for keyword in ("if", "then", "else")]
    return frozenset(names), tuple(sorted(patterns)), anything
