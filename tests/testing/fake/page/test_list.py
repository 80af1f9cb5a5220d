"""Finding a call among many: the filter, the keys, and a list that stays quick."""

from __future__ import annotations

from typing import Any

import pytest

from segment_testing.fake import TrackingAPI
from tests.testing.fake.asking import batch, post
from tests.testing.fake.page.looking import Opened, Window

MANY = 10_000


def shop(opened: Opened) -> None:
    opened.send(
        {"event": "Order Completed", "userId": "alice", "properties": {"total": 1, "coupon": "SPRING"}},
        {"type": "page", "name": "Home", "userId": "bob"},
        {"type": "identify", "userId": "carol", "traits": {"plan": "pro"}},
        {"event": "Order Refunded", "userId": None},
        writeKey="web-shop",
    )
    opened.track("Signed Up")
    opened.expect(opened.rows).to_have_count(5)


def search(opened: Opened, text: str) -> None:
    opened.page.get_by_role("searchbox", name="Text to look for").fill(text)


FOUND = {
    "order": {"Order Completed", "Order Refunded"},
    "ORDER completed": {"Order Completed"},
    "completed order": {"Order Completed"},
    "alice": {"Order Completed"},
    "spring": {"Order Completed"},
    "neither userid": {"Order Refunded"},
    "id_required": {"Order Refunded"},
    "identify pro": {"plan"},
    "web-shop": {"Order Completed", "Home", "plan", "Order Refunded"},
    "[a-z]+ .*": set[str](),
    "  ": {"Signed Up", "Order Completed", "Home", "plan", "Order Refunded"},
}


def test_text_is_looked_for_in_names_ids_sources_reasons_and_properties(opened: Opened) -> None:
    shop(opened)
    for text, names in FOUND.items():
        search(opened, text)
        shown = "" if len(names) == 5 else f"{len(names)} of 5"
        opened.expect(opened.page.locator("#shown")).to_have_text(shown)
        for name in names:
            opened.expect(opened.rows.locator(".name").filter(has_text=name)).to_have_count(1)
        opened.expect(opened.rows).to_have_count(len(names))
        opened.expect(opened.page.get_by_text("Nothing fits the filter.")).to_be_visible(visible=not names)


def test_the_filters_work_together_and_on_what_comes_later(opened: Opened) -> None:
    shop(opened)
    kinds = opened.page.get_by_role("combobox", name="Type of call")
    kinds.select_option("track")
    opened.expect(opened.rows).to_have_count(3)
    opened.page.get_by_role("checkbox", name="Only rejections").check()
    opened.see("Order Refunded")
    opened.send({"event": "Kept"}, {"event": "Lost", "userId": None}, {"type": "page", "userId": None})
    opened.expect(opened.total("rejection")).to_have_text("3")
    opened.expect(opened.rows).to_have_count(2)
    for name in ("Lost", "Order Refunded"):
        opened.expect(opened.rows.locator(".name").filter(has_text=name)).to_have_count(1)
    search(opened, "lost")
    opened.see("Lost")
    opened.page.get_by_role("checkbox", name="Only rejections").uncheck()
    kinds.select_option("")
    search(opened, "")
    opened.expect(opened.rows).to_have_count(8)


# ---- keys


def names(opened: Opened) -> str | None:
    """The name in the detail, None where there is none."""
    if opened.detail.is_hidden():
        return None
    text: str = opened.detail.get_by_role("heading").inner_text()
    return text.partition(" ")[2]


def press(opened: Opened, *keys: str) -> str | None:
    for key in keys:
        opened.page.keyboard.press(key)
    return names(opened)


def test_rows_are_walked_with_keys(opened: Opened) -> None:
    opened.track("A", "B", "C", "D")
    opened.see("D", "C", "B", "A")
    assert press(opened, "j") == "D"
    assert press(opened, "j", "ArrowDown") == "B"
    assert press(opened, "j", "j", "j") == "A"
    assert press(opened, "k", "ArrowUp") == "C"
    assert press(opened, "Home") == "D"
    assert press(opened, "End") == "A"
    active = opened.page.locator(f"[id='{opened.page.locator('#list').get_attribute('aria-activedescendant')}']")
    opened.expect(active).to_have_attribute("aria-selected", "true")
    opened.expect(opened.page.locator("[role=option][aria-selected=true]")).to_have_count(1)
    press(opened, "Enter")
    opened.expect(opened.detail).to_be_focused()
    assert press(opened, "Escape") is None
    opened.track("E")
    opened.see("E", "D", "C", "B", "A")
    assert press(opened, "j") == "E"


def test_what_is_chosen_stays_while_others_come(opened: Opened) -> None:
    opened.track("A")
    opened.see("A")
    press(opened, "j")
    opened.track("B", "C")
    opened.see("C", "B", "A")
    assert names(opened) == "A"
    assert press(opened, "k") == "B"


def test_the_filter_has_keys_of_its_own(opened: Opened) -> None:
    opened.track("A", "jk")
    opened.see("jk", "A")
    box = opened.page.get_by_role("searchbox")
    press(opened, "/", "j", "k")  # typed, and no way through the rows
    opened.expect(box).to_be_focused()
    opened.expect(box).to_have_value("jk")
    opened.see("jk")
    assert press(opened, "Escape") is None
    opened.expect(box).to_have_value("")
    opened.see("jk", "A")
    press(opened, "Escape")
    opened.expect(opened.page.locator("#list")).to_be_focused()
    assert press(opened, "j") == "jk"


