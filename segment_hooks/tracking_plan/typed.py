"""What generated modules stand on: how a typed event is sent, and how one is handled.

Nothing here knows a plan. A client is whatever has the calls of `SegmentClient`, so that the asyncio client, a checked
one and a test's own all do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, time
from typing import Annotated, Any, Protocol, TypeAlias, TypedDict, TypeVar
from uuid import UUID

import msgspec
from msgspec import Meta

from segment_hooks.errors import RegistrationError
from segment_hooks.events import Event, Group, Identify, Page, Screen, Track
from segment_hooks.router import WebhookEventRouter
from segment_hooks.routes import _bag_type, _only_parameter
from segment_hooks.tracking_plan.checks import event_version
from segment_hooks.tracking_plan.kinds import is_object
from segment_hooks.typed import name_of

R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)
"""What a client's calls return: of `SegmentClient` a receipt."""
P = TypeVar("P")
"""The type of an event's properties, or traits."""
H = TypeVar("H")
"""What a handler returns."""

DateTime: TypeAlias = Annotated[datetime, Meta(tz=True)]
"""`format: date-time`, which has a time zone."""
TimeOfDay: TypeAlias = Annotated[time, Meta(tz=True)]
"""`format: time`, which has one too."""

Id: TypeAlias = str | int | UUID
Bag: TypeAlias = Mapping[str, object] | msgspec.Struct


class Call(TypedDict, total=False):
    """What every call takes beside its own data: see `segment_hooks.client.resources`."""

    user_id: Id | None
    anonymous_id: Id | None
    context: Mapping[str, object] | None
    integrations: Mapping[str, object] | None
    timestamp: datetime | None
    message_id: str | None


def of_version(call: Call, version: int) -> Call:
    """The same call, saying in `context.protocols.event_version` which version of the event it is."""
    context = call.get("context") or {}
    protocols = context.get("protocols")
    held = protocols if is_object(protocols) else {}
    return {**call, "context": {**context, "protocols": {**held, "event_version": version}}}


# ---- clients, as far as typed calls need them


class _Tracks(Protocol[R_co]):
    def track(
        self,
        *,
        event: str,
        properties: Bag | None = None,
        user_id: Id | None = None,
        anonymous_id: Id | None = None,
        context: Mapping[str, object] | None = None,
        integrations: Mapping[str, object] | None = None,
        timestamp: datetime | None = None,
        message_id: str | None = None,
    ) -> R_co: ...


class _Identifies(Protocol[R_co]):
    def identify(
        self,
        *,
        traits: Bag | None = None,
        user_id: Id | None = None,
        anonymous_id: Id | None = None,
        context: Mapping[str, object] | None = None,
        integrations: Mapping[str, object] | None = None,
        timestamp: datetime | None = None,
        message_id: str | None = None,
    ) -> R_co: ...


class _Groups(Protocol[R_co]):
    def group(
        self,
        *,
        group_id: Id,
        traits: Bag | None = None,
        user_id: Id | None = None,
        anonymous_id: Id | None = None,
        context: Mapping[str, object] | None = None,
        integrations: Mapping[str, object] | None = None,
        timestamp: datetime | None = None,
        message_id: str | None = None,
    ) -> R_co: ...


class _Pages(Protocol[R_co]):
    def page(
        self,
        *,
        name: str | None = None,
        category: str | None = None,
        properties: Bag | None = None,
        user_id: Id | None = None,
        anonymous_id: Id | None = None,
        context: Mapping[str, object] | None = None,
        integrations: Mapping[str, object] | None = None,
        timestamp: datetime | None = None,
        message_id: str | None = None,
    ) -> R_co: ...


class _Screens(Protocol[R_co]):
    def screen(
        self,
        *,
        name: str | None = None,
        category: str | None = None,
        properties: Bag | None = None,
        user_id: Id | None = None,
        anonymous_id: Id | None = None,
        context: Mapping[str, object] | None = None,
        integrations: Mapping[str, object] | None = None,
        timestamp: datetime | None = None,
        message_id: str | None = None,
    ) -> R_co: ...


class TrackClient(Protocol[R_co]):
    """Has `client.event.track(…)`."""

    @property
    def event(self) -> _Tracks[R_co]: ...


class IdentifyClient(Protocol[R_co]):
    """Has `client.identify.identify(…)`."""

    @property
    def identify(self) -> _Identifies[R_co]: ...


class GroupClient(Protocol[R_co]):
    """Has `client.group.group(…)`."""

    @property
    def group(self) -> _Groups[R_co]: ...


