"""Typed events: Segment's e-commerce spec, version 2.

What customers do in a shop, from browsing to reviewing. No property is required.

Made from the plan by `segment-hooks types`: change the plan, not this file.
"""

from __future__ import annotations

from typing import Any, Unpack

from msgspec import UNSET, Struct, UnsetType
from segment_hooks import WebhookEventRouter
from segment_hooks.tracking_plan.typed import Call, OnTrack, R, TrackClient, handle_track


class CartSharedProduct(Struct, frozen=True, kw_only=True):
    """Part of `CartShared`.

    A product.
    """

    brand: str | UnsetType = UNSET
    category: str | UnsetType = UNSET
    coupon: str | UnsetType = UNSET
    """Code of a coupon for this product."""
    image_url: str | UnsetType = UNSET
    name: str | UnsetType = UNSET
    position: float | UnsetType = UNSET
    """Place in the list that it stands in."""
    price: float | UnsetType = UNSET
    """Of one piece."""
    product_id: str | UnsetType = UNSET
    """Id in the shop's database."""
    quantity: float | UnsetType = UNSET
    sku: str | UnsetType = UNSET
    """Stock keeping unit, as customers see it."""
    url: str | UnsetType = UNSET
    """Of the product's page."""
    variant: str | UnsetType = UNSET
    """Such as a colour or a size."""


class CartShared(Struct, frozen=True, kw_only=True):
    """Properties of the event 'Cart Shared'.

    Somebody has told others of their cart.
    """

    cart_id: str | UnsetType = UNSET
    products: list[CartSharedProduct] | UnsetType = UNSET
    recipient: str | UnsetType = UNSET
    share_message: str | UnsetType = UNSET
    """What the sender wrote."""
    share_via: str | UnsetType = UNSET
    """Such as email."""


def track_cart_shared(client: TrackClient[R], properties: CartShared | None = None, **call: Unpack[Call]) -> R:
    """Send the event 'Cart Shared'."""
    return client.event.track(event="Cart Shared", properties=properties, **call)


def on_track_cart_shared(router: WebhookEventRouter) -> OnTrack[CartShared]:
    """Decorate a handler of the event 'Cart Shared'."""
    return handle_track(router, CartShared, "Cart Shared")


class CartViewedProduct(Struct, frozen=True, kw_only=True):
    """Part of `CartViewed`.

    A product.
    """

    brand: str | UnsetType = UNSET
    category: str | UnsetType = UNSET
    coupon: str | UnsetType = UNSET
    """Code of a coupon for this product."""
    image_url: str | UnsetType = UNSET
    name: str | UnsetType = UNSET
    position: float | UnsetType = UNSET
    """Place in the list that it stands in."""
    price: float | UnsetType = UNSET
    """Of one piece."""
    product_id: str | UnsetType = UNSET
    """Id in the shop's database."""
    quantity: float | UnsetType = UNSET
    sku: str | UnsetType = UNSET
    """Stock keeping unit, as customers see it."""
    url: str | UnsetType = UNSET
    """Of the product's page."""
    variant: str | UnsetType = UNSET
    """Such as a colour or a size."""


class CartViewed(Struct, frozen=True, kw_only=True):
    """Properties of the event 'Cart Viewed'.

    Somebody looks at their cart.
    """

    cart_id: str | UnsetType = UNSET
    products: list[CartViewedProduct] | UnsetType = UNSET


def track_cart_viewed(client: TrackClient[R], properties: CartViewed | None = None, **call: Unpack[Call]) -> R:
    """Send the event 'Cart Viewed'."""
    return client.event.track(event="Cart Viewed", properties=properties, **call)


def on_track_cart_viewed(router: WebhookEventRouter) -> OnTrack[CartViewed]:
    """Decorate a handler of the event 'Cart Viewed'."""
    return handle_track(router, CartViewed, "Cart Viewed")


class CheckoutStartedProduct(Struct, frozen=True, kw_only=True):
    """Part of `CheckoutStarted`.

    A product.
    """

    brand: str | UnsetType = UNSET
    category: str | UnsetType = UNSET
    coupon: str | UnsetType = UNSET
    """Code of a coupon for this product."""
    image_url: str | UnsetType = UNSET
    name: str | UnsetType = UNSET
    position: float | UnsetType = UNSET
    """Place in the list that it stands in."""
    price: float | UnsetType = UNSET
    """Of one piece."""
    product_id: str | UnsetType = UNSET
    """Id in the shop's database."""
    quantity: float | UnsetType = UNSET
    sku: str | UnsetType = UNSET
    """Stock keeping unit, as customers see it."""
    url: str | UnsetType = UNSET
    """Of the product's page."""
    variant: str | UnsetType = UNSET
    """Such as a colour or a size."""


