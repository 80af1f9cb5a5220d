"""Which ids have been seen."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from segment_testing.fake.dedupe import Seen


@given(st.integers(1, 5), st.lists(st.lists(st.sampled_from("abcdefghijklmnop"), max_size=4), max_size=30))
def test_the_latest_ids_are_known_and_about_twice_as_many_at_most(size: int, requests: list[list[str]]) -> None:
    seen = Seen(size)
    order: list[str] = []
    """Ids that were new, oldest first."""
    for ids in requests:
        are_new = seen.add_all(ids) or [True] * len(ids)
        for each, new in zip(ids, are_new, strict=True):
            if each in order[-size:]:
                assert not new
            elif each not in order[-2 * (size + 4) :]:
                assert new
            if new:
                order.append(each)
        assert len(seen._younger) + len(seen._older) < 2 * (size + 4)
    seen.clear()
    assert seen.add_all(order[:1]) is None


def test_of_one_request_the_first_is_new() -> None:
    seen = Seen(10)
    assert seen.add_all(["a", "b"]) is None
    assert seen.add_all(["c", "b", "c"]) == [True, False, False]
    assert seen.add_all([]) is None


def test_with_no_memory_every_id_is_new() -> None:
    seen = Seen(0)
    assert [seen.add_all(["a", "a"]), seen.add_all(["a"])] == [None, None]
