"""`tfdrift tables`: the tables are made as the schema says, once, and others are never taken for them."""

import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.tables import TableNames, delete_tables
from tfdrift.adapters.table_creation import TableMismatchError, TableOutcome, ensure_table
from tfdrift.adapters.table_schema import EVENTS_TABLE, FEED_TABLE, STATE_TABLE, TableSchema
from tfdrift.demo.emulator import Emulator, free_port

pytestmark = pytest.mark.emulator

_ROOT = Path(__file__).resolve().parents[3]
BY_MODULE = (sys.executable, "-m", "tfdrift.tables")
BY_COMMAND = (str(Path(sys.executable).with_name("tfdrift")), "tables")


def run(command: tuple[str, ...], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=_ROOT, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )


@pytest.fixture(params=["emulator", "dynamodb_local"])
def storage(request: pytest.FixtureRequest) -> Emulator:
    running: Emulator = request.getfixturevalue(request.param)
    return running


@pytest.fixture
def names(storage: Emulator) -> Iterator[TableNames]:
    suffix = uuid.uuid4().hex[:10]
    chosen = TableNames(f"made-events-{suffix}", f"made-state-{suffix}", f"made-feed-{suffix}")
    yield chosen
    there = set(storage.client("dynamodb").list_tables()["TableNames"])
    if {chosen.events, chosen.state, chosen.feed} <= there:
        delete_tables(storage.client("dynamodb"), chosen)


@pytest.mark.parametrize("command", [BY_MODULE, BY_COMMAND])
def test_the_tables_are_made_once(storage: Emulator, names: TableNames, command: tuple[str, ...]) -> None:
    environment = {**storage.environment(), **names.environment()}

    first, second = run(command, environment), run(command, environment)

    assert (first.returncode, first.stderr) == (0, "")
    assert first.stdout == f"{names.feed}: created\n{names.state}: created\n{names.events}: created\n"
    assert (second.returncode, second.stdout) == (0, first.stdout.replace("created", "found"))
    for name, schema in (
        (names.events, EVENTS_TABLE),
        (names.state, STATE_TABLE),
        (names.feed, FEED_TABLE),
    ):
        assert description(storage.client("dynamodb"), name) == expected(schema)


def description(dynamodb: Any, name: str) -> dict[str, Any]:
    """What matters of a table, read back from DynamoDB."""
    table = dynamodb.describe_table(TableName=name)["Table"]
    ttl = dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    return {
        "status": table["TableStatus"],
        "keys": [key["AttributeName"] for key in table["KeySchema"]],
        "indexes": {
            index["IndexName"]: (
                [key["AttributeName"] for key in index["KeySchema"]],
                set(index["Projection"]["NonKeyAttributes"]),
            )
            for index in table.get("GlobalSecondaryIndexes", [])
        },
        "stream": table.get("StreamSpecification", {}).get("StreamViewType"),
        "ttl": (ttl["TimeToLiveStatus"], ttl["AttributeName"]),
    }


def expected(schema: TableSchema) -> dict[str, Any]:
    return {
        "status": "ACTIVE",
        "keys": ["pk", "sk"],
        "indexes": {
            index.name: ([index.partition_key, index.sort_key], set(index.included))
            for index in schema.indexes
        },
        "stream": schema.stream_view_type,
        "ttl": ("ENABLED", "expires_at"),
    }


@pytest.mark.parametrize(
    ("there", "wanted", "difference"),
    [
        (
            STATE_TABLE,
            EVENTS_TABLE,
            "index by_principal, index by_resource, index by_status, index by_time, stream",
        ),
        (STATE_TABLE, FEED_TABLE, "stream"),
        (FEED_TABLE, STATE_TABLE, "stream"),
        (TableSchema(partition_key="id"), STATE_TABLE, "keys"),
    ],
)
def test_a_table_made_for_something_else_is_refused(
    storage: Emulator, there: TableSchema, wanted: TableSchema, difference: str
) -> None:
    dynamodb = storage.client("dynamodb")
    name = f"made-{uuid.uuid4().hex[:10]}"
    assert ensure_table(dynamodb, name, there) is TableOutcome.CREATED
    before = description(dynamodb, name)

    with pytest.raises(TableMismatchError) as refused:
        ensure_table(dynamodb, name, wanted)

    assert str(refused.value) == f"table {name} differs from what is needed: {difference}"
    assert description(dynamodb, name) == before
    dynamodb.delete_table(TableName=name)


def test_a_table_that_is_to_be_another_one_ends_the_command(storage: Emulator, names: TableNames) -> None:
    """Two settings that name the same table are told of, and not found out by the first query."""
    environment = {**storage.environment(), **names.environment(), "TFDRIFT_STATE_TABLE": names.feed}

    done = run(BY_MODULE, environment)

    assert done.returncode == 1
    assert done.stderr == f"tfdrift: table {names.feed} differs from what is needed: stream\n"
    storage.client("dynamodb").delete_table(TableName=names.feed)


def test_an_endpoint_that_does_not_answer_is_an_error_in_one_line(emulator: Emulator) -> None:
    environment = {
        **emulator.environment(),
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{free_port()}",
        "AWS_MAX_ATTEMPTS": "1",
    }

    done = run(BY_MODULE, environment)

    assert done.returncode == 1
    assert done.stderr.startswith("tfdrift: Could not connect to the endpoint URL")
    assert done.stderr.count("\n") == 1