class CheckoutStarted(Struct, frozen=True, kw_only=True):
    """Properties of the event 'Checkout Started'.

    Somebody has begun to order.
    """

    affiliation: str | UnsetType = UNSET
    """The shop, or whoever sold in its name."""
    coupon: str | UnsetType = UNSET
    """Code that was redeemed."""
    currency: str | UnsetType = UNSET
    """Three letters, as in ISO 4217."""
    discount: float | UnsetType = UNSET
    """All that was taken off."""
    order_id: str | UnsetType = UNSET
    products: list[CheckoutStartedProduct] | UnsetType = UNSET
    revenue: float | UnsetType = UNSET
    """Without shipping and tax."""
    shipping: float | UnsetType = UNSET
    """What shipping costs."""
    tax: float | UnsetType = UNSET
    value: float | UnsetType = UNSET
    """With discounts and coupons."""


def track_checkout_started(
    client: TrackClient[R],
    properties: CheckoutStarted | None = None,
    **call: Unpack[Call],
) -> R:
    """Send the event 'Checkout Started'."""
    return client.event.track(event="Checkout Started", properties=properties, **call)


def on_track_checkout_started(router: WebhookEventRouter) -> OnTrack[CheckoutStarted]:
    """Decorate a handler of the event 'Checkout Started'."""
    return handle_track(router, CheckoutStarted, "Checkout Started")


class CheckoutStepCompleted(Struct, frozen=True, kw_only=True):
    """Properties of the event 'Checkout Step Completed'.

    A step of the checkout is done.
    """

    checkout_id: str | UnsetType = UNSET
    payment_method: str | UnsetType = UNSET
    shipping_method: str | UnsetType = UNSET
    step: float | UnsetType = UNSET
    """Number of the step."""


def track_checkout_step_completed(
    client: TrackClient[R],
    properties: CheckoutStepCompleted | None = None,
    **call: Unpack[Call],
) -> R:
    """Send the event 'Checkout Step Completed'."""
    return client.event.track(event="Checkout Step Completed", properties=properties, **call)


def on_track_checkout_step_completed(router: WebhookEventRouter) -> OnTrack[CheckoutStepCompleted]:
    """Decorate a handler of the event 'Checkout Step Completed'."""
    return handle_track(router, CheckoutStepCompleted, "Checkout Step Completed")


class CheckoutStepViewed(Struct, frozen=True, kw_only=True):
    """Properties of the event 'Checkout Step Viewed'.

    A step of the checkout is shown.
    """

    checkout_id: str | UnsetType = UNSET
    payment_method: str | UnsetType = UNSET
    shipping_method: str | UnsetType = UNSET
    step: float | UnsetType = UNSET
    """Number of the step."""


def track_checkout_step_viewed(
    client: TrackClient[R],
    properties: CheckoutStepViewed | None = None,
    **call: Unpack[Call],
) -> R:
    """Send the event 'Checkout Step Viewed'."""
    return client.event.track(event="Checkout Step Viewed", properties=properties, **call)


def on_track_checkout_step_viewed(router: WebhookEventRouter) -> OnTrack[CheckoutStepViewed]:
    """Decorate a handler of the event 'Checkout Step Viewed'."""
    return handle_track(router, CheckoutStepViewed, "Checkout Step Viewed")


class CouponApplied(Struct, frozen=True, kw_only=True):
    """Properties of the event 'Coupon Applied'.

    A coupon was accepted.
    """

    cart_id: str | UnsetType = UNSET
    """If there is a cart."""
    coupon_id: str | UnsetType = UNSET
    coupon_name: str | UnsetType = UNSET
    discount: float | UnsetType = UNSET
    """What the coupon takes off."""
    order_id: str | UnsetType = UNSET
    """If there is an order already."""


def track_coupon_applied(client: TrackClient[R], properties: CouponApplied | None = None, **call: Unpack[Call]) -> R:
    """Send the event 'Coupon Applied'."""
    return client.event.track(event="Coupon Applied", properties=properties, **call)


def on_track_coupon_applied(router: WebhookEventRouter) -> OnTrack[CouponApplied]:
    """Decorate a handler of the event 'Coupon Applied'."""
    return handle_track(router, CouponApplied, "Coupon Applied")


class CouponDenied(Struct, frozen=True, kw_only=True):
    """Properties of the event 'Coupon Denied'.

    A coupon was not accepted.
    """

    cart_id: str | UnsetType = UNSET
    """If there is a cart."""
    coupon_id: str | UnsetType = UNSET
    coupon_name: str | UnsetType = UNSET
    order_id: str | UnsetType = UNSET
    """If there is an order already."""
    reason: str | UnsetType = UNSET


def track_coupon_denied(client: TrackClient[R], properties: CouponDenied | None = None, **call: Unpack[Call]) -> R:
    """Send the event 'Coupon Denied'."""
    return client.event.track(event="Coupon Denied", properties=properties, **call)


def on_track_coupon_denied(router: WebhookEventRouter) -> OnTrack[CouponDenied]:
    """Decorate a handler of the event 'Coupon Denied'."""
    return handle_track(router, CouponDenied, "Coupon Denied")


class CouponEntered(Struct, frozen=True, kw_only=True):
    """Properties of the event 'Coupon Entered'.

    Somebody has entered a coupon.
    """

    cart_id: str | UnsetType = UNSET
    """If there is a cart."""
    coupon_id: str | UnsetType = UNSET
    order_id: str | UnsetType = UNSET
    """If there is an order already."""


