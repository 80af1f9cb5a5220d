"""JSON values, and JSON text as JavaScript writes it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segment_hooks import stringify
from segment_testing import javascript
from segment_testing.serverside import loads
from segment_testing.strategies import json_objects, json_values, timestamps
from segment_testing.strategies.values import encodable_texts, keys, numbers, texts
from tests.hooks import strategies as ours

anything = st.one_of(
    json_values,
    ours.values,
    st.floats(),
    st.floats(1e14, 1e23),
    st.floats(1e-8, 1e-4),
    st.integers(),
    st.lists(ours.numbers),
)


@given(anything)
def test_what_is_written_quickly_is_what_javascript_writes(value: Any) -> None:
    assert javascript.write(value) == stringify(value)


@given(st.dictionaries(keys, st.one_of(numbers, st.floats(), texts)))
def test_so_is_what_is_written_of_objects(value: dict[str, Any]) -> None:
    assert javascript.write(value) == stringify(value)


@given(json_values)
def test_values_are_what_a_decoder_reads(value: Any) -> None:
    # 25.0 is 25, and -0.0 is 0, and repr() tells them apart
    read = loads(javascript.write(value))
    assert read == value
    assert sorted(repr(value)) == sorted(repr(read))


@given(json_objects)
def test_reading_and_writing_again_changes_nothing(value: dict[str, Any]) -> None:
    text = javascript.write(value)
    assert javascript.rewrite(text) == text


@given(json_objects)
def test_rewriting_takes_out_what_javascript_does_not_write(value: dict[str, Any]) -> None:
    assert javascript.rewrite(json.dumps(value, indent=1).encode()) == javascript.write(value)


@given(encodable_texts)
def test_encodable_texts_are(text: str) -> None:
    assert text.encode().decode() == text


@pytest.mark.parametrize(
    ("text", "written"),
    [
        (b'{"revenue": 25.0}', b'{"revenue":25}'),
        (b'{"b":1,"2":1,"10":1,"a":1,"1":1}', b'{"1":1,"2":1,"10":1,"b":1,"a":1}'),
        (b'{"a":1,"a":2}', b'{"a":2}'),
        (b'["\\u00e9","\\ud83d","\\u2028\\/"]', '["é","\\ud83d","\u2028/"]'.encode()),
        (b"[1e22,123456789012345678,-0,1E-7,1e400]", b"[1e+22,123456789012345680,0,1e-7,null]"),
        (b" 25.0 ", b"25"),
    ],
)
def test_rewritten(text: bytes, written: bytes) -> None:
    assert javascript.rewrite(text) == written


@pytest.mark.parametrize("text", [b"", b"{", b"{'a':1}", b'{"a":1,}'])
def test_what_is_not_json_is_an_error(text: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  # in the words of whichever decoder
        javascript.rewrite(text)


@given(timestamps(), timestamps(server=True))
def test_timestamps_are_read_as_moments(sent: str, by_server: str) -> None:
    from segment_hooks import parse_timestamp

    assert parse_timestamp(sent) is not None
    assert parse_timestamp(by_server) is not None
    assert by_server.endswith("Z")
