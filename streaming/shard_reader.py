"""Reads one shard from its checkpoint to its end and commits every page, through all troubles of reading."""

import asyncio
import logging
from dataclasses import dataclass

from streaming.backoff import Backoff
from streaming.blocking import Threads
from streaming.committer import Committer
from streaming.frames import gap_entry
from streaming.shard_reads import ShardReads
from tfdrift.service.stream_ports import (
    END,
    AccessFailed,
    ChangeStream,
    GapReason,
    IteratorExpired,
    RecordsPage,
    ShardGone,
    StreamThrottled,
    TrimmedData,
    horizon_after,
    readable,
)

_LOG = logging.getLogger(__name__)
_SLOWER = 1.5


@dataclass(frozen=True, slots=True)
class PollTimes:
    """Waits between two reads, in seconds: after a page with records, and the longest one without any."""

    busy: float
    idle: float


class ShardReader:
    """One shard's reader; `run` returns when the shard's checkpoint says END."""

    def __init__(
        self,
        shard_id: str,
        changes: ChangeStream,
        committer: Committer,
        threads: Threads,
        times: PollTimes,
        reads: ShardReads,
    ) -> None:
        self._shard_id = shard_id
        self._changes = changes
        self._committer = committer
        self._threads = threads
        self._times = times
        self._reads = reads
        self._iterator: str | None = None
        self._wait = times.busy
        self._trouble = Backoff(0.2, 5.0)

    @property
    def _position(self) -> str | None:
        return self._committer.positions.get(self._shard_id)

    async def run(self) -> None:
        """Read and commit until the shard's end; raises FeedReplaced."""
        while self._position != END:
            try:
                wait = await self._step()
                self._trouble.reset()
            except IteratorExpired:
                self._reads.trouble("expired")
                self._iterator = None
                wait = self._trouble.next()
            except TrimmedData:
                self._reads.trouble("trimmed")
                await self._lost(horizon_after(self._position))
                wait = self._trouble.next()
            except ShardGone as error:
                self._reads.trouble("gone")
                wait = await self._not_found(error)
            except (StreamThrottled, AccessFailed) as error:
                self._reads.trouble("throttled" if isinstance(error, StreamThrottled) else "failed")
                wait = self._trouble.next()
                self._iterator = None if isinstance(error, AccessFailed) else self._iterator
                self._report(error)
            await asyncio.sleep(wait)

    def _report(self, error: Exception) -> None:
        _LOG.warning("A read of the stream failed", extra={"shard": self._shard_id, "reason": str(error)})

    async def _step(self) -> float:
        """Read one page and commit it; returns the seconds to wait before the next."""
        if self._iterator is None:
            self._iterator = await self._threads.call(
                self._changes.iterator, self._committer.stream_id, self._shard_id, readable(self._position)
            )
        page = await self._threads.call(self._changes.records, self._iterator)
        self._reads.page(self._shard_id, page)
        await self._commit(page)
        if page.last_sequence_number is None:
            self._wait = min(self._wait * _SLOWER, self._times.idle)
        else:
            self._wait = self._times.busy
        return self._wait

    async def _commit(self, page: RecordsPage) -> None:
        """Commit the page, its records and the shard's end together; an empty page leaves nothing to say."""
        new = END if page.next_iterator is None else page.last_sequence_number
        self._iterator = page.next_iterator
        if new is None:
            return
        if await self._committer.advance(self._shard_id, page.entries, new) == new:
            self._reads.committed(self._shard_id, page)
        else:
            self._iterator = None

    async def _not_found(self, error: ShardGone) -> float:
        """End a shard that the stream lists no more; one that it does is asked for again, after a wait.

        The end is final, and one answer is not enough for it. If the whole stream is not found, the tailer
        learns from the table which one to follow.
        """
        self._iterator = None
        try:
            shards = await self._threads.call(self._changes.shards, self._committer.stream_id)
            if all(shard.shard_id != self._shard_id for shard in shards):
                await self._lost(END)
                return 0.0
        except (AccessFailed, ShardGone, StreamThrottled) as trouble:
            error.add_note(f"and its stream's shards could not be listed: {trouble}")
        self._report(error)
        return self._trouble.next()

    async def _lost(self, go_on_at: str) -> None:
        """Tell all clients that records are gone, and go on at the oldest one, or after the shard."""
        _LOG.error("The stream lost records before they were read", extra={"shard": self._shard_id})
        self._iterator = None
        self._reads.lost(GapReason.TRIMMED)
        notice = gap_entry(GapReason.TRIMMED, self._shard_id)
        await self._committer.advance(self._shard_id, (notice,), go_on_at)
