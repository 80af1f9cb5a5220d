"""`segment-testing listen`: receive deliveries, verify them, print what they hold, and save them for `replay`."""

from __future__ import annotations

import queue
import sys
import threading
from argparse import ArgumentParser, Namespace
from argparse import _SubParsersAction as SubParsers
from collections.abc import Generator, Iterable
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import FrameType
from typing import Any, BinaryIO

import msgspec

from segment_hooks import Event, PayloadError, SegmentWebhookHandler, SignatureError
from segment_testing.commands import CommandError
from segment_testing.commands.replay import written
from segment_testing.commands.sending import add_secret, number, secret_in
from segment_testing.commands.serve import HOST, _Bell, _stopped_by_signals
from segment_testing.delivery import WebhookRequest
from segment_testing.showing import printable

PORT = 8766
MAX_BODY = 16 * 2**20
METHODS = ("POST", "PUT", "PATCH")
_PATIENCE = 5.0  # seconds


class Received(msgspec.Struct, frozen=True):
    """One request, and what was found about it."""

    at: datetime
    request: WebhookRequest
    status: int
    events: list[Event]
    problem: str | None = None
    """Why it was refused."""
    verified: bool = False
    answered: threading.Event = msgspec.field(default_factory=threading.Event)


def add(parsers: SubParsers[ArgumentParser]) -> None:
    """Add the parser of the command."""
    parser = parsers.add_parser(
        "listen",
        help="receive deliveries, and show what they hold",
        description="Receive deliveries, verify their signatures, show their events, and save them for `replay`.",
        epilog="Exits with 1 where a request was refused. Ends with Ctrl-C.",
    )
    option = parser.add_argument
    option("--host", default=HOST, help="the address to listen on (default: %(default)s, this machine only)")
    option("--port", type=number(0, 65_535, "a port"), default=PORT, help="0 for any free one (default: %(default)s)")
    add_secret(parser, "the environment variable with the shared secret; without one nothing is verified")
    option("--save", metavar="FILE", type=Path, help="write the requests to this file, after what it holds")
    option("--count", metavar="N", type=number(1, 10**9, "a number of requests"), help="end after so many requests")
    option(
        "--status",
        metavar="N",
        type=number(200, 599, "a status"),
        default=200,
        help="the answer to what is accepted (default: %(default)s)",
    )
    output = parser.add_mutually_exclusive_group()
    output.add_argument("--quiet", action="store_true", help="print the URL and nothing else")
    output.add_argument("--json", action="store_true", help="print a JSON object a line")
    parser.set_defaults(run=run)


def run(options: Namespace) -> int:
    """Receive until a signal says to stop, or enough came; returns 1 where a request was refused."""
    secret = secret_in(options)
    handler = SegmentWebhookHandler(secret, uncovered="accept") if secret else SegmentWebhookHandler(verify=False)
    arrivals: queue.SimpleQueue[Received | None] = queue.SimpleQueue()
    refused = count = 0
    with ExitStack() as stack:
        stack.enter_context(_stopped_by_signals(_LastArrival(arrivals)))
        save = stack.enter_context(_opened(options.save)) if options.save is not None else None
        url = stack.enter_context(_listening(options, handler, arrivals))
        _start(options, url, verified=secret is not None)
        while options.count is None or count < options.count:
            try:
                received = arrivals.get(timeout=1)  # on Windows no signal comes through while a thread waits
            except queue.Empty:
                continue
            if received is None:
                break
            count += 1
            refused += received.problem is not None
            if save is not None:
                save.write(written([received.request]))
                save.flush()
            _show(options, received)
            received.answered.wait(_PATIENCE)  # this may be the last one, and the server end after it
    if not options.quiet and not options.json:
        sys.stdout.write(f"\n{count:,} requests, {refused:,} refused\n")
    return 1 if refused else 0


