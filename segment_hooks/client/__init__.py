"""Send events to Segment: batched in the background, retried by Segment's rules, and never lost in silence.

    with SegmentClient("write-key") as client:
        client.event.track(user_id="u1", event="Order Completed", properties={"revenue": 10})

`SegmentClient` works in a thread, `AsyncSegmentClient` on an event loop; both are thin drivers of one `Batcher`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from segment_hooks.client.client import SegmentClient
from segment_hooks.client.core import ClientStats
from segment_hooks.client.errors import SegmentError, SegmentErrorType
from segment_hooks.client.items import BatchItem
from segment_hooks.client.observing import Attempt, Observer
from segment_hooks.client.options import ClientOptions
from segment_hooks.client.receipt import Receipt, ReceiptState
from segment_hooks.client.spooling import Spool, SpoolError
from segment_hooks.client.transport import AsyncTransport, HttpAnswer, HttpRequest, Transport, TransportError

if TYPE_CHECKING:
    from segment_hooks.client.aio import AsyncSegmentClient
    from segment_hooks.client.oauth import OAuth
    from segment_hooks.client.spool import SqliteSpool
    from segment_hooks.client.transports.http import HttpTransport

__all__ = [
    "AsyncSegmentClient",
    "AsyncTransport",
    "Attempt",
    "BatchItem",
    "ClientOptions",
    "ClientStats",
    "HttpAnswer",
    "HttpRequest",
    "HttpTransport",
    "OAuth",
    "Observer",
    "Receipt",
    "ReceiptState",
    "SegmentClient",
    "SegmentError",
    "SegmentErrorType",
    "Spool",
    "SpoolError",
    "SqliteSpool",
    "Transport",
    "TransportError",
]

_LATER = {
    "AsyncSegmentClient": "aio",
    "HttpTransport": "transports.http",
    "OAuth": "oauth",
    "SqliteSpool": "spool",
}
"""What needs more than most programs have loaded (asyncio, SQLite, cryptography) is imported when it is asked for."""


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_LATER[name]}"), name)
