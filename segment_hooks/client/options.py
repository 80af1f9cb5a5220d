"""The options that both clients take, and a `Core` made of them."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias, TypedDict, get_args

from segment_hooks.client.batcher import MAX_BATCH_EVENTS, Batcher
from segment_hooks.client.core import Core, OnError, Overflow
from segment_hooks.client.exchange import HOSTS, Endpoint, base_url
from segment_hooks.client.observing import Observer
from segment_hooks.client.receipt import Receipt
from segment_hooks.client.retrying import MAX_RETRIES, MAX_RETRY_SECONDS
from segment_hooks.client.spooling import Spool
from segment_hooks.errors import ConfigurationError

if TYPE_CHECKING:
    from segment_hooks.client.oauth import OAuth, Tokens
    from segment_hooks.client.transport import Transport

Proxy: TypeAlias = str | Literal[False] | None
"""A URL such as `http://user:password@proxy:3128`; None: as the environment says; False: none at all."""
Region: TypeAlias = Literal["us", "eu"]


class ClientOptions(TypedDict, total=False):
    """The options of `SegmentClient` and `AsyncSegmentClient` beside the write key and those about the transport."""

    region: Region
    """Where the workspace is: `"us"`, the default, or `"eu"`."""
    host: str | None
    """Instead of the region's: a proxy of your own, or a fake; `https://events.example.com`, with or without `/v1`."""
    flush_at: int
    """Events that make a batch due at once; 100 if left out. A batch takes all that is queued, within Segment's
    limits."""
    flush_interval: float
    """Seconds after which the oldest queued event is sent in any case; 0.5 if left out."""
    max_queue: int
    """Events that may wait to be sent; 10,000 if left out. Threads that call at the very same moment may go over it by
    one each."""
    overflow: Overflow
    """When the queue is full: `"drop_oldest"`, the default, gives up the oldest event; `"raise"` raises `SegmentError`;
    `"block"` (`SegmentClient` only) waits for room. Each is counted in `stats`."""
    gzip: bool
    """Compress what is sent; False if left out."""
    max_retries: int | None
    """How often a batch is sent again before it is given up, waits that the server asks for not counted; None for no
    limit. 10 if left out, without limit with a spool."""
    max_retry_seconds: float
    """Since its first failure, until a batch is given up; 12 hours if left out."""
    close_timeout: float
    """Seconds that `close`, and so the end of the process, may take to deliver what is queued; 10 if left out."""
    on_error: OnError | None
    """Called with a `SegmentError` for events that were rejected or given up, from the client's thread or event loop.
    It may call the client, but neither `flush` nor `close`."""
    spool: Spool | str | Path | None
    """A directory in which events are kept until they are settled (see `SqliteSpool`), or another `Spool`."""
    oauth: OAuth | None
    """Sign in with OAuth 2.0 (see `OAuth`)."""
    observer: Observer | None
    """Is told of requests and of settled events (see `Observer`)."""
    send: bool
    """False: check and count calls, and send nothing; for the tests of a service."""
    clock: Callable[[], float]
    """Seconds that only go up."""
    now: Callable[[], datetime]
    """The time, with a zone."""
    random: Callable[[], float]
    """Numbers from 0 to 1, for the jitter."""