def judged(handler: SegmentWebhookHandler, request: WebhookRequest, status: int, *, verified: bool) -> Received:
    """What there is to say about a request."""
    now = datetime.now(UTC)
    if request.method not in METHODS:
        return Received(now, request, 405, [], f"{request.method} is no method of Segment's")
    try:
        delivery = handler.handle_request(headers=request.headers, body=request.body)
    except SignatureError as error:
        return Received(now, request, 401, [], str(error))
    except PayloadError as error:
        return Received(now, request, 400, [], str(error))
    return Received(now, request, status, delivery.events, verified=verified)


class _LastArrival(_Bell):
    """A signal to stop comes in like a request."""

    def __init__(self, arrivals: queue.SimpleQueue[Received | None]) -> None:
        super().__init__()
        self._arrivals = arrivals

    def stop(self, _signal: int = 0, _frame: FrameType | None = None) -> None:
        self._arrivals.put(None)


@contextmanager
def _opened(path: Path) -> Generator[BinaryIO]:
    try:
        file = path.open("ab")
    except OSError as error:
        raise CommandError(f"cannot write {path}: {error.strerror or error}") from None
    with file:
        yield file


@contextmanager
def _listening(
    options: Namespace, handler: SegmentWebhookHandler, arrivals: queue.SimpleQueue[Received | None]
) -> Generator[str]:
    """A server in a thread of its own; gives its URL."""

    class Requests(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 30

        def take(self) -> None:
            length = self.headers.get("content-length") or "0"
            if not length.isdigit() or int(length) > MAX_BODY or self.headers.get("transfer-encoding"):
                self.close_connection = True
                self.answer(413)
                return
            body = self.rfile.read(int(length))
            request = WebhookRequest(self.command, tuple(self.headers.items()), body, self.path)
            received = judged(handler, request, options.status, verified=handler_verifies)
            arrivals.put(received)  # before the answer: in the order in which they came
            self.answer(received.status)
            received.answered.set()

        do_POST = do_PUT = do_PATCH = do_GET = do_HEAD = do_DELETE = do_OPTIONS = take  # noqa: N815  # as it wants them

        def answer(self, status: int) -> None:
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # its own name
            """What comes is shown by the command itself."""

    handler_verifies = secret_in(options) is not None
    try:
        server = ThreadingHTTPServer((options.host, options.port), Requests)
    except OSError as error:
        raise CommandError(
            f"cannot listen on {options.host} port {options.port}: {error.strerror or error}; "
            "choose another with --host and --port (0 for any free port)"
        ) from None
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://{options.host}:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _start(options: Namespace, url: str, *, verified: bool) -> None:
    if options.json:
        _write(kind="listening", url=url, verified=verified)
    elif options.quiet:
        sys.stdout.write(f"{url}\n")
    else:
        note = "" if verified else " and verifies nothing: it has no secret"
        sys.stdout.write(f"Listens on {url}{note}\nCtrl-C ends it.\n\n")
    sys.stdout.flush()


def _show(options: Namespace, received: Received) -> None:
    if options.json:
        _write(
            kind="delivery",
            at=received.at,
            method=received.request.method,
            target=received.request.target,
            status=received.status,
            verified=received.verified,
            problem=received.problem,
            events=[msgspec.Raw(event.raw) for event in received.events],
        )
    elif not options.quiet:
        sys.stdout.write("\n".join(_lines(received)) + "\n")
    sys.stdout.flush()


def _lines(received: Received) -> Iterable[str]:
    when = received.at.astimezone().strftime("%H:%M:%S.%f")[:12]
    if received.problem is not None:
        yield f"{when}  refused   {printable(received.problem)} (answered {received.status})"
    for event in received.events:
        name = getattr(event, "event", None) or getattr(event, "name", None) or ""
        who = event.user_id or (f"anonymous {event.anonymous_id}" if event.anonymous_id else "")
        covered = "" if event.covered or not received.verified else "  not covered by the signature"
        kind = printable(event.type or "object")[:10]
        yield f"{when}  {kind:<10}{printable(name)[:40]:<28}  {printable(who)[:40]:<22}{covered}"


def _write(**members: Any) -> None:
    line = b" ".join(msgspec.json.encode(members).splitlines())
    sys.stdout.write(line.decode() + "\n")
