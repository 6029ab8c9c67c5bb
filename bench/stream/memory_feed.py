"""The stream's outside without DynamoDB: a feed in memory, and a lease that another task holds."""

from collections.abc import Sequence
from datetime import UTC, datetime

from tfdrift.service.stream_ports import (
    CommitRefused,
    FeedBatch,
    FeedEntry,
    FeedHead,
    Lease,
)

EPOCH = "65aaf94db792"
_STREAM = "bench"


class MemoryFeed:
    """`FeedStore` in memory; `add` stands for the commit of another task."""

    def __init__(self) -> None:
        self._batches: list[FeedBatch] = []

    def add(self, entries: Sequence[FeedEntry]) -> FeedBatch:
        """Append a batch, and return it."""
        batch = FeedBatch(len(self._batches) + 1, tuple(entries), datetime.now(UTC))
        self._batches.append(batch)
        return batch

    def head(self) -> FeedHead:
        return FeedHead(EPOCH, len(self._batches), _STREAM, datetime.now(UTC))

    def read(self, epoch: str, first: int, limit: int) -> tuple[FeedBatch, ...]:
        return tuple(self._batches[first - 1 : first - 1 + limit]) if epoch == EPOCH else ()

    def __getattr__(self, name: str) -> object:
        """Refuse whatever only a tailer does: this task never tails."""
        raise CommitRefused(f"{name} is for tailers")


class HeldLease:
    """A lease whose holder shows a sign of life at each look."""

    def __init__(self) -> None:
        self._looks = 0

    def read(self) -> Lease:
        self._looks += 1
        return Lease("another", self._looks)

    def write(self, expected: Lease | None, new: Lease) -> bool:
        del expected, new
        return False


class NoStream:
    """A stream that is never read."""

    def stream_id(self) -> str:
        return _STREAM
