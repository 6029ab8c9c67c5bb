"""Tails the stream: finds its shards, reads each when its turn has come, and follows the table's stream."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass

from streaming.blocking import Threads
from streaming.committer import Committer, FeedReplaced
from streaming.frames import gap_entry
from streaming.metrics import Metrics
from streaming.shard_reader import PollTimes, ShardReader
from streaming.shard_reads import ShardReads
from streaming.shards import ready, roots
from streaming.traces import Traces
from tfdrift.service.stream_ports import (
    AccessFailed,
    ChangeStream,
    CommitRefused,
    FeedBatch,
    FeedStore,
    GapReason,
    Shard,
    ShardGone,
    StreamThrottled,
)

_LOG = logging.getLogger(__name__)
_LATE_CHILD_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class TailerTimes:
    """Seconds between two listings of the shards, and the polls of a shard."""

    discover: float
    poll: PollTimes


class Tailer:
    """Moves the stream into the feed until it is cancelled, or the feed is replaced."""

    def __init__(
        self,
        changes: ChangeStream,
        feed: FeedStore,
        threads: Threads,
        times: TailerTimes,
        publish: Callable[[FeedBatch], object],
        metrics: Metrics,
        traces: Traces | None = None,
    ) -> None:
        self._changes = changes
        self._feed = feed
        self._threads = threads
        self._times = times
        self._publish = publish
        self._ended = asyncio.Event()
        self._reading: set[str] = set()
        self.reads = ShardReads(metrics, traces=traces)

    async def run(self) -> None:
        """Tail; raises AccessFailed if the feed cannot be opened, FeedReplaced if it is another one now."""
        committer = await self._open()
        self.reads.open()
        self._reading.clear()
        try:
            async with asyncio.TaskGroup() as group:
                while True:
                    shards = await self._look(committer)
                    for shard_id in sorted(ready(shards, committer.positions) - self._reading):
                        self._reading.add(shard_id)
                        group.create_task(self._read(shard_id, committer))
                    await self._until_next_look()
        except ExceptionGroup as group_error:
            _, others = group_error.split(FeedReplaced)
            if others is not None:
                raise
            raise FeedReplaced("the feed or its stream is another one by now") from group_error
        finally:
            self.reads.clear()

    async def _open(self) -> Committer:
        """Start the feed, or go on with it."""
        head = await self._threads.call(self._feed.head)
        if head is None:
            stream_id = await self._threads.call(self._changes.stream_id)
            shards = await self._threads.call(self._changes.shards, stream_id)
            head = await self._threads.call(self._feed.start, stream_id, roots(shards))
        positions = dict(await self._threads.call(self._feed.checkpoints, head.stream_id))
        _LOG.info("Opened the feed", extra={"epoch": head.epoch, "batch": head.n, "shards": len(positions)})
        return Committer(self._feed, self._threads, head, positions, self._publish)

    async def _look(self, committer: Committer) -> tuple[Shard, ...]:
        """Return the shards that the stream lists now; none when it does not answer, which is tried again."""
        self._ended.clear()
        try:
            stream_id = await self._threads.call(self._changes.stream_id)
            shards = await self._threads.call(self._changes.shards, stream_id)
            if stream_id != committer.stream_id:
                await self._switch(committer, stream_id, shards)
        except (AccessFailed, ShardGone, StreamThrottled) as error:
            _LOG.warning("The stream's shards could not be listed", extra={"reason": str(error)})
            return ()
        return shards

    async def _switch(self, committer: Committer, stream_id: str, shards: tuple[Shard, ...]) -> None:
        """Follow the table's new stream: nothing says what was written while there was none.

        Whether the switch was refused, or its answer lost, the stored head says what became of it, and this
        tailer's own head does not: begin anew from the stored one.
        """
        self.reads.lost(GapReason.STREAM_REPLACED)
        notice = gap_entry(GapReason.STREAM_REPLACED, stream_id)
        try:
            await committer.switch_stream(stream_id, roots(shards), notice)
        except (AccessFailed, CommitRefused) as error:
            raise FeedReplaced("the table has another stream; the switch to it is unsure") from error
        raise FeedReplaced("the table has another stream")

    async def _read(self, shard_id: str, committer: Committer) -> None:
        self.reads.begin(shard_id)
        reader = ShardReader(shard_id, self._changes, committer, self._threads, self._times.poll, self.reads)
        await reader.run()
        self.reads.end(shard_id)
        self._reading.discard(shard_id)
        _LOG.info("Read a shard to its end", extra={"shard": shard_id})
        self._ended.set()

    async def _until_next_look(self) -> None:
        """Wait for a shard's end, whose children are next, or for the time of the next look.

        Children may be listed late: while nothing is left to read, the looks come closer together.
        """
        wait = self._times.discover if self._reading else min(self._times.discover, _LATE_CHILD_SECONDS)
        try:
            async with asyncio.timeout(wait):
                await self._ended.wait()
        except TimeoutError:
            return
