"""The SSE id: every place in a feed has one form, and nothing else is taken for one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streaming.cursor import NOWHERE, Cursor, Position


@given(
    st.text("0123456789abcdef", min_size=1, max_size=32),
    st.integers(0, 10**15 - 1),
    st.integers(0, 10**6 - 1),
)
def test_an_id_reads_back_as_what_it_was_written_from(epoch: str, n: int, seen: int) -> None:
    cursor = Cursor(epoch, Position(n, seen))

    assert Cursor.parse(str(cursor)) == cursor


@given(st.tuples(st.integers(1, 50), st.integers(0, 9)), st.tuples(st.integers(1, 50), st.integers(0, 9)))
def test_positions_are_ordered_by_batch_then_by_place(one: tuple[int, int], other: tuple[int, int]) -> None:
    assert (Position(*one) < Position(*other)) == (one < other)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "17",
        "ab:1",
        "ab:1.",
        "ab:.1",
        "ab:1.2.3",
        "AB:1.2",
        "ab:-1.0",
        " ab:1.0",
        "ab:1.0\n",
        "ab:\u0661.0",
        "x" * 200,
    ],
)
def test_other_texts_are_no_ids(text: str) -> None:
    assert Cursor.parse(text) is None


def test_nowhere_is_an_id_of_no_feed() -> None:
    assert Cursor.parse(str(NOWHERE)) == NOWHERE
