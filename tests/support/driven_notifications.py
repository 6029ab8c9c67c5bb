"""Drives the functions that tell people: batches of the feed, deliveries once, twice, refused, put off."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from tests.support.installation import Installation
from tests.support.lambda_events import Context, sqs_event
from tests.support.notifications import told_drift
from tests.support.receiver import Receiver, receiver
from tfdrift.adapters.dynamodb import Table
from tfdrift.adapters.feed_dynamodb import DynamoFeedStore
from tfdrift.domain.drift import Severity
from tfdrift.service.stream_ports import TRIM_HORIZON, CheckpointMove, FeedEntry

# One more than a receiver may fail before it is left alone.
FAILURES = 6


@contextmanager
def notified_targets(installation: Installation, targets: list[dict[str, Any]]) -> Iterator[Receiver]:
    """Make what targets name in the emulator: secrets that lead to a receiver, topics, buses."""
    with receiver() as known:
        for target in targets:
            if arn := target.get("secret_arn"):
                installation.make_secret(arn, known.url)
            elif arn := target.get("topic_arn"):
                made = installation.clients["sns"].create_topic(Name=arn.rpartition(":")[2])
                installation.aliases[arn] = made["TopicArn"]
            elif arn := target.get("bus_arn"):
                made = installation.clients["events"].create_event_bus(Name=arn.rpartition("/")[2])
                installation.aliases[arn] = made["EventBusArn"]
        yield known


def committed_batch(installation: Installation, feed_table: str) -> dict[str, Any]:
    """Commit a batch to the feed; return the event that the table's stream invokes the function with."""
    feed = DynamoFeedStore(Table(installation.clients["dynamodb"], feed_table), timedelta(days=7))
    head = feed.start("stream-1", ["shard-1"])
    told = [told_drift(severity=Severity.CRITICAL), *(told_drift(f"attribute_{n}") for n in range(FAILURES))]
    entries = [
        FeedEntry(each.event_id, each.type.value, json.dumps(each.payload), each.severity.value)
        for each in told
    ]
    head = feed.commit(head, entries, CheckpointMove("shard-1", TRIM_HORIZON, "1"))
    keys = {"pk": {"S": f"FEED#{head.epoch}"}, "sk": {"S": f"{head.n:015d}#0000"}}
    return {"Records": [{"eventName": "INSERT", "dynamodb": {"Keys": keys}}]}


def announce(batch: dict[str, Any]) -> None:
    """Have a batch announced."""
    from handlers.notify.handler import handler

    assert handler(batch, Context())["notifications"]


def deliver(installation: Installation, outbox: str, known: Receiver) -> None:
    """Have the outbox delivered: put off, failed until the receiver is left alone, done, done twice."""
    from handlers.deliver.handler import handler

    answer = installation.clients["sqs"].receive_message(QueueUrl=outbox, MaxNumberOfMessages=10)
    bodies = [message["Body"] for message in answer["Messages"]]
    assert bodies
    for number, status in enumerate((429, 404, 200, 200, *([500] * FAILURES), 200)):
        known.answers = [(status, {"Retry-After": "1"})] * len(bodies)
        copies = [json.loads(body) for body in bodies]
        if status != 200:
            for copy in copies:
                copy["events"][0]["event_id"] += f"-{number}"
        handler(sqs_event(*copies), Context())
