"""The dense feed in memory, for many histories of a model; the conformance suite holds it to the tables.

Every method may be called from any thread. `crash` is asked at each step of a commit, and may raise there.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from tfdrift.service.stream_ports import (
    TRIM_HORIZON,
    CheckpointMove,
    CommitRefused,
    FeedBatch,
    FeedEntry,
    FeedHead,
)

_NOW = datetime(2026, 1, 1, tzinfo=UTC)


class MemoryFeed:
    """`tfdrift.service.stream_ports.FeedStore` in memory."""

    def __init__(self, crash: Callable[[str], None] = lambda _: None) -> None:
        self._lock = threading.Lock()
        self._head: FeedHead | None = None
        self._batches: dict[int, FeedBatch] = {}
        self._positions: dict[tuple[str, str], str] = {}
        self._crash = crash

    def head(self) -> FeedHead | None:
        """Return the head."""
        self._crash("read")
        return self._head

    def start(self, stream_id: str, roots: Sequence[str]) -> FeedHead:
        """Begin the feed, if it has not begun."""
        with self._lock:
            if self._head is None:
                self._adopt(stream_id, roots)
                self._head = FeedHead("e0", 0, stream_id, _NOW)
            return self._head

    def switch_stream(
        self, head: FeedHead, stream_id: str, roots: Sequence[str], notice: FeedEntry
    ) -> FeedHead:
        """Go on with another stream, and say so."""
        with self._lock:
            self._adopt(stream_id, roots)
            return self._append(head, replace(head, stream_id=stream_id), (notice,))

    def _adopt(self, stream_id: str, roots: Sequence[str]) -> None:
        for shard_id in roots:
            self._positions.setdefault((stream_id, shard_id), TRIM_HORIZON)

    def checkpoints(self, stream_id: str) -> Mapping[str, str]:
        """Return the position of each shard that has one."""
        self._crash("read")
        with self._lock:
            return {shard: at for (stream, shard), at in self._positions.items() if stream == stream_id}

    def checkpoint(self, stream_id: str, shard_id: str) -> str | None:
        """Return the position of one shard."""
        self._crash("read")
        return self._positions.get((stream_id, shard_id))

    def commit(self, head: FeedHead, entries: Sequence[FeedEntry], move: CheckpointMove) -> FeedHead:
        """Append and move, both or neither."""
        self._crash("before commit")
        with self._lock:
            key = (head.stream_id, move.shard_id)
            if self._positions.get(key) != move.old:
                raise CommitRefused("the checkpoint is another one")
            new = self._append(head, head, entries) if entries else head
            self._positions[key] = move.new
        self._crash("after commit")
        return new

    def _append(self, expected: FeedHead, new: FeedHead, entries: Sequence[FeedEntry]) -> FeedHead:
        stored = self._head
        if stored is None or (stored.epoch, stored.n) != (expected.epoch, expected.n):
            raise CommitRefused("the head is another one")
        self._head = replace(new, n=expected.n + 1)
        self._batches[self._head.n] = FeedBatch(self._head.n, tuple(entries), _NOW)
        return self._head

    def read(self, epoch: str, first: int, limit: int) -> tuple[FeedBatch, ...]:
        """Return the batches from a number on."""
        self._crash("read")
        with self._lock:
            if self._head is None or epoch != self._head.epoch:
                return ()
            return tuple(batch for n, batch in sorted(self._batches.items()) if n >= first)[:limit]

    def expired(self, epoch: str, first: int, last: int) -> bool:
        """Return whether none of these batches is there."""
        with self._lock:
            known = self._head is not None and epoch == self._head.epoch
            return not (known and any(n in self._batches for n in range(first, last + 1)))
