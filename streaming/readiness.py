"""Whether this task does its work now: the feed is read, and whoever tails reads every open shard."""

from collections.abc import Iterator
from typing import Protocol

from streaming.hub import Hub
from streaming.shard_reads import ShardReads


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
    lag = work.shard_reads.lag()
    if not silent and lag is not None and lag > lag_seconds:
        yield f"the tailer is {lag:.0f} s behind what was stored"
