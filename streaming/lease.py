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
# The part of the lease's time after which its holder stops without a stored sign of life: others wait for all
# of it, and the stop needs some.
_OWN_PART = 0.8


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
        self._signed_at = self._clock()
        self._unsure_at: float | None = None

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
        # Before the write: who is cancelled during it may have made it, and has to release it.
        self._lease = Lease(self._owner, current.counter + 1 if current else 1)
        self._signed_at = self._clock()
        self._unsure_at = None
        if await self._threads.call(self._store.write, current, self._lease):
            _LOG.info("Tailing the stream", extra={"owner": self._owner})
            return True
        self._lease = None
        return False

    async def hold(self) -> None:
        """Show signs of life; returns when the lease is lost, or may be because storage does not answer.

        Others count from the moment when a sign of life is stored, which may be as early as it is sent. So
        does this task, and it gives up before they take over though a call may still be under way.
        """
        while (left := self._seconds_left()) > 0:
            await asyncio.sleep(min(self._seconds / 4, left))
            try:
                if not await self._renewed_in_time():
                    break
            except AccessFailed:
                _LOG.warning("The lease could not be renewed", exc_info=True)
        if self._lease is None:
            _LOG.warning("Another task has taken the lease", extra={"owner": self._owner})
        else:
            _LOG.warning("The lease may be lost: storage does not answer", extra={"owner": self._owner})

    def _seconds_left(self) -> float:
        return self._signed_at + self._seconds * _OWN_PART - self._clock()

    async def _renewed_in_time(self) -> bool:
        """Return whether a sign of life was stored; False, too, if it takes longer than the lease lasts."""
        renewal = asyncio.ensure_future(self._renew())
        renewal.add_done_callback(_retrieved)
        try:
            done, _ = await asyncio.wait((renewal,), timeout=max(0.0, self._seconds_left()))
        finally:
            renewal.cancel()
        return bool(done) and renewal.result()

    async def _renew(self) -> bool:
        if self._lease is None:
            return False
        if await self._sign(self._lease):
            return True
        # An answer that got lost may hide that an earlier attempt of this task's own was written.
        current = await self._threads.call(self._store.read)
        if current is None or current.owner != self._owner:
            self._lease = None
            return False
        if self._unsure_at is not None:
            self._signed_at, self._unsure_at = self._unsure_at, None
        return await self._sign(current)

    async def _sign(self, expected: Lease) -> bool:
        asked_at = self._clock()
        if self._unsure_at is None:  # the first attempt without an answer may be the one that is stored
            self._unsure_at = asked_at
        wanted = Lease(self._owner, expected.counter + 1)
        if not await self._threads.call(self._store.write, expected, wanted):
            return False
        self._lease, self._signed_at, self._unsure_at = wanted, asked_at, None
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


def _retrieved(renewal: asyncio.Future[bool]) -> None:
    """Take the error of a renewal that nobody waits for any more; those that are awaited raise it there."""
    if not renewal.cancelled():
        renewal.exception()
