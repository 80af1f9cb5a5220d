"""Looking at the page in a real Chromium, which reaches loopback only. What the page complains of is an error."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from segment_testing.fake import ServedFake
from tests.interop.browser import FLAGS
from tests.parts import lacking, program
from tests.testing.fake.asking import batch, post

REBOUND = "rebound.example"
"""A name that somebody else has pointed at this machine."""
PATIENCE = 20_000.0
"""Milliseconds: a browser takes a while on a busy machine."""

_REACHED = ["--proxy-bypass-list=127.0.0.1;" + REBOUND, f"--host-resolver-rules=MAP {REBOUND} 127.0.0.1"]


class Opened:
    """A page that shows a fake."""

    def __init__(self, page: Any, fake: ServedFake) -> None:
        from playwright.sync_api import expect

        self.page = page
        self.fake = fake
        self.api = fake.api
        self.expect = expect
        self.rows = page.locator("#list .row")
        self.detail = page.locator("#detail")

    def send(self, *calls: dict[str, Any], **members: Any) -> None:
        """A batch, straight to the core. Every call is a track call of u1, unless it says otherwise."""
        whole = [{"type": "track", "userId": "u1", **call} for call in calls]
        assert post(self.api, "/v1/batch", batch(*whole, **members)).status == 200

    def track(self, *names: str) -> None:
        """A batch of track calls."""
        self.send(*({"event": name} for name in names))

    def see(self, *names: str) -> None:
        """Wait until the rows are these, the latest first; those between them, in words."""
        self.expect(self.rows.locator(".name, .words")).to_have_text(list(names))

    def total(self, kind: str) -> Any:
        """The figure at the top."""
        return self.page.locator(f"[data-count={kind}]")

    def open(self, number: int) -> Any:
        """Choose a row, from 0 for the first; returns the detail."""
        self.rows.nth(number).click()
        self.detail.wait_for()
        return self.detail

    def document(self, tab: str) -> str:
        """What the detail shows under a tab, as text."""
        self.detail.get_by_role("tab", name=tab, exact=True).click()
        shown = self.detail.locator("pre")
        shown.wait_for()
        text: str = shown.text_content()
        return text


@contextmanager
def chromium() -> Iterator[Any]:
    """The browser."""
    executable = program("chromium", "chromium-browser", "google-chrome")
    try:
        from playwright.sync_api import expect, sync_playwright
    except ImportError:
        lacking("playwright")
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=[*FLAGS, *_REACHED])
        yield browser
        browser.close()


class Window:
    """A window of the browser: `look` opens the page of a fake in it, one after the other."""

    def __init__(self, context: Any) -> None:
        self.page = context.new_page()
        self._complaints: list[str] = []
        self._asked: list[str] = []
        self.page.set_default_timeout(PATIENCE)
        self.page.on("console", lambda message: message.type in _BAD and self._complaints.append(message.text))
        self.page.on("pageerror", lambda error: self._complaints.append(str(error)))
        self.page.on("dialog", lambda dialog: self._complaints.append(dialog.message))
        self.page.on("request", lambda request: self._asked.append(request.url))

    @classmethod
    @contextmanager
    def of(cls, browser: Any, **context: Any) -> Iterator[Window]:
        """A window of its own. `context`: its size, its colours and the like."""
        own = browser.new_context(**context)
        try:
            yield cls(own)
        finally:
            own.close()

    @contextmanager
    def look(self, fake: ServedFake) -> Iterator[Opened]:
        """The page of a fake, connected to it."""
        self._complaints.clear()
        self._asked.clear()
        self.page.goto(f"{fake.url}/")
        self.page.locator("#connection[data-state=live]").wait_for()
        yield Opened(self.page, fake)
        # that a fake is gone, or refuses something, is what some tests are about
        assert [words for words in self._complaints if not words.startswith("Failed to load resource: ")] == []
        assert {url for url in self._asked if not url.startswith("http://127.0.0.1:")} == set()


_BAD = ("error", "warning")
