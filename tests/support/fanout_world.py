"""A fan-out on a real hub, with clients whose transports a test scripts: to be read, stalled, or full."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

from streaming.backlog import Backlog
from streaming.cursor import Position
from streaming.fanout import Fanout, FanoutLimits
from streaming.filters import StreamFilter
from streaming.history import History
from streaming.hub import Hub
from streaming.metrics import Metrics
from streaming.stream_client import StreamClient
from tests.support.memory_feed import MemoryFeed
from tests.support.scripted_stream import entry
from tests.support.sse_client import Block, parse_block
from tfdrift.service.stream_ports import TRIM_HORIZON, CheckpointMove

LIMITS = FanoutLimits(
    flush=0.001,
    keep_alive=30,
    write_timeout=60,
    drain=0.05,
    lifetime=3600,
    max_lag_events=10_000,
    max_buffered_bytes=10**9,
)
HIGH_WATER = 400


def limits(**changes: float) -> FanoutLimits:
    """Return the limits with some changed."""
    return replace(LIMITS, **changes)  # type: ignore[arg-type]


class ScriptedTransport:
    """Takes bytes into a buffer that a reader empties, and says so to its protocol as transports do."""

    def __init__(self) -> None:
        self.protocol: StreamClient | None = None
        self.read = bytearray()
        self.buffer = bytearray()
        self.full = False
        self.closed = False
        self.lost = False
        self.reading = True

    def write(self, data: bytes) -> None:
        if self.closed:
            return
        if self.reading:
            self.read += data
            return
        self.buffer += data
        if len(self.buffer) > HIGH_WATER and not self.full:
            self.full = True
            self._client.pause_writing()

    def stall(self) -> None:
        """Let the reader stop."""
        self.reading = False

    def go_on(self) -> None:
        """Let the reader take all that waits, and whatever comes."""
        self.reading = True
        self.read += self.buffer
        self.buffer.clear()
        if self.full and not self.closed:
            self.full = False
            self._client.resume_writing()

    def get_write_buffer_size(self) -> int:
        return len(self.buffer)

    def close(self) -> None:
        self.closed = True
        if not self.buffer:
            self._lose()

    def abort(self) -> None:
        self.closed = True
        self._lose()

    def _lose(self) -> None:
        if not self.lost:
            self.lost = True
            asyncio.get_running_loop().call_soon(self._client.connection_lost, None)

    @property
    def _client(self) -> StreamClient:
        assert self.protocol is not None
        return self.protocol


def unchunked(data: bytes) -> bytes:
    """Return the body of a chunked answer; every write has to be whole chunks."""
    body = bytearray()
    while data:
        size, _, data = data.partition(b"\r\n")
        length = int(size, 16)
        assert data[length : length + 2] == b"\r\n"
        body += data[:length]
        data = data[length + 2 :]
    return bytes(body)


class World:
    """A hub, its feed, the fan-out and clients."""

    def __init__(self, limits: FanoutLimits = LIMITS, ring_events: int = 1000) -> None:
        self.feed = MemoryFeed()
        self.hub = Hub(ring_events=ring_events, ring_bytes=10**6, metrics=Metrics())
        self._head = self.feed.start("stream", ["shard"])
        self._at = TRIM_HORIZON
        self.hub.open(self._head.epoch, 0)
        self.hub.ready.set()
        self.left: list[StreamClient] = []
        history = History(self.feed, cast("Any", InlineThreads()))
        self.fanout = Fanout(self.hub, Backlog(self.hub, history), limits, self.left.append)

    def publish(self, *types: str) -> None:
        """Commit a batch with an event of each type to the feed, and publish it."""
        n = self.hub.ring.head + 1
        entries = tuple(entry(f"{n}-{i}", kind) for i, kind in enumerate(types))
        move = CheckpointMove("shard", self._at, str(n))
        self._head, self._at = self.feed.commit(self._head, entries, move), move.new
        (batch,) = self.feed.read(self._head.epoch, n, 1)
        assert self.hub.append(batch)

    def connect(
        self, position: Position | None = None, wanted: StreamFilter | None = None
    ) -> tuple[StreamClient, ScriptedTransport]:
        """Let a client join at a position, the head if it names none."""
        transport = ScriptedTransport()
        start = position or self.hub.head.position
        client = StreamClient(self.fanout, stream_id="s", address="a", position=start)
        transport.protocol = client
        self.fanout.join(client, cast("Any", transport), wanted or StreamFilter(), self._head.epoch)
        return client, transport


class InlineThreads:
    """Runs a call at once, after a turn of the loop as threads would take."""

    async def call(self, function: Callable[..., Any], *arguments: Any) -> Any:
        await asyncio.sleep(0)
        return function(*arguments)


def blocks(transport: ScriptedTransport) -> list[Block]:
    """Return what a client has read."""
    text = unchunked(bytes(transport.read)).decode()
    return [parse_block(part) for part in text.split("\n\n") if part]


def ids(transport: ScriptedTransport) -> list[str]:
    """Return the ids of the events that a client has read."""
    return [block.id or "" for block in blocks(transport) if block.event not in {None, "cursor"}]


async def until(condition: Callable[[], bool]) -> None:
    """Return once the condition holds; fails if it never does."""
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.001)
