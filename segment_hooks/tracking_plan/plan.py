"""TrackingPlan: what may be tracked, and whether an event is that."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar

import msgspec

from segment_hooks import jsontext
from segment_hooks.errors import PayloadError
from segment_hooks.tracking_plan import formats
from segment_hooks.tracking_plan.checks import Checks, Quick
from segment_hooks.tracking_plan.errors import PlanError
from segment_hooks.tracking_plan.formats import Page
from segment_hooks.tracking_plan.payloads import Eventlike, payload_of
from segment_hooks.tracking_plan.rules import Rule, RuleType
from segment_hooks.tracking_plan.violations import Violation, unplanned_event, unplanned_property

if TYPE_CHECKING:
    from segment_hooks.tracking_plan.receiving import Middleware, OnReceived, Report
    from segment_hooks.tracking_plan.sending import Client, OnSent

C = TypeVar("C", bound="Client")


class Validation(msgspec.Struct, frozen=True):
    """What a plan says of one event."""

    rule: Rule | None
    """What the event was held against, beside the common rule; None where the plan has no rule for such events."""
    violations: tuple[Violation, ...] = ()
    """Of the event's rule first, then of the common rule."""
    unplanned_event: bool = False
    """A track call whose name the plan does not have."""
    unplanned: tuple[str, ...] = ()
    """The properties or traits that the rule does not name."""


class TrackingPlan:
    """A tracking plan: `load` one from files, or make one of rules.

    Validating needs the extra `segment-hooks[tracking-plan]`; loading, and making types of a plan, does not.
    """

    def __init__(
        self,
        rules: Iterable[Rule],
        *,
        name: str | None = None,
        id: str | None = None,  # noqa: A002  # Segment's word
        description: str | None = None,
    ) -> None:
        self.rules = tuple(rules)
        """In the order of the file."""
        self.name = name
        self.id = id
        self.description = description
        self._quick: dict[str, Quick] = {}
        _check_unique(self.rules)

    @classmethod
    def load(cls, *paths: str | Path) -> Self:
        """The plan in these files: one file, or one for each page of the Public API's list of rules.

        Takes the answers of Segment's Public API, Typewriter's `plan.json`, and plans of the old Config API (see
        `formats`). Raises `PlanError`, which names the file and the place in it, and `OSError`.
        """
        if not paths:
            raise TypeError("load() needs the path of a file")
        pages: list[Page] = []
        for path in map(Path, paths):
            try:
                pages += formats.read(_decoded(path.read_bytes()))
            except PlanError as error:
                raise PlanError(error.problem, place=error.place, source=path.name) from None
        return cls._of(pages)

    @classmethod
    def from_json(cls, *documents: bytes | str | Mapping[str, Any] | Sequence[Any]) -> Self:
        """The plan in these JSON texts, or in JSON that is decoded already. Raises `PlanError`."""
        pages: list[Page] = []
        for document in documents:
            text = document.encode() if isinstance(document, str) else document
            pages += formats.read(_decoded(text) if isinstance(text, bytes) else text)
        return cls._of(pages)

    @classmethod
    def _of(cls, pages: list[Page]) -> Self:
        _check_complete(pages)
        about = [page for page in pages if page.name or page.id or page.description]
        return cls(
            [rule for page in pages for rule in page.rules],
            name=next((page.name for page in about if page.name), None),
            id=next((page.id for page in about if page.id), None),
            description=next((page.description for page in about if page.description), None),
        )

    def validate(self, event: Eventlike) -> Validation:
        """Hold an event against the plan: its own rule first, then the common rule.

        Raises `PayloadError` for text that is no JSON object, and `PlanError` for a rule whose schema is none.
        """
        payload = payload_of(event)
        check = self.checks.for_event(payload)
        common = self.checks.common
        found: list[Violation] = []
        if check is not None and not check.passes(payload):
            found += check.violations(payload)
        if common is not None and not common.passes(payload):
            found += common.violations(payload)
        return Validation(
            rule=None if check is None else check.rule,
            violations=tuple(found),
            unplanned_event=check is None and payload.get("type") == "track",
            unplanned=() if check is None else tuple(check.unplanned(payload)),
        )

    def violations(
        self, event: Eventlike, *, unplanned_events: bool = True, unplanned_properties: bool = False
    ) -> list[Violation]:
        """What is wrong with an event, in Segment's own terms; empty where nothing is.

        `unplanned_events`: whether an event that the plan does not have is itself a violation;
        `unplanned_properties`: whether a property or trait is, which its rule does not name. Raises as `validate`.
        """
        payload: Any = event if event.__class__ is dict else payload_of(event)
        try:  # nearly all events: of a name with one rule, and as that rule wants them
            passes, common, flattened, names = self._quick[payload["event"]]
            if (
                passes(payload["properties"] if flattened else payload)
                and payload["type"] == "track"
                and (common is None or common(payload))
                and (not unplanned_properties or payload["properties"].keys() <= names)
            ):
                return []
        except (KeyError, TypeError, AttributeError, UnicodeEncodeError):
            pass  # anything may stand there; the slow way says what is wrong with it
        checks = self.checks
        check = checks.for_event(payload)
        found: list[Violation] = []
        if check is None:
            if unplanned_events and payload.get("type") == "track":
                found.append(unplanned_event("event"))
        else:
            if not check.passes(payload):
                found += check.violations(payload)
            if unplanned_properties:
                bag = check.rule.type.bag
                found += [unplanned_property(f"{bag}.{name}") for name in check.unplanned(payload)]
        if checks.common is not None and not checks.common.passes(payload):
            found += checks.common.violations(payload)
        return found

    def compile(self) -> Self:
        """Make ready all that validating needs, which else happens when the first event of each kind comes.

        Raises `PlanError` for the first rule whose schema is none: a good thing to do at start. Returns the plan.
        """
        self.checks.compile()
        return self

    @cached_property
    def checks(self) -> Checks:
        """The rules, ready to hold events against."""
        return Checks(self.rules, self._quick)

    def enforce(
        self,
        on_violation: OnReceived = "report",
        *,
        report: Report | None = None,
        unplanned_events: bool = True,
        unplanned_properties: bool = False,
    ) -> Middleware:
        """Middleware for a router that receives events: `router.middleware(plan.enforce("drop"))`. See `receiving`."""
        from segment_hooks.tracking_plan.receiving import enforce

        return enforce(
            self,
            on_violation,
            report=report,
            unplanned_events=unplanned_events,
            unplanned_properties=unplanned_properties,
        )

    def check_sending(
        self,
        client: C,
        on_violation: OnSent = "raise",
        *,
        unplanned_events: bool = True,
        unplanned_properties: bool = False,
    ) -> C:
        """Hold every call of a `SegmentClient` against the plan before it is taken. See `sending`."""
        from segment_hooks.tracking_plan.sending import check_sending

        return check_sending(
            self,
            client,
            on_violation,
            unplanned_events=unplanned_events,
            unplanned_properties=unplanned_properties,
        )

    def __repr__(self) -> str:
        return f"TrackingPlan({self.name!r}, {len(self.rules)} rules)"


