"""Stops what would go to the real Segment while a test runs, and says which line wanted to.

A forgotten fake does not show: the SDK sends in a thread, the real Segment answers 200 to anything, and the numbers of
a production source grow with every test. So a name below one of `DOMAINS` is not resolved and not connected to:

    socket     getaddrinfo, gethostbyname; connect and connect_ex, where they are given the name itself
    asyncio    the event loop's getaddrinfo, which is still in the task of the caller; uvloop's create_connection
    trio       its getaddrinfo, likewise
    ssl        wrap_socket and wrap_bio for such a name: the last chance where a proxy, or a resolver of its own,
               has led past the others; a connection stands then, but nothing of the request has been sent

Whoever calls gets `SegmentLeak`, an `AssertionError`. SDKs catch it as they catch every error, so it is noted as well,
and the pytest plugin fails the test. Nothing else is touched, and all is put back at the end.
"""

from __future__ import annotations

import functools
import linecache
import socket
import sys
import sysconfig
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any, cast
from weakref import WeakKeyDictionary

DOMAINS = ("segment.io", "segment.com", "segmentapis.com")
"""Of the real Segment: its Tracking API, settings, OAuth and Public API, in the US and in the EU."""

_SUFFIXES = tuple(f".{domain}" for domain in DOMAINS)
_STACK = 6
"""Frames that are shown where no line of the user's can be named."""


class SegmentLeak(AssertionError):  # noqa: N818  # what it is
    """A test would have reached the real Segment. `host` is where, `line` the line of the user's code, or None where a
    thread of somebody else's wanted to."""

    def __init__(self, host: str, line: str | None) -> None:
        super().__init__(f"this would have reached the real Segment at {host}" + (f", from {line}" if line else ""))
        self.host = host
        self.line = line


SegmentLeak.__module__ = "segment_testing"  # what a test report begins with


class Attempt:
    """One try to reach the real Segment, or several from the same place. `place`: lines that show where."""

    def __init__(self, host: str, place: list[str]) -> None:
        self.host = host
        self.place = place
        self.count = 1

    def __str__(self) -> str:
        times = "" if self.count == 1 else f" ({self.count} times)"
        return "\n".join([f"this would have reached the real Segment at {self.host}{times}:", *self.place])


def is_segment(host: object) -> bool:
    """Whether it is the name of a host of Segment's."""
    if isinstance(host, bytes | bytearray):
        host = host.decode("latin-1")
    if not isinstance(host, str):
        return False
    name = host.lower().rstrip(".")
    return name.endswith(_SUFFIXES) or name in DOMAINS


