"""Litestar: `Litestar([segment_handler("/segment", app), …])`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from segment_hooks.asgi import SegmentASGIApp
from segment_hooks.integrations._missing import missing

try:
    from litestar.handlers import ASGIRouteHandler, asgi
    from litestar.types import Receive, Scope, Send
except ImportError as error:
    raise missing("Litestar", "litestar") from error


def segment_handler(path: str, app: SegmentASGIApp, *, opt: Mapping[str, Any] | None = None) -> ASGIRouteHandler:
    """A route handler that answers at `path`, with and without a slash at its end, and never redirects.

    `path`: such as `/segment`. `app`: what `router.asgi(…)` gives. `opt`: options of the handler, for your own
    middleware; it is exempt from Litestar's CSRF protection, which a signature replaces, unless `opt` says otherwise.
    Authentication of your own must leave it out (`opt={"exclude_from_auth": True}` for Litestar's).
    """

    @asgi(path, name="segment", copy_scope=True, opt={"exclude_from_csrf": True, **(opt or {})})
    async def segment(scope: Scope, receive: Receive, send: Send) -> None:
        await app(scope, receive, send)  # type: ignore[arg-type]  # TypedDicts here, the plain mappings of ASGI there

    return segment