def track_coupon_entered(client: TrackClient[R], properties: CouponEntered | None = None, **call: Unpack[Call]) -> R:
    """Send the event 'Coupon Entered'."""
    return client.event.track(event="Coupon Entered", properties=properties, **call)


def on_track_coupon_entered(router: WebhookEventRouter) -> OnTrack[CouponEntered]:
    """Decorate a handler of the event 'Coupon Entered'."""
    return handle_track(router, CouponEntered, "Coupon Entered")


class CouponRemoved(Struct, frozen=True, kw_only=True):
    """Properties of the event 'Coupon Removed'.

    Somebody has taken a coupon back.
    """

    cart_id: str | UnsetType = UNSET
    """If there is a cart."""
    coupon_id: str | UnsetType = UNSET
    coupon_name: str | UnsetType = UNSET
    discount: float | UnsetType = UNSET
    """What the coupon took off."""
    order_id: str | UnsetType = UNSET
    """If there is an order already."""


def track_coupon_removed(client: TrackClient[R], properties: CouponRemoved | None = None, **call: Unpack[Call]) -> R:
    """Send the event 'Coupon Removed'."""
    return client.event.track(event="Coupon Removed", properties=properties, **call)


def on_track_coupon_removed(router: WebhookEventRouter) -> OnTrack[CouponRemoved]:
    """Decorate a handler of the event 'Coupon Removed'."""
    return handle_track(router, CouponRemoved, "Coupon Removed")


class OrderCancelledProduct(Struct, frozen=True, kw_only=True):
    """Part of `OrderCancelled`.

    A product.
    """

    brand: str | UnsetType = UNSET
    category: str | UnsetType = UNSET
    coupon: str | UnsetType = UNSET
    """Code of a coupon for this product."""
    image_url: str | UnsetType = UNSET
    name: str | UnsetType = UNSET
    position: float | UnsetType = UNSET
    """Place in the list that it stands in."""
    price: float | UnsetType = UNSET
    """Of one piece."""
    product_id: str | UnsetType = UNSET
    """Id in the shop's database."""
    quantity: float | UnsetType = UNSET
    sku: str | UnsetType = UNSET
    """Stock keeping unit, as customers see it."""
    url: str | UnsetType = UNSET
    """Of the product's page."""
    variant: str | UnsetType = UNSET
    """Such as a colour or a size."""


class OrderCancelled(Struct, frozen=True, kw_only=True):
    """Properties of the event 'Order Cancelled'.

    An order was called off.
    """

    affiliation: str | UnsetType = UNSET
    """The shop, or whoever sold in its name."""
    coupon: str | UnsetType = UNSET
    """Code that was redeemed."""
    currency: str | UnsetType = UNSET
    """Three letters, as in ISO 4217."""
    discount: float | UnsetType = UNSET
    """All that was taken off."""
    order_id: str | UnsetType = UNSET
    products: list[OrderCancelledProduct] | UnsetType = UNSET
    revenue: float | UnsetType = UNSET
    """Without shipping and tax."""
    shipping: float | UnsetType = UNSET
    """What shipping costs."""
    tax: float | UnsetType = UNSET
    total: float | UnsetType = UNSET
    """With discounts and coupons."""


def track_order_cancelled(client: TrackClient[R], properties: OrderCancelled | None = None, **call: Unpack[Call]) -> R:
    """Send the event 'Order Cancelled'."""
    return client.event.track(event="Order Cancelled", properties=properties, **call)


def on_track_order_cancelled(router: WebhookEventRouter) -> OnTrack[OrderCancelled]:
    """Decorate a handler of the event 'Order Cancelled'."""
    return handle_track(router, OrderCancelled, "Order Cancelled")


class OrderCompletedProduct(Struct, frozen=True, kw_only=True):
    """Part of `OrderCompleted`.

    A product.
    """

    brand: str | UnsetType = UNSET
    category: str | UnsetType = UNSET
    coupon: str | UnsetType = UNSET
    """Code of a coupon for this product."""
    image_url: str | UnsetType = UNSET
    name: str | UnsetType = UNSET
    position: float | UnsetType = UNSET
    """Place in the list that it stands in."""
    price: float | UnsetType = UNSET
    """Of one piece."""
    product_id: str | UnsetType = UNSET
    """Id in the shop's database."""
    quantity: float | UnsetType = UNSET
    sku: str | UnsetType = UNSET
    """Stock keeping unit, as customers see it."""
    url: str | UnsetType = UNSET
    """Of the product's page."""
    variant: str | UnsetType = UNSET
    """Such as a colour or a size."""


class OrderCompleted(Struct, frozen=True, kw_only=True):
    """Properties of the event 'Order Completed'.

    Somebody has ordered.
    """

    affiliation: str | UnsetType = UNSET
    """The shop, or whoever sold in its name."""
    checkout_id: str | UnsetType = UNSET
    coupon: str | UnsetType = UNSET
    """Code that was redeemed."""
    currency: str | UnsetType = UNSET
    """Three letters, as in ISO 4217."""
    discount: float | UnsetType = UNSET
    """All that was taken off."""
    order_id: str | UnsetType = UNSET
    products: list[OrderCompletedProduct] | UnsetType = UNSET
    revenue: float | UnsetType = UNSET
    """With discounts, without shipping and tax."""
    shipping: float | UnsetType = UNSET
    """What shipping costs."""
    subtotal: float | UnsetType = UNSET
    """With discounts, before tax and shipping."""
    tax: float | UnsetType = UNSET
    total: float | UnsetType = UNSET
    """The subtotal with shipping and tax."""


