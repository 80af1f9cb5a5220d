"""`segment-testing replay`: send recorded requests again, as they are.

A recording has a JSON object a line, as `listen --save` writes it: `method`, `target`, `headers` as pairs in their
order and case, `body_base64`.
"""

from __future__ import annotations

import binascii
import sys
from argparse import ArgumentParser, Namespace
from argparse import _SubParsersAction as SubParsers
from base64 import b64decode, b64encode
from collections.abc import Iterable
from pathlib import Path

import msgspec

from segment_hooks import ConfigurationError, sign
from segment_testing.commands import CommandError
from segment_testing.commands.sending import Progress, add_secret, add_target, secret_in
from segment_testing.delivery import Answer, Simulator, WebhookRequest
from segment_testing.showing import printable


class Record(msgspec.Struct):
    """One line of a recording."""

    method: str
    headers: list[tuple[str, str]]
    body_base64: str
    target: str = "/"
    name: str = ""

    @classmethod
    def of(cls, request: WebhookRequest, name: str = "") -> Record:
        """The line for a request."""
        body = b64encode(request.body).decode()
        return cls(request.method, list(request.headers), body, request.target, name)

    def request(self) -> WebhookRequest:
        """What was recorded. Raises `binascii.Error` where the body is not base64."""
        return WebhookRequest(self.method, tuple(self.headers), b64decode(self.body_base64, validate=True), self.target)


def add(parsers: SubParsers[ArgumentParser]) -> None:
    """Add the parser of the command."""
    parser = parsers.add_parser(
        "replay",
        help="send recorded requests again",
        description="Send the requests of a recording again, with the bytes and headers that they had.",
        epilog="Exits with 1 where a request was not answered with 2xx.",
    )
    add_target(parser)
    parser.add_argument("recording", metavar="FILE", type=Path, help="as `listen --save` writes it")
    add_secret(parser, "sign again, with the secret in this environment variable")
    parser.add_argument("--sign", action="store_true", help="sign again (default: with the signatures that they had)")
    parser.add_argument(
        "--keep-path", action="store_true", help="to the paths that they had (default: that of the URL)"
    )
    parser.add_argument("--quiet", action="store_true", help="print nothing but what went wrong")
    parser.set_defaults(run=run)


def run(options: Namespace) -> int:
    """Send all of them; returns 1 where one was not answered with 2xx."""
    secret = secret_in(options) if options.sign or options.secret_env else None
    if options.sign and secret is None:
        raise CommandError("to sign again, name the variable with the secret: --secret-env NAME")
    records = read_recording(options.recording)
    failed = 0
    progress = Progress(len(records))
    with Simulator(options.url, allow_other_hosts=options.allow_other_hosts) as simulator:
        for number, record in enumerate(records, 1):
            request = _adapted(record.request(), simulator, options.keep_path, secret)
            answer = simulator.send(request)
            progress.step()
            failed += not answer.ok
            if not answer.ok or not options.quiet:
                progress.end()
                sys.stdout.write(_line(record.name or str(number), request, answer))
    progress.end()
    if not options.quiet:
        sys.stdout.write(f"{len(records):,} sent, {failed:,} not answered with 2xx\n")
    return 1 if failed else 0


def read_recording(path: Path) -> list[Record]:
    """The lines of a recording. Raises `CommandError` for a file that cannot be read or holds something else."""
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise CommandError(f"cannot read {path}: {error.strerror or error}") from None
    records: list[Record] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            records.append(msgspec.json.decode(line, type=Record))
            records[-1].request()
        except (msgspec.DecodeError, binascii.Error) as error:
            raise CommandError(f"line {number} of {path} is no recorded request: {error}") from None
    if not records:
        raise CommandError(f"{path} holds no request")
    return records


def _adapted(request: WebhookRequest, simulator: Simulator, keep_path: bool, secret: str | None) -> WebhookRequest:
    """The request for another server: its host, its path unless that is kept, and signed again where asked for."""
    changes = {"host": simulator.destination.host}
    if secret is not None and request.signature is not None:
        try:
            changes["x-signature"] = sign(secret, request.body)
        except ConfigurationError as error:
            raise CommandError(str(error)) from error
    headers = tuple((name, changes.get(name.lower(), value)) for name, value in request.headers)
    target = request.target if keep_path else simulator.destination.target
    return msgspec.structs.replace(request, headers=headers, target=target)


def _line(name: str, request: WebhookRequest, answer: Answer) -> str:
    return f"{printable(name):<32} {request.method:<5} {len(request.body):>8,} bytes  {answer}\n"


def written(requests: Iterable[WebhookRequest]) -> bytes:
    """The text of a recording."""
    return b"".join(msgspec.json.encode(Record.of(request)) + b"\n" for request in requests)
