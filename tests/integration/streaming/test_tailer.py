"""The tailer through all that a stream does: each event reaches the feed once, in order, or a gap says so."""

import json
from typing import Any

import pytest

from tests.support.scripted_stream import ScriptedStream, entry
from tfdrift.adapters.feed_dynamodb import DynamoFeedStore
from tfdrift.service.stream_ports import END, AccessFailed, FeedBatch, FeedHead

from .conftest import committed, committed_ids, eventually, tailing

pytestmark = pytest.mark.emulator


def arrived(feed: DynamoFeedStore, count: int) -> object:
    return lambda: len(committed(feed)) >= count


async def test_what_was_written_before_the_first_start_is_read_too(feed: DynamoFeedStore) -> None:
    stream = ScriptedStream()
    stream.open_shard("a")
    stream.write("a", entry("1"), entry("2"))

    async with tailing(stream, feed):
        await eventually(lambda: committed_ids(feed) == ["1", "2"])


async def test_a_batch_is_published_when_it_is_committed(feed: DynamoFeedStore) -> None:
    stream = ScriptedStream()
    stream.open_shard("a")
    published: list[FeedBatch] = []

    async with tailing(stream, feed, published.append):
        stream.write("a", entry("1"), None, entry("2"))
        await eventually(lambda: committed_ids(feed) == ["1", "2"])
        await eventually(lambda: [e for batch in published for e in batch.entries] == committed(feed))


async def test_a_child_is_read_after_all_of_its_parent(feed: DynamoFeedStore) -> None:
    # given: a shard was split before anybody read it
    stream = ScriptedStream(page_size=2)
    stream.open_shard("parent")
    stream.write("parent", *(entry(f"p{n}") for n in range(7)))
    stream.close_shard("parent")
    stream.open_shard("left", "parent")
    stream.open_shard("right", "parent")
    stream.write("left", entry("l0"), entry("l1"))
    stream.write("right", entry("r0"), entry("r1"))

    # when
    async with tailing(stream, feed):
        await eventually(lambda: len(committed(feed)) == 11)

    # then
    found = committed_ids(feed)
    assert found[:7] == [f"p{n}" for n in range(7)]
    assert [name for name in found if name[0] == "l"] == ["l0", "l1"]
    assert [name for name in found if name[0] == "r"] == ["r0", "r1"]


async def test_the_last_pages_records_are_kept_though_no_iterator_follows(feed: DynamoFeedStore) -> None:
    """bloop#111, teleport#53795: readers dropped the page whose next iterator is null."""
    stream = ScriptedStream()
    stream.open_shard("a")

    async with tailing(stream, feed):
        stream.write("a", entry("1"))
        await eventually(lambda: committed_ids(feed) == ["1"])
        stream.write("a", entry("last"))
        stream.close_shard("a")
        await eventually(lambda: committed_ids(feed) == ["1", "last"])
        await eventually(lambda: feed.checkpoint("stream-1", "a") == END)


async def test_a_shard_that_ends_without_another_record_is_ended(feed: DynamoFeedStore) -> None:
    stream = ScriptedStream()
    stream.open_shard("a")

    async with tailing(stream, feed):
        stream.close_shard("a")
        stream.open_shard("b", "a")
        stream.write("b", entry("1"))
        await eventually(lambda: committed_ids(feed) == ["1"])


async def test_children_that_are_listed_late_are_found(feed: DynamoFeedStore) -> None:
    """camel#24861: shards that appear after the start were never read."""
    stream = ScriptedStream()
    stream.open_shard("a")

    async with tailing(stream, feed):
        stream.open_shard("b", "a", listed=False)
        stream.write("b", entry("child"))
        stream.write("a", entry("parent"))
        stream.close_shard("a")
        await eventually(lambda: feed.checkpoint("stream-1", "a") == END)
        stream.show("b")
        await eventually(lambda: committed_ids(feed) == ["parent", "child"])


async def test_a_parent_that_the_list_missed_is_read_before_its_child(feed: DynamoFeedStore) -> None:
    stream = ScriptedStream()
    stream.open_shard("other")

    async with tailing(stream, feed):
        await eventually(lambda: feed.head() is not None)
        stream.open_shard("parent", listed=False)
        stream.write("parent", entry("parent"))
        stream.close_shard("parent")
        stream.open_shard("child", "parent")
        stream.write("child", entry("child"))
        await eventually(lambda: committed_ids(feed) == ["parent", "child"])


async def test_more_shards_than_a_page_of_the_description_are_all_read(feed: DynamoFeedStore) -> None:
    stream = ScriptedStream()
    for number in range(130):
        stream.open_shard(f"s{number}")
        stream.write(f"s{number}", entry(f"e{number}"))

    async with tailing(stream, feed):
        await eventually(lambda: len(committed(feed)) >= 130, seconds=60)

    assert sorted(committed_ids(feed)) == sorted(f"e{number}" for number in range(130))


async def test_an_expired_iterator_is_replaced_where_it_stood(feed: DynamoFeedStore) -> None:
    stream = ScriptedStream()
    stream.open_shard("a")
    stream.open_shard("empty")

    async with tailing(stream, feed):
        stream.write("a", entry("1"))
        await eventually(lambda: committed_ids(feed) == ["1"])
        stream.expire_iterators()
        stream.write("a", entry("2"))
        stream.write("empty", entry("3"))
        await eventually(lambda: sorted(committed_ids(feed)) == ["1", "2", "3"])


async def test_throttled_and_failed_reads_are_repeated(feed: DynamoFeedStore) -> None:
    stream = ScriptedStream()
    stream.open_shard("a")

    async with tailing(stream, feed):
        stream.throttle(3)
        stream.fail(2)
        stream.write("a", entry("1"))
        await eventually(lambda: committed_ids(feed) == ["1"])