def track_order_completed(client: TrackClient[R], properties: OrderCompleted | None = None, **call: Unpack[Call]) -> R:
    """Send the event 'Order Completed'."""
    return client.event.track(event="Order Completed", properties=properties, **call)


def on_track_order_completed(router: WebhookEventRouter) -> OnTrack[OrderCompleted]:
    """Decorate a handler of the event 'Order Completed'."""
    return handle_track(router, OrderCompleted, "Order Completed")


class OrderRefundedProduct(Struct, frozen=True, kw_only=True):
    """Part of `OrderRefunded`.

    A product.
    """

    brand: str | UnsetType = UNSET
    category: str | UnsetType = UNSET
    coupon: str | UnsetType = UNSET
    """Code of a coupon for this product."""
    image_url: str | UnsetType = UNSET
    name: str | UnsetType = UNSET
    position: float | UnsetType = UNSET
    """Place in the list that it stands in."""
    price: float | UnsetType = UNSET
    """Of one piece."""
    product_id: str | UnsetType = UNSET
    """Id in the shop's database."""
    quantity: float | UnsetType = UNSET
    sku: str | UnsetType = UNSET
    """Stock keeping unit, as customers see it."""
    url: str | UnsetType = UNSET
    """Of the product's page."""
    variant: str | UnsetType = UNSET
    """Such as a colour or a size."""


class OrderRefunded(Struct, frozen=True, kw_only=True):
    """Properties of the event 'Order Refunded'.

    The money for an order, or for a part of it, was given back.
    """

    currency: str | UnsetType = UNSET
    """Three letters, as in ISO 4217."""
    order_id: str | UnsetType = UNSET
    products: list[OrderRefundedProduct] | UnsetType = UNSET
    """What was given back."""
    total: float | UnsetType = UNSET


def track_order_refunded(client: TrackClient[R], properties: OrderRefunded | None = None, **call: Unpack[Call]) -> R:
    """Send the event 'Order Refunded'."""
    return client.event.track(event="Order Refunded", properties=properties, **call)


def on_track_order_refunded(router: WebhookEventRouter) -> OnTrack[OrderRefunded]:
    """Decorate a handler of the event 'Order Refunded'."""
    return handle_track(router, OrderRefunded, "Order Refunded")


class OrderUpdatedProduct(Struct, frozen=True, kw_only=True):
    """Part of `OrderUpdated`.

    A product.
    """

    brand: str | UnsetType = UNSET
    category: str | UnsetType = UNSET
    coupon: str | UnsetType = UNSET
    """Code of a coupon for this product."""
    image_url: str | UnsetType = UNSET
    name: str | UnsetType = UNSET
    position: float | UnsetType = UNSET
    """Place in the list that it stands in."""
    price: float | UnsetType = UNSET
    """Of one piece."""
    product_id: str | UnsetType = UNSET
    """Id in the shop's database."""
    quantity: float | UnsetType = UNSET
    sku: str | UnsetType = UNSET
    """Stock keeping unit, as customers see it."""
    url: str | UnsetType = UNSET
    """Of the product's page."""
    variant: str | UnsetType = UNSET
    """Such as a colour or a size."""


class OrderUpdated(Struct, frozen=True, kw_only=True):
    """Properties of the event 'Order Updated'.

    An order was changed.
    """

    affiliation: str | UnsetType = UNSET
    """The shop, or whoever sold in its name."""
    coupon: str | UnsetType = UNSET
    """Code that was redeemed."""
    currency: str | UnsetType = UNSET
    """Three letters, as in ISO 4217."""
    discount: float | UnsetType = UNSET
    """All that was taken off."""
    order_id: str | UnsetType = UNSET
    products: list[OrderUpdatedProduct] | UnsetType = UNSET
    revenue: float | UnsetType = UNSET
    """Without shipping and tax."""
    shipping: float | UnsetType = UNSET
    """What shipping costs."""
    tax: float | UnsetType = UNSET
    total: float | UnsetType = UNSET
    """With discounts and coupons."""


def track_order_updated(client: TrackClient[R], properties: OrderUpdated | None = None, **call: Unpack[Call]) -> R:
    """Send the event 'Order Updated'."""
    return client.event.track(event="Order Updated", properties=properties, **call)


def on_track_order_updated(router: WebhookEventRouter) -> OnTrack[OrderUpdated]:
    """Decorate a handler of the event 'Order Updated'."""
    return handle_track(router, OrderUpdated, "Order Updated")


