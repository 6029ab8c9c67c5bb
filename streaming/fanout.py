"""The fan-out: brings each client to the head of the feed, and all that are there further with one write."""

import asyncio
import logging
import random
from collections.abc import Callable
from dataclasses import dataclass

from streaming.backlog import Backlog
from streaming.buffered_bytes import BufferedBytes, Holder
from streaming.client_group import ClientGroup, cursor_frame
from streaming.filters import StreamFilter
from streaming.frames import KEEP_ALIVE
from streaming.hub import Hub
from streaming.metrics import Transport
from streaming.ring import Chunk
from streaming.slow_clients import SlowClients
from streaming.stream_client import StreamClient, chunk_of
from streaming.stream_end import StreamEnd
from streaming.wheel import Wheel
from tfdrift.service.stream_ports import AccessFailed

_LOG = logging.getLogger(__name__)
_RANDOM = random.SystemRandom()
_KEEP_ALIVE_CHUNK = chunk_of(KEEP_ALIVE)


@dataclass(frozen=True, slots=True)
class FanoutLimits:
    """What clients may cost; times are in seconds.

    Attributes
    ----------
    flush
        The shortest time between two writes of the same client; what comes meanwhile is joined.
    keep_alive
        The time between two keep-alive comments.
    write_timeout
        How long a client may take no byte.
    drain
        Over how long the streams of a stopping task end.
    lifetime
        The longest life of a stream; each ends at a random moment of the second half.
    max_lag_events
        How far a client that had caught up may fall behind.
    max_buffered_bytes
        What may wait for slow clients of all kinds together.
    """

    flush: float
    keep_alive: float
    write_timeout: float
    drain: float
    lifetime: float
    max_lag_events: int
    max_buffered_bytes: int


