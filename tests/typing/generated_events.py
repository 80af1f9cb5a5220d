"""Typed events of a tracking plan.

Made from the plan by `segment-hooks types`: change the plan, not this file.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal, TypeAlias, Unpack

from msgspec import UNSET, Meta, Struct, UnsetType
from segment_hooks import WebhookEventRouter
from segment_hooks.tracking_plan.typed import (
    Call,
    GroupClient,
    Id,
    IdentifyClient,
    OnGroup,
    OnIdentify,
    OnPage,
    OnScreen,
    OnTrack,
    PageClient,
    R,
    ScreenClient,
    TrackClient,
    handle_group,
    handle_identify,
    handle_page,
    handle_screen,
    handle_track,
    of_version,
)


Event42TerribleEventName3Xxxxxxxxxxxxxxxxxxxxxxxxxxxx4EB1F8: TypeAlias = Literal[
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa0",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa1",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa2",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa3",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa4",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa5",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa6",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa7",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa8",
]


class Event42TerribleEventName3(
    Struct,
    frozen=True,
    kw_only=True,
    rename={
        "any": "Any",
        "class_": "class",
        "date_": "date",
        "field_0fadd2": "💥",
        "field_1st": "1st",
        "field_e3b0c4": "",
        "fine": "ﬁne",
        "init": "__init__",
        "int_": "int",
        "it_s": "it's",
        "i̇stanbul": "İstanbul",
        "list_": "list",
        "none": "None",
        "order_completed": "OrderCompleted",
        "private": "_private",
        "str_": "str",
        "unset": "UNSET",
        "user_id_": "user id",
        "user_id_2": "userId",
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx_a09244": "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx_cbc1d7": "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxy",
    },
):
    """Properties of the event '42_--terrible==\\'event'++name~!3'.

    Every name that there is.

    The plan says more than these types, and an event is held against it by `TrackingPlan` only:

    - : the name, which no field of a struct can have
    - a b: the name, which no field of a struct can have
    - back\\slash: the name, which no field of a struct can have
    - q'uote: the name, which no field of a struct can have
    """

    field_e3b0c4: Any | UnsetType = UNSET
    field_1st: Any | UnsetType = UNSET
    any: str | UnsetType = UNSET
    none: Any | UnsetType = UNSET
    order_completed: str | UnsetType = UNSET
    unset: Any | UnsetType = UNSET
    init: Any | UnsetType = UNSET
    private: Any | UnsetType = UNSET
    class_: Any | UnsetType = UNSET
    date_: date | UnsetType = UNSET
    int_: int | UnsetType = UNSET
    it_s: Any | UnsetType = UNSET
    list_: list[str] | UnsetType = UNSET
    self: Any | UnsetType = UNSET
    str_: str | UnsetType = UNSET
    user_id_: Any | UnsetType = UNSET
    user_id_2: Any | UnsetType = UNSET
    user_id: Any | UnsetType = UNSET
    xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx_a09244: str | UnsetType = UNSET
    xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx_cbc1d7: (
        Event42TerribleEventName3Xxxxxxxxxxxxxxxxxxxxxxxxxxxx4EB1F8 | UnsetType
    ) = UNSET
    i̇stanbul: Any | UnsetType = UNSET
    日本: str | UnsetType = UNSET
    fine: Any | UnsetType = UNSET
    field_0fadd2: Any | UnsetType = UNSET


def track_42_terrible_event_name_3(
    client: TrackClient[R],
    properties: Event42TerribleEventName3 | None = None,
    **call: Unpack[Call],
) -> R:
    """Send the event '42_--terrible==\\'event'++name~!3'."""
    return client.event.track(event="42_--terrible==\\\"event'++name~!3", properties=properties, **call)


def on_track_42_terrible_event_name_3(router: WebhookEventRouter) -> OnTrack[Event42TerribleEventName3]:
    """Decorate a handler of the event '42_--terrible==\\'event'++name~!3'."""
    return handle_track(router, Event42TerribleEventName3, "42_--terrible==\\\"event'++name~!3")


class Any2(Struct, frozen=True, kw_only=True):
    """Properties of the event 'Any'."""

    a: Any | UnsetType = UNSET


def track_any2(client: TrackClient[R], properties: Any2 | None = None, **call: Unpack[Call]) -> R:
    """Send the event 'Any'."""
    return client.event.track(event="Any", properties=properties, **call)


def on_track_any2(router: WebhookEventRouter) -> OnTrack[Any2]:
    """Decorate a handler of the event 'Any'."""
    return handle_track(router, Any2, "Any")


Few: TypeAlias = dict[str, str]
"""Properties of the event 'Few'.

