"""The page of the fake while 200 events a second come in, in a real Chromium, from its own trace of the main thread.

A page is responsive while its main thread is free to answer: a task of over 50 ms keeps the user waiting (W3C, "Long
Tasks"), an answer to a key within 100 ms seems immediate. Keys and loading are timed by the clock on the wall. Needs
Chromium and playwright. With `TRACE=file.json` in the
environment the last round's trace is kept, to be opened in the performance panel of the developer tools.
"""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks import workload
from benchmarks.harness import Table, compare
from segment_testing.fake import FakeRequest, TrackingAPI, serve

ROUNDS = 10
RATE = 200
SECONDS = 6.0
MANY = 10_000
BUSY = 0.25
"""Of the main thread's time at most."""
LONGEST = 0.050
KEY = 0.100
LOADED = 3.0

PAGE = "segment_testing"
_CATEGORIES = "devtools.timeline,disabled-by-default-devtools.timeline,blink.user_timing,__metadata"
_PROBE = """() => {
    window.waited = [];
    addEventListener("keydown", () => {
        const pressed = performance.now();
        requestAnimationFrame(() => setTimeout(() => window.waited.push(performance.now() - pressed)));
    }, true);
}"""


def run(rounds: int) -> list[Table]:
    """Measure, with a new fake and a new window in every round."""
    from playwright.sync_api import sync_playwright

    from tests.interop.browser import FLAGS
    from tests.parts import program

    measured: dict[str, list[float]] = {"busy": [], "longest": [], "key": [], "loaded": []}
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program("chromium", "chromium-browser"), args=FLAGS)
        for _ in range(max(rounds, 2)):
            for name, value in (*_live(chromium), ("loaded", _loading(chromium))):
                measured[name].append(value)
        chromium.close()
    at = f"{RATE} events a second"
    return [
        _table(f"main thread busy at {at}", measured["busy"], BUSY, "% of the time", 100),
        _table(f"longest task of the main thread at {at}", measured["longest"], LONGEST, "ms", 1e3),
        _table(f"from a key to the next frame at {at}, the slowest of 20", measured["key"], KEY, "ms", 1e3),
        _table(f"from the address to all of {MANY:,} calls", measured["loaded"], LOADED, "ms", 1e3),
    ]


def _table(title: str, values: list[float], limit: float, unit: str, scale: float) -> Table:
    floor = "figure to reach"
    return compare(
        title,
        {floor: [limit] * len(values), PAGE: values},
        floor=floor,
        reach={PAGE: 1.0},
        unit=unit,
        scale=scale,
        at_most=True,
        note="Over the figure to reach, so less is better.",
    )


# ---- live


def _live(chromium: Any) -> Iterator[tuple[str, float]]:
    with serve(TrackingAPI()) as fake, _window(chromium) as page:
        page.goto(f"{fake.url}/")
        page.locator("#connection[data-state=live]").wait_for()
        page.evaluate(_PROBE)
        session = page.context.new_cdp_session(page)
        with _traced(session) as events, _fed(fake.api):
            for _ in range(20):
                page.keyboard.press("j")
                page.wait_for_timeout(1e3 * SECONDS / 20)
        shown = page.locator("[data-count=call]").inner_text()
        if int(shown.replace(",", "")) < 0.8 * RATE * SECONDS:
            raise RuntimeError(f"the page shows {shown} calls only")
        tasks = _tasks(events)
        yield "busy", sum(tasks) / SECONDS
        yield "longest", max(tasks)
        yield "key", max(page.evaluate("() => window.waited")) / 1e3


@contextmanager
def _fed(api: TrackingAPI) -> Iterator[None]:
    """200 calls a second, one request each, until the block ends."""
    done = threading.Event()

    def feed() -> None:
        began = time.perf_counter()
        for number in range(10**9):
            wait = began + number / RATE - time.perf_counter()
            if done.wait(max(wait, 0)):
                return
            event = workload.small(number) if number % 20 else {"type": "track", "event": "lost"}
            body = json.dumps({"batch": [event], "writeKey": "benchmark"}).encode()
            api.handle(FakeRequest("POST", "/v1/batch", body=body))

    thread = threading.Thread(target=feed)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


@contextmanager
def _traced(session: Any) -> Iterator[list[dict[str, Any]]]:
    """The events of the trace, once the block has ended."""
    events: list[dict[str, Any]] = []
    ended = threading.Event()
    session.on("Tracing.dataCollected", lambda message: events.extend(message["value"]))
    session.on("Tracing.tracingComplete", lambda _: ended.set())
    session.send("Tracing.start", {"traceConfig": {"includedCategories": _CATEGORIES.split(",")}})
    yield events
    session.send("Tracing.end")
    for _ in range(200):
        if ended.is_set():
            break
        session.send("Runtime.evaluate", {"expression": "0"})  # lets the messages come in
        time.sleep(0.05)
    if path := os.environ.get("TRACE"):
        Path(path).write_text(json.dumps({"traceEvents": events}))


def _tasks(events: list[dict[str, Any]]) -> list[float]:
    """Seconds of CPU of each task of the page's main thread: what else runs on the machine counts for nobody."""
    mains = {
        (e["pid"], e["tid"]) for e in events if e["name"] == "thread_name" and e["args"]["name"] == "CrRendererMain"
    }
    by_thread: dict[tuple[int, int], list[float]] = {main: [] for main in mains}
    for event in events:
        thread = (event["pid"], event["tid"])
        if event["name"] == "RunTask" and thread in by_thread:
            by_thread[thread].append(event.get("tdur", 0) / 1e6)
    return max(by_thread.values(), key=sum)  # of the page; other renderers have next to nothing to do


# ---- many


def _loading(chromium: Any) -> float:
    api = TrackingAPI()
    for first in range(0, MANY, 500):
        batch = [workload.small(number) for number in range(first, first + 500)]
        api.handle(FakeRequest("POST", "/v1/batch", body=json.dumps({"batch": batch, "writeKey": "k"}).encode()))
    if len(api.ledger) != MANY:
        raise RuntimeError(f"the fake took {len(api.ledger)} calls")
    with serve(api) as fake, _window(chromium) as page:
        began = time.perf_counter()
        page.goto(f"{fake.url}/")
        page.locator("[data-count=call]", has_text=f"{MANY:,}").wait_for()
        return time.perf_counter() - began


@contextmanager
def _window(chromium: Any) -> Iterator[Any]:
    context = chromium.new_context()
    try:
        yield context.new_page()
    finally:
        context.close()
