"""The latest batches of the feed, in memory and bounded, joined once for all clients with equal filters."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from streaming.cursor import Position
from streaming.filters import StreamFilter
from streaming.frames import EncodedBatch, Frame

CHUNK_BYTES = 64 * 1024
_MOST_GROUPS = 64


@dataclass(frozen=True, slots=True)
class Chunk:
    """The bytes of a number of events for a client, and where it stands after them."""

    data: bytes
    position: Position
    events: int


@dataclass(slots=True)
class _Kept:
    """A batch with its joined bytes by filter; `events_before` counts the events kept ever before it."""

    batch: EncodedBatch
    events_before: int
    joined: dict[StreamFilter, Chunk] = field(default_factory=dict)

    def for_filter(self, wanted: StreamFilter) -> Chunk:
        """Return all wanted frames as one; kept for the next client, for a bounded number of filters."""
        chunk = self.joined.get(wanted)
        if chunk is None:
            passing = [frame.data for frame in self.batch.frames if wanted.passes(frame)]
            chunk = Chunk(b"".join(passing), Position(self.batch.n + 1), len(passing))
            if len(self.joined) < _MOST_GROUPS:
                self.joined[wanted] = chunk
        return chunk


class Ring:
    """Consecutive batches up to the head; the oldest leave when there are too many events or bytes."""

    def __init__(self, most_events: int, most_bytes: int) -> None:
        self._most_events = most_events
        self._most_bytes = most_bytes
        self._kept: deque[_Kept] = deque()
        self._bytes = 0
        self._events = 0
        self.head = 0

    @property
    def first(self) -> int:
        """Return the number of the oldest batch that is kept; one above the head if there is none."""
        return self.head + 1 - len(self._kept)

    def clear(self, head: int) -> None:
        """Forget all, and stand after batch `head`."""
        self._kept.clear()
        self._bytes = 0
        self.head = head

    def append(self, batch: EncodedBatch) -> None:
        """Keep the next batch; raises ValueError if it is not the one after the head."""
        if batch.n != self.head + 1:
            raise ValueError(f"batch {batch.n} does not follow {self.head}")
        self._kept.append(_Kept(batch, self._events))
        self._events += len(batch.frames)
        self._bytes += batch.size
        self.head = batch.n
        while len(self._kept) > 1 and self._too_much():
            self._bytes -= self._kept.popleft().batch.size

    def _too_much(self) -> bool:
        kept_events = self._events - self._kept[0].events_before
        return kept_events > self._most_events or self._bytes > self._most_bytes

    def covers(self, position: Position) -> bool:
        """Return whether everything after the position is here (nothing at all, at the head or beyond)."""
        return position.n >= self.first

    def events_after(self, position: Position) -> int:
        """Return how many events lie between a covered position and the head."""
        if position.n > self.head:
            return 0
        return self._events - self._at(position.n).events_before - position.seen

    def lags(self, position: Position, most_events: int) -> bool:
        """Return whether a position is more events behind the head, or the ring has gone past it."""
        return not self.covers(position) or self.events_after(position) > most_events

    def chunk(self, position: Position, wanted: StreamFilter) -> Chunk:
        """Return the wanted bytes after a covered position, about `CHUNK_BYTES` at most."""
        parts: list[bytes] = []
        size = events = 0
        while position.n <= self.head and size < CHUNK_BYTES:
            kept = self._at(position.n)
            if position.seen == 0 and kept.batch.size <= CHUNK_BYTES:
                part = kept.for_filter(wanted)
            else:
                part = part_of(kept.batch, position, wanted)
            parts.append(part.data)
            size += len(part.data)
            events += part.events
            position = part.position
        return Chunk(b"".join(parts), position, events)

    def batches(self, n: int) -> Iterator[EncodedBatch]:
        """Yield the batches from a kept number `n` on up to the head."""
        for number in range(n, self.head + 1):
            yield self._at(number).batch

    def _at(self, n: int) -> _Kept:
        return self._kept[n - self.first]


def part_of(batch: EncodedBatch, position: Position, wanted: StreamFilter) -> Chunk:
    """Return the wanted bytes of one batch after a position in it, cut after about `CHUNK_BYTES`."""
    parts: list[bytes] = []
    size = 0
    seen = min(position.seen, len(batch.frames))
    for frame in _rest(batch, seen):
        if size and size + len(frame.data) > CHUNK_BYTES:
            return Chunk(b"".join(parts), Position(batch.n, seen), len(parts))
        seen += 1
        if wanted.passes(frame):
            parts.append(frame.data)
            size += len(frame.data)
    return Chunk(b"".join(parts), Position(batch.n + 1), len(parts))


def _rest(batch: EncodedBatch, seen: int) -> Iterator[Frame]:
    return iter(batch.frames[seen:])
