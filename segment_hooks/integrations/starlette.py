"""Starlette: `Starlette(routes=[*segment_routes("/segment", app), …])`.

Not `Mount`: it answers a POST to `/segment` with a redirect to `/segment/`, which Segment may count as a failure.
"""

from __future__ import annotations

from segment_hooks.asgi import SegmentASGIApp
from segment_hooks.integrations._missing import missing

try:
    from starlette.routing import Route
except ImportError as error:
    raise missing("Starlette", "starlette") from error


def segment_routes(path: str, app: SegmentASGIApp) -> list[Route]:
    """Routes that answer at `path`, with and without a slash at its end, and never redirect.

    `path`: from the root, such as `/segment`; path parameters are allowed. `app`: what `router.asgi(…)` gives.
    The routes take every method, since `app` knows which it answers, and stay out of the schema.
    """
    bare = path.rstrip("/")
    paths = [bare, f"{bare}/"] if bare else ["/"]
    return [Route(each, app, name="segment", include_in_schema=False) for each in paths]