class PageClient(Protocol[R_co]):
    """Has `client.page.page(…)`."""

    @property
    def page(self) -> _Pages[R_co]: ...


class ScreenClient(Protocol[R_co]):
    """Has `client.screen.screen(…)`."""

    @property
    def screen(self) -> _Screens[R_co]: ...


# ---- handlers


class _OnAny(Protocol):
    def __call__(self, handler: Callable[[Any], H], /) -> Callable[[Any], H]: ...


class OnTrack(Protocol[P]):
    """Decorates a handler of typed track calls, and returns it."""

    def __call__(self, handler: Callable[[Track[P]], H], /) -> Callable[[Track[P]], H]: ...


class OnIdentify(Protocol[P]):
    """Decorates a handler of typed identify calls, and returns it."""

    def __call__(self, handler: Callable[[Identify[P]], H], /) -> Callable[[Identify[P]], H]: ...


class OnGroup(Protocol[P]):
    """Decorates a handler of typed group calls, and returns it."""

    def __call__(self, handler: Callable[[Group[P]], H], /) -> Callable[[Group[P]], H]: ...


class OnPage(Protocol[P]):
    """Decorates a handler of typed page calls, and returns it."""

    def __call__(self, handler: Callable[[Page[P]], H], /) -> Callable[[Page[P]], H]: ...


class OnScreen(Protocol[P]):
    """Decorates a handler of typed screen calls, and returns it."""

    def __call__(self, handler: Callable[[Screen[P]], H], /) -> Callable[[Screen[P]], H]: ...


def handle_track(
    router: WebhookEventRouter,
    bag: type[P],
    name: str,
    *,
    version: int | None = None,
    versions: Sequence[int] = (),
) -> OnTrack[P]:
    """Decorates a handler of the event `name`, with a `bag` as its properties. See `_handling`."""
    return _handling(router, Track, bag, name, version, versions)


def handle_identify(
    router: WebhookEventRouter,
    bag: type[P],
    *,
    version: int | None = None,
    versions: Sequence[int] = (),
) -> OnIdentify[P]:
    """Decorates a handler of identify calls, with a `bag` as its traits. See `_handling`."""
    return _handling(router, Identify, bag, None, version, versions)


def handle_group(
    router: WebhookEventRouter,
    bag: type[P],
    *,
    version: int | None = None,
    versions: Sequence[int] = (),
) -> OnGroup[P]:
    """Decorates a handler of group calls, with a `bag` as its traits. See `_handling`."""
    return _handling(router, Group, bag, None, version, versions)


def handle_page(
    router: WebhookEventRouter,
    bag: type[P],
    name: str | None = None,
    *,
    version: int | None = None,
    versions: Sequence[int] = (),
) -> OnPage[P]:
    """Decorates a handler of the page `name`, or of all pages, with a `bag` as its properties. See `_handling`."""
    return _handling(router, Page, bag, name, version, versions)


def handle_screen(
    router: WebhookEventRouter,
    bag: type[P],
    name: str | None = None,
    *,
    version: int | None = None,
    versions: Sequence[int] = (),
) -> OnScreen[P]:
    """Decorates a handler of the screen `name`, or of all screens, with a `bag` as its properties. See `_handling`."""
    return _handling(router, Screen, bag, name, version, versions)


def _handling(  # noqa: PLR0917  # of the five above
    router: WebhookEventRouter,
    kind: type[Event],
    bag: type[Any],
    name: str | None,
    version: int | None,
    versions: Sequence[int],
) -> _OnAny:
    """A decorator that registers a handler of `kind`, which must say in its annotation that it takes a `bag`.

    `version`: the handler is for events of this one of all `versions`; as to Segment, an event that names none of them
    is of the oldest.
    """
    where = None if version is None else _of_version(version, versions)
    names = () if name is None else (name,)
    wanted = f"{kind.__name__}[{name_of(bag)}]"

    def register(handler: Callable[[Any], H], /) -> Callable[[Any], H]:
        parameter = _only_parameter(handler, wanted)
        if _bag_type(handler, parameter, kind, "this decorator") != bag:
            called = getattr(parameter, "name", "event")
            raise RegistrationError(f"{name_of(handler)} must say what it takes: write `{called}: {wanted}`")
        router.add(kind, handler, names=names, where=where)
        return handler

    return register


def _of_version(version: int, versions: Sequence[int]) -> Callable[[Event], bool]:
    oldest = min(versions)

    def is_of_version(event: Event) -> bool:
        found = event_version({"context": dict(event.context)})
        return (found if found in versions else oldest) == version

    return is_of_version
