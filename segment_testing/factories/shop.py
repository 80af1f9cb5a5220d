"""Products, carts and orders whose sums are right (Segment spec, "V2 Ecommerce Events")."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from random import Random
from typing import Any, cast

from segment_testing.factories import words
from segment_testing.factories.people import Person, slug


def hex_id(random: Random) -> str:
    """An id such as a database gives."""
    return f"{random.getrandbits(96):024x}"


def products(random: Random, count: int) -> list[dict[str, Any]]:
    """So many different products, as they stand in a list."""
    items = random.sample(words.ITEMS, count)
    return [_product(random, item) | {"position": place} for place, item in enumerate(items, 1)]


def product(random: Random) -> dict[str, Any]:
    """One product."""
    return _product(random, random.choice(words.ITEMS))


def _product(random: Random, item: words.Item) -> dict[str, Any]:
    address = slug(item.name)
    number = words.ITEMS.index(item) + 1
    variant = random.randrange(len(item.variants))
    return {
        "product_id": f"{0x507F1F77BCF86CD799439000 + number:024x}",  # the same again for the same product
        "sku": f"{item.category[0]}-{number:02}-{variant + 1}",
        "category": item.category,
        "name": item.name,
        "brand": item.brand,
        "variant": item.variants[variant],
        "price": item.price / 100,
        "quantity": random.choice((1, 1, 1, 2, 3)),
        "url": f"https://www.example.com/products/{address}",
        "image_url": f"https://www.example.com/images/{address}.jpg",
    }


def cart(random: Random, given: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The products in a cart or an order: as many as cost the `revenue` that is given, where one is."""
    revenue = _cents(given.get("revenue"))
    if revenue is None:
        return products(random, random.randint(1, 4))
    return [product(random) | {"price": revenue / 100, "quantity": 1, "position": 1}]


def order(random: Random, person: Person, given: Mapping[str, Any]) -> dict[str, Any]:
    """An order. The sums follow from the products, and both from what is given of them:

    revenue = sum of price x quantity, subtotal = revenue - discount, total = subtotal + shipping + tax
    """
    listed = given.get("products")
    bought = list(cast("Sequence[Any]", listed)) if isinstance(listed, list) else cart(random, given)
    revenue = _first(_cents(given.get("revenue")), sum(map(_cost, bought)))
    coupon = random.choice(words.COUPONS)[0] if random.random() < 0.3 or "coupon" in given else None
    discount = _first(_cents(given.get("discount")), round(revenue * 0.1) if coupon else 0)
    shipping = _first(_cents(given.get("shipping")), random.choice((0, 495, 995)))
    tax = _first(_cents(given.get("tax")), round((revenue - discount) * 0.08))
    subtotal = _first(_cents(given.get("subtotal")), revenue - discount)
    found: dict[str, Any] = {
        "checkout_id": hex_id(random),
        "order_id": hex_id(random),
        "affiliation": random.choice(words.AFFILIATIONS),
        "total": (subtotal + shipping + tax) / 100,
        "subtotal": subtotal / 100,
        "revenue": revenue / 100,
        "shipping": shipping / 100,
        "tax": tax / 100,
        "discount": discount / 100,
    }
    if coupon is not None:
        found["coupon"] = coupon
    return found | {"currency": person.place.currency, "products": bought}


def _cost(line: Any) -> int:
    if not isinstance(line, Mapping):
        return 0
    found = cast("Mapping[str, Any]", line)
    quantity = found.get("quantity", 1)
    return round((_cents(found.get("price")) or 0) * (quantity if _is_number(quantity) else 1))


def _cents(amount: object) -> int | None:
    return round(cast("float", amount) * 100) if _is_number(amount) else None


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _first(given: int | None, made: int) -> int:
    return made if given is None else given
