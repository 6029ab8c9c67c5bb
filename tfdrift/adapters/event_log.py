"""The feed's events in DynamoDB: append once, read by id, list newest first."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tfdrift.adapters.dynamodb import Table
from tfdrift.adapters.event_items import (
    SHARDS,
    event_item,
    event_key,
    event_of,
    principal_partition,
    resource_partition,
    time_partition,
)
from tfdrift.adapters.lambda_trace import sampled_trace
from tfdrift.adapters.listing import Question, count_of, part_of, read_as
from tfdrift.adapters.table_schema import BY_PRINCIPAL, BY_RESOURCE, BY_TIME
from tfdrift.domain.feed_event import EventType, FeedEvent
from tfdrift.domain.lifecycle import ResourceKey
from tfdrift.service.ports import EventFilter, Listing, Page, Total


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
    trace: Callable[[], str | None] = sampled_trace

    def append(self, event: FeedEvent) -> bool:
        """Store an event; False when one with its id is already there."""
        item = event_item(event, self.now() + self.retention, self.trace())
        return self.table.put_if(item, "attribute_not_exists(pk)")

    def get(self, event_id: str) -> FeedEvent | None:
        """Return the event with that id."""
        item = self.table.get(event_key(event_id))
        return None if item is None else event_of(item)

    def find(self, wanted: EventFilter, page: Page) -> Listing[FeedEvent]:
        """Return one part of the events, newest first."""
        listing = part_of(self.table, _question(wanted), page)
        return read_as(listing, [event_of(item) for item in listing.items])

    def count(self, wanted: EventFilter) -> Total:
        """Return how many events match, or at least so many, where more would have to be examined."""
        return count_of(self.table, _question(wanted))


def _question(wanted: EventFilter) -> Question:
    attributes: dict[str, Sequence[str]] = {
        "severity": [severity.value for severity in wanted.severities],
        "resource_type": wanted.resource_types,
        "account_id": wanted.account_ids,
    }
    types = {"type": [kind.value for kind in wanted.types]}
    if wanted.principal is not None:
        partitions = [principal_partition(wanted.principal)]
        return Question(BY_PRINCIPAL, "gsi3", partitions, attributes | types, wanted.since)
    if wanted.resource is not None:
        return Question(
            BY_RESOURCE, "gsi4", _partitions_of(wanted.resource), attributes | types, wanted.since
        )
    partitions = [
        time_partition(kind, shard) for kind in wanted.types or EventType for shard in range(SHARDS)
    ]
    return Question(BY_TIME, "gsi1", partitions, attributes, wanted.since)


def _partitions_of(resource: ResourceKey) -> list[str]:
    """Return where a resource's events are, those included whose account or region is unknown."""
    return [
        resource_partition(account, region, resource.resource_type, resource.resource_id)
        for account in (resource.account_id, None)
        for region in (resource.region, None)
    ]
