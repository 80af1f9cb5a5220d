"""Decoded JSON → the rules of a tracking plan, in any of the formats that such plans come in.

    Public API     `{"data": {"rules": […], "pagination": {…}}}`, one page or an array of all pages; also the bare
                   array of rules, and `{"data": {"trackingPlan": {…}}}` beside them for the plan's name
    Typewriter     `plan.json` of version 8 and later: `{"name": …, "rules": [{"key": …, "jsonSchema": {…}}]}`, with
                   schemas that are flattened (see `rules`)
    Config API     what Typewriter wrote up to version 7: `{"display_name": …, "rules": {"events": [{"name": …,
                   "rules": {…}}], …}}`

Fields that are not known are passed over. Whatever is known and has another shape is refused, with its place.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

import msgspec

from segment_hooks.timestamps import parse_timestamp
from segment_hooks.tracking_plan.errors import PlanError, step
from segment_hooks.tracking_plan.kinds import in_words, is_array, is_object
from segment_hooks.tracking_plan.rules import Rule, RuleType

Json = Any

EVENT_FIELDS = frozenset(
    {
        *("anonymousId", "category", "channel", "context", "event", "groupId", "integrations", "messageId", "name"),
        *("originalTimestamp", "previousId", "projectId", "properties", "receivedAt", "sentAt", "timestamp"),
        *("traits", "type", "userId", "version"),
    }
)
"""The members of a whole event (Segment spec, "Common fields")."""


class Page(msgspec.Struct):
    """What one document held. `name`, `id`, `description`: of the plan, where it says."""

    rules: list[Rule]
    name: str | None = None
    id: str | None = None
    description: str | None = None
    cursor: str | None = None
    """Where this page of the Public API's list begins."""
    following: str | None = None
    """Where the next one does."""
    total: int | None = None
    """How many rules all pages have together."""


def read(document: Json, place: str = "$") -> Iterator[Page]:
    """The pages in one JSON document. Raises `PlanError`."""
    if is_array(document):
        if all(is_object(part) and ("data" in part or "rules" in part) for part in document):
            for index, part in enumerate(document):
                yield from read(part, step(place, index))
        else:
            yield Page(_rules(document, place))
        return
    content = _object(document, place)
    if "data" in content:
        yield from _read_answer(_object(content["data"], step(place, "data")), step(place, "data"))
    elif is_object(content.get("rules")):
        yield _read_config_api(content, place)
    elif "rules" in content:
        yield _read_plan(content, place)
    elif "errors" in content or "error" in content:
        raise PlanError("this is an error that the API answered with, not a tracking plan", place=place)
    else:
        raise PlanError('this is no tracking plan: it has neither "rules" nor "data"', place=place)


def _read_answer(data: dict[str, Json], place: str) -> Iterator[Page]:
    if "trackingPlan" in data:
        yield _read_plan(_object(data["trackingPlan"], step(place, "trackingPlan")), step(place, "trackingPlan"))
        if "rules" not in data:
            return
    if "rules" not in data:
        raise PlanError('this answer of the Public API has no "rules": ask for /tracking-plans/{id}/rules', place=place)
    page = _read_plan(data, place)
    turning = _object(data.get("pagination", {}), step(place, "pagination"))
    page.cursor = _text(turning, "current", step(place, "pagination"))
    page.following = _text(turning, "next", step(place, "pagination"))
    total = turning.get("totalEntries")
    page.total = total if isinstance(total, int) else None
    yield page


def _read_plan(content: dict[str, Json], place: str) -> Page:
    rules = _array(content.get("rules", []), "rules", step(place, "rules"))
    return Page(
        _rules(rules, step(place, "rules")),
        name=_text(content, "name", place),
        id=_text(content, "id", place),
        description=_text(content, "description", place),
    )


def _rules(rules: Iterable[Json], place: str) -> list[Rule]:
    return [_rule(_object(rule, step(place, index)), step(place, index)) for index, rule in enumerate(rules)]


def _rule(rule: dict[str, Json], place: str) -> Rule:
    written = _text(rule, "type", place)
    if written is None:
        raise PlanError('a rule needs a "type": TRACK, IDENTIFY, GROUP, PAGE, SCREEN or COMMON', place=place)
    try:
        kind = RuleType(written.upper())
    except ValueError:
        known = ", ".join(RuleType)
        raise PlanError(f"the type of a rule is one of {known}, not {written!r}", place=step(place, "type")) from None
    if "jsonSchema" not in rule:
        raise PlanError('a rule needs a "jsonSchema"', place=place)
    return _made(kind, _text(rule, "key", place), rule["jsonSchema"], rule, place=place, member="jsonSchema")


