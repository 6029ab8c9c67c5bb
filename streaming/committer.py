"""Commits what shards deliver to the dense feed, one commit at a time, and finds out what became of each."""

import asyncio
import logging
from collections.abc import Callable, Sequence

from streaming.backoff import Backoff
from streaming.blocking import Threads
from tfdrift.service.stream_ports import (
    AccessFailed,
    CheckpointMove,
    CommitRefused,
    FeedBatch,
    FeedEntry,
    FeedHead,
    FeedStore,
)

_LOG = logging.getLogger(__name__)


class FeedReplaced(Exception):  # noqa: N818 - names what happened
    """The feed is of another epoch or follows another stream than the tailer does: begin anew."""


class Committer:
    """Moves the shards' checkpoints and appends to the feed, for one tailer.

    `positions` is what this tailer knows of the checkpoints. A commit that is refused, or whose outcome is
    unknown, is judged by the stored checkpoint alone: still the old one, and nothing was written; any other,
    and the batch is in the feed, by this commit or by another tailer's.
    """

    def __init__(
        self,
        feed: FeedStore,
        threads: Threads,
        head: FeedHead,
        positions: dict[str, str],
        publish: Callable[[FeedBatch], object],
    ) -> None:
        self._feed = feed
        self._threads = threads
        self._head = head
        self._publish = publish
        self._lock = asyncio.Lock()
        self.positions = positions

    @property
    def stream_id(self) -> str:
        """Return the stream that the feed follows."""
        return self._head.stream_id

    async def advance(self, shard_id: str, entries: Sequence[FeedEntry], new: str) -> str:
        """Commit entries and the shard's new position; returns the position that is stored then.

        If it is another than `new`, a second tailer was faster, and the shard goes on from there.
        Raises `FeedReplaced`.
        """
        async with self._lock:
            backoff = Backoff(0.1, 5.0)
            while True:
                old = self.positions.get(shard_id)
                try:
                    move = CheckpointMove(shard_id, old, new)
                    head = await self._threads.call(self._feed.commit, self._head, entries, move)
                except (AccessFailed, CommitRefused) as error:
                    _LOG.info("A commit to the feed did not succeed at once", extra={"reason": str(error)})
                    stored = await self._stored(shard_id)
                    if stored is not None and stored != old:
                        self.positions[shard_id] = stored
                        return stored
                    await asyncio.sleep(backoff.next())
                    continue
                self.positions[shard_id] = new
                self._head = head
                if entries:
                    self._publish(FeedBatch(head.n, tuple(entries), head.committed_at))
                return new

    async def switch_stream(self, stream_id: str, roots: Sequence[str], notice: FeedEntry) -> None:
        """Let the feed follow another stream; raises CommitRefused, AccessFailed."""
        async with self._lock:
            await self._threads.call(self._feed.switch_stream, self._head, stream_id, roots, notice)

    async def _stored(self, shard_id: str) -> str | None:
        """Return the stored checkpoint, and take over the stored head; waits until storage answers."""
        backoff = Backoff(0.1, 5.0)
        while True:
            try:
                head = await self._threads.call(self._feed.head)
                stored = await self._threads.call(self._feed.checkpoint, self.stream_id, shard_id)
            except AccessFailed:
                await asyncio.sleep(backoff.next())
                continue
            if head is None or (head.epoch, head.stream_id) != (self._head.epoch, self.stream_id):
                raise FeedReplaced("the feed's head was replaced while it was tailed")
            self._head = head
            return stored
