"""The page of the fake: what came, as it comes, in a browser. It is files of this package and nothing else: no build,
no framework, no address outside of the fake.

What was received is never made into markup: the scripts write text only, and the browser is told to hold them to it.
The policy allows scripts and styles from the fake itself, no inline code, and no way of turning a string into elements
(Content Security Policy 3; Trusted Types).
"""

from __future__ import annotations

from functools import cache, partial
from importlib.resources import files
from pathlib import PurePath

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route

from segment_testing.fake.resource import Nothing, Query, Resource

PREFIX = "/_fake/page"
PAGE = f"{PREFIX}/page.html"

_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
)
_HEADERS = {
    "cache-control": "no-cache",
    "content-security-policy": _POLICY,
    "cross-origin-opener-policy": "same-origin",
}
_MEDIA_TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


def page_routes() -> list[Mount]:
    """The routes of the page's files; the page itself is at `PAGE`, and expects to be shown at `/`."""
    names = sorted(each.name for each in files(__name__).iterdir() if PurePath(each.name).suffix in _MEDIA_TYPES)
    routes = [Route(f"/{name}", Resource(GET=partial(_give, name))) for name in names]
    known = ", ".join(f"{PREFIX}/{name}" for name in names)
    return [Mount(PREFIX, routes=[*routes, Route("/{rest:path}", Nothing("the page", known))])]


async def _give(name: str, request: Request) -> Response:
    Query(request)
    return Response(_read(name), media_type=_MEDIA_TYPES[PurePath(name).suffix], headers=_HEADERS)


@cache
def _read(name: str) -> bytes:
    return files(__name__).joinpath(name).read_bytes()
