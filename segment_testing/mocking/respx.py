"""respx, which mocks httpx: `with respx_routes(segment): …`; with its fixture, `respx_routes(segment, respx_mock)`."""

from __future__ import annotations

from collections.abc import Iterable

from segment_testing.mocking._missing import missing
from segment_testing.mocking.carrying import SEGMENT_HOSTS, Handles, netlocs
from segment_testing.mocking.httpx import FakeTransport

try:
    from respx import MockRouter, Route
    from respx.patterns import M, Pattern
except ImportError as error:
    raise missing("respx", "respx") from error


def respx_routes(api: Handles, router: MockRouter | None = None, *, hosts: Iterable[str] = SEGMENT_HOSTS) -> MockRouter:
    """Answer from `api` what goes to `hosts`: a route of `router`, or of a new router to be used as a context manager.

    Returns the router. By respx's rules a request that no route takes is an error; give the router routes of your own
    for what the code asks of others, or `router.route(host="localhost").pass_through()`.

    A slow reply comes at once, or raises `httpx.ReadTimeout` at once where it is slower than the client's time-out.
    """
    if router is None:
        router = MockRouter()
    router.add(_Standing(_pattern(hosts)).mock(side_effect=FakeTransport(api).answer))
    return router


class _Standing(Route):
    """A route that need not be called.

    respx takes a route that was not called for a mistake in the test. But a fake is there whether it is needed or not,
    and that nothing was sent may be just what the test wants to see.
    """

    @property
    def called(self) -> bool:
        return True


def _pattern(hosts: Iterable[str]) -> Pattern:
    either: Pattern | None = None
    for netloc in netlocs(hosts):
        host, _, port = netloc.partition(":")
        pattern: Pattern = M(host=host, port=int(port)) if port else M(host=host)
        either = pattern if either is None else either | pattern
    if either is None:
        raise ValueError("hosts is empty, so no request would ever be answered")
    return either
