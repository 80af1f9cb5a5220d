"""JSON text → calls: the fast way and the slow way find the same."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segment_testing.fake.body import BodyError
from segment_testing.fake.messages import Messages, _read_slowly, read_batch, read_one, write_key_in

WHITESPACE = st.sampled_from(["", " ", "\n", "\t \r\n"])
IDS = st.none() | st.text(max_size=5)
HEADS = st.fixed_dictionaries(
    {"type": st.sampled_from(["track", "page", "other"])},
    optional={
        "userId": IDS,
        "messageId": IDS,
        "event": IDS,
        "writeKey": IDS,
        "properties": st.none()
        | st.dictionaries(st.text(max_size=3), st.floats(allow_nan=False, allow_infinity=False)),
        "context": st.none() | st.fixed_dictionaries({"device": st.none() | st.fixed_dictionaries({})}),
        "x": st.recursive(st.integers() | st.text(max_size=3), lambda inner: st.lists(inner, max_size=3), max_leaves=4),
    },
)
BATCHES = st.fixed_dictionaries(
    {"batch": st.lists(HEADS, max_size=4)},
    optional={
        "writeKey": IDS,
        "sentAt": IDS,
        "context": st.none() | st.just({}) | st.just({"locale": "nl"}) | st.just([1]),
        "integrations": st.none() | st.just({"All": False}) | st.just("x"),
        "sequence": st.integers(),
    },
)


def in_full(messages: Messages) -> list[Any]:
    values = {name: getattr(messages, name) for name in messages.__struct_fields__ if name != "heads"}
    values["texts"] = [bytes(text) for text in messages.texts]
    for name in ("context", "integrations"):
        values[name] = None if values[name] is None else json.loads(values[name])
    heads = [
        {name: value for name in head.__struct_fields__ if isinstance(value := getattr(head, name), str)}
        for head in messages.heads
    ]
    return [heads, values]


@given(BATCHES, WHITESPACE, st.sampled_from([(",", ":"), (" , ", " : "), (",\n", ":\t")]), st.booleans())
def test_both_ways_find_the_same(value: Any, around: str, separators: tuple[str, str], escaped: bool) -> None:
    text = (around + json.dumps(value, separators=separators, ensure_ascii=escaped) + around).encode()
    fast, slow = read_batch(text), _read_slowly(text)
    assert {0: None} | dict.fromkeys(slow.problems) == {0: None} | {
        index: None for index, call in enumerate(value["batch"]) if call["type"] == "other"
    }
    slow.problems = {}
    assert in_full(fast) == in_full(slow)
    assert [json.loads(text) for text in slow.texts] == value["batch"]


@pytest.mark.parametrize(
    "text",
    [
        b'{"batch":[{"type":"track","event":"\\ud83d","userId":"u"} , {"userId" : 5}]}',
        b' { "a" : "]}" , "batch" : [ {"type":"track","event":"\\ud83d","userId":"u"},{"userId" : 5} ] , "b":[{}] } ',
        b'{"batch":[1,2,3],"batch":[{"type":"track","event":"\\ud83d","userId":"u"},{"userId" : 5}]}',
        b'{"batch":"no","b\\u0061tch":[{"type":"track","event":"\\ud83d","userId":"u"},{"userId" : 5}]}',
    ],
)
def test_the_slow_way_cuts_out_the_texts_to_the_byte(text: bytes) -> None:
    messages = read_batch(text)
    assert list(messages.texts) == [b'{"type":"track","event":"\\ud83d","userId":"u"}', b'{"userId" : 5}']
    assert [head.event for head in messages.heads] == ["\ud83d", None]


def test_what_is_odd_about_one_call_leaves_the_others_alone() -> None:
    text = '{"batch":[{"type":"track","userId":5},{"type":"page","userId":"é","name":"N"},null,{"messageId":1.5}]}'
    messages = read_batch(text.encode())
    assert sorted(messages.problems) == [0, 2, 3]
    assert [(head.type, head.user_id, head.name) for head in messages.heads] == [
        ("track", None, None),
        ("page", "é", "N"),
        (None, None, None),
        (None, None, None),
    ]
    assert messages.heads[3].message_id == "1.5"
    assert [bytes(text).decode() for text in messages.texts] == [
        '{"type":"track","userId":5}',
        '{"type":"page","userId":"é","name":"N"}',
        "null",
        '{"messageId":1.5}',
    ]


def test_a_batch_says_what_goes_for_all() -> None:
    messages = read_batch(
        b'{"batch":[],"writeKey":"wk","sentAt":"now","context":{"a":1},"integrations": {"All":true} ,"messageId":"b"}'
    )
    assert (messages.write_key, messages.sent_at) == ("wk", "now")
    assert (messages.context, messages.integrations) == (b'{"a":1}', b'{"All":true}')
    odd = read_batch(b'{"batch":[],"writeKey":1,"sentAt":2,"context":[],"integrations":null}')
    assert (odd.write_key, odd.sent_at, odd.context, odd.integrations) == (None, None, None, None)


def test_one_call_is_its_own_text() -> None:
    text = b' {"event":"E","writeKey":"wk","type":"identify"}\n'
    messages = read_one(text, "track")
    assert (list(messages.texts), messages.is_batch, messages.write_key) == ([text], False, "wk")
    assert (messages.heads[0].type, messages.heads[0].event) == ("track", "E")


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (b'{"writeKey":"wk","batch":5}', "wk"),
        (b'{"batch":[{"userId":5}],"writeKey":"wk"}', "wk"),
        (b'{"batch":["\\ud83d"],"writeKey":"wk"}', "wk"),
        (b'{"writeKey":5,"batch":[]}', None),
        (b"{}", None),
        (b"[]", None),
        (b"", None),
    ],
)
def test_the_key_by_itself(text: bytes, key: str | None) -> None:
    assert write_key_in(text) == key


@given(st.binary(max_size=60) | st.text(alphabet='{}[]",:batch\\ud83d 15.-e', max_size=60).map(str.encode))
def test_any_text_is_read_or_refused(text: bytes) -> None:
    for read in (read_batch, lambda text: read_one(text, "track")):
        try:
            text.decode()
            messages = read(text)
        except (BodyError, UnicodeDecodeError):
            continue
        assert len(messages.heads) == len(messages.texts)
        json.loads(text)
