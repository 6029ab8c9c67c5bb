"""The ring: bounded, dense, and the same events whatever the chunks and the place one begins at."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streaming.cursor import Position
from streaming.filters import StreamFilter
from streaming.frames import EncodedBatch, Frame, encode
from streaming.ring import CHUNK_BYTES, Ring
from tests.support.scripted_stream import entry
from tfdrift.domain.timestamps import parse_time
from tfdrift.service.stream_ports import FeedBatch

AT = parse_time("2025-01-15T10:00:00Z")
ALL = StreamFilter()


def batch(n: int, *names: str) -> EncodedBatch:
    return encode("e", FeedBatch(n, tuple(entry(name) for name in names), AT))


def filled(*batches: EncodedBatch, most_events: int = 1000, most_bytes: int = 10**7) -> Ring:
    ring = Ring(most_events, most_bytes)
    ring.clear(batches[0].n - 1)
    for one in batches:
        ring.append(one)
    return ring


def drained(ring: Ring, position: Position, wanted: StreamFilter = ALL) -> bytes:
    """Return all bytes after the position, chunk by chunk."""
    data = b""
    while position.n <= ring.head:
        chunk = ring.chunk(position, wanted)
        assert chunk.position > position
        data += chunk.data
        position = chunk.position
    return data


def test_only_the_next_batch_is_taken() -> None:
    ring = filled(batch(5, "a"))

    with pytest.raises(ValueError, match="does not follow"):
        ring.append(batch(7, "b"))
    with pytest.raises(ValueError, match="does not follow"):
        ring.append(batch(5, "a"))


def test_the_oldest_leave_when_there_are_too_many_events() -> None:
    ring = filled(*(batch(n, "a", "b") for n in range(1, 6)), most_events=4)

    assert (ring.first, ring.head) == (4, 5)
    assert not ring.covers(Position(3, 1))
    assert ring.covers(Position(4))


def test_the_oldest_leave_when_there_are_too_many_bytes_but_never_the_newest() -> None:
    ring = filled(*(batch(n, "x" * 1000) for n in range(1, 6)), most_bytes=10)

    assert (ring.first, ring.head) == (5, 5)


def test_the_head_and_what_lies_beyond_it_are_covered_and_empty() -> None:
    ring = filled(batch(1, "a"))

    for position in (Position(2), Position(3, 1)):
        assert ring.covers(position)
        assert ring.chunk(position, ALL).data == b""
        assert ring.chunk(position, ALL).position == position
        assert ring.events_after(position) == 0


def test_events_after_a_position_are_counted_whatever_has_left() -> None:
    ring = filled(*(batch(n, "a", "b", "c") for n in range(1, 10)), most_events=12)

    assert ring.events_after(Position(8)) == 6
    assert ring.events_after(Position(8, 2)) == 4


def test_after_clearing_it_stands_at_the_new_head() -> None:
    ring = filled(batch(1, "a"), batch(2, "b"))

    ring.clear(40)
    ring.append(batch(41, "c"))

    assert (ring.first, ring.head) == (41, 41)
    assert ring.events_after(Position(41)) == 1


def test_equal_filters_share_one_joined_frame() -> None:
    ring = filled(batch(1, "a", "b"))

    one = ring.chunk(Position(1), StreamFilter(types=frozenset({"drift"})))
    other = ring.chunk(Position(1), StreamFilter(types=frozenset({"drift"})))

    assert one.data == other.data
    assert ring._kept[0].joined.keys() == {StreamFilter(types=frozenset({"drift"}))}


def test_filters_beyond_number_are_served_and_not_kept() -> None:
    ring = filled(batch(1, "a"))

    for n in range(200):
        wanted = StreamFilter(types=frozenset({"drift"}), resource_types=frozenset({f"aws_t{n}"}))
        assert ring.chunk(Position(1), wanted).data == b""

    assert len(ring._kept[0].joined) <= 64


@given(
    st.lists(st.lists(st.integers(1, CHUNK_BYTES * 2), min_size=1, max_size=6), min_size=1, max_size=8),
    st.data(),
)
def test_from_any_place_exactly_the_rest_follows_in_bounded_chunks(
    sizes: list[list[int]], data: st.DataObject
) -> None:
    # given: batches of frames from tiny to larger than a chunk
    batches = [
        EncodedBatch(
            n,
            tuple(
                Frame("drift", None, None, f"{n}.{i}:".encode().ljust(size, b"."))
                for i, size in enumerate(row)
            ),
            sum(len(f"{n}.{i}:".encode().ljust(size, b".")) for i, size in enumerate(row)),
        )
        for n, row in enumerate(sizes, start=1)
    ]
    ring = filled(*batches)
    n = data.draw(st.integers(1, len(batches)))
    seen = data.draw(st.integers(0, len(batches[n - 1].frames)))

    # when
    found = drained(ring, Position(n, seen))

    # then
    frames = [f.data for f in batches[n - 1].frames[seen:]] + [f.data for b in batches[n:] for f in b.frames]
    assert found == b"".join(frames)
    largest = max((len(frame) for frame in frames), default=0)
    assert len(ring.chunk(Position(n, seen), ALL).data) <= 2 * CHUNK_BYTES + largest
