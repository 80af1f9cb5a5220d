"""JSON Schemas of draft-07, and values that fit them, or nearly."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

Json = Any

NAMES = ["a", "b", "userId", "class", "x y", "日本"]
WORDS = ["", "a", "ab", "abc", "fall", "winter", "12", "a\n", "é", "2024-02-03", "2024-02-30", "07:08:09Z", "07:08:09"]
WORDS += [
    "2024-02-03T04:05:06Z",
    "2024-02-03T04:05:06.5+01:00",
    "2024-02-03T04:05:06",
    "2024-13-03T04:05:06Z",
    "a@b.example",
]
PATTERNS = ["fall|winter", "^a", "b$", "^[0-9]+$", r"^\d*$", "^.$", r"\w\s", "(?:a|b)c", "(a+)+", r"\p{L}", "^$"]
FORMATS = ["date-time", "date", "time", "email", "uuid", "ipv4", "nonsense"]
WHOLE = [-3, -1, 0, 1, 2, 3, 4, 6, 10, 2**31, 2**53]
NUMBERS = [*WHOLE, -1.5, 0.5, 1.5, 2.25]

words = st.sampled_from(WORDS)
numbers = st.sampled_from(NUMBERS)
sizes = st.integers(0, 3)
scalars = st.one_of(st.none(), st.booleans(), numbers, words)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(NAMES), inner, max_size=3)),
    max_leaves=5,
)


def _some(**keywords: st.SearchStrategy[Json]) -> st.SearchStrategy[dict[str, Json]]:
    return st.fixed_dictionaries({}, optional=keywords)


def _typed(inner: st.SearchStrategy[Json]) -> st.SearchStrategy[Json]:
    """Schemas with a type, and keywords about it."""
    names = st.sampled_from(NAMES)
    parts = {
        "null": st.just({}),
        "boolean": st.just({}),
        "integer": _some(minimum=numbers, exclusiveMaximum=numbers, multipleOf=st.sampled_from([1, 2, 3, 0.5, 1.5])),
        "number": _some(
            maximum=numbers, exclusiveMinimum=numbers, minimum=numbers, multipleOf=st.sampled_from([2, 0.5])
        ),
        "string": _some(
            minLength=sizes, maxLength=sizes, pattern=st.sampled_from(PATTERNS), format=st.sampled_from(FORMATS)
        ),
        "array": _some(
            items=st.one_of(inner, st.lists(inner, min_size=1, max_size=2)),
            minItems=sizes,
            maxItems=sizes,
            uniqueItems=st.booleans(),
            additionalItems=inner,
            contains=inner,
        ),
        "object": _some(
            properties=st.dictionaries(names, inner, max_size=3),
            required=st.lists(names, max_size=2, unique=True),
            additionalProperties=inner,
            patternProperties=st.dictionaries(st.sampled_from(PATTERNS[:4]), inner, min_size=1, max_size=2),
            propertyNames=st.one_of(st.booleans(), st.fixed_dictionaries({"pattern": st.sampled_from(PATTERNS)})),
            minProperties=sizes,
            maxProperties=sizes,
            dependencies=st.dictionaries(names, inner, max_size=1),
        ),
    }
    alone = st.sampled_from(sorted(parts)).flatmap(lambda kind: parts[kind].map(lambda more: {"type": kind, **more}))

    def several(kinds: list[str]) -> st.SearchStrategy[Json]:
        return st.tuples(*(parts[kind] for kind in kinds)).map(
            lambda found: {"type": kinds, **{name: value for each in found for name, value in each.items()}}
        )

    together = st.lists(st.sampled_from(sorted(parts)), min_size=1, max_size=3, unique=True).flatmap(several)
    return st.one_of(alone, alone, together)


def _within(inner: st.SearchStrategy[Json]) -> st.SearchStrategy[Json]:
    several = st.lists(inner, min_size=1, max_size=3)
    composed = st.sampled_from(["allOf", "anyOf", "oneOf"]).flatmap(
        lambda keyword: several.map(lambda schemas: {keyword: schemas})
    )
    beside = st.tuples(_typed(inner), composed).map(lambda both: {**both[0], **both[1]})
    conditional = st.fixed_dictionaries({"if": inner}, optional={"then": inner, "else": inner})
    return st.one_of(_typed(inner), _typed(inner), composed, beside, conditional, st.fixed_dictionaries({"not": inner}))


_leaves = st.one_of(
    st.just({}),
    st.booleans(),
    _typed(st.just({})),
    st.lists(st.one_of(words, numbers, st.none(), st.booleans(), st.just([1])), max_size=3).map(lambda v: {"enum": v}),
    st.one_of(words, numbers, st.booleans()).map(lambda value: {"const": value}),
    st.sampled_from(["#/definitions/one", "#/definitions/two"]).map(lambda to: {"$ref": to}),
    st.tuples(
        st.sampled_from(["string", "integer", ["number", "null"]]), st.lists(scalars, min_size=1, max_size=3)
    ).map(lambda both: {"type": both[0], "enum": both[1]}),
)
schemas = st.recursive(_leaves, _within, max_leaves=5)
"""Any schema, with references to `definitions` called `one` and `two`."""


@st.composite
def near(draw: st.DrawFn, schema: Json, definitions: Json, depth: int = 0) -> Json:
    """A value that fits `schema`, most likely, or that does not in some detail."""
    if depth > 4 or not isinstance(schema, dict) or draw(st.integers(0, 9)) == 0:
        return draw(values if depth < 3 else scalars)
    if "$ref" in schema:
        return draw(near(definitions[schema["$ref"].rsplit("/", 1)[-1]], definitions, depth + 1))
    for keyword in ("allOf", "anyOf", "oneOf"):
        if keyword in schema and draw(st.integers(0, 3)):
            return draw(near(draw(st.sampled_from(schema[keyword])), definitions, depth + 1))
    if "const" in schema:
        return schema["const"]
    if schema.get("enum") and draw(st.integers(0, 4)):
        return draw(st.sampled_from(schema["enum"]))
    kinds = schema.get("type", ["string", "number", "array", "object", "null"])
    kind = kinds if isinstance(kinds, str) else draw(st.sampled_from(kinds))
    match kind:
        case "null":
            return None
        case "boolean":
            return draw(st.booleans())
        case "integer":
            return draw(st.sampled_from(WHOLE))
        case "number":
            return draw(numbers)
        case "string":
            return draw(words)
        case "array":
            given = schema.get("items", True)
            each = given if not isinstance(given, list) else schema.get("additionalItems", True)
            first = [draw(near(item, definitions, depth + 1)) for item in given] if isinstance(given, list) else []
            return first + draw(st.lists(near(each, definitions, depth + 1), max_size=3))
        case _:
            members = schema.get("properties", {})
            chosen = {name for name in members if draw(st.booleans())} | set(schema.get("required", ()))
            others = set(draw(st.lists(st.sampled_from(NAMES), max_size=2)))
            more = schema.get("additionalProperties", True)
            return {
                name: draw(near(members.get(name, more), definitions, depth + 1)) for name in sorted(chosen | others)
            }
