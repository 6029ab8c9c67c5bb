"""No event is lost or doubled, whenever a tailer dies and however many tail at once (docs/adr/0002)."""

import asyncio
import random

import pytest

from streaming.blocking import Threads
from streaming.committer import Committer
from streaming.metrics import Metrics
from streaming.tailer import Tailer
from tests.support.flaky_feed import FlakyFeed, Killed, dies_once, loses_answer
from tests.support.scripted_stream import ScriptedStream, entry
from tfdrift.adapters.feed_dynamodb import DynamoFeedStore
from tfdrift.service.stream_ports import TRIM_HORIZON

from .conftest import TIMES, committed_ids, eventually, tailing

pytestmark = pytest.mark.emulator


async def killed_at(stream: ScriptedStream, feed: FlakyFeed) -> None:
    """Run a tailer until the step that kills it."""
    with pytest.raises(BaseExceptionGroup) as death:
        async with asyncio.timeout(20):
            await Tailer(stream, feed, Threads(), TIMES, lambda _: None, Metrics()).run()  # type: ignore[arg-type]
    assert death.group_contains(Killed)


@pytest.mark.parametrize("point", ["before", "after"])
async def test_a_process_killed_around_its_commit_loses_and_doubles_nothing(
    feed: DynamoFeedStore, point: str
) -> None:
    """Before: GetRecords has answered, nothing is committed. After: it is, and nobody was told."""
    stream = ScriptedStream(page_size=3)
    stream.open_shard("a")
    stream.write("a", *(entry(str(n)) for n in range(8)))

    await killed_at(stream, FlakyFeed(feed, **{point: dies_once()}))
    assert committed_ids(feed) == ([] if point == "before" else ["0", "1", "2"])

    async with tailing(stream, feed):
        await eventually(lambda: committed_ids(feed) == [str(n) for n in range(8)])


async def test_an_answer_that_got_lost_after_the_write_does_not_double(feed: DynamoFeedStore) -> None:
    stream = ScriptedStream(page_size=2)
    stream.open_shard("a")
    stream.write("a", *(entry(str(n)) for n in range(20)))
    stream.close_shard("a")
    flaky = FlakyFeed(feed, before=loses_answer(0.3, 1), after=loses_answer(0.3, 2))

    async with tailing(stream, flaky):  # type: ignore[arg-type]
        await eventually(lambda: len(committed_ids(feed)) >= 20, seconds=60)
        await eventually(lambda: feed.checkpoint("stream-1", "a") == "END")

    assert committed_ids(feed) == [str(n) for n in range(20)]


async def test_two_tailers_at_once_neither_skip_nor_double(feed: DynamoFeedStore) -> None:
    stream = ScriptedStream(page_size=3)
    for shard in "abc":
        stream.open_shard(shard)
    written: list[str] = []

    async with tailing(stream, feed), tailing(stream, feed):
        for n in range(60):
            shard = "abc"[n % 3]
            written.append(f"{shard}{n}")
            stream.write(shard, entry(written[-1]))
            if n % 7 == 0:
                await asyncio.sleep(0.02)
        await eventually(lambda: len(committed_ids(feed)) >= 60, seconds=60)

    found = committed_ids(feed)
    assert sorted(found) == sorted(written)
    for shard in "abc":
        assert [name for name in found if name[0] == shard] == [name for name in written if name[0] == shard]


