"""Ids: what an event is remembered by, whatever somebody sends as its messageId."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segment_hooks.inbox import by_content, by_message_id
from segment_hooks.inbox.ids import LONGEST, anonymous, storable
from tests.hooks.inbox.events import make_event


def test_the_message_id_is_the_id() -> None:
    assert by_message_id(make_event("ajs-next-1")) == by_content(make_event("ajs-next-1")) == "ajs-next-1"


@pytest.mark.parametrize("given_", [None, ""])
def test_without_one_the_content_is_the_id_where_that_is_asked_for(given_: str | None) -> None:
    assert by_message_id(make_event(given_)) is None
    assert by_content(make_event(given_)) == by_content(make_event(given_))
    assert by_content(make_event(given_)) != by_content(make_event(given_, userId="other"))


@given(st.text(max_size=200) | st.text(st.characters(categories=["Cs", "Cc", "Lo"]), max_size=10))
def test_any_text_becomes_an_id_that_every_store_takes(text: str) -> None:
    name = storable(text)
    assert name
    assert len(name) <= LONGEST
    assert name.isprintable()
    name.encode()
    assert storable(text) == name


@given(st.text(max_size=120), st.text(max_size=120))
def test_different_ids_stay_different(one: str, other: str) -> None:
    assert (storable(one) == storable(other)) == (one == other)


def test_nobody_can_send_the_id_of_another_event() -> None:
    long = "x" * 1_000
    assert storable(storable(long)) != storable(long)
    made = anonymous()
    assert storable(made) != made
    assert anonymous() != made
