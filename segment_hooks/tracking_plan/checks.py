"""The rules of a plan, ready to hold events against: which rule is for an event, and what it finds."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

from segment_hooks.tracking_plan.errors import PlanError
from segment_hooks.tracking_plan.kinds import is_object
from segment_hooks.tracking_plan.rules import Rule, RuleType
from segment_hooks.tracking_plan.schemas import planned_names
from segment_hooks.tracking_plan.violations import Violation

if TYPE_CHECKING:
    from segment_hooks.tracking_plan.validator import Validator


IsValid: TypeAlias = Callable[[Any], bool]


class Check:
    """One rule with what is made of it when it is first needed."""

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self._bag = rule.type.bag

    @cached_property
    def validator(self) -> Validator:
        """Raises `PlanError` where the rule's schema is none."""
        from segment_hooks.tracking_plan.validator import Validator

        prefix = (self._bag,) if self.rule.flattened else ()
        return Validator(self.rule.schema, place=self.rule.place, prefix=prefix)

    def passes(self, payload: dict[str, Any]) -> bool:
        """Whether there is nothing to say about the event: the quick answer."""
        try:
            return self.validator.is_valid(self._subject(payload) if self.rule.flattened else payload)
        except UnicodeEncodeError:
            return False

    def violations(self, payload: dict[str, Any]) -> list[Violation]:
        """What the rule finds wrong with the event."""
        return self.validator.violations(self._subject(payload) if self.rule.flattened else payload)

    def unplanned(self, payload: dict[str, Any]) -> list[str]:
        """The members of the event's properties or traits that the rule does not name."""
        bag = payload.get(self._bag)
        names, pattern, anything = self.planned
        if anything or not is_object(bag) or bag.keys() <= names:
            return []
        return [name for name in bag if name not in names and not (pattern and pattern.search(name))]

    @cached_property
    def planned(self) -> tuple[frozenset[str], re.Pattern[str] | None, bool]:
        schema, _ = self.rule.bag_schema()
        try:
            names, patterns, anything = planned_names(self.rule.schema, schema)
            pattern = re.compile("|".join(f"(?:{each})" for each in patterns)) if patterns else None
        except (LookupError, re.error) as error:
            raise PlanError(f"cannot tell which {self._bag} are planned: {error}", place=self.rule.place) from None
        return names, pattern, anything

    def _subject(self, payload: dict[str, Any]) -> Any:
        bag = payload.get(self._bag)
        return {} if bag is None else bag  # none given: as if it were empty


class Versions:
    """The rules for one event, by version. An event says in `context.protocols.event_version` which one it is of; where
    it does not, or the plan has none such, it is held against the oldest (Segment, "Event versioning")."""

    def __init__(self, checks: list[Check]) -> None:
        self.by_version = {check.rule.version: check for check in sorted(checks, key=lambda check: check.rule.version)}
        self._oldest = next(iter(self.by_version.values()))
        self.only = self._oldest if len(self.by_version) == 1 else None
        """The one rule, where there is one version."""

    def for_event(self, payload: Mapping[str, Any]) -> Check:
        """The rule to hold the event against."""
        return self.only or self.by_version.get(event_version(payload) or 0, self._oldest)


def event_version(payload: Mapping[str, Any]) -> int | None:
    """The version that the event says it is of."""
    found: Any = payload
    for name in ("context", "protocols", "event_version"):
        found = found.get(name) if is_object(found) else None
    return found if isinstance(found, int) and not isinstance(found, bool) else None


Quick: TypeAlias = tuple[IsValid, IsValid | None, bool, frozenset[str]]
"""What the hot path needs for the events of one name: whether the one rule for it is satisfied, whether the common rule
is, if there is one, whether the first is asked about the properties alone, and the names of those that are planned."""


class Checks:
    """All rules of a plan, by type and name. `quick`: filled with what events have been asked about."""

    def __init__(self, rules: tuple[Rule, ...], quick: dict[str, Quick]) -> None:
        self._quick = quick
        grouped: dict[tuple[RuleType, str | None], list[Check]] = {}
        for rule in rules:
            grouped.setdefault((rule.type, rule.key), []).append(Check(rule))
        self._named = {name: Versions(checks) for name, checks in grouped.items()}
        self._tracks = {key: each for (kind, key), each in self._named.items() if kind is RuleType.TRACK}
        common = self._named.get((RuleType.COMMON, None))
        self.common: Check | None = None if common is None else next(reversed(common.by_version.values()))

    def compile(self) -> None:
        """Make all that events need; raises `PlanError` for a rule whose schema is none."""
        for versions in self._named.values():
            for check in versions.by_version.values():
                _ = check.validator, check.planned

    def for_event(self, payload: Mapping[str, Any]) -> Check | None:
        """The check for this event, the common one aside."""
        kind = payload.get("type")
        if kind == "track":
            name = payload.get("event")
            versions = self._tracks.get(name) if isinstance(name, str) else None
            if versions is not None:
                self._make_quick(name, versions)
        else:
            versions = self._other(kind, payload.get("name"))
        return None if versions is None else versions.for_event(payload)

    def _make_quick(self, name: Any, versions: Versions) -> None:
        """Remember the event for the hot path, where that is right for every event of the name."""
        only = versions.only
        if only is not None:
            common = None if self.common is None else self.common.validator.is_valid
            self._quick[name] = only.validator.is_valid, common, only.rule.flattened, only.planned[0]

    def _other(self, kind: Any, name: Any) -> Versions | None:
        if kind in ("identify", "group"):
            return self._named.get((RuleType(kind.upper()), None))
        if kind in ("page", "screen"):
            own = RuleType(kind.upper())
            named = self._named.get((own, name)) if isinstance(name, str) else None
            # Segment takes page and screen calls for events of these names (Protocols FAQ)
            return named or self._named.get((own, None)) or self._tracks.get(f"{kind.capitalize()} Viewed")
        return None
