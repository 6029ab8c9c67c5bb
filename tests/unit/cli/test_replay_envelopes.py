"""`tfdrift replay` opens every wrapping in which AWS delivers records."""

import base64
import gzip
import json
from collections.abc import Callable

import pytest

from tests.support.lifecycle_samples import ACCOUNT
from tests.unit.cli.replaying import Replay, call, lines, write
from tfdrift.domain.json_value import JsonObject, JsonValue


def encoded(message: JsonValue) -> str:
    return base64.b64encode(gzip.compress(json.dumps(message).encode())).decode()


ENVELOPES: dict[str, Callable[[JsonObject], JsonValue]] = {
    "bare": lambda record: record,
    "log file": lambda record: {"Records": [record]},
    "EventBridge": lambda record: {
        "version": "0",
        "detail-type": "AWS API Call via CloudTrail",
        "source": "aws.lambda",
        "account": ACCOUNT,
        "detail": record,
    },
    "CloudWatch Logs": lambda record: {
        "awslogs": {
            "data": encoded(
                {
                    "messageType": "DATA_MESSAGE",
                    "owner": ACCOUNT,
                    "logGroup": "trail",
                    "logStream": "s",
                    "subscriptionFilters": ["f"],
                    "logEvents": [{"id": "1", "timestamp": 1, "message": json.dumps(record)}],
                }
            )
        }
    },
    "SQS": lambda record: {
        "Records": [
            {
                "messageId": "m-1",
                "eventSource": "aws:sqs",
                "body": json.dumps(
                    {"detail-type": "AWS API Call via CloudTrail", "source": "x", "detail": record}
                ),
            }
        ]
    },
    "SNS in SQS": lambda record: {
        "Records": [
            {
                "messageId": "m-1",
                "eventSource": "aws:sqs",
                "body": json.dumps(
                    {
                        "Type": "Notification",
                        "TopicArn": "arn:aws:sns:eu-central-1:111122223333:t",
                        "Message": json.dumps(record),
                    }
                ),
            }
        ]
    },
}


@pytest.mark.parametrize("envelope", sorted(ENVELOPES))
@pytest.mark.parametrize("name", ["log.json", "log.json.gz"])
def test_every_wrapping_is_opened(replay: Replay, envelope: str, name: str) -> None:
    result = replay("--cloudtrail", write(name, ENVELOPES[envelope](call("e-1"))), "--format", "jsonl")
    assert [drift["cause"]["event_id"] for drift in lines(result)] == ["e-1"], result.stderr