class PaymentInfoEntered(Struct, frozen=True, kw_only=True):
    """Properties of the event 'Payment Info Entered'.

    Somebody has said how they will pay.
    """

    checkout_id: str | UnsetType = UNSET
    order_id: str | UnsetType = UNSET
    payment_method: str | UnsetType = UNSET
    shipping_method: str | UnsetType = UNSET
    step: float | UnsetType = UNSET
    """Number of the step."""


def track_payment_info_entered(
    client: TrackClient[R],
    properties: PaymentInfoEntered | None = None,
    **call: Unpack[Call],
) -> R:
    """Send the event 'Payment Info Entered'."""
    return client.event.track(event="Payment Info Entered", properties=properties, **call)


def on_track_payment_info_entered(router: WebhookEventRouter) -> OnTrack[PaymentInfoEntered]:
    """Decorate a handler of the event 'Payment Info Entered'."""
    return handle_track(router, PaymentInfoEntered, "Payment Info Entered")


class ProductAdded(Struct, frozen=True, kw_only=True):
    """Properties of the event 'Product Added'.

    A product was put into the cart.
    """

    brand: str | UnsetType = UNSET
    cart_id: str | UnsetType = UNSET
    category: str | UnsetType = UNSET
    coupon: str | UnsetType = UNSET
    """Code of a coupon for this product."""
    image_url: str | UnsetType = UNSET
    name: str | UnsetType = UNSET
    position: float | UnsetType = UNSET
    """Place in the list that it stands in."""
    price: float | UnsetType = UNSET
    """Of one piece."""
    product_id: str | UnsetType = UNSET
    """Id in the shop's database."""
    quantity: float | UnsetType = UNSET
    sku: str | UnsetType = UNSET
    """Stock keeping unit, as customers see it."""
    url: str | UnsetType = UNSET
    """Of the product's page."""
    variant: str | UnsetType = UNSET
    """Such as a colour or a size."""


def track_product_added(client: TrackClient[R], properties: ProductAdded | None = None, **call: Unpack[Call]) -> R:
    """Send the event 'Product Added'."""
    return client.event.track(event="Product Added", properties=properties, **call)


def on_track_product_added(router: WebhookEventRouter) -> OnTrack[ProductAdded]:
    """Decorate a handler of the event 'Product Added'."""
    return handle_track(router, ProductAdded, "Product Added")


class ProductAddedToWishlist(Struct, frozen=True, kw_only=True):
    """Properties of the event 'Product Added to Wishlist'.

    A product was put on a wish list.
    """

    brand: str | UnsetType = UNSET
    category: str | UnsetType = UNSET
    coupon: str | UnsetType = UNSET
    """Code of a coupon for this product."""
    image_url: str | UnsetType = UNSET
    name: str | UnsetType = UNSET
    position: float | UnsetType = UNSET
    """Place in the list that it stands in."""
    price: float | UnsetType = UNSET
    """Of one piece."""
    product_id: str | UnsetType = UNSET
    """Id in the shop's database."""
    quantity: float | UnsetType = UNSET
    sku: str | UnsetType = UNSET
    """Stock keeping unit, as customers see it."""
    url: str | UnsetType = UNSET
    """Of the product's page."""
    variant: str | UnsetType = UNSET
    """Such as a colour or a size."""
    wishlist_id: str | UnsetType = UNSET
    wishlist_name: str | UnsetType = UNSET


def track_product_added_to_wishlist(
    client: TrackClient[R],
    properties: ProductAddedToWishlist | None = None,
    **call: Unpack[Call],
) -> R:
    """Send the event 'Product Added to Wishlist'."""
    return client.event.track(event="Product Added to Wishlist", properties=properties, **call)


def on_track_product_added_to_wishlist(router: WebhookEventRouter) -> OnTrack[ProductAddedToWishlist]:
    """Decorate a handler of the event 'Product Added to Wishlist'."""
    return handle_track(router, ProductAddedToWishlist, "Product Added to Wishlist")


class ProductClicked(Struct, frozen=True, kw_only=True):
    """Properties of the event 'Product Clicked'.

    Somebody has clicked on a product.
    """

    brand: str | UnsetType = UNSET
    category: str | UnsetType = UNSET
    coupon: str | UnsetType = UNSET
    """Code of a coupon for this product."""
    image_url: str | UnsetType = UNSET
    name: str | UnsetType = UNSET
    position: float | UnsetType = UNSET
    """Place in the list that it stands in."""
    price: float | UnsetType = UNSET
    """Of one piece."""
    product_id: str | UnsetType = UNSET
    """Id in the shop's database."""
    quantity: float | UnsetType = UNSET
    sku: str | UnsetType = UNSET
    """Stock keeping unit, as customers see it."""
    url: str | UnsetType = UNSET
    """Of the product's page."""
    variant: str | UnsetType = UNSET
    """Such as a colour or a size."""


def track_product_clicked(client: TrackClient[R], properties: ProductClicked | None = None, **call: Unpack[Call]) -> R:
    """Send the event 'Product Clicked'."""
    return client.event.track(event="Product Clicked", properties=properties, **call)


def on_track_product_clicked(router: WebhookEventRouter) -> OnTrack[ProductClicked]:
    """Decorate a handler of the event 'Product Clicked'."""
    return handle_track(router, ProductClicked, "Product Clicked")


