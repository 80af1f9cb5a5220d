"""Where made-up events come from: a seed, and the time."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from itertools import count
from typing import Any

from segment_hooks import Event
from segment_testing.factories.drafts import Draft, moment_of
from segment_testing.factories.events import Calls, Events
from segment_testing.factories.people import Person, person
from segment_testing.factories.users import User
from segment_testing.factories.wishes import Wish
from segment_testing.serverside import iso


class Factories(Events):
    """Makes events of made-up users: each a new one, or the one whose `user_id` or `anonymous_id` is given.

    Equal seeds make equal content, call by call, and the same user for the same id. Message ids are never equal, so
    that what two tests (or two processes of pytest-xdist) make is never taken for one event delivered twice; a test
    that needs a certain one gives `message_id`.

    `now`: the present, which events happen shortly before: a time, or what tells it. Left out, it is the real one.
    """

    def __init__(self, seed: int | str = 0, *, now: datetime | Callable[[], datetime] | None = None) -> None:
        self._seed = str(seed)
        self._clock = _clock(now)
        self._made = count()

    @property
    def calls(self) -> FactoryCalls:
        """The same as SDKs send it: dicts for `/v1/track` and its siblings, and for the batches of `/v1/batch`."""
        return FactoryCalls(self)

    def user(self, user_id: str | None = None, *, seed: int | str | None = None) -> User:
        """A user to make several events of: a new one, or the one with that id.

        `seed`: of this user alone: the same again wherever and whenever it is asked for.
        """
        own = self._seed if seed is None else f"user/{seed}"
        number = next(self._made) if seed is None else 0
        key = f"new/{number}" if user_id is None else f"id/{user_id}"
        return User(person(own, key, user_id=user_id), own, f"{own}/user/{number}", self._clock)

    def batch(self, size: int) -> list[Event]:
        """So many events of several users, from their histories."""
        return self._from_histories(size, lambda user: user.history())

    def _from_histories(self, size: int, history: Callable[[User], list[Any]]) -> list[Any]:
        if size < 0:
            raise ValueError(f"a batch has a number of events from 0 up, not {size!r}")
        found: list[Any] = []
        while len(found) < size:
            found += history(self.user())
        return found[:size]

    def _draft(self, wish: Wish) -> Draft:
        number = next(self._made)
        user = User(self._person(wish, number), self._seed, f"{self._seed}/{number}", self._clock)
        return user._draft(wish)

    def _person(self, wish: Wish, number: int) -> Person:
        for name, argument in (("userId", "user_id"), ("anonymousId", "anonymous_id")):
            given = wish.envelope.get(name)
            if isinstance(given, str):
                return person(
                    self._seed, f"{'id' if argument == 'user_id' else 'anonymous'}/{given}", **{argument: given}
                )
        return person(self._seed, f"new/{number}")


class FactoryCalls(Calls):
    """What SDKs send."""

    def __init__(self, factories: Factories) -> None:
        super().__init__(factories)
        self._factories = factories

    def batch(self, calls: int | Iterable[dict[str, Any]], *, write_key: str | None = None) -> dict[str, Any]:
        """The body of a request to `/v1/batch`: with these calls, or with so many of several users.

        `write_key`: for the body; left out, it goes into the request's Authorization.
        """
        items = (
            self._factories._from_histories(calls, lambda user: user.calls.history())
            if isinstance(calls, int)
            else calls
        )
        body: dict[str, Any] = {"batch": list(items), "sentAt": iso(self._factories._clock())}
        return body if write_key is None else body | {"writeKey": write_key}


def _clock(now: datetime | Callable[[], datetime] | None) -> Callable[[], datetime]:
    if now is None:
        return lambda: datetime.now(UTC)
    if callable(now):
        return lambda: _checked(now())
    moment = _checked(now)
    return lambda: moment


def _checked(now: object) -> datetime:
    if not isinstance(now, datetime):
        raise TypeError(f"now is a time, or what tells the time, not {type(now).__name__}")
    return moment_of(now)
