"""The dense feed in DynamoDB: numbers without holes, both or neither, and batches of any size."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.support.memory_feed import MemoryFeed
from tests.support.scripted_stream import entry
from tests.support.tables import create_tables, delete_tables
from tfdrift.adapters.dynamodb import Query, Table
from tfdrift.adapters.feed_dynamodb import DynamoFeedStore, DynamoLeaseStore
from tfdrift.adapters.feed_items import PIECE_BYTES
from tfdrift.service.stream_ports import (
    END,
    TRIM_HORIZON,
    AccessFailed,
    CheckpointMove,
    CommitRefused,
    FeedBatch,
    FeedEntry,
    FeedStore,
    Lease,
)

pytestmark = pytest.mark.emulator


@pytest.fixture(params=["emulator", "dynamodb_local"])
def feed_table(request: pytest.FixtureRequest) -> Iterator[Table]:
    """An empty feed table in one of the two databases."""
    dynamodb = request.getfixturevalue(request.param).client("dynamodb")
    names = create_tables(dynamodb)
    yield Table(dynamodb, names.feed)
    delete_tables(dynamodb, names)


@pytest.fixture
def stored(feed_table: Table) -> DynamoFeedStore:
    return DynamoFeedStore(feed_table, timedelta(days=1))


@pytest.fixture
def leases(feed_table: Table) -> DynamoLeaseStore:
    return DynamoLeaseStore(feed_table)


@pytest.fixture(params=["memory", "emulator", "dynamodb_local"])
def feed(request: pytest.FixtureRequest) -> Iterator[FeedStore]:
    """An empty feed, in memory or in one of the databases."""
    if request.param == "memory":
        yield MemoryFeed()
        return
    dynamodb = request.getfixturevalue(request.param).client("dynamodb")
    names = create_tables(dynamodb)
    yield DynamoFeedStore(Table(dynamodb, names.feed), timedelta(days=1))
    delete_tables(dynamodb, names)


def batches(feed: FeedStore) -> list[FeedBatch]:
    head = feed.head()
    assert head is not None
    return list(feed.read(head.epoch, 1, 100))


def committed_ids(feed: FeedStore) -> list[str]:
    return [entry.event_id for batch in batches(feed) for entry in batch.entries]


def test_a_feed_begins_at_the_oldest_record_of_each_root(feed: FeedStore) -> None:
    head = feed.start("stream", ["a", "b"])

    assert head.n == 0
    assert feed.head() == head
    assert feed.checkpoints("stream") == {"a": TRIM_HORIZON, "b": TRIM_HORIZON}


def test_a_second_start_leaves_the_feed_as_it_is(feed: FeedStore) -> None:
    first = feed.start("stream", ["a"])

    assert feed.start("other", ["b"]) == first
    assert feed.checkpoints("other") == {}


def test_commits_are_numbered_densely_and_read_in_order(feed: FeedStore) -> None:
    head = feed.start("stream", ["a"])

    head = feed.commit(head, [entry("1"), entry("2")], CheckpointMove("a", TRIM_HORIZON, "10"))
    head = feed.commit(head, [entry("3")], CheckpointMove("a", "10", "11"))

    assert head.n == 2
    assert [(batch.n, [e.event_id for e in batch.entries]) for batch in batches(feed)] == [
        (1, ["1", "2"]),
        (2, ["3"]),
    ]
    assert feed.read(head.epoch, 2, 10)[0].entries == (entry("3"),)
    assert feed.checkpoint("stream", "a") == "11"


def test_a_page_without_events_moves_the_checkpoint_alone(feed: FeedStore) -> None:
    head = feed.start("stream", ["a"])

    assert feed.commit(head, [], CheckpointMove("a", TRIM_HORIZON, END)) == head
    assert feed.head() == head
    assert feed.checkpoint("stream", "a") == END


@pytest.mark.parametrize("moved", ["head", "checkpoint"])
def test_a_commit_that_names_the_past_writes_nothing(feed: FeedStore, moved: str) -> None:
    # given: another tailer has committed since
    old = feed.start("stream", ["a", "b"])
    shard = "b" if moved == "head" else "a"
    new = feed.commit(old, [entry("1")], CheckpointMove(shard, TRIM_HORIZON, "10"))

    # when
    with pytest.raises(CommitRefused):
        feed.commit(old if moved == "head" else new, [entry("2")], CheckpointMove("a", TRIM_HORIZON, "11"))

    # then
    assert committed_ids(feed) == ["1"]
    assert feed.checkpoint("stream", "a") == (TRIM_HORIZON if moved == "head" else "10")


def test_a_shard_begun_by_two_tailers_is_committed_by_one(feed: FeedStore) -> None:
    head = feed.start("stream", [])
    head = feed.commit(head, [entry("1")], CheckpointMove("child", None, "10"))

    with pytest.raises(CommitRefused):
        feed.commit(head, [entry("1")], CheckpointMove("child", None, "10"))


def test_a_batch_beyond_an_items_limit_lies_in_several_and_is_read_as_one(stored: DynamoFeedStore) -> None:
    # given: a payload that hardly compresses, larger than DynamoDB's 400 KB
    noise = random.Random(7)  # noqa: S311 - noise
    huge = FeedEntry(
        "huge", "drift", '"' + "".join(chr(noise.randrange(0x4E00, 0x9FFF)) for _ in range(600_000)) + '"'
    )
    head = stored.start("stream", ["a"])

    # when
    head = stored.commit(head, [entry("1"), huge, entry("2")], CheckpointMove("a", TRIM_HORIZON, "10"))
    stored.commit(head, [entry("3")], CheckpointMove("a", "10", "11"))

    # then
    answer = stored.table.client.query(
        TableName=stored.table.name,
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues={":pk": {"S": f"FEED#{head.epoch}"}},
        ProjectionExpression="pieces, body",
        Limit=1,
    )
    assert int(answer["Items"][0]["pieces"]["N"]) > 1
    assert len(answer["Items"][0]["body"]["B"]) == PIECE_BYTES
    assert committed_ids(stored) == ["1", "huge", "2", "3"]
    assert batches(stored)[0].entries[1] == huge
    assert [batch.n for batch in stored.read(head.epoch, 1, 1)] == [1]


def test_the_largest_page_of_a_stream_is_one_batch_of_items_within_the_limit(stored: DynamoFeedStore) -> None:
    """GetRecords answers 1,000 records or 1 MB at most; an item may have 400 KB, names and keys included."""
    # given: as many and as large ones as there can be, which hardly compress
    noise = random.Random(9)  # noqa: S311 - noise
    page = [
        FeedEntry(f"e{n}", "drift", '"' + noise.randbytes(512).hex() + '"', "high", "aws_instance")
        for n in range(1000)
    ]
    head = stored.start("stream", ["a"])

    # when
    head = stored.commit(head, page, CheckpointMove("a", TRIM_HORIZON, "10"))

    # then
    items = list(stored.table.query(Query(f"FEED#{head.epoch}")))
    sizes = [sum(len(name) + size_of(value) for name, value in item.items()) for item in items]
    assert len(items) > 1
    assert max(sizes) <= 400 * 1024
    assert [batch.entries for batch in batches(stored)] == [tuple(page)]
    expiry = {int(item["expires_at"]["N"]) for item in items}
    assert expiry == {int((head.committed_at + stored.retention).timestamp())}


def size_of(value: Mapping[str, Any]) -> int:
    """Return how many bytes DynamoDB counts for a text, a number or bytes, generously."""
    (content,) = value.values()
    return len(bytes(content)) if "B" in value else len(str(content).encode()) + 1


def test_a_batch_whose_other_piece_is_not_visible_yet_is_not_there(stored: DynamoFeedStore) -> None:
    # given
    noise = random.Random(8)  # noqa: S311 - noise
    huge = FeedEntry(
        "huge", "drift", '"' + "".join(chr(noise.randrange(0x4E00, 0x9FFF)) for _ in range(400_000)) + '"'
    )
    head = stored.start("stream", ["a"])
    head = stored.commit(head, [huge], CheckpointMove("a", TRIM_HORIZON, "10"))
    head = stored.commit(head, [entry("2")], CheckpointMove("a", "10", "11"))

    # when: a read sees only a part of the transaction
    stored.table.client.delete_item(
        TableName=stored.table.name,
        Key={"pk": {"S": f"FEED#{head.epoch}"}, "sk": {"S": "000000000000001#0001"}},
    )

    # then: the number is a hole, not a broken batch
    assert [batch.n for batch in stored.read(head.epoch, 1, 10)] == [2]


def test_only_numbers_of_which_nothing_is_stored_have_expired(stored: DynamoFeedStore) -> None:
    head = stored.start("stream", ["a"])
    head = stored.commit(head, [entry("1")], CheckpointMove("a", TRIM_HORIZON, "10"))
    head = stored.commit(head, [entry("2")], CheckpointMove("a", "10", "11"))
    stored.table.client.delete_item(
        TableName=stored.table.name,
        Key={"pk": {"S": f"FEED#{head.epoch}"}, "sk": {"S": "000000000000001#0000"}},
    )

    assert stored.expired(head.epoch, 1, 1)
    assert not stored.expired(head.epoch, 2, 2)
    assert not stored.expired(head.epoch, 1, 2)
    assert stored.expired("0" * 12, 1, 250)


def test_a_stream_is_switched_in_one_step_with_its_notice(feed: FeedStore) -> None:
    head = feed.start("old", ["a"])

    new = feed.switch_stream(head, "new", ["b"], entry("notice"))

    assert (new.stream_id, new.n, new.epoch) == ("new", 1, head.epoch)
    assert feed.checkpoints("new") == {"b": TRIM_HORIZON}
    with pytest.raises(CommitRefused):
        feed.switch_stream(head, "new", ["b"], entry("notice"))


def test_storage_that_is_missing_is_an_access_failure(feed_table: Table) -> None:
    absent = DynamoFeedStore(replace(feed_table, name="no-such-table"), timedelta(days=1))

    with pytest.raises(AccessFailed):
        absent.head()
    with pytest.raises(AccessFailed):
        absent.read("e", 1, 10)


def test_a_lease_changes_only_from_what_was_expected(leases: DynamoLeaseStore) -> None:
    assert leases.read() is None
    assert leases.write(None, Lease("a", 1))
    assert not leases.write(None, Lease("b", 1))
    assert leases.write(Lease("a", 1), Lease("a", 2))
    assert not leases.write(Lease("a", 1), Lease("b", 2))
    assert leases.read() == Lease("a", 2)
