"""The pytest plugin: fixtures with a fake Segment, and a guard before the real one.

    segment           a FakeSegment in this process
    segment_server    a FakeSegment served over HTTP, at `segment_server.url`
    segment_client    a SegmentClient that sends to `segment`, or to `segment_server` where the test has that
    segment_settings  override it to set the fakes up: return FakeSettings(…)
    real_segment      lets this test reach the real Segment

    @pytest.mark.segment(strict=True, write_keys={"wk"}, faults=[faults.status(500).times(2)])
    @pytest.mark.segment(leak_guard=False)

The marker takes every field of `FakeSettings` for the tests it stands on. A test fails, beside its own asserts, where
an expectation has no last word; where it would have reached the real Segment; and, with `strict`, where Segment would
have thrown away a call. A failed test shows what the fakes have recorded.

pytest loads this for every project that has the package installed, so at the top it imports nothing but pytest.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from segment_hooks.client import SegmentClient
    from segment_testing.fake.server import ServedFake
    from segment_testing.fake.settings import FakeSettings
    from segment_testing.fake_segment import FakeSegment, ServedSegment
    from segment_testing.leak_guard import Attempt, LeakGuard

_FAKES: pytest.StashKey[dict[str, FakeSegment]] = pytest.StashKey()
"""Of an item: its fakes, by the names of the fixtures."""
_GUARD: pytest.StashKey[LeakGuard] = pytest.StashKey()

CLIENT_WRITE_KEY = "test-write-key"
"""What `segment_client` sends with, unless the settings name the keys that are known."""


# ---- options


def pytest_addoption(parser: pytest.Parser) -> None:
    """The command line and the ini file."""
    help_text = "let no test reach the real Segment (default: true)"
    parser.addini("segment_leak_guard", help_text, type="bool", default=True)
    parser.getgroup("segment").addoption(
        "--no-segment-leak-guard", action="store_true", help="let tests reach the real Segment"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Registers the marker, and sets up the guard."""
    config.addinivalue_line(
        "markers",
        "segment(strict=..., faults=[...], write_keys=..., leak_guard=...): set up the fake Segment for a test; takes "
        "every field of segment_testing's FakeSettings",
    )
    if config.getini("segment_leak_guard") and not config.getoption("--no-segment-leak-guard"):
        from segment_testing.leak_guard import LeakGuard

        config.stash[_GUARD] = LeakGuard(config.rootpath)


# ---- fixtures


@pytest.fixture
def segment_settings() -> FakeSettings:
    """How the fakes are set up. Override this in a test module or a conftest.py."""
    from segment_testing.fake.settings import FakeSettings

    return FakeSettings()


@pytest.fixture
def segment(request: pytest.FixtureRequest, segment_settings: FakeSettings) -> Generator[FakeSegment]:
    """A fake Segment in this process, for the transports in `segment_testing.mocking`."""
    from segment_testing.fake_segment import FakeSegment

    yield from _lend(request, FakeSegment(_marked(request, segment_settings)), "segment")


@pytest.fixture
def segment_server(
    request: pytest.FixtureRequest, segment_settings: FakeSettings, _segment_servers: _Servers
) -> Generator[ServedSegment]:
    """A fake Segment at `.url`, on a free port of the loopback interface. The server outlives the test, what it has
    recorded does not."""
    from segment_testing.fake_segment import ServedSegment

    settings = _marked(request, segment_settings)
    fake = ServedSegment(_segment_servers.get(settings), settings)
    fake.reset()  # of what came when no test had it
    yield from _lend(request, fake, "segment_server")
    fake.reset()


@pytest.fixture
def segment_client(request: pytest.FixtureRequest) -> Generator[SegmentClient]:
    """A `SegmentClient` that sends to the fake of this test, at once: to `segment_server` where the test has that
    fixture, else to `segment`. Call its `flush()` before you expect. It is closed before the fake is judged."""
    from segment_hooks.client import SegmentClient
    from segment_testing.mocking.segment_client import FakeTransport

    served = "segment_server" in request.fixturenames
    fake: FakeSegment = request.getfixturevalue("segment_server" if served else "segment")
    key = min(fake.settings.write_keys or (CLIENT_WRITE_KEY,))
    if served:
        client = SegmentClient(key, host=request.getfixturevalue("segment_server").url, proxy=False, flush_interval=0)
    else:
        client = SegmentClient(key, transport=FakeTransport(fake), flush_interval=0)
    yield client
    client.close(timeout=2.0)


