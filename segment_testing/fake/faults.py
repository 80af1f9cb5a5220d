"""Trouble on purpose: what a test asks the fake to do instead of answering well.

    api.faults.add(faults.status(500).times(2))                  two times 500, then all is well
    api.faults.add(faults.sequence(500, 429, 200))               one after the other, then all is well
    api.faults.add(faults.rate_limited(retry_after=1).after(3))  from the fourth request on
    api.faults.add(faults.reset(recorded=True).on("/v1/batch"))  taken, but the sender cannot know: it will come again

A fault is a function of a request and of `answer`, which takes the calls in and gives the answer that the fake would
have given. A fault that does not call it refuses the request *before* anything is recorded; one that calls it and
spoils the answer loses it *after* the calls have been recorded, which is how duplicates come about. `recorded=True`
makes of the first kind the second. Functions of your own are faults too: `api.faults.add(lambda request, answer: …)`.

A fault concerns the Tracking API's POST requests; `on` names another path (`/token`, `/v1/projects/*/settings`). Where
there are several, a request goes by those that do not concern it, or are used up, to the first that does.
"""

from __future__ import annotations

import threading
from fnmatch import fnmatchcase
from typing import Any

import msgspec
from msgspec.structs import replace

from segment_hooks import ConfigurationError
from segment_testing.fake.actions import Action, Described, Garbage, Half, Reset, Slow, Status, Usual
from segment_testing.fake.wire import FakeRequest


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """What is done, to which requests, and how often. Made by the functions below; every method gives a new one."""

    steps: tuple[Action, ...]
    """One for each request, in order."""
    rounds: int | None = None
    """How often the steps are gone through, or None for without end."""
    passed: int = 0
    """Requests that are let by first."""
    path: str | None = None
    """The path that is concerned, or None for those that take calls by POST."""
    write_key: str | None = None
    """The source that is concerned, or None for all."""

    def on(self, path: str) -> Fault:
        """For requests to this path, with or without a slash at its end; `*` stands for anything."""
        if not path.startswith("/"):
            raise ConfigurationError(f"a path begins with a slash, as in '/v1/batch': {path!r}")
        return replace(self, path=path.rstrip("/"))

    def times(self, count: int) -> Fault:
        """For that many requests; a sequence is gone through that many times."""
        if count < 1:
            raise ConfigurationError(f"a fault occurs once or more often, not {count!r} times")
        return replace(self, rounds=count)

    def after(self, count: int) -> Fault:
        """Once that many requests have been let by."""
        if count < 0:
            raise ConfigurationError(f"after() takes a number of requests from zero up, not {count!r}")
        return replace(self, passed=count)

    def for_write_key(self, write_key: str) -> Fault:
        """For the requests of one source."""
        return replace(self, write_key=write_key)

    def turn(self, number: int) -> Action | None:
        """What is done to the request with this number, from 0, of those concerned; None: it is let by."""
        number -= self.passed
        if number < 0 or (self.rounds is not None and number >= self.rounds * len(self.steps)):
            return None
        return self.steps[number % len(self.steps)]

    def __repr__(self) -> str:
        return f"Fault({', '.join(repr(step) for step in self.steps)})"  # a write key is nobody's business


def status(status: int, *, retry_after: int | None = None, message: str | None = None) -> Fault:
    """An error: 500, 503, 401 … `retry_after`: seconds that the answer asks to wait."""
    action = Status(status, retry_after) if message is None else Status(status, retry_after, message)
    return Fault(steps=(action,))


def rate_limited(retry_after: int = 1) -> Fault:
    """429, with the seconds to wait in `Retry-After` and `X-RateLimit-Reset`."""
    return status(429, retry_after=retry_after, message="Too many requests")


def slow(seconds: float) -> Fault:
    """The ordinary answer, that many seconds late. The calls are recorded at once."""
    return Fault(steps=(Slow(seconds),))


def reset(*, recorded: bool = False) -> Fault:
    """The connection is reset in place of an answer. `recorded`: after the calls were taken in, not before."""
    return Fault(steps=(Reset(recorded),))


def half(*, recorded: bool = False) -> Fault:
    """The connection is closed after half of an answer. `recorded`: after the calls were taken in, not before."""
    return Fault(steps=(Half(recorded),))


