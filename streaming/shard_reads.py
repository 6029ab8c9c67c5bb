"""What is known of this task's reads of the change stream: when, how far, and what came of them."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from streaming.metrics import Metrics
from streaming.traces import Traces
from tfdrift.service.stream_ports import GapReason, RecordsPage


@dataclass(slots=True)
class _Shard:
    """When a shard was last read, by both clocks, and up to when everything in it is in the feed."""

    read_at: float
    arrived: datetime
    complete_to: datetime


class ShardReads:
    """The open shards that this task reads; there are none on a task that does not tail."""

    def __init__(
        self,
        metrics: Metrics,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        traces: Traces | None = None,
    ) -> None:
        self._metrics = metrics
        self._clock = clock
        self._now = now
        self._traces = traces
        self._shards: dict[str, _Shard] = {}

    def __len__(self) -> int:
        return len(self._shards)

    def open(self) -> None:
        """Count a beginning of the tailing; one that begins again and again does not get far."""
        self._metrics.tailing_begun()

    def clear(self) -> None:
        """Forget all: no shard is read any more."""
        self._shards.clear()

    def begin(self, shard_id: str) -> None:
        """Note that a shard's reading begins."""
        now = self._now()
        self._shards[shard_id] = _Shard(self._clock(), now, now)

    def page(self, shard_id: str, page: RecordsPage) -> None:
        """Note a page; an empty one says that nothing waits."""
        shard = self._shards.get(shard_id)
        if shard is None:
            return
        shard.read_at, shard.arrived = self._clock(), self._now()
        if page.last_sequence_number is None:
            shard.complete_to = shard.arrived
        self._metrics.shard_read("empty" if page.last_sequence_number is None else "records")
        for seconds in page.waits:
            self._metrics.ingest.observe(seconds)

    def committed(self, shard_id: str, page: RecordsPage) -> None:
        """Note that a page is in the feed, and so is everything of its shard up to its last record."""
        if page.last_created_at is None:
            return
        shard = self._shards.get(shard_id)
        if shard is not None:
            shard.complete_to = page.last_created_at
            if self._traces is not None:
                self._traces.committed(page.traced, shard.arrived, self._now())
        if page.entries:
            self._metrics.commit.observe((self._now() - page.last_created_at).total_seconds())

    def trouble(self, what: str) -> None:
        """Count a read that failed."""
        self._metrics.shard_read(what)

    def lost(self, reason: GapReason) -> None:
        """Count a gap that clients are told of."""
        self._metrics.gap(reason.value)

    def end(self, shard_id: str) -> None:
        """Forget a shard that was read to its end."""
        self._shards.pop(shard_id, None)

    def silent(self, seconds: float) -> list[str]:
        """Return the open shards that were not read for longer than that, sorted."""
        now = self._clock()
        return sorted(shard_id for shard_id, shard in self._shards.items() if now - shard.read_at > seconds)

    def lags(self) -> dict[str, float]:
        """Return, for each shard, how many seconds old a record may be that is not in the feed."""
        now = self._now()
        shards = tuple(self._shards.items())
        return {name: max(0.0, (now - shard.complete_to).total_seconds()) for name, shard in shards}

    def lag(self) -> float | None:
        """Return the lag of the shard that is furthest behind; None without open shards."""
        return max(self.lags().values(), default=None)