def test_keys_for_everything_else(opened: Opened) -> None:
    opened.send({"event": "A"}, {"event": "B", "userId": None})
    opened.expect(opened.rows).to_have_count(2)
    press(opened, "Space")
    opened.expect(opened.page.get_by_role("button", name="Resume")).to_be_visible()
    press(opened, "Space")
    opened.expect(opened.page.get_by_role("button", name="Pause")).to_be_visible()
    press(opened, "r")
    opened.see("B")
    press(opened, "r", "c")
    opened.see()
    for key, tab in (("2", "Deliveries"), ("3", "Faults"), ("1", "Calls")):
        press(opened, key)
        opened.expect(opened.page.get_by_role("tab", name=tab)).to_have_attribute("aria-selected", "true")
        opened.expect(opened.page.get_by_role("tabpanel", name=tab)).to_be_visible()
    opened.page.get_by_role("tab", name="Calls").focus()
    press(opened, "ArrowRight")
    opened.expect(opened.page.get_by_role("tab", name="Deliveries")).to_be_focused()
    press(opened, "1", "Control+j")


def test_a_button_keeps_its_own_keys(opened: Opened) -> None:
    opened.page.get_by_role("button", name="Keyboard shortcuts").focus()
    press(opened, "Space")
    opened.expect(opened.page.get_by_role("dialog", name="Keyboard")).to_be_visible()
    opened.expect(opened.page.get_by_role("button", name="Pause")).to_have_count(1)


def test_the_keys_are_told_and_can_be_turned_off(opened: Opened) -> None:
    opened.track("A")
    opened.see("A")
    press(opened, "?")
    told = opened.page.get_by_role("dialog", name="Keyboard")
    opened.expect(told).to_contain_text("pause, resume")
    told.get_by_role("checkbox", name="Use these keys").uncheck()
    press(opened, "j", "Escape")
    opened.expect(told).to_be_hidden()
    assert press(opened, "j") is None
    opened.page.reload()
    opened.see("A")
    assert press(opened, "j") is None
    opened.page.get_by_role("button", name="Keyboard shortcuts").click()
    told.get_by_role("checkbox", name="Use these keys").check()
    told.get_by_role("button", name="Close").click()
    assert press(opened, "j") == "A"


# ---- many


@pytest.fixture
def many() -> TrackingAPI:
    api = TrackingAPI()
    for first in range(0, MANY, 1_000):
        calls = ({"type": "track", "userId": f"u{n}", "event": f"E{n}"} for n in range(first, first + 1_000))
        post(api, "/v1/batch", batch(*calls))
    return api


def test_ten_thousand_calls(window: Window, many: TrackingAPI) -> None:
    from segment_testing.fake import serve

    with serve(many) as fake, window.look(fake) as opened:
        opened.expect(opened.total("call")).to_have_text(f"{MANY:,}")
        opened.expect(opened.rows.first.locator(".name")).to_have_text("E9999")
        assert opened.rows.count() < 60
        assert press(opened, "End") == "E0"
        opened.expect(opened.rows.last.locator(".name")).to_have_text("E0")
        assert opened.rows.count() < 60
        # who looks at the past is not moved by what comes
        opened.track("new")
        opened.expect(opened.total("call")).to_have_text(f"{MANY + 1:,}")
        opened.expect(opened.rows.last.locator(".name")).to_have_text("E0")
        assert press(opened, "k", "k") == "E2"
        search(opened, "e77 u77")
        opened.expect(opened.page.locator("#shown")).to_have_text(f"111 of {MANY + 1:,}")
        assert press(opened, "Escape", "Escape", "Home") == "new"
        opened.expect(opened.rows.nth(1)).to_have_attribute("aria-posinset", str(MANY))


def test_the_page_keeps_so_many_and_no_more(opened: Opened) -> None:
    counted: dict[str, Any] = opened.page.evaluate(
        """async () => {
            const { Store } = await import("/_fake/page/store.js");
            const store = new Store();
            store.choose({ words: [], type: "track", rejected: false });
            const make = (at) => ({ kind: "call", at, type: at % 2 ? "track" : "page", searched: "", violations: [] });
            const hundred = (at) => Array.from({ length: 100 }, (_, index) => make(at + index));
            for (let at = 0; at < 30000; at += 100) store.add(hundred(at));
            const times = store.items.map(({ at }) => at);
            const seen = store.seen.map(({ at }) => at);
            return { kept: times.length, dropped: store.dropped, last: times.at(-1), first: times[0],
                     seen: seen.length, oldest: seen[0], total: store.counts.call };
        }"""
    )
    assert counted["kept"] + counted["dropped"] == counted["total"] == 30_000
    assert 20_000 <= counted["kept"] <= 21_000
    assert (counted["last"], counted["first"]) == (29_999, counted["dropped"])
    assert counted["seen"] == counted["kept"] // 2
    assert counted["oldest"] == counted["first"] + 1
