"""The one place that knows the library which validates: jsonschema-rs, as the extra `tracking-plan`.

Draft-07, formats checked, patterns in linear time whatever the text (and so without look-around, as in Segment's own
validator), references within the same rule only: nothing is ever fetched.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from segment_hooks import typed
from segment_hooks.errors import ConfigurationError
from segment_hooks.tracking_plan import violations
from segment_hooks.tracking_plan.errors import PlanError, step
from segment_hooks.tracking_plan.schemas import without_identities
from segment_hooks.tracking_plan.violations import Violation

try:
    import jsonschema_rs
except ImportError as error:  # pragma: no cover  # a test runs this in a process without it
    raise ConfigurationError(
        "validating against a tracking plan needs jsonschema-rs: pip install 'segment-hooks[tracking-plan]'"
    ) from error


class Validator:
    """One schema, compiled. `place`: where it stands in the plan, for the error where it is no schema."""

    __slots__ = ("_found", "_prefix", "is_valid")

    def __init__(self, schema: dict[str, Any], *, place: str = "$", prefix: Sequence[str | int] = ()) -> None:
        try:
            compiled = jsonschema_rs.Draft7Validator(
                without_identities(schema),
                validate_formats=True,
                offline=True,
                pattern_options=jsonschema_rs.RegexOptions(),
            )
        except ValueError as error:
            raise _no_schema(error, place) from None
        self.is_valid: Callable[[Any], bool] = compiled.is_valid
        """Quick; raises `UnicodeEncodeError` where a name in the value has an unpaired surrogate."""
        self._found: Callable[[Any], Iterable[Any]] = compiled.iter_errors
        self._prefix = tuple(prefix)

    def violations(self, value: Any) -> list[Violation]:
        """What is wrong with `value`, decoded JSON, in the order of the schema; empty where it fits."""
        try:
            if self.is_valid(value):
                return []
            return self._list(value)
        except UnicodeEncodeError:
            return self._list(typed._encodable(value, keys_only=False))

    def _list(self, value: Any) -> list[Violation]:
        return [
            violation
            for error in self._found(value)
            for violation in violations.translated(
                error.kind.name, (*self._prefix, *error.instance_path), error.kind, error.instance
            )
        ]


def _no_schema(error: ValueError, place: str) -> PlanError:
    steps: Sequence[str | int] = getattr(error, "instance_path", ())
    problem: str = getattr(error, "message", str(error))
    if steps and steps[-1] == "pattern":
        problem += " (look-around and back-references are not supported, here as in Segment)"
    return PlanError(problem, place=step(place, *steps))
