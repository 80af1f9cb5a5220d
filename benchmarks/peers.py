"""Published libraries that verify and parse webhooks, each given the same body signed in its own way."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any

import standardwebhooks
import stripe
import svix.webhooks
from gidgethub import sansio

from benchmarks.byhand import Handler, Receive
from benchmarks.workload import EVENT, SECRET

_KEY = base64.b64encode(SECRET.encode()).decode()
_ID = "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W"


def sign(headers: dict[str, str], body: bytes) -> dict[str, str]:
    """The same headers with every peer's signature as well; the time in them is good for five minutes."""
    now = datetime.now(UTC)
    text = body.decode()
    signature = standardwebhooks.Webhook(_KEY).sign(_ID, now, text)
    stamp = str(int(now.timestamp()))
    return {
        **headers,
        "stripe-signature": stripe.WebhookSignature.generate_signature_header(text, SECRET),
        "webhook-id": _ID,
        "webhook-timestamp": stamp,
        "webhook-signature": signature,
        "svix-id": _ID,
        "svix-timestamp": stamp,
        "svix-signature": signature,
        "x-hub-signature-256": "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest(),
        "x-github-event": "push",
        "x-github-delivery": _ID,
    }


def make_stripe(handler: Handler) -> Receive:
    """stripe: `Webhook.construct_event`."""
    construct = stripe.Webhook.construct_event

    def receive(headers: dict[str, str], body: bytes) -> None:
        _route(construct(body, headers["stripe-signature"], SECRET), handler)

    return receive


def make_standardwebhooks(handler: Handler) -> Receive:
    """standardwebhooks: `Webhook.verify`, which parses too."""
    verify = standardwebhooks.Webhook(_KEY).verify

    def receive(headers: dict[str, str], body: bytes) -> None:
        _route(verify(body, headers), handler)

    return receive


def make_svix(handler: Handler) -> Receive:
    """svix: `Webhook.verify`, which leaves the parsing to the caller."""
    verify = svix.webhooks.Webhook(_KEY).verify

    def receive(headers: dict[str, str], body: bytes) -> None:
        verify(body, headers)
        _route(json.loads(body), handler)

    return receive


def make_gidgethub(handler: Handler) -> Receive:
    """gidgethub: `sansio.Event.from_http`."""
    from_http = sansio.Event.from_http

    def receive(headers: dict[str, str], body: bytes) -> None:
        _route(from_http(headers, body, secret=SECRET).data, handler)

    return receive


def _route(event: Any, handler: Handler) -> None:
    wanted = {("track", EVENT): handler}.get((event["type"], event["event"]))
    if wanted is not None:
        wanted(event)
