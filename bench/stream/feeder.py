"""Feeds a server from within its own process: orders on stdin say how many events, and how fast."""

import asyncio
import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

from bench.stream.event import payload

# Publishes the events with these numbers and payloads, together where the server knows pages.
Publish = Callable[[Sequence[tuple[int, str]]], None]


def answers() -> int:
    """Return a descriptor of stdout for answers; what else this process prints goes to stderr from now on."""
    kept = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return kept


class Feeder:
    """Carries out the orders; events are numbered from 1 on and stamped as they are published."""

    def __init__(self, publish: Publish, answer_to: int) -> None:
        self._publish = publish
        self._answer_to = answer_to
        self._number = 0

    async def run(self) -> None:
        """Serve orders until stdin ends."""
        reader = asyncio.StreamReader()
        loop = asyncio.get_running_loop()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
        while line := await reader.readline():
            order = json.loads(line)
            answer = await getattr(self, order.pop("do"))(**order)
            os.write(self._answer_to, json.dumps(answer).encode() + b"\n")

    async def burst(self, events: int, page: int) -> dict[str, Any]:
        """Publish a page, as the table's stream delivers it, in each turn of the loop."""
        for _ in range(events // page):
            self._next(page)
            await asyncio.sleep(0)
        return {"published": events}

    async def steady(self, rate: int, seconds: float) -> dict[str, Any]:
        """Publish one event at a time, so many a second."""
        started = time.monotonic()
        count = int(rate * seconds)
        for number in range(count):
            await asyncio.sleep(started + number / rate - time.monotonic())
            self._next(1)
        return {"published": count, "seconds": round(time.monotonic() - started, 3)}

    def _next(self, count: int) -> None:
        first = self._number + 1
        self._number += count
        self._publish([(number, payload(number)) for number in range(first, self._number + 1)])
