"""FastAPI: `include_segment(api, "/segment", app)`.

Not `api.mount`: it answers a POST to `/segment` with a redirect to `/segment/`, which Segment may count as a failure.
Dependencies and middleware of routes do not run: the raw bytes go to `app` past FastAPI's own parsing.
"""

from __future__ import annotations

from segment_hooks.asgi import SegmentASGIApp
from segment_hooks.integrations._missing import missing

try:
    from fastapi import APIRouter, FastAPI
except ImportError as error:
    raise missing("FastAPI", "fastapi") from error

# after the check: it needs Starlette, which comes with FastAPI
from segment_hooks.integrations.starlette import segment_routes


def include_segment(api: FastAPI | APIRouter, path: str, app: SegmentASGIApp) -> None:
    """Answer at `path` of `api`, with and without a slash at its end, and never redirect.

    `path`: such as `/segment`; in an `APIRouter`, the prefix with which it is included goes before it.
    `app`: what `router.asgi(…)` gives. The route stays out of the OpenAPI document: only Segment is to call it.
    """
    router = api.router if isinstance(api, FastAPI) else api
    router.routes.extend(segment_routes(path, app))
