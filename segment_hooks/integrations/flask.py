"""Flask: `app.register_blueprint(segment_blueprint("/segment", router.wsgi(…)))`.

The receiver's `max_body` is the limit for the body, instead of `MAX_CONTENT_LENGTH`, whose 413 would make Segment throw
a large batch away.
"""

from __future__ import annotations

from io import BytesIO

from segment_hooks.integrations._missing import missing
from segment_hooks.wsgi import SegmentWSGIApp

try:
    from flask import Blueprint, Response, request
    from werkzeug import Response as BaseResponse
except ImportError as error:
    raise missing("Flask", "flask") from error

_METHODS = ["POST", "PUT", "PATCH", "GET", "HEAD", "OPTIONS", "DELETE", "TRACE"]


def segment_blueprint(path: str, app: SegmentWSGIApp, *, name: str = "segment") -> Blueprint:
    """A blueprint that answers at `path`, with and without a slash at its end, and never redirects.

    `path`: such as `/segment`; the blueprint's own `url_prefix`, if it is registered with one, goes before it.
    `app`: what `router.wsgi(…)` gives. `name`: of the blueprint, where there are several.
    """
    blueprint = Blueprint(name, __name__)

    def segment() -> BaseResponse:
        environ = request.environ
        if "stream" in vars(request):
            # a function before this one has read the input; Flask keeps what get_data() and get_json() read
            environ = {**environ, "wsgi.input": BytesIO(request.get_data())}
        return _Response.from_app(app, environ)

    blueprint.add_url_rule(
        path, view_func=segment, methods=_METHODS, strict_slashes=False, provide_automatic_options=False
    )
    return blueprint


class _Response(Response):
    default_mimetype = None  # an answer without a body has no content type
