"""What the emulator takes for the same evidence: if the function does nothing, and to store each record."""

import io
import json
import time
import uuid
import zipfile
from collections.abc import Sequence
from typing import Any

from bench.deployed.product import Product, packed
from bench.deployed.trail import Deliveries
from bench.waiting import wait_until
from tfdrift.domain.json_value import JsonObject

_IDLE_FUNCTION = """
def handler(event, context):
    return {"batchItemFailures": []}
"""
_BATCH, _FILES_A_BATCH = 10, 1
_DRAINED_SECONDS = 300.0


def idle_function(product: Product, deliveries: Deliveries) -> float:
    """Return the seconds for the same evidence, by queues like the product's, if nothing is done."""
    name = f"idle-{uuid.uuid4().hex[:8]}"
    files, events = (_queue(product, f"{name}-{kind}") for kind in ("files", "events"))
    _function(product, name, ((files, _FILES_A_BATCH, 2), (events, _BATCH, 2)))
    bucket = f"{name}-files"
    _bucket(product, bucket, _arn(product, files))
    began = time.monotonic()
    for number, file in enumerate(deliveries.files):
        product.clients("s3").put_object(Bucket=bucket, Key=f"{number}.json.gz", Body=packed(file))
    for record in deliveries.events:
        product.clients("sqs").send_message(QueueUrl=events, MessageBody=json.dumps(record))
    queues = (files, events)
    wait_until(
        lambda: not any(product.waiting(queue) for queue in queues),
        _DRAINED_SECONDS,
        lambda: [product.waiting(queue) for queue in queues],
    )
    return time.monotonic() - began


def stored(product: Product, records: Sequence[JsonObject]) -> float:
    """Return the seconds that one writer takes to put the records into a table of their own."""
    dynamodb = product.clients("dynamodb")
    table = f"stored-{uuid.uuid4().hex[:8]}"
    dynamodb.create_table(
        TableName=table,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
    )
    began = time.monotonic()
    for record in records:
        item = {"pk": {"S": str(uuid.uuid4())}, "record": {"S": json.dumps(record)}}
        dynamodb.put_item(TableName=table, Item=item)
    return time.monotonic() - began


def _queue(product: Product, name: str) -> str:
    url: str = product.clients("sqs").create_queue(QueueName=name)["QueueUrl"]
    return url


def _arn(product: Product, queue: str) -> str:
    asked = product.clients("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
    arn: str = asked["Attributes"]["QueueArn"]
    return arn


def _function(product: Product, name: str, sources: Any) -> None:  # noqa: ANN401 - queues with batch and limit
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("idle.py", _IDLE_FUNCTION)
    functions = product.clients("lambda")
    functions.create_function(
        FunctionName=name,
        Runtime="python3.13",
        Role="arn:aws:iam::000000000000:role/idle",
        Handler="idle.handler",
        Code={"ZipFile": code.getvalue()},
    )
    for queue, batch, limit in sources:
        functions.create_event_source_mapping(
            FunctionName=name,
            EventSourceArn=_arn(product, queue),
            BatchSize=batch,
            FunctionResponseTypes=["ReportBatchItemFailures"],
            ScalingConfig={"MaximumConcurrency": limit},
        )


def _bucket(product: Product, name: str, queue_arn: str) -> None:
    s3 = product.clients("s3")
    s3.create_bucket(Bucket=name)
    s3.put_bucket_notification_configuration(
        Bucket=name,
        NotificationConfiguration={
            "QueueConfigurations": [{"QueueArn": queue_arn, "Events": ["s3:ObjectCreated:*"]}]
        },
    )
