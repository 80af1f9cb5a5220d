"""`segment-testing send`: deliver events to a service as Segment does, and say what became of them."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from argparse import _SubParsersAction as SubParsers
from pathlib import Path
from typing import Any

import msgspec

from segment_hooks import Event
from segment_testing.commands import CommandError
from segment_testing.commands.sending import Progress, add_secret, add_target, header, number, secret_in
from segment_testing.delivery import Destination, Report, Rules, Simulator, State
from segment_testing.delivery.faults import FAULTS, fault_named
from segment_testing.factories import Factories
from segment_testing.showing import printable


def add(parsers: SubParsers[ArgumentParser]) -> None:
    """Add the parser of the command."""
    parser = parsers.add_parser(
        "send",
        help="deliver events to a service as Segment does",
        description="Deliver made-up events, or those of a file, to a service, byte for byte as Segment does. "
        "Four hours of retries happen at once.",
        epilog="Exits with 1 where an event was lost, or something accepted that is not from Segment.",
    )
    add_target(parser)
    add_secret(parser, "the environment variable with the shared secret")
    option = parser.add_argument
    option("--events", metavar="FILE", type=Path, help="JSON events, one a line, or in an array (default: made up)")
    option(
        "--count",
        metavar="N",
        type=number(1, 1_000_000, "a number of events"),
        default=10,
        help="how many to make up (default: %(default)s)",
    )
    option("--name", metavar="NAME", help="make up track calls of that name (default: what some users do)")
    option("--seed", metavar="N", type=int, default=0, help="equal seeds make equal events and faults")
    option(
        "--batch-size",
        metavar="N",
        type=number(0, 4000, "a batch size"),
        default=0,
        help="up to how many events go into one request, 0 for none (default: %(default)s)",
    )
    option("--method", choices=["POST", "PUT", "PATCH"], default="POST")
    option("--header", action="append", default=[], type=header, metavar="'NAME: VALUE'", help="may be given often")
    option(
        "--fault",
        action="append",
        default=[],
        metavar="NAME[=CHANCE]",
        help=f"what goes wrong, may be given often: {', '.join(FAULTS)}",
    )
    option("--no-retries", action="store_true", help="give up where Segment would try again")
    output = parser.add_mutually_exclusive_group()
    output.add_argument("--quiet", action="store_true", help="print nothing but what went wrong")
    output.add_argument("--json", action="store_true", help="print a JSON object")
    parser.set_defaults(run=run)


def run(options: Namespace) -> int:
    """Deliver; returns 1 where something was lost, or accepted that should not be."""
    events = _events(options)
    progress = Progress(len(events))
    simulator = Simulator(
        options.url,
        destination=Destination(
            secret=secret_in(options),
            method=options.method,
            headers=dict(options.header),
            batch_size=options.batch_size,
        ),
        faults=[fault_named(text) for text in options.fault],
        seed=options.seed,
        rules=Rules(give_up_after=0) if options.no_retries else None,
        allow_other_hosts=options.allow_other_hosts,
        on_attempt=progress.step,
    )
    try:
        with simulator:
            report = simulator.deliver(events)
    finally:
        progress.end()
    _say(report, options)
    return 0 if report.ok else 1


def _say(report: Report, options: Namespace) -> None:
    if options.json:
        counts = {state.value: len(report.of(state)) for state in State}
        lost = [{"event": fate.title, "state": fate.state, "reason": fate.reason} for fate in report.lost]
        found = {
            "events": len(report.fates),
            "requests": len(report.attempts),
            **counts,
            "handled": len(report.handled),
            "accepted_forgeries": len(report.accepted_forgeries),
            "lost": lost,
            "ok": report.ok,
        }
        sys.stdout.write(msgspec.json.encode(found).decode() + "\n")
    elif not report.ok:
        sys.stdout.write("\n".join(map(printable, str(report).splitlines())) + "\n")
    elif not options.quiet:
        sys.stdout.write(report.summary() + "\n")


def _events(options: Namespace) -> list[Any]:
    if options.events is not None:
        return read_events(options.events)
    factories = Factories(options.seed)
    made: list[Event]
    if options.name is None:
        made = factories.batch(options.count)
    else:
        made = [factories.track(options.name) for _ in range(options.count)]
    return made


def read_events(path: Path) -> list[bytes]:
    """The JSON text of each event in a file: one object, several lines of one each, or an array of them.

    Raises `CommandError` for a file that cannot be read or holds something else.
    """
    try:
        text = path.read_bytes()
    except OSError as error:
        raise CommandError(f"cannot read {path}: {error.strerror or error}") from None
    try:
        events = _elements(text)
    except ValueError as error:
        raise CommandError(f"{path} holds no JSON: {error}") from None
    for number_of, event in enumerate(events, 1):
        if not event.lstrip().startswith(b"{"):
            raise CommandError(f"event {number_of} in {path} is no JSON object")
    if not events:
        raise CommandError(f"{path} holds no event")
    return events


def _elements(text: bytes) -> list[bytes]:
    stripped = text.strip()
    if stripped.startswith(b"["):
        return [bytes(each) for each in msgspec.json.decode(stripped, type=list[msgspec.Raw])]
    lines = [line for line in stripped.splitlines() if line.strip()]
    try:
        for line in lines:
            msgspec.json.decode(line, type=msgspec.Raw)
    except msgspec.DecodeError:
        lines = [stripped]  # one object over several lines
        msgspec.json.decode(stripped, type=msgspec.Raw)
    return lines
