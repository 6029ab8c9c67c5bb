"""From a batch of the feed to each kind of receiver, once each, whatever comes twice or fails between."""

import json
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from handlers.notify import handler as notify
from tests.integration.notifications.conftest import Installation
from tests.support.lambda_events import Context
from tests.support.notifications import told_alert, told_drift
from tfdrift.adapters.notifications.feed_source import BatchMissing
from tfdrift.adapters.notifications.guarded import CIRCUITS, DELIVERIES
from tfdrift.adapters.notifications.webhook import SIGNATURE, signature
from tfdrift.domain.drift import Cause, DriftStatus, Severity
from tfdrift.service.stream_ports import GAP, FeedEntry

pytestmark = pytest.mark.emulator

KEY = "0123456789abcdef"


def slack(installation: Installation, **more: Any) -> dict[str, Any]:
    arn = installation.secret(installation.receiver.url)
    return {"kind": "slack", "name": f"chat-{uuid.uuid4().hex[:6]}", "secret_arn": arn, **more}


def test_what_one_call_caused_reaches_the_channel_as_one_message(installation: Installation) -> None:
    installation.configure(slack(installation))

    made = installation.notify(told_drift("ingress"), told_drift("egress"), told_drift(severity=Severity.LOW))
    assert installation.deliver() == []

    assert made == {"events": 3, "notifications": 1}
    (message,) = installation.receiver.bodies
    assert "2 changes" in message["text"]
    link = f"https://drift.example.com/drifts/{told_drift().payload['id']}"
    assert message["blocks"][-1]["text"]["text"] == f"<{link}|Open in TFDrift>"


def test_nothing_is_told_twice_though_all_is_delivered_twice(installation: Installation) -> None:
    installation.configure(slack(installation))
    event = installation.commit(told_drift())
    for _ in range(2):
        notify.handler(event, Context())
    messages = installation.messages()
    assert len(messages) == 2
    for _ in range(2):
        assert installation.deliver(*messages) == []

    assert len(installation.receiver.bodies) == 1


def test_each_target_gets_what_it_asked_for_in_its_own_format(installation: Installation) -> None:
    url = installation.receiver.url
    webhook = installation.secret(json.dumps({"url": url, "key": KEY}))
    installation.configure(
        slack(installation, severities=["critical"]),
        {"kind": "teams", "name": "teams", "secret_arn": installation.secret(url), "types": ["falco"]},
        {"kind": "pagerduty", "name": "pager", "secret_arn": installation.secret("r-key"), "endpoint": url},
        {"kind": "webhook", "name": "siem", "secret_arn": webhook, "types": ["drift"]},
    )

    installation.notify(told_drift(), told_alert(), told_drift("tags", status=DriftStatus.RESOLVED))
    assert installation.deliver() == []

    bodies = installation.receiver.bodies
    assert sum("attachments" in body for body in bodies) == 1
    actions = sorted(body["event_action"] for body in bodies if "event_action" in body)
    assert actions == ["resolve", "trigger", "trigger"]
    (signed,) = [n for n, body in enumerate(bodies) if "events" in body]
    assert [event["type"] for event in bodies[signed]["events"]] == ["drift", "drift"]
    header = installation.receiver.headers[signed][SIGNATURE]
    body = json.dumps(bodies[signed], separators=(",", ":")).encode()
    assert header == signature(body, KEY, int(header.partition("=")[2].partition(",")[0]))
    assert len(bodies) == 5


def test_topic_and_bus_get_the_events_whole(installation: Installation) -> None:
    sns, sqs, events = (installation.clients[name] for name in ("sns", "sqs", "events"))
    suffix = uuid.uuid4().hex[:6]
    topic = sns.create_topic(Name=f"topic-{suffix}")["TopicArn"]
    bus = events.create_event_bus(Name=f"bus-{suffix}")["EventBusArn"]
    queues = [sqs.create_queue(QueueName=f"{kind}-{suffix}")["QueueUrl"] for kind in ("topic", "bus")]
    arns = [
        sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        for url in queues
    ]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arns[0])
    events.put_rule(
        Name="all", EventBusName=f"bus-{suffix}", EventPattern=json.dumps({"source": ["tfdrift"]})
    )
    events.put_targets(Rule="all", EventBusName=f"bus-{suffix}", Targets=[{"Id": "q", "Arn": arns[1]}])
    installation.configure(
        {"kind": "sns", "name": "topic", "topic_arn": topic},
        {"kind": "event_bus", "name": "bus", "bus_arn": bus},
    )

    installation.notify(told_drift(), *(told_drift(f"attribute_{n}") for n in range(14)))
    assert installation.deliver() == []

    def received(url: str) -> list[Any]:
        found = []
        wanted = {"QueueUrl": url, "MaxNumberOfMessages": 10, "WaitTimeSeconds": 1}
        while answer := sqs.receive_message(**wanted).get("Messages"):
            for message in answer:
                found.append(json.loads(message["Body"]))
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return found

    (published,) = received(queues[0])
    assert len(json.loads(published["Message"])["events"]) == 15
    put = received(queues[1])
    assert {event["detail-type"] for event in put} == {"TFDrift Drift"}
    assert len({event["detail"]["event_id"] for event in put}) == 15


