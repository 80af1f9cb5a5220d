"""Deliveries with their attempts, faults, violations, and the plot."""

from __future__ import annotations

import json
from typing import Any

from msgspec.structs import replace

from segment_testing.delivery.logged import LoggedSimulator
from segment_testing.fake import TrackingAPI, faults
from segment_testing.fake.deliveries import Outcome
from tests.testing.fake.asking import batch, post
from tests.testing.fake.page.looking import Opened, Window
from tests.testing.fake.test_deliveries import BODY, NOW, attempted, delivery


def deliveries_of(opened: Opened) -> Any:
    opened.page.get_by_role("tab", name="Deliveries").click()
    return opened.page.locator("#delivery-list .row")


def test_a_delivery_and_what_becomes_of_it(opened: Opened) -> None:
    rows = deliveries_of(opened)
    opened.expect(opened.page.locator("#delivery-empty")).to_be_visible()
    first = delivery("a")
    opened.api.deliveries.record(first)
    opened.api.deliveries.record(delivery("b", title="a batch of 20"))
    opened.expect(rows.locator(".name")).to_have_text(["a batch of 20", "track Order Completed"])
    opened.expect(rows.nth(1).locator(".type")).to_have_text("sending")
    rows.nth(1).click()
    detail = opened.page.locator("#delivery-detail")
    opened.expect(detail).to_contain_text("The first is under way.")
    failed = attempted(first, Outcome.AWAITING_RETRY, error="ETIMEDOUT")
    failed = attempted(failed, Outcome.AWAITING_RETRY, status=503, body=b'{"message":"<b>busy</b>"}')
    opened.api.deliveries.record(replace(failed, next_attempt=NOW))
    opened.expect(detail.get_by_role("heading").first).to_have_text("to be retried track Order Completed")
    opened.expect(detail).to_contain_text("Next attempt2026-03-04T05:06:07.089Z")
    opened.api.deliveries.record(attempted(failed, Outcome.DELIVERED, status=204))
    opened.expect(detail.get_by_role("heading").first).to_have_text("delivered track Order Completed")
    attempts = detail.get_by_role("row")
    opened.expect(attempts).to_have_count(5)  # with the head, and the answer that has a body
    for row, texts in ((1, "none: ETIMEDOUT"), (2, "503"), (3, '{"message":"<b>busy</b>"}'), (4, "204")):
        opened.expect(attempts.nth(row)).to_contain_text(texts)
    opened.expect(attempts.nth(4)).to_contain_text("250 ms")
    opened.expect(detail).to_contain_text("x-signature: 0f1e")
    assert '"n": 1.0' in detail.locator("pre.json").text_content()
    opened.expect(rows.nth(1).locator(".user")).to_have_text("204 in 250 ms, 3 attempts")
    opened.expect(opened.page.locator("#count-deliveries")).to_have_text("2")
    opened.page.keyboard.press("Escape")
    opened.expect(detail).to_be_hidden()


def test_a_delivery_is_sent_again(opened: Opened) -> None:
    rows = deliveries_of(opened)
    opened.api.deliveries.record(delivery("a"))
    rows.first.click()
    detail = opened.page.locator("#delivery-detail")
    button, words = detail.get_by_role("button", name="Replay"), detail.get_by_role("status")
    button.click()
    opened.expect(words).to_contain_text("who made this delivery did not say how")

    again = delivery("b", title="again", replay_of="a")
    opened.api.deliveries.record(delivery("a"), replay=lambda: opened.api.deliveries.record(again))
    button.click()
    opened.expect(words).to_contain_text("Sent again")
    opened.expect(rows.locator(".name")).to_have_text(["again", "track Order Completed"])
    rows.first.click()
    opened.expect(detail).to_contain_text("Replay ofa")


def test_the_deliveries_of_a_simulator(opened: Opened) -> None:
    answers = iter([503, 503, 200, 200])
    simulator = LoggedSimulator(lambda _: next(answers), opened.api.deliveries, secret="k")
    simulator.deliver({"type": "track", "event": "Order Completed", "messageId": "m1"})
    rows = deliveries_of(opened)
    opened.expect(rows.locator(".user")).to_have_text(["200 in 0 ms, 3 attempts"])
    rows.first.click()
    detail = opened.page.locator("#delivery-detail")
    opened.expect(detail).to_contain_text("x-signature: ")
    detail.get_by_role("button", name="Replay").click()
    opened.expect(rows.locator(".user")).to_have_text(["200 in 0 ms", "200 in 0 ms, 3 attempts"])


def test_deliveries_that_came_before_the_page(opened: Opened) -> None:
    opened.api.deliveries.record(delivery("a", body=b"a=1&b=2"))
    opened.page.reload()
    deliveries_of(opened).first.click()
    opened.expect(opened.page.locator("#delivery-detail pre.raw").last).to_have_text("a=1&b=2")
    assert BODY not in opened.page.content().encode()


