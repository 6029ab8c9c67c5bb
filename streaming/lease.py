"""The lease that lets one task tail at a time; it counts signs of life, so that no clock need agree.

It saves reads of the stream and is not what keeps the feed right: two tailers at once can neither skip nor
double an event (docs/adr/0002).
"""

import asyncio
import logging
from collections.abc import Callable

from streaming.backoff import Backoff
from streaming.blocking import Threads
from tfdrift.service.stream_ports import AccessFailed, Lease, LeaseStore

_LOG = logging.getLogger(__name__)
_NOBODY = ""


class LeaseKeeper:
    """Takes the lease when nobody else shows signs of life, and shows its own while it holds it."""

    def __init__(
        self,
        store: LeaseStore,
        threads: Threads,
        *,
        owner: str,
        seconds: float,
        clock: Callable[[], float] | None = None,
    ) -> None:
        self._store = store
        self._threads = threads
        self._owner = owner
        self._seconds = seconds
        self._clock = clock or asyncio.get_running_loop().time
        self._lease: Lease | None = None

    async def acquire(self) -> None:
        """Return once this task holds the lease."""
        observed: Lease | None = None
        since = self._clock()
        backoff = Backoff(self._seconds / 6, self._seconds)
        while True:
            try:
                current = await self._threads.call(self._store.read)
                if current != observed:
                    observed, since = current, self._clock()
                silent = self._clock() - since >= self._seconds
                if (current is None or current.owner == _NOBODY or silent) and await self._take(current):
                    return
                backoff.reset()
            except AccessFailed:
                _LOG.warning("The lease cannot be read", exc_info=True)
            await asyncio.sleep(backoff.next())

    async def _take(self, current: Lease | None) -> bool:
        wanted = Lease(self._owner, current.counter + 1 if current else 1)
        if await self._threads.call(self._store.write, current, wanted):
            self._lease = wanted
            _LOG.info("Tailing the stream", extra={"owner": self._owner})
            return True
        return False

    async def hold(self) -> None:
        """Show signs of life; returns when the lease is lost, or may be because storage does not answer."""
        confirmed = self._clock()
        while self._clock() - confirmed < self._seconds * 0.8:
            await asyncio.sleep(self._seconds / 4)
            try:
                if not await self._renew():
                    _LOG.warning("Another task has taken the lease", extra={"owner": self._owner})
                    return
                confirmed = self._clock()
            except AccessFailed:
                _LOG.warning("The lease could not be renewed", exc_info=True)
        if self._lease is not None:
            _LOG.warning("The lease may be lost: storage does not answer", extra={"owner": self._owner})

    async def _renew(self) -> bool:
        if self._lease is None:
            return False
        wanted = Lease(self._owner, self._lease.counter + 1)
        if not await self._threads.call(self._store.write, self._lease, wanted):
            # An answer that got lost may hide that an earlier attempt of this task's own was written.
            current = await self._threads.call(self._store.read)
            if current is None or current.owner != self._owner:
                self._lease = None
                return False
            wanted = current
        self._lease = wanted
        return True

    async def release(self) -> None:
        """Let another task tail at once."""
        lease, self._lease = self._lease, None
        if lease is None:
            return
        try:
            await self._threads.call(self._store.write, lease, Lease(_NOBODY, lease.counter + 1))
        except AccessFailed:
            _LOG.warning("The lease could not be released; it runs out", exc_info=True)
