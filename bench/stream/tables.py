"""The product's tables in the emulator, for measurements that go through storage."""

from typing import Any

from tfdrift.adapters.table_schema import (
    EVENTS_TABLE,
    FEED_TABLE,
    STATE_TABLE,
    create_table_request,
    time_to_live_request,
)

_SCHEMAS = {"events": EVENTS_TABLE, "state": STATE_TABLE, "feed": FEED_TABLE}


def create_tables(dynamodb: Any) -> None:  # noqa: ANN401 - boto3 makes clients at run time
    """Create the three tables, named events, state and feed."""
    for name, schema in _SCHEMAS.items():
        dynamodb.create_table(**create_table_request(schema, name))
        dynamodb.update_time_to_live(**time_to_live_request(schema, name))


def environment() -> dict[str, str]:
    """Return the variables that point the product at these tables."""
    return {f"TFDRIFT_{name.upper()}_TABLE": name for name in _SCHEMAS}
