"""Bytes → events: all of what Segment sends, nothing of what is not JSON, and never another error than PayloadError."""

from __future__ import annotations

import inspect
import json
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segment_hooks import Event, Payload, PayloadError, Track, Unknown, parse, parse_event
from segment_hooks.javascript import stringify
from segment_hooks.parsing import is_wrapped
from tests.hooks import strategies as js
from tests.hooks.looking import look_at_everything
from tests.hooks.vectors import Vector, named, recorded

DEEP = 100_000
with_json = [vector for vector in recorded() if vector.body[:1] in (b"{", b"[")]


@pytest.mark.parametrize("vector", with_json, ids=str)
def test_every_recorded_body_gives_all_its_events_byte_for_byte(vector: Vector) -> None:
    parsed = parse(vector.body)
    values = json.loads(vector.body)
    assert parsed.is_batch is (vector.kind == "batch")
    assert parsed.skipped == ()
    if parsed.is_batch:
        assert b"[" + b",".join(event.raw for event in parsed.events) + b"]" == vector.body
    else:
        assert [event.raw for event in parsed.events] == [vector.body]
    assert [event.payload for event in parsed.events] == (values if parsed.is_batch else [values])
    for event in parsed.events:
        assert len(look_at_everything(event)) > 15  # nothing in it is beyond decoding


def test_the_recorded_batch_of_six_types_gives_six_classes() -> None:
    names = [type(event).__name__ for event in parse(named("batch_six_types").body).events]
    assert sorted(names) == ["Alias", "Group", "Identify", "Page", "Screen", "Track"]


@pytest.mark.parametrize("name", ["single_mapped_missing", "extensible_single_form"])
def test_the_recorded_bodies_that_are_no_json_are_refused(name: str) -> None:
    with pytest.raises(PayloadError):
        parse(named(name).body)


# ---- anything that JavaScript can write


@given(js.event_bodies)
def test_any_object_that_javascript_can_write_is_an_event(body: bytes) -> None:
    parsed = parse(body)
    assert not parsed.is_batch
    (event,) = parsed.events
    assert event.raw == body
    assert event.payload == json.loads(body)
    assert event == parse_event(body)


@given(st.lists(st.one_of(js.events, js.objects, st.none()), max_size=5))
def test_any_batch_that_javascript_can_write_gives_all_its_events(values: list[js.Json]) -> None:
    texts = [stringify(value) for value in values]
    parsed = parse(b"[" + b",".join(texts) + b"]")
    assert parsed.is_batch
    assert parsed.skipped == tuple(index for index, value in enumerate(values) if value is None)
    assert [event.raw for event in parsed.events] == [text for text in texts if text != b"null"]
    assert [event.payload for event in parsed.events] == [json.loads(text) for text in texts if text != b"null"]


spaced_batches = st.lists(js.spaced(js.events), min_size=1, max_size=3)


@given(js.whitespace, js.whitespace, spaced_batches, st.booleans(), st.booleans())
def test_white_space_between_events_belongs_to_none(
    before: str, after: str, texts: list[bytes], covered: bool, first_covered: bool
) -> None:
    body = before.encode() + b"[" + b",".join(texts) + b"]" + after.encode()
    events = parse(body, covered=covered, first_covered=first_covered).events
    assert [event.raw for event in events] == [text.strip() for text in texts]
    assert [event.payload for event in events] == [json.loads(text) for text in texts]
    assert [event.covered for event in events] == [covered or (first_covered and i == 0) for i in range(len(texts))]


@given(st.lists(js.events.map(stringify), min_size=1, max_size=4), st.booleans())
def test_wrappers_are_taken_off(texts: list[bytes], first_covered: bool) -> None:
    body = b"[" + b",".join(b'{"json":' + text + b"}" for text in texts) + b"]"
    assert is_wrapped(body)
    events = parse(body, first_covered=first_covered, unwrap=True).events
    assert [event.raw for event in events] == texts
    assert [event.covered for event in events] == [first_covered, *[False] * (len(texts) - 1)]
    wrapped = parse(body, first_covered=first_covered).events
    assert [event.payload for event in wrapped] == [{"json": json.loads(text)} for text in texts]


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"[]", b"[1]", b'{"json":{}}', b'[{"json"', b'[{"json":{}},1]'),
        *(b'[{"json":{}},{}]', b'[{"json":1}]', b'[{"json":{},"a":1}]', b'[{"json":{},"json":{}}]'),
    ],
)
def test_what_is_not_all_wrappers_is_not_wrapped(body: bytes) -> None:
    assert not is_wrapped(body)