The plan says more than these types, and an event is held against it by `TrackingPlan` only:

- (itself): minProperties or maxProperties
"""


def track_few(client: TrackClient[R], properties: Few, **call: Unpack[Call]) -> R:
    """Send the event 'Few'."""
    return client.event.track(event="Few", properties=properties, **call)


def on_track_few(router: WebhookEventRouter) -> OnTrack[Few]:
    """Decorate a handler of the event 'Few'."""
    return handle_track(router, Few, "Few")


class HomePage(Struct, frozen=True, kw_only=True):
    """Properties of the event 'Home Page'."""


def track_home_page(client: TrackClient[R], properties: HomePage | None = None, **call: Unpack[Call]) -> R:
    """Send the event 'Home Page'."""
    return client.event.track(event="Home Page", properties=properties, **call)


def on_track_home_page(router: WebhookEventRouter) -> OnTrack[HomePage]:
    """Decorate a handler of the event 'Home Page'."""
    return handle_track(router, HomePage, "Home Page")


Map: TypeAlias = dict[str, int]
"""Properties of the event 'Map'."""


def track_map(client: TrackClient[R], properties: Map, **call: Unpack[Call]) -> R:
    """Send the event 'Map'."""
    return client.event.track(event="Map", properties=properties, **call)


def on_track_map(router: WebhookEventRouter) -> OnTrack[Map]:
    """Decorate a handler of the event 'Map'."""
    return handle_track(router, Map, "Map")


class None_(Struct, frozen=True, kw_only=True):
    """Properties of the event 'None'."""

    a: Any | UnsetType = UNSET


def track_none(client: TrackClient[R], properties: None_ | None = None, **call: Unpack[Call]) -> R:
    """Send the event 'None'."""
    return client.event.track(event="None", properties=properties, **call)


def on_track_none(router: WebhookEventRouter) -> OnTrack[None_]:
    """Decorate a handler of the event 'None'."""
    return handle_track(router, None_, "None")


class NothingMore(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Properties of the event 'Nothing more'."""


def track_nothing_more(client: TrackClient[R], properties: NothingMore | None = None, **call: Unpack[Call]) -> R:
    """Send the event 'Nothing more'."""
    return client.event.track(event="Nothing more", properties=properties, **call)


def on_track_nothing_more(router: WebhookEventRouter) -> OnTrack[NothingMore]:
    """Decorate a handler of the event 'Nothing more'."""
    return handle_track(router, NothingMore, "Nothing more")


class OrderCompleted(Struct, frozen=True, kw_only=True):
    """Properties of the event 'Order Completed', version 2."""


def track_order_completed(client: TrackClient[R], properties: OrderCompleted | None = None, **call: Unpack[Call]) -> R:
    """Send the event 'Order Completed'."""
    return client.event.track(event="Order Completed", properties=properties, **of_version(call, 2))


def on_track_order_completed(router: WebhookEventRouter) -> OnTrack[OrderCompleted]:
    """Decorate a handler of the event 'Order Completed'."""
    return handle_track(router, OrderCompleted, "Order Completed", version=2, versions=(1, 2))


class OrderCompletedV1(Struct, frozen=True, kw_only=True):
    """Properties of the event 'Order Completed', version 1."""


def track_order_completed_v1(
    client: TrackClient[R],
    properties: OrderCompletedV1 | None = None,
    **call: Unpack[Call],
) -> R:
    """Send the event 'Order Completed'."""
    return client.event.track(event="Order Completed", properties=properties, **of_version(call, 1))


def on_track_order_completed_v1(router: WebhookEventRouter) -> OnTrack[OrderCompletedV1]:
    """Decorate a handler of the event 'Order Completed'."""
    return handle_track(router, OrderCompletedV1, "Order Completed", version=1, versions=(1, 2))


class OrderCompletedV12(Struct, frozen=True, kw_only=True):
    """Properties of the event 'Order Completed V1'."""


def track_order_completed_v12(
    client: TrackClient[R],
    properties: OrderCompletedV12 | None = None,
    **call: Unpack[Call],
) -> R:
    """Send the event 'Order Completed V1'."""
    return client.event.track(event="Order Completed V1", properties=properties, **call)


