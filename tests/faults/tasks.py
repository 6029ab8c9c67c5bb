"""Tasks that live short lives: real container processes that are killed, stopped and started again."""

import asyncio
import random
import signal
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.streaming_process import StreamingProcess, streaming_process
from tests.support.tables import TableNames
from tfdrift.demo.emulator import Emulator, free_port

# Of a stop: the drain, the calls under way, and the server's own end.
_STOP_SECONDS = 15.0


@dataclass
class Task:
    """One task's place in the service: a port, and whatever process listens there."""

    emulator: Emulator
    tables: TableNames
    folder: Path
    endpoint: str
    module: str = "streaming"
    port: int = field(default_factory=free_port)
    made: Counter[str] = field(default_factory=Counter)
    _stack: ExitStack = field(default_factory=ExitStack)
    _running: StreamingProcess | None = None

    @property
    def process(self) -> StreamingProcess:
        """Return the process that runs now."""
        assert self._running is not None
        return self._running

    async def start(self) -> None:
        """Start a process; returns when its feed can be read."""
        environment = {
            "AWS_ENDPOINT_URL": self.endpoint,
            "TFDRIFT_DRAIN_SECONDS": "1",
            "TFDRIFT_LOG_LEVEL": "info",
            "TFDRIFT_RING_EVENTS": "300",  # small, so that clients are served from the feed's past, too
        }
        running = streaming_process(
            self.emulator, self.tables, self.folder, environment, self.port, self.module
        )
        self._running = await asyncio.to_thread(self._stack.enter_context, running)

    async def kill(self) -> None:
        """End the process as a machine's failure does."""
        self.process.process.kill()
        await self._ended("killed")

    async def stop(self) -> None:
        """End the process as a deployment does, and see that it ends in time."""
        began = time.monotonic()
        self.process.process.send_signal(signal.SIGTERM)
        await asyncio.to_thread(self.process.process.wait)
        if time.monotonic() - began > _STOP_SECONDS:
            self.made["stopped too late"] += 1
        await self._ended("stopped")

    async def _ended(self, how: str) -> None:
        await asyncio.to_thread(self._stack.close)
        self._running = None
        self.made[f"task {how}"] += 1

    async def close(self) -> None:
        """End what still runs."""
        await asyncio.to_thread(self._stack.close)

    async def live(self, stop: asyncio.Event, dice: random.Random) -> None:
        """Live and die until the stop, and live then."""
        while not stop.is_set():
            try:
                await asyncio.wait_for(stop.wait(), dice.uniform(3, 12))
            except TimeoutError:
                await (self.kill() if dice.random() < 0.5 else self.stop())
                await asyncio.sleep(dice.uniform(0, 1))
                await self.start()
