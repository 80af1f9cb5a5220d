"""One made-up user: whatever is made for them has the same name, ids, place, device and company."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from itertools import count
from random import Random
from typing import Any

from segment_hooks import Event
from segment_testing.factories.drafts import JUST_NOW, Draft
from segment_testing.factories.events import Calls, Events
from segment_testing.factories.history import Step, story
from segment_testing.factories.making import Cast
from segment_testing.factories.people import Company, Person, company
from segment_testing.factories.wishes import Wish


class User(Events):
    """A user from `Factories.user()`: `user.track("Signed In")` is an event of this user, and so on for the others."""

    def __init__(self, person: Person, seed: str, stream: str, clock: Callable[[], datetime]) -> None:
        self.person = person
        self._seed = seed
        self._stream = stream
        self._clock = clock
        self._made = count()

    @property
    def id(self) -> str:
        """The user id."""
        return self.person.user_id

    @property
    def anonymous_id(self) -> str:
        """The id before the user was known by name."""
        return self.person.anonymous_id

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.person.first_name} {self.person.last_name}"

    @property
    def email(self) -> str:
        """An address at example.com, .net or .org."""
        return self.person.email

    @property
    def company(self) -> Company:
        """The company whose group the user is in: `user.company.id` is the group id."""
        return self.person.company

    @property
    def traits(self) -> dict[str, Any]:
        """The traits that `user.identify()` has."""
        return dict(self.identify().traits)

    @property
    def calls(self) -> UserCalls:
        """The same as SDKs send it."""
        return UserCalls(self)

    def history(self, *, visits: int = 3) -> list[Event]:
        """What the user has done until now, in order: pages seen as a stranger, the sign-up (identify, group and
        `Signed Up`), and in the last of several visits an order. It is the same again each time, but for the message
        ids and the present. `visits`: from 1 up to 1,000.
        """
        return [self._event(step.kind, step.arguments, step.head) for step in self._story(visits)]

    def _story(self, visits: int) -> list[Step]:
        return story(self.person, Random(f"{self._stream}/history"), visits, self._clock() - JUST_NOW)  # noqa: S311

    def _draft(self, wish: Wish) -> Draft:
        random = Random(f"{self._stream}/{next(self._made)}")  # noqa: S311
        return Draft(wish, Cast(self.person, _company(wish, self.person, self._seed), random, self._clock()))

    def __repr__(self) -> str:
        return f"User({self.id!r})"


class UserCalls(Calls):
    """What one user's SDK sends."""

    def __init__(self, user: User) -> None:
        super().__init__(user)
        self._user = user

    def history(self, *, visits: int = 3) -> list[dict[str, Any]]:
        """See `User.history`."""
        return [self._call(step.kind, step.arguments, step.head) for step in self._user._story(visits)]


def _company(wish: Wish, person: Person, seed: str) -> Company:
    group_id = wish.envelope.get("groupId")
    return company(seed, f"id/{group_id}", group_id=group_id) if isinstance(group_id, str) else person.company
