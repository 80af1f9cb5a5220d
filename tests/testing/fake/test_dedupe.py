"""Which ids have been seen."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from segment_testing.fake.dedupe import Seen


@given(st.integers(1, 5), st.lists(st.sampled_from("abcdefghijklmnop"), max_size=60))
def test_the_latest_ids_are_known_and_no_more_than_twice_as_many(size: int, ids: list[str]) -> None:
    seen = Seen(size)
    order: list[str] = []
    """Ids that were new, oldest first."""
    for each in ids:
        new = seen.add(each)
        if each in order[-size:]:
            assert not new
        elif each not in order[-2 * size :]:
            assert new
        if new:
            order.append(each)
        assert len(seen._younger) + len(seen._older) <= 2 * size
    seen.clear()
    assert all(seen.add(each) for each in set(ids[:1]))


def test_with_no_memory_every_id_is_new() -> None:
    seen = Seen(0)
    assert [seen.add("a"), seen.add("a")] == [True, True]