def _read_config_api(content: dict[str, Json], place: str) -> Page:
    rules: list[Rule] = []
    groups = _object(content["rules"], step(place, "rules"))
    inside = step(place, "rules")
    for index, each in enumerate(_array(groups.get("events", []), "events", step(inside, "events"))):
        at = step(inside, "events", index)
        event = _object(each, at)
        if "rules" not in event:
            raise PlanError('an event needs "rules", the JSON Schema', place=at)
        rules.append(_made(RuleType.TRACK, _text(event, "name", at), event["rules"], event, place=at, member="rules"))
    for member, kind in (("global", RuleType.COMMON), ("identify", RuleType.IDENTIFY), ("group", RuleType.GROUP)):
        if groups.get(member):
            rules.append(_made(kind, None, groups[member], {}, place=inside, member=member))
    for member, kind in (("identify_traits", RuleType.IDENTIFY), ("group_traits", RuleType.GROUP)):
        if traits := groups.get(member):
            if any(rule.type is kind for rule in rules):
                raise PlanError(f"the traits stand twice, here and in {kind.lower()!r}", place=step(inside, member))
            rules.append(_named_traits(kind, traits, step(inside, member)))
    resource = _text(content, "name", place)  # workspaces/shop/tracking-plans/rs_1
    return Page(
        rules,
        name=_text(content, "display_name", place) or resource,
        id=None if resource is None else resource.rsplit("/", 1)[-1],
    )


def _named_traits(kind: RuleType, traits: Json, place: str) -> Rule:
    """The oldest form of all: nothing but the names of the traits, and what is said of them."""
    members: dict[str, Json] = {}
    for index, each in enumerate(_array(traits, "traits", place)):
        at = step(place, index)
        trait = _object(each, at)
        name = _text(trait, "name", at)
        if name is None:
            raise PlanError('a trait needs a "name"', place=at)
        schema = _object(trait.get("rules", {}), step(at, "rules"))
        members[name] = {"description": _text(trait, "description", at) or "", **schema}
    whole = {"type": "object", "properties": members}
    return Rule(type=kind, key=None, schema=whole, flattened=True, place=place)


def _made(kind: RuleType, key: str | None, schema: Json, about: dict[str, Json], *, place: str, member: str) -> Rule:
    at = step(place, member)
    schema = _object(schema, at)
    if kind is RuleType.COMMON and set(schema) == {"global"}:  # as one writes it through the API
        at, schema = step(at, "global"), _object(schema["global"], step(at, "global"))
    if kind is RuleType.TRACK and not key:
        raise PlanError("a rule for track calls needs the name of its event", place=place)
    if kind in (RuleType.COMMON, RuleType.IDENTIFY, RuleType.GROUP):
        key = None  # there is one rule for all calls of these types, whatever stands there
    members = _object(schema.get("properties", {}), step(at, "properties"))
    flattened = kind is not RuleType.COMMON and _is_flattened(schema, members)
    if flattened and "properties" not in members:
        schema = _without_leftover(schema)
    return Rule(
        type=kind,
        key=key or None,
        schema=schema,
        version=_version(about, place),
        flattened=flattened,
        description=_text(about, "description", place) or _text(schema, "description", at) or "",
        labels=_labels(about, schema, place),
        deprecated_at=_moment(about, "deprecatedAt", place),
        place=at,
    )


def _is_flattened(schema: dict[str, Json], members: dict[str, Json]) -> bool:
    if "eventMetadata" in schema:  # Typewriter's own mark
        return True
    return bool(members) and not ({"properties", "traits"} & members.keys() or members.keys() <= EVENT_FIELDS)


def _without_leftover(schema: dict[str, Json]) -> dict[str, Json]:
    """Flattening, Typewriter leaves `"required": ["properties"]` of the whole event where the properties require
    nothing."""
    if schema.get("required") == ["properties"]:
        return {name: value for name, value in schema.items() if name != "required"}
    return schema


def _version(about: dict[str, Json], place: str) -> int:
    version = about.get("version", 1)
    if isinstance(version, bool) or not isinstance(version, int | float) or version != int(version):
        raise _wrong("a whole number", version, step(place, "version"))
    return int(version)


def _labels(about: dict[str, Json], schema: dict[str, Json], place: str) -> dict[str, str]:
    labels = about.get("labels", schema.get("labels"))
    if labels is None:
        return {}
    return {key: str(value) for key, value in _object(labels, step(place, "labels")).items()}


def _moment(about: dict[str, Json], name: str, place: str) -> datetime | None:
    """None for Go's zero time too, which means "never"."""
    return parse_timestamp(_text(about, name, place))


def _object(value: Json, place: str) -> dict[str, Json]:
    if not is_object(value):
        raise _wrong("an object", value, place)
    return value


def _array(value: Json, of: str, place: str) -> list[Json]:
    if not is_array(value):
        raise _wrong(f"an array of {of}", value, place)
    return value


def _text(content: dict[str, Json], name: str, place: str) -> str | None:
    value = content.get(name)
    if value is not None and not isinstance(value, str):
        raise _wrong("text", value, step(place, name))
    return value


def _wrong(expected: str, found: Json, place: str) -> PlanError:
    return PlanError(f"expected {expected}, found {in_words(found)}", place=place)
