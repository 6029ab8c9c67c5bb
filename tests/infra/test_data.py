"""The three tables: schema of the adapters, stream, expiry, recovery, retention."""

from typing import Any

import pytest

from tests.support.templates import Template
from tfdrift.adapters.table_schema import EVENTS_TABLE, FEED_TABLE, STATE_TABLE, create_table_request

TABLE = "AWS::DynamoDB::GlobalTable"
SCHEMAS = {"Events": EVENTS_TABLE, "State": STATE_TABLE, "Feed": FEED_TABLE}


def replica(table: dict[str, Any]) -> dict[str, Any]:
    (only,) = table["Replicas"]
    return only


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_a_table_has_the_keys_and_indexes_that_the_adapters_use(data: Template, name: str) -> None:
    # Given the request that the adapters would create the table with
    wanted = create_table_request(SCHEMAS[name], name)
    # When the template's table is looked at
    table = data.resource(name, TABLE)
    # Then it is the same table
    assert table["KeySchema"] == wanted["KeySchema"]
    assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert table.get("GlobalSecondaryIndexes") == wanted.get("GlobalSecondaryIndexes")
    attributes = {entry["AttributeName"]: entry["AttributeType"] for entry in table["AttributeDefinitions"]}
    assert attributes == {
        entry["AttributeName"]: entry["AttributeType"] for entry in wanted["AttributeDefinitions"]
    }


def test_the_streams_tell_of_events_whole_and_of_the_feed_by_its_keys(data: Template) -> None:
    tables = {name: data.resource(name, TABLE) for name in SCHEMAS}
    streams = {
        name: table.get("StreamSpecification", {}).get("StreamViewType") for name, table in tables.items()
    }
    assert streams == {"Events": "NEW_IMAGE", "State": None, "Feed": "KEYS_ONLY"}


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_items_expire_by_the_adapters_attribute(data: Template, name: str) -> None:
    expiry = data.resource(name, TABLE)["TimeToLiveSpecification"]
    assert expiry == {"AttributeName": SCHEMAS[name].ttl_attribute, "Enabled": True}


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_a_table_is_encrypted_recoverable_and_survives_its_stack(data: Template, name: str) -> None:
    table = data.resource(name, TABLE)
    assert table["SSESpecification"]["SSEEnabled"] is True
    assert replica(table)["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"] is True
    assert replica(table)["DeletionProtectionEnabled"] is True
    (resource,) = (
        resource
        for logical_id, resource in data.body["Resources"].items()
        if logical_id.startswith(name) and resource["Type"] == TABLE
    )
    assert (resource["DeletionPolicy"], resource["UpdateReplacePolicy"]) == ("Retain", "Retain")
