"""What one would write by hand for one service: the floors. Each is a function of (headers, body), and no more.

A contender is made by a function that takes the handler; `make_*` prepare what a careful author prepares once.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Callable
from hmac import compare_digest
from typing import Any

import msgspec
from pydantic import BaseModel

from benchmarks.workload import EVENT, SECRET

Handler = Callable[[Any], object]
Receive = Callable[[dict[str, str], bytes], object]
Routes = dict[Any, Any]


class RefusedError(Exception):
    """The signature is wrong."""


class AllFields(msgspec.Struct, rename="camel"):
    """The top-level fields that the library gives, the bags undecoded."""

    type: str | None = None
    event: str | None = None
    user_id: str | None = None
    anonymous_id: str | None = None
    message_id: str | None = None
    name: str | None = None
    category: str | None = None
    group_id: str | None = None
    previous_id: str | None = None
    timestamp: str | None = None
    original_timestamp: str | None = None
    sent_at: str | None = None
    received_at: str | None = None
    channel: str | None = None
    project_id: str | None = None
    version: msgspec.Raw = msgspec.Raw()
    properties: msgspec.Raw = msgspec.Raw()
    traits: msgspec.Raw = msgspec.Raw()
    context: msgspec.Raw = msgspec.Raw()
    integrations: msgspec.Raw = msgspec.Raw()


class FourFields(msgspec.Struct, rename="camel"):
    """The least that a service gets by with."""

    type: str | None = None
    event: str | None = None
    user_id: str | None = None
    message_id: str | None = None
    properties: msgspec.Raw = msgspec.Raw()


class Model(BaseModel):
    """The same fields as a pydantic model."""

    type: str | None = None
    event: str | None = None
    userId: str | None = None  # noqa: N815  # an alias costs pydantic time
    anonymousId: str | None = None  # noqa: N815
    messageId: str | None = None  # noqa: N815
    timestamp: str | None = None
    originalTimestamp: str | None = None  # noqa: N815
    sentAt: str | None = None  # noqa: N815
    receivedAt: str | None = None  # noqa: N815
    channel: str | None = None
    projectId: str | None = None  # noqa: N815
    version: Any = None
    properties: dict[str, Any] = {}
    traits: dict[str, Any] = {}
    context: dict[str, Any] = {}
    integrations: dict[str, Any] = {}

    @property
    def message_id(self) -> str | None:
        """By the name that the handlers use."""
        return self.messageId


def pads(secret: str) -> tuple[Callable[[], Any], Callable[[], Any]]:
    """Both pads of HMAC-SHA1 (RFC 2104), taken in once: `copy` is all that is left to do for a request."""
    key = secret.encode().ljust(64, b"\0")
    return hashlib.sha1(bytes(b ^ 0x36 for b in key)).copy, hashlib.sha1(bytes(b ^ 0x5C for b in key)).copy


def make_floor(handler: Handler, struct: type[Any] = AllFields) -> Receive:
    """Pads prepared and copied, msgspec with the bags undecoded, a dict of handlers."""
    copy_inner, copy_outer = pads(SECRET)
    decode = msgspec.json.Decoder(struct).decode
    routes: Routes = {("track", EVENT): handler}

    def receive(headers: dict[str, str], body: bytes) -> None:
        inner = copy_inner()
        inner.update(body)
        outer = copy_outer()
        outer.update(inner.digest())
        if not compare_digest(outer.hexdigest(), headers["x-signature"]):
            raise RefusedError
        event = decode(body)
        wanted = routes.get((event.type, event.event))
        if wanted is not None:
            wanted(event)

    return receive


def make_four_fields(handler: Handler) -> Receive:
    """The floor with fewer fields to decode."""
    return make_floor(handler, FourFields)


def make_hmac_digest(handler: Handler) -> Receive:
    """The floor with the one-shot `hmac.digest` of the standard library."""
    key = SECRET.encode()
    decode = msgspec.json.Decoder(AllFields).decode
    routes: Routes = {("track", EVENT): handler}

    def receive(headers: dict[str, str], body: bytes) -> None:
        if not compare_digest(hmac.digest(key, body, "sha1").hex(), headers["x-signature"]):
            raise RefusedError
        event = decode(body)
        wanted = routes.get((event.type, event.event))
        if wanted is not None:
            wanted(event)

    return receive


def make_pydantic(handler: Handler) -> Receive:
    """The floor with pydantic in the place of msgspec."""
    copy_inner, copy_outer = pads(SECRET)
    validate = Model.model_validate_json
    routes: Routes = {("track", EVENT): handler}

    def receive(headers: dict[str, str], body: bytes) -> None:
        inner = copy_inner()
        inner.update(body)
        outer = copy_outer()
        outer.update(inner.digest())
        if not compare_digest(outer.hexdigest(), headers["x-signature"]):
            raise RefusedError
        event = validate(body)
        wanted = routes.get((event.type, event.event))
        if wanted is not None:
            wanted(event)

    return receive


def make_json(handler: Handler) -> Receive:
    """What most services have: `hmac.new` and `json.loads`."""
    key = SECRET.encode()
    routes: Routes = {("track", EVENT): handler}

    def receive(headers: dict[str, str], body: bytes) -> None:
        if not compare_digest(hmac.new(key, body, hashlib.sha1).hexdigest(), headers["x-signature"]):
            raise RefusedError
        event = json.loads(body)
        wanted = routes.get((event.get("type"), event.get("event")))
        if wanted is not None:
            wanted(event)

    return receive


def make_typed_floor(handler: Callable[[Any, Any], object], bag: type[Any]) -> Receive:
    """The floor, and `properties` decoded into the handler's own struct."""
    copy_inner, copy_outer = pads(SECRET)
    decode = msgspec.json.Decoder(AllFields).decode
    routes: Routes = {("track", EVENT): (handler, msgspec.json.Decoder(bag).decode)}

    def receive(headers: dict[str, str], body: bytes) -> None:
        inner = copy_inner()
        inner.update(body)
        outer = copy_outer()
        outer.update(inner.digest())
        if not compare_digest(outer.hexdigest(), headers["x-signature"]):
            raise RefusedError
        event = decode(body)
        wanted = routes.get((event.type, event.event))
        if wanted is not None:
            handler, decode_bag = wanted
            handler(event, decode_bag(event.properties))

    return receive