def on_track_order_completed_v12(router: WebhookEventRouter) -> OnTrack[OrderCompletedV12]:
    """Decorate a handler of the event 'Order Completed V1'."""
    return handle_track(router, OrderCompletedV12, "Order Completed V1")


class RecursiveNode(Struct, frozen=True, kw_only=True):
    """Part of `Recursive`."""

    again: RecursiveNode | UnsetType = UNSET
    """The same."""
    arrays: list[Any] | UnsetType = UNSET
    next: RecursiveNode | UnsetType | None = UNSET


class Recursive(Struct, frozen=True, kw_only=True):
    """Properties of the event 'Recursive'."""

    child: Recursive | UnsetType = UNSET
    nodes: list[RecursiveNode] | UnsetType = UNSET


def track_recursive(client: TrackClient[R], properties: Recursive | None = None, **call: Unpack[Call]) -> R:
    """Send the event 'Recursive'."""
    return client.event.track(event="Recursive", properties=properties, **call)


def on_track_recursive(router: WebhookEventRouter) -> OnTrack[Recursive]:
    """Decorate a handler of the event 'Recursive'."""
    return handle_track(router, Recursive, "Recursive")


class Track2(Struct, frozen=True, kw_only=True):
    """Properties of the event 'Track'."""

    a: Any | UnsetType = UNSET


def track_track2(client: TrackClient[R], properties: Track2 | None = None, **call: Unpack[Call]) -> R:
    """Send the event 'Track'."""
    return client.event.track(event="Track", properties=properties, **call)


def on_track_track2(router: WebhookEventRouter) -> OnTrack[Track2]:
    """Decorate a handler of the event 'Track'."""
    return handle_track(router, Track2, "Track")


class UNSET2(Struct, frozen=True, kw_only=True):
    """Properties of the event 'UNSET'."""

    a: Any | UnsetType = UNSET


def track_unset2(client: TrackClient[R], properties: UNSET2 | None = None, **call: Unpack[Call]) -> R:
    """Send the event 'UNSET'."""
    return client.event.track(event="UNSET", properties=properties, **call)


def on_track_unset2(router: WebhookEventRouter) -> OnTrack[UNSET2]:
    """Decorate a handler of the event 'UNSET'."""
    return handle_track(router, UNSET2, "UNSET")


class Class(Struct, frozen=True, kw_only=True):
    """Properties of the event 'class'."""

    a: Any | UnsetType = UNSET


def track_class(client: TrackClient[R], properties: Class | None = None, **call: Unpack[Call]) -> R:
    """Send the event 'class'."""
    return client.event.track(event="class", properties=properties, **call)


def on_track_class(router: WebhookEventRouter) -> OnTrack[Class]:
    """Decorate a handler of the event 'class'."""
    return handle_track(router, Class, "class")


class OrderCompleted2(Struct, frozen=True, kw_only=True):
    """Properties of the event 'orderCompleted'."""


def track_order_completed2(
    client: TrackClient[R],
    properties: OrderCompleted2 | None = None,
    **call: Unpack[Call],
) -> R:
    """Send the event 'orderCompleted'."""
    return client.event.track(event="orderCompleted", properties=properties, **call)


def on_track_order_completed2(router: WebhookEventRouter) -> OnTrack[OrderCompleted2]:
    """Decorate a handler of the event 'orderCompleted'."""
    return handle_track(router, OrderCompleted2, "orderCompleted")


class OrderCompleted3(Struct, frozen=True, kw_only=True):
    """Properties of the event 'order_completed'."""


def track_order_completed3(
    client: TrackClient[R],
    properties: OrderCompleted3 | None = None,
    **call: Unpack[Call],
) -> R:
    """Send the event 'order_completed'."""
    return client.event.track(event="order_completed", properties=properties, **call)


def on_track_order_completed3(router: WebhookEventRouter) -> OnTrack[OrderCompleted3]:
    """Decorate a handler of the event 'order_completed'."""
    return handle_track(router, OrderCompleted3, "order_completed")


class Str(Struct, frozen=True, kw_only=True):
    """Properties of the event 'str'."""

    a: Any | UnsetType = UNSET


def track_str(client: TrackClient[R], properties: Str | None = None, **call: Unpack[Call]) -> R:
    """Send the event 'str'."""
    return client.event.track(event="str", properties=properties, **call)


def on_track_str(router: WebhookEventRouter) -> OnTrack[Str]:
    """Decorate a handler of the event 'str'."""
    return handle_track(router, Str, "str")


class XxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxBA8AA2(
    Struct,
    frozen=True,
    kw_only=True,
    rename={"deep_thing": "deep thing"},
):
    """Part of `Xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx71DC5A`, in `nested thing[][]`."""

    deep_thing: str | UnsetType = UNSET


Xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx7EE6F9: TypeAlias = dict[
    str,
    Annotated[
        str,
        Meta(
            pattern=r"^(?:ab|cd|ab|cd|ab|cd|ab|cd|ab|cd|ab|cd|ab|cd|ab|cd|ab|cd|ab|cd|ab|cd|ab|cd|ab|cd|ab|cd|ab|cd|ab|cd|ab|cd|ab|cd|ab|cd|ab|cd|)\Z",
        ),
    ],
]


Xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx9CBA9D: TypeAlias = Literal[
    "many",
    0,
    1,
    2,
    3,
    4,
    5,
    6,
    7,
    8,
    9,
    10,
    11,
    12,
    13,
    14,
    15,
    16,
    17,
    18,
    19,
    20,
    21,
    22,
    23,
    24,
    25,
    26,
    27,
    28,
    29,
    30,
    31,
    32,
    33,
    34,
    35,
    36,
    37,
    38,
    39,
]


Xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx1E56F2: TypeAlias = Literal[
    "only xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
]


Xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx8BDDDF: TypeAlias = Annotated[
    str,
    Meta(
        pattern=r"^[a-z]{3}\.[a-z]{3}\.[a-z]{3}\.[a-z]{3}\.[a-z]{3}\.[a-z]{3}\.[a-z]{3}\.[a-z]{3}\.[a-z]{3}\.[a-z]{3}\.[a-z]{3}\.[a-z]{3}\.[a-z]{3}\.[a-z]{3}\.[a-z]{3}\.[a-z]{3}\.[a-z]{3}\.[a-z]{3}\.[a-z]{3}\.[a-z]{3}\.\Z",
    ),
]


XxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxEF0237: TypeAlias = list[
    Literal[
        "fallfallfallfallfallfall",
        "springspringspringspringspringspring",
        "summer",
        "winterwinterwinterwinterwinterwinter",
    ]
]


class Xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx71DC5A(
    Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    rename={"nested_thing": "nested thing", "quoted_pattern": "quoted pattern"},
):
    """Properties of the event
    'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'.

    It ''' is more lines \\ with spaces 'x'.

    Deprecated since 2024-01-01.

    Labels: a=x', team=checkout.

    The plan says more than these types, and an event is held against it by `TrackingPlan` only:

    - union: minimum or maximum
    """

    nested_thing: list[list[XxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxBA8AA2]]
    """xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx."""
    season: Literal["fall", "winter"]
    """Ends with a 'quote'."""
    map: Xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx7EE6F9 | UnsetType = UNSET
    numbers: Xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx9CBA9D | UnsetType | None = UNSET
    one: Xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx1E56F2 | UnsetType = UNSET
    pattern: Xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx8BDDDF | UnsetType = UNSET
    """\\d ''' tab and end\\."""
    quoted_pattern: Annotated[str, Meta(pattern="\"'\\.")] | UnsetType = UNSET
    union: XxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxEF0237 | str | int | UnsetType | None = UNSET
    """'Starts with a quote' and goes on for longer than a line has room and goes on for longer than a line has room
    and goes on for longer than a line has room and goes on for longer than a line has room and goes on for longer
    than a line has room.
    """


def track_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx_657924(
    client: TrackClient[R],
    properties: Xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx71DC5A,
    **call: Unpack[Call],
) -> R:
    """Send the event
    'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'.
    """
    return client.event.track(
        event="xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        properties=properties,
        **call,
    )


def on_track_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx_657924(
    router: WebhookEventRouter,
) -> OnTrack[Xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx71DC5A]:
    """Decorate a handler of the event
    'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'.
    """
    return handle_track(
        router,
        Xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx71DC5A,
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    )


日本語日本X: TypeAlias = Literal[
    "a",
    "注文注文注文注文注文注文注文注文注文注文注文注文注文注文注文注文注文注文注文注文",
]


class 日本語日本(Struct, frozen=True, kw_only=True):
    """Part of `日本語`, in `日本`."""

    x: 日本語日本X | UnsetType = UNSET


class 日本語(Struct, frozen=True, kw_only=True):
    """Properties of the event '日本 語'."""

    日本: 日本語日本 | UnsetType = UNSET


