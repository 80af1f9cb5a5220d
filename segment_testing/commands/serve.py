"""`segment-testing serve`: a fake Segment on a port, and every call on the screen as it comes."""

from __future__ import annotations

import queue
import signal
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from argparse import _SubParsersAction as SubParsers
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from types import FrameType
from typing import TYPE_CHECKING

from segment_hooks import ConfigurationError
from segment_hooks.tracking_plan import TrackingPlan
from segment_testing.commands import CommandError
from segment_testing.commands.reports import JSONReport, Listening, QuietReport, Report
from segment_testing.fake import FakeSettings, OAuthSettings, TrackingAPI
from segment_testing.news import Mark, news
from segment_testing.recording import Ledger

if TYPE_CHECKING:
    from segment_testing.fake import ServedFake, TLSFiles

HOST, PORT = "127.0.0.1", 8765
MAX_CALLS = 10_000
EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104  # only where the user says so

_STOPPING = (signal.SIGINT, signal.SIGTERM)


def add(parsers: SubParsers[ArgumentParser]) -> None:
    """Add the parser of the command."""
    parser = parsers.add_parser(
        "serve",
        help="serve a fake Segment, and show each call as it comes",
        description="Serve a fake Segment, and show each call as it comes, and each that Segment would lose, and why.",
        epilog="Look into it at /_fake/events, /_fake/rejected and /_fake/openapi.json. Ends with Ctrl-C.",
    )
    option = parser.add_argument
    option("--host", default=HOST, help="the address to listen on (default: %(default)s, this machine only)")
    option("--port", type=_port, default=PORT, help="0 for any free one (default: %(default)s)")
    option("--tls", action="store_true", help="speak https, with a certificate made for this run")
    option(
        "--write-key",
        action="append",
        dest="write_keys",
        metavar="KEY",
        type=_key,
        help="a write key that exists, calls with others are lost; may be given several times (default: all exist)",
    )
    option(
        "--plan",
        action="append",
        dest="plans",
        metavar="FILE",
        help="a tracking plan; the page shows how calls break it; may be given several times, for its pages",
    )
    option("--strict", action="store_true", help="exit with 1 if Segment would have lost or refused anything")
    option("--rate-limit", type=_rate, metavar="N", help="answer 429 above so many requests per second")
    option(
        "--max-calls",
        type=_count,
        default=MAX_CALLS,
        metavar="N",
        help="how many calls to keep before the oldest are forgotten (default: %(default)s)",
    )
    output = parser.add_mutually_exclusive_group()
    output.add_argument("--quiet", action="store_true", help="print the URL and nothing else")
    output.add_argument("--json", action="store_true", help="print a JSON object a line")
    parser.set_defaults(run=run)


def run(options: Namespace) -> int:
    """Serve until a signal says to stop; returns 1 where `--strict` found something to say, and 0 otherwise."""
    report = _report(options)
    settings = FakeSettings(
        write_keys=options.write_keys,
        strict=options.strict,
        rate_limit=options.rate_limit,
        max_calls=options.max_calls,
        oauth=OAuthSettings(),
        tracking_plan=_plan(options.plans),
    )
    api = TrackingAPI(settings)
    bell = _Bell()
    with ExitStack() as stack:
        stack.enter_context(_stopped_by_signals(bell))
        tls = stack.enter_context(_tls(options))
        fake = stack.enter_context(_served(api, options, tls))
        report.start(_listening(fake, tls, options))
        stack.callback(api.ledger.subscribe(bell.ring))
        place = _follow(api.ledger, Mark(), report, bell)
    report.show(news(api.ledger, place))  # what came while the server stopped
    report.end()
    return 1 if options.strict and report.tally.faulty else 0


def _plan(paths: list[str] | None) -> TrackingPlan | None:
    if not paths:
        return None
    try:
        return TrackingPlan.load(*paths).compile()
    except (OSError, ConfigurationError) as error:  # also where the extra `tracking-plan` is missing
        raise CommandError(str(error)) from None


