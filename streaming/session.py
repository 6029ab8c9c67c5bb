"""One client's stream: greeting, missed events, live events, keep-alive, and every way in which it ends."""

import asyncio
import random
import uuid
from dataclasses import dataclass
from enum import StrEnum

from streaming.backlog import Backlog
from streaming.cursor import Cursor
from streaming.filters import StreamFilter
from streaming.frames import KEEP_ALIVE, connected_frame, gap_frame
from streaming.history import History
from streaming.hub import Hub, Subscriber
from streaming.outlet import Outlet
from streaming.start import Start
from tfdrift.service.stream_ports import AccessFailed

_RANDOM = random.SystemRandom()


class SessionEnd(StrEnum):
    """Why a stream ended, other than that the client left."""

    STOPPING = "stopping"
    TOO_SLOW = "too_slow"
    FEED_REPLACED = "feed_replaced"
    FEED_UNAVAILABLE = "feed_unavailable"


@dataclass(frozen=True, slots=True)
class SessionLimits:
    """Times in seconds, and how many events a client that had caught up may fall behind."""

    keep_alive: float
    write_timeout: float
    drain: float
    max_lag_events: int
    retry_milliseconds: int


class Session:
    """Writes the feed after the client's position to its outlet, filtered, in order, each event once.

    A client has no queue: it has a position in the ring that all share. What it may hold is bounded by one
    chunk and the server's buffer; one that falls behind too far is disconnected, and resumes by its id.
    """

    def __init__(
        self,
        *,
        hub: Hub,
        history: History,
        outlet: Outlet,
        wanted: StreamFilter,
        limits: SessionLimits,
    ) -> None:
        self.stream_id = str(uuid.uuid4())
        self._hub = hub
        self._backlog = Backlog(hub, history)
        self._outlet = outlet
        self._wanted = wanted
        self._limits = limits
        self._epoch = hub.epoch
        self._position = hub.head.position
        self._caught_up = False
        self._end_at: float | None = None

    async def run(self, start: Start, subscriber: Subscriber) -> SessionEnd:
        """Serve the client until the stream has to end; a client that leaves cancels this."""
        clock = asyncio.get_running_loop().time
        self._position = start.position
        keep_alive_at = clock() + self._limits.keep_alive
        try:
            await self._greet(start)
            while (end := self._end(clock())) is None:
                await self._write_news()
                if clock() >= keep_alive_at:
                    await self._write(KEEP_ALIVE)
                    keep_alive_at += self._limits.keep_alive
                await self._wait(subscriber, min(keep_alive_at, self._end_at or keep_alive_at))
        except TimeoutError:
            return SessionEnd.TOO_SLOW
        except AccessFailed:
            return SessionEnd.FEED_UNAVAILABLE
        return end

    async def _greet(self, start: Start) -> None:
        greeting = connected_frame(self.stream_id, start.greeting, self._limits.retry_milliseconds)
        if start.gap is not None:
            greeting += gap_frame(start.gap, Cursor(self._epoch, start.position))
        await self._write(greeting)

    def _end(self, now: float) -> SessionEnd | None:
        if self._epoch != self._hub.epoch:
            return SessionEnd.FEED_REPLACED
        if self._too_far_behind():
            return SessionEnd.TOO_SLOW
        if self._hub.ending and self._end_at is None:
            self._end_at = now + _RANDOM.uniform(0, self._limits.drain)
        return SessionEnd.STOPPING if self._end_at is not None and now >= self._end_at else None

    def _too_far_behind(self) -> bool:
        if not self._caught_up:
            return False
        ring = self._hub.ring
        return not ring.covers(self._position) or (
            ring.events_after(self._position) > self._limits.max_lag_events
        )

    async def _write_news(self) -> None:
        """Write one chunk of what follows the position, if there is any."""
        chunk = await self._backlog.next(self._epoch, self._position, self._wanted)
        self._position = chunk.position
        if chunk.data:
            await self._write(chunk.data)

    async def _write(self, data: bytes) -> None:
        async with asyncio.timeout(self._limits.write_timeout):
            await self._outlet.write(data)

    async def _wait(self, subscriber: Subscriber, until: float) -> None:
        """Return when there is something to do: at once if the position is behind the head."""
        if self._position.n <= self._hub.ring.head:
            await asyncio.sleep(0)  # a long replay must let the other clients have their turn
            return
        self._caught_up = True
        try:
            async with asyncio.timeout_at(until):
                await subscriber.woken()
        except TimeoutError:
            return
