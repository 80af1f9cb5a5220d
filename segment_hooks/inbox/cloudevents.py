"""Events as CloudEvents 1.0, in the structured JSON form: what the hand-offs to engines carry.

Any program that knows CloudEvents can read it. `data` is the event exactly as Segment sent it, byte for byte; of our
own is the attribute `segmentcovered`, whether the signature covers it.

    {"specversion": "1.0", "type": "com.segment.track", "source": "urn:segment:source:sRc1", "id": "m-1",
     "time": "2026-03-04T05:06:08.489Z", "datacontenttype": "application/json", "segmentcovered": true, "data": {…}}
"""

from __future__ import annotations

import base64
import binascii
from urllib.parse import quote

import msgspec

from segment_hooks.errors import PayloadError
from segment_hooks.events import Event
from segment_hooks.inbox.ids import anonymous
from segment_hooks.parsing import parse_event

CONTENT_TYPE = "application/cloudevents+json"


class _CloudEvent(msgspec.Struct, omit_defaults=True):
    specversion: str
    type: str
    source: str
    id: str
    time: str | None = None
    datacontenttype: str = ""
    segmentcovered: bool | None = None
    data: msgspec.Raw = msgspec.Raw()
    data_base64: str | None = None


_decode = msgspec.json.Decoder(_CloudEvent).decode


def to_cloudevent(event: Event) -> bytes:
    """`event` as a CloudEvent, JSON in UTF-8.

    `id` is the messageId, or one that is made up; `type` is `com.segment.` and the call type, or `payload` for what is
    no call; `source` names the Segment source.
    """
    made = _CloudEvent(
        specversion="1.0",
        type=f"com.segment.{event.TYPE or 'payload'}",
        source=f"urn:segment:source:{quote(event.project_id or 'unknown', safe='', errors='replace')}",
        id=_printable(event.message_id) or anonymous(),
        time=None if event.timestamp is None else event.timestamp.isoformat().replace("+00:00", "Z"),
        datacontenttype="application/json",
        segmentcovered=event.covered,
    )
    try:
        event.raw.decode()
        made.data = msgspec.Raw(event.raw)
    except UnicodeDecodeError:  # whoever holds the secret may sign any bytes
        made.data_base64 = base64.b64encode(event.raw).decode()
    return msgspec.json.encode(made)


def from_cloudevent(text: bytes | str) -> Event:
    """The event that `to_cloudevent` made `text` of, the same to the byte. One that says nothing of it is not covered.

    Only what comes from your own queue may be read so: nothing here is signed. Raises `PayloadError` where `text` is no
    CloudEvent with an event in it.
    """
    try:
        read = _decode(text)
        raw = bytes(read.data) if read.data_base64 is None else base64.b64decode(read.data_base64, validate=True)
    except (msgspec.MsgspecError, UnicodeError, binascii.Error) as error:
        raise PayloadError(f"this is no CloudEvent: {error}") from None
    if not read.specversion.startswith("1.") or not raw:
        raise PayloadError("this is no CloudEvent of version 1 with data in it")
    return parse_event(raw, bool(read.segmentcovered))


def _printable(message_id: str | None) -> str | None:
    return message_id and message_id.encode("utf-8", "backslashreplace").decode()
