"""The two scanners: exact in what JSON is, where its parts are, and where its faults are."""

from __future__ import annotations

import json
import sys

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from segment_hooks import PayloadError, jsontext
from tests.hooks import strategies as js

DEEP = 100_000


def accepted(text: bytes) -> bool:
    try:
        jsontext.children(text)
    except PayloadError:
        return False
    return True


# ---- children


@given(js.hostile_texts)
@example(b"\xef\xbb\xbf{}")
@example(b'{"a":1,}')
@example(b"[1,]")
@example(b'{"a":NaN}')
@example(b"[-]")
@example(b"[1.]")
@example(b"[.5]")
@example(b"[01]")
@example(b"[1e]")
@example(b"[1 2]")
@example(b"{}{}")
@example(b"{'a':1}")
@example(b'{"a" "b"}')
@example(b"{1:2}")
@example(b"{,}")
@example(b"[,]")
@example(b"[}")
@example(b"{]")
@example(b"[\x0b1]")
@example(b"[\xc2\xa01]")
@example(b'["\xff"]')
@example(b'["\xed\xa0\x80"]')
@example(b'["\t"]')
@example(b'["\x1f"]')
@example(b'["\x7f"]')
@example(b'["\\x"]')
@example(b'["\\u12"]')
@example(b"[nul]")
@example(b"[truefalse]")
@example(b"")
def test_children_accepts_exactly_the_objects_and_arrays_of_rfc_8259(text: bytes) -> None:
    try:
        value = js.strict_loads(text)
    except ValueError:
        assert not accepted(text)
    except RecursionError:  # the oracle's limit, not ours
        return
    else:
        assert accepted(text) is isinstance(value, dict | list)


@given(js.hostile_texts)
def test_children_refuses_nothing_that_msgspec_accepts(text: bytes) -> None:
    try:
        value = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return
    assert accepted(text) is isinstance(value, dict | list)


@given(js.spaced(st.one_of(js.objects, st.lists(js.values, max_size=6))))
def test_children_are_where_the_values_stand(text: bytes) -> None:
    found = [(child.key, json.loads(text[child.start : child.end])) for child in jsontext.children(text)]
    value = json.loads(text, object_pairs_hook=_Pairs)
    expected = list(value) if isinstance(value, _Pairs) else list(enumerate(value))
    assert [key for key, _ in found] == [key for key, _ in expected]
    assert [part for _, part in found] == [_plain(part) for _, part in expected]
    for child in jsontext.children(text):
        assert text[child.start : child.end].strip() == text[child.start : child.end] != b""


class _Pairs(list[tuple[str, js.Json]]):
    """An object as the members that its text has, those that stand twice too."""


