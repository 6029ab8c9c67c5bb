"""A poison message ends in the dead-letter queue as it was sent, and takes nothing else with it."""

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from handlers.cloudtrail.handler import handler
from tests.integration.handlers.conftest import World, call, terraform_state
from tests.support.lambda_events import Context, call_event, object_notification
from tfdrift.demo.emulator import Emulator

pytestmark = pytest.mark.emulator

RECEIVES = 3


@dataclass(frozen=True, slots=True)
class Queues:
    """A queue that redrives after three receives, and the dead-letter queue behind it."""

    sqs: Any
    work: str
    dead: str

    def bodies(self, url: str) -> list[str]:
        """Return what is on a queue."""
        answer = self.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=0)
        return [message["Body"] for message in answer.get("Messages", [])]

    def deliver(self) -> bool:
        """Do what Lambda's event source mapping does, once; False when the queue had nothing."""
        answer = self.sqs.receive_message(QueueUrl=self.work, MaxNumberOfMessages=10, VisibilityTimeout=0)
        messages = answer.get("Messages", [])
        if not messages:
            return False
        event = {
            "Records": [
                {
                    "messageId": message["MessageId"],
                    "receiptHandle": message["ReceiptHandle"],
                    "body": message["Body"],
                    "attributes": {},
                    "messageAttributes": {},
                    "md5OfBody": message["MD5OfBody"],
                    "eventSource": "aws:sqs",
                    "eventSourceARN": "arn:aws:sqs:eu-west-1:111122223333:work",
                    "awsRegion": "eu-west-1",
                }
                for message in messages
            ]
        }
        failed = {each["itemIdentifier"] for each in handler(event, Context())["batchItemFailures"]}
        for message in messages:
            if message["MessageId"] not in failed:
                self.sqs.delete_message(QueueUrl=self.work, ReceiptHandle=message["ReceiptHandle"])
        return True


@pytest.fixture
def queues(aws: Emulator) -> Iterator[Queues]:
    sqs = aws.client("sqs")
    suffix = uuid.uuid4().hex[:8]
    dead = sqs.create_queue(QueueName=f"dead-{suffix}")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    redrive = {"deadLetterTargetArn": arn, "maxReceiveCount": str(RECEIVES)}
    work = sqs.create_queue(QueueName=f"work-{suffix}", Attributes={"RedrivePolicy": json.dumps(redrive)})
    yield Queues(sqs, work["QueueUrl"], dead)
    for url in (work["QueueUrl"], dead):
        sqs.delete_queue(QueueUrl=url)


def test_poison_ends_whole_in_the_dead_letter_queue(world: World, queues: Queues) -> None:
    data = terraform_state(1)
    world.product.use_cases.ingest_state.ingest(data, bucket=world.bucket, key="terraform.tfstate")
    key = "AWSLogs/111122223333/CloudTrail/eu-west-1/2025/01/15/mixed.json"
    world.upload(key, json.dumps({"Records": [call("e-2"), {"eventName": "X", "eventSource": "y"}]}).encode())
    poison = ["not json { ü", json.dumps(object_notification(world.bucket, key))]
    for body in (poison[0], json.dumps(call_event(call("e-1"))), poison[1]):
        queues.sqs.send_message(QueueUrl=queues.work, MessageBody=body)

    deliveries = 0
    while queues.deliver():
        deliveries += 1
        assert deliveries <= RECEIVES + 1

    assert sorted(queues.bodies(queues.dead)) == sorted(poison)
    assert queues.bodies(queues.work) == []
    assert {event.payload["cause"]["event_id"] for event in world.events("drift")} <= {"e-1", "e-2"}
    assert len(world.drifts()) == 1
