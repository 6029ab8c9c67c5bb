"""Beginning at a time: the feed is searched by the times of its batches, the stream goes on from there."""

import asyncio
import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.scripted_stream import entry
from tests.support.sse_client import ids, open_stream, payload_id
from tests.support.streaming_process import streaming_process
from tests.support.tables import TableNames
from tfdrift.adapters.feed_dynamodb import DynamoFeedStore
from tfdrift.demo.emulator import Emulator
from tfdrift.domain.timestamps import format_time
from tfdrift.service.stream_ports import TRIM_HORIZON, CheckpointMove, FeedHead

pytestmark = pytest.mark.emulator

BEGIN = datetime(2025, 1, 15, 10, 0, tzinfo=UTC)


@dataclass
class Clock:
    """A clock that the test sets."""

    now: datetime = BEGIN

    def __call__(self) -> datetime:
        return self.now


@dataclass
class TimedFeed:
    """A feed with one batch at each time that the test names."""

    store: DynamoFeedStore
    clock: Clock
    head: FeedHead
    position: str = TRIM_HORIZON
    times: list[datetime] = field(default_factory=list)

    def commit(self, seconds: float) -> None:
        """Commit a batch when the clock says so many seconds after the beginning."""
        self.clock.now = BEGIN + timedelta(seconds=seconds)
        new = str(self.head.n + 1)
        self.head = self.store.commit(self.head, [entry(new)], CheckpointMove("a", self.position, new))
        self.position = new
        self.times.append(self.head.committed_at)

    def since(self, seconds: float) -> int:
        """Return where a client that asks for this time begins."""
        return self.store.first_since(self.head.epoch, BEGIN + timedelta(seconds=seconds), self.head.n)


@pytest.fixture
def timed(feed: DynamoFeedStore) -> TimedFeed:
    clock = Clock()
    store = replace(feed, now=clock)
    return TimedFeed(store, clock, store.start("stream", ["a"]))


def expire(dynamodb: Any, table: str, epoch: str, n: int) -> None:
    """Delete a batch as its time to live does."""
    key = {"pk": {"S": f"FEED#{epoch}"}, "sk": {"S": f"{n:015d}#0000"}}
    dynamodb.delete_item(TableName=table, Key=key)


def test_a_time_is_found_between_batches_and_on_them(timed: TimedFeed) -> None:
    assert timed.since(0) == 1
    for seconds in (10, 20, 20, 30):
        timed.commit(seconds)

    found = {seconds: timed.since(seconds) for seconds in (0, 10, 10.5, 20, 20.001, 30, 31)}

    assert found == {0: 1, 10: 1, 10.5: 2, 20: 2, 20.001: 4, 30: 4, 31: 5}


def test_a_clock_that_steps_back_moves_no_batch_before_its_predecessor(timed: TimedFeed) -> None:
    for seconds in (10, 20, 5, 30, -100):
        timed.commit(seconds)

    assert timed.times == sorted(timed.times)
    assert (timed.since(15), timed.since(20), timed.since(25)) == (2, 2, 4)


@pytest.mark.parametrize("seed", range(3))
def test_whatever_has_expired_the_search_agrees_with_a_look_at_every_batch(
    timed: TimedFeed, dynamodb: Any, tables: TableNames, seed: int
) -> None:
    # given: a feed with holes where time to live has deleted, in no order
    dice = random.Random(seed)  # noqa: S311 - a repeatable test
    seconds = 0
    for _ in range(40):
        seconds += dice.choice((0, 1, 5))
        timed.commit(seconds)
    for n in dice.sample(range(1, 41), 15):
        expire(dynamodb, tables.feed, timed.head.epoch, n)
    visible = timed.store.read(timed.head.epoch, 1, 100)

    # then
    for asked in range(-1, seconds + 2):
        moment = BEGIN + timedelta(seconds=asked)
        before = [batch.n for batch in visible if batch.committed_at < moment]
        assert timed.since(asked) == (before[-1] if before else 0) + 1


def test_the_search_reads_few_batches_of_a_long_feed(timed: TimedFeed) -> None:
    for seconds in range(64):
        timed.commit(seconds)
    reads = CountedQueries(timed.store.table.client)

    counted = replace(timed.store, table=replace(timed.store.table, client=reads))

    assert counted.first_since(timed.head.epoch, BEGIN + timedelta(seconds=17), 64) == 18
    assert reads.queries <= 7


class CountedQueries:
    """Passes everything to the client behind it and counts the queries."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.queries = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def query(self, **request: Any) -> Any:
        self.queries += 1
        return self._client.query(**request)


async def test_a_stream_begins_at_a_time_and_reconnects_where_it_was(
    emulator: Emulator, tables: TableNames, tmp_path: Path, write: Callable[[str], bool]
) -> None:
    # given: two events, a moment, and three more, of which the ring keeps one
    with streaming_process(emulator, tables, tmp_path, {"TFDRIFT_RING_EVENTS": "1"}) as server:
        async with open_stream(server.base) as stream:
            await stream.next()
            for name in ("1", "2", "3", "4", "5"):
                if name == "3":
                    await asyncio.sleep(0.01)
                    moment = format_time(datetime.now(UTC))
                await asyncio.to_thread(write, name)
                await stream.events(1)

        # when: the ids go on from that moment, through to what is written now
        async with open_stream(server.base, f"?since={moment}") as stream:
            blocks = await stream.events(3)
            assert [payload_id(b) for b in blocks] == ["3", "4", "5"]
            await asyncio.to_thread(write, "6")
            assert await ids(stream, 1) == ["6"]

        # then: an id beside the time wins, in the header and in the query, and an id is a `since` too
        seen = blocks[1].id or ""
        async with open_stream(server.base, f"?since={moment}", {"Last-Event-ID": seen}) as stream:
            assert await ids(stream, 2) == ["5", "6"]
        for query in (f"?since={moment}&lastEventId={seen}", f"?since={seen}"):
            async with open_stream(server.base, query) as stream:
                assert await ids(stream, 2) == ["5", "6"]

        # and: a time to come begins now
        async with open_stream(server.base, "?since=2099-01-01T00:00:00Z") as stream:
            await stream.next()
            await asyncio.to_thread(write, "7")
            assert await ids(stream, 1) == ["7"]


async def test_a_time_whose_batches_expired_begins_with_a_gap(
    emulator: Emulator, tables: TableNames, tmp_path: Path, write: Callable[[str], bool], dynamodb: Any
) -> None:
    with streaming_process(emulator, tables, tmp_path, {"TFDRIFT_RING_EVENTS": "1"}) as server:
        async with open_stream(server.base) as stream:
            epoch = ((await stream.next()).id or "").partition(":")[0]
            for name in ("1", "2", "3", "4"):
                await asyncio.to_thread(write, name)
                await stream.events(1)
        expire(dynamodb, tables.feed, epoch, 1)
        expire(dynamodb, tables.feed, epoch, 2)

        for asked in ("2020-01-01T00:00:00Z", "2020-01-01T01:00:00+01:00"):
            async with open_stream(server.base, f"?since={asked}") as stream:
                blocks = await stream.events(3)
            assert json.loads(blocks[0].data or "")["reason"] == "expired"
            assert [payload_id(b) for b in blocks[1:]] == ["3", "4"]


async def test_a_since_that_says_nothing_is_refused(
    emulator: Emulator, tables: TableNames, tmp_path: Path
) -> None:
    with streaming_process(emulator, tables, tmp_path) as server:
        answer = await asyncio.to_thread(httpx.get, f"{server.base}/api/v1/stream?since=yesterday")

    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "invalid_since"
