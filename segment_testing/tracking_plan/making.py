"""Made-up events that a tracking plan allows, with one call each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from hypothesis import HealthCheck, Phase, find, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample, Unsatisfiable

from segment_hooks import Group, Identify, Page, Screen, Track
from segment_hooks.tracking_plan import Rule, RuleType, TrackingPlan
from segment_hooks.tracking_plan.shapes import Array, Number, Reader, Record, Recursion, Shape, String
from segment_hooks.tracking_plan.shapes import Mapping as MappingShape
from segment_testing.factories import ABSENT, Factories
from segment_testing.tracking_plan.drawing import bags

_QUICK = settings(
    database=None,
    phases=[Phase.generate],
    max_examples=100,
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow, HealthCheck.data_too_large],
)
_DEEPEST = 3
"""Levels, beyond which optional members are left out: a schema may go on for ever."""


class PlanFactories:
    """Makes events that `plan` allows: equal seeds make equal properties, call by call.

    Every property of the plan is there, with a value that fits; what is given replaces it, whether it fits or not, and
    `ABSENT` takes it away. Who did it, when and with what, is made up as by `segment_testing.factories`.
    """

    def __init__(self, plan: TrackingPlan, *, seed: int = 0) -> None:
        self._plan = plan
        self._random = Random(seed)  # noqa: S311  # nothing is secret here
        self._events = Factories(seed=seed)

    def track(self, name: str, *, version: int | None = None, **properties: Any) -> Track[dict[str, Any]]:
        """A track call. `version`: of the event; the newest, if left out. Raises `LookupError` for an unknown event."""
        rule = self._rule(RuleType.TRACK, name, version)
        return self._events.track(name, properties=self._bag(rule, properties), **self._context(rule))

    def identify(self, **traits: Any) -> Identify[dict[str, Any]]:
        """An identify call."""
        return self._events.identify(traits=self._bag(self._rule(RuleType.IDENTIFY, None), traits))

    def group(self, **traits: Any) -> Group[dict[str, Any]]:
        """A group call."""
        return self._events.group(traits=self._bag(self._rule(RuleType.GROUP, None), traits))

    def page(self, name: str | None = None, **properties: Any) -> Page[dict[str, Any]]:
        """A page call, by the rule for pages of this name, or for all."""
        rule = self._rule(RuleType.PAGE, name)
        return self._events.page(name, properties=self._bag(rule, properties))

    def screen(self, name: str | None = None, **properties: Any) -> Screen[dict[str, Any]]:
        """A screen call, by the rule for screens of this name, or for all."""
        rule = self._rule(RuleType.SCREEN, name)
        return self._events.screen(name, properties=self._bag(rule, properties))

    def properties(self, name: str, *, version: int | None = None) -> dict[str, Any]:
        """The properties of such a track call alone."""
        return self._bag(self._rule(RuleType.TRACK, name, version), {})

    def _rule(self, kind: RuleType, name: str | None, version: int | None = None) -> Rule:
        rules = [rule for rule in self._plan.rules if rule.type is kind]
        found = [rule for rule in rules if rule.key == name] or [rule for rule in rules if rule.key is None]
        fitting = [rule for rule in found if version in (None, rule.version)]
        if not fitting:
            which = kind.lower() if name is None else f"{kind.lower()} {name!r}"
            raise LookupError(f"the tracking plan has no {which}" + (f" of version {version}" if found else ""))
        return max(fitting, key=lambda rule: rule.version)

    def _context(self, rule: Rule) -> dict[str, Any]:
        if sum((each.type, each.key) == (rule.type, rule.key) for each in self._plan.rules) == 1:
            return {}
        return {"context": {"protocols": {"event_version": rule.version}}}

    def _bag(self, rule: Rule, given: Mapping[str, Any]) -> dict[str, Any]:
        alone = TrackingPlan([rule])
        call = {"type": rule.type.lower(), "event": rule.key, "name": rule.key}

        def fits(bag: dict[str, Any]) -> bool:
            found = alone.violations({**call, "context": {}, rule.type.bag: bag})
            return not any(f"{each.field}.".startswith(f"{rule.type.bag}.") for each in found)

        reader = Reader(rule)
        made: dict[str, Any] = _Values(self._random, reader).value(reader.bag(), "", 0)
        if not fits(made):  # the schema says more than a shape can
            made = _found(bags(rule), fits, rule)
        return {name: value for name, value in {**made, **given}.items() if value is not ABSENT}


def _found(strategy: st.SearchStrategy[Any], fits: Callable[[Any], bool], rule: Rule) -> Any:
    try:
        return find(strategy, fits, settings=_QUICK, random=Random(0))  # noqa: S311
    except (NoSuchExample, Unsatisfiable):
        raise LookupError(
            f"no {rule.type.bag} that fit {rule.name!r} were found: its schema is too picky to guess by"
        ) from None


class _Values:
    """Values that fit a shape, as a person would make them up."""

    def __init__(self, random: Random, reader: Reader) -> None:
        self._random = random
        self._reader = reader

    def value(self, shape: Shape, name: str, depth: int) -> Any:
        if isinstance(shape.object, Recursion):
            return self.value(self._reader.target(shape.object), name, depth)
        if isinstance(shape.object, Record):
            return self._record(shape.object, depth)
        if shape.string is not None:
            return self._text(shape.string, name)
        if shape.number is not None:
            return self._number(shape.number)
        if isinstance(shape.object, MappingShape):
            return self._mapping(shape.object, name, depth)
        if shape.array is not None:
            return self._array(shape.array, name, depth)
        return self._random.random() < 0.5 if shape.boolean else None

    def _record(self, record: Record, depth: int) -> dict[str, Any]:
        return {
            member.name: self.value(member.shape, member.name, depth + 1)
            for member in record.members
            if member.required or (depth < _DEEPEST and not member.shape.empty)
        }

    def _mapping(self, mapping: MappingShape, name: str, depth: int) -> dict[str, Any]:
        count = max(mapping.min_length, 0 if mapping.max_length == 0 or depth >= _DEEPEST else 1)
        keys = [self._text(mapping.keys, "key" if not index else f"key{index}") for index in range(count)]
        return {key: self._any_of(mapping.values, name, depth) for key in keys}

    def _array(self, array: Array, name: str, depth: int) -> list[Any]:
        if array.exactly is not None:
            return [self.value(each, name, depth + 1) for each in array.exactly]
        count = max(array.min_length, 0 if array.max_length == 0 or depth >= _DEEPEST else 1)
        return [self._any_of(array.items, name, depth) for _ in range(count)]

    def _any_of(self, shape: Shape | None, name: str, depth: int) -> Any:
        return self._text(String(), name) if shape is None else self.value(shape, name, depth + 1)

    def _text(self, text: String, name: str) -> str:
        if text.values is not None:
            return self._random.choice(text.values)
        if text.format in _FORMATS:
            return _FORMATS[text.format](self._random)
        if text.pattern is not None:
            regex = st.from_regex(text.pattern, alphabet=st.characters(codec="ascii", categories=["L", "N", "P", "S"]))
            try:
                fitting = regex.filter(lambda found: _has_length(text, found))
                return str(find(fitting, lambda _: True, settings=_QUICK, random=self._random))
            except (NoSuchExample, Unsatisfiable):
                return ""
        made = f"{name or 'text'}-{self._random.randrange(1000, 10_000)}"
        longest = len(made) if text.max_length is None else text.max_length
        return made.ljust(text.min_length, "x")[-longest:] if longest else ""

    def _number(self, number: Number) -> float:
        if number.values is not None:
            return self._random.choice(number.values)
        low = next((bound for bound in (number.ge, number.gt) if bound is not None), None)
        high = next((bound for bound in (number.le, number.lt) if bound is not None), None)
        if low is None:
            low = 0 if high is None or high > 0 else high - 100
        if high is None:
            high = low + 100
        if number.whole:
            step = int(number.multiple_of or 1) or 1
            first, last = -(-int(low) // step), int(high) // step
            return self._random.randint(first, max(first, last)) * step
        made = round(low + (high - low) * self._random.uniform(0.25, 0.75), 2)
        return made if low < made < high else (low + high) / 2


def _has_length(text: String, found: str) -> bool:
    return text.min_length <= len(found) <= (len(found) if text.max_length is None else text.max_length)


def _moment(random: Random) -> datetime:
    return datetime(2024, 1, 1, tzinfo=UTC) + timedelta(seconds=random.randrange(86_400 * 365))


_FORMATS: dict[str | None, Callable[[Random], str]] = {
    "date-time": lambda random: _moment(random).isoformat().replace("+00:00", "Z"),
    "date": lambda random: _moment(random).date().isoformat(),
    "time": lambda random: f"{_moment(random):%H:%M:%S}Z",
    "email": lambda random: f"user{random.randrange(1000)}@example.com",
    "hostname": lambda _: "shop.example.com",
    "ipv4": lambda random: f"203.0.113.{random.randrange(1, 255)}",
    "ipv6": lambda random: f"2001:db8::{random.randrange(1, 0xFFFF):x}",
    "uri": lambda random: f"https://shop.example.com/{random.randrange(1000)}",
    "uri-reference": lambda random: f"/{random.randrange(1000)}",
}
