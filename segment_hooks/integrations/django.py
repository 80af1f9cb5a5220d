"""Django: `urlpatterns = [*segment_paths("segment", segment_view(receiver)), …]`.

Give both patterns: with only one of them, `APPEND_SLASH` redirects, and Segment follows a 301 with a GET that has no
body. The receiver's `max_body` is the limit for the body, instead of `DATA_UPLOAD_MAX_MEMORY_SIZE` (2.5 MB), whose 400
would make Segment throw a large batch away; only a middleware that reads `request.body` itself still meets that limit.
"""

# Django ships no types
# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false, reportUnknownArgumentType=false

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias, cast

from segment_hooks.integrations._missing import missing
from segment_hooks.receiver import Receiver
from segment_hooks.wire import Request, Response
from segment_hooks.wsgi import read_request

try:
    from django.http import HttpRequest, HttpResponse
    from django.urls import path
    from django.views.decorators.csrf import csrf_exempt
except ImportError as error:
    raise missing("Django", "django") from error

SyncView: TypeAlias = Callable[[HttpRequest], HttpResponse]
AsyncView: TypeAlias = Callable[[HttpRequest], Awaitable[HttpResponse]]


def segment_view(receiver: Receiver) -> SyncView:
    """A view that answers Segment's webhooks, exempt from CSRF protection, which the signature replaces."""

    def segment(request: HttpRequest) -> HttpResponse:
        read = _read(request, receiver)
        return _answer(request, read if isinstance(read, Response) else receiver.receive(read))

    return cast("SyncView", csrf_exempt(segment))


def segment_view_async(receiver: Receiver) -> AsyncView:
    """The same as an async view, for Django under an ASGI server."""

    async def segment(request: HttpRequest) -> HttpResponse:
        read = _read(request, receiver)
        return _answer(request, read if isinstance(read, Response) else await receiver.receive_async(read))

    return cast("AsyncView", csrf_exempt(segment))


def segment_paths(route: str, view: SyncView | AsyncView) -> list[Any]:
    """Patterns that give `view` the requests for `route`, with and without a slash at its end.

    `route`: as in `django.urls.path`, so without a slash at its beginning. `view`: one of the two above.
    """
    bare = route.rstrip("/")
    return [path(each, view, name="segment") for each in ([bare, f"{bare}/"] if bare else [""])]


def _read(request: HttpRequest, receiver: Receiver) -> Request | Response:
    # META has the names of WSGI's environ under ASGI too
    environ: dict[str, Any] = dict(request.META)
    if environ.get("CONTENT_LENGTH") or "wsgi.input" not in environ:
        # the request, and not the server's input: a middleware that has read `request.body` left the bytes there.
        # It ends by itself; but without a length Django's WSGI request has no body, where the server's input may
        environ |= {"wsgi.input": request, "wsgi.input_terminated": True}
    return read_request(environ, receiver)


def _answer(request: HttpRequest, response: Response) -> HttpResponse:
    answer = HttpResponse(b"" if request.method == "HEAD" else response.body, status=response.status)
    del answer["content-type"]  # Django's own
    for name, value in response.text_headers():
        answer[name] = value
    return answer