def _listening(fake: ServedFake, tls: TLSFiles | None, options: Namespace) -> Listening:
    write_key: str = options.write_keys[0] if options.write_keys else "any-key"
    return Listening(fake.url, None if tls is None else tls.authority, write_key, options.host in EVERYWHERE)


def _follow(ledger: Ledger, place: Mark, report: Report, bell: _Bell) -> Mark:
    """Show what comes until the bell says to stop; returns the place after what was shown."""
    while True:
        came = news(ledger, place)
        report.show(came)
        place = came.mark
        if bell.stopped:
            return place
        bell.wait()


class _Bell:
    """Wakes the main thread: rung by those who record, in their threads, and by signals, in the middle of anything.

    A `SimpleQueue` is made for both; an `Event` would wait for itself if a signal came while the main thread held it.
    """

    def __init__(self) -> None:
        self._rings: queue.SimpleQueue[None] = queue.SimpleQueue()
        self._rung = False
        self.stopped = False

    def ring(self) -> None:
        if not self._rung:
            self._rung = True
            self._rings.put(None)

    def stop(self, _signal: int = 0, _frame: FrameType | None = None) -> None:
        self.stopped = True
        self._rings.put(None)

    def wait(self) -> None:
        """Until rung. What is recorded from now on rings again."""
        while True:
            try:
                self._rings.get(timeout=1)  # on Windows no signal comes through while a thread waits
            except queue.Empty:
                continue
            self._rung = False
            return


@contextmanager
def _stopped_by_signals(bell: _Bell) -> Generator[None, None, None]:
    """Have the signals that end a process ring the bell; the second one ends the process as ever."""
    before = {number: signal.getsignal(number) for number in _STOPPING}

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    def stop(number: int, frame: FrameType | None) -> None:
        restore()
        bell.stop(number, frame)

    for number in _STOPPING:
        signal.signal(number, stop)
    try:
        yield
    finally:
        restore()


@contextmanager
def _tls(options: Namespace) -> Generator[TLSFiles | None, None, None]:
    if not options.tls:
        yield None
        return
    from segment_testing.fake import temporary_tls

    with temporary_tls([] if options.host in EVERYWHERE else [options.host]) as files:
        yield files


@contextmanager
def _served(api: TrackingAPI, options: Namespace, tls: TLSFiles | None) -> Generator[ServedFake, None, None]:
    try:
        from segment_testing.fake import serve
    except ImportError as error:
        raise _not_installed(error) from None
    fake = serve(api, host=options.host, port=options.port, tls=tls)
    try:
        fake.start()
    except OSError as error:
        raise CommandError(
            f"cannot listen on {options.host} port {options.port}: {error.strerror or error}; "
            "choose another with --host and --port (0 for any free port)"
        ) from None
    try:
        yield fake
    finally:
        fake.stop()


def _report(options: Namespace) -> Report:
    if options.json:
        return JSONReport()
    if options.quiet:
        return QuietReport()
    try:
        from segment_testing.commands.screen import ScreenReport
    except ImportError as error:
        raise _not_installed(error) from None
    return ScreenReport()


def _not_installed(error: ImportError) -> CommandError:
    package = (error.name or "").partition(".")[0]
    return CommandError(f"needs {package}, which comes with: pip install 'segment-hooks[cli]'")


# ---- what options are made of


def _port(text: str) -> int:
    return _number(text, 0, 65_535, "a port is a number from 0 to 65535")


def _count(text: str) -> int:
    return _number(text, 1, 10**9, "a number of calls is a whole number above zero")


def _number(text: str, least: int, most: int, rule: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 10 and least <= int(text) <= most):
        raise ArgumentTypeError(f"{rule}, not {text!r}")
    return int(text)


def _rate(text: str) -> float:
    try:
        rate = float(text)
    except ValueError:
        rate = 0.0
    if not 0 < rate < float("inf"):
        raise ArgumentTypeError(f"a rate limit is a number of requests per second above zero, not {text!r}")
    return rate


def _key(text: str) -> str:
    if not text:
        raise ArgumentTypeError("a write key is not empty")
    return text
