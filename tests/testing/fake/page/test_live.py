"""What comes, as it comes: calls, what Segment would lose, resets, pauses, and a fake that goes and comes back."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from itertools import count

from segment_testing.fake import FakeRequest, FakeSettings, TrackingAPI, serve
from tests.testing.fake.asking import batch, post
from tests.testing.fake.page.looking import Opened, Window


def test_a_call_is_there_as_it_comes(opened: Opened) -> None:
    empty = opened.page.locator("#empty")
    opened.expect(empty).to_contain_text(f'SegmentClient("any-key", host="{opened.fake.url}")')
    library = {"context": {"library": {"name": "analytics-python", "version": "2.4.0"}}}
    opened.send({"event": "Order Completed", **library}, writeKey="web-shop")
    opened.see("Order Completed")
    opened.expect(empty).to_be_hidden()
    cells = opened.rows.first.locator("span")
    opened.expect(cells.nth(1)).to_have_text("track")
    opened.expect(cells.nth(3)).to_have_text("u1")
    opened.expect(cells.nth(4)).to_have_text("web-shop · analytics-python")
    opened.send({"type": "page", "userId": None, "anonymousId": "a1", "name": "Home"})
    opened.see("Home", "Order Completed")
    opened.expect(opened.total("call")).to_have_text("2")
    assert opened.rows.first.get_attribute("aria-label").startswith("page, Home, user a1, ")


def test_what_came_before_the_page_is_there_too(window: Window) -> None:
    times = (datetime.now(UTC) + timedelta(seconds=number) for number in count())
    api = TrackingAPI(clock=lambda: next(times))
    post(api, "/v1/batch", batch({"type": "identify", "userId": "u", "traits": {"plan": "pro", "email": "e"}}))
    post(api, "/v1/batch", batch({"type": "group", "userId": "u", "groupId": "g-7"}, {"type": "trace"}))
    post(api, "/v1/batch", batch({"type": "alias", "userId": "u", "previousId": "old"}))
    with serve(api) as fake, window.look(fake) as opened:
        # each where its time puts it, though the fake tells of rejections last
        opened.see("old", "", "g-7", "plan, email")


def test_a_call_can_be_looked_at(opened: Opened) -> None:
    properties = b'{"price":1.0,"big":12345678901234567890,"a":1,"a":2}'
    sent = b'{"type":"track", "event":"A",\r\n "userId":"u1","properties":%b}' % properties
    body = b'{"writeKey":"web-shop","batch":[%b]}' % sent
    opened.api.handle(FakeRequest("POST", "/v1/batch", body=body))
    opened.see("A")
    detail = opened.open(0)
    opened.expect(detail.get_by_role("heading")).to_have_text("track A")
    for fact in ("Message idapi-", "Endpoint/v1/batch", "Write keyweb-shop", "Useru1"):
        opened.expect(detail.locator(".facts")).to_contain_text(fact)
    # to the last digit, with members that stand twice
    assert '"price": 1.0,\n    "big": 12345678901234567890,\n    "a": 1,\n    "a": 2\n' in opened.document("As sent")
    assert json.loads(opened.document("As delivered"))["version"] == 2
    opened.detail.get_by_role("tab", name="Bytes").click()
    opened.expect(detail).to_contain_text(f"{len(sent)} bytes of ASCII")
    shown = detail.locator("pre")
    assert shown.text_content() == sent.decode().replace("\r", "\\r")
    opened.expect(shown.locator(".unseen")).to_have_text("\\r")  # marked, lest it is taken for text
    detail.get_by_role("button", name="Close").click()
    opened.expect(detail).to_be_hidden()


def test_what_segment_would_lose_says_why(opened: Opened) -> None:
    opened.send({"event": "A", "userId": None}, {"event": "B", "messageId": "m"})
    opened.send({"event": "B", "messageId": "m"})
    opened.api.handle(FakeRequest("POST", "/v1/batch", body=b"\xff\x00{"))
    opened.expect(opened.total("rejection")).to_have_text("2")
    opened.expect(opened.total("duplicate")).to_have_text("1")
    opened.expect(opened.page).to_have_title("(2 rejected) Fake Segment")
    lost = opened.rows.filter(has_text="neither userId nor anonymousId is given")
    assert lost.get_attribute("data-mark") == "rejection"
    lost.click()
    banner = opened.detail.locator(".banner")
    opened.expect(banner).to_contain_text("batch[0]: neither userId nor anonymousId is given")
    opened.expect(banner).to_contain_text("id_required")
    opened.expect(banner).to_contain_text("was told 200: Segment would have lost it without a word")
    opened.expect(opened.detail.get_by_role("tab")).to_have_text(["As sent", "Bytes"])
    opened.rows.filter(has_text="duplicate").click()
    opened.expect(banner).to_contain_text("this is what a retry looks like")
    opened.rows.filter(has_text="a request").click()
    opened.expect(banner).to_contain_text("was told 400")
    assert opened.document("As sent") == "\ufffd\\u0000{"
    opened.detail.get_by_role("tab", name="Bytes").click()
    opened.expect(opened.detail).to_contain_text("3 bytes that are no UTF-8")
    opened.expect(opened.detail.locator("pre")).to_have_text(
        "0000  ff 00 7b                                         ··{"
    )


def test_a_reset_is_told_and_what_was_seen_stays(opened: Opened) -> None:
    opened.track("A")
    opened.see("A")
    opened.api.reset()
    opened.track("B")
    opened.see("B", "The fake was reset", "A")
    opened.expect(opened.total("call")).to_have_text("1")
    opened.expect(opened.page.locator("#announcement")).to_have_text("The fake was reset.")
    opened.open(2)
    opened.detail.get_by_role("tab", name="Bytes").click()
    opened.expect(opened.detail).to_contain_text("The fake no longer keeps these bytes")


def test_the_page_resets_the_fake_when_it_is_sure(opened: Opened) -> None:
    opened.track("A")
    opened.see("A")
    for answer in ("Keep", "Reset"):
        opened.page.get_by_role("button", name="Reset fake").click()
        opened.page.get_by_role("dialog").get_by_role("button", name=answer, exact=True).click()
        opened.expect(opened.page.get_by_role("dialog")).to_be_hidden()
        if answer == "Keep":
            assert len(opened.api.ledger) == 1
    opened.see("The fake was reset", "A")
    assert len(opened.api.ledger) == 0


def test_what_the_fake_forgot_is_told(window: Window) -> None:
    api = TrackingAPI(FakeSettings(max_calls=2))
    for name in "ABCDE":
        post(api, "/v1/batch", batch({"type": "track", "userId": "u", "event": name}))
    with serve(api) as fake, window.look(fake) as opened:
        opened.see("E", "D", "3 older ones came, but the fake no longer keeps them")
        opened.page.get_by_role("checkbox", name="Only rejections").check()
        opened.see("3 older ones came, but the fake no longer keeps them")


def test_a_pause_holds_back_what_comes(opened: Opened) -> None:
    opened.track("A")
    opened.see("A")
    button = opened.page.get_by_role("button", name="Pause")
    button.click()
    opened.track("B", "C")
    button = opened.page.get_by_role("button", name="Resume (2)")
    opened.expect(button).to_have_attribute("aria-pressed", "true")
    opened.see("A")
    opened.expect(opened.total("call")).to_have_text("1")
    button.click()
    opened.see("C", "B", "A")
    opened.expect(opened.page.get_by_role("button", name="Pause")).to_have_attribute("aria-pressed", "false")


def test_clearing_empties_the_page_and_not_the_fake(opened: Opened) -> None:
    opened.track("A", "B")
    opened.see("B", "A")
    opened.open(0)
    opened.page.get_by_role("button", name="Clear").click()
    opened.see()
    opened.expect(opened.detail).to_be_hidden()
    opened.expect(opened.page.locator("#empty")).to_be_visible()
    assert len(opened.api.ledger) == 2
    opened.track("C")
    opened.see("C")


# ---- a fake that goes


def test_a_fake_that_comes_back_is_found_again_and_nothing_is_told_twice(opened: Opened) -> None:
    state = opened.page.locator("#connection")
    opened.track("A", "B")
    opened.see("B", "A")
    opened.fake.stop()
    opened.expect(state).to_have_text("Not connected, trying again")
    opened.track("C")  # by way of the core
    opened.fake.start()
    opened.expect(state).to_have_text("Live")
    opened.see("C", "B", "A")
    opened.expect(opened.page.locator("#announcement")).to_have_text("Connected.")


def test_a_fake_that_was_started_anew_is_told_from_the_one_before(opened: Opened) -> None:
    opened.track("A", "B")
    opened.see("B", "A")
    opened.fake.stop()
    anew = TrackingAPI()
    # as many as the page has seen: a place of the old fake looks like one of the new
    post(anew, "/v1/batch", batch(*({"type": "track", "userId": "u", "event": name} for name in ("X", "Y"))))
    with serve(anew, port=opened.fake.port):
        opened.see("Y", "X", "The fake was started anew", "B", "A")
        opened.expect(opened.total("call")).to_have_text("2")
        opened.open(4)
        opened.detail.get_by_role("tab", name="Bytes").click()
        opened.expect(opened.detail).to_contain_text("The fake no longer keeps these bytes")
        opened.open(0)
        assert json.loads(opened.document("Bytes"))["event"] == "Y"


def test_a_page_that_was_open_before_the_fake_waits_for_it(window: Window) -> None:
    with serve(TrackingAPI()) as fake, window.look(fake) as opened:
        fake.stop()
        opened.expect(opened.page.locator("#connection")).to_have_text("Not connected, trying again")
        opened.page.get_by_role("tab", name="Faults").click()
        opened.page.get_by_role("button", name="Add fault").click()
        opened.expect(opened.page.get_by_role("alert")).to_have_text("The fake does not answer.")
        fake.start()
        opened.expect(opened.page.locator("#connection")).to_have_text("Live")
