"""What a user does from the first visit to an order: steps whose times and details fit together."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import Any

import msgspec

from segment_testing.factories import shop, words
from segment_testing.factories.people import Person, signed_up

MOST_VISITS = 1_000  # so that a visit is over before the next one, also of who has signed up a month ago


class Step(msgspec.Struct, frozen=True):
    """One call, in the words of `wishes`."""

    kind: str
    arguments: dict[str, Any]
    head: dict[str, Any]


class _Visit:
    """Steps a few seconds to a minute and a half from each other. `ids`: of the envelope, while they are those."""

    def __init__(self, random: Random, ids: dict[str, Any] | None = None) -> None:
        self.ids = ids or {}
        self._random = random
        self._steps: list[tuple[timedelta, Step]] = []
        self._lasts = timedelta(0)

    @property
    def lasts(self) -> timedelta:
        """From the first step to the last."""
        return self._lasts

    def add(self, kind: str, head: dict[str, Any] | None = None, **arguments: Any) -> None:
        if self._steps:
            self._lasts += timedelta(seconds=self._random.randint(5, 90))
        self._steps.append((self._lasts, Step(kind, self.ids | {"sdk": "browser"} | arguments, head or {})))

    def page(self, name: str, **arguments: Any) -> None:
        self.add("page", {"name": name, "category": None}, **arguments)

    def track(self, event: str, properties: dict[str, Any] | None = None) -> None:
        self.add("track", {"event": event}, properties=properties)

    def starting(self, start: datetime) -> list[Step]:
        """The steps with their times."""
        return [Step(s.kind, s.arguments | {"timestamp": start + after}, s.head) for after, s in self._steps]


def story(person: Person, random: Random, visits: int, end: datetime) -> list[Step]:
    """A visit as a stranger that ends with the sign-up, visits to look around, and one until `end` with an order."""
    if not 1 <= visits <= MOST_VISITS:
        raise ValueError(f"visits is a number from 1 to {MOST_VISITS}, not {visits!r}")
    first, before_sign_up = _sign_up(random)
    start = signed_up(person, end)
    steps = first.starting(start - before_sign_up)
    for number in range(1, visits - 1):
        steps += _look_around(random).starting(start + (end - start) / (visits - 1) * number)
    if visits > 1:
        last = _order(person, random)
        steps += last.starting(end - last.lasts)
    return steps


def _sign_up(random: Random) -> tuple[_Visit, timedelta]:
    visit = _Visit(random, ids={"user_id": None})
    campaign = random.choice(words.CAMPAIGNS)
    visit.page("Home", context={"campaign": campaign._asdict()})
    for name in random.sample(("Pricing", "Docs", "Blog"), random.randint(1, 3)):
        visit.page(name)
    visit.page("Sign Up")
    visit.ids = {}  # from here on those of the user
    visit.add("identify")
    before = visit.lasts
    visit.add("group")
    visit.track("Signed Up")
    return visit, before


def _look_around(random: Random) -> _Visit:
    visit = _Visit(random)
    visit.track("Signed In")
    visit.page("Shop")
    for _ in range(random.randint(1, 2)):
        visit.track("Product Viewed", shop.product(random))
    return visit


def _order(person: Person, random: Random) -> _Visit:
    visit = _Visit(random)
    bought = shop.cart(random, {})
    order = shop.order(random, person, {"products": bought})
    cart_id = shop.hex_id(random)
    visit.page("Shop")
    for line in bought:
        visit.track("Product Viewed", {name: value for name, value in line.items() if name != "quantity"})
        visit.track("Product Added", {"cart_id": cart_id} | line)
    visit.page("Cart")
    visit.track("Cart Viewed", {"cart_id": cart_id, "products": bought})
    started = {name: value for name, value in order.items() if name not in ("checkout_id", "total", "subtotal")}
    visit.track("Checkout Started", started | {"value": order["total"]})
    visit.track("Order Completed", order)
    return visit
