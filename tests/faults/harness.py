"""One run: writers, two tasks behind fault proxies, clients that come and go, and the sum at the end."""

import asyncio
import json
import random
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.faults.proxy import Proxy, Weather, changing_until
from tests.faults.tasks import Task
from tests.support.tables import TableNames, create_tables
from tests.support.written_events import drift_event, event_log, falco_event
from tfdrift.adapters.dynamodb import Table
from tfdrift.adapters.feed_dynamodb import DynamoFeedStore
from tfdrift.demo.emulator import Emulator
from tfdrift.domain.feed_event import FeedEvent
from tfdrift.service.stream_ports import FeedEntry

_ROOT = Path(__file__).resolve().parents[2]
QUERIES = {
    "": lambda _: True,
    "types=falco": lambda e: e.type in {"falco", "gap"},
    "severity=high&types=drift": lambda e: e.type == "gap" or (e.type == "drift" and e.severity == "high"),
}
_ALL = ("", "", "")
_ARRIVE_SECONDS = 90.0


@dataclass(frozen=True)
class Size:
    """How big a run is."""

    events: int = 1500
    writers: int = 4
    clients: int = 150
    seconds: float = 12.0


@dataclass
class Report:
    """What was done and what came of it."""

    seed: int
    written: int = 0
    in_feed: int = 0
    gaps: int = 0
    feed_lost: int = 0
    feed_duplicated: int = 0
    writers_disordered: int = 0
    batches: int = 0
    clients: dict[str, Any] = field(default_factory=dict)
    faults: dict[str, int] = field(default_factory=dict)

    @property
    def right(self) -> bool:
        """Return whether nothing was lost, doubled or out of order, anywhere."""
        wrong = (self.feed_lost, self.feed_duplicated, self.writers_disordered)
        clients = [self.clients.get(kind, 1) for kind in ("lost", "duplicated", "misordered")]
        late = self.faults.get("stopped too late", 0)
        return not any((*wrong, *clients, late, self.clients.get("client_faults")))

    def text(self) -> str:
        """Return the report as one line of JSON."""
        return json.dumps({**asdict(self), "right": self.right}, sort_keys=True)


