"""`segment-hooks inbox list|show|retry|purge|work`: look into an inbox, mend it, and work on it.

`list` shows no personal data; `show` shows the whole event.
"""

from __future__ import annotations

import argparse
import importlib
import json
import logging
import os
import re
import signal
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from segment_hooks.commands import CommandError
from segment_hooks.errors import ConfigurationError
from segment_hooks.inbox.policy import RetryPolicy
from segment_hooks.inbox.protocol import Record, State, Stats, Store
from segment_hooks.inbox.urls import FORMS, open_store
from segment_hooks.inbox.worker import GRACE, TIMEOUT, Worker
from segment_hooks.router import WebhookEventRouter

VARIABLE = "SEGMENT_INBOX"
"""The environment variable for the address of the store."""

_UNITS = {"": 1, "s": 1, "m": 60, "h": 3_600, "d": 86_400}


def add(parsers: Any) -> None:
    """Add the command to a parser's sub-parsers."""
    parser = parsers.add_parser("inbox", help="look into an inbox, mend it, work on it", description=__doc__)
    parser.add_argument(
        "--store", metavar="ADDRESS", default=os.environ.get(VARIABLE), help=f"{FORMS}; or set {VARIABLE}"
    )
    actions = parser.add_subparsers(title="actions", dest="action", metavar="action", required=True)

    listing = actions.add_parser("list", help="how full it is, and which events are in it")
    listing.add_argument(
        "--state", type=State, choices=list(State), help="only these; else all that have not ended well"
    )
    listing.add_argument("--limit", type=_count, default=50, help="the oldest so many (50)")
    listing.add_argument("--json", action="store_true", help="one JSON object a line, the first for the whole")
    listing.set_defaults(run=_list)

    showing = actions.add_parser("show", help="one event, with its error and all that it holds")
    showing.add_argument("id")
    showing.add_argument("--raw", action="store_true", help="the bytes of the event, as they came, and nothing else")
    showing.set_defaults(run=_show)

    retrying = actions.add_parser("retry", help="let dead letters wait for a worker again")
    retrying.add_argument("ids", nargs="*", metavar="id")
    retrying.add_argument("--all", action="store_true", help="every dead letter")
    retrying.set_defaults(run=_retry)

    purging = actions.add_parser("purge", help="remove events for good")
    purging.add_argument("ids", nargs="*", metavar="id")
    purging.add_argument("--state", type=State, choices=list(State), default=State.DEAD, help="(dead)")
    purging.add_argument("--older-than", type=_seconds, default=0.0, metavar="AGE", help="such as 90s, 15m, 12h, 7d")
    purging.add_argument("--all", action="store_true", help="all of that state and age, not only those named")
    purging.set_defaults(run=_purge)

    working = actions.add_parser("work", help="run the handlers for what is stored, until SIGTERM or Ctrl-C")
    working.add_argument(
        "router", metavar="module:router", help="where the WebhookEventRouter is, such as shop.app:router"
    )
    working.add_argument("--concurrency", type=_count, default=32, help="events at once (32)")
    working.add_argument("--timeout", type=_seconds, default=TIMEOUT, help="for the handlers of one event (60s)")
    working.add_argument("--grace", type=_seconds, default=GRACE, help="after it, till a claim lapses (30s)")
    working.add_argument("--attempts", type=_count, default=RetryPolicy().attempts, help="tries, then it is dead (12)")
    working.add_argument("--first", type=_seconds, default=RetryPolicy().first, help="wait after the first try (2s)")
    working.add_argument("--until-empty", action="store_true", help="stop when nothing is due")
    working.set_defaults(run=_work)


def _list(options: argparse.Namespace) -> int:
    store = _store(options)
    stats = store.stats()
    states = [options.state] if options.state else [State.DEAD, State.WAITING, State.RUNNING]
    records = [record for state in states for record in store.records(state, options.limit)][: options.limit]
    if options.json:
        _say(json.dumps(_whole(stats)))
        for record in records:
            _say(json.dumps(_row(record)))
        return 0
    counts = ", ".join(f"{count} {state.value}" for state, count in stats.counts.items() if count) or "empty"
    age = "" if stats.oldest is None else f"; oldest {_age(stats.oldest)}, most tries {stats.attempts}"
    _say(counts + age)
    if records:
        _say(f"{'state':8} {'tries':>5} {'stored':20} {'error':24} id")
    for record in records:
        row = _row(record)
        _say(f"{row['state']:8} {row['tries']:5} {row['stored']:20} {row['error'] or '':24} {row['id']}")
    return 0


