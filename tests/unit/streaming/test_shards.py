"""The order of shards: a child is never read before its parent's end."""

from hypothesis import given
from hypothesis import strategies as st

from streaming.shards import ready, roots
from tfdrift.service.stream_ports import END, TRIM_HORIZON, Shard

TREE = (Shard("a"), Shard("b", "a"), Shard("c", "a"), Shard("d", "b"), Shard("e", "gone"))


def test_a_feed_begins_at_shards_whose_parents_are_not_listed() -> None:
    assert roots(TREE) == ("a", "e")


def test_children_wait_for_their_parents_end() -> None:
    assert ready(TREE, {"a": TRIM_HORIZON, "e": TRIM_HORIZON}) == {"a", "e"}
    assert ready(TREE, {"a": "17", "e": END}) == {"a"}
    assert ready(TREE, {"a": END, "e": END}) == {"b", "c"}
    assert ready(TREE, {"a": END, "b": END, "e": END}) == {"c", "d"}


def test_a_shard_that_has_begun_goes_on_whatever_is_listed() -> None:
    assert ready((), {"b": "17"}) == {"b"}


def test_a_parent_nobody_lists_is_tried_first() -> None:
    assert ready(TREE, {"a": END, "b": END, "c": END, "d": END}) == {"gone"}


def test_a_parent_that_is_known_to_have_ended_need_not_be_listed() -> None:
    assert ready((Shard("e", "gone"),), {"gone": END}) == {"e"}


@given(
    st.lists(st.integers(0, 20), min_size=1, max_size=20),
    st.sets(st.integers(0, 20)),
    st.sets(st.integers(0, 20)),
)
def test_no_shard_is_ready_before_its_parents_end_is_known(
    parents: list[int], hidden: set[int], ended: set[int]
) -> None:
    """In any tree, with any part of it listed and any part of it ended."""
    shards = [Shard(f"s{n}", f"s{parent}" if parent < n else None) for n, parent in enumerate(parents)]
    positions = {s.shard_id: END for n, s in enumerate(shards) if n in ended}
    listed = [s for n, s in enumerate(shards) if n not in hidden]

    found = ready(listed, positions)

    parent_of = {s.shard_id: s.parent_id for s in listed}
    for shard_id in found:
        assert positions.get(shard_id) != END
        parent = parent_of.get(shard_id)
        assert parent is None or positions.get(parent) == END


@given(st.lists(st.integers(0, 20), min_size=1, max_size=20))
def test_reading_to_the_end_again_and_again_reaches_every_shard(parents: list[int]) -> None:
    shards = [Shard(f"s{n}", f"s{parent}" if parent < n else None) for n, parent in enumerate(parents)]
    positions = dict.fromkeys(roots(shards), TRIM_HORIZON)
    while found := ready(shards, positions):
        positions.update(dict.fromkeys(found, END))

    assert set(positions) == {shard.shard_id for shard in shards}
