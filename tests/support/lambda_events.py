"""Hand-made events in the shapes in which AWS invokes Lambda functions."""

import base64
import json
import uuid
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, quote_plus, urlencode

ACCOUNT, REGION = "111122223333", "eu-west-1"


@dataclass(frozen=True, slots=True)
class Context:
    """What the product reads of Lambda's context."""

    function_name: str = "tfdrift"
    memory_limit_in_mb: int = 1024
    invoked_function_arn: str = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:tfdrift"
    aws_request_id: str = "7c5b4a36-0000-4000-8000-000000000001"

    def get_remaining_time_in_millis(self) -> int:
        """Return the time that the invocation has left, in milliseconds."""
        return 30_000


def sqs_event(*bodies: Any, ids: list[str] | None = None) -> dict[str, Any]:
    """Return a batch of an SQS queue; bodies that are no text become JSON."""
    return {
        "Records": [
            {
                "messageId": (ids or [])[n] if ids else str(uuid.uuid4()),
                "receiptHandle": f"receipt-{n}",
                "body": body if isinstance(body, str) else json.dumps(body),
                "attributes": {
                    "ApproximateReceiveCount": "1",
                    "SentTimestamp": "1736935200000",
                    "SenderId": "AIDAEXAMPLE",
                    "ApproximateFirstReceiveTimestamp": "1736935200001",
                },
                "messageAttributes": {},
                "md5OfBody": "00000000000000000000000000000000",
                "eventSource": "aws:sqs",
                "eventSourceARN": f"arn:aws:sqs:{REGION}:{ACCOUNT}:queue",
                "awsRegion": REGION,
            }
            for n, body in enumerate(bodies)
        ]
    }


def sns_event(*messages: Any) -> dict[str, Any]:
    """Return what SNS invokes a function with."""
    return {
        "Records": [
            {
                "EventSource": "aws:sns",
                "EventVersion": "1.0",
                "EventSubscriptionArn": f"arn:aws:sns:{REGION}:{ACCOUNT}:topic:1",
                "Sns": {**sns_notification(message), "MessageId": str(uuid.uuid4())},
            }
            for message in messages
        ]
    }


def sns_notification(message: Any) -> dict[str, Any]:
    """Return a notification as SNS puts it on a queue."""
    return {
        "Type": "Notification",
        "MessageId": str(uuid.uuid4()),
        "TopicArn": f"arn:aws:sns:{REGION}:{ACCOUNT}:topic",
        "Message": message if isinstance(message, str) else json.dumps(message),
        "Timestamp": "2025-01-15T10:00:00.000Z",
        "SignatureVersion": "1",
    }


def eventbridge(source: str, detail_type: str, detail: Any) -> dict[str, Any]:
    """Return an EventBridge event."""
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": detail_type,
        "source": source,
        "account": ACCOUNT,
        "time": "2025-01-15T10:00:01Z",
        "region": REGION,
        "resources": [],
        "detail": detail,
    }


def call_event(record: dict[str, Any]) -> dict[str, Any]:
    """Return CloudTrail's event of a call."""
    source = f"aws.{str(record.get('eventSource', 'ec2')).partition('.')[0]}"
    return eventbridge(source, "AWS API Call via CloudTrail", record)


def object_event(
    bucket: str, key: str, version_id: str | None = None, detail_type: str = "Object Created"
) -> dict[str, Any]:
    """Return S3's EventBridge event of an object."""
    found = {"key": key, "size": 1, "etag": "e", "sequencer": "0062E99A88DC407460"}
    if version_id:
        found["version-id"] = version_id
    return eventbridge("aws.s3", detail_type, {"version": "0", "bucket": {"name": bucket}, "object": found})


def object_notification(
    bucket: str, key: str, version_id: str | None = None, event_name: str = "ObjectCreated:Put"
) -> dict[str, Any]:
    """Return S3's own notification of an object, in which the key is encoded as in a form."""
    found = {"key": quote_plus(key, safe="/"), "size": 1, "sequencer": "0062E99A88DC407460"}
    if version_id:
        found["versionId"] = version_id
    return {
        "Records": [
            {
                "eventVersion": "2.1",
                "eventSource": "aws:s3",
                "awsRegion": REGION,
                "eventTime": "2025-01-15T10:00:00.000Z",
                "eventName": event_name,
                "s3": {"s3SchemaVersion": "1.0", "bucket": {"name": bucket}, "object": found},
            }
        ]
    }


def alb_request(
    method: str, path: str, query: dict[str, str] | None = None, body: str = "", **headers: str
) -> dict[str, Any]:
    """Return a load balancer's request: path and query as the client encoded them."""
    return {
        "requestContext": {
            "elb": {"targetGroupArn": f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:targetgroup/api/1"}
        },
        "httpMethod": method,
        "path": path,
        "queryStringParameters": {name: quote(value, safe="") for name, value in (query or {}).items()},
        "headers": {"host": "tfdrift.example.com", "x-forwarded-proto": "https", **headers},
        "body": body,
        "isBase64Encoded": False,
    }


def gateway_request(
    method: str, path: str, query: dict[str, str] | None = None, body: str = "", **headers: str
) -> dict[str, Any]:
    """Return an API Gateway's request in the older format of REST APIs."""
    return {
        "resource": "/{proxy+}",
        "path": path,
        "httpMethod": method,
        "headers": {"Host": "api.example.com", **headers},
        "multiValueHeaders": {
            name: [value] for name, value in {"Host": "api.example.com", **headers}.items()
        },
        "queryStringParameters": query,
        "multiValueQueryStringParameters": {name: [value] for name, value in (query or {}).items()},
        "pathParameters": {"proxy": path.lstrip("/")},
        "requestContext": {"identity": {"sourceIp": "203.0.113.7"}, "stage": "prod", "httpMethod": method},
        "body": body or None,
        "isBase64Encoded": False,
    }


def url_request(
    method: str, path: str, query: dict[str, str] | None = None, body: str = "", **headers: str
) -> dict[str, Any]:
    """Return a request in the format of function URLs and HTTP APIs, the body in base64."""
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": urlencode(query or {}),
        "headers": {"host": "fn.example.com", **headers},
        "requestContext": {
            "accountId": "anonymous",
            "domainName": "fn.example.com",
            "http": {
                "method": method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "203.0.113.7",
                "userAgent": "test",
            },
            "stage": "$default",
        },
        "body": base64.b64encode(body.encode()).decode(),
        "isBase64Encoded": True,
    }
