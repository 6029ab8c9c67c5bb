"""Reads of the feed's past for clients that come back; those that want the same part share one read."""

import asyncio
from collections import OrderedDict

from streaming.blocking import Threads
from streaming.cursor import Position
from streaming.frames import EncodedBatch, encode
from streaming.ring import Ring
from tfdrift.service.stream_ports import FeedStore

PAGE = 32
_KEPT_PAGES = 16

_Page = tuple[EncodedBatch, ...]


class History:
    """Encoded batches from the feed table, in pages that begin at multiples of `PAGE`."""

    def __init__(self, feed: FeedStore, threads: Threads) -> None:
        self._feed = feed
        self._threads = threads
        self._running: dict[tuple[str, int], asyncio.Task[_Page]] = {}
        self._full: OrderedDict[tuple[str, int], _Page] = OrderedDict()
        self.reads = 0

    async def past(self, ring: Ring, epoch: str, n: int) -> _Page | Position:
        """Return batches from number `n` on, which the ring does not cover, or where the feed goes on.

        Whatever is below the ring's head was visible to this task: if it is not there, it is expired.
        """
        batches = await self.since(epoch, n)
        oldest = batches[0].n if batches else ring.first
        return batches if oldest <= n else Position(min(oldest, ring.head + 1))

    async def since(self, epoch: str, n: int) -> _Page:
        """Return some batches from number `n` on, without holes between them; empty if there are none.

        The first one is `n` itself, or, where that is expired, the oldest one after it.
        """
        for first in (n - n % PAGE, n):
            page = await self._page(epoch, first)
            batches = [batch for batch in page if batch.n >= n]
            if batches:
                return tuple(b for number, b in enumerate(batches, start=batches[0].n) if b.n == number)
        return ()

    async def _page(self, epoch: str, first: int) -> _Page:
        key = (epoch, first)
        if key in self._full:
            self._full.move_to_end(key)
            return self._full[key]
        task = self._running.get(key)
        if task is None:
            task = asyncio.create_task(self._read(key))
            self._running[key] = task
            task.add_done_callback(lambda _: self._running.pop(key))
        # One client that leaves must not take the read away from the others.
        return await asyncio.shield(task)

    async def _read(self, key: tuple[str, int]) -> _Page:
        epoch, first = key
        self.reads += 1
        batches = await self._threads.call(self._feed.read, epoch, first, PAGE)
        page = tuple(encode(epoch, batch) for batch in batches)
        if [batch.n for batch in page] == list(range(first, first + PAGE)):
            self._full[key] = page
            if len(self._full) > _KEPT_PAGES:
                self._full.popitem(last=False)
        return page