def make_batch_raw_decode(handler: Handler) -> Receive:
    """A batch: the standard library's decoder says where the first element ends."""
    raw_decode = json.JSONDecoder().raw_decode

    def first_of(body: bytes) -> bytes:
        text = body.decode()
        return text[1 : raw_decode(text, 1)[1]].encode()

    return _make_batch(handler, first_of)


def make_batch_regex(handler: Handler) -> Receive:
    """A batch: strings and brackets are counted until the first element is closed."""
    step = re.compile(rb'[^"{}\[\]]*+(?:"(?:[^"\\]++|\\.)*+"[^"{}\[\]]*+)*+([{}\[\]])', re.DOTALL).match

    def first_of(body: bytes) -> bytes:
        depth, at = 0, 1
        while match := step(body, at):
            at = match.end()
            depth += 1 if match[1] in b"{[" else -1
            if depth == 0:
                return body[1:at]
        raise RefusedError

    return _make_batch(handler, first_of)


def _make_batch(handler: Handler, first_of: Callable[[bytes], bytes]) -> Receive:
    copy_inner, copy_outer = pads(SECRET)
    decode = msgspec.json.Decoder(list[AllFields]).decode
    routes: Routes = {("track", EVENT): handler}

    def receive(headers: dict[str, str], body: bytes) -> None:
        inner = copy_inner()
        inner.update(first_of(body))
        outer = copy_outer()
        outer.update(inner.digest())
        if not compare_digest(outer.hexdigest(), headers["x-signature"]):
            raise RefusedError
        for event in decode(body):
            wanted = routes.get((event.type, event.event))
            if wanted is not None:
                wanted(event)

    return receive