class ProductListFilteredFiltersItem(Struct, frozen=True, kw_only=True):
    """Part of `ProductListFiltered`, in `filters[]`."""

    type: str | UnsetType = UNSET
    """Id of the filter."""
    value: str | UnsetType = UNSET
    """Id of what was chosen."""


class ProductListFilteredProduct(Struct, frozen=True, kw_only=True):
    """Part of `ProductListFiltered`.

    A product.
    """

    brand: str | UnsetType = UNSET
    category: str | UnsetType = UNSET
    coupon: str | UnsetType = UNSET
    """Code of a coupon for this product."""
    image_url: str | UnsetType = UNSET
    name: str | UnsetType = UNSET
    position: float | UnsetType = UNSET
    """Place in the list that it stands in."""
    price: float | UnsetType = UNSET
    """Of one piece."""
    product_id: str | UnsetType = UNSET
    """Id in the shop's database."""
    quantity: float | UnsetType = UNSET
    sku: str | UnsetType = UNSET
    """Stock keeping unit, as customers see it."""
    url: str | UnsetType = UNSET
    """Of the product's page."""
    variant: str | UnsetType = UNSET
    """Such as a colour or a size."""


class ProductListFilteredSortsItem(Struct, frozen=True, kw_only=True):
    """Part of `ProductListFiltered`, in `sorts[]`."""

    type: str | UnsetType = UNSET
    """Id of the order."""
    value: str | UnsetType = UNSET
    """Id of what was chosen."""


class ProductListFiltered(Struct, frozen=True, kw_only=True):
    """Properties of the event 'Product List Filtered'.

    Somebody has filtered or sorted a list of products.
    """

    category: str | UnsetType = UNSET
    """Of the products in the list."""
    filters: list[ProductListFilteredFiltersItem] | UnsetType = UNSET
    list_id: str | UnsetType = UNSET
    products: list[ProductListFilteredProduct] | UnsetType = UNSET
    sorts: list[ProductListFilteredSortsItem] | UnsetType = UNSET


def track_product_list_filtered(
    client: TrackClient[R],
    properties: ProductListFiltered | None = None,
    **call: Unpack[Call],
) -> R:
    """Send the event 'Product List Filtered'."""
    return client.event.track(event="Product List Filtered", properties=properties, **call)


def on_track_product_list_filtered(router: WebhookEventRouter) -> OnTrack[ProductListFiltered]:
    """Decorate a handler of the event 'Product List Filtered'."""
    return handle_track(router, ProductListFiltered, "Product List Filtered")


class ProductListViewedProduct(Struct, frozen=True, kw_only=True):
    """Part of `ProductListViewed`.

    A product.
    """

    brand: str | UnsetType = UNSET
    category: str | UnsetType = UNSET
    coupon: str | UnsetType = UNSET
    """Code of a coupon for this product."""
    image_url: str | UnsetType = UNSET
    name: str | UnsetType = UNSET
    position: float | UnsetType = UNSET
    """Place in the list that it stands in."""
    price: float | UnsetType = UNSET
    """Of one piece."""
    product_id: str | UnsetType = UNSET
    """Id in the shop's database."""
    quantity: float | UnsetType = UNSET
    sku: str | UnsetType = UNSET
    """Stock keeping unit, as customers see it."""
    url: str | UnsetType = UNSET
    """Of the product's page."""
    variant: str | UnsetType = UNSET
    """Such as a colour or a size."""


class ProductListViewed(Struct, frozen=True, kw_only=True):
    """Properties of the event 'Product List Viewed'.

    Somebody looks at a list or a category of products.
    """

    category: str | UnsetType = UNSET
    """Of the products in the list."""
    list_id: str | UnsetType = UNSET
    products: list[ProductListViewedProduct] | UnsetType = UNSET


def track_product_list_viewed(
    client: TrackClient[R],
    properties: ProductListViewed | None = None,
    **call: Unpack[Call],
) -> R:
    """Send the event 'Product List Viewed'."""
    return client.event.track(event="Product List Viewed", properties=properties, **call)


def on_track_product_list_viewed(router: WebhookEventRouter) -> OnTrack[ProductListViewed]:
    """Decorate a handler of the event 'Product List Viewed'."""
    return handle_track(router, ProductListViewed, "Product List Viewed")


class ProductRemoved(Struct, frozen=True, kw_only=True):
    """Properties of the event 'Product Removed'.

    A product was taken out of the cart.
    """

    brand: str | UnsetType = UNSET
    cart_id: str | UnsetType = UNSET
    category: str | UnsetType = UNSET
    coupon: str | UnsetType = UNSET
    """Code of a coupon for this product."""
    image_url: str | UnsetType = UNSET
    name: str | UnsetType = UNSET
    position: float | UnsetType = UNSET
    """Place in the list that it stands in."""
    price: float | UnsetType = UNSET
    """Of one piece."""
    product_id: str | UnsetType = UNSET
    """Id in the shop's database."""
    quantity: float | UnsetType = UNSET
    sku: str | UnsetType = UNSET
    """Stock keeping unit, as customers see it."""
    url: str | UnsetType = UNSET
    """Of the product's page."""
    variant: str | UnsetType = UNSET
    """Such as a colour or a size."""


