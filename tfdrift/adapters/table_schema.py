"""The DynamoDB tables: key names and definitions that infrastructure, demo and tests all create tables from.

Nothing here imports boto3, so that the infrastructure code can read it.
"""

from dataclasses import dataclass
from typing import Any

PARTITION_KEY = "pk"
SORT_KEY = "sk"
KIND = "kind"
TTL_ATTRIBUTE = "expires_at"

BY_TIME = "by_time"
BY_STATUS = "by_status"
BY_PRINCIPAL = "by_principal"
BY_RESOURCE = "by_resource"


@dataclass(frozen=True, slots=True)
class IndexSchema:
    """A global secondary index with string keys; `included` are the attributes it carries beside the keys.

    The indexes are narrow on purpose: a listing reads many entries to count and to page, and only the
    records of the wanted page, by key, from the table.
    """

    name: str
    partition_key: str
    sort_key: str
    included: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TableSchema:
    """A table with string keys `pk` and `sk`, on-demand capacity, and TTL on `expires_at` (epoch seconds)."""

    indexes: tuple[IndexSchema, ...] = ()
    stream_view_type: str | None = None
    partition_key: str = PARTITION_KEY
    sort_key: str = SORT_KEY
    ttl_attribute: str = TTL_ATTRIBUTE


EVENTS_TABLE = TableSchema(
    indexes=(
        IndexSchema(
            name=BY_TIME,
            partition_key="gsi1pk",
            sort_key="gsi1sk",
            included=(KIND, "type", "severity", "resource_type", "account_id"),
        ),
        IndexSchema(
            name=BY_STATUS,
            partition_key="gsi2pk",
            sort_key="gsi2sk",
            included=(KIND, "severity", "resource_type", "provider", "account_id", "origin", "managed"),
        ),
        IndexSchema(
            name=BY_PRINCIPAL,
            partition_key="gsi3pk",
            sort_key="gsi3sk",
            included=(KIND, "type", "severity", "resource_type", "account_id"),
        ),
        IndexSchema(
            name=BY_RESOURCE,
            partition_key="gsi4pk",
            sort_key="gsi4sk",
            included=(KIND, "type", "severity", "resource_type", "provider", "account_id"),
        ),
    ),
    stream_view_type="NEW_IMAGE",
)
STATE_TABLE = TableSchema()
# Notifications learn from the keys which batches are new, and read those from the table.
FEED_TABLE = TableSchema(stream_view_type="KEYS_ONLY")
DELIVERIES_TABLE = TableSchema()


def create_table_request(schema: TableSchema, name: str) -> dict[str, Any]:
    """Return the arguments of DynamoDB's CreateTable for a table of that schema."""
    keys = [(schema.partition_key, schema.sort_key)]
    keys += [(index.partition_key, index.sort_key) for index in schema.indexes]
    request: dict[str, Any] = {
        "TableName": name,
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": _key_schema(schema.partition_key, schema.sort_key),
        "AttributeDefinitions": [
            {"AttributeName": attribute, "AttributeType": "S"} for pair in keys for attribute in pair
        ],
    }
    if schema.indexes:
        request["GlobalSecondaryIndexes"] = [
            {
                "IndexName": index.name,
                "KeySchema": _key_schema(index.partition_key, index.sort_key),
                "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": list(index.included)},
            }
            for index in schema.indexes
        ]
    if schema.stream_view_type:
        request["StreamSpecification"] = {"StreamEnabled": True, "StreamViewType": schema.stream_view_type}
    return request


def time_to_live_request(schema: TableSchema, name: str) -> dict[str, Any]:
    """Return the arguments of DynamoDB's UpdateTimeToLive for a table of that schema."""
    return {
        "TableName": name,
        "TimeToLiveSpecification": {"Enabled": True, "AttributeName": schema.ttl_attribute},
    }


def _key_schema(partition_key: str, sort_key: str) -> list[dict[str, str]]:
    return [
        {"AttributeName": partition_key, "KeyType": "HASH"},
        {"AttributeName": sort_key, "KeyType": "RANGE"},
    ]
