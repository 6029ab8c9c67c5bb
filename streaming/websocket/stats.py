"""The figures of a dashboard, counted once for all clients that watch them, and only while one does."""

import asyncio
import logging
from collections.abc import Callable

from streaming.blocking import Threads
from streaming.hub import Hub, Subscriber
from streaming.websocket.replies import reply
from streaming.websocket.topics import Topic
from tfdrift.domain.json_value import JsonObject

_LOG = logging.getLogger(__name__)
_LOOK_SECONDS = 0.25
_FRESH_SECONDS = 60.0
_MOST_SHARE = 10


class StatsBoard:
    """Counts again when the feed moved, at most every `seconds`, and wakes the watchers if counts changed.

    Counting takes at most a tenth of the time, however long it takes once. What changes without an event
    (an acknowledgement that ran out) is seen within a minute.
    """

    def __init__(self, count: Callable[[], JsonObject], hub: Hub, seconds: float) -> None:
        self._count = count
        self._hub = hub
        self._seconds = seconds
        self._threads = Threads(1)
        self._watchers: set[Subscriber] = set()
        self._task: asyncio.Task[None] | None = None
        self._figures: JsonObject | None = None
        self.text: str | None = None
        self.version = 0

    def watch(self, watcher: Subscriber) -> None:
        """Wake the watcher with each change, until it leaves."""
        self._watchers.add(watcher)
        if self._task is None:
            self._figures = self.text = None
            self._task = asyncio.create_task(self._run(), name="stats")

    def leave(self, watcher: Subscriber) -> None:
        """Wake the watcher no more; without any, counting ends."""
        self._watchers.discard(watcher)
        if not self._watchers and self._task is not None:
            self._task.cancel()
            self._task = None

    async def _run(self) -> None:
        clock = asyncio.get_running_loop().time
        while True:
            head, began = self._hub.head, clock()
            await self._look()
            took = clock() - began
            await asyncio.sleep(max(self._seconds, took * _MOST_SHARE))
            while self._hub.head == head and clock() - began < _FRESH_SECONDS:
                await asyncio.sleep(_LOOK_SECONDS)

    async def _look(self) -> None:
        try:
            figures = await self._threads.call(self._count)
        except Exception:  # noqa: BLE001 - logged; whatever storage raises, the figures are counted again
            _LOG.warning("The figures cannot be counted now", exc_info=True)
            return
        if figures == self._figures:
            return
        self._figures = figures
        self.text = reply("stats", figures, topic=Topic.STATS)
        self.version += 1
        for watcher in self._watchers:
            watcher.wake()
