"""Creates the product's tables in the emulator, under names of their own."""

import uuid
from dataclasses import dataclass
from typing import Any

from tfdrift.adapters.table_schema import (
    EVENTS_TABLE,
    FEED_TABLE,
    STATE_TABLE,
    create_table_request,
    time_to_live_request,
)


@dataclass(frozen=True, slots=True)
class TableNames:
    """The names of a set of tables that one test has for itself."""

    events: str
    state: str
    feed: str

    def environment(self) -> dict[str, str]:
        """Return the variables that point the product at these tables."""
        return {
            "TFDRIFT_EVENTS_TABLE": self.events,
            "TFDRIFT_STATE_TABLE": self.state,
            "TFDRIFT_FEED_TABLE": self.feed,
        }


def create_tables(dynamodb: Any) -> TableNames:
    """Create the three tables as the schema says."""
    suffix = uuid.uuid4().hex[:10]
    names = TableNames(f"events-{suffix}", f"state-{suffix}", f"feed-{suffix}")
    # DynamoDB Local counts its sequence numbers over all streams: that of the events, made last, begins after
    # the others, or a first read of it would already be past its oldest record.
    for schema, name in (
        (FEED_TABLE, names.feed),
        (STATE_TABLE, names.state),
        (EVENTS_TABLE, names.events),
    ):
        dynamodb.create_table(**create_table_request(schema, name))
        dynamodb.update_time_to_live(**time_to_live_request(schema, name))
    return names


def delete_tables(dynamodb: Any, names: TableNames) -> None:
    """Delete the three tables."""
    for name in (names.events, names.state, names.feed):
        dynamodb.delete_table(TableName=name)