class Run:
    """A run against an emulator, with tables of its own."""

    def __init__(self, emulator: Emulator, folder: Path, seed: int, size: Size) -> None:
        self._emulator = emulator
        self._folder = folder
        self._size = size
        self._dynamodb = emulator.client("dynamodb")
        self._dice = random.Random(seed)  # noqa: S311 - a repeatable test
        self._tables: TableNames = create_tables(self._dynamodb)
        self._feed = DynamoFeedStore(Table(self._dynamodb, self._tables.feed), timedelta(days=1))
        self._calm = asyncio.Event()
        self.weather = Weather(random.Random(seed + 1))  # noqa: S311 - a repeatable test
        self.report = Report(seed)

    async def run(self) -> Report:
        """Write and break for a while, then let everything settle, and judge."""
        # The writers hold a thread each, and the default executor has a few only.
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(self._size.writers + 16))
        proxy = Proxy(int(self._emulator.endpoint.rpartition(":")[2]), self.weather)
        async with self._tasks(proxy) as tasks, self._clients(tasks) as clients:
            breaking = asyncio.gather(
                changing_until(self._calm, self.weather, random.Random(self._dice.random())),  # noqa: S311
                self._trimming(proxy),
                *(task.live(self._calm, random.Random(self._dice.random())) for task in tasks),  # noqa: S311
            )
            written = await self._write()
            self._calm.set()
            await breaking
            entries = await self._settled(len(written))
            self._judge_feed(written, entries)
            self.report.clients = await clients(entries)
            made = sum((task.made for task in tasks), Counter[str](self.weather.made))
        self.report.faults = dict(made)
        return self.report

    @asynccontextmanager
    async def _tasks(self, proxy: Proxy) -> AsyncIterator[Sequence[Task]]:
        """Run two tasks; the second one's wall clock jumps."""
        tasks = [
            Task(self._emulator, self._tables, self._folder, await proxy.listen(f"task {number}"), module)
            for number, module in enumerate(("streaming", "tests.faults.stepped_task"))
        ]
        try:
            await asyncio.gather(*(task.start() for task in tasks))
            yield tasks
        finally:
            await asyncio.gather(*(task.close() for task in tasks))
            await proxy.close()

    @asynccontextmanager
    async def _clients(self, tasks: Sequence[Task]) -> AsyncIterator[Any]:
        """Run the clients' process; yields what tells it to settle, and returns its figures."""
        settings = {
            "ports": [task.port for task in tasks],
            "seed": self.report.seed,
            "clients": self._size.clients,
            "queries": [*_ALL, *QUERIES],
        }
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.faults.clients",
            json.dumps(settings),
            cwd=_ROOT,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            greeted = json.loads(await process.stdout.readline())
            assert greeted.get("greeted") == self._size.clients, greeted

            async def settle(entries: Sequence[FeedEntry]) -> dict[str, Any]:
                expected = {
                    query: [_name(entry) for entry in entries if passes(entry)]
                    for query, passes in QUERIES.items()
                }
                path = self._folder / f"expected-{self._tables.feed}.json"
                await asyncio.to_thread(path.write_text, json.dumps(expected))
                process.stdin.write(f"settle\n{path}\n".encode())  # type: ignore[union-attr]
                figures: dict[str, Any] = json.loads(await process.stdout.readline())  # type: ignore[union-attr]
                await process.wait()
                return figures

            yield settle
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()

    async def _write(self) -> list[list[str]]:
        """Return what each writer wrote, in its order."""
        each = self._size.events // self._size.writers
        pause = self._size.seconds / each
        return await asyncio.gather(
            *(asyncio.to_thread(self._writer, number, each, pause) for number in range(self._size.writers))
        )

    def _writer(self, number: int, count: int, pause: float) -> list[str]:
        """Write by a client of its own, as one of many function instances does, each event twice at times."""
        dice = random.Random(f"{self.report.seed} {number}")  # noqa: S311 - a repeatable test
        log = event_log(self._emulator.client("dynamodb"), self._tables.events)
        names = [f"w{number}-{n:05d}" for n in range(count)]
        for name in names:
            event = _event(name, dice)
            assert log.append(event)
            if dice.random() < 0.05:
                assert not log.append(event)
            time.sleep(dice.expovariate(1 / pause))
        return names

    async def _trimming(self, proxy: Proxy) -> None:
        """Trim, now and then, what is in the feed already: nothing is lost by it, and a gap says it might."""
        streams = self._emulator.client("dynamodbstreams")
        while not self._calm.is_set():
            try:
                await asyncio.wait_for(self._calm.wait(), self._dice.uniform(3, 9))
            except TimeoutError:
                head = await asyncio.to_thread(self._feed.head)
                assert head is not None
                described = await asyncio.to_thread(streams.describe_stream, StreamArn=head.stream_id)
                (shard,) = (one["ShardId"] for one in described["StreamDescription"]["Shards"])
                position = await asyncio.to_thread(self._feed.checkpoint, head.stream_id, shard)
                if position is not None and position.isdigit():
                    proxy.trim(shard, position)

    async def _settled(self, writers_done: int) -> list[FeedEntry]:
        """Return the whole feed once it holds as many events as were written, or has had its time."""
        self.report.written = self._size.events // self._size.writers * writers_done
        async with asyncio.timeout(_ARRIVE_SECONDS):
            while True:
                entries = await asyncio.to_thread(self._whole_feed)
                if len([e for e in entries if e.type != "gap"]) >= self.report.written:
                    return entries
                await asyncio.sleep(0.3)

    def _whole_feed(self) -> list[FeedEntry]:
        head = self._feed.head()
        assert head is not None
        entries: list[FeedEntry] = []
        first = 1
        while batches := self._feed.read(head.epoch, first, 100):
            assert [b.n for b in batches] == list(range(first, first + len(batches)))
            entries += [entry for batch in batches for entry in batch.entries]
            first = batches[-1].n + 1
        self.report.batches = first - 1
        return entries

    def _judge_feed(self, written: Sequence[Sequence[str]], entries: Sequence[FeedEntry]) -> None:
        wanted = Counter(name for names in written for name in names)
        in_feed = [_name(entry) for entry in entries if entry.type != "gap"]
        self.report.in_feed = len(in_feed)
        self.report.gaps = len(entries) - len(in_feed)
        self.report.feed_lost = (wanted - Counter(in_feed)).total()
        self.report.feed_duplicated = (Counter(in_feed) - wanted).total()
        for number, names in enumerate(written):
            self.report.writers_disordered += [n for n in in_feed if n.startswith(f"w{number}-")] != names


def _name(entry: FeedEntry) -> str:
    return "gap" if entry.type == "gap" else entry.event_id


def _event(name: str, dice: random.Random) -> FeedEvent:
    if dice.random() < 0.3:
        return falco_event(name)
    return drift_event(name, severity=dice.choice(("high", "low")))