def track_product_removed(client: TrackClient[R], properties: ProductRemoved | None = None, **call: Unpack[Call]) -> R:
    """Send the event 'Product Removed'."""
    return client.event.track(event="Product Removed", properties=properties, **call)


def on_track_product_removed(router: WebhookEventRouter) -> OnTrack[ProductRemoved]:
    """Decorate a handler of the event 'Product Removed'."""
    return handle_track(router, ProductRemoved, "Product Removed")


class ProductRemovedFromWishlist(Struct, frozen=True, kw_only=True):
    """Properties of the event 'Product Removed from Wishlist'.

    A product was taken off a wish list.
    """

    brand: str | UnsetType = UNSET
    category: str | UnsetType = UNSET
    coupon: str | UnsetType = UNSET
    """Code of a coupon for this product."""
    image_url: str | UnsetType = UNSET
    name: str | UnsetType = UNSET
    position: float | UnsetType = UNSET
    """Place in the list that it stands in."""
    price: float | UnsetType = UNSET
    """Of one piece."""
    product_id: str | UnsetType = UNSET
    """Id in the shop's database."""
    quantity: float | UnsetType = UNSET
    sku: str | UnsetType = UNSET
    """Stock keeping unit, as customers see it."""
    url: str | UnsetType = UNSET
    """Of the product's page."""
    variant: str | UnsetType = UNSET
    """Such as a colour or a size."""
    wishlist_id: str | UnsetType = UNSET
    wishlist_name: str | UnsetType = UNSET


def track_product_removed_from_wishlist(
    client: TrackClient[R],
    properties: ProductRemovedFromWishlist | None = None,
    **call: Unpack[Call],
) -> R:
    """Send the event 'Product Removed from Wishlist'."""
    return client.event.track(event="Product Removed from Wishlist", properties=properties, **call)


def on_track_product_removed_from_wishlist(router: WebhookEventRouter) -> OnTrack[ProductRemovedFromWishlist]:
    """Decorate a handler of the event 'Product Removed from Wishlist'."""
    return handle_track(router, ProductRemovedFromWishlist, "Product Removed from Wishlist")


class ProductReviewed(Struct, frozen=True, kw_only=True):
    """Properties of the event 'Product Reviewed'.

    Somebody has written about a product.
    """

    product_id: str | UnsetType = UNSET
    rating: str | UnsetType = UNSET
    review_body: str | UnsetType = UNSET
    review_id: str | UnsetType = UNSET


def track_product_reviewed(
    client: TrackClient[R],
    properties: ProductReviewed | None = None,
    **call: Unpack[Call],
) -> R:
    """Send the event 'Product Reviewed'."""
    return client.event.track(event="Product Reviewed", properties=properties, **call)


def on_track_product_reviewed(router: WebhookEventRouter) -> OnTrack[ProductReviewed]:
    """Decorate a handler of the event 'Product Reviewed'."""
    return handle_track(router, ProductReviewed, "Product Reviewed")


class ProductShared(Struct, frozen=True, kw_only=True):
    """Properties of the event 'Product Shared'.

    Somebody has told others of a product.
    """

    brand: str | UnsetType = UNSET
    category: str | UnsetType = UNSET
    image_url: str | UnsetType = UNSET
    name: str | UnsetType = UNSET
    price: float | UnsetType = UNSET
    """Of one piece."""
    product_id: str | UnsetType = UNSET
    """Id in the shop's database."""
    recipient: str | UnsetType = UNSET
    share_message: str | UnsetType = UNSET
    """What the sender wrote."""
    share_via: str | UnsetType = UNSET
    """Such as email."""
    sku: str | UnsetType = UNSET
    """Stock keeping unit, as customers see it."""
    url: str | UnsetType = UNSET
    """Of the product's page."""
    variant: str | UnsetType = UNSET
    """Such as a colour or a size."""


def track_product_shared(client: TrackClient[R], properties: ProductShared | None = None, **call: Unpack[Call]) -> R:
    """Send the event 'Product Shared'."""
    return client.event.track(event="Product Shared", properties=properties, **call)


def on_track_product_shared(router: WebhookEventRouter) -> OnTrack[ProductShared]:
    """Decorate a handler of the event 'Product Shared'."""
    return handle_track(router, ProductShared, "Product Shared")


class ProductViewed(Struct, frozen=True, kw_only=True):
    """Properties of the event 'Product Viewed'.

    Somebody looks at the details of a product.
    """

    brand: str | UnsetType = UNSET
    category: str | UnsetType = UNSET
    coupon: str | UnsetType = UNSET
    """Code of a coupon for this product."""
    currency: str | UnsetType = UNSET
    """Three letters, as in ISO 4217."""
    image_url: str | UnsetType = UNSET
    name: str | UnsetType = UNSET
    position: float | UnsetType = UNSET
    """Place in the list that it stands in."""
    price: float | UnsetType = UNSET
    """Of one piece."""
    product_id: str | UnsetType = UNSET
    """Id in the shop's database."""
    quantity: float | UnsetType = UNSET
    sku: str | UnsetType = UNSET
    """Stock keeping unit, as customers see it."""
    url: str | UnsetType = UNSET
    """Of the product's page."""
    value: float | UnsetType = UNSET
    """Price times quantity."""
    variant: str | UnsetType = UNSET
    """Such as a colour or a size."""


