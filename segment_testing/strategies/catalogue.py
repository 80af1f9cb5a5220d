"""What ordinary events are about: names, properties, traits and surroundings that read like a shop's.

Each of the functions here takes the `draw` of a composite strategy and makes as few choices as it can: a choice is what
takes time in Hypothesis, and what it has to shrink. The first of every list, and 0, is the simplest.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

Draw = Callable[[st.SearchStrategy[Any]], Any]
Make = Callable[[Draw], dict[str, Any]]

_numbers = st.integers(0, 9_999)
_cents = st.integers(0, 99_999)
_few = st.integers(0, 3)
_currencies = st.sampled_from(["EUR", "USD", "GBP", "JPY"])
_plans = st.sampled_from(["free", "pro", "enterprise"])
_people = st.sampled_from(
    [
        ("Ann Lee", "ann@example.com", "Utrecht"),
        ("Zoë Müller", "zoe@example.com", "Zürich"),
        ("José O'Neil", "jose@example.com", "São Paulo"),
        ("山田 花子", "hanako@example.com", "東京"),
    ]
)
_companies = st.sampled_from([("Initech", "Technology"), ("Bäckerei Grün", "Food"), ("Acme, Inc.", "Retail")])
_places = st.sampled_from(
    [
        ("Home", "/", ""),
        ("Pricing", "/pricing", "?utm_source=mail"),
        ("Cart", "/cart", ""),
        ("Docs", "/docs/naïve", "?q=a%20b&c=%22d%22"),
    ]
)


def money(cents: int) -> int | float:
    """An amount as JavaScript writes it: 25, not 25.0."""
    return cents // 100 if cents % 100 == 0 else cents / 100


def product(number: int) -> dict[str, Any]:
    """One of the shop's products."""
    return {"product_id": f"p-{number}", "name": f"Product {number}", "price": money(995 + number), "quantity": 1}


def _order(draw: Draw) -> dict[str, Any]:
    return {
        "order_id": f"o-{draw(_numbers)}",
        "revenue": money(draw(_cents)),
        "currency": draw(_currencies),
        "products": [product(number) for number in range(draw(_few))],
    }


def _order_id(draw: Draw) -> dict[str, Any]:
    return {"order_id": f"o-{draw(_numbers)}"}


def _viewed(draw: Draw) -> dict[str, Any]:
    return product(draw(_numbers))


def _cart(draw: Draw) -> dict[str, Any]:
    return {"cart_id": f"c-{draw(_numbers)}", "products": [product(number) for number in range(draw(_few))]}


def _signed_up(draw: Draw) -> dict[str, Any]:
    return {"plan": draw(_plans)}


def _searched(draw: Draw) -> dict[str, Any]:
    return {"query": draw(_places)[0], "results": draw(_numbers)}


def _nothing(_: Draw) -> dict[str, Any]:
    return {}


TRACKS: dict[str, Make] = {
    "Signed Out": _nothing,
    "Order Completed": _order,
    "Signed Up": _signed_up,
    "Product Viewed": _viewed,
    "Cart Viewed": _cart,
    "Order Refunded": _order_id,
    "Order Cancelled": _order_id,
    "Products Searched": _searched,
}
"""Names of track calls (Segment spec, "Ecommerce"), and what makes their properties."""


def user_traits(draw: Draw) -> dict[str, Any]:
    """Traits of a user, by their reserved names."""
    name, email, city = draw(_people)
    number = draw(_numbers)
    return {
        "email": email,
        "name": name,
        "plan": draw(_plans),
        "logins": number,
        "address": {"city": city, "postalCode": str(1000 + number % 9000)},
    }


def group_traits(draw: Draw) -> dict[str, Any]:
    """Traits of a company, by their reserved names."""
    name, industry = draw(_companies)
    return {"name": name, "industry": industry, "employees": draw(_numbers), "plan": draw(_plans)}


def page(draw: Draw) -> tuple[str, dict[str, Any]]:
    """The name of a page, and the properties that the browser's SDK fills in."""
    name, path, search = draw(_places)
    url = f"https://shop.example{path}{search}"
    return name, {"path": path, "referrer": "", "search": search, "title": f"{name} | Shop", "url": url}


_screens = st.sampled_from(["Main", "Product", "Basket", "Settings"])


def screen(draw: Draw) -> tuple[str, dict[str, Any]]:
    """The name of a screen; the mobile SDKs fill in no properties."""
    return draw(_screens), {}


CONTEXTS: tuple[dict[str, Any], ...] = (
    {"library": {"name": "analytics-python", "version": "2.4.0"}},
    {
        "ip": "203.0.113.9",
        "library": {"name": "analytics.js", "version": "next-1.84.1"},
        "locale": "en-US",
        "page": {"path": "/cart", "referrer": "", "search": "", "title": "Cart", "url": "https://shop.example/cart"},
        "timezone": "Europe/Amsterdam",
        "userAgent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0",
    },
    {
        "app": {"name": "Shop", "version": "5.4.0", "build": "540", "namespace": "com.example.shop"},
        "device": {"id": "B5372DB0-C21E-11E4-8DFC-AA07A5B093DB", "type": "ios", "adTrackingEnabled": True},
        "library": {"name": "analytics-swift", "version": "1.9.4"},
        "locale": "nl-NL",
        "network": {"bluetooth": False, "cellular": True, "wifi": False},
        "os": {"name": "iOS", "version": "18.1"},
        "screen": {"width": 390, "height": 844, "density": 3},
        "timezone": "America/Los_Angeles",
    },
    {
        "active": True,
        "campaign": {"name": "Spring", "source": "Newsletter", "medium": "email"},
        "library": {"name": "@segment/analytics-node", "version": "3.1.0"},
        "traits": {"plan": "pro"},
    },
)
"""Surroundings as four of Segment's SDKs fill them in."""