def _decoded(text: bytes) -> Any:
    try:
        return jsontext.decode(text.removeprefix(b"\xef\xbb\xbf"))
    except PayloadError as error:
        at = "" if error.position is None else f" (byte {error.position})"
        raise PlanError(error.problem + at, place=error.path) from None


def _check_unique(rules: tuple[Rule, ...]) -> None:
    seen: dict[tuple[RuleType, str | None, int], Rule] = {}
    for rule in rules:
        version = 0 if rule.type is RuleType.COMMON else rule.version
        first = seen.setdefault((rule.type, rule.key, version), rule)
        if first is not rule:
            which = f"version {version} of {rule.name!r}" if version else "the COMMON rule"
            raise PlanError(f"{which} stands twice, first at {first.place}", place=rule.place)


def _check_complete(pages: list[Page]) -> None:
    """See to it that no page of a list is missing."""
    loaded = {page.cursor for page in pages}
    for page in pages:
        if page.following and page.following not in loaded:
            raise PlanError(
                "the list goes on: ask for its next page too (pagination.cursor is in `next`) and load all of them",
                place="$.data.pagination.next",
            )
    expected = max((page.total or 0 for page in pages), default=0)
    if expected > sum(len(page.rules) for page in pages):
        raise PlanError(
            f"the list has {expected} rules, and not all of them are here: load all of its pages",
            place="$.data.pagination.totalEntries",
        )
