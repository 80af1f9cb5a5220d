"""What all transports share: a request goes to the fake, and what the client would see of the reply comes back."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum, auto
from typing import Protocol
from urllib.parse import urlsplit

import msgspec

from segment_testing.fake.wire import Ending, FakeRequest, Reply

SEGMENT_HOSTS = (
    "api.segment.io",
    "events.eu1.segmentapis.com",
    "cdn.segment.com",
    "cdn-settings.segment.com",
    "oauth2.segment.io",
    "oauth2.eu1.segmentapis.com",
)
"""Where SDKs send calls to, get their settings and their tokens from, in the US and in the EU."""

_BODILESS = (204, 304)  # RFC 9110, 15.3.5 and 15.4.5


class Handles(Protocol):
    """What answers requests: the fake itself, or whatever stands in front of it."""

    def handle(self, request: FakeRequest) -> Reply:
        """The reply to one request."""
        ...


class Trouble(Enum):
    """How a reply fails to come."""

    LATE = auto()
    """Not before the client has given up. The request has arrived all the same."""
    RESET = auto()
    """The connection was reset instead."""
    CUT = auto()
    """The connection was closed in the middle of the body."""


class Arrival(msgspec.Struct, frozen=True):
    """What a client gets to see of a reply."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes
    """What came before the connection was closed."""
    expected: int
    """How many bytes the body was to have."""
    trouble: Trouble | None
    wait: float
    """Seconds to let pass before the client sees anything; 0 where time shall not really pass."""

    @property
    def complaint(self) -> str:
        """What is wrong with a body that was cut."""
        return f"peer closed connection after {len(self.body)} of {self.expected} bytes of the body"


class Carrier:
    """Takes requests to `api` and notes in `delays` by how many seconds each reply was held back.

    `wait`: let that time really pass. Without it a slow reply comes at once, or, where the client would have given up
    before, fails at once.
    """

    def __init__(self, api: Handles, *, wait: bool) -> None:
        self.delays: list[float] = []
        self._api = api
        self._wait = wait

    def carry(self, request: FakeRequest, *, patience: float | None) -> Arrival:
        """`patience`: the client's time-out for reading in seconds, or None."""
        reply = self._api.handle(request)
        self.delays.append(reply.delay)
        late = patience is not None and reply.delay > patience
        wait = 0.0
        if self._wait:
            wait = patience if late and patience is not None else reply.delay
        sent = b"" if request.method == "HEAD" or reply.status in _BODILESS else reply.body
        trouble = None
        if late:
            trouble = Trouble.LATE
        elif reply.ending is Ending.RESET:
            trouble = Trouble.RESET
        elif reply.ending is Ending.HALF and sent:
            trouble = Trouble.CUT
        return Arrival(
            status=reply.status,
            headers=_headers(reply),
            body=sent[: len(sent) // 2] if trouble is Trouble.CUT else sent,
            expected=len(sent),
            trouble=trouble,
            wait=wait,
        )


def _headers(reply: Reply) -> list[tuple[bytes, bytes]]:
    headers = list(reply.headers)
    if reply.status not in _BODILESS:
        headers.append((b"content-length", str(len(reply.body)).encode()))
    return headers


def netlocs(hosts: Iterable[str]) -> list[str]:
    """Hosts, each with its port where it has one. An SDK's `host` setting, a whole URL, is welcome too."""
    if isinstance(hosts, str):
        raise TypeError(f"hosts is a list of hosts, not one text: write hosts=[{hosts!r}]")
    found: list[str] = []
    for host in hosts:
        netloc = urlsplit(host if "://" in host else f"//{host}").netloc.lower()
        if not netloc:
            raise ValueError(f"{host!r} names no host; write it like 'api.segment.io' or 'localhost:8000'")
        found.append(netloc)
    return found
