"""What the tailer relies on a change stream to do, asked of the scripted stream and of the emulator's."""

import itertools
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from tests.support.scripted_stream import ScriptedStream, entry
from tests.support.tables import create_tables, delete_tables
from tests.support.written_events import drift_event, event_log
from tfdrift.adapters.stream_dynamodb import DynamoChangeStream
from tfdrift.service.stream_ports import TRIM_HORIZON, ChangeStream, ShardGone, TrimmedData

if TYPE_CHECKING:
    from tfdrift.demo.emulator import Emulator


@dataclass(frozen=True)
class Source:
    """A stream, and the means to put events and other items into the table behind it."""

    changes: ChangeStream
    put_event: Callable[[str], object]
    put_other: Callable[[], object]


DATABASES = [pytest.param(name, marks=pytest.mark.emulator) for name in ("emulator", "dynamodb_local")]


@pytest.fixture(params=["scripted", *DATABASES])
def source(request: pytest.FixtureRequest) -> Iterator[Source]:
    if request.param == "scripted":
        stream = ScriptedStream(page_size=100)
        stream.open_shard("shard-1")
        yield Source(
            stream,
            lambda event_id: stream.write("shard-1", entry(event_id)),
            lambda: stream.write("shard-1", None),
        )
        return
    emulator: Emulator = request.getfixturevalue(request.param)
    dynamodb = emulator.client("dynamodb")
    names = create_tables(dynamodb)
    log = event_log(dynamodb, names.events)
    yield Source(
        DynamoChangeStream(dynamodb, emulator.client("dynamodbstreams"), names.events),
        lambda event_id: log.append(drift_event(event_id)),
        lambda: put_held_call(dynamodb, names.events),
    )
    delete_tables(dynamodb, names)


def put_held_call(dynamodb: Any, table: str) -> None:
    item = {"pk": {"S": "HELD#1"}, "sk": {"S": uuid.uuid4().hex}, "kind": {"S": "held"}}
    dynamodb.put_item(TableName=table, Item=item)


def only_shard(source: Source) -> tuple[str, str]:
    stream_id = source.changes.stream_id()
    (shard,) = source.changes.shards(stream_id)
    return stream_id, shard.shard_id


def ids_from(source: Source, iterator: str | None, *, pages: int = 3) -> list[str]:
    found: list[str] = []
    for _ in range(pages):
        assert iterator is not None
        page = source.changes.records(iterator)
        found += [value.event_id for value in page.entries]
        iterator = page.next_iterator
    return found


def test_the_oldest_record_comes_first_and_records_stay_in_order(source: Source) -> None:
    stream_id, shard_id = only_shard(source)
    for number in range(5):
        source.put_event(f"e{number}")

    iterator = source.changes.iterator(stream_id, shard_id, TRIM_HORIZON)

    assert ids_from(source, iterator) == [f"e{number}" for number in range(5)]


def test_a_page_says_when_its_last_record_was_made_and_how_long_its_events_waited(source: Source) -> None:
    stream_id, shard_id = only_shard(source)
    source.put_other()
    source.put_event("e1")

    page = source.changes.records(source.changes.iterator(stream_id, shard_id, TRIM_HORIZON))

    assert page.last_created_at is not None
    assert abs(datetime.now(UTC) - page.last_created_at) < timedelta(minutes=1)
    assert len(page.waits) == len(page.entries) == 1
    empty = source.changes.records(str(page.next_iterator))
    assert (empty.last_created_at, empty.waits) == (None, ())


def test_reading_goes_on_after_a_sequence_number(source: Source) -> None:
    stream_id, shard_id = only_shard(source)
    source.put_event("before")
    first = source.changes.records(source.changes.iterator(stream_id, shard_id, TRIM_HORIZON))
    source.put_event("after")

    assert first.last_sequence_number is not None
    iterator = source.changes.iterator(stream_id, shard_id, first.last_sequence_number)

    assert ids_from(source, iterator) == ["after"]


def test_an_empty_page_is_not_the_end(source: Source) -> None:
    stream_id, shard_id = only_shard(source)

    page = source.changes.records(source.changes.iterator(stream_id, shard_id, TRIM_HORIZON))

    assert (page.entries, page.last_sequence_number) == ((), None)
    source.put_event("later")
    assert ids_from(source, page.next_iterator) == ["later"]


def test_an_iterator_can_be_read_again(source: Source) -> None:
    stream_id, shard_id = only_shard(source)
    source.put_event("e")
    iterator = source.changes.iterator(stream_id, shard_id, TRIM_HORIZON)

    assert ids_from(source, iterator, pages=1) == ids_from(source, iterator, pages=1) == ["e"]


