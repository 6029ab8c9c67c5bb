"""Brings the feed's batches into the hub in their order, whichever task committed them."""

import asyncio
import logging
from collections.abc import Sequence

from streaming.backoff import Backoff
from streaming.blocking import Threads
from streaming.hub import Hub
from streaming.shard_reader import PollTimes
from tfdrift.service.stream_ports import AccessFailed, FeedBatch, FeedHead, FeedStore

_LOG = logging.getLogger(__name__)
_PRELOADED = 256
_READ_LIMIT = 100
_SLOWER = 1.5
_TAILING_SECONDS = 1.0
_EPOCH_SECONDS = 5.0


class Follower:
    """Follows the feed for one task."""

    def __init__(
        self,
        feed: FeedStore,
        hub: Hub,
        threads: Threads,
        times: PollTimes,
    ) -> None:
        self._feed = feed
        self._hub = hub
        self._threads = threads
        self._times = times
        self._poked = asyncio.Event()
        self._tailing = False
        self._trouble = Backoff(0.2, 5.0)

    def publish(self, batch: FeedBatch) -> None:
        """Take a batch that this task itself has committed; if others come before it, read them first."""
        if not self._hub.append(batch):
            self._poked.set()

    def set_tailing(self, tailing: bool) -> None:  # noqa: FBT001 - a state, told by its only caller
        """Read less often while this task tails: it learns of every batch as it commits it."""
        self._tailing = tailing
        self._poked.set()

    async def run(self) -> None:
        """Follow until cancelled, through every trouble of the storage."""
        while True:
            try:
                await self._follow(await self._open())
            except AccessFailed as error:
                _LOG.warning("The feed cannot be read", extra={"reason": str(error)})
                await asyncio.sleep(self._trouble.next())

    async def _open(self) -> FeedHead:
        """Wait for the feed to exist and stand before its latest batches, as far as the hub does not yet."""
        while (head := await self._threads.call(self._feed.head)) is None:
            await self._pause(self._times.idle)
        if self._hub.epoch != head.epoch:
            self._hub.open(head.epoch, max(0, head.n - _PRELOADED))
        return head

    async def _follow(self, head: FeedHead) -> None:
        """Read batch after batch; returns when the feed is another one."""
        loop = asyncio.get_running_loop()
        wait = self._times.busy
        check_at = loop.time() + _EPOCH_SECONDS
        while True:
            batches = await self._threads.call(
                self._feed.read, head.epoch, self._hub.ring.head + 1, _READ_LIMIT
            )
            self._trouble.reset()
            self._hub.metrics.feed_read()
            moved = await self._take(batches)
            if not batches:
                await self._skip_expired(head.n + 1)
            if self._hub.ring.head >= head.n:
                self._hub.ready.set()
            if loop.time() >= check_at:
                check_at = loop.time() + _EPOCH_SECONDS
                if not await self._same(head):
                    return
            wait = self._times.busy if moved else min(wait * _SLOWER, self._times.idle)
            if len(batches) < _READ_LIMIT:
                await self._pause(max(wait, _TAILING_SECONDS) if self._tailing and not moved else wait)

    async def _take(self, batches: Sequence[FeedBatch]) -> bool:
        """Publish what follows the head without a hole; returns whether the head moved."""
        before = self._hub.ring.head
        for batch in batches:
            if not await self._skip_expired(batch.n):
                break
            self._hub.append(batch)
        return self._hub.ring.head > before

    async def _skip_expired(self, n: int) -> bool:
        """Move the head up to batch `n` if all between has expired; returns whether `n` may follow now.

        The parts of a transaction become visible one after the other, so that what is missing may be on its
        way. A read that takes its turn among the transactions knows; a clock, which may be wrong, does not.
        """
        hub = self._hub
        first = hub.ring.head + 1
        if n <= first:
            return True
        if not await self._threads.call(self._feed.expired, hub.epoch, first, n - 1):
            return False
        if hub.ring.head + 1 == first:  # this task's own commits may have moved it meanwhile
            hub.open(hub.epoch, n - 1)
        return hub.ring.head + 1 >= n

    async def _same(self, head: FeedHead) -> bool:
        current = await self._threads.call(self._feed.head)
        if current is not None and current.epoch == head.epoch:
            return True
        _LOG.error("The feed was replaced: its clients are sent away and told when they return")
        self._hub.close()
        return False

    async def _pause(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._poked.wait()
        except TimeoutError:
            return
        self._poked.clear()