@pytest.fixture
def real_segment(request: pytest.FixtureRequest) -> None:
    """From here on the test may reach the real Segment."""
    guard = request.config.stash.get(_GUARD, None)
    if guard is not None:
        guard.stop()


@pytest.fixture(scope="session")
def _segment_servers() -> Generator[_Servers]:
    servers = _Servers()
    yield servers
    servers.stop()


class _Servers:
    """The served fakes of a session: one for all tests with the same settings."""

    def __init__(self) -> None:
        self._servers: list[tuple[FakeSettings, ServedFake]] = []

    def get(self, settings: FakeSettings) -> ServedFake:
        """The one with these settings, which is started where there is none yet."""
        import msgspec

        from segment_testing.fake.core import TrackingAPI
        from segment_testing.fake.server import serve

        settings = msgspec.structs.replace(settings, strict=False)  # that makes no difference to the server
        for served, server in self._servers:
            if served == settings:
                return server
        server = serve(TrackingAPI(settings))
        server.start()
        self._servers.append((settings, server))
        return server

    def stop(self) -> None:
        """Stop them all."""
        for _, server in self._servers:
            server.stop()


def _lend(request: pytest.FixtureRequest, fake: Any, name: str) -> Generator[Any]:
    """Give the test a fake, and fail it where the fake saw what strictness forbids."""
    fake.faults.add(*_marks(request.node).get("faults", ()))
    _fakes(request.node)[name] = fake
    yield fake
    if fake.settings.strict and fake.unasked_rejections:
        from segment_testing.failures import something_rejected

        pytest.fail(str(something_rejected(fake.unasked_rejections)), pytrace=False)


def _marks(node: pytest.Item) -> dict[str, Any]:
    """What the markers say, the closest last."""
    marks: dict[str, Any] = {}
    for marker in reversed(list(node.iter_markers("segment"))):
        if marker.args:
            pytest.fail('the marker "segment" takes keywords only, such as segment(strict=True)', pytrace=False)
        marks |= marker.kwargs
    return marks


def _marked(request: pytest.FixtureRequest, settings: FakeSettings) -> FakeSettings:
    """The settings, with those that the markers name in their place."""
    import msgspec

    fields = {name: value for name, value in _marks(request.node).items() if name not in ("faults", "leak_guard")}
    unknown = fields.keys() - set(settings.__struct_fields__)
    if unknown:
        known = ", ".join(("faults", "leak_guard", *settings.__struct_fields__))
        pytest.fail(f'the marker "segment" takes no {", ".join(sorted(unknown))}; it takes {known}', pytrace=False)
    return msgspec.structs.replace(settings, **fields) if fields else settings


# ---- what fails a test, and what a failed test shows


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Stands guard while a test runs, its fixtures included."""
    guard = item.config.stash.get(_GUARD, None)
    if guard is None or _marks(item).get("leak_guard") is False:
        return (yield)
    guard.start()
    try:
        return (yield)
    finally:
        guard.stop()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """A test that has passed, but tested nothing, or reached out, has failed."""
    result = yield
    _fail_for_leaks(item)
    for fake in _fakes(item).values():
        if fake.expect.unjudged:
            from segment_testing.failures import nothing_tested

            pytest.fail(str(nothing_tested(fake.expect.unjudged)), pytrace=False)
    return result


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, object, object]:
    """What reaches out when fixtures end fails the test too."""
    result = yield
    _fail_for_leaks(item)
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Adds to the report of a failed test what the fakes have recorded, and what would have left."""
    report = yield
    if not report.failed:
        return report
    for name, fake in _fakes(item).items():
        from segment_testing.showing import record

        report.sections.append((f"{name}: what was recorded", record(fake.api.ledger)))
    item.stash[_FAKES] = {}  # once is enough
    guard = item.config.stash.get(_GUARD, None)
    attempts = [] if guard is None else guard.take()
    if attempts:
        report.sections.append(("the real Segment", _told(attempts)))
    return report


def _fakes(item: pytest.Item) -> dict[str, FakeSegment]:
    return item.stash.setdefault(_FAKES, {})


def _fail_for_leaks(item: pytest.Item) -> None:
    guard = item.config.stash.get(_GUARD, None)
    attempts = [] if guard is None else guard.take()
    if attempts:
        pytest.fail(_told(attempts), pytrace=False)


def _told(attempts: list[Attempt]) -> str:
    return "\n".join([*map(str, attempts), "", _ADVICE])


_ADVICE = """\
Point the SDK at a fake: its host to `segment_server.url`, or one of segment_testing.mocking to `segment`.
A test that shall reach the real Segment says so: @pytest.mark.segment(leak_guard=False)"""