def test_other_items_are_left_out_and_move_the_position(source: Source) -> None:
    stream_id, shard_id = only_shard(source)
    source.put_event("e")
    source.put_other()

    page = source.changes.records(source.changes.iterator(stream_id, shard_id, TRIM_HORIZON))

    assert [value.event_id for value in page.entries] == ["e"]
    assert page.last_sequence_number is not None
    after = source.changes.iterator(stream_id, shard_id, page.last_sequence_number)
    assert source.changes.records(after).last_sequence_number is None


@pytest.mark.parametrize(
    "source", ["scripted", pytest.param("emulator", marks=pytest.mark.emulator)], indirect=True
)
def test_a_position_that_is_gone_is_told(source: Source) -> None:
    """DynamoDB Local never trims, and answers an internal failure here."""
    stream_id, shard_id = only_shard(source)
    source.put_event("e")
    page = source.changes.records(source.changes.iterator(stream_id, shard_id, TRIM_HORIZON))
    assert page.last_sequence_number is not None
    before_all = "0" * len(page.last_sequence_number)

    with pytest.raises(TrimmedData):
        source.changes.iterator(stream_id, shard_id, before_all)


def test_a_shard_that_is_gone_is_told(source: Source) -> None:
    stream_id, _ = only_shard(source)

    with pytest.raises(ShardGone):
        source.changes.iterator(stream_id, "shardId-00000001600000000000-deadbeef", TRIM_HORIZON)


def test_the_stream_keeps_its_identity(source: Source) -> None:
    assert len({source.changes.stream_id() for _ in range(3)}) == 1


@pytest.mark.parametrize("database", DATABASES)
def test_a_stream_that_is_turned_off_and_on_is_another_one(
    request: pytest.FixtureRequest, database: str
) -> None:
    # given
    emulator: Emulator = request.getfixturevalue(database)
    dynamodb = emulator.client("dynamodb")
    names = create_tables(dynamodb)
    changes = DynamoChangeStream(dynamodb, emulator.client("dynamodbstreams"), names.events)
    before = changes.stream_id()
    event_log(dynamodb, names.events).append(drift_event("e"))

    # when
    for specification in (
        {"StreamEnabled": False},
        {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    ):
        dynamodb.update_table(TableName=names.events, StreamSpecification=specification)

    # then: the old one can be read to its end, after which no iterator follows
    assert changes.stream_id() != before
    (shard,) = changes.shards(before)
    page = changes.records(changes.iterator(before, shard.shard_id, TRIM_HORIZON))
    assert [value.event_id for value in page.entries] == ["e"]
    assert page.next_iterator is None
    delete_tables(dynamodb, names)


def test_all_pages_of_the_description_are_read() -> None:
    """More than 100 shards are described in pages (camel#24861: those beyond were never found)."""

    class PagedStreams:
        """DynamoDB Streams' own paging, which no emulator does with more than one shard."""

        def describe_stream(self, **request: Any) -> dict[str, Any]:
            names = [f"s{number:03d}" for number in range(250)]
            start = (
                names.index(request["ExclusiveStartShardId"]) + 1 if "ExclusiveStartShardId" in request else 0
            )
            shards = [{"ShardId": name} for name in itertools.islice(names, start, start + 100)]
            description: dict[str, Any] = {"Shards": shards}
            if start + 100 < len(names):
                description["LastEvaluatedShardId"] = shards[-1]["ShardId"]
            return {"StreamDescription": description}

    streams: Any = PagedStreams()
    tables: Any = boto3.client("dynamodb", region_name="us-east-1")

    assert len(DynamoChangeStream(tables, streams, "t").shards("arn")) == 250


def test_an_event_item_without_its_fields_does_not_stop_the_feed(caplog: pytest.LogCaptureFixture) -> None:
    class OnePage:
        """A page that the product never writes and somebody may."""

        def get_records(self, **_: Any) -> dict[str, Any]:
            broken = {"pk": {"S": "EVENT#x"}, "kind": {"S": "event"}, "event_id": {"S": "x"}}
            whole = {**broken, "type": {"S": "drift"}, "payload": {"S": "{}"}}
            return {
                "Records": [
                    {"eventName": "INSERT", "dynamodb": {"SequenceNumber": "1", "NewImage": broken}},
                    {"eventName": "MODIFY", "dynamodb": {"SequenceNumber": "2", "NewImage": whole}},
                    {"eventName": "INSERT", "dynamodb": {"SequenceNumber": "3", "NewImage": whole}},
                    {"eventName": "REMOVE", "dynamodb": {"SequenceNumber": "4"}},
                ]
            }

    streams: Any = OnePage()
    page = DynamoChangeStream(streams, streams, "t").records("iterator")

    assert [value.event_id for value in page.entries] == ["x"]
    assert page.last_sequence_number == "4"
    assert page.next_iterator is None
    assert "left out of the feed" in caplog.text
