"""Pages of other origins, in a real browser: they can neither read nor change anything, nor show the page."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from segment_testing.fake import ServedFake, TrackingAPI
from tests.testing.fake.asking import batch, post
from tests.testing.fake.page.looking import PATIENCE, REBOUND
from tests.testing.fake.page.thread import in_thread

ELSEWHERE = "http://127.0.0.1:9"  # nobody listens: what is asked of it is answered by the test
TRIES = """async (fake) => {
    const outcome = async (attempt) => {
        try { return await attempt(); } catch (error) { return error.name; }
    };
    const load = (tag, attributes) => new Promise((resolve) => {
        const element = Object.assign(document.createElement(tag), attributes);
        element.onload = () => resolve("loaded");
        element.onerror = () => resolve("blocked");
        document.body.append(element);
    });
    const post = (path, options) => fetch(fake + path, { method: "POST", ...options });
    const json = "application/json";
    const fault = JSON.stringify({ fault: "status", status: 500 });
    return {
        read: await outcome(async () => (await fetch(`${fake}/_fake/events`)).text()),
        stream: await new Promise((resolve) => {
            const source = new EventSource(`${fake}/_fake/stream?from=start`);
            source.onmessage = source.onopen = () => resolve("read");
            source.onerror = () => (source.close(), resolve("refused"));
        }),
        script: await load("script", { src: `${fake}/_fake/events` }),
        module: await load("script", { src: `${fake}/_fake/page/page.js` }),
        image: await load("img", { src: `${fake}/_fake/page/icon.svg` }),
        opaque: await outcome(() => post("/_fake/reset", { mode: "no-cors" })),
        json: await outcome(() => post("/_fake/faults", { body: fault, headers: { "content-type": json } })),
        text: await outcome(() => post("/_fake/faults", { body: fault, mode: "no-cors" })),
        remove: await outcome(() => fetch(`${fake}/_fake/faults`, { method: "DELETE" })),
        beacon: navigator.sendBeacon(`${fake}/_fake/reset`, "{}"),
    };
}"""


FORM = """([action, enctype]) => {
    const form = Object.assign(document.createElement("form"), { method: "POST", action, enctype });
    document.body.append(form);
    form.submit();
}"""


@pytest.fixture
def fake(api: TrackingAPI, fake: ServedFake) -> ServedFake:
    post(api, "/v1/batch", batch({"type": "track", "userId": "u", "event": "secret"}))
    return fake


@pytest.fixture(scope="module")
def page(browser: Any) -> Iterator[Any]:
    with in_thread(elsewhere(browser)) as opened:
        yield opened


@contextmanager
def elsewhere(browser: Any) -> Iterator[Any]:
    """A window in which there are pages of another origin."""
    context = browser.new_context()
    context.set_default_timeout(PATIENCE)
    context.route(f"{ELSEWHERE}/**", lambda route: route.fulfill(body="<!doctype html>", content_type="text/html"))
    yield context.new_page()
    context.close()


def test_a_page_of_another_origin_gets_nothing_and_changes_nothing(page: Any, fake: ServedFake) -> None:
    page.goto(f"{ELSEWHERE}/")
    assert page.evaluate(TRIES, fake.url) == {
        "read": "TypeError",
        "stream": "refused",
        "script": "blocked",
        "module": "blocked",
        "image": "blocked",
        "opaque": "TypeError",
        "json": "TypeError",
        "text": "TypeError",
        "remove": "TypeError",
        "beacon": True,
    }
    assert (len(fake.api.ledger), len(fake.api.faults)) == (1, 0)


@pytest.mark.parametrize("encoding", ["application/x-www-form-urlencoded", "text/plain", "multipart/form-data"])
def test_nor_does_a_form(page: Any, fake: ServedFake, encoding: str) -> None:
    page.goto(f"{ELSEWHERE}/")
    with page.expect_response(f"{fake.url}/_fake/reset") as answered:
        page.evaluate(FORM, [f"{fake.url}/_fake/reset", encoding])
    assert answered.value.status == 403
    assert len(fake.api.ledger) == 1


def test_the_page_cannot_be_framed(page: Any, fake: ServedFake) -> None:
    page.goto(f"{ELSEWHERE}/")
    page.evaluate(
        "(url) => document.body.append(Object.assign(document.createElement('iframe'), { src: url }))", f"{fake.url}/"
    )
    page.wait_for_timeout(300)
    assert not [frame for frame in page.frames[1:] if frame.url.startswith(fake.url)]


def test_a_name_that_was_pointed_at_this_machine_reaches_nothing(page: Any, fake: ServedFake) -> None:
    for path in ("/", "/_fake/events", "/_fake/page/page.js"):
        response = page.goto(f"http://{REBOUND}:{fake.port}{path}")
        assert response.status == 421
        assert "secret" not in response.text()
    status = page.evaluate("async () => (await fetch('/_fake/reset', { method: 'POST' })).status")
    assert status == 421
    assert len(fake.api.ledger) == 1


def test_the_policy_holds(page: Any, fake: ServedFake) -> None:
    page.goto(f"{fake.url}/")
    page.locator("#connection[data-state=live]").wait_for()
    blocked = page.evaluate(
        """async () => {
            const found = [];
            document.addEventListener("securitypolicyviolation", (event) => found.push(event.effectiveDirective));
            const attempt = (action) => { try { action(); } catch (error) { found.push(error.name); } };
            attempt(() => (document.body.innerHTML = "<p>"));
            attempt(() => document.body.insertAdjacentHTML("beforeend", "<p>"));
            const script = document.createElement("script");
            attempt(() => (script.textContent = "document.title = 'owned'"));
            document.body.append(script);
            document.body.append(Object.assign(document.createElement("img"), { src: "data:image/gif;base64,AA" }));
            const styled = document.createElement("p");
            styled.setAttribute("style", "color: red");
            await fetch("http://127.0.0.1:9/").catch(() => found.push("fetch"));
            await new Promise((resolve) => setTimeout(resolve, 50));
            return found;
        }"""
    )
    assert blocked.count("TypeError") >= 2
    assert {"img-src", "connect-src", "style-src-attr", "fetch"} <= set(blocked)
    assert page.title() == "Fake Segment"
