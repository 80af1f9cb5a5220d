"""What the events of Segment's own specs carry: e-commerce v2, B2B SaaS, native mobile, email.

The names of events and properties are those of the specs; what the specs leave open is made up.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from random import Random
from typing import Any

import msgspec

from segment_testing.factories import shop, words
from segment_testing.factories.people import Person
from segment_testing.factories.shop import hex_id
from segment_testing.serverside import iso


class Scene(msgspec.Struct, frozen=True):
    """What an event is made up from. `given`: the properties that the caller has set, which the others must fit."""

    random: Random
    person: Person
    moment: datetime
    given: Mapping[str, Any]


Properties = dict[str, Any]


def properties_of(event: str, scene: Scene) -> Properties:
    """Made-up properties for an event of that name; none where no spec knows it."""
    make = SPEC.get(event)
    return {} if make is None else make(scene)


def context_of(event: str, person: Person) -> dict[str, Any]:
    """What the specs want in the context of an event of that name."""
    if event in B2B:
        return {"groupId": person.company.id}
    if event in EMAIL:
        return {"ip": person.ip, "traits": {"email": person.email}, "userAgent": person.browser.user_agent}
    return {}


# ---- e-commerce


def _listed(scene: Scene) -> Properties:
    category = scene.random.choice(words.ITEMS).category
    shown = shop.products(scene.random, scene.random.randint(2, 5))
    return {"list_id": category.lower(), "category": category, "products": shown}


def _filtered(scene: Scene) -> Properties:
    found = _listed(scene)
    return {
        "list_id": found["list_id"],
        "category": found["category"],
        "filters": [{"type": "price", "value": "under-100"}],
        "sorts": [{"type": "price", "value": scene.random.choice(("asc", "desc"))}],
        "products": found["products"],
    }


def _promotion(scene: Scene) -> Properties:
    promotion, name, position = scene.random.choice(words.PROMOTIONS)
    return {"promotion_id": promotion, "creative": f"{position}_2", "name": name, "position": position}


def _product(scene: Scene) -> Properties:
    return shop.product(scene.random) | {"currency": scene.person.place.currency}


def _in_cart(scene: Scene) -> Properties:
    return {"cart_id": hex_id(scene.random)} | shop.product(scene.random)


def _in_wishlist(scene: Scene) -> Properties:
    return {"wishlist_id": hex_id(scene.random), "wishlist_name": "Birthday"} | shop.product(scene.random)


def _from_wishlist(scene: Scene) -> Properties:
    return _in_wishlist(scene) | {"cart_id": hex_id(scene.random)}


def _cart(scene: Scene) -> Properties:
    return {"cart_id": hex_id(scene.random), "products": shop.cart(scene.random, scene.given)}


def _order(scene: Scene) -> Properties:
    return shop.order(scene.random, scene.person, scene.given)


def _changed_order(scene: Scene) -> Properties:
    found = _order(scene)
    return {name: value for name, value in found.items() if name not in ("checkout_id", "subtotal")}


def _checkout(scene: Scene) -> Properties:
    found = _changed_order(scene)
    return {"order_id": found.pop("order_id"), "value": found.pop("total")} | found


def _refund(scene: Scene) -> Properties:
    found = _order(scene)
    return {name: found[name] for name in ("order_id", "total", "currency", "products")}


def _step(scene: Scene) -> Properties:
    return {
        "checkout_id": hex_id(scene.random),
        "step": scene.random.randint(1, 3),
        "shipping_method": scene.random.choice(words.SHIPPING_METHODS),
        "payment_method": scene.random.choice(words.PAYMENT_METHODS),
    }


def _payment(scene: Scene) -> Properties:
    return _step(scene) | {"order_id": hex_id(scene.random)}


def _coupon(scene: Scene) -> Properties:
    return {
        "order_id": hex_id(scene.random),
        "cart_id": hex_id(scene.random),
        "coupon_id": scene.random.choice(words.COUPONS)[0],
    }


def _named_coupon(scene: Scene) -> Properties:
    found = _coupon(scene)
    return found | {"coupon_name": dict(words.COUPONS)[found["coupon_id"]]}


def _discount(scene: Scene) -> Properties:
    return _named_coupon(scene) | {"discount": scene.random.randint(100, 2500) / 100}


_SHARED = {"share_via": "email", "share_message": "Have a look at this", "recipient": "friend@example.com"}

ECOMMERCE: dict[str, Callable[[Scene], Properties]] = {
    "Products Searched": lambda scene: {"query": scene.random.choice(words.SEARCHES)},
    "Product List Viewed": _listed,
    "Product List Filtered": _filtered,
    "Promotion Viewed": _promotion,
    "Promotion Clicked": _promotion,
    "Product Clicked": _product,
    "Product Viewed": _product,
    "Product Added": _in_cart,
    "Product Removed": _in_cart,
    "Cart Viewed": _cart,
    "Checkout Started": _checkout,
    "Checkout Step Viewed": _step,
    "Checkout Step Completed": _step,
    "Payment Info Entered": _payment,
    "Order Updated": _changed_order,
    "Order Completed": _order,
    "Order Refunded": _refund,
    "Order Cancelled": _changed_order,
    "Coupon Entered": _coupon,
    "Coupon Applied": _discount,
    "Coupon Denied": lambda scene: _named_coupon(scene) | {"reason": "Coupon expired"},
    "Coupon Removed": _discount,
    "Product Added to Wishlist": _in_wishlist,
    "Product Removed from Wishlist": _in_wishlist,
    "Wishlist Product Added to Cart": _from_wishlist,
    "Product Shared": lambda scene: _SHARED | shop.product(scene.random),
    "Cart Shared": lambda scene: _SHARED | _cart(scene),
    "Product Reviewed": lambda scene: {
        "product_id": shop.product(scene.random)["product_id"],
        "review_id": hex_id(scene.random),
        "review_body": scene.random.choice(words.REVIEWS),
        "rating": str(scene.random.randint(1, 5)),
    },
}


# ---- B2B SaaS


def _signed_up(scene: Scene) -> Properties:
    person = scene.person
    return {
        "type": scene.random.choice(("organic", "invited")),
        "first_name": person.first_name,
        "last_name": person.last_name,
        "email": person.email,
        "phone": person.phone,
        "username": person.username,
        "title": person.title,
    }


def _invite(scene: Scene) -> Properties:
    first = scene.random.choice(words.FIRST_NAMES["en"])
    return {
        "invitee_email": f"{first.lower()}@{scene.random.choice(words.MAIL_DOMAINS)}",
        "invitee_first_name": first,
        "invitee_last_name": scene.random.choice(words.LAST_NAMES["en"]),
        "invitee_role": scene.random.choice(words.ROLES),
    }


def _trial(begins: timedelta) -> Callable[[Scene], Properties]:
    def trial(scene: Scene) -> Properties:
        start = scene.moment + begins
        return {
            "trial_start_date": iso(start),
            "trial_end_date": iso(start + timedelta(days=14)),
            "trial_plan_name": scene.random.choice(words.PLANS[1:]),
        }

    return trial


B2B: dict[str, Callable[[Scene], Properties]] = {
    "Account Created": lambda scene: {"account_name": scene.person.company.name},
    "Account Deleted": lambda scene: {"account_name": scene.person.company.name},
    "Signed Up": _signed_up,
    "Signed In": lambda scene: {"username": scene.person.username},
    "Signed Out": lambda scene: {"username": scene.person.username},
    "Invite Sent": _invite,
    "Account Added User": lambda scene: {"role": scene.random.choice(words.ROLES)},
    "Account Removed User": lambda _: {},
    "Trial Started": _trial(timedelta(0)),
    "Trial Ended": _trial(timedelta(days=-14)),
}


# ---- native mobile


def _version(_: Scene) -> Properties:
    version, build = words.APP[3]
    return {"version": version, "build": build}


def _opened(scene: Scene) -> Properties:
    return {"from_background": scene.random.random() < 0.5} | _version(scene)


def _updated(scene: Scene) -> Properties:
    version, build = words.APP[2]
    return {"previous_version": version, "previous_build": build} | _version(scene)


def _install(scene: Scene) -> Properties:
    campaign = scene.random.choice(words.CAMPAIGNS)
    found = {"source": campaign.source, "name": campaign.name, "medium": campaign.medium, "content": campaign.content}
    return {"provider": "Attributo", "campaign": found | {"ad_creative": "green_banner", "ad_group": "commuters"}}


def _push(_: Scene) -> Properties:
    campaign = {"name": "cart_reminder", "medium": "Push", "content": "Your cart is waiting.", "source": "Pushmill"}
    return {"campaign": campaign}


MOBILE: dict[str, Callable[[Scene], Properties]] = {
    "Application Installed": _version,
    "Application Opened": _opened,
    "Application Backgrounded": lambda _: {},
    "Application Updated": _updated,
    "Application Uninstalled": lambda _: {},
    "Application Crashed": lambda _: {},
    "Install Attributed": _install,
    "Push Notification Received": _push,
    "Push Notification Tapped": lambda scene: {"action": "Open"} | _push(scene),
    "Push Notification Bounced": lambda scene: {"action": "Open"} | _push(scene),
    "Deep Link Opened": lambda _: {"provider": "Linkmill", "url": "harbourlight://landing"},
    "Deep Link Clicked": lambda _: {"provider": "Linkmill", "url": "https://link.example/landing"},
}


# ---- email


def _email(scene: Scene) -> Properties:
    campaign = scene.random.choice(words.CAMPAIGNS)
    return {
        "email_id": f"{scene.random.getrandbits(40):010x}",
        "email_subject": scene.random.choice(words.SUBJECTS),
        "campaign_id": str(words.CAMPAIGNS.index(campaign) + 1),
        "campaign_name": campaign.name,
    }


EMAIL: dict[str, Callable[[Scene], Properties]] = {
    "Email Bounced": _email,
    "Email Delivered": _email,
    "Email Link Clicked": lambda scene: _email(scene) | {"link_id": "1", "link_url": "https://www.example.com/shop"},
    "Email Marked as Spam": _email,
    "Email Opened": _email,
    "Unsubscribed": lambda scene: _email(scene) | {"list_id": "7", "list_name": "Newsletter"},
}

SPEC: dict[str, Callable[[Scene], Properties]] = {**ECOMMERCE, **B2B, **MOBILE, **EMAIL}
"""Name of the event → its properties."""