def test_a_receiver_that_asks_to_come_back_later_is_asked_later(installation: Installation) -> None:
    installation.configure(slack(installation))
    installation.receiver.answers = [(429, {"Retry-After": "1"})]
    installation.notify(told_drift())
    assert installation.deliver() == []
    assert installation.messages() == []

    deadline = datetime.now(UTC) + timedelta(seconds=20)
    while not (messages := installation.messages()):
        assert datetime.now(UTC) < deadline
    assert installation.deliver(*messages) == []
    assert len(installation.receiver.bodies) == 2


def test_a_failure_is_the_queue_s_to_repeat_and_then_it_arrives_once(installation: Installation) -> None:
    installation.configure(slack(installation))
    installation.receiver.answers = [(500, {})]
    installation.notify(told_drift())
    messages = installation.messages()

    assert installation.deliver(*messages) == ["0"]
    assert installation.deliver(*messages) == []
    assert installation.deliver(*messages) == []
    assert len(installation.receiver.bodies) == 2


def test_a_refusal_and_a_foreign_message_end_as_dead_letters(
    installation: Installation, caplog: pytest.LogCaptureFixture
) -> None:
    installation.configure(slack(installation))
    installation.receiver.answers = [(404, {})]
    installation.notify(told_drift())

    assert installation.deliver(*installation.messages(), '{"no": "errand"}') == ["0", "1"]
    log = "".join(str(vars(record)) for record in caplog.records)
    assert "answered 404" in log
    assert installation.receiver.url not in log


def test_a_receiver_that_fails_again_and_again_is_left_alone(installation: Installation) -> None:
    installation.configure(slack(installation))
    installation.receiver.answers = [(503, {})] * 50
    for n in range(8):
        installation.notify(told_drift(resource_id=f"sg-{n}", cause=cause(n)))
    failed = installation.deliver()

    assert len(failed) == 5
    assert len(installation.receiver.bodies) == 5
    kept = installation.clients["dynamodb"].query(
        TableName=installation.deliveries,
        KeyConditionExpression="pk = :circuits",
        ExpressionAttributeValues={":circuits": {"S": CIRCUITS}},
    )["Items"]
    assert [item["state"]["S"] for item in kept] == ["OPEN"]


def test_what_is_not_loud_waits_for_the_end_of_the_quiet_hours(installation: Installation) -> None:
    quiet = {"start": "00:00", "end": "00:00", "zone": "UTC"}
    installation.configure(slack(installation, quiet_hours=quiet))
    installation.notify(told_drift(), told_drift("tags", severity=Severity.CRITICAL, cause=cause(1)))
    messages = installation.messages()
    waiting = [message for message in messages if json.loads(message)["not_before"]]
    assert installation.deliver(*messages) == []

    assert len(waiting) == 1
    assert [body["text"].partition(":")[0] for body in installation.receiver.bodies] == ["critical"]


def test_a_gap_is_no_event_and_a_batch_that_is_gone_is_said_to_be_gone(installation: Installation) -> None:
    installation.configure(slack(installation))
    assert installation.notify(FeedEntry("gap-1", GAP, "{}")) == {"events": 0, "notifications": 0}
    event = installation.commit(told_drift())
    keys = event["Records"][2]["dynamodb"]["Keys"]
    installation.clients["dynamodb"].delete_item(TableName=installation.feed.table.name, Key=keys)
    with pytest.raises(BatchMissing, match="no batch 2"):
        notify.handler(event, Context())


def test_what_was_delivered_is_remembered_without_its_content(installation: Installation) -> None:
    installation.configure(slack(installation))
    installation.notify(told_drift(new_value="a planted secret"))
    installation.deliver()
    items = installation.clients["dynamodb"].query(
        TableName=installation.deliveries,
        KeyConditionExpression="pk = :deliveries",
        ExpressionAttributeValues={":deliveries": {"S": DELIVERIES}},
    )["Items"]
    assert len(items) == 1
    assert "expires_at" in items[0]
    assert "planted" not in json.dumps(items)


def cause(number: int) -> Cause:
    """Return a cause of its own, so that drifts are told apart."""
    return Cause(f"call-{number}", "ec2.amazonaws.com", "AuthorizeSecurityGroupIngress")
