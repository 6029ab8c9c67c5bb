"""The emulator that demo and tests run on starts, serves DynamoDB streams, and ends."""

import io
import json
import uuid
import zipfile
from pathlib import Path

import boto3
import pytest

from tfdrift.demo.emulator import Emulator, running_emulator

pytestmark = pytest.mark.emulator


def test_a_put_appears_in_the_tables_stream(aws: Emulator) -> None:
    table = f"t-{uuid.uuid4().hex[:8]}"
    dynamodb = boto3.client("dynamodb")
    created = dynamodb.create_table(
        TableName=table,
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )
    dynamodb.put_item(TableName=table, Item={"pk": {"S": "one"}})

    streams = boto3.client("dynamodbstreams")
    arn = created["TableDescription"]["LatestStreamArn"]
    shard = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]
    iterator = streams.get_shard_iterator(StreamArn=arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON")[
        "ShardIterator"
    ]
    records = streams.get_records(ShardIterator=iterator)["Records"]

    assert [record["dynamodb"]["Keys"]["pk"]["S"] for record in records] == ["one"]


def test_nothing_of_a_functions_code_outlives_the_emulator(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("code.py", "def handler(event, context):\n    return __file__\n")
    with running_emulator(tmp_path) as emulator:
        functions = emulator.client("lambda")
        functions.create_function(
            FunctionName="left",
            Runtime="python3.13",
            Role="arn:aws:iam::000000000000:role/any",
            Handler="code.handler",
            Code={"ZipFile": packed.getvalue()},
        )
        place = Path(json.loads(functions.invoke(FunctionName="left")["Payload"].read()))
        assert place.is_file()
        assert place.is_relative_to(tmp_path)
    assert not place.exists()
    assert not list(tmp_path.rglob("*.zip"))
