"""A tracking plan → a Python module with everything typed."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from segment_hooks.errors import ConfigurationError
from segment_hooks.tracking_plan.generator import events
from segment_hooks.tracking_plan.generator.events import Named
from segment_hooks.tracking_plan.generator.layout import Listed, docstring, lines, prose
from segment_hooks.tracking_plan.generator.naming import Names, class_name, function_stem, shortened
from segment_hooks.tracking_plan.plan import TrackingPlan
from segment_hooks.tracking_plan.rules import Rule, RuleType
from segment_hooks.tracking_plan.shapes.model import Note

LINE_LENGTH, SHORTEST = 100, 88

_WHERE = {
    "datetime": ("date",),
    "typing": ("Annotated", "Any", "Literal", "TypeAlias", "Unpack"),
    "msgspec": ("UNSET", "Meta", "Struct", "UnsetType"),
    "segment_hooks": ("WebhookEventRouter",),
    "segment_hooks.tracking_plan.typed": (
        *("Call", "DateTime", "GroupClient", "Id", "IdentifyClient", "OnGroup", "OnIdentify", "OnPage", "OnScreen"),
        *("OnTrack", "PageClient", "R", "ScreenClient", "TimeOfDay", "TrackClient"),
        *("handle_group", "handle_identify", "handle_page", "handle_screen", "handle_track", "of_version"),
    ),
}
"""Module → what is imported from it, in the order of a sorted import."""

_RESERVED = ("Group", "Identify", "Page", "Screen", "Track")
"""What whoever uses the module has of the same names."""

_ORDER = (RuleType.TRACK, RuleType.IDENTIFY, RuleType.GROUP, RuleType.PAGE, RuleType.SCREEN)
_WORDS = {RuleType.TRACK: "Event", RuleType.PAGE: "Page", RuleType.SCREEN: "Screen"}


class Generated(msgspec.Struct, frozen=True):
    """A module, and what its types leave to the plan."""

    text: str
    notes: dict[str, list[Note]]
    """By the name of the class of the properties."""


def generate(plan: TrackingPlan, *, line_length: int = LINE_LENGTH) -> Generated:
    """The module for a plan. The same plan, in whatever order, gives the same text.

    `line_length`: columns, at least 88. Raises `PlanError`, with the place, for a rule of which no type can be made.
    """
    if line_length < SHORTEST:
        raise ConfigurationError(f"line_length is at least {SHORTEST}, not {line_length}")
    names = Names([*_RESERVED, *(name for each in _WHERE.values() for name in each)])
    written: list[list[str]] = []
    imports: set[str] = set()
    notes: dict[str, list[Note]] = {}
    for named in _named(plan.rules, names):
        made = events.write(named, names, line_length)
        written += made.blocks
        imports |= made.imports
        if made.notes:
            notes[named.class_name] = made.notes
    head = [*docstring(_about(plan), line_length, indent=0), "", "from __future__ import annotations", ""]
    blocks = ["\n".join([*head, *_imports(imports, line_length)]).rstrip("\n"), *map("\n".join, written)]
    return Generated("\n\n\n".join(blocks) + "\n", notes)


def _named(rules: Iterable[Rule], names: Names) -> list[Named]:
    """Every rule that has types, with the names of its class and functions: plain ones for the newest version."""
    versions: dict[tuple[RuleType, str | None], list[Rule]] = {}
    for rule in rules:
        if rule.type is not RuleType.COMMON:
            versions.setdefault((rule.type, rule.key), []).append(rule)
    found: list[Named] = []
    for kind, key in sorted(versions, key=lambda each: (_ORDER.index(each[0]), each[1] or "")):
        newest, *older = sorted(versions[kind, key], key=lambda rule: -rule.version)
        every = tuple(sorted(rule.version for rule in (newest, *older))) if older else ()
        cls, function = _first_free(kind, key, names)
        found.append(Named(newest, cls, function, every))
        for rule in older:
            ending = f"v{rule.version}"
            names_of_it = names.take(cls + ending.upper()), names.take(f"{function}_{ending}")
            found.append(Named(rule, *names_of_it, every))
    return found


def _first_free(kind: RuleType, key: str | None, names: Names) -> tuple[str, str]:
    """A class and a function, with the same number behind both where another event has their names."""
    if key is None:
        return names.take(f"{kind.capitalize()}{kind.bag.capitalize()}"), names.take(kind.lower())
    cls, function = class_name(key, _WORDS[kind]), f"{kind.lower()}_{function_stem(key)}"
    if kind is not RuleType.TRACK:
        cls += _WORDS[kind]
    ending, number = "", 1
    while shortened(cls) + ending in names or function + ending in names:
        number += 1
        ending = str(number)
    return names.take(shortened(cls) + ending), names.take(function + ending)


def _about(plan: TrackingPlan) -> list[str]:
    name = prose(plan.name or "").removesuffix(".")
    return [
        f"Typed events: {name}." if name else "Typed events of a tracking plan.",
        prose(plan.description or ""),
        "Made from the plan by `segment-hooks types`: change the plan, not this file.",
    ]


def _imports(used: set[str], width: int) -> list[str]:
    made: list[str] = []
    sections = (("datetime", "typing"), ("msgspec", "segment_hooks", "segment_hooks.tracking_plan.typed"))
    for section in sections:
        part: list[str] = []
        for module in section:
            if found := [name for name in _WHERE[module] if name in used]:
                line = f"from {module} import {', '.join(found)}"
                short = len(line) <= width
                part += [line] if short else lines(Listed(f"from {module} import (", tuple(found), ")"), width)
        made += [*part, ""] if part else []
    return made
