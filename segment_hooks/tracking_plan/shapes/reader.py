"""JSON Schema → shapes.

What Python's types cannot say is left out of the shape and noted, so a shape never refuses what its schema accepts; and
where nothing is noted, it accepts nothing else. One exception, noted as well: a schema without a `type` is taken to be
about the kind of value that its other keywords are about (`properties`: an object), although to JSON Schema such
keywords say nothing about values of other kinds.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable
from contextlib import contextmanager
from typing import Any

from segment_hooks.tracking_plan.errors import PlanError, step
from segment_hooks.tracking_plan.kinds import is_array, is_object
from segment_hooks.tracking_plan.rules import Rule
from segment_hooks.tracking_plan.schemas import resolve
from segment_hooks.tracking_plan.shapes import containers, scalars, wellformed
from segment_hooks.tracking_plan.shapes.merging import ASIDE, merge
from segment_hooks.tracking_plan.shapes.model import (
    ANY,
    KINDS,
    NEVER,
    Mapping,
    Note,
    Place,
    Recursion,
    Shape,
    field_of,
)

Schema = dict[str, Any]

_ABOUT = (
    ("array", ("additionalItems", "contains", "items", "maxItems", "minItems", "uniqueItems")),
    ("number", ("exclusiveMaximum", "exclusiveMinimum", "maximum", "minimum", "multipleOf")),
    ("object", ("additionalProperties", "dependencies", "maxProperties", "minProperties", "patternProperties")),
    ("object", ("properties", "propertyNames", "required")),
    ("string", ("contentEncoding", "contentMediaType", "format", "maxLength", "minLength", "pattern")),
)
"""Keywords, by the kind of value that they are about."""

_MOST_READS = 30_000
"""Schemas that one rule may come to: references within alternatives within references can come to any number."""


class Reader:
    """Reads the schemas of one rule. Raises `PlanError` where they are none."""

    def __init__(self, rule: Rule) -> None:
        wellformed.check(rule.schema, rule.place)
        self._rule = rule
        self._root = rule.schema
        self._notes: list[Note] = []
        self._known: dict[str, Shape] = {}
        self._reading: set[str] = set()
        """References whose targets are being read."""
        self._merging: set[str] = set()
        """References whose targets have gone into what is being read."""
        self._reads = 0

    @property
    def notes(self) -> list[Note]:
        """What has been left out so far."""
        return sorted(set(self._notes))

    def bag(self) -> Shape:
        """The shape of the call's own data, which is an object. Raises `PlanError` where no object fits."""
        schema, steps = self._rule.bag_schema()
        if not self._rule.flattened and {"$ref", "allOf", "anyOf", "if", "not", "oneOf"} & self._root.keys():
            self._note((), "what the schema of the whole event says beside its members")
        reference = "#" + "".join(f"/{part}" for part in steps)
        given = _as_object(schema)
        with _within(self._reading, [reference]):
            shape = self.read(given if "$ref" in given else containers.as_object(given), ())
        # as the target of a reference it is not for objects alone, where the schema says so
        self._known[reference] = Shape(object=shape.object) if given.get("type", "object") == "object" else ANY
        if shape.object is None:
            place = step(self._rule.place, *steps)
            raise PlanError(f"no {self._rule.type.bag} fit this schema", place=place)
        found = shape.object
        if isinstance(found, Mapping) and (found.min_length or found.max_length is not None):
            self._note((), "minProperties or maxProperties")  # as the bag of an event, the type must be a plain one
            found = Mapping(found.values, found.keys)
        return Shape(object=found)

    def target(self, recursion: Recursion) -> Shape:
        """What a recursion leads to, once all is read."""
        return self._known[recursion.reference]

    def read(self, schema: Any, place: Place) -> Shape:
        """The shape of the values that fit `schema`, or of more, where something is noted."""
        self._reads += 1
        if self._reads > _MOST_READS:
            raise PlanError("the schema comes to too many alternatives", place=self._rule.place)
        if isinstance(schema, bool):
            return ANY if schema else NEVER
        if "$ref" in schema:  # whose neighbours count for nothing in draft-07
            return self._referred(schema["$ref"])
        if "allOf" in schema:
            if len(schema["allOf"]) == 1 and not schema.keys() - ASIDE - {"allOf"}:
                return self.read(schema["allOf"][0], place)
            merged, used = self._merged(schema, place)
            with _within(self._merging, used):
                return self.read(merged, place)
        for keyword in ("anyOf", "oneOf"):
            if keyword in schema:
                return self._alternatives(schema, keyword, place)
        return self._single(schema, place)

    def _referred(self, reference: str) -> Shape:
        if reference in self._reading:
            return Shape(object=Recursion(reference))
        if reference not in self._known:
            target = self._target(reference)
            with _within(self._reading, [reference]):
                # its classes are called after where it stands, not after who is the first to refer to it
                self._known[reference] = self.read(target, (f"#{reference.rsplit('/', 1)[-1]}",))
        return self._known[reference]

    def _target(self, reference: str) -> Any:
        try:
            target = resolve(self._root, reference)
        except LookupError as error:
            problem = f"cannot follow the reference {reference!r}: {error}"
            raise PlanError(problem, place=self._rule.place) from None
        wellformed.check(target, self._rule.place)
        return target

    def _merged(self, schema: Schema, place: Place) -> tuple[Schema, list[str]]:
        """One schema for all of `allOf` and what stands beside it, and the references that went into it."""
        merged, used = dict(schema), list[str]()
        while "allOf" in merged:
            for each in merged.pop("allOf"):
                other: Any = each
                while is_object(other) and "$ref" in other:
                    reference = other["$ref"]
                    if reference in {*self._reading, *self._merging, *used}:
                        # a circle: what it says once more about the same value is known, about a part of it is not
                        self._note(place, "allOf")
                        other = {}
                    else:
                        used.append(reference)
                        other = self._target(reference)
                merged = merge(merged, _as_object(other), lambda keyword: self._note(place, keyword))
        return merged, used

    def _alternatives(self, schema: Schema, keyword: str, place: Place) -> Shape:
        """One of several schemas, beside what the schema says otherwise: kind by kind, where that tells them apart."""
        beside = {name: value for name, value in schema.items() if name != keyword}
        bare = not beside.keys() - ASIDE
        with self._noting() as beside_notes:
            base = ANY if bare else self.read(beside, place)
        with self._noting() as notes:
            both = [each if bare else {"allOf": [beside, each]} for each in schema[keyword]]
            shapes = [self.read(each, place) for each in both]
        parts: dict[str, Any] = {}
        exact = True
        for kind in KINDS:
            found = [getattr(each, kind) for each in shapes if getattr(each, kind)]
            if len(found) == 1 or (found and keyword == "anyOf" and all(each == found[0] for each in found)):
                parts[kind] = found[0]
            elif found:
                parts[kind] = getattr(base, kind) or getattr(ANY, kind)
                exact = False
        self._notes += notes
        if not exact:
            self._notes += beside_notes
            self._note(place, keyword)
        return Shape(**parts)

    def _single(self, schema: Schema, place: Place) -> Shape:
        def noted(keyword: str) -> None:
            self._note(place, keyword)

        if "not" in schema:
            noted("not")
        if "if" in schema and {"then", "else"} & schema.keys():
            noted("if")
        kinds = self._kinds(schema, place)
        if "const" in schema:
            schema = merge({}, schema, noted)  # which makes it an `enum`
        if "enum" in schema:
            return scalars.listed(schema, kinds, noted)
        whole = "number" not in kinds
        return Shape(
            null="null" in kinds,
            boolean="boolean" in kinds,
            number=scalars.number(schema, noted, whole=whole) if {"number", "integer"} & kinds else None,
            string=scalars.string(schema, noted) if "string" in kinds else None,
            array=containers.array(schema, place, self.read, noted) if "array" in kinds else None,
            object=containers.object_of(schema, place, self.read, noted) if "object" in kinds else None,
        )

    def _kinds(self, schema: Schema, place: Place) -> set[str]:
        """The types of JSON Schema that are allowed."""
        given = schema.get("type")
        if given is not None:
            return set(given) if is_array(given) else {given}
        assumed: set[str] = set()
        if not {"const", "enum"} & schema.keys():
            for kind, keywords in _ABOUT:
                if found := [keyword for keyword in keywords if keyword in schema]:
                    self._notes.append(Note(field_of(place), found[0], assumed=True))
                    assumed.add(kind)
        return assumed or {*wellformed.TYPES}

    def _note(self, place: Place, keyword: str) -> None:
        self._notes.append(Note(field_of(place), keyword))

    @contextmanager
    def _noting(self) -> Generator[list[Note]]:
        """Collect what is noted meanwhile, for whoever knows whether it matters."""
        outer, self._notes = self._notes, []
        try:
            yield self._notes
        finally:
            self._notes = outer


def _as_object(schema: Any) -> Schema:
    """The same schema in the form that has keywords."""
    nothing: Schema = {"enum": []}
    return schema if is_object(schema) else {} if schema else nothing


@contextmanager
def _within(held: set[str], references: Iterable[str]) -> Generator[None]:
    new = {*references} - held
    held |= new
    try:
        yield
    finally:
        held -= new
