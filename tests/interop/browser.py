"""Chromium, without a window, on pages that a small server of the test's own gives out."""

from __future__ import annotations

import json
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tests.interop.sdks import NODE_MODULES
from tests.parts import lacking, program

PAGE = Path(__file__).parent / "page.html"
SDK = NODE_MODULES / "@segment" / "analytics-next" / "dist" / "umd"

FLAGS = [
    "--headless",
    "--no-sandbox",  # CI runs as root
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--proxy-server=http://127.0.0.1:1",  # nothing but loopback can be reached
    "--proxy-bypass-list=127.0.0.1",
]


@contextmanager
def browsing(**wanted: Any) -> Iterator[None]:
    """Open the page, with what it is to do, for as long as the block lasts."""
    chromium = program("chromium", "chromium-browser", "google-chrome")
    if not SDK.is_dir():
        lacking("the SDKs for browsers (`make` installs them where npm is)")
    with pages() as origin, tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        url = f"{origin}/#{quote(json.dumps(wanted))}"
        browser = subprocess.Popen(
            [chromium, *FLAGS, f"--user-data-dir={profile}", "--remote-debugging-port=0", url],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            yield
        finally:
            browser.terminate()
            browser.wait(timeout=20)


class Pages(BaseHTTPRequestHandler):
    """The page, the SDK's own files, and a page to leave to."""

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path == "/":
            self._give(PAGE.read_bytes(), "text/html")
        elif path == "/left":
            self._give(b"<!doctype html><title>Another page</title>", "text/html")
        elif path.startswith("/sdk/") and (file := SDK / Path(path).name).is_file():
            self._give(file.read_bytes(), "text/javascript")
        else:
            self.send_error(404)

    def _give(self, body: bytes, content_type: str) -> None:
        self.send_response(200)
        self.send_header("content-type", content_type)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the base class names it so
        """Say nothing."""


@contextmanager
def pages() -> Iterator[str]:
    """Give the pages out on a free loopback port; yields their origin."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
