"""Whether this task does its work now: the feed is read, and whoever tails reads every open shard."""

import time
from collections.abc import Callable, Iterator
from typing import Protocol

from streaming.hub import Hub


class ShardReads:
    """When each shard that this task tails was last read; empty on a task that does not tail."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._read_at: dict[str, float] = {}

    def clear(self) -> None:
        """Forget all: no shard is read any more."""
        self._read_at.clear()

    def note(self, shard_id: str) -> None:
        """Note that a shard was read, or that its reading begins."""
        self._read_at[shard_id] = self._clock()

    def end(self, shard_id: str) -> None:
        """Forget a shard that was read to its end."""
        self._read_at.pop(shard_id, None)

    def silent(self, seconds: float) -> list[str]:
        """Return the open shards that were not read for longer than that, sorted."""
        now = self._clock()
        return sorted(shard_id for shard_id, at in self._read_at.items() if now - at > seconds)


class Work(Protocol):
    """What is asked whether it goes on; the task's runtime."""

    @property
    def hub(self) -> Hub:
        """Return the task's hub."""
        ...

    @property
    def working(self) -> bool:
        """Return whether no part of the work ended by a fault."""
        ...

    @property
    def feed_read_seconds(self) -> float | None:
        """Return the seconds since the feed was last read; None before the first time."""
        ...

    @property
    def shard_reads(self) -> ShardReads:
        """Return when this task last read its shards."""
        ...


def reasons_against(work: Work, lag_seconds: float) -> list[str]:
    """Return why this task is not ready; empty if it is."""
    return list(_reasons(work, lag_seconds))


def _reasons(work: Work, lag_seconds: float) -> Iterator[str]:
    if work.hub.ending:
        yield "the task is stopping"
    if not work.working:
        yield "the stream's own work ended by a fault"
    age = work.feed_read_seconds
    if age is None or not work.hub.ready.is_set():
        yield "the feed was not read up to its head yet"
    elif age > lag_seconds:
        yield f"the feed was last read {age:.0f} s ago"
    silent = work.shard_reads.silent(lag_seconds)
    if silent:
        yield f"{len(silent)} open shards were not read for {lag_seconds:g} s, {silent[0]} among them"