class Fanout:
    """Owns the clients of the event stream. One loop alone uses it, so nothing here is ever half done.

    A client is *live* (in its group, at the group's position), or it is on its way there: paused because its
    transport is full, or reading its backlog chunk by chunk. Its position says what it has been handed, so
    going from one to the other can neither skip nor repeat an event.
    """

    def __init__(
        self, hub: Hub, backlog: Backlog, limits: FanoutLimits, on_gone: Callable[[StreamClient], None]
    ) -> None:
        self._hub = hub
        self._backlog = backlog
        self._limits = limits
        self._on_gone = on_gone
        self._loop = asyncio.get_running_loop()
        self._epoch = hub.epoch
        self._groups: dict[StreamFilter, ClientGroup] = {}
        self._clients: set[StreamClient] = set()
        self._buffers = BufferedBytes(limits.max_buffered_bytes)
        self._slow = SlowClients(hub, self._buffers, limits.write_timeout, limits.max_lag_events)
        self._wheel = Wheel(limits.keep_alive)
        self._reads: set[asyncio.Task[None]] = set()
        self._flushed_at = float("-inf")
        self._flush: asyncio.Handle | None = None
        self._step: asyncio.Handle | None = None
        self._draining = False
        self._empty = asyncio.Event()
        self._empty.set()
        hub.serve(self)

    def __len__(self) -> int:
        return len(self._clients)

    def join(
        self, client: StreamClient, transport: asyncio.Transport, wanted: StreamFilter, epoch: str
    ) -> None:
        """Serve a client whose greeting is written, from its position on, until it ends or leaves."""
        client.transport = transport
        client.ends_at = self._loop.time() + _RANDOM.uniform(0.5, 1.0) * self._limits.lifetime
        self._clients.add(client)
        self._empty.clear()
        self._wheel.add(client)
        self._turn()
        if epoch != self._hub.epoch:
            self._end(client, StreamEnd.FEED_REPLACED)
            return
        self._enter_group(client, wanted)
        if self._draining:
            self._end_within_drain(client)
        self._advance(client)

    def _enter_group(self, client: StreamClient, wanted: StreamFilter) -> None:
        group = self._groups.get(wanted)
        if group is None:
            group = self._groups[wanted] = ClientGroup(wanted, self._hub.head.position)
        group.members += 1
        client.group = group

    # What the hub tells.

    def news(self) -> None:
        """Send away whoever must go, and flush what was published."""
        if self._epoch != self._hub.epoch:
            for client in tuple(self._clients):
                self._end(client, StreamEnd.FEED_REPLACED)
            self._epoch = self._hub.epoch
        if self._hub.ending and not self._draining:
            self._draining = True
            for client in tuple(self._clients):
                self._end_within_drain(client)
        if not self._clients:
            self._hub.metrics.nobody_waits()
        elif self._flush is None:
            wait = self._flushed_at + self._limits.flush - self._loop.time()
            if wait > 0:
                self._flush = self._loop.call_later(wait, self._flush_all)
            else:
                self._flush = self._loop.call_soon(self._flush_all)

    def _end_within_drain(self, client: StreamClient) -> None:
        self._loop.call_later(_RANDOM.uniform(0, self._limits.drain), self._end, client, StreamEnd.STOPPING)

    # The live clients.

    def _flush_all(self) -> None:
        """Give every group what is new, at most one chunk; groups with more have their next turn at once."""
        self._flush = None
        self._flushed_at = self._loop.time()
        more = False
        for group in tuple(self._groups.values()):
            more |= self._flush_group(group)
        if not more:
            self._hub.metrics.flushed()
        elif self._flush is None:
            self._flush = self._loop.call_soon(self._flush_all)

    def _flush_group(self, group: ClientGroup) -> bool:
        """Move one group towards the head; returns whether it is not there yet."""
        head = self._hub.head.position
        if group.position >= head:
            return False
        if not group.live:
            group.position = group.framed = head
        elif self._hub.ring.covers(group.position):
            chunk = self._hub.ring.chunk(group.position, group.wanted)
            self._hub.metrics.delivered(Transport.SSE, chunk.events * len(group.live))
            group.write(chunk.data, chunk.position)
        else:
            behind = tuple(group.live)
            for client in behind:
                group.part(client)
            group.position = group.framed = head
            for client in behind:
                self._advance(client)
        for client in group.reached():
            self._advance(client)
        return group.position < head

    # The clients on their way to the head.

    def _advance(self, client: StreamClient) -> None:
        """Bring a client one chunk nearer to its group, or into it."""
        group = client.group
        if group is None or client.busy or not client.writable or group.place(client):
            return
        client.busy = True
        if self._hub.ring.covers(client.position):
            self._hand(client, group, self._hub.ring.chunk(client.position, group.wanted))
            # The next step is a turn of its own: a long past must not hold up the others.
            self._loop.call_soon(self._go_on, client)
        else:
            task = self._loop.create_task(self._read(client, group))
            self._reads.add(task)
            task.add_done_callback(self._reads.discard)

    def _go_on(self, client: StreamClient) -> None:
        client.busy = False
        self._advance(client)

    def _hand(self, client: StreamClient, group: ClientGroup, chunk: Chunk) -> None:
        """Hand a client the next part of its past; one that wants nothing of it learns where it stands."""
        client.position = chunk.position
        self._hub.metrics.delivered(Transport.SSE, chunk.events)
        data = chunk.data
        if not data and not group.wanted.passes_all:
            data = cursor_frame(self._epoch, chunk.position)
        if data:
            client.write(chunk_of(data))

    async def _read(self, client: StreamClient, group: ClientGroup) -> None:
        """Take the next chunk from the feed's table."""
        epoch = self._epoch
        try:
            chunk = await self._backlog.next(epoch, client.position, group.wanted)
        except AccessFailed:
            self._end(client, StreamEnd.FEED_UNAVAILABLE)
            return
        except Exception:  # noqa: BLE001 - logged; the client comes back by its id
            _LOG.exception("A client's past cannot be read", extra={"stream_id": client.stream_id})
            self._end(client, StreamEnd.FEED_UNAVAILABLE)
            return
        if client.end is None and epoch == self._hub.epoch:
            self._hand(client, group, chunk)
            self._go_on(client)

    # What the transports tell.

    def paused(self, client: StreamClient) -> None:
        """Let a client that takes no more stand for itself until it does."""
        if client.group is not None:
            client.group.part(client)
        self._slow.add(client, self._loop.time())

    def resumed(self, client: StreamClient) -> None:
        """Go on with a client where it stands; one that is being closed is watched to its end."""
        if client.end is None:
            self._slow.discard(client)
            self._advance(client)

    def too_slow(self, client: StreamClient) -> None:
        """Drop a client that is beyond a bound, or does not even take its end."""
        self._buffers.discard(client)
        if client.end is None:
            self._end(client, StreamEnd.TOO_SLOW)
        else:
            client.abort()

    def spoke(self, client: StreamClient) -> None:
        """Drop a client that sends more than its request: nothing that it could say has a meaning here."""
        self._end(client, StreamEnd.SPOKE)

    def gone(self, client: StreamClient) -> None:
        """Forget a client whose connection is closed."""
        self._leave_group(client)
        self._slow.discard(client)
        self._wheel.discard(client)
        self._clients.discard(client)
        end = client.end or StreamEnd.LEFT
        client.end = end
        _LOG.info(
            "Client gone",
            extra={"stream_id": client.stream_id, "clients": self._hub.clients, "end": end.value},
        )
        self._hub.metrics.ended(Transport.SSE, end.value)
        self._on_gone(client)
        if not self._clients:
            self._empty.set()

    def _leave_group(self, client: StreamClient) -> None:
        group = client.group
        if group is None:
            return
        group.part(client)
        group.members -= 1
        client.group = None
        if not group.members:
            del self._groups[group.wanted]

    # What clients of other kinds hold.

    def full(self, holder: Holder) -> None:
        """Count what waits for a client that the fan-out does not serve into the bound for all."""
        self._buffers.add(holder)
        self._turn()

    def emptied(self, holder: Holder) -> None:
        """Count it no more."""
        self._buffers.discard(holder)

    # Ends, keep-alives and limits.

    def _end(self, client: StreamClient, end: StreamEnd) -> None:
        """End a stream; one that may not read on is dropped, the others get the end of their answer."""
        if client.end is not None:
            return
        client.end = end
        self._leave_group(client)
        if end in (StreamEnd.TOO_SLOW, StreamEnd.SPOKE):
            client.abort()
            return
        # One that does not read would keep the closing connection for good.
        self._slow.add(client, self._loop.time())
        client.finish()

    def _turn(self) -> None:
        if self._step is None and (self._clients or self._buffers):
            self._step = self._loop.call_later(self._wheel.step_seconds, self._next_step)

    def _next_step(self) -> None:
        self._step = None
        now = self._loop.time()
        for client in self._wheel.step():
            self._visit(client, now)
        for client in self._slow.beyond(now):
            self.too_slow(client)
        for holder in self._buffers.beyond():
            holder.cut()
        self._turn()

    def _visit(self, client: StreamClient, now: float) -> None:
        if now >= client.ends_at:
            self._end(client, StreamEnd.TOO_OLD)
        elif client.writable:
            client.write(_KEEP_ALIVE_CHUNK + self._cursor_chunk(client))

    def _cursor_chunk(self, client: StreamClient) -> bytes:
        group = client.group
        if group is None or client not in group.live:
            return b""
        frame = group.cursor_frame(self._epoch)
        return chunk_of(frame) if frame else b""

    # The stop.

    async def drained(self, seconds: float) -> None:
        """Return when no client is left; after so many seconds those that are left are dropped."""
        try:
            async with asyncio.timeout(seconds):
                await self._empty.wait()
        except TimeoutError:
            self.drop_all()
            await asyncio.sleep(0)

    def drop_all(self) -> None:
        """Drop every client at once."""
        for client in tuple(self._clients):
            client.end = client.end or StreamEnd.STOPPING
            client.abort()

    def close(self) -> None:
        """End all work of the fan-out's own; the clients are gone by then."""
        for work in (self._flush, self._step, *self._reads):
            if work is not None:
                work.cancel()
