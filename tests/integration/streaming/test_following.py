"""Tasks that do not tail: they follow the feed without a hole, and share the reads of its past."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from streaming.blocking import Threads
from streaming.cursor import Position
from streaming.filters import StreamFilter
from streaming.follower import Follower
from streaming.history import PAGE, History
from streaming.hub import Hub
from streaming.metrics import Metrics
from streaming.shard_reader import PollTimes
from tests.support.scripted_stream import entry
from tfdrift.adapters.feed_dynamodb import DynamoFeedStore
from tfdrift.service.stream_ports import TRIM_HORIZON, CheckpointMove, FeedBatch, FeedHead

from .conftest import batches, eventually

pytestmark = pytest.mark.emulator

TIMES = PollTimes(0.005, 0.02)


def fill(feed: DynamoFeedStore, count: int, head: FeedHead | None = None) -> FeedHead:
    """Commit batches of one event each."""
    head = head or feed.start("stream", ["a"])
    for n in range(head.n + 1, head.n + 1 + count):
        old = TRIM_HORIZON if n == 1 else str(n - 1)
        head = feed.commit(head, [entry(f"e{n}")], CheckpointMove("a", old, str(n)))
    return head


def delete(feed: DynamoFeedStore, head: FeedHead, n: int) -> None:
    """Delete a batch, as its time to live does."""
    key = {"pk": {"S": f"FEED#{head.epoch}"}, "sk": {"S": f"{n:015d}#0000"}}
    feed.table.client.delete_item(TableName=feed.table.name, Key=key)


class HalfVisible:
    """The real feed; batches that are hidden are there, and a query does not see them yet.

    So it is for moments while a transaction is applied; no emulator does that.
    """

    def __init__(self, feed: DynamoFeedStore, *hidden: int) -> None:
        self._feed = feed
        self.hidden = set(hidden)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._feed, name)

    def read(self, epoch: str, first: int, limit: int) -> tuple[FeedBatch, ...]:
        return tuple(b for b in self._feed.read(epoch, first, limit) if b.n not in self.hidden)


@asynccontextmanager
async def following(feed: Any) -> AsyncIterator[tuple[Hub, Follower]]:
    hub = Hub(ring_events=1000, ring_bytes=10**7, metrics=Metrics())
    follower = Follower(feed, hub, Threads(), TIMES)
    task = asyncio.create_task(follower.run())
    try:
        yield hub, follower
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def texts(hub: Hub, first: int = 1) -> bytes:
    return hub.ring.chunk(Position(first), StreamFilter()).data


async def test_a_follower_waits_for_the_feed_and_then_follows_it(feed: DynamoFeedStore) -> None:
    async with following(feed) as (hub, _):
        await asyncio.sleep(0.05)
        assert not hub.ready.is_set()
        head = await asyncio.to_thread(fill, feed, 3)
        await eventually(lambda: hub.ready.is_set() and hub.ring.head == 3)
        await asyncio.to_thread(fill, feed, 2, head)
        await eventually(lambda: hub.ring.head == 5)

    assert [f"e{n}".encode() in texts(hub) for n in range(1, 6)] == [True] * 5


async def test_a_started_task_has_the_latest_batches_in_its_ring(feed: DynamoFeedStore) -> None:
    fill(feed, 300)

    async with following(feed) as (hub, _):
        await eventually(lambda: hub.ready.is_set())
        assert hub.ring.head == 300
        assert hub.ring.first == 300 - 256 + 1


async def test_a_hole_is_waited_for_and_never_skipped(feed: DynamoFeedStore) -> None:
    """Parts of transactions may become visible out of order: batch 3 before batch 2."""
    fill(feed, 3)
    half = HalfVisible(feed, 2)

    async with following(half) as (hub, _):
        await eventually(lambda: hub.ring.head == 1)
        await asyncio.sleep(0.2)
        assert hub.ring.head == 1
        assert not hub.ready.is_set()
        half.hidden.clear()
        await eventually(lambda: hub.ring.head == 3)
        assert hub.ready.is_set()


async def test_a_head_that_is_visible_before_its_batch_is_waited_for(feed: DynamoFeedStore) -> None:
    fill(feed, 2)
    half = HalfVisible(feed, 2)

    async with following(half) as (hub, _):
        await eventually(lambda: hub.ring.head == 1)
        await asyncio.sleep(0.2)
        assert not hub.ready.is_set()
        half.hidden.clear()
        await eventually(lambda: hub.ready.is_set())
        assert hub.ring.head == 2


async def test_a_hole_before_an_old_batch_is_not_skipped_by_a_clock(
    feed: DynamoFeedStore,
) -> None:
    """A task's wall clock is wrong by days: what is committed looks old and is on its way all the same."""
    old = replace(feed, now=lambda: datetime.now(UTC) - timedelta(days=2))
    fill(old, 3)
    half = HalfVisible(feed, 2)

    async with following(half) as (hub, _):
        await eventually(lambda: hub.ring.head == 1)
        await asyncio.sleep(0.2)
        assert hub.ring.head == 1
        half.hidden.clear()
        await eventually(lambda: hub.ring.head == 3)

    assert [f"e{n}".encode() in texts(hub) for n in (1, 2, 3)] == [True] * 3


