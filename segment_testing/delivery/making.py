"""From the JSON text of events to the exact request of a destination.

The order of the headers: the destination's own (`authorization`, `user-agent`, the signature) in alphabetical order;
then those that the user mapped, likewise, where one of the same name replaces the value in its place; then
`content-type`; then what Node.js adds.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from typing import TYPE_CHECKING, cast
from urllib.parse import urlencode

from segment_testing import javascript
from segment_testing.delivery.request import Pairs, WebhookRequest
from segment_testing.serverside import loads

if TYPE_CHECKING:
    from segment_testing.delivery.destination import Destination

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"

_SIGNATURE, _LENGTH = "signature", "length"


class RequestMaker:
    """Makes the requests of one destination. What is the same in all of them is worked out once."""

    def __init__(self, destination: Destination) -> None:
        from segment_testing.delivery.destination import Product, Signing

        self._destination = destination
        self._key = _as_bytes(destination.secret)
        self._whole = destination.signing is Signing.PROPOSED
        self._wraps = destination.product is Product.EXTENSIBLE
        mapped = {name.lower(): value for name, value in sorted(destination.headers.items(), key=_lower)}
        self._form = self._wraps and mapped.get("content-type") == FORM
        self._added = b""
        if destination.extras and destination.product is Product.AUDIENCES:
            self._added = javascript.write(dict(destination.extras))[1:]
        own = {"user-agent": "Segment.io/1.0" if destination.product is Product.CLASSIC else "Segment (Actions)"}
        if destination.authorization is not None and self._wraps:
            own["authorization"] = destination.authorization
        self._own, self._mapped = own, mapped
        self._templates: dict[tuple[bool, str | None], tuple[list[tuple[str, str]], int | None, int]] = {}

    def make(
        self, texts: Sequence[bytes | None], *, secret: str | bytes | None = None, batch: bool | None = None
    ) -> WebhookRequest:
        """See `Destination.request`."""
        destination = self._destination
        if batch is None:
            batch = destination.batch_size > 0
        first = texts[0]
        body = self._batch(texts) if batch else self._single(texts)
        signature = None
        key = self._key if secret is None else _as_bytes(secret)
        if key and first is not None:
            # what is signed is the first event's data, whatever becomes of it in the body
            signature = hmac.digest(key, body if self._whole else first, "sha1").hex()
        return WebhookRequest(destination.method, self._headers(signature, body, batch), body, destination.target)

    def _single(self, texts: Sequence[bytes | None]) -> bytes:
        (only,) = texts
        if only is None:
            return b""
        return as_form(only) if self._form else self._with_extras(only)

    def _batch(self, texts: Sequence[bytes | None]) -> bytes:
        parts = [b"null" if text is None else self._wrapped(self._with_extras(text)) for text in texts]
        return b"[" + b",".join(parts) + b"]"

    def _with_extras(self, text: bytes) -> bytes:
        if not self._added:
            return text
        return b"{" + self._added if text == b"{}" else text[:-1] + b"," + self._added

    def _wrapped(self, text: bytes) -> bytes:
        if not self._wraps:
            return text
        return javascript.write({"body": as_form(text).decode()}) if self._form else b'{"json":' + text + b"}"

    def _headers(self, signature: str | None, body: bytes, batch: bool) -> Pairs:
        content_type = None if not body else FORM if self._form and not batch else JSON
        case = (signature is not None, content_type)
        if case not in self._templates:
            self._templates[case] = self._template(*case)
        template, signature_at, length_at = self._templates[case]
        pairs = template.copy()
        if signature_at is not None and signature is not None:
            pairs[signature_at] = (pairs[signature_at][0], signature)
        pairs[length_at] = (pairs[length_at][0], str(len(body)))
        return tuple(pairs)

    def _template(self, signed: bool, content_type: str | None) -> tuple[list[tuple[str, str]], int | None, int]:
        """The headers, and the places of the two that differ from request to request."""
        own = dict(self._own)
        if signed:
            own["x-segment-signature" if self._whole else "x-signature"] = _SIGNATURE
        headers = dict(sorted(own.items()))
        headers |= self._mapped
        if content_type is not None:
            headers["content-type"] = content_type
        if "content-length" in headers:
            headers["content-length"] = _LENGTH
        for name, value in (
            ("Accept", "*/*"),
            ("Content-Length", _LENGTH),
            ("Accept-Encoding", "gzip,deflate"),
            ("Host", self._destination.host),
            ("Connection", "keep-alive"),
        ):
            if name.lower() not in headers:
                headers[name] = value
        values = list(headers.values())
        signature_at = values.index(_SIGNATURE) if _SIGNATURE in values else None
        return list(headers.items()), signature_at, values.index(_LENGTH)


def as_form(text: bytes) -> bytes:
    """What `URLSearchParams` makes of an object; the values that are no texts as JavaScript turns them into one."""
    form = urlencode([(_text(key), _text(value)) for key, value in loads(text).items()], safe="*")
    return form.replace("~", "%7E").encode()  # Python leaves it alone, the URL standard does not


def _as_bytes(secret: str | bytes | None) -> bytes:
    return secret.encode("utf-8", "surrogatepass") if isinstance(secret, str) else secret or b""


def _lower(member: tuple[str, str]) -> str:
    return member[0].lower()


def _text(value: object) -> str:
    match value:
        case str():
            return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        case dict():
            return "[object Object]"
        case list():
            return ",".join("" if item is None else _text(item) for item in cast("list[object]", value))
        case _:
            return javascript.write(value).decode()
