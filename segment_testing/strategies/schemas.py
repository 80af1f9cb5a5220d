"""JSON that fits a JSON Schema, for the schemas that msgspec and pydantic write of a type, and for those of a tracking
plan (draft 07).

Not known: `not`, `if`, `dependencies`, `patternProperties`. What is made is a value that most likely fits; whoever
needs to be sure decodes or validates it.
"""

from __future__ import annotations

import base64
import json
import math
import re
from collections.abc import Callable, Mapping
from functools import reduce
from typing import Any, cast

import msgspec
from hypothesis import strategies as st

from segment_testing.strategies.values import _SAFE, encodable_texts, keys, numbers, scalars, texts, together, values

Schema = Mapping[str, Any]


def from_schema(schema: Schema | bool) -> st.SearchStrategy[Any]:
    """JSON values, decoded, that fit `schema`.

    `$ref` is followed within the schema. Raises `LookupError` for a reference that leads nowhere.
    """
    return _Walk(schema if isinstance(schema, Mapping) else {}).strategy(schema)


class _Walk:
    """One schema, with the strategies that its references stand for: they may be circular."""

    def __init__(self, root: Schema) -> None:
        self._root = root
        self._references: dict[str, st.SearchStrategy[Any]] = {}

    def strategy(self, schema: Schema | bool) -> st.SearchStrategy[Any]:
        if isinstance(schema, bool) or not schema:
            return values if schema is not False else st.nothing()
        if "$ref" in schema:
            return self._reference(schema["$ref"])
        if "const" in schema:
            return st.just(schema["const"])
        if "enum" in schema:
            return st.sampled_from(list(schema["enum"]))
        for word in ("anyOf", "oneOf"):
            if word in schema:
                shared = {k: v for k, v in schema.items() if k not in (word, "discriminator", "default")}
                return st.one_of([self.strategy(_both(shared, each)) for each in schema[word]])
        if "allOf" in schema:
            rest: Schema = {k: v for k, v in schema.items() if k != "allOf"}
            return self.strategy(reduce(_both, (self._resolved(each) for each in schema["allOf"]), rest))
        kinds = schema.get("type", _kinds_in(schema))
        if isinstance(kinds, str):
            return self._of(kinds, schema)
        return st.one_of([self._of(kind, schema) for kind in kinds])

    def _of(self, kind: str, schema: Schema) -> st.SearchStrategy[Any]:
        match kind:
            case "object":
                return self._object(schema)
            case "array":
                return self._array(schema)
            case "string":
                return _string(schema)
            case "integer":
                return _integer(schema)
            case "number":
                return _number(schema)
            case "boolean":
                return st.booleans()
            case "null":
                return st.none()
            case _:
                return scalars

    def _reference(self, reference: str) -> st.SearchStrategy[Any]:
        if reference not in self._references:
            target = self._find(reference)
            made: list[st.SearchStrategy[Any]] = []

            def later() -> st.SearchStrategy[Any]:
                if not made:
                    made.append(self.strategy(target))
                return made[0]

            self._references[reference] = st.deferred(later)
        return self._references[reference]

    def _resolved(self, schema: Schema) -> Schema:
        while "$ref" in schema:
            schema = self._find(schema["$ref"])
        return schema

    def _find(self, reference: str) -> Schema:
        found: Any = self._root
        for part in reference.removeprefix("#").split("/")[1:]:
            part = part.replace("~1", "/").replace("~0", "~")  # RFC 6901, 4  # noqa: PLW2901
            if not isinstance(found, Mapping) or part not in found:
                raise LookupError(f"the schema refers to {reference!r}, which is not in it")
            found = cast("Schema", found)[part]
        return cast("Schema", found)

    def _object(self, schema: Schema) -> st.SearchStrategy[dict[str, Any]]:
        members: Schema = schema.get("properties", {})
        required = list(schema.get("required", ()))
        known = {name: self.strategy(each) for name, each in members.items()}
        more = schema.get("additionalProperties", True)
        made: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
            {name: known.get(name, values) for name in required},
            optional={name: each for name, each in known.items() if name not in required},
        )
        least, most = schema.get("minProperties", 0), schema.get("maxProperties")
        if isinstance(more, Mapping) or (more is True and not known):
            each = self.strategy(cast("Schema | bool", more))
            others = st.dictionaries(_key(schema), each, min_size=least, max_size=most or least + 3)
            return st.builds(together, others, made)
        return made

    def _array(self, schema: Schema) -> st.SearchStrategy[list[Any]]:
        first = schema.get("prefixItems", schema["items"] if isinstance(schema.get("items"), list) else ())
        each = schema.get("items", True) if not isinstance(schema.get("items"), list) else True
        if first:
            return st.tuples(*(self.strategy(item) for item in first)).map(list)
        least = schema.get("minItems", 0)
        return st.lists(
            self.strategy(each),
            min_size=least,
            max_size=schema.get("maxItems", least + 3),
            unique_by=_as_text if schema.get("uniqueItems") else None,
        )


