"""The decorators of the router, one for each call type.

Each is used bare (`@router.on_identify`) or with filters (`@router.on_track("Order Completed")`), and returns the
handler unchanged, so that it stays an ordinary function to call and to test.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, TypeAlias, TypeVar, overload

from segment_hooks.events import (
    Alias,
    Delete,
    Event,
    Group,
    Identify,
    Page,
    Payload,
    Screen,
    Track,
)

TrackHandler = TypeVar("TrackHandler", bound=Callable[[Track[Any]], object])
IdentifyHandler = TypeVar("IdentifyHandler", bound=Callable[[Identify[Any]], object])
GroupHandler = TypeVar("GroupHandler", bound=Callable[[Group[Any]], object])
PageHandler = TypeVar("PageHandler", bound=Callable[[Page[Any]], object])
ScreenHandler = TypeVar("ScreenHandler", bound=Callable[[Screen[Any]], object])
AliasHandler = TypeVar("AliasHandler", bound=Callable[[Alias], object])
DeleteHandler = TypeVar("DeleteHandler", bound=Callable[[Delete], object])
PayloadHandler = TypeVar("PayloadHandler", bound=Callable[[Payload[Any]], object])
EventHandler = TypeVar("EventHandler", bound=Callable[[Event], object])

Where: TypeAlias = Callable[[Any], bool] | None
"""A predicate: the handler runs for the events it returns True for. It must be a plain function, and quick."""


class Registration(ABC):
    """What a router offers to register handlers with."""

    @abstractmethod
    def _register(
        self,
        kind: type[Event],
        decorator: str,
        given: tuple[Any, ...],
        *,
        glob: str | None = None,
        where: Where = None,
        fallback: bool = False,
    ) -> Any:
        """Register the handler in `given`, or return the decorator that `given`, as names, makes."""

    @overload
    def on_track(self, handler: TrackHandler, /) -> TrackHandler: ...
    @overload
    def on_track(
        self, /, *names: str, glob: str | None = None, where: Where = None
    ) -> Callable[[TrackHandler], TrackHandler]: ...
    def on_track(self, /, *given: Any, glob: str | None = None, where: Where = None) -> Any:
        """Track calls: all, or those with one of these names, or whose name fits `glob` (`"Order *"`).

        Annotated `event: Track[OrderCompleted]`, the handler gets `properties` as an `OrderCompleted`; an event that
        does not fit ends as `Result.INVALID` and the handler is not called. Raises `RegistrationError`.
        """
        return self._register(Track, "on_track", given, glob=glob, where=where)

    @overload
    def on_identify(self, handler: IdentifyHandler, /) -> IdentifyHandler: ...
    @overload
    def on_identify(self, /, *, where: Where = None) -> Callable[[IdentifyHandler], IdentifyHandler]: ...
    def on_identify(self, /, *given: Any, where: Where = None) -> Any:
        """Identify calls. Annotated `event: Identify[User]`, the handler gets `traits` as a `User`."""
        return self._register(Identify, "on_identify", given, where=where)

    @overload
    def on_group(self, handler: GroupHandler, /) -> GroupHandler: ...
    @overload
    def on_group(self, /, *, where: Where = None) -> Callable[[GroupHandler], GroupHandler]: ...
    def on_group(self, /, *given: Any, where: Where = None) -> Any:
        """Group calls. Annotated `event: Group[Company]`, the handler gets `traits` as a `Company`."""
        return self._register(Group, "on_group", given, where=where)

    @overload
    def on_page(self, handler: PageHandler, /) -> PageHandler: ...
    @overload
    def on_page(
        self, /, *names: str, glob: str | None = None, where: Where = None
    ) -> Callable[[PageHandler], PageHandler]: ...
    def on_page(self, /, *given: Any, glob: str | None = None, where: Where = None) -> Any:
        """Page calls: all, or those with one of these names, or whose name fits `glob`."""
        return self._register(Page, "on_page", given, glob=glob, where=where)

    @overload
    def on_screen(self, handler: ScreenHandler, /) -> ScreenHandler: ...
    @overload
    def on_screen(
        self, /, *names: str, glob: str | None = None, where: Where = None
    ) -> Callable[[ScreenHandler], ScreenHandler]: ...
    def on_screen(self, /, *given: Any, glob: str | None = None, where: Where = None) -> Any:
        """Screen calls: all, or those with one of these names, or whose name fits `glob`."""
        return self._register(Screen, "on_screen", given, glob=glob, where=where)

    @overload
    def on_alias(self, handler: AliasHandler, /) -> AliasHandler: ...
    @overload
    def on_alias(self, /, *, where: Where = None) -> Callable[[AliasHandler], AliasHandler]: ...
    def on_alias(self, /, *given: Any, where: Where = None) -> Any:
        """Alias calls."""
        return self._register(Alias, "on_alias", given, where=where)

    @overload
    def on_delete(self, handler: DeleteHandler, /) -> DeleteHandler: ...
    @overload
    def on_delete(self, /, *, where: Where = None) -> Callable[[DeleteHandler], DeleteHandler]: ...
    def on_delete(self, /, *given: Any, where: Where = None) -> Any:
        """Requests to delete a user."""
        return self._register(Delete, "on_delete", given, where=where)

    @overload
    def on_payload(self, handler: PayloadHandler, /) -> PayloadHandler: ...
    @overload
    def on_payload(self, /, *, where: Where = None) -> Callable[[PayloadHandler], PayloadHandler]: ...
    def on_payload(self, /, *given: Any, where: Where = None) -> Any:
        """Objects that are no Segment events: what a mapping in the destination makes of them.

        Annotated `payload: Payload[Order]`, the handler gets `data` as an `Order`.
        """
        return self._register(Payload, "on_payload", given, where=where)

    @overload
    def on_any(self, handler: EventHandler, /) -> EventHandler: ...
    @overload
    def on_any(self, /, *, where: Where = None) -> Callable[[EventHandler], EventHandler]: ...
    def on_any(self, /, *given: Any, where: Where = None) -> Any:
        """Every event, besides the handlers for its type."""
        return self._register(Event, "on_any", given, where=where)

    @overload
    def on_unhandled(self, handler: EventHandler, /) -> EventHandler: ...
    @overload
    def on_unhandled(self, /, *, where: Where = None) -> Callable[[EventHandler], EventHandler]: ...
    def on_unhandled(self, /, *given: Any, where: Where = None) -> Any:
        """Events that no handler for their type took; runs last. Handlers for any event do not count."""
        return self._register(Event, "on_unhandled", given, where=where, fallback=True)
