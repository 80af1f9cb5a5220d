"""Settings that make no sense are refused when they are made."""

from __future__ import annotations

from typing import Any

import pytest

from segment_hooks import ConfigurationError
from segment_testing.fake import FakeSettings, Limits


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"write_keys": "wk"}, "write_keys is a collection of keys: write {'wk'}"),
        ({"max_calls": 0}, "max_calls is a number above zero, or None for all calls, not 0"),
        ({"rate_limit": 0}, "rate_limit is a number of requests per second above zero, or None for no limit, not 0"),
        (
            {"rate_limit": float("nan")},
            ("rate_limit is a number of requests per second above zero, or None for no limit, not nan"),
        ),
        ({"remembered_ids": -1}, "remembered_ids is a number from zero up, not -1"),
    ],
)
def test_settings(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        FakeSettings(**wrong)
    assert str(caught.value) == message


@pytest.mark.parametrize("name", Limits.__struct_fields__)
@pytest.mark.parametrize("value", [0, -1, 1.5, None])
def test_limits(name: str, value: Any) -> None:
    with pytest.raises(ConfigurationError, match=f"the limit '{name}' is a whole number above zero, not {value}"):
        Limits(**{name: value})


def test_which_keys_are_known() -> None:
    assert FakeSettings().knows("any")
    assert not FakeSettings().knows(None)
    given = ["a", "b"]
    settings = FakeSettings(write_keys=given)
    given.append("c")
    assert [settings.knows(key) for key in ("a", "b", "c", None)] == [True, True, False, False]


def test_segments_own_limits() -> None:
    assert Limits() == Limits(event=32_768, request=512_000, inflated=512_000, events=2_500, message_id=100)
