"""Two schemas about the same value → one: what `allOf`, and the schemas beside `anyOf`, come to.

Exact where draft-07 can say it in one schema; where it cannot, one of the two rules is left out and told, so that what
is made of it never refuses what the schemas accept. Both must be well formed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from segment_hooks.tracking_plan.kinds import is_array, is_object

Schema = dict[str, Any]
LeftOut = Callable[[str], object]
"""Is told of a keyword whose rule is left out."""

# what is only said about a value, and what is looked up by references
ASIDE = frozenset({"$comment", "$id", "$schema", "default", "definitions", "description", "examples", "id", "title"})


def merge(first: Schema, second: Schema, left_out: LeftOut) -> Schema:
    """The schema of the values that fit both."""
    first, second = _plain(first), _plain(second)
    closing = _closing(first, second, left_out)
    merged = {name: value for name, value in first.items() if name != "additionalProperties"}
    for keyword, theirs in second.items():
        ours = merged.get(keyword, _MISSING)
        if keyword == "additionalProperties" or (keyword == "additionalItems" and "items" in first):
            continue
        if ours is _MISSING:
            merged[keyword] = theirs
        elif keyword not in ASIDE and ours != theirs:
            combine = _COMBINED.get(keyword, _cannot)
            combined = combine(ours, theirs)
            if combined is _MISSING:
                left_out(keyword)
            else:
                merged[keyword] = combined
    return merged if closing is _MISSING else {**merged, "additionalProperties": closing}


_MISSING: Any = object()


def _plain(schema: Schema) -> Schema:
    """Without what has no effect, or is another way to say the same."""
    plain = dict(schema)
    if not is_array(plain.get("items")):
        plain.pop("additionalItems", None)
    if "const" in plain:
        value = plain.pop("const")
        plain["enum"] = _listed(plain.get("enum", [value]), [value])
    return plain


def _closing(first: Schema, second: Schema, left_out: LeftOut) -> Any:
    """The rule for members without a name. Each is about the names that stand beside it, so among more names it would
    mean something else."""
    rules = [each.get("additionalProperties", True) for each in (first, second)]
    if rules == [True, True]:
        return _MISSING
    (own, patterns), (other, more_patterns) = (
        (set(each.get("properties", ())), set(each.get("patternProperties", ()))) for each in (first, second)
    )
    if rules[0] == rules[1] and own == other and patterns == more_patterns:
        return rules[0]
    if rules[1] is True and other <= own and more_patterns <= patterns:
        return rules[0]
    if rules[0] is True and own <= other and patterns <= more_patterns:
        return rules[1]
    left_out("additionalProperties")
    return _MISSING


def _cannot(_: Any, __: Any) -> Any:
    return _MISSING


def _both(ours: Any, theirs: Any) -> Any:
    return {"allOf": [ours, theirs]}


def _members(ours: Schema, theirs: Schema) -> Schema:
    shared = {name: _both(ours[name], theirs[name]) for name in ours if name in theirs}
    return {**ours, **theirs, **shared}


def _items(ours: Any, theirs: Any) -> Any:
    return _MISSING if is_array(ours) or is_array(theirs) else _both(ours, theirs)


def _types(ours: Any, theirs: Any) -> list[str]:
    left: list[str] = ours if is_array(ours) else [ours]
    right: list[str] = theirs if is_array(theirs) else [theirs]
    return [
        *(kind for kind in left if kind in right or (kind == "integer" and "number" in right)),
        *(kind for kind in right if kind == "integer" and "number" in left and kind not in left),
    ]


def _listed(ours: list[Any], theirs: list[Any]) -> list[Any]:
    return [value for value in ours if any(same(value, each) for each in theirs)]


def same(one: Any, other: Any) -> bool:
    """Whether two values are the same in JSON. To Python, True is 1."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if is_array(one) and is_array(other):
        return len(one) == len(other) and all(map(same, one, other))
    if is_object(one) and is_object(other):
        return one.keys() == other.keys() and all(same(value, other[name]) for name, value in one.items())
    return bool(one == other)


def _united(ours: list[Any], theirs: list[Any]) -> list[Any]:
    return [*ours, *(each for each in theirs if each not in ours)]


_COMBINED: dict[str, Callable[[Any, Any], Any]] = {
    "allOf": lambda ours, theirs: [*ours, *theirs],
    "enum": _listed,
    "items": _items,
    "patternProperties": _members,
    "properties": _members,
    "propertyNames": _both,
    "required": _united,
    "type": _types,
    "uniqueItems": lambda ours, theirs: ours or theirs,
    **dict.fromkeys(("exclusiveMinimum", "minItems", "minLength", "minProperties", "minimum"), max),
    **dict.fromkeys(("exclusiveMaximum", "maxItems", "maxLength", "maxProperties", "maximum"), min),
}
