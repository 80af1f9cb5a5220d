"""Whatever is received is shown as text: never as markup, never so that it reads as something else."""

from __future__ import annotations

import json
from typing import Any

from segment_hooks import Headers
from segment_testing.fake import FakeRequest, TrackingAPI
from tests.testing.fake.asking import batch, post
from tests.testing.fake.page.looking import Opened
from tests.testing.fake.test_deliveries import delivery

FAMILY = "\U0001f469\u200d\U0001f469\u200d\U0001f467"
MARKUP = [
    "<img src=x onerror=\"document.title='owned'\">",
    "</script><script>document.title='owned'</script>",
    "\"'><svg onload=document.title='owned'>",
    "<iframe srcdoc='<script>parent.document.title=1</script>'></iframe>",
    "<a href='javascript:document.title=1'>press me</a>",
    "<style>*{display:none}</style><!-- <template> -->",
    "&lt;b&gt; &amp;amp; &#x3c;",
    "{{constructor.constructor('document.title=1')()}} ${document.title=1}",
    "__proto__",
]
ODD = {
    "evil\u202egnp.exe": "evil\\u202egnp.exe",
    "\u2066a\u2069\u200f\u061c": "\\u2066a\\u2069\\u200f\\u061c",
    "zero\u200bwidth\ufeff\u00ad": "zero\\u200bwidth\\ufeff\\u00ad",
    "\ud83d alone \udc00": "\\ud83d alone \\udc00",
    "nul\0bell\x07esc\x1b[31mdel\x7f": "nul\\u0000bell\\u0007esc\\u001b[31mdel\\u007f",
    "a\nb\tc\r\u2028\u2029": "a\\nb\\tc\\r\\u2028\\u2029",
    f"{FAMILY} \U0001f1e9\U0001f1ea ☝\U0001f3fd ❤\ufe0f": f"{FAMILY} \U0001f1e9\U0001f1ea ☝\U0001f3fd ❤\ufe0f",
    "a\u200db": "a\\u200db",
    "قهوة שלום café": "قهوة שלום café",
    "\ue000\U000e0041": "\\ue000\\udb40\\udc41",
    "z" * 30_000: "z" * 160 + "…",
}
ELEMENTS = "() => ['script', 'img', 'iframe', 'svg', 'style', 'template', 'a', 'b', 'object'].map("
ELEMENTS += "(name) => [name, document.querySelectorAll(name).length])"


def hostile(text: str) -> dict[str, Any]:
    """A call that says it wherever something may be said."""
    bag = {text[:200]: text[:200], "nested": [{text[:50]: [text[:50]]}]}
    return {
        "event": text,
        "userId": text[:500] or "u",
        "messageId": text[:90],
        "properties": bag,
        "context": {"library": {"name": text[:200], "version": text[:200]}},
    }


def test_markup_is_text(opened: Opened) -> None:
    before = opened.page.evaluate(ELEMENTS)
    for text in MARKUP:
        nobody = {**hostile(text), "userId": None}
        opened.send(nobody, {"type": text}, {"event": text, "userId": None})
        opened.api.handle(FakeRequest("POST", "/v1/track", Headers({"user-agent": text}), text.encode()))
        opened.api.deliveries.record(delivery(text, title=text, url=text, headers=((text, text),), body=text.encode()))
    opened.expect(opened.total("rejection")).to_have_text(f"{4 * len(MARKUP)}")
    for number, text in enumerate(MARKUP):
        opened.send({**hostile(text), "messageId": f"m{number}"}, writeKey=text)
    opened.expect(opened.rows.locator(".name").first).to_have_text(MARKUP[-1])
    for tab in ("As sent", "Bytes"):
        opened.open(0).get_by_role("tab", name=tab, exact=True).click()
        for _ in range(5 * len(MARKUP)):
            opened.page.keyboard.press("j")
        opened.page.keyboard.press("Home")
    for number, text in enumerate(reversed(MARKUP)):
        row = opened.rows.nth(number)
        opened.expect(row.locator(".name")).to_have_text(text)
        opened.expect(row.locator(".user")).to_contain_text(text[:60])
        opened.open(number)
        assert json.loads(opened.document("As delivered"))["properties"][text] == text
    opened.page.get_by_role("tab", name="Deliveries").click()
    for number, text in enumerate(reversed(MARKUP)):
        opened.page.locator("#delivery-list .row").nth(number).click()
        opened.expect(opened.page.locator("#delivery-detail pre").last).to_have_text(text)
    assert opened.page.evaluate(ELEMENTS) == before
    assert opened.page.title() == f"({4 * len(MARKUP)} rejected) Fake Segment"


def test_what_cannot_be_seen_is_shown(opened: Opened) -> None:
    for number, text in enumerate(ODD):
        opened.send({**hostile(text), "messageId": f"m{number}"})
    opened.see(*reversed(ODD.values()))
    for number, (text, shown) in enumerate(reversed(ODD.items())):
        opened.open(number)
        opened.expect(opened.detail.get_by_role("heading")).to_have_text(f"track {shown if len(text) < 200 else text}")
        document = opened.document("As delivered")
        assert not [sign for sign in document if sign in "\u202e\u2066\u200b\u200f\0\x1b\x7f\u2028\ufeff"]
        if len(text) < 200:
            # an escape that is shown is one that JSON would read
            assert json.loads(document)["event"] == text


def test_a_broken_surrogate_cannot_break_the_stream(opened: Opened) -> None:
    post(opened.api, "/v1/track", b'{"writeKey":"\\ud83d","userId":"\\udfff","event":"\\ud83d\\n","messageId":"m"}')
    opened.track("next")
    opened.see("next", "\\ud83d\\n")


def test_neighbours_keep_their_places_beside_text_from_right_to_left(opened: Opened) -> None:
    opened.send({"event": "שלום 123", "userId": "עולם"}, {"event": "abc", "userId": "u"})
    opened.see("abc", "שלום 123")
    places = [
        [row.locator(f".{name}").bounding_box()["x"] for name in ("time", "type", "name", "user", "source")]
        for row in opened.rows.all()
    ]
    assert places[0] == places[1] == sorted(places[0])


def test_depth_and_length_are_bounded(api: TrackingAPI, opened: Opened) -> None:
    deep = b'{"type":"track","userId":"u","event":"deep","properties":{"a":' + b"[" * 14_000 + b"]" * 14_000 + b"}}"
    opened.api.handle(FakeRequest("POST", "/v1/batch", body=b'{"writeKey":"k","batch":[%b]}' % deep))
    wide = {"type": "track", "userId": "u", "event": "wide", "properties": {"a": ["x" * 50] * 6_000}}
    post(opened.api, "/v1/batch", batch(wide))  # far over the limit of an event, but within that of a request
    opened.expect(opened.total("rejection")).to_have_text("2")
    opened.rows.filter(has_text="wide").click()
    opened.expect(opened.detail.locator(".banner")).to_contain_text("was told 400")
    assert len(opened.document("As sent")) < 250_000
    opened.expect(opened.detail).to_contain_text("only its beginning is laid out here")
    assert len(opened.document("Bytes")) > 300_000
    opened.rows.nth(1).click()
    assert opened.document("As sent")
