"""JSON is laid out without being changed: the scripts that do it, held to Python's reading of the same texts."""

from __future__ import annotations

import json
import random
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.testing.fake.page.looking import Opened

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)
SCRIPT = """async (texts) => {
    const { laidOut, members } = await import("/_fake/page/json.js");
    return texts.map((text) => ({
        laid: [...laidOut(text)].map(([, part]) => part).join(""),
        kinds: [...laidOut(text)].filter(([kind]) => kind),
        members: text[0] === "{" ? [...members(text)] : [],
    }));
}"""


def exact(text: str) -> Any:
    """What it says, with numbers as they are written and members in their order."""
    return json.loads(text, parse_int=str, parse_float=str, object_pairs_hook=lambda pairs: [*pairs, "object"])


def spaced(value: Any, random_: random.Random) -> str:
    """The value as somebody might write it."""
    spaces = random_.choice([(",", ":"), (" ,\t", " :\n")])
    text = json.dumps(value, ensure_ascii=random_.random() < 0.5, separators=spaces)
    return text.replace("\ud800", "\\ud800") if text.isascii() else text.encode("utf-8", "replace").decode()


@settings(max_examples=3, suppress_health_check=list(HealthCheck))
@given(st.lists(VALUES, min_size=150, max_size=150), st.randoms(use_true_random=False))
def test_nothing_is_lost_or_changed(opened: Opened, values: list[Any], random_: random.Random) -> None:
    texts = [spaced(value, random_) for value in values]
    for text, shown in zip(texts, opened.page.evaluate(SCRIPT, texts), strict=True):
        assert exact(shown["laid"]) == exact(text)
        value = json.loads(text)
        if isinstance(value, dict):
            members = {name: exact(part) for name, part in shown["members"]}
            assert members == {name: exact(part_of(text, name)) for name in value}
        for kind, token in shown["kinds"]:
            assert kind in {"key", "string", "number", "word"}
            json.loads(token)


def part_of(text: str, name: str) -> str:
    """The text of the last member of that name."""
    decoder = json.JSONDecoder()
    at, found = text.index("{") + 1, ""
    while True:
        while text[at] in " \t\n,":
            at += 1
        if text[at] == "}":
            return found
        key, at = decoder.raw_decode(text, at)
        at = text.index(":", at) + 1
        while text[at] in " \t\n":
            at += 1
        _, end = decoder.raw_decode(text, at)
        if key == name:
            found = text[at:end]
        at = end


def test_it_looks_like_this(opened: Opened) -> None:
    text = '{"a":[],"b":{ },"c":[1,-2.50e+3,{"d":null,"d":true}],"e\\"\\\\":"{[,:]}"}'
    (shown,) = opened.page.evaluate(SCRIPT, [text])
    assert shown["laid"] == (
        '{\n  "a": [],\n  "b": {},\n'
        '  "c": [\n    1,\n    -2.50e+3,\n    {\n      "d": null,\n      "d": true\n    }\n  ],\n'
        '  "e\\"\\\\": "{[,:]}"\n}'
    )
    assert [kind for kind, _ in shown["kinds"]] == [
        *("key", "key", "key", "number", "number", "key", "word", "key", "word", "key", "string")
    ]
    assert shown["members"] == [
        ["a", "[]"],
        ["b", "{ }"],
        ["c", '[1,-2.50e+3,{"d":null,"d":true}]'],
        ['e"\\', '"{[,:]}"'],
    ]


def test_fields_of_the_stream_are_read_as_the_standard_says(opened: Opened) -> None:
    blocks = ["event: call\nid: 0-1-0-0\ndata: {\ndata: }", ": still here", "retry: 1000\nid: 0-0-0-0"]
    parsed = opened.page.evaluate(
        "async (blocks) => blocks.map((await import('/_fake/page/stream.js')).parsed)", blocks
    )
    assert parsed == [
        {"name": "call", "id": "0-1-0-0", "data": "{\n}"},
        {"name": "message", "id": None, "data": None},
        {"name": "message", "id": "0-0-0-0", "data": None},
    ]
