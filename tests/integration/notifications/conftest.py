"""The two functions over the emulator: feed, outbox, secrets, and a receiver on loopback."""

import json
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from handlers.deliver import handler as deliver
from handlers.notify import handler as notify
from handlers.notifying import notifying
from tests.support.lambda_events import Context, sqs_event
from tests.support.receiver import Receiver, receiver
from tests.support.tables import create_tables, delete_tables
from tfdrift.adapters.dynamodb import Table
from tfdrift.adapters.feed_dynamodb import DynamoFeedStore
from tfdrift.adapters.table_schema import DELIVERIES_TABLE, create_table_request
from tfdrift.demo.emulator import Emulator
from tfdrift.domain.notification import ToldEvent
from tfdrift.service.stream_ports import TRIM_HORIZON, CheckpointMove, FeedEntry

SHARD = "shard-1"


@dataclass
class Installation:
    """What the functions work on, and ways to set them going."""

    emulator: Emulator
    feed: DynamoFeedStore
    outbox: str
    deliveries: str
    receiver: Receiver
    clients: dict[str, Any]
    configure: Callable[..., None]
    committed: int = 0

    def secret(self, text: str) -> str:
        """Store a secret; return its ARN."""
        name = f"target-{uuid.uuid4().hex[:8]}"
        arn: str = self.clients["secretsmanager"].create_secret(Name=name, SecretString=text)["ARN"]
        return arn

    def commit(self, *events: ToldEvent | FeedEntry) -> dict[str, Any]:
        """Commit a batch to the feed; return the event that the table's stream invokes the function with."""
        head = self.feed.head() or self.feed.start("stream-1", [SHARD])
        old = str(self.committed) if self.committed else TRIM_HORIZON
        self.committed += 1
        entries = [each if isinstance(each, FeedEntry) else _entry(each) for each in events]
        head = self.feed.commit(head, entries, CheckpointMove(SHARD, old, str(self.committed)))
        keys = {"pk": {"S": f"FEED#{head.epoch}"}, "sk": {"S": f"{head.n:015d}#0000"}}
        other = {"pk": {"S": "HEAD"}, "sk": {"S": "HEAD"}}
        return {
            "Records": [
                {"eventName": "MODIFY", "dynamodb": {"Keys": other}},
                {"eventName": "INSERT", "dynamodb": {"Keys": other}},
                {"eventName": "INSERT", "dynamodb": {"Keys": keys}},
            ]
        }

    def notify(self, *events: ToldEvent | FeedEntry) -> dict[str, int]:
        """Commit a batch and have it announced."""
        return notify.handler(self.commit(*events), Context())

    def messages(self) -> list[str]:
        """Return the outbox's messages that may be delivered now, and remove them."""
        bodies: list[str] = []
        while True:
            answer = self.clients["sqs"].receive_message(QueueUrl=self.outbox, MaxNumberOfMessages=10)
            if not answer.get("Messages"):
                return bodies
            for message in answer["Messages"]:
                bodies.append(message["Body"])
                self.clients["sqs"].delete_message(
                    QueueUrl=self.outbox, ReceiptHandle=message["ReceiptHandle"]
                )

    def deliver(self, *bodies: str) -> list[str]:
        """Deliver messages, those of the outbox if none is given; return the failed ones' numbers."""
        given = bodies or tuple(self.messages())
        event = sqs_event(*given, ids=[str(number) for number in range(len(given))])
        answer = deliver.handler(event, Context()) if given else {"batchItemFailures": []}
        return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def _entry(event: ToldEvent) -> FeedEntry:
    return FeedEntry(event.event_id, event.type.value, json.dumps(event.payload), event.severity.value)


@pytest.fixture(scope="module")
def clients(emulator: Emulator) -> dict[str, Any]:
    """The emulator's clients by service."""
    return {name: emulator.client(name) for name in ("dynamodb", "sqs", "sns", "secretsmanager", "events")}


@pytest.fixture
def installation(
    aws: Emulator, clients: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Installation]:
    """An installation with a receiver, and no target before `configure` names some."""
    names = create_tables(clients["dynamodb"])
    deliveries = f"deliveries-{uuid.uuid4().hex[:8]}"
    clients["dynamodb"].create_table(**create_table_request(DELIVERIES_TABLE, deliveries))
    outbox = clients["sqs"].create_queue(QueueName=f"outbox-{uuid.uuid4().hex[:8]}")["QueueUrl"]
    environment = {
        "TFDRIFT_FEED_TABLE": names.feed,
        "TFDRIFT_DELIVERIES_TABLE": deliveries,
        "TFDRIFT_OUTBOX_URL": outbox,
        "TFDRIFT_DASHBOARD_URL": "https://drift.example.com",
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    def configure(*targets: dict[str, Any]) -> None:
        monkeypatch.setenv("TFDRIFT_NOTIFICATIONS", json.dumps(targets))
        notifying.cache_clear()

    configure()
    feed = DynamoFeedStore(Table(clients["dynamodb"], names.feed), timedelta(days=7))
    with receiver() as known:
        yield Installation(aws, feed, outbox, deliveries, known, clients, configure)
    notifying.cache_clear()
    delete_tables(clients["dynamodb"], names)
    clients["dynamodb"].delete_table(TableName=deliveries)
    clients["sqs"].delete_queue(QueueUrl=outbox)
