"""What the benchmark of the fake serves: each function makes one ASGI application that takes batches of events.

The floor is what somebody writes who needs but a place to send events to: read the body, parse the JSON, answer.
"""

import json
from collections.abc import Callable
from typing import Any

import msgspec

OK = b'{"success":true}'
HEADERS = [(b"content-type", b"application/json"), (b"content-length", b"16")]


def _sink(parse: Callable[[bytes], Any]) -> Any:
    async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
        chunks = []
        more = True
        while more:
            message = await receive()
            chunks.append(message.get("body", b""))
            more = message.get("more_body", False)
        parse(b"".join(chunks))
        await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
        await send({"type": "http.response.body", "body": OK})

    return app


def sink() -> Any:
    """The floor."""
    return _sink(msgspec.json.decode)


def json_sink() -> Any:
    """The same with the parser of the standard library."""
    return _sink(json.loads)


def empty_sink() -> Any:
    """What the server alone costs."""
    return _sink(len)


def ours() -> Any:
    """The fake. It remembers fewer ids than the load has, or the load would be nothing but duplicates."""
    from segment_testing.fake import FakeApp, FakeSettings, TrackingAPI

    return FakeApp(TrackingAPI(FakeSettings(max_calls=100_000, remembered_ids=1_000)))