# ---- odd, but real


def test_the_depth_of_a_bag_is_no_limit() -> None:
    bag = b"[" * DEEP + b"]" * DEEP
    event = b'{"type":"track","event":"E","userId":"u","properties":' + bag + b"}"
    for parsed in (parse(event), parse(b"[" + event + b"," + event + b"]")):
        for track in parsed.events:
            assert isinstance(track, Track)
            assert (track.event, track.user_id, track.raw) == ("E", "u", event)
            with pytest.raises(PayloadError, match=r"nested too deep.* at \$\.properties"):
                _ = track.properties


def test_an_event_that_is_nested_deep_can_be_looked_at() -> None:
    event = b'{"type":"track","properties":' + b"[" * 5_000 + b"]" * 5_000 + b"}"
    for track in parse(b"[" + event + b"," + event + b"]").events:
        assert look_at_everything(track)["raw"] == event


@pytest.mark.parametrize("depth", [100, 400, 900])
def test_an_event_can_be_looked_at_from_deep_within_a_handler(depth: int) -> None:
    event = b'{"type":"track","properties":' + b"[" * depth + b"]" * depth + b"}"
    track = parse(b"[{}," + event + b"]").events[1]
    assert _from_within(sys.getrecursionlimit() - len(inspect.stack(0)) - 60, track) == event


def _from_within(frames: int, event: Event) -> bytes:
    return _from_within(frames - 1, event) if frames else event.raw


def test_numbers_of_any_length_are_kept() -> None:
    digits = b"9" * 10_000
    event = parse_event(b'{"type":"track","userId":%s,"version":%s,"properties":{"n":%s}}' % (digits, digits, digits))
    assert isinstance(event, Track)
    assert event.user_id == digits.decode()
    assert event.properties == {"n": float("inf")}
    assert event.version == float("inf")
    look_at_everything(event)


@pytest.mark.parametrize("first", [b'"a"', b"1", b"null", b"[]", b'"\\ud800"'])
@pytest.mark.parametrize(("last", "user_id"), [(b'"b"', "b"), (b"2.50", "2.50"), (b"null", None), (b"{}", None)])
def test_of_a_key_that_stands_twice_the_last_counts(first: bytes, last: bytes, user_id: str | None) -> None:
    event = parse_event(b'{"userId":%s,"type":"page","userId":%s,"type":"track"}' % (first, last))
    assert isinstance(event, Track)
    assert event.user_id == user_id
    assert event.payload["userId"] == json.loads(last)


def test_a_name_may_be_written_with_escapes() -> None:
    for more in (b"", b',"x":"\\ud800"', b',"name":1'):
        event = parse_event(b'{"\\u0074ype":"tr\\u0061ck","user\\u0049d":"u","properti\\u0065s":{"a":1}%s}' % more)
        assert isinstance(event, Track)
        assert (event.user_id, event.properties) == ("u", {"a": 1})


_VALUES = [b"null", b"7", b'"x"', b'{"bag":{}}']
MEMBERS = [b'"segment_hooks:%s":%s' % (name, value) for name in (b"origin", b"index", b"memo") for value in _VALUES]
MEMBERS += [b'"_%s":1' % name for name in (b"origin", b"index", b"memo", b"where", b"event", b"properties")]


@pytest.mark.parametrize("member", MEMBERS)
def test_no_member_of_a_body_reaches_what_is_the_parsers_own(member: bytes) -> None:
    event = b'{"type":"track","properties":{"a":1},%s}' % member
    bodies = [event, b"[{}," + event + b"]", b'[{"x":"\\ud800","userId":1},' + event + b"]"]
    for body in bodies:
        for covered in (False, True):
            track = parse(body, covered=covered).events[-1]
            assert isinstance(track, Track)
            assert (track.raw, track.covered, track.properties) == (event, covered, {"a": 1})
            assert track.payload == json.loads(event)
            look_at_everything(track)


