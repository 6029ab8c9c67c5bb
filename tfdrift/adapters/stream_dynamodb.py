"""The events table's DynamoDB stream: every page of its shards, and its records with errors told apart."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tfdrift.adapters.stream_errors import stream_errors
from tfdrift.domain.timestamps import InvalidTime, parse_time
from tfdrift.service.stream_ports import TRIM_HORIZON, FeedEntry, RecordsPage, Shard, TracedEvent

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodbstreams import DynamoDBStreamsClient

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class DynamoChangeStream:
    """`tfdrift.service.stream_ports.ChangeStream` on a table's DynamoDB stream."""

    tables: "DynamoDBClient"
    streams: "DynamoDBStreamsClient"
    table_name: str

    def stream_id(self) -> str:
        """Return the ARN of the table's present stream; raises LookupError if the table has none."""
        with stream_errors():
            table = self.tables.describe_table(TableName=self.table_name)["Table"]
        arn = table.get("LatestStreamArn")
        if not arn:
            raise LookupError(f"table {self.table_name} has no stream: enable one with NEW_IMAGE")
        return arn

    def shards(self, stream_id: str) -> tuple[Shard, ...]:
        """Return all shards, over all pages (a page holds at most 100)."""
        found: dict[str, Shard] = {}
        request: dict[str, Any] = {"StreamArn": stream_id}
        while True:
            with stream_errors():
                description = self.streams.describe_stream(**request)["StreamDescription"]
            for shard in description.get("Shards", []):
                shard_id = shard["ShardId"]
                found[shard_id] = Shard(shard_id, shard.get("ParentShardId"))
            last = description.get("LastEvaluatedShardId")
            if not last:
                return tuple(found.values())
            request["ExclusiveStartShardId"] = last

    def iterator(self, stream_id: str, shard_id: str, position: str) -> str:
        """Return an iterator after a sequence number, or at the oldest record."""
        request: dict[str, Any] = {"StreamArn": stream_id, "ShardId": shard_id}
        if position == TRIM_HORIZON:
            request["ShardIteratorType"] = TRIM_HORIZON
        else:
            request["ShardIteratorType"] = "AFTER_SEQUENCE_NUMBER"
            request["SequenceNumber"] = position
        with stream_errors():
            return self.streams.get_shard_iterator(**request)["ShardIterator"]

    def records(self, iterator: str) -> RecordsPage:
        """Return the next page; a missing NextShardIterator means the same as a null one."""
        with stream_errors():
            answer = self.streams.get_records(ShardIterator=iterator)
        records = answer.get("Records", [])
        found = [(record, entry) for record in records if (entry := feed_entry(record)) is not None]
        waits = (_seconds_to_storage(record) for record, _ in found)
        return RecordsPage(
            entries=tuple(entry for _, entry in found),
            last_sequence_number=records[-1]["dynamodb"]["SequenceNumber"] if records else None,
            next_iterator=answer.get("NextShardIterator"),
            last_created_at=_created_at(records[-1]) if records else None,
            waits=tuple(seconds for seconds in waits if seconds is not None),
            traced=tuple(
                TracedEvent(entry.event_id, trace) for record, entry in found if (trace := _trace(record))
            ),
        )


def _created_at(record: Mapping[str, Any]) -> datetime | None:
    """Return when a record was made, which DynamoDB tells to the second."""
    created: datetime | None = record["dynamodb"].get("ApproximateCreationDateTime")
    return created


def _trace(record: Mapping[str, Any]) -> str | None:
    """Return the header of the trace in which a record's event was stored."""
    header: str | None = record["dynamodb"]["NewImage"].get("trace", {}).get("S")
    return header


def _seconds_to_storage(record: Mapping[str, Any]) -> float | None:
    """Return the time from an event to its record; None where either is not told, which holds up nothing."""
    created = _created_at(record)
    try:
        happened = parse_time(record["dynamodb"]["NewImage"]["timestamp"]["S"])
    except (InvalidTime, KeyError):
        return None
    return None if created is None else (created - happened).total_seconds()


def feed_entry(record: Mapping[str, Any]) -> FeedEntry | None:
    """Return the feed entry of a stream record; None unless it inserted an item of kind ``event``.

    An event item that lacks what every event has is logged and left out: waiting for it to become better
    would stop the feed for good.
    """
    image = record["dynamodb"].get("NewImage", {})
    if record.get("eventName") != "INSERT" or image.get("kind", {}).get("S") != "event":
        return None
    try:
        return FeedEntry(
            event_id=image["event_id"]["S"],
            type=image["type"]["S"],
            data=image["payload"]["S"],
            severity=image.get("severity", {}).get("S"),
            resource_type=image.get("resource_type", {}).get("S"),
            account_id=image.get("account_id", {}).get("S"),
        )
    except KeyError as error:
        key = image.get("pk", {}).get("S")
        _LOG.error("Event item without %s left out of the feed", error, extra={"item": key})
        return None
