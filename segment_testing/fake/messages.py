"""JSON text → the calls in it.

Two ways. The fast way decodes of each call what decides over it, and cuts out its text; nothing else is decoded before
a test looks. Where it gives up (a field of an unusual type, an unpaired surrogate, an integer too long), or where the
text is not JSON at all, the slow way decodes everything, and says what is wrong and where.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

import msgspec

from segment_hooks import PayloadError, parse_event
from segment_testing.fake.body import BodyError
from segment_testing.fake.checks import Head, Problem, bad_type
from segment_testing.recording import Reason
from segment_testing.serverside import TOLERANT, dumps, loads


class Messages(msgspec.Struct, gc=False):
    """What one request holds: the heads and the texts of its calls, in order, and what the batch says for all of them.

    `problems`: what is wrong with the types of a call, by its place.
    """

    heads: Sequence[Head]
    texts: Sequence[bytes | msgspec.Raw]
    problems: Mapping[int, Problem] = {}
    is_batch: bool = True
    write_key: str | None = None
    sent_at: str | None = None
    context: bytes | None = None
    integrations: bytes | None = None


class _Batch(msgspec.Struct, gc=False, rename="camel"):
    batch: list[Head]
    write_key: str | None = None
    sent_at: str | None = None
    context: msgspec.Raw = msgspec.Raw()
    integrations: msgspec.Raw = msgspec.Raw()


class _Texts(msgspec.Struct, gc=False):
    batch: list[msgspec.Raw]


_decode_head = msgspec.json.Decoder(Head).decode
_decode_batch = msgspec.json.Decoder(_Batch).decode
_decode_texts = msgspec.json.Decoder(_Texts).decode

_GIVES_UP = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


def read_one(text: bytes, kind: str) -> Messages:
    """The one call of type `kind` in `text`, UTF-8. Raises `BodyError` where it is not a JSON object."""
    problem = None
    try:
        head = _decode_head(text)
    except _GIVES_UP:
        head, problem = _head_of(_object(text), kind)
    problems = {} if problem is None else {0: problem}
    head.type = kind  # the path says so, whatever the body does
    return Messages([head], [text], problems, is_batch=False, write_key=head.write_key)


def read_batch(text: bytes) -> Messages:
    """The calls of a batch in `text`, UTF-8. Raises `BodyError` where it is not a JSON object with an array `batch`."""
    try:
        batch = _decode_batch(text)
        texts = _decode_texts(text).batch
    except _GIVES_UP:
        try:
            return _read_slowly(text)
        except RecursionError:
            raise _too_deep() from None
    return Messages(
        batch.batch,
        texts,
        write_key=batch.write_key,
        sent_at=batch.sent_at,
        context=_if_object(batch.context),
        integrations=_if_object(batch.integrations),
    )


class _Key(msgspec.Struct, gc=False, rename="camel"):
    write_key: str | None = None


_decode_key = msgspec.json.Decoder(_Key).decode


def write_key_in(text: bytes) -> str | None:
    """The write key in a body, whatever else is in it; None where there is none."""
    try:
        return _decode_key(text).write_key
    except _GIVES_UP:
        pass
    try:
        return read_batch(text).write_key
    except BodyError:
        return None


def _if_object(raw: msgspec.Raw) -> bytes | None:
    text = bytes(raw)
    return text if text.startswith(b"{") else None


def _read_slowly(text: bytes) -> Messages:
    envelope = _object(text)
    batch = envelope.get("batch")
    if not isinstance(batch, list):
        found = "missing" if "batch" not in envelope else _kind_of(batch)
        raise BodyError(f"a batch is an object with an array of calls in `batch`, which here is {found}")
    heads: list[Head] = []
    problems: dict[int, Problem] = {}
    for index, item in enumerate(cast("Sequence[Any]", batch)):
        if isinstance(item, dict):
            values = cast("dict[str, Any]", item)
            kind = values.get("type")
            head, problem = _head_of(values, kind if isinstance(kind, str) else "")
        else:
            head, problem = Head(), (Reason.BAD_REQUEST, f"a call is an object, and this is {_kind_of(item)}")
        heads.append(head)
        if problem is not None:
            problems[index] = problem
    write_key, sent_at = envelope.get("writeKey"), envelope.get("sentAt")
    context, integrations = envelope.get("context"), envelope.get("integrations")
    return Messages(
        heads,
        _texts_of_batch(text.decode()),
        problems,
        write_key=write_key if isinstance(write_key, str) else None,
        sent_at=sent_at if isinstance(sent_at, str) else None,
        context=dumps(context) if isinstance(context, dict) else None,
        integrations=dumps(integrations) if isinstance(integrations, dict) else None,
    )


def _head_of(values: dict[str, Any], kind: str) -> tuple[Head, Problem | None]:
    """The head of a call, without what is of the wrong type, and what is wrong with that."""
    texts: dict[str, Any] = {
        name: value for name in Head.__struct_fields__ if isinstance(value := values.get(_WIRE[name]), str)
    }
    head = Head(**texts)
    number = values.get("messageId")
    if isinstance(number, int | float) and not isinstance(number, bool):
        head.message_id = str(number)
    return head, bad_type(kind, values)


_WIRE = dict(zip(Head.__struct_fields__, Head.__struct_encode_fields__, strict=True))


def _object(text: bytes) -> dict[str, Any]:
    try:
        value = loads(text)
    except RecursionError:
        raise _too_deep() from None
    except ValueError:
        raise BodyError(f"the body is not JSON: {_fault_in(text)}") from None
    if not isinstance(value, dict):
        raise BodyError(f"the body is an object in JSON, and this is {_kind_of(value)}")
    return cast("dict[str, Any]", value)


def _too_deep() -> BodyError:
    return BodyError("the body is nested too deep")


def _fault_in(text: bytes) -> str:
    """Where `text` stops being JSON; its contents, which may be anybody's data, are not shown."""
    try:
        parse_event(text)
    except PayloadError as error:
        return str(error)
    return "it holds a constant that JSON has not"


def _texts_of_batch(text: str) -> list[bytes]:
    """The texts of the calls in a batch; `text` is known to be a JSON object whose last `batch` is an array."""
    found: list[bytes] = []
    at = _skip(text, text.index("{") + 1)
    while text[at] != "}":
        name, at = TOLERANT.raw_decode(text, at)
        at = _skip(text, text.index(":", at) + 1)
        if name == "batch" and text[at] == "[":
            found = []
            at = _skip(text, at + 1)
            while text[at] != "]":
                _, end = TOLERANT.raw_decode(text, at)
                found.append(text[at:end].encode())
                at = _next(text, end)
            at += 1
        else:
            _, at = TOLERANT.raw_decode(text, at)
        at = _next(text, at)
    return found


def _next(text: str, at: int) -> int:
    """Over the comma after a member, where there is one, to the beginning of the next or the closing bracket."""
    at = _skip(text, at)
    return _skip(text, at + 1) if text[at] == "," else at


def _skip(text: str, at: int) -> int:
    while text[at : at + 1] in _WHITESPACE:
        at += 1
    return at


_WHITESPACE = (" ", "\t", "\n", "\r")


def _kind_of(value: object) -> str:
    """What kind of JSON value this is, for messages: the kind only, never the value."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "a boolean"
    if isinstance(value, str):
        return "a string"
    if isinstance(value, list):
        return "an array"
    return "an object" if isinstance(value, dict) else "a number"