def test_faults_are_seen_set_and_cleared(opened: Opened) -> None:
    opened.api.faults.add(faults.sequence(500, faults.reset(recorded=True)).after(3), lambda request, answer: answer())
    opened.page.get_by_role("tab", name="Faults").click()
    items = opened.page.get_by_role("tabpanel", name="Faults").get_by_role("listitem")
    opened.expect(items).to_have_count(2)
    opened.expect(items.nth(0)).to_contain_text("Answer 500 → Take the calls, then reset the connection")
    opened.expect(items.nth(0)).to_contain_text("requests with calls, after 3 requests, once · 0 requests so far")
    opened.expect(items.nth(1)).to_contain_text("What a function of a test does")
    opened.page.get_by_label("What goes wrong").select_option("Answer 429, try again in 1 second")
    opened.page.get_by_label("How often").fill("2")
    opened.page.get_by_role("button", name="Add fault").click()
    opened.expect(items).to_have_count(3)
    opened.expect(items.nth(2)).to_contain_text("Answer 429, try again in 1 second")
    opened.expect(opened.page.locator("#count-faults")).to_have_text("3")
    assert opened.api.faults.active[-1][0] == faults.rate_limited().times(2)
    opened.page.get_by_role("button", name="Clear all").click()
    opened.expect(items).to_have_text(["No fault is set: the fake answers as Segment does."])
    assert len(opened.api.faults) == 0


def test_every_fault_of_the_page_is_one(opened: Opened) -> None:
    opened.page.get_by_role("tab", name="Faults").click()
    kinds = opened.page.get_by_label("What goes wrong")
    items = opened.page.get_by_role("tabpanel", name="Faults").get_by_role("listitem")
    words = kinds.locator("option").all_inner_texts()
    for number in range(len(words)):
        kinds.select_option(index=number)
        opened.page.get_by_role("button", name="Add fault").click()
        opened.expect(items).to_have_count(number + 1)
    assert opened.page.locator("#fault-list strong").all_inner_texts() == words


def test_violations_are_told_with_the_call(opened: Opened) -> None:
    found = [
        {"type": "Required", "field": "properties.order_id", "description": "properties.order_id is required"},
        {"type": "Invalid Type", "field": "properties.total", "description": "<b>Invalid type</b>"},
    ]
    call = {
        "type": "track",
        "name": "Order Completed",
        "received_at": "2026-03-04T05:06:07.089Z",
        "violations": found,
        "sent": {},
    }
    body = f"id: 0-0-0-0\n\nevent: call\nid: 0-1-0-0\ndata: {json.dumps(call)}\n\n"
    opened.page.route(
        "**/_fake/stream?*",
        lambda route: route.fulfill(body=body, content_type="text/event-stream", headers={"fake-run": "other"}),
    )
    try:
        opened.page.reload()
        opened.expect(opened.rows.first.locator(".trouble")).to_have_text(
            "properties.order_id is required and 1 more violation"
        )
        opened.rows.first.click()
        banner = opened.detail.locator(".banner")
        opened.expect(banner).to_contain_text("2 violations of the tracking plan")
        opened.expect(banner.get_by_role("listitem")).to_have_text(
            ["properties.order_id properties.order_id is required", "properties.total <b>Invalid type</b>"]
        )
        opened.page.get_by_role("checkbox", name="Only rejections").check()
        opened.expect(opened.rows.first).to_have_attribute("data-mark", "violation")
    finally:
        opened.page.unroute("**/_fake/stream?*")


# ---- the plot


def test_the_plot_says_in_words_what_it_shows(opened: Opened) -> None:
    plot = opened.page.locator("#chart svg")
    opened.expect(plot).to_have_attribute("aria-label", "In the last 2 minutes: 0 accepted, 0 rejected.")
    opened.send(*({"event": str(n)} for n in range(6)), {"event": "lost", "userId": None})
    opened.expect(plot).to_have_attribute(
        "aria-label", "In the last 2 minutes: 6 accepted, 1 rejected, at most 7 in a second."
    )
    opened.expect(plot.locator("text").nth(2)).to_have_text("8")
    assert opened.page.locator("#chart .call").get_attribute("d").startswith("M")
    assert opened.page.locator("#chart .rejection").get_attribute("d").startswith("M")
    opened.page.get_by_role("combobox", name="Last").select_option("2 hours")
    opened.expect(plot).to_have_attribute(
        "aria-label", "In the last 2 hours: 6 accepted, 1 rejected, at most 7 in a minute."
    )


def test_a_fake_whose_clock_stands_still_has_a_plot_too(window: Window) -> None:
    from segment_testing.fake import serve

    api = TrackingAPI(clock=lambda: NOW)
    with serve(api) as fake, window.look(fake) as opened:
        post(api, "/v1/batch", batch({"type": "track", "userId": "u", "event": "A"}))
        opened.expect(opened.page.locator("#chart svg")).to_have_attribute(
            "aria-label", "In the last 2 minutes: 1 accepted, 0 rejected, at most 1 in a second."
        )


def test_figures_of_the_plot_can_be_read(opened: Opened) -> None:
    rounded = opened.page.evaluate(
        """async (peaks) => {
            const { roundUp } = await import("/_fake/page/volume.js");
            return peaks.map(roundUp);
        }""",
        [1, 2, 3, 5, 7, 9, 10, 11, 23, 45, 61, 99, 100, 101, 950],
    )
    assert rounded == [1, 2, 4, 6, 8, 10, 10, 20, 40, 60, 80, 100, 100, 200, 1000]
