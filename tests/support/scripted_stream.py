"""A change stream that a test scripts: splits, late children, trims, expiry, throttling.

It stands at the port `ChangeStream` alone, for what no emulator does; the conformance suite holds it to what
the emulator answers.
"""

import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from tfdrift.service.stream_ports import (
    TRIM_HORIZON,
    AccessFailed,
    FeedEntry,
    IteratorExpired,
    RecordsPage,
    Shard,
    ShardGone,
    StreamThrottled,
    TrimmedData,
)


@dataclass
class _ShardState:
    parent: str | None
    records: list[tuple[int, FeedEntry | None]] = field(default_factory=list)
    trimmed: int = 0
    closed: bool = False
    listed: bool = True


def entry(event_id: str, kind: str = "drift", **fields: str) -> FeedEntry:
    """Return an entry whose payload names its id."""
    return FeedEntry(event_id, kind, f'{{"id":"{event_id}"}}', **fields)


class ScriptedStream:
    """Shards in memory; every method may be called from any thread."""

    def __init__(self, page_size: int = 1000) -> None:
        self._lock = threading.Lock()
        self._shards: dict[str, _ShardState] = {}
        self._iterators: dict[str, tuple[str, int]] = {}
        self._sequence = 0
        self._name = "stream-1"
        self._throttled = 0
        self._failures = 0
        self._not_found = 0
        self.page_size = page_size
        self.calls: Counter[str] = Counter()
        self.readers: set[str] = set()

    def open_shard(self, shard_id: str, parent: str | None = None, *, listed: bool = True) -> None:
        """Add a shard; one that is not listed yet is a child that appears late."""
        with self._lock:
            self._shards[shard_id] = _ShardState(parent, listed=listed)

    def show(self, shard_id: str) -> None:
        """List a shard from now on."""
        with self._lock:
            self._shards[shard_id].listed = True

    def write(self, shard_id: str, *entries: FeedEntry | None) -> None:
        """Append records; None is one of another kind than an event."""
        with self._lock:
            state = self._shards[shard_id]
            if state.closed:
                raise AssertionError(f"{shard_id} is closed")
            for value in entries:
                self._sequence += 1
                state.records.append((self._sequence, value))

    def close_shard(self, shard_id: str) -> None:
        """Close a shard: its records stay, and no iterator follows its last page."""
        with self._lock:
            self._shards[shard_id].closed = True

    def trim(self, shard_id: str, count: int) -> None:
        """Lose the oldest records, as after 24 hours."""
        with self._lock:
            state = self._shards[shard_id]
            state.records = state.records[count:]
            state.trimmed += count

    def kept(self, shard_id: str) -> list[str]:
        """Return the ids of the events that a shard still has."""
        with self._lock:
            return [value.event_id for _, value in self._shards[shard_id].records if value is not None]

    def is_last(self, shard_id: str, positions: Mapping[str, str]) -> bool:
        """Return whether a position is that of the shard's last record; of an empty shard any is."""
        with self._lock:
            records = self._shards[shard_id].records
            return not records or positions.get(shard_id) == str(records[-1][0])

    def forget(self, shard_id: str) -> None:
        """Lose a shard altogether."""
        with self._lock:
            del self._shards[shard_id]

    def expire_iterators(self) -> None:
        """Make every iterator older than 15 minutes."""
        with self._lock:
            self._iterators.clear()

    def throttle(self, times: int) -> None:
        """Refuse the next reads of records."""
        with self._lock:
            self._throttled = times

    def fail(self, times: int) -> None:
        """Do not answer the next reads of records."""
        with self._lock:
            self._failures = times

    def deny(self, times: int) -> None:
        """Say of the next shards that are asked for that they are not found, though they are listed."""
        with self._lock:
            self._not_found = times

    def replace(self, name: str) -> None:
        """Turn the stream off and on: another stream, without shards."""
        with self._lock:
            self._name = name
            self._shards = {}

    def stream_id(self) -> str:
        """Return the present stream's name."""
        return self._name

    def shards(self, stream_id: str) -> tuple[Shard, ...]:
        """Return the shards that are listed."""
        with self._lock:
            self.calls["shards"] += 1
            if stream_id != self._name:
                raise ShardGone(stream_id)
            return tuple(Shard(name, s.parent) for name, s in self._shards.items() if s.listed)

    def iterator(self, stream_id: str, shard_id: str, position: str) -> str:
        """Return an iterator after the position."""
        with self._lock:
            self.calls["iterator"] += 1
            state = self._shards.get(shard_id)
            if state is None or stream_id != self._name:
                raise ShardGone(shard_id)
            if self._not_found > 0:
                self._not_found -= 1
                raise ShardGone(shard_id)
            if position == TRIM_HORIZON:
                return self._new_iterator(shard_id, state.trimmed)
            for index, (number, _) in enumerate(state.records):
                if str(number) == position:
                    return self._new_iterator(shard_id, state.trimmed + index + 1)
            raise TrimmedData(position)

    def records(self, iterator: str) -> RecordsPage:
        """Return the next page after an iterator."""
        with self._lock:
            self.calls["records"] += 1
            if self._throttled > 0:
                self._throttled -= 1
                raise StreamThrottled("slow down")
            if self._failures > 0:
                self._failures -= 1
                raise AccessFailed("connection reset")
            if iterator not in self._iterators:
                raise IteratorExpired(iterator)
            shard_id, offset = self._iterators[iterator]
            return self._page(shard_id, offset)

    def _page(self, shard_id: str, offset: int) -> RecordsPage:
        state = self._shards.get(shard_id)
        if state is None:
            raise ShardGone(shard_id)
        if offset < state.trimmed:
            raise TrimmedData(shard_id)
        start = offset - state.trimmed
        page = state.records[start : start + self.page_size]
        at_end = state.closed and start + len(page) >= len(state.records)
        return RecordsPage(
            entries=tuple(value for _, value in page if value is not None),
            last_sequence_number=str(page[-1][0]) if page else None,
            next_iterator=None if at_end else self._new_iterator(shard_id, offset + len(page)),
            last_created_at=datetime.now(UTC) if page else None,
            waits=tuple(0.0 for _, value in page if value is not None),
        )

    def _new_iterator(self, shard_id: str, offset: int) -> str:
        name = f"{shard_id}@{offset}"
        self._iterators[name] = (shard_id, offset)
        return name
