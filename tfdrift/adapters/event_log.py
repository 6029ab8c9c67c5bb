"""The feed's events in DynamoDB: append once, read by id, list newest first."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tfdrift.adapters.dynamodb import Table
from tfdrift.adapters.event_items import SHARDS, event_item, event_key, event_of, time_partition
from tfdrift.adapters.listing import page_of
from tfdrift.adapters.table_schema import BY_TIME
from tfdrift.domain.feed_event import FeedEvent
from tfdrift.service.ports import EventFilter, EventListing, Page


def utc_now() -> datetime:
    """Return the present moment in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class DynamoEventLog:
    """`tfdrift.service.ports.EventLog` on the events table.

    An event is kept for `retention` after it was stored, not after it happened: log files that are read late
    must not expire, and with them the memory that they were seen, the moment they arrive.
    """

    table: Table
    retention: timedelta
    now: Callable[[], datetime] = utc_now

    def append(self, event: FeedEvent) -> bool:
        """Store an event; False when one with its id is already there."""
        item = event_item(event, self.now() + self.retention)
        return self.table.put_if(item, "attribute_not_exists(pk)")

    def get(self, event_id: str) -> FeedEvent | None:
        """Return the event with that id."""
        item = self.table.get(event_key(event_id))
        return None if item is None else event_of(item)

    def find(self, wanted: EventFilter, page: Page) -> EventListing:
        """Return one page of events, newest first."""
        items, total = page_of(
            self.table,
            index=BY_TIME,
            key_prefix="gsi1",
            partitions=[time_partition(shard) for shard in range(SHARDS)],
            wanted={
                "type": [kind.value for kind in wanted.types],
                "severity": [severity.value for severity in wanted.severities],
                "resource_type": wanted.resource_types,
                "account_id": wanted.account_ids,
            },
            since=wanted.since,
            page=page,
        )
        return EventListing(tuple(event_of(item) for item in items), total)
