"""Fixtures of the stream's tests: tables of their own, the feed on them, and tailers to run and to kill."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest

from streaming.blocking import Threads
from streaming.committer import FeedReplaced
from streaming.metrics import Metrics
from streaming.shard_reader import PollTimes
from streaming.tailer import Tailer, TailerTimes
from tests.support.tables import TableNames, create_tables, delete_tables
from tests.support.written_events import drift_event, event_log
from tfdrift.adapters.dynamodb import Table
from tfdrift.adapters.feed_dynamodb import DynamoFeedStore, DynamoLeaseStore
from tfdrift.demo.emulator import Emulator
from tfdrift.service.stream_ports import ChangeStream, FeedBatch, FeedEntry, FeedStore

TIMES = TailerTimes(discover=0.05, poll=PollTimes(busy=0.001, idle=0.02))


@pytest.fixture(scope="session")
def dynamodb(emulator: Emulator) -> Any:
    return emulator.client("dynamodb")


@pytest.fixture
def tables(dynamodb: Any) -> Iterator[TableNames]:
    names = create_tables(dynamodb)
    yield names
    delete_tables(dynamodb, names)


@pytest.fixture
def write(dynamodb: Any, tables: TableNames) -> Callable[[str], bool]:
    """Return what stores a drift's event under an id."""
    log = event_log(dynamodb, tables.events)
    return lambda event_id: log.append(drift_event(event_id))


@pytest.fixture
def feed(dynamodb: Any, tables: TableNames) -> DynamoFeedStore:
    return DynamoFeedStore(Table(dynamodb, tables.feed), timedelta(days=1))


@pytest.fixture
def leases(dynamodb: Any, tables: TableNames) -> DynamoLeaseStore:
    return DynamoLeaseStore(Table(dynamodb, tables.feed))


def batches(feed: FeedStore) -> list[FeedBatch]:
    """Return all batches of the feed, which must be numbered without a hole."""
    head = feed.head()
    if head is None:
        return []
    found: list[FeedBatch] = []
    while page := feed.read(head.epoch, len(found) + 1, 100):
        found += page
    assert [batch.n for batch in found] == list(range(1, len(found) + 1))
    assert len(found) >= head.n
    return found


def committed(feed: FeedStore) -> list[FeedEntry]:
    """Return all entries of the feed, in order."""
    return [entry for batch in batches(feed) for entry in batch.entries]


def committed_ids(feed: FeedStore) -> list[str]:
    return [entry.event_id for entry in committed(feed)]


@asynccontextmanager
async def tailing(
    changes: ChangeStream, feed: FeedStore, publish: Callable[[FeedBatch], object] = lambda _: None
) -> AsyncIterator[asyncio.Task[None]]:
    """Run a tailer while the context lasts; it begins anew where the feed tells it to."""

    async def run() -> None:
        while True:
            try:
                await Tailer(changes, feed, Threads(), TIMES, publish, Metrics()).run()
            except FeedReplaced:
                continue

    task = asyncio.create_task(run())
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def eventually(condition: Callable[[], bool], seconds: float = 20) -> None:
    """Return once the condition holds; fails if it never does."""
    async with asyncio.timeout(seconds):
        while not await asyncio.to_thread(condition):
            await asyncio.sleep(0.02)