def _as_text(value: object) -> str:
    """Equal for equal values; unpaired surrogates, which msgspec does not write, are no obstacle."""
    return json.dumps(value, sort_keys=True)


def _both(one: Schema, other: Schema) -> Schema:
    """A schema for what fits both, as far as their words can be put side by side."""
    both = {**one, **other}
    for word in ("properties", "required"):
        if word in one and word in other:
            both[word] = {**one[word], **other[word]} if word == "properties" else [*one[word], *other[word]]
    return both


def _kinds_in(schema: Schema) -> list[str]:
    """The types that a schema without `type` speaks of."""
    if schema.keys() & {"properties", "required", "additionalProperties"}:
        return ["object"]
    if "items" in schema:
        return ["array"]
    if "pattern" in schema or "format" in schema:
        return ["string"]
    return ["any"]


def _key(schema: Schema) -> st.SearchStrategy[str]:
    names: Schema = schema.get("propertyNames", {})
    kind = names.get("type", "string")
    if kind == "integer" or names.get("format") == "integer":
        return _integer(names).map(str)
    return _string(names) if names else keys


def _string(schema: Schema) -> st.SearchStrategy[str]:
    if schema.get("contentEncoding") == "base64":
        return st.binary(max_size=12).map(lambda data: base64.b64encode(data).decode())
    if "pattern" in schema:
        # in the schema's dialect `$` is the end; in Python's it is also the place before a last line break
        pattern = re.sub(r"(?<!\\)\$(?![^\[]*\])", r"\\Z", schema["pattern"])
        made: st.SearchStrategy[str] = st.from_regex(pattern, alphabet=st.characters(exclude_categories=["Cs"]))
    elif schema.get("format") in _FORMATS:
        return _FORMATS[schema["format"]]()
    elif "minLength" in schema or "maxLength" in schema:
        least = schema.get("minLength", 0)
        return st.text(
            st.characters(exclude_categories=["Cs"]),
            min_size=least,
            max_size=min(schema.get("maxLength", least + 8), least + 8),
        )
    else:
        return texts
    least, most = schema.get("minLength", 0), schema.get("maxLength", math.inf)
    return made.filter(lambda text: least <= len(text) <= most) if "minLength" in schema or most < math.inf else made


def _limits(schema: Schema, step: float) -> tuple[Any, Any]:
    """The least and the greatest number; `step` lies between what is excluded and what is not."""
    low, high = schema.get("minimum"), schema.get("maximum")
    if isinstance(schema.get("exclusiveMinimum"), int | float):
        low = schema["exclusiveMinimum"] + step
    if isinstance(schema.get("exclusiveMaximum"), int | float):
        high = schema["exclusiveMaximum"] - step
    return low, high


def _integer(schema: Schema) -> st.SearchStrategy[int]:
    low, high = _limits(schema, 1)
    least = -_SAFE if low is None else math.ceil(low)
    most = max(_SAFE, least) if high is None else math.floor(high)
    multiple = schema.get("multipleOf")
    if multiple:
        return st.integers(math.ceil(least / multiple), math.floor(most / multiple)).map(lambda n: int(n * multiple))
    return st.integers(least, most)


def _number(schema: Schema) -> st.SearchStrategy[int | float]:
    low, high = _limits(schema, 0)
    if schema.get("multipleOf"):
        return _integer(schema)
    if low is None and high is None:
        return numbers
    floats = st.floats(
        low,
        high,
        exclude_min="exclusiveMinimum" in schema,
        exclude_max="exclusiveMaximum" in schema,
        allow_nan=False,
        allow_infinity=False,
    )
    # as JavaScript writes it: a whole number has no fraction
    return floats.map(lambda n: int(n) if n.is_integer() and abs(n) <= _SAFE else n)


def _built(make: Callable[[], st.SearchStrategy[Any]]) -> Callable[[], st.SearchStrategy[str]]:
    return lambda: make().map(lambda value: cast("str", msgspec.to_builtins(value)))


def _date_times() -> st.SearchStrategy[str]:
    from segment_testing.strategies.times import moments

    return moments.map(lambda moment: moment.isoformat().replace("+00:00", "Z"))


_FORMATS: dict[str, Callable[[], st.SearchStrategy[str]]] = {
    "date-time": _date_times,
    "date": _built(st.dates),
    "time": _built(st.times),
    "duration": _built(st.timedeltas),
    "uuid": _built(st.uuids),
    "decimal": _built(lambda: st.decimals(allow_nan=False, allow_infinity=False, places=2)),
    "email": lambda: st.sampled_from(["ann@example.com", "b.o+tag@mail.example.org"]),
    "uri": lambda: st.sampled_from(["https://shop.example/", "https://shop.example/a%20b?x=1#y"]),
    "ipv4": lambda: st.sampled_from(["203.0.113.9", "8.8.8.8"]),
    "ipv6": lambda: st.sampled_from(["2001:db8::1", "::1"]),
    "hostname": lambda: st.just("shop.example"),
    "binary": lambda: encodable_texts,
}