def build_core(write_key: str, options: ClientOptions) -> Core:
    """Check the options; raises `ConfigurationError` where they cannot work."""
    if not isinstance(write_key, str) or not write_key or not write_key.isascii() or not write_key.isprintable():
        raise ConfigurationError("write_key must be the write key of a Segment source, as text")
    if unknown := options.keys() - ClientOptions.__annotations__.keys():
        raise TypeError(f"unknown options: {', '.join(sorted(unknown))}")
    region = options.get("region", "us")
    if region not in HOSTS:
        raise ConfigurationError(f"region is 'us' or 'eu', not {region!r}")
    overflow = options.get("overflow", "drop_oldest")
    if overflow not in get_args(Overflow):
        raise ConfigurationError(f"overflow is 'drop_oldest', 'raise' or 'block', not {overflow!r}")
    host = base_url(options.get("host") or HOSTS[region])
    clock = options.get("clock", time.monotonic)
    now = options.get("now", _now)
    spool = _spool(options.get("spool"))
    batcher = Batcher[Receipt](
        clock=clock,
        random=options.get("random", random.random),
        flush_at=_whole("flush_at", options.get("flush_at", 100), at_most=MAX_BATCH_EVENTS),
        flush_interval=_seconds("flush_interval", options.get("flush_interval", 0.5)),
        max_queue=_whole("max_queue", options.get("max_queue", 10_000)),
        max_retries=_retries(options.get("max_retries", MAX_RETRIES if spool is None else None)),
        max_retry_seconds=_seconds("max_retry_seconds", options.get("max_retry_seconds", MAX_RETRY_SECONDS)),
    )
    endpoint = Endpoint(
        write_key, host, now=now, compress=options.get("gzip", False), tokens=_tokens(options, region, clock, now)
    )
    return Core(
        batcher=batcher,
        endpoint=endpoint,
        overflow=overflow,
        close_timeout=_seconds("close_timeout", options.get("close_timeout", 10.0)),
        spool=spool,
        # a name for the source that does not tell the key; what is kept for one source is never sent to another
        source=sha256(f"{write_key}\n{host}".encode()).hexdigest()[:16],
        on_error=options.get("on_error"),
        observer=options.get("observer"),
        clock=clock,
        sending=options.get("send", True),
    )


def default_transport(timeout: float | None, proxy: Proxy, ca_file: str | Path | None) -> Transport:
    """The transport of a client that was given none."""
    from segment_hooks.client.transports.http import TIMEOUT, HttpTransport

    return HttpTransport(timeout=TIMEOUT if timeout is None else timeout, proxy=proxy, ca_file=ca_file)


def check_only_transport(timeout: float | None, proxy: Proxy, ca_file: str | Path | None) -> None:
    """Refuse options of the default transport beside another one."""
    if (timeout, proxy, ca_file) != (None, None, None):
        raise ConfigurationError(
            "timeout, proxy and ca_file are options of the default transport: give them to your own"
        )


def _now() -> datetime:
    return datetime.now(UTC)


def _spool(spool: Spool | str | Path | None) -> Spool | None:
    if not isinstance(spool, str | Path):
        if spool is not None and not isinstance(spool, Spool):
            raise ConfigurationError(f"spool is the path of a directory, or a Spool, not {type(spool).__name__}")
        return spool
    from segment_hooks.client.spool import SqliteSpool

    return SqliteSpool(spool)


def _tokens(
    options: ClientOptions, region: str, clock: Callable[[], float], now: Callable[[], datetime]
) -> Tokens | None:
    oauth = options.get("oauth")
    if oauth is None:
        return None
    from segment_hooks.client.oauth import AUTH_SERVERS, Tokens

    return Tokens(oauth, AUTH_SERVERS[region], clock=clock, now=now)


def _whole(name: str, value: int, *, at_most: int | None = None) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1 or (at_most is not None and value > at_most):
        limit = "" if at_most is None else f", at most {at_most}"
        raise ConfigurationError(f"{name} is a number of events, at least 1{limit}, not {value!r}")
    return value


def _retries(value: int | None) -> int | None:
    if value is not None and (not isinstance(value, int) or isinstance(value, bool) or value < 0):
        raise ConfigurationError(f"max_retries is a number, zero or more, or None, not {value!r}")
    return value


def _seconds(name: str, value: float) -> float:
    if not isinstance(value, int | float) or not 0 <= value < float("inf"):
        raise ConfigurationError(f"{name} is a number of seconds, zero or more, not {value!r}")
    return float(value)