def test_what_has_no_type_is_a_payload_and_what_has_another_is_unknown() -> None:
    for body in (b"{}", b'{"type":null}', b'{"type":5}', b'{"type":["track"]}', b'{"userId":1}'):
        assert type(parse_event(body)) is Payload
    for body in (b'{"type":"Track"}', b'{"type":""}', b'{"type":"\\ud800"}', b'{"type":"batch"}'):
        assert type(parse_event(body)) is Unknown


# ---- what is refused

REFUSED = {
    b"": "$",
    b" ": "$",
    b"null": "$",
    b"1": "$",
    b'"track"': "$",
    b"{": "$",
    b"[": "$[0]",
    b"{}{}": "$",
    b"[{}][]": "$",
    b"[{},]": "$[1]",
    b'{"type":"track",}': "$",
    b'{"properties":{"a":1,}}': "$.properties",
    b'{"properties":{"a":NaN}}': "$.properties.a",
    b'{"properties":{"a":-Infinity}}': "$.properties.a",
    b'{"properties":{"a":01}}': "$.properties.a",
    b'{"properties":{"a":"\\x"}}': "$.properties.a",
    b'{"properties":{"a":"\n"}}': "$.properties.a",
    b"{'type':'track'}": "$",
    b"\xef\xbb\xbf{}": "$",
    b"\xef\xbb\xbf[{}]": "$",
    b'{"a":"\xff"}': "$",
    b'{"properties":{"a":"\xff"}}': "$",
    b'{"properties":{"a":"\xed\xa0\x80"}}': "$",
    b'[{},{"unknown":{"a":"\xc0\xaf"}}]': "$",
    b"[1]": "$[0]",
    b"[{},[]]": "$[1]",
    b'[{},{},"x"]': "$[2]",
    b"[null,true]": "$[1]",
    b'[{"userId":1},{"userId":}]': "$[1].userId",
    '{"type":"track"}'.encode("utf-16"): "$",
}


@pytest.mark.parametrize(("body", "path"), REFUSED.items())
def test_what_is_no_json_or_neither_object_nor_array_of_them_is_refused_with_its_place(body: bytes, path: str) -> None:
    with pytest.raises(PayloadError) as caught:
        parse(body)
    assert caught.value.path == path
    assert caught.value.position is None or body[: caught.value.position].isascii()


def test_a_batch_of_nothing_is_a_batch() -> None:
    for body in (b"[]", b" [ ] ", b"[null]"):
        parsed = parse(body)
        assert (parsed.events, parsed.is_batch, parsed.skipped) == ([], True, (0,) if b"null" in body else ())


@given(js.hostile_texts, st.booleans(), st.booleans(), st.booleans())
def test_any_bytes_are_events_or_a_payload_error(body: bytes, covered: bool, first_covered: bool, unwrap: bool) -> None:
    try:
        parsed = parse(body, covered=covered, first_covered=first_covered, unwrap=unwrap)
    except PayloadError as error:
        path, position = error.path, error.position or 0
        assert path.startswith("$")
        assert 0 <= position <= len(body)
        return
    assert covered or js.is_json(body)  # under a signature, bags are left alone until they are looked at
    for event in parsed.events:
        look_at_everything(event)


@given(js.hostile_texts)
def test_one_event_is_read_as_a_body_of_one(body: bytes) -> None:
    try:
        (event,) = parse(body).events
    except (PayloadError, ValueError):
        if not body.lstrip().startswith(b"["):
            with pytest.raises(PayloadError):
                parse_event(body)
        return
    if not body.lstrip().startswith(b"["):
        assert parse_event(body) == event
    else:
        with pytest.raises(PayloadError):
            parse_event(body)


def test_invalid_text_under_a_signature_shows_when_it_is_looked_at() -> None:
    event = parse(b'{"type":"track","userId":"u","properties":{"a":"\xff"}}', covered=True).events[0]
    assert isinstance(event, Track)
    assert event.user_id == "u"
    for name in ("properties", "payload"):
        with pytest.raises(PayloadError, match="UTF-8"):
            getattr(event, name)