async def test_a_tailer_that_slept_through_a_gap_does_not_repeat_what_was_before_it(
    feed: DynamoFeedStore,
) -> None:
    """After a loss the checkpoint is at the oldest record again, and must not look as if nothing was read."""
    # given: a tailer has read a page at the oldest record and sleeps; another commits it, and a gap after it
    stream = ScriptedStream()
    stream.open_shard("a")
    head = feed.start("stream-1", ["a"])
    sleeper = Committer(feed, Threads(), head, {"a": TRIM_HORIZON}, lambda _: None)
    page = tuple(entry(str(n)) for n in range(3))
    stream.write("a", *page)
    async with tailing(stream, feed):
        await eventually(lambda: committed_ids(feed) == ["0", "1", "2"])
        stream.trim("a", 3)
        stream.expire_iterators()
        await eventually(lambda: len(committed_ids(feed)) == 4)

    # when
    stored = await sleeper.advance("a", page, "3")

    # then
    assert stored == "TRIM_HORIZON:3"
    assert committed_ids(feed) == ["0", "1", "2", "gap:trimmed:a"]


class Storm:
    """Writes events while shards split, and breaks whatever a stream and a storage can break."""

    def __init__(self, seed: int, feed: DynamoFeedStore) -> None:
        self.dice = random.Random(seed)  # noqa: S311 - a repeatable test
        self.stream = ScriptedStream(page_size=self.dice.choice([1, 4, 100]))
        self.stream.open_shard("s")
        self.open = ["s"]
        self.lineages: dict[str, list[str]] = {"s": []}
        self.feed = feed
        self.written: list[str] = []

    def write(self, count: int) -> None:
        for _ in range(count):
            shard = self.dice.choice(self.open)
            name = f"{shard}/{len(self.written)}"
            self.written.append(name)
            self.lineages[shard].append(name)
            self.stream.write(shard, entry(name), *([None] if self.dice.random() < 0.2 else []))

    def split(self) -> None:
        parent = self.dice.choice(self.open)
        self.stream.show(parent)  # a listing is late by moments, a shard splits after hours
        self.stream.close_shard(parent)
        self.open.remove(parent)
        for suffix in "lr":
            child = parent + suffix
            self.stream.open_shard(child, parent, listed=self.dice.random() < 0.5)
            self.open.append(child)
            self.lineages[child] = list(self.lineages[parent])

    def show_all(self) -> None:
        for shard in self.lineages:
            self.stream.show(shard)

    async def weather(self) -> None:
        """One step: writes, and one trouble or none."""
        self.write(self.dice.randrange(6))
        match self.dice.randrange(6):
            case 0 if len(self.open) < 6:
                self.split()
            case 1:
                self.stream.expire_iterators()
            case 2:
                self.stream.throttle(2)
            case 3:
                self.stream.fail(1)
            case 4:
                self.show_all()
        await asyncio.sleep(self.dice.random() * 0.03)

    async def tailer_life(self) -> None:
        """Tail, with answers that get lost, and die after a while at any point, again and again."""
        while True:
            flaky = FlakyFeed(
                self.feed,
                before=loses_answer(0.05, self.dice.randrange(1000)),
                after=loses_answer(0.05, self.dice.randrange(1000)),
            )
            async with tailing(self.stream, flaky):  # type: ignore[arg-type]
                await asyncio.sleep(self.dice.uniform(0.05, 0.4))


@pytest.mark.parametrize("seed", range(6))
async def test_in_any_weather_the_feed_holds_exactly_what_was_written(
    feed: DynamoFeedStore, seed: int
) -> None:
    # given: two tailers that live short lives, beside a writer and every trouble
    storm = Storm(seed, feed)
    lives = [asyncio.create_task(storm.tailer_life()) for _ in range(2)]
    for _ in range(60):
        await storm.weather()
    for life in lives:
        life.cancel()
    await asyncio.gather(*lives, return_exceptions=True)

    # when: the weather is over
    storm.show_all()
    async with tailing(storm.stream, feed):
        await eventually(lambda: len(committed_ids(feed)) >= len(storm.written), seconds=60)

    # then: nothing lost, nothing twice, no gap, and along each line of shards the order of writing
    found = committed_ids(feed)
    assert sorted(found) == sorted(storm.written)
    place = {name: index for index, name in enumerate(found)}
    for lineage in storm.lineages.values():
        assert [place[name] for name in lineage] == sorted(place[name] for name in lineage)
