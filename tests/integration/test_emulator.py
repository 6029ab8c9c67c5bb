"""The emulator that demo and tests run on starts, serves DynamoDB streams, and ends."""

import uuid

import boto3
import pytest

from tfdrift.demo.emulator import Emulator

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
