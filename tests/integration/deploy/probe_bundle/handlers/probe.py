"""Stores an event as it came in, and fails messages that ask for it."""

import json
import os
from typing import Any

import boto3


def record(event: dict[str, Any], context: Any, name: str) -> dict[str, Any]:
    """Store the event under the handler's name; answer as a queue's or the load balancer's function does."""
    boto3.client("dynamodb").put_item(
        TableName=os.environ["TFDRIFT_EVENTS_TABLE"],
        Item={
            "pk": {"S": f"PROBE#{name}"},
            "sk": {"S": context.aws_request_id},
            "event": {"S": json.dumps(event)},
            "endpoint": {"S": os.environ["AWS_ENDPOINT_URL"]},
        },
    )
    if "Records" not in event:
        return {"statusCode": 200, "headers": {"content-type": "text/plain"}, "body": name}
    return {
        "batchItemFailures": [
            {"itemIdentifier": message["messageId"]}
            for message in event["Records"]
            if "poison" in message["body"]
        ]
    }