async def test_trimmed_records_become_a_gap_that_every_client_sees(feed: DynamoFeedStore) -> None:
    # given: a tailer read the first record, and was away while the stream forgot some
    stream = ScriptedStream()
    stream.open_shard("a")
    stream.write("a", entry("1"))
    async with tailing(stream, feed):
        await eventually(lambda: committed_ids(feed) == ["1"])
    stream.write("a", *(entry(f"lost{n}") for n in range(3)), entry("kept"))
    stream.trim("a", 4)

    # when
    async with tailing(stream, feed):
        await eventually(lambda: len(committed(feed)) == 3)

    # then
    first, gap, kept = committed(feed)
    assert (first.event_id, gap.type, kept.event_id) == ("1", "gap", "kept")
    assert json.loads(gap.data)["reason"] == "trimmed"


async def test_a_shard_that_is_forgotten_unread_becomes_a_gap_and_its_child_is_read(
    feed: DynamoFeedStore,
) -> None:
    stream = ScriptedStream()
    stream.open_shard("a")
    stream.write("a", entry("1"))
    async with tailing(stream, feed):
        await eventually(lambda: committed_ids(feed) == ["1"])
    stream.write("a", entry("lost"))
    stream.close_shard("a")
    stream.open_shard("b", "a")
    stream.write("b", entry("2"))
    stream.forget("a")

    async with tailing(stream, feed):
        await eventually(lambda: len(committed(feed)) == 3)

    assert [e.type if e.type == "gap" else e.event_id for e in committed(feed)] == ["1", "gap", "2"]


async def test_a_whole_generation_that_came_and_went_becomes_a_gap(feed: DynamoFeedStore) -> None:
    # given: a feed; while nobody tailed, a shard opened, closed and was forgotten
    stream = ScriptedStream()
    stream.open_shard("a")
    async with tailing(stream, feed):
        stream.close_shard("a")
        await eventually(lambda: feed.checkpoint("stream-1", "a") == END)
    stream.forget("a")
    stream.open_shard("c", "b")
    stream.write("c", entry("1"))

    async with tailing(stream, feed):
        await eventually(lambda: len(committed(feed)) == 2)

    assert [e.type for e in committed(feed)] == ["gap", "drift"]


async def test_parents_forgotten_before_the_first_start_are_no_gap(feed: DynamoFeedStore) -> None:
    stream = ScriptedStream()
    stream.open_shard("child", "forgotten")
    stream.write("child", entry("1"))

    async with tailing(stream, feed):
        await eventually(lambda: committed_ids(feed) == ["1"])


async def test_a_shard_that_is_listed_and_once_not_found_is_read_on(feed: DynamoFeedStore) -> None:
    """The end of a shard is final: one wrong answer must not lose what follows."""
    stream = ScriptedStream()
    stream.open_shard("a")

    async with tailing(stream, feed):
        stream.write("a", entry("1"))
        await eventually(lambda: committed_ids(feed) == ["1"])
        stream.deny(2)
        stream.expire_iterators()
        stream.write("a", entry("2"))
        await eventually(lambda: committed_ids(feed) == ["1", "2"])

    assert feed.checkpoint("stream-1", "a") == "2"


async def test_a_replaced_stream_is_followed_and_told(feed: DynamoFeedStore) -> None:
    stream = ScriptedStream()
    stream.open_shard("a")

    async with tailing(stream, feed):
        stream.write("a", entry("1"))
        await eventually(lambda: committed_ids(feed) == ["1"])
        stream.replace("stream-2")
        stream.open_shard("a")
        stream.write("a", entry("2"))
        await eventually(lambda: len(committed(feed)) == 3)

    first, gap, second = committed(feed)
    assert (first.event_id, gap.type, second.event_id) == ("1", "gap", "2")
    assert json.loads(gap.data)["reason"] == "stream_replaced"


async def test_quiet_polls_cost_no_writes(feed: DynamoFeedStore) -> None:
    stream = ScriptedStream()
    stream.open_shard("a")
    stream.write("a", None)

    async with tailing(stream, feed):
        await eventually(lambda: feed.checkpoint("stream-1", "a") == "1")
        before = stream.calls["records"]
        await eventually(lambda: stream.calls["records"] > before + 5)

    head = feed.head()
    assert head is not None
    assert head.n == 0


class _LosesTheSwitchesAnswer:
    """The real feed; the answer to the first switch to another stream is lost after it was made."""

    def __init__(self, feed: DynamoFeedStore) -> None:
        self._feed = feed
        self.switches = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._feed, name)

    def switch_stream(self, *args: Any) -> FeedHead:
        head = self._feed.switch_stream(*args)
        self.switches += 1
        if self.switches == 1:
            raise AccessFailed("connection reset")
        return head


async def test_a_switch_to_another_stream_whose_answer_was_lost_is_found_out(feed: DynamoFeedStore) -> None:
    """The tailer's own head is the one before the switch: with it, every further attempt would be refused."""
    stream = ScriptedStream()
    stream.open_shard("a")
    losing: Any = _LosesTheSwitchesAnswer(feed)

    async with tailing(stream, losing):
        stream.write("a", entry("1"))
        await eventually(lambda: committed_ids(feed) == ["1"])
        stream.replace("stream-2")
        stream.open_shard("a")
        stream.write("a", entry("2"))
        await eventually(lambda: len(committed(feed)) == 3)

    assert [e.type for e in committed(feed)] == ["drift", "gap", "drift"]
    assert losing.switches == 1
