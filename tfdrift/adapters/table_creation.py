"""Makes the product's tables where no template does, and finds out whether those that are there fit."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import boto3

from tfdrift.adapters.table_schema import TableSchema, create_table_request, time_to_live_request

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_STREAM_OFF: dict[str, Any] = {"StreamEnabled": False}


class TableOutcome(StrEnum):
    """What became of a table that was asked for."""

    CREATED = "created"
    FOUND = "found"


class TableMismatchError(Exception):
    """A table of the wanted name is there, and was made for something else."""


def open_dynamodb() -> "DynamoDBClient":
    """Return a client; region, endpoint and credentials are the SDK's own settings."""
    return boto3.Session().client("dynamodb")


def ensure_table(dynamodb: "DynamoDBClient", name: str, schema: TableSchema) -> TableOutcome:
    """Return once the table is there as the schema says: active, with its indexes, its stream and its TTL.

    Asking again changes nothing, also while another process asks for the same table.

    Raises
    ------
    TableMismatchError
        If the table that has the name differs in keys, indexes or stream; it is left as it is.
    botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError
        If DynamoDB cannot be reached, or refuses.
    """
    wanted = create_table_request(schema, name)
    outcome = _create(dynamodb, wanted)
    dynamodb.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 120})
    found = dynamodb.describe_table(TableName=name)["Table"]
    if differences := _differences(wanted, found):
        raise TableMismatchError(f"table {name} differs from what is needed: {', '.join(differences)}")
    _ensure_time_to_live(dynamodb, name, schema)
    return outcome


def _create(dynamodb: "DynamoDBClient", wanted: dict[str, Any]) -> TableOutcome:
    try:
        dynamodb.create_table(**wanted)
    except dynamodb.exceptions.ResourceInUseException:
        return TableOutcome.FOUND
    return TableOutcome.CREATED


def _ensure_time_to_live(dynamodb: "DynamoDBClient", name: str, schema: TableSchema) -> None:
    """Switch TTL on; DynamoDB refuses to be told so of a table that has it."""
    status = dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]["TimeToLiveStatus"]
    if status not in {"ENABLED", "ENABLING"}:
        dynamodb.update_time_to_live(**time_to_live_request(schema, name))


def _differences(wanted: Mapping[str, Any], found: Mapping[str, Any]) -> list[str]:
    """Return which parts of the tables differ, in words."""
    wanted_indexes, found_indexes = _indexes(wanted), _indexes(found)
    differences = [
        f"index {index}"
        for index in sorted({*wanted_indexes, *found_indexes})
        if wanted_indexes.get(index) != found_indexes.get(index)
    ]
    if _keys(wanted) != _keys(found):
        differences.insert(0, "keys")
    if _stream(wanted) != _stream(found):
        differences.append("stream")
    return differences


def _keys(table: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(key["AttributeName"], key["KeyType"]) for key in table["KeySchema"]]


def _indexes(table: Mapping[str, Any]) -> dict[str, Any]:
    return {
        index["IndexName"]: (_keys(index), sorted(index["Projection"].get("NonKeyAttributes", ())))
        for index in table.get("GlobalSecondaryIndexes") or ()
    }


def _stream(table: Mapping[str, Any]) -> str | None:
    stream = table.get("StreamSpecification") or _STREAM_OFF
    return str(stream["StreamViewType"]) if stream["StreamEnabled"] else None
