"""What goes wrong with tracking plans: a plan that cannot be used, and an event that a plan refuses."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from segment_hooks.errors import ConfigurationError, SegmentHooksError

if TYPE_CHECKING:
    from segment_hooks.tracking_plan.violations import Violation


class PlanError(ConfigurationError):
    """A tracking plan that cannot be used as it is.

    `place`: where in the file, as a JSONPath (`$.rules[3].jsonSchema.properties["user id"].type`); `problem`: what is
    wrong there; `source`: the name of the file, where there is one.
    """

    def __init__(self, problem: str, *, place: str = "$", source: str | None = None) -> None:
        super().__init__(problem)
        self.problem = problem
        self.place = place
        self.source = source

    def __str__(self) -> str:
        where = self.place if self.source is None else f"{self.source}, {self.place}"
        return f"{self.problem} at {where}"


class ViolationError(SegmentHooksError, ValueError):
    """An event was about to be sent that its tracking plan refuses: a mistake in the code that sends it.

    `violations`: all of them. The message names fields and rules, and no value of the event.
    """

    def __init__(self, event: str, violations: Sequence[Violation]) -> None:
        super().__init__(event, violations)
        self.event = event
        self.violations = tuple(violations)

    def __str__(self) -> str:
        return f"{self.event} breaks the tracking plan: {'; '.join(str(each) for each in self.violations)}"


_PLAIN = re.compile(r"[A-Za-z_$][\w$]*", re.ASCII)


def step(place: str, *keys: str | int) -> str:
    """The place below `place`, as JSONPath writes it."""
    for key in keys:
        if isinstance(key, int):
            place += f"[{key}]"
        elif _PLAIN.fullmatch(key):
            place += f".{key}"
        else:
            escaped = key.replace("\\", "\\\\").replace('"', '\\"')
            place += f'["{escaped}"]'
    return place
