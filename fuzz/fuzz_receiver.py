"""Any request is answered, by a status out of the receiver's table, and no answer holds the secret."""

from __future__ import annotations

import logging

from fuzz import harness

with harness.instrumented():
    import msgspec

    from segment_hooks import (
        Event,
        Headers,
        Payload,
        PayloadError,
        Receiver,
        Request,
        Response,
        Scope,
        SegmentWebhookHandler,
        Track,
        WebhookEventRouter,
        sign,
    )
    from segment_hooks.forms import form_to_json
    from segment_hooks.signature import signed_spans

from fuzz.fuzz_parsing import look_at

SECRET = "s3cr3t-0f-th3-fuzz3r"
METHODS = ["POST", "POST", "POST", "PUT", "PATCH", "GET", "HEAD", "OPTIONS", "DELETE"]
TYPES = [b"application/json", b"application/x-www-form-urlencoded", b"application/json; charset=utf-8", b"text/html"]
# no 500: no handler here raises anything that the package does not know
STATUSES = {200, 204, 400, 401, 405, 413, 415, 501, 503}
MAX_BODY = 4096

router = WebhookEventRouter()


class Order(msgspec.Struct):
    """What a handler wants of a call."""

    total: float = 0
    items: list[str] = []
    by_name: dict[str, int] = {}


@router.on_track("E")
def _order(event: Track[Order]) -> None:
    look_at(event)


@router.on_payload
def _mapped(event: Payload[Order]) -> None:
    look_at(event)


@router.on_any
def _any(event: Event) -> None:
    look_at(event)


receiver = Receiver(
    SegmentWebhookHandler(SECRET, scopes=Scope, uncovered="accept"), router, max_body=MAX_BODY, deadline=None
)


def target(data: bytes) -> None:
    """Three bytes say how to send it; then lines of headers, an empty line, and the body; or the body alone."""
    how, rest = data[:3].ljust(3, b"\0"), data[3:]
    head, found, body = rest.partition(b"\n\n")
    if not found:
        head, body = b"", rest
    lines = [line.partition(b":") for line in head.split(b"\n")] if head else []
    pairs = [(name, value) for name, _, value in lines] + [(b"Content-Type", TYPES[how[2] % len(TYPES)])]
    signature = _signature(body, how[1])
    if signature:
        pairs.append((b"X-Signature", signature.encode()))
    request = Request(METHODS[how[0] % len(METHODS)], Headers(pairs), body)
    _check(receiver.receive(request))


def _signature(body: bytes, choice: int) -> str | None:
    """None, or a right signature over one of the parts that may be signed."""
    messages = [body[start:end] for _, start, end in signed_spans(body)]
    try:
        messages.append(form_to_json(body))
    except PayloadError:
        messages.append(body[:-2] + b"}")  # as if something had been appended: an audience delivery
    messages += [b""] * (choice % 8 - len(messages) + 1)
    return sign(SECRET, messages[choice % 8], scope=Scope.BODY) if choice % 8 < 7 else None


def _check(response: Response) -> None:
    lengths = [int(value) for name, value in response.headers if name == b"content-length"]
    text = b"".join(name + b": " + value for name, value in response.headers) + response.body
    for holds, message in (
        (response.status in STATUSES, f"answered {response.status}"),
        (b"\n" not in text and b"\r" not in text, "a line break in the answer"),
        (SECRET.encode() not in text, "the secret is in the answer"),
        (lengths in ([len(response.body)], []), "the length in the answer is not its body's"),
    ):
        if not holds:
            raise AssertionError(message)


if __name__ == "__main__":
    logging.disable()
    ways = [bytes([0, choice, kind]) for choice in (0, 1, 2, 7) for kind in (0, 1)]
    harness.run("receiver", target, [way + body for way in ways for body in harness.recorded_bodies()])