async def test_expired_history_is_no_hole(feed: DynamoFeedStore) -> None:
    head = fill(feed, 5)
    for n in (1, 2, 3):
        delete(feed, head, n)

    async with following(feed) as (hub, _):
        await eventually(lambda: hub.ready.is_set())
        assert (hub.ring.first, hub.ring.head) == (4, 5)


async def test_a_feed_whose_every_batch_has_expired_goes_on_at_its_head(feed: DynamoFeedStore) -> None:
    head = fill(feed, 2)
    for n in (1, 2):
        delete(feed, head, n)

    async with following(feed) as (hub, _):
        await eventually(lambda: hub.ready.is_set())
        assert hub.ring.head == 2
        await asyncio.to_thread(fill, feed, 1, head)
        await eventually(lambda: hub.ring.head == 3)


async def test_what_this_task_commits_itself_is_not_taken_twice(feed: DynamoFeedStore) -> None:
    head = fill(feed, 1)

    async with following(feed) as (hub, follower):
        await eventually(lambda: hub.ready.is_set())
        head = await asyncio.to_thread(fill, feed, 3, head)
        for batch in await asyncio.to_thread(batches, feed):
            follower.publish(batch)
        follower.publish(FeedBatch(9, (entry("far"),), head.committed_at))
        await eventually(lambda: hub.ring.head == 4)
        await asyncio.sleep(0.1)

    assert hub.ring.head == 4
    assert texts(hub).count(b"event: drift") == 4


async def test_clients_that_want_the_same_past_share_one_read(feed: DynamoFeedStore) -> None:
    head = fill(feed, 20)
    history = History(feed, Threads())

    pages = await asyncio.gather(*(history.since(head.epoch, n) for n in range(1, 20) for _ in range(50)))

    assert history.reads == 1
    assert {page[-1].n for page in pages} == {20}
    assert [page[0].n for page in pages[::50]] == list(range(1, 20))


async def test_a_page_that_can_not_change_any_more_is_read_once(feed: DynamoFeedStore) -> None:
    head = fill(feed, PAGE * 2 + 1)
    history = History(feed, Threads())

    for _ in range(3):
        page = await history.since(head.epoch, PAGE + 3)
        assert [batch.n for batch in page] == list(range(PAGE + 3, PAGE * 2))

    assert history.reads == 1


async def test_a_client_that_leaves_does_not_take_the_shared_read_away(feed: DynamoFeedStore) -> None:
    head = fill(feed, 3)
    history = History(feed, Threads())
    leaving = asyncio.create_task(history.since(head.epoch, 1))
    staying = asyncio.create_task(history.since(head.epoch, 1))
    await asyncio.sleep(0)

    leaving.cancel()

    assert [batch.n for batch in await staying] == [1, 2, 3]
    assert history.reads == 1


async def test_the_past_ends_at_a_hole_and_begins_behind_one(feed: DynamoFeedStore) -> None:
    head = fill(feed, 8)
    for n in (1, 2, 5):
        delete(feed, head, n)
    history = History(feed, Threads())

    assert [batch.n for batch in await history.since(head.epoch, 1)] == [3, 4]
    assert [batch.n for batch in await history.since(head.epoch, 5)] == [6, 7, 8]
    assert await history.since(head.epoch, 9) == ()
