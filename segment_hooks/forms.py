"""Form bodies of the extensible webhook destination.

It sends `application/x-www-form-urlencoded` where the destination's headers say so, and signs the JSON text of the
object behind the form instead of the body. Where all values of that object were strings, the text can be told from the
form. A number, boolean or nested object in it leaves no trace of what it was, and its signature cannot be verified.
"""

from __future__ import annotations

from segment_hooks.errors import PayloadError
from segment_hooks.javascript import stringify

_MAX_FIELDS = 10_000  # Segment keeps no more properties than this of an event


def form_to_json(body: bytes) -> bytes:
    """The JSON text of the object whose form `body` is. Raises `PayloadError` where it is no such form."""
    from urllib.parse import parse_qsl  # few deliveries are forms, and importing this takes a while

    try:
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=bool(body),
            errors="strict",
            max_num_fields=_MAX_FIELDS,
        )
    except ValueError:  # UnicodeDecodeError is one
        raise PayloadError("not a form as application/x-www-form-urlencoded has it, in UTF-8") from None
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise PayloadError("a form with a field that stands more than once")
    return stringify(fields)
