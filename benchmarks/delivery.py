"""The simulator: deliveries in process against calling the application by hand, and how long four hours take."""

from __future__ import annotations

import asyncio
import hmac
import logging
from collections.abc import Callable, Iterable
from typing import Any

from benchmarks.harness import Contender, Table, compare, measure
from segment_hooks import Event, Track, WebhookEventRouter
from segment_testing.delivery import Simulator
from segment_testing.factories import Factories

REACH = 0.50
ROUNDS = 60
SECRET = "whsec_benchmark_key"
EVENTS = 500

FLOOR = "the app, called by hand"
OURS = "Simulator.deliver"


def run(rounds: int) -> list[Table]:
    """All comparisons."""
    logging.disable(logging.CRITICAL)
    factories = Factories(seed=1)
    events: list[Event] = [factories.track("Order Completed") for _ in range(EVENTS)]
    tables = []
    for title, router, make in (
        ("ASGI, a coroutine for a handler", _router(asynchronous=True), _asgi),
        ("ASGI, a plain handler (in a thread)", _router(asynchronous=False), _asgi),
        ("WSGI, a plain handler", _router(asynchronous=False), _wsgi),
    ):
        app, by_hand = make(router, events)
        contenders = {FLOOR: by_hand, OURS: _simulated(app, events)}
        times = measure(contenders, rounds=rounds, slice_seconds=0.02)
        per_event = {name: [value / EVENTS for value in values] for name, values in times.items()}
        size = len(events[0].raw)
        tables.append(
            compare(f"one delivery of {size} B in process, {title}", per_event, floor=FLOOR, reach={OURS: REACH})
        )
    return [*tables, _four_hours(rounds)]


def _router(*, asynchronous: bool) -> WebhookEventRouter:
    router = WebhookEventRouter()

    async def later(event: Track) -> None:
        event.message_id  # noqa: B018  # reading it is all there is to do

    def plainly(event: Track) -> None:
        event.message_id  # noqa: B018

    router.on_track(later if asynchronous else plainly)
    return router


def _headers(body: bytes) -> list[tuple[bytes, bytes]]:
    return [
        (b"user-agent", b"Segment (Actions)"),
        (b"x-signature", hmac.digest(SECRET.encode(), body, "sha1").hex().encode()),
        (b"content-type", b"application/json"),
        (b"accept", b"*/*"),
        (b"content-length", str(len(body)).encode()),
        (b"accept-encoding", b"gzip,deflate"),
        (b"host", b"127.0.0.1"),
        (b"connection", b"keep-alive"),
    ]


def _asgi(router: WebhookEventRouter, events: list[Event]) -> tuple[Any, Contender]:
    """The app, and a loop that calls it for every event: signed, in a scope, and nothing more."""
    app: Any = router.asgi(SECRET)

    async def call_all() -> None:
        for event in events:
            body, sent = event.raw, []
            scope = {"type": "http", "method": "POST", "path": "/", "query_string": b"", "headers": _headers(body)}

            async def receive(body: bytes = body) -> dict[str, Any]:
                return {"type": "http.request", "body": body, "more_body": False}

            async def send(message: Any, sent: list[Any] = sent) -> None:
                sent.append(message)

            await app(scope, receive, send)
            if sent[0]["status"] != 200:
                raise RuntimeError("not delivered")

    def work(count: int) -> None:
        for _ in range(count):
            asyncio.run(call_all())

    return app, work


def _wsgi(router: WebhookEventRouter, events: list[Event]) -> tuple[Any, Contender]:
    import io

    app: Any = router.wsgi(SECRET)

    def work(count: int) -> None:
        for _ in range(count):
            for event in events:
                environ = {
                    "REQUEST_METHOD": "POST",
                    "PATH_INFO": "/",
                    "CONTENT_TYPE": "application/json",
                    "CONTENT_LENGTH": str(len(event.raw)),
                    "HTTP_X_SIGNATURE": hmac.digest(SECRET.encode(), event.raw, "sha1").hex(),
                    "HTTP_USER_AGENT": "Segment (Actions)",
                    "HTTP_HOST": "127.0.0.1",
                    "wsgi.input": io.BytesIO(event.raw),
                }
                statuses: list[str] = []
                _drain(app(environ, lambda status, _, statuses=statuses: statuses.append(status)))
                if statuses != ["200 OK"]:
                    raise RuntimeError("not delivered")

    return app, work


def _drain(parts: Iterable[bytes]) -> None:
    for _ in parts:
        pass


def _simulated(app: Any, events: list[Event]) -> Contender:
    def work(count: int) -> None:
        for _ in range(count):
            with Simulator(app, secret=SECRET) as simulator:
                if not simulator.deliver(events).ok:
                    raise RuntimeError("not delivered")

    return work


def _four_hours(rounds: int) -> Table:
    """One event to a service that is down for all of four hours."""
    event = Factories(seed=1).track("Order Completed")
    tries = len(Simulator(_down).deliver(event).attempts)

    def calling(count: int) -> None:
        for _ in range(count * tries):
            _down(event)

    def simulating(count: int) -> None:
        for _ in range(count):
            Simulator(_down).deliver(event)

    times = measure({"the service, called as often": calling, "Simulator.deliver": simulating}, rounds=rounds)
    return compare(
        f"four virtual hours: {tries} attempts at one event",
        times,
        floor="the service, called as often",
        unit="ms",
        scale=1e3,
        note="The floor calls an empty function; what counts is that four hours take milliseconds.",
    )


_down: Callable[[Any], int] = lambda _: 503  # noqa: E731  # a service that is down
