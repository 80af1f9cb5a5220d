"""A browser for all tests of a process, and for each test a fake and its page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from segment_testing.fake import ServedFake, TrackingAPI, serve
from tests.testing.fake.page.looking import Opened, Window, chromium
from tests.testing.fake.page.thread import THREAD, in_thread


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool:
    """Run the tests where the browser is."""
    arguments = {name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}
    THREAD.submit(pyfuncitem.obj, **arguments).result()
    return True


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    with in_thread(chromium()) as running:
        yield running


@pytest.fixture(scope="session")
def window(browser: Any) -> Iterator[Window]:
    """One for many tests: it takes longer to open than the page."""
    with in_thread(Window.of(browser)) as opened:
        yield opened


@pytest.fixture
def api() -> TrackingAPI:
    """The fake that the page shows."""
    return TrackingAPI()


@pytest.fixture
def fake(api: TrackingAPI) -> Iterator[ServedFake]:
    with serve(api) as served:
        yield served


@pytest.fixture
def opened(window: Window, fake: ServedFake) -> Iterator[Opened]:
    """The page of the fake `api`."""
    with in_thread(window.look(fake)) as page:
        yield page