def track_日本_語(client: TrackClient[R], properties: 日本語 | None = None, **call: Unpack[Call]) -> R:
    """Send the event '日本 語'."""
    return client.event.track(event="日本 語", properties=properties, **call)


def on_track_日本_語(router: WebhookEventRouter) -> OnTrack[日本語]:
    """Decorate a handler of the event '日本 語'."""
    return handle_track(router, 日本語, "日本 語")


class Fine(Struct, frozen=True, kw_only=True):
    """Properties of the event 'ﬁne'."""


def track_fine(client: TrackClient[R], properties: Fine | None = None, **call: Unpack[Call]) -> R:
    """Send the event 'ﬁne'."""
    return client.event.track(event="ﬁne", properties=properties, **call)


def on_track_fine(router: WebhookEventRouter) -> OnTrack[Fine]:
    """Decorate a handler of the event 'ﬁne'."""
    return handle_track(router, Fine, "ﬁne")


class Event0fadd2(Struct, frozen=True, kw_only=True):
    """Properties of the event '💥'."""

    a: Any | UnsetType = UNSET


def track_0fadd2(client: TrackClient[R], properties: Event0fadd2 | None = None, **call: Unpack[Call]) -> R:
    """Send the event '💥'."""
    return client.event.track(event="💥", properties=properties, **call)


def on_track_0fadd2(router: WebhookEventRouter) -> OnTrack[Event0fadd2]:
    """Decorate a handler of the event '💥'."""
    return handle_track(router, Event0fadd2, "💥")


class IdentifyTraits(Struct, frozen=True, kw_only=True):
    """Traits of identify calls.

    The plan says more than these types, and an event is held against it by `TrackingPlan` only:

    - email: format email
    """

    email: str


def identify(client: IdentifyClient[R], traits: IdentifyTraits, **call: Unpack[Call]) -> R:
    """Send an identify call."""
    return client.identify.identify(traits=traits, **call)


def on_identify(router: WebhookEventRouter) -> OnIdentify[IdentifyTraits]:
    """Decorate a handler of identify calls."""
    return handle_identify(router, IdentifyTraits)


class GroupTraits(Struct, frozen=True, kw_only=True):
    """Traits of group calls."""


def group(client: GroupClient[R], traits: GroupTraits | None = None, *, group_id: Id, **call: Unpack[Call]) -> R:
    """Send a group call."""
    return client.group.group(group_id=group_id, traits=traits, **call)


def on_group(router: WebhookEventRouter) -> OnGroup[GroupTraits]:
    """Decorate a handler of group calls."""
    return handle_group(router, GroupTraits)


class PageProperties(Struct, frozen=True, kw_only=True):
    """Properties of page calls."""

    url: str | UnsetType = UNSET


def page(
    client: PageClient[R],
    properties: PageProperties | None = None,
    *,
    name: str | None = None,
    category: str | None = None,
    **call: Unpack[Call],
) -> R:
    """Send a page call."""
    return client.page.page(name=name, category=category, properties=properties, **call)


def on_page(router: WebhookEventRouter) -> OnPage[PageProperties]:
    """Decorate a handler of page calls."""
    return handle_page(router, PageProperties)


class HomePage2(Struct, frozen=True, kw_only=True):
    """Properties of the page 'Home'."""

    url: str | UnsetType = UNSET


def page_home2(
    client: PageClient[R],
    properties: HomePage2 | None = None,
    *,
    category: str | None = None,
    **call: Unpack[Call],
) -> R:
    """Send the page 'Home'."""
    return client.page.page(name="Home", category=category, properties=properties, **call)


def on_page_home2(router: WebhookEventRouter) -> OnPage[HomePage2]:
    """Decorate a handler of the page 'Home'."""
    return handle_page(router, HomePage2, "Home")


class ScreenProperties(Struct, frozen=True, kw_only=True):
    """Properties of screen calls."""

    url: str | UnsetType = UNSET


def screen(
    client: ScreenClient[R],
    properties: ScreenProperties | None = None,
    *,
    name: str | None = None,
    category: str | None = None,
    **call: Unpack[Call],
) -> R:
    """Send a screen call."""
    return client.screen.screen(name=name, category=category, properties=properties, **call)


def on_screen(router: WebhookEventRouter) -> OnScreen[ScreenProperties]:
    """Decorate a handler of screen calls."""
    return handle_screen(router, ScreenProperties)