class LeakGuard:
    """Stands guard from `start` to `stop`, in all threads. `root`: the folder that places are shown relative to."""

    def __init__(self, root: Path | None = None) -> None:
        self._root = root
        self._lock = threading.Lock()
        self._attempts: dict[tuple[str, ...], Attempt] = {}
        self._replaced: list[tuple[Any, str, Any, Any]] = []
        self._wrapped: dict[Any, Any] = {}
        self._started: WeakKeyDictionary[threading.Thread, list[str]] = WeakKeyDictionary()

    def start(self) -> None:
        """Begin to stand guard."""
        for owner, name, host_at in _entrances():
            self._replace(owner, name, functools.partial(self._guarded, host_at))
        self._replace(threading.Thread, "start", self._noting)

    def stop(self) -> None:
        """Put everything back. What has been replaced by others meanwhile stays; it lets everything by."""
        replaced, self._replaced = self._replaced, []
        for owner, name, original, guarded in reversed(replaced):
            if _own(owner, name) is not guarded:
                continue
            if original is _INHERITED:
                delattr(owner, name)
            else:
                setattr(owner, name, original)

    def take(self) -> list[Attempt]:
        """The attempts since this was last asked."""
        with self._lock:
            attempts = list(self._attempts.values())
            self._attempts.clear()
        return attempts

    def __enter__(self) -> LeakGuard:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _replace(self, owner: Any, name: str, wrap: Callable[[Any], Any]) -> None:
        function = getattr(owner, name)
        if function not in self._wrapped:  # once in a session, not in every test
            self._wrapped[function] = wrap(function)
        wrapped = self._wrapped[function]
        self._replaced.append((owner, name, _own(owner, name), wrapped))
        setattr(owner, name, wrapped)

    def _guarded(self, host_at: int | str, function: Callable[..., Any]) -> Callable[..., Any]:
        """The same, but not for hosts of Segment's."""

        @functools.wraps(function)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            __tracebackhide__ = True
            if isinstance(host_at, int):
                host = args[host_at] if len(args) > host_at else kwargs.get("host")
                if host.__class__ is tuple and host:  # an address
                    host = host[0]
            else:
                host = kwargs.get(host_at)
            if host is not None and is_segment(host) and self._replaced:
                raise self._stopped(host)
            return function(*args, **kwargs)

        return guarded

    def _noting(self, start: Callable[[threading.Thread], None]) -> Callable[[threading.Thread], None]:
        """The same, and noted which line of the user's starts the thread: what an SDK sends goes back to that."""

        @functools.wraps(start)
        def noted(thread: threading.Thread) -> None:
            line = next((frame for frame in _outwards(sys._getframe(1)) if _is_users(frame)), None)
            if line is not None:
                self._started[thread] = self._shown(line)
            start(thread)

        return noted

    def _stopped(self, host: str | bytes) -> SegmentLeak:
        name = host if isinstance(host, str) else host.decode("latin-1")
        stack = list(_outwards(sys._getframe(2)))
        line = next((frame for frame in stack if _is_users(frame)), None)
        place = self._in_thread(stack) if line is None else self._shown(line)
        with self._lock:
            attempt = self._attempts.get((name, *place))
            if attempt is None:
                self._attempts[name, *place] = Attempt(name, place)
            else:
                attempt.count += 1
        return SegmentLeak(name, None if line is None else place[0].strip())

    def _in_thread(self, stack: list[FrameType]) -> list[str]:
        thread = threading.current_thread()
        head = f"    in the thread {thread.name!r}"
        started = self._started.get(thread)
        lines = (
            [f"{head}, which was started by", *map(_deeper, started)] if started else [f"{head}, which is not yours"]
        )
        outermost = [frame for frame in reversed(stack) if not _is_of_library(frame)][:_STACK]
        return [*lines, "    and has the stack", *(_deeper(text) for frame in outermost for text in self._shown(frame))]

    def _shown(self, frame: FrameType) -> list[str]:
        code, number = frame.f_code, frame.f_lineno
        path = Path(code.co_filename)
        if self._root is not None and path.is_relative_to(self._root):
            path = path.relative_to(self._root)
        source = linecache.getline(code.co_filename, number, frame.f_globals).strip()
        return [f"    {path}:{number} in {code.co_name}", *([f"        {source}"] if source else [])]


def _deeper(line: str) -> str:
    return f"    {line}"


_INHERITED = object()


def _own(owner: Any, name: str) -> Any:
    """What a module or class has under that name itself."""
    members = cast("dict[str, Any]", vars(owner))
    return members.get(name, _INHERITED)


def _entrances() -> Iterator[tuple[Any, str, int | str]]:
    """What leads to a host: owner, name, and the argument that names the host. Nothing is imported for it: what is not
    loaded leads nowhere, or to `socket`."""
    yield socket, "getaddrinfo", 0
    yield socket, "gethostbyname", 0
    yield socket, "gethostbyname_ex", 0
    yield socket.socket, "connect", 1
    yield socket.socket, "connect_ex", 1
    loops: Any = sys.modules.get("asyncio.base_events")
    if loops is not None:
        yield loops.BaseEventLoop, "getaddrinfo", 1
    uvloop: Any = sys.modules.get("uvloop")
    if uvloop is not None:
        yield uvloop.Loop, "getaddrinfo", 1
        yield uvloop.Loop, "create_connection", 2
    for module in ("trio.socket", "trio._socket", "trio._highlevel_open_tcp_stream"):
        trio: Any = sys.modules.get(module)
        if hasattr(trio, "getaddrinfo"):
            yield trio, "getaddrinfo", 0
    ssl: Any = sys.modules.get("ssl")
    if ssl is not None:
        yield ssl.SSLContext, "wrap_socket", "server_hostname"
        yield ssl.SSLContext, "wrap_bio", "server_hostname"


# ---- whose code it is

_OWN = str(Path(__file__).parent)
_LIBRARY = tuple({sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib")})


def _outwards(frame: FrameType | None) -> Iterator[FrameType]:
    while frame is not None:
        yield frame
        frame = frame.f_back


def _is_users(frame: FrameType) -> bool:
    """Whether it is neither of Python's library, nor of an installed package, nor of this one."""
    path = frame.f_code.co_filename
    return not _is_of_library(frame) and "site-packages" not in path and "dist-packages" not in path


def _is_of_library(frame: FrameType) -> bool:
    """Whether it is of Python's library, or of this package."""
    path = frame.f_code.co_filename
    return path.startswith(("<", _OWN)) or (path.startswith(_LIBRARY) and "site-packages" not in path)
