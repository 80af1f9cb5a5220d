"""How it looks: on a phone, by day and by night; and to those who do not see it."""

from __future__ import annotations

from typing import Any

import pytest

from segment_testing.fake import ServedFake, TrackingAPI, faults
from segment_testing.fake.deliveries import Outcome
from tests.testing.fake.asking import batch, post
from tests.testing.fake.page.looking import Opened, Window
from tests.testing.fake.test_deliveries import attempted, delivery

CONTRAST = """() => {
    const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
    const parse = (colour) => {
        canvas.clearRect(0, 0, 1, 1);
        canvas.fillStyle = colour;
        canvas.fillRect(0, 0, 1, 1);
        return [...canvas.getImageData(0, 0, 1, 1).data];
    };
    const light = ([red, green, blue]) => [red, green, blue].map((part) => part / 255)
        .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
        .reduce((sum, part, index) => sum + part * [0.2126, 0.7152, 0.0722][index], 0);
    const found = [];
    for (const element of document.querySelectorAll("body *")) {
        const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
        if (!own || !element.checkVisibility() || element.closest(".aloud, option")) continue;
        let ground = element;
        while (ground && parse(getComputedStyle(ground).backgroundColor)[3] < 255) ground = ground.parentElement;
        const style = getComputedStyle(element);
        const [front, back] = [style.fill && element.namespaceURI.includes("svg") ? style.fill : style.color,
                               getComputedStyle(ground ?? document.body).backgroundColor].map((it) => light(parse(it)));
        const ratio = (Math.max(front, back) + 0.05) / (Math.min(front, back) + 0.05);
        if (ratio < 4.5) found.push(`${element.outerHTML.slice(0, 60)}: ${ratio}`);
    }
    return found;
}"""


TOO_WIDE = """() => [...document.querySelectorAll("body, body *")]
    .filter((it) => it.checkVisibility() && !it.closest(".aloud") && it.getBoundingClientRect().right > innerWidth + 1)
    .map((it) => it.outerHTML.slice(0, 80))"""
NAMELESS = """() => [...document.querySelectorAll("button, input, select, [role=option], [role=listbox]")]
    .filter((it) => !(it.ariaLabel || it.textContent.trim() || it.labels?.length)).map((it) => it.outerHTML)"""
FOCUSED = """() => {
    const it = document.activeElement;
    const { outlineStyle, outlineWidth } = getComputedStyle(it);
    return [it.id, outlineStyle === "solid" && parseFloat(outlineWidth) >= 2];
}"""


@pytest.fixture
def api() -> TrackingAPI:
    """With something of everything."""
    api = TrackingAPI()
    calls: list[dict[str, Any]] = []
    for number in range(30):
        properties = {"total": 1.5, "note": "a\u202e" + "x" * 300, "none": None}
        calls.append({"type": "track", "userId": f"u{number}", "event": "Order Completed", "properties": properties})
    twice = {**calls[0], "messageId": "m"}
    post(api, "/v1/batch", batch(*calls, {"type": "page"}, twice, twice))
    api.faults.add(faults.status(500))
    failed = attempted(delivery("a"), Outcome.AWAITING_RETRY, status=503, body=b"busy")
    api.deliveries.record(failed)
    api.deliveries.record(attempted(delivery("b"), Outcome.DISCARDED, status=400))
    api.deliveries.record(attempted(failed, Outcome.DELIVERED, status=200))
    return api


def walk(opened: Opened) -> Any:
    """Every view, one after the other."""
    opened.expect(opened.total("rejection")).to_have_text("1")
    yield "calls"
    for kind in ("rejection", "duplicate", ""):
        opened.page.locator(f"#list .row[data-mark='{kind}']").first.click()
        yield f"a call, {kind}"
        opened.document("Bytes")
        opened.detail.get_by_role("tab", name="As sent").click()
        opened.detail.get_by_role("button", name="Close").click()
    opened.page.get_by_role("tab", name="Deliveries").click()
    opened.page.locator("#delivery-list .row").first.click()
    yield "a delivery"
    opened.page.locator("#delivery-detail").get_by_role("button", name="Close").click()
    opened.page.get_by_role("tab", name="Faults").click()
    yield "faults"
    opened.page.keyboard.press("?")
    yield "keys"
    opened.page.keyboard.press("Escape")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_can_be_read_by_day_and_by_night(browser: Any, fake: ServedFake, scheme: str) -> None:
    with Window.of(browser, color_scheme=scheme) as window, window.look(fake) as opened:
        for view in walk(opened):
            assert opened.page.evaluate(CONTRAST) == [], view
        ground = opened.page.evaluate("() => getComputedStyle(document.body).backgroundColor")
    assert (ground == "rgb(18, 20, 24)") == (scheme == "dark")


def test_everything_fits_on_a_phone(browser: Any, fake: ServedFake) -> None:
    phone = {"viewport": {"width": 360, "height": 640}, "has_touch": True}
    with Window.of(browser, **phone) as window, window.look(fake) as opened:
        for view in walk(opened):
            assert opened.page.evaluate(TOO_WIDE) == [], view
            assert opened.page.evaluate("() => document.scrollingElement.scrollWidth") == 360
        opened.page.get_by_role("tab", name="Calls").click()
        assert opened.rows.first.bounding_box()["height"] == 50
        assert opened.page.locator("#list").bounding_box()["height"] > 200


def test_the_parts_of_the_page_have_names(opened: Opened) -> None:
    opened.expect(opened.total("rejection")).to_have_text("1")
    page = opened.page
    for role, name in (
        ("banner", None),
        ("heading", "Fake Segment"),
        ("region", "Volume"),
        ("tablist", "What to show"),
        ("tabpanel", "Calls"),
        ("search", "Filter the calls"),
        ("listbox", "Calls, the latest first"),
        ("img", "In the last 2 minutes"),
    ):
        opened.expect(page.get_by_role(role, name=name).first).to_be_visible()
    for _ in walk(opened):
        assert page.evaluate(NAMELESS) == []
    assert page.evaluate("() => document.documentElement.lang") == "en"


def test_where_the_focus_is_can_be_seen(opened: Opened) -> None:
    seen = dict[str, bool]()
    for _ in range(14):
        opened.page.keyboard.press("Tab")
        name, visible = opened.page.evaluate(FOCUSED)
        seen[name] = visible
    assert {"pause", "clear", "reset", "help", "span", "tab-calls", "text", "type", "rejected", "list"} <= seen.keys()
    assert [name for name, visible in seen.items() if name and not visible] == []