def _show(options: argparse.Namespace) -> int:
    record = _store(options).record(options.id)
    if record is None:
        sys.stderr.write("there is no such event\n")
        return 1
    if options.raw:
        sys.stdout.buffer.write(record.raw or b"")
        return 0
    for name, value in (_row(record) | {"covered": record.covered, "due": _time(record.due)}).items():
        if name != "error":
            _say(f"{name:8} {value}")
    for line in (record.error or "").splitlines():
        _say(f"error    {_visible(line)}")
    if record.raw is not None:
        _say(_pretty(record.raw))
    return 0


def _retry(options: argparse.Namespace) -> int:
    count = _store(options).retry(_chosen(options))
    _say(f"{count} dead letter(s) wait again")
    return 0 if count else 1


def _purge(options: argparse.Namespace) -> int:
    try:
        count = _store(options).purge(options.state, options.older_than, _chosen(options))
    except ValueError as error:
        raise CommandError(str(error)) from None
    _say(f"{count} {options.state.value} event(s) removed")
    return 0 if count else 1


def _work(options: argparse.Namespace) -> int:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    store, router = _store(options), _router(options.router)
    policy = RetryPolicy(attempts=options.attempts, first=options.first)
    worker = Worker(
        router,
        store,
        policy=policy,
        concurrency=options.concurrency,
        timeout=options.timeout,
        grace=options.grace,
    )

    def stop(*_: object) -> None:
        worker.stop()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    worker.run_here(until_empty=options.until_empty)
    return 0


def _store(options: argparse.Namespace) -> Store:
    if not options.store:
        raise CommandError(f"which inbox? Give --store {FORMS}, or set {VARIABLE}")
    return open_store(options.store)


def _router(place: str) -> WebhookEventRouter:
    module, _, name = place.partition(":")
    sys.path.insert(0, os.getcwd())  # noqa: PTH109  # as `python -m` has it
    try:
        router: object = importlib.import_module(module)
        for part in (name or "router").split("."):
            router = getattr(router, part)
    except (ImportError, AttributeError, ValueError) as error:
        raise CommandError(f"{place} cannot be loaded: {error}") from error
    if not isinstance(router, WebhookEventRouter):
        raise ConfigurationError(f"{place} is no WebhookEventRouter, but of {type(router).__name__}")
    return router


def _chosen(options: argparse.Namespace) -> Sequence[str] | None:
    if bool(options.ids) == options.all:
        raise CommandError("name events by their ids, or give --all")
    return None if options.all else options.ids


def _whole(stats: Stats) -> dict[str, Any]:
    counts = {state.value: count for state, count in stats.counts.items()}
    return {**counts, "depth": stats.depth, "oldest": stats.oldest, "attempts": stats.attempts}


def _row(record: Record) -> dict[str, Any]:
    # of an error the class alone: what it says may hold personal data
    kind = re.split(r"[: (]", record.error or "", maxsplit=1)[0] or None
    return {
        "id": record.id,
        "state": record.state.value,
        "tries": record.attempts,
        "stored": _time(record.stored),
        "error": kind and _visible(kind),
    }


def _pretty(raw: bytes) -> str:
    try:
        return json.dumps(json.loads(raw), indent=2)  # ASCII: nothing in it can speak to the terminal
    except ValueError:
        return repr(raw)


def _visible(text: str) -> str:
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _age(seconds: float) -> str:
    for unit, size in (("d", 86_400), ("h", 3_600), ("m", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f}{unit}"
    return f"{seconds:.0f}s"


def _seconds(text: str) -> float:
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([smhd]?)", text)
    if found is None:
        raise argparse.ArgumentTypeError(f"a time is a number and a unit, such as 90s, 15m, 12h, 7d, not {text!r}")
    return float(found[1]) * _UNITS[found[2]]


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not int(text):
        raise argparse.ArgumentTypeError(f"a number from 1, not {text!r}")
    return int(text)


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
