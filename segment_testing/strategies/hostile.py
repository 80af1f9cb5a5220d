"""Requests that are not deliveries from Segment, though most of them look like one."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from hypothesis import strategies as st

from segment_hooks import PayloadError, SignatureError, SignatureVerifier, parse, sign
from segment_testing.delivery.request import WebhookRequest
from segment_testing.strategies.delivered import bodies, deliveries

_FRAGMENTS = (
    *(b"{", b"}", b"[", b"]", b",", b":", b" ", b"\n", b"\x0b", b"\x00", b"\xff", b"\xef\xbb\xbf", b"\xed\xa0\x80"),
    *(b'"', b'""', b'"a"', b'"a":', b'"\\ud800"', b'"\\u00g0"', b'"\\q"', b'"\x01"', b"\\", b'"\xc3\xa9"', b'"\xc3"'),
    *(b"0", b"1", b"-", b"-0", b"01", b"1.", b".5", b"1e5", b"1E+", b"1e400", b"9" * 30, b"0x1", b"+1"),
    *(b"true", b"false", b"null", b"NaN", b"-Infinity", b"None", b"tru", b"/**/", b'{"json":', b'"type":"track"'),
)
_fragments = st.lists(st.sampled_from(_FRAGMENTS), max_size=12).map(b"".join)
_methods = st.sampled_from(["POST", "PUT", "PATCH", "GET", "HEAD", "OPTIONS", "DELETE", "TRACE", "PROPFIND"])
_hex = st.text("0123456789abcdef", min_size=40, max_size=40)
_visible = st.text(
    st.characters(min_codepoint=33, max_codepoint=255, exclude_characters=":\x7f"), min_size=1, max_size=9
)
_field = st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"), max_size=20)


@st.composite
def mutated(draw: st.DrawFn, source: st.SearchStrategy[bytes]) -> bytes:
    """Bytes with up to three faults: something cut out, put in, or changed."""
    text = draw(source)
    for _ in range(draw(st.integers(0, 3))):
        start = draw(st.integers(0, len(text)))
        end = draw(st.integers(start, min(len(text), start + 6)))
        middle = draw(st.one_of(st.just(b""), st.sampled_from(_FRAGMENTS), st.binary(max_size=2)))
        text = text[:start] + middle + text[end:]
    return text


def hostile_bodies() -> st.SearchStrategy[bytes]:
    """Bytes that are JSON, almost JSON, or nothing of the kind; some of them nested thousands of levels deep."""
    return _bodies


def _nested(text: bytes, depth: int) -> bytes:
    return b"[" * depth + text + b"]" * depth


_bodies: st.SearchStrategy[bytes] = st.one_of(
    _fragments,
    mutated(bodies()),
    st.binary(max_size=40),
    st.builds(_nested, _fragments, st.sampled_from([1, 60, 1_100, 3_000])),
)


def hostile_requests(*, secret: str | bytes | None = None) -> st.SearchStrategy[WebhookRequest]:
    """Requests that a service must refuse: broken bodies, strange methods and headers, signatures that are missing,
    malformed, of another body or with another secret. None of them is ever a valid delivery.

    `secret`: the one that the service knows. With it there are also deliveries that were signed and then changed, and
    what is signed but cannot be read. Requests whose signature is right because it covers only the first event are not
    among them; `check_rejects_forgeries` makes those.
    """
    strangers_key = secrets.token_hex(16)  # nobody else knows it
    genuine = deliveries(secret=strangers_key)
    kinds = [
        _badly_signed(genuine, strangers_key),
        genuine,
        st.builds(_with_body, genuine, _bodies),
        st.builds(_with_headers, genuine, st.lists(st.tuples(_visible, _field), max_size=4)),
        st.builds(_with_method, genuine, _methods),
    ]
    if secret is not None:
        kinds += [
            st.builds(_changed, deliveries(secret=secret, batched=False), st.integers(0, 2**20)),
            _badly_signed(deliveries(secret=secret), secret),
            st.builds(_signed, genuine, _unreadable, st.just(secret)),
        ]
    return st.one_of(kinds).filter(lambda request: not _is_valid(request, secret))


Make = Callable[[WebhookRequest, str | bytes], tuple[str, ...]]
"""From a request, and a key, to the values of its signature headers."""


def _right(request: WebhookRequest, key: str | bytes) -> str:
    return request.signature or sign(key, request.body)


def _none(_: WebhookRequest, __: str | bytes) -> tuple[str, ...]:
    return ()


def _empty(_: WebhookRequest, __: str | bytes) -> tuple[str, ...]:
    return ("",)


def _cut(request: WebhookRequest, key: str | bytes) -> tuple[str, ...]:
    return (_right(request, key)[:-1],)


def _prefixed(request: WebhookRequest, key: str | bytes) -> tuple[str, ...]:
    return (f"sha1={_right(request, key)}",)


def _twice(request: WebhookRequest, key: str | bytes) -> tuple[str, ...]:
    return (_right(request, key), _right(request, key))


def _listed(request: WebhookRequest, key: str | bytes) -> tuple[str, ...]:
    return (f"{_right(request, key)}, {_right(request, key)}",)


def _reversed(request: WebhookRequest, key: str | bytes) -> tuple[str, ...]:
    return (_right(request, key)[::-1],)


_makes: st.SearchStrategy[Make] = st.sampled_from([_none, _empty, _cut, _prefixed, _twice, _listed, _reversed])


def _badly_signed(genuine: st.SearchStrategy[WebhookRequest], key: str | bytes) -> st.SearchStrategy[WebhookRequest]:
    """Deliveries whose signature is missing or malformed, or any text."""

    def badly(request: WebhookRequest, make: Make) -> WebhookRequest:
        return _resigned(request, make(request, key))

    return st.one_of(
        st.builds(badly, genuine, _makes), st.builds(_resigned, genuine, st.tuples(st.one_of(_hex, _field)))
    )


def _resigned(request: WebhookRequest, signatures: tuple[str, ...]) -> WebhookRequest:
    others = tuple(pair for pair in request.headers if pair[0].lower() != "x-signature")
    signed = tuple(("x-signature", value) for value in signatures)
    return WebhookRequest(request.method, others[:1] + signed + others[1:], request.body, request.target)


def _with_body(request: WebhookRequest, body: bytes) -> WebhookRequest:
    headers = tuple((n, str(len(body)) if n == "Content-Length" else value) for n, value in request.headers)
    return WebhookRequest(request.method, headers, body, request.target)


def _with_headers(request: WebhookRequest, more: list[tuple[str, str]]) -> WebhookRequest:
    return WebhookRequest(request.method, (*more, *request.headers), request.body, request.target)


def _with_method(request: WebhookRequest, method: str) -> WebhookRequest:
    return WebhookRequest(method, request.headers, request.body, request.target)


def _changed(request: WebhookRequest, bit: int) -> WebhookRequest:
    """One bit of the body is another."""
    body = bytearray(request.body)
    body[bit // 8 % len(body)] ^= 1 << bit % 8
    return WebhookRequest(request.method, request.headers, bytes(body), request.target)


def _cannot_be_read(body: bytes) -> bool:
    try:
        parse(body)
    except PayloadError:
        return True
    return False


_unreadable = _bodies.filter(_cannot_be_read)


def _signed(request: WebhookRequest, body: bytes, key: str | bytes) -> WebhookRequest:
    return _resigned(_with_body(request, body), (sign(key, body),))


def _is_valid(request: WebhookRequest, secret: str | bytes | None) -> bool:
    """Whether it could have been a delivery after all, by an accident of the changes."""
    if secret is None or _cannot_be_read(request.body):
        return False
    try:
        SignatureVerifier(secret).verify(request.body, request.signature)
    except SignatureError:
        return False
    return sum(name.lower() == "x-signature" for name, _ in request.headers) == 1
