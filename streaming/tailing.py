"""Tails for as long as this task holds the lease, and waits for the lease otherwise."""

import asyncio
import logging
from collections.abc import Coroutine

from streaming.backoff import Backoff
from streaming.committer import FeedReplaced
from streaming.follower import Follower
from streaming.lease import LeaseKeeper
from streaming.tailer import Tailer
from tfdrift.service.stream_ports import AccessFailed, ShardGone, StreamThrottled

_LOG = logging.getLogger(__name__)
_LONG_LIVED_SECONDS = 30.0


class Tailing:
    """Runs the tailer under the lease until it is cancelled; then the lease is free at once."""

    def __init__(self, tailer: Tailer, lease: LeaseKeeper, follower: Follower) -> None:
        self._tailer = tailer
        self._lease = lease
        self._follower = follower
        self.active = False

    async def run(self) -> None:
        """Acquire, tail, release, again and again."""
        loop = asyncio.get_running_loop()
        trouble = Backoff(0.5, 30.0)
        while True:
            began = loop.time()
            try:
                await self._lease.acquire()
                began = loop.time()
                self._set_active(active=True)
                await first_to_end(self._tail(), self._lease.hold())
            finally:
                self._set_active(active=False)
                await asyncio.shield(asyncio.ensure_future(self._lease.release()))
            if loop.time() - began > _LONG_LIVED_SECONDS:
                trouble.reset()
            await asyncio.sleep(trouble.next())

    def _set_active(self, *, active: bool) -> None:
        self.active = active
        self._follower.set_tailing(active)

    async def _tail(self) -> None:
        try:
            await self._tailer.run()
        except (AccessFailed, FeedReplaced, ShardGone, StreamThrottled, LookupError) as error:
            _LOG.warning("Tailing begins anew", extra={"reason": str(error)})
        except Exception:  # noqa: BLE001 - logged; clients are served from the feed, another task may do better
            _LOG.exception("Tailing failed and begins anew")


async def first_to_end(*runs: Coroutine[object, object, None]) -> None:
    """Run all until one ends, then end the others; an error of any is raised."""
    tasks = [asyncio.ensure_future(run) for run in runs]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        # Not one by one with their errors suppressed: a cancellation of this very task must not be lost.
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        task.result()