def garbage(*, recorded: bool = False) -> Fault:
    """200 and a body that is no JSON. `recorded`: after the calls were taken in, not before."""
    return Fault(steps=(Garbage(recorded),))


def sequence(*steps: int | Fault | Action) -> Fault:
    """One thing for each request, in order; after the last, all is well. 200 stands for the ordinary answer.

    A step is a status, a fault without modifiers of its own, or a function like those that `Faults.add` takes.
    """
    if not steps:
        raise ConfigurationError("a sequence has at least one step")
    actions: list[Action] = []
    for step in steps:
        if isinstance(step, int):
            actions.append(Usual() if step == 200 else Status(step))
        elif not isinstance(step, Fault):
            actions.append(step)
        elif step != Fault(steps=step.steps):
            raise ConfigurationError("within a sequence a fault stands bare: on(), times() … go behind the sequence")
        else:
            actions += step.steps
    return Fault(steps=tuple(actions), rounds=1)


# ---- as JSON


class _Modifiers(msgspec.Struct):
    on: str | None = None
    times: int | None = None
    after: int = 0
    write_key: str | None = None


class _Sequence(msgspec.Struct, tag_field="fault", tag="sequence", forbid_unknown_fields=True):
    steps: list[int | Described]


def from_json(description: object) -> Fault:
    """The fault that a decoded JSON object describes: an action by its name, its arguments, and the modifiers.

        {"fault": "status", "status": 503, "retry_after": 2, "on": "/v1/batch", "times": 2}
        {"fault": "sequence", "steps": [500, {"fault": "reset", "recorded": true}, 200], "write_key": "WK"}

    The actions are `status`, `slow`, `reset`, `half`, `garbage`, `usual` and `sequence`; the modifiers `on`, `times`,
    `after` and `write_key`. Raises `ConfigurationError`, a `ValueError`, that says what is wrong.
    """
    try:
        members = msgspec.convert(description, dict[str, Any])
        modifiers = msgspec.convert(members, _Modifiers)
        action = {name: value for name, value in members.items() if name not in _Modifiers.__struct_fields__}
        if action.get("fault") == "sequence":
            fault = sequence(*msgspec.convert(action, _Sequence).steps)
        else:
            fault = Fault(steps=(msgspec.convert(action, Described),))
    except msgspec.ValidationError as error:
        raise ConfigurationError(f"no description of a fault: {error}") from None
    if modifiers.on is not None:
        fault = fault.on(modifiers.on)
    if modifiers.times is not None:
        fault = fault.times(modifiers.times)
    if modifiers.write_key is not None:
        fault = fault.for_write_key(modifiers.write_key)
    return fault.after(modifiers.after)


# ---- at work


class _Active:
    __slots__ = ("fault", "requests")

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        self.requests = 0


class Faults:
    """The faults that a fake has been asked for, in order. Safe to use from any thread, while it serves."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._active: list[_Active] = []

    def add(self, *faults: Fault | Action) -> None:
        """From now on, and behind those that were added before."""
        added = [_Active(fault if isinstance(fault, Fault) else Fault(steps=(fault,))) for fault in faults]
        with self._lock:
            self._active = [*self._active, *added]

    def clear(self) -> None:
        """All is well again."""
        with self._lock:
            self._active = []

    @property
    def need_write_key(self) -> bool:
        """Whether one of them concerns a single source."""
        return any(active.fault.write_key is not None for active in self._active)

    def choose(self, request: FakeRequest, *, takes_calls: bool, write_key: str | None = None) -> Action | None:
        """What is to be done to this request; None: it is to be answered well.

        `takes_calls`: whether it is a POST request with calls in it, which is what a fault without a path concerns.
        """
        path = request.path.rstrip("/")
        with self._lock:
            for active in self._active:
                fault = active.fault
                if fault.write_key is not None and fault.write_key != write_key:
                    continue
                if fnmatchcase(path, fault.path) if fault.path is not None else takes_calls:
                    action = fault.turn(active.requests)
                    active.requests += 1
                    if action is not None:
                        return action
        return None

    @property
    def active(self) -> list[tuple[Fault, int]]:
        """What was added and not cleared, in order, with the number of requests that each has been asked about."""
        with self._lock:
            return [(active.fault, active.requests) for active in self._active]

    def __len__(self) -> int:
        return len(self._active)

    def __repr__(self) -> str:
        return f"Faults({', '.join(repr(active.fault) for active in self._active)})"
