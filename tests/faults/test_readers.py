"""DynamoDB allows two readers a shard: five tasks, a rolling deployment and a kill never make it more."""

import asyncio
import json
import random
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.faults.proxy import Proxy, Read, Weather
from tests.faults.tasks import Task
from tests.support.tables import TableNames, create_tables
from tests.support.written_events import drift_event, event_log
from tfdrift.demo.emulator import Emulator

pytestmark = pytest.mark.emulator

_TASKS = 5
_AT_ONCE_SECONDS = 0.5


def most_readers(reads: Sequence[Read]) -> dict[str, int]:
    """Return for each shard how many callers at most read it within half a second."""
    most: dict[str, int] = {}
    for shard in {read.shard for read in reads}:
        of_shard = [read for read in reads if read.shard == shard]
        first = 0
        for last, read in enumerate(of_shard):
            while of_shard[first].at < read.at - _AT_ONCE_SECONDS:
                first += 1
            callers = {one.caller for one in of_shard[first : last + 1]}
            most[shard] = max(most.get(shard, 0), len(callers))
    return most


def test_readers_are_counted_within_a_window() -> None:
    reads = [Read(0.0, "a", "s"), Read(0.1, "b", "s"), Read(0.2, "b", "other"), Read(0.7, "c", "s")]

    assert most_readers(reads) == {"s": 2, "other": 1}


class Service:
    """Tasks behind the proxy, each a caller of its own; a replacement is another caller."""

    def __init__(self, emulator: Emulator, tables: TableNames, folder: Path) -> None:
        port = int(emulator.endpoint.rpartition(":")[2])
        self.proxy = Proxy(port, Weather(random.Random(0)))  # noqa: S311 - no faults
        self._parts = (emulator, tables, folder)
        self.running: dict[str, Task] = {}
        self._started = 0

    async def add(self) -> None:
        self._started += 1
        name = f"task {self._started}"
        task = Task(*self._parts, await self.proxy.listen(name))
        self.running[name] = task
        await task.start()

    async def tailer(self) -> str:
        """Return the name of the task that tails, once one does."""
        async with asyncio.timeout(30):
            while True:
                for name, task in self.running.items():
                    if (await asyncio.to_thread(task.process.health))["tailing"]:
                        return name
                await asyncio.sleep(0.1)

    async def close(self) -> None:
        await asyncio.gather(*(task.close() for task in self.running.values()))
        await self.proxy.close()


@pytest.mark.timeout(240)
async def test_never_more_than_two_tasks_read_a_shard(emulator: Emulator, tmp_path: Path) -> None:
    # given: five tasks
    dynamodb = emulator.client("dynamodb")
    tables = create_tables(dynamodb)
    log = event_log(dynamodb, tables.events)
    service = Service(emulator, tables, tmp_path)
    try:
        await asyncio.gather(*(service.add() for _ in range(_TASKS)))
        tailers = [await service.tailer()]

        # when: as many replacements start, then each old task is stopped, and events go on; then the one that
        # tails is killed
        old = tuple(service.running)
        await asyncio.gather(*(service.add() for _ in old))
        for number, name in enumerate(old):
            await asyncio.to_thread(log.append, drift_event(f"before {number}"))
            await service.running.pop(name).stop()
            tailers.append(await service.tailer())
        await service.running.pop(tailers[-1]).kill()
        await asyncio.to_thread(log.append, drift_event("after the kill"))
        tailers.append(await service.tailer())
        await asyncio.sleep(1)
    finally:
        await service.close()

    # then
    readers = most_readers(service.proxy.reads)
    callers = {read.caller for read in service.proxy.reads}
    print(json.dumps({"reads": len(service.proxy.reads), "readers at once": readers, "tailers": tailers}))
    assert readers
    assert max(readers.values()) <= 2
    assert len(callers) >= 3
    assert tailers[-1] != tailers[-2]
