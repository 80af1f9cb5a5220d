"""stringify() against the rules of ECMA-262, and against Node.js itself."""

from __future__ import annotations

import json
import random
import struct
from collections.abc import Callable

import pytest
from hypothesis import given

from segment_hooks import Scope, SignatureVerifier, sign
from segment_hooks.javascript import stringify
from tests.hooks import strategies as js
from tests.hooks.javascript import run_node
from tests.hooks.vectors import recorded

NUMBERS = {
    -0.0: "0",
    10.0: "10",
    -1.5: "-1.5",
    0.1: "0.1",
    1e-6: "0.000001",
    1.5e-7: "1.5e-7",
    1e-7: "1e-7",
    123e-20: "1.23e-18",
    5e-324: "5e-324",
    1e20: "100000000000000000000",
    1e21: "1e+21",
    1.5e21: "1.5e+21",
    123456789012345680000: "123456789012345680000",
    1.7976931348623157e308: "1.7976931348623157e+308",
    2**53: "9007199254740992",
    2**53 + 1: "9007199254740992",
    10**400: "null",
    float("inf"): "null",
    float("-inf"): "null",
}


@pytest.mark.parametrize(("value", "text"), NUMBERS.items())
def test_a_number_is_written_as_number_to_string_does(value: float, text: str) -> None:
    assert stringify(value).decode() == text
    if value > 0 and text != "null":
        assert stringify(-value).decode() == f"-{text}"


STRINGS = {
    "": '""',
    'a"b\\c/d': '"a\\"b\\\\c/d"',
    "\b\f\n\r\t": '"\\b\\f\\n\\r\\t"',
    "\x00\x1f\x7f\x80": '"\\u0000\\u001f\x7f\x80"',
    "<é\u2028\u2029\ufeff\U0001f600>": '"<é\u2028\u2029\ufeff\U0001f600>"',
    "\ud83d": '"\\ud83d"',
    "a\udfffé": '"a\\udfffé"',
}


@pytest.mark.parametrize(("value", "text"), STRINGS.items())
def test_a_string_is_written_as_quote_json_string_does(value: str, text: str) -> None:
    assert stringify(value) == text.encode()
    assert stringify({value: 1}) == b"{" + text.encode() + b":1}"


def test_keys_that_are_array_indices_come_first_in_their_order() -> None:
    keys = ["b", "10", "2", "01", "-1", "4294967295", "4294967294", "0", "a", "1e3", "\u0662", "99999999999"]
    expected = ["0", "2", "10", "4294967294", "b", "01", "-1", "4294967295", "a", "1e3", "\u0662", "99999999999"]
    assert list(json.loads(stringify(dict.fromkeys(keys, 1)))) == expected


def test_other_values() -> None:
    assert stringify({"a": [None, True, False, (), {}], "b": {}}) == b'{"a":[null,true,false,[],{}],"b":{}}'


def test_what_is_nested_too_deep_is_an_error_of_recursion() -> None:
    deep: js.Json = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(RecursionError):
        stringify(deep)


@pytest.mark.parametrize("vector", [v for v in recorded() if v.body[:1] in (b"{", b"[")], ids=str)
def test_every_recorded_body_is_written_the_same_again(vector: js.Json) -> None:
    assert stringify(json.loads(vector.body)) == vector.body


def as_javascript_holds_it(value: js.Json) -> js.Json:
    if isinstance(value, dict):
        return {key: as_javascript_holds_it(member) for key, member in value.items()}
    if isinstance(value, list):
        return [as_javascript_holds_it(item) for item in value]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


@given(js.values)
def test_what_is_written_reads_back_as_what_javascript_holds(value: js.Json) -> None:
    text = stringify(value)
    assert as_javascript_holds_it(json.loads(text.decode("utf-8"))) == as_javascript_holds_it(value)
    assert stringify(json.loads(text)) == text


# ---- against Node.js


class Values:
    """Values that are hard to write, drawn with a seed that a failing test shows."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def value(self, depth: int = 0) -> js.Json:
        """Any value."""
        kinds = [self.number, self.text, lambda: self._random.choice([None, True, False])]
        if depth < 4:
            kinds += [lambda: self.object(depth), lambda: [self.value(depth + 1) for _ in range(self._below(4))]]
        return self._random.choice(kinds)()

    def object(self, depth: int = 0) -> dict[str, js.Json]:
        """Any object."""
        return {self.key(): self.value(depth + 1) for _ in range(self._below(6))}

    def key(self) -> str:
        """Any key; often one that JavaScript sorts."""
        return self._random.choice([self.text, lambda: str(self._below(20)), lambda: str(2**32 - self._below(4))])()

    def number(self) -> float:
        """Any finite number, as many integers as fractions, of every size."""
        kind = self._below(4)
        if kind == 0:
            return self._random.randint(-(2**53), 2**53) >> self._below(53)
        if kind == 1:
            return self._random.randint(-999, 999) * 10 ** self._below(25)
        if kind == 2:
            return self._random.randint(-999_999, 999_999) / 10 ** self._below(12)
        (number,) = struct.unpack("<d", self._random.randbytes(8))
        return float(number) if abs(number) < float("inf") else 0.5

    def text(self) -> str:
        """Any text, of few characters, many of which need an escape or two bytes and more."""
        ranges = [(0, 0x20), (0x20, 0x80), (0x80, 0x3000), (0xD800, 0xE000), (0x2028, 0x202A), (0x1F600, 0x1F610)]
        units = (self._random.randrange(*self._random.choice(ranges)) for _ in range(self._below(6)))
        return "".join(map(chr, units)).encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")

    def _below(self, limit: int) -> int:
        return self._random.randrange(limit)


def test_nodes_json_stringify_writes_the_same() -> None:
    seed = random.randrange(2**32)
    generator = Values(seed)
    values = [*NUMBERS, *STRINGS, *(generator.value() for _ in range(5_000))]
    values = [value for value in values if value not in (float("inf"), float("-inf"))]
    written = run_node("(values) => values.map((value) => JSON.stringify(value))", values)
    for value, text in zip(values, written, strict=True):
        assert stringify(value).decode() == text, f"seed {seed}"


SIGN_AS_SEGMENT_DOES = """
    ({ secret, batches }) => batches.map((batch) => [
        JSON.stringify(batch),
        require("crypto").createHmac("sha1", secret).update(JSON.stringify(batch[0]), "utf8").digest("hex"),
    ])
"""


def test_batches_that_node_signs_verify_by_their_span(record_property: Callable[[str, object], None]) -> None:
    seed = random.randrange(2**32)
    generator = Values(seed)
    batches = [[generator.object() for _ in range(1 + number % 4)] for number in range(2_000)]
    signed = run_node(SIGN_AS_SEGMENT_DOES, {"secret": "hunter2-é", "batches": batches})
    verifier = SignatureVerifier("hunter2-é", scopes=[Scope.FIRST])
    by_dumping_again = 0
    for body, signature in signed:
        verifier.verify(body.encode(), signature)
        dumped = json.dumps(json.loads(body)[0], separators=(",", ":"), ensure_ascii=False)
        by_dumping_again += sign("hunter2-é", dumped.encode("utf-8", "surrogatepass"), scope=Scope.BODY) == signature
    record_property("verified by span", len(signed))
    record_property("verified by parsing and dumping again", by_dumping_again)
    print(f"seed {seed}: {len(signed)} by span, {by_dumping_again} by parsing and dumping again")
    assert len(signed) == len(batches)