def _plain(value: js.Json) -> js.Json:
    if isinstance(value, _Pairs):
        return {key: _plain(member) for key, member in value}
    return [_plain(item) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize("opening", [b"[", b'{"a":'])
def test_children_at_any_depth(opening: bytes) -> None:
    text = opening * DEEP + b"1" + (b"]" if opening == b"[" else b"}") * DEEP
    (child,) = jsontext.children(text)
    assert (child.start, child.end) == (len(opening), len(text) - 1)
    assert not accepted(text[:-1])
    assert not accepted(text + b"]")


FAULTS = {
    b"": ("the text ends where an object or an array should be", "$", 0),
    b"  ": ("the text ends where an object or an array should be", "$", 2),
    b"null": ("expected an object or an array of objects, found null", "$", None),
    b' "a" ': ("expected an object or an array of objects, found a string", "$", None),
    b"12": ("expected an object or an array of objects, found a number", "$", None),
    b"true": ("expected an object or an array of objects, found a boolean", "$", None),
    b"<html>": ("expected an object or an array, found '<'", "$", 0),
    b"hello": ("expected an object or an array, found something else", "$", 0),
    b'{"a":1,}': ("expected a property name in double quotes, found '}'", "$", 7),
    b'{"a":[1,{"b":x}]}': ("expected a value, found something else", "$.a[1].b", 13),
    b'{"a":[1,{"b":1]}': ("expected ',' or the end of the array or object, found ']'", "$.a[1].b", 14),
    b'{"a":1': ("the text ends where ',' or the end of the array or object should be", "$.a", 6),
    b'{"a":"\n"}': ("expected a value, found a string that is malformed or out of place", "$.a", 5),
    b'{"a" 1}': ("expected ':', found something else", "$.a", 5),
    b"[01]": ("expected a value or ']', found something else", "$[0]", 1),
    b"[1.5.2]": ("expected a value or ']', found something else", "$[0]", 1),
    b"[1,-]": ("expected a value, found '-'", "$[1]", 3),
    b"{} {}": ("more text after the end of the JSON value", "$", 3),
    b'{"a":"\xff"}': ("invalid UTF-8", "$", 6),
    b"\xef\xbb\xbf{}": ("expected an object or an array, found something else", "$", 0),
    b'{"jane@x.example":x}': ("expected a value, found something else", "$[?]", 18),
    b"[" * 12: ("the text ends where a value or ']' should be", "$" + "[0]" * 8 + "…", 12),
}


@pytest.mark.parametrize(("text", "fault"), FAULTS.items())
def test_a_fault_is_named_with_its_place(text: bytes, fault: tuple[str, str, int | None]) -> None:
    with pytest.raises(PayloadError) as caught:
        jsontext.children(text)
    assert (caught.value.problem, caught.value.path, caught.value.position) == fault


@given(js.mutated(js.spaced(st.dictionaries(st.text("ab"), st.just("hunter 2")))))
def test_no_fault_shows_a_value(text: bytes) -> None:
    if accepted(text):
        return
    with pytest.raises(PayloadError) as caught:
        jsontext.children(text)
    assert "hunter" not in str(caught.value)


# ---- first_element


@given(js.whitespace, js.whitespace, st.lists(js.values, min_size=1, max_size=4), st.data())
def test_first_element_is_what_the_standard_decoder_finds(
    before: str, after: str, batch: list[js.Json], data: st.DataObject
) -> None:
    rest = b",".join(data.draw(js.spaced(st.just(item))) for item in batch)
    body = f"{before}[{after}".encode() + rest + b"]"
    text = body.decode()
    start = len(text) - len(text[text.index("[") + 1 :].lstrip(" \t\n\r"))
    _, end = json.JSONDecoder().raw_decode(text, start)
    assert jsontext.first_element(body) == (len(text[:start].encode()), len(text[:end].encode()))


@given(js.hostile_texts)
def test_first_element_agrees_with_children_wherever_the_text_is_json(text: bytes) -> None:
    span = jsontext.first_element(text)
    assert span is None or 0 < span[0] < span[1] <= len(text)
    if accepted(text):
        elements = [(child.start, child.end) for child in jsontext.children(text) if isinstance(child.key, int)]
        assert span == (elements[0] if elements else None)


@pytest.mark.parametrize(
    "text",
    [b"", b" ", b"{}", b"[", b"[ ", b"[]", b"[ ]", b"[{", b'["a', b"1", b"null", b"\xef\xbb\xbf[1]", b"[[", b"[,1]"],
)
def test_first_element_of_what_has_none(text: bytes) -> None:
    assert jsontext.first_element(text) is None


def test_first_element_at_any_depth() -> None:
    first = b'{"a":[' * DEEP + b"1" + b"]}" * DEEP
    assert jsontext.first_element(b"[" + first + b",2]") == (1, 1 + len(first))


# ---- decode


@given(js.spaced(js.values))
def test_decode_gives_what_the_standard_decoder_gives(text: bytes) -> None:
    assert jsontext.decode(text) == json.loads(text)


@given(js.hostile_texts)
@example(b'"\xed\xa0\x80"')
@example(b'"\xff"')
@example(b"1 1")
def test_decode_accepts_exactly_json(text: bytes) -> None:
    try:
        js.strict_loads(text)
    except ValueError:
        with pytest.raises(PayloadError):
            jsontext.decode(text)
    except RecursionError:
        return
    else:
        jsontext.decode(text)


def test_decode_of_what_is_nested_too_deep_says_so() -> None:
    with pytest.raises(PayloadError, match="nested too deep"):
        jsontext.decode(b"[" * DEEP + b"]" * DEEP)


@pytest.mark.parametrize("digits", [10, 19, 20, 309, 4_000, 10_000])
def test_decode_of_long_numbers(digits: int) -> None:
    value = jsontext.decode(b"9" * digits)
    assert value == (int("9" * digits) if digits <= 4_300 else float("inf"))
    assert jsontext.decode(b'{"n":%s,"s":"\\ud800"}' % (b"9" * digits)) == {"n": value, "s": "\ud800"}


def test_decode_where_python_reads_no_long_integers() -> None:
    limit = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(640)  # the strictest there is
    try:
        assert jsontext.decode(b'["\\ud800",%s]' % (b"9" * 1_000)) == ["\ud800", float("inf")]
    finally:
        sys.set_int_max_str_digits(limit)


def test_of_a_key_that_stands_twice_the_last_counts() -> None:
    assert jsontext.decode(b'{"a":1,"a":2}') == {"a": 2}
    assert jsontext.decode(b'{"a":1,"a":"\\ud800"}') == {"a": "\ud800"}


def test_the_search_for_the_first_element_has_an_end() -> None:
    few, many = b"[" + b"[" + b"[]," * 1_000, b"[" + b"[" + b"[]," * 600_000
    assert jsontext.first_element(few + b"1]]") == (1, len(few) + 2)
    assert jsontext.first_element(many + b"1]]") is None