def track_product_viewed(client: TrackClient[R], properties: ProductViewed | None = None, **call: Unpack[Call]) -> R:
    """Send the event 'Product Viewed'."""
    return client.event.track(event="Product Viewed", properties=properties, **call)


def on_track_product_viewed(router: WebhookEventRouter) -> OnTrack[ProductViewed]:
    """Decorate a handler of the event 'Product Viewed'."""
    return handle_track(router, ProductViewed, "Product Viewed")


class ProductsSearched(Struct, frozen=True, kw_only=True):
    """Properties of the event 'Products Searched'.

    Somebody has searched for products.
    """

    query: dict[str, Any] | str | UnsetType = UNSET
    """What was searched for."""


def track_products_searched(
    client: TrackClient[R],
    properties: ProductsSearched | None = None,
    **call: Unpack[Call],
) -> R:
    """Send the event 'Products Searched'."""
    return client.event.track(event="Products Searched", properties=properties, **call)


def on_track_products_searched(router: WebhookEventRouter) -> OnTrack[ProductsSearched]:
    """Decorate a handler of the event 'Products Searched'."""
    return handle_track(router, ProductsSearched, "Products Searched")


class PromotionClicked(Struct, frozen=True, kw_only=True):
    """Properties of the event 'Promotion Clicked'.

    Somebody has clicked on a promotion.
    """

    creative: str | UnsetType = UNSET
    """What was shown, such as a banner."""
    name: str | UnsetType = UNSET
    position: str | UnsetType = UNSET
    """Where on the page."""
    promotion_id: str | UnsetType = UNSET


def track_promotion_clicked(
    client: TrackClient[R],
    properties: PromotionClicked | None = None,
    **call: Unpack[Call],
) -> R:
    """Send the event 'Promotion Clicked'."""
    return client.event.track(event="Promotion Clicked", properties=properties, **call)


def on_track_promotion_clicked(router: WebhookEventRouter) -> OnTrack[PromotionClicked]:
    """Decorate a handler of the event 'Promotion Clicked'."""
    return handle_track(router, PromotionClicked, "Promotion Clicked")


class PromotionViewed(Struct, frozen=True, kw_only=True):
    """Properties of the event 'Promotion Viewed'.

    Somebody has seen a promotion.
    """

    creative: str | UnsetType = UNSET
    """What was shown, such as a banner."""
    name: str | UnsetType = UNSET
    position: str | UnsetType = UNSET
    """Where on the page."""
    promotion_id: str | UnsetType = UNSET


def track_promotion_viewed(
    client: TrackClient[R],
    properties: PromotionViewed | None = None,
    **call: Unpack[Call],
) -> R:
    """Send the event 'Promotion Viewed'."""
    return client.event.track(event="Promotion Viewed", properties=properties, **call)


def on_track_promotion_viewed(router: WebhookEventRouter) -> OnTrack[PromotionViewed]:
    """Decorate a handler of the event 'Promotion Viewed'."""
    return handle_track(router, PromotionViewed, "Promotion Viewed")


class WishlistProductAddedToCart(Struct, frozen=True, kw_only=True):
    """Properties of the event 'Wishlist Product Added to Cart'.

    A product of a wish list was put into the cart.
    """

    brand: str | UnsetType = UNSET
    cart_id: str | UnsetType = UNSET
    category: str | UnsetType = UNSET
    coupon: str | UnsetType = UNSET
    """Code of a coupon for this product."""
    image_url: str | UnsetType = UNSET
    name: str | UnsetType = UNSET
    position: float | UnsetType = UNSET
    """Place in the list that it stands in."""
    price: float | UnsetType = UNSET
    """Of one piece."""
    product_id: str | UnsetType = UNSET
    """Id in the shop's database."""
    quantity: float | UnsetType = UNSET
    sku: str | UnsetType = UNSET
    """Stock keeping unit, as customers see it."""
    url: str | UnsetType = UNSET
    """Of the product's page."""
    variant: str | UnsetType = UNSET
    """Such as a colour or a size."""
    wishlist_id: str | UnsetType = UNSET
    wishlist_name: str | UnsetType = UNSET


def track_wishlist_product_added_to_cart(
    client: TrackClient[R],
    properties: WishlistProductAddedToCart | None = None,
    **call: Unpack[Call],
) -> R:
    """Send the event 'Wishlist Product Added to Cart'."""
    return client.event.track(event="Wishlist Product Added to Cart", properties=properties, **call)


def on_track_wishlist_product_added_to_cart(router: WebhookEventRouter) -> OnTrack[WishlistProductAddedToCart]:
    """Decorate a handler of the event 'Wishlist Product Added to Cart'."""
    return handle_track(router, WishlistProductAddedToCart, "Wishlist Product Added to Cart")
