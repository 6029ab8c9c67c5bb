"""Notifications of drifts through the deployed path, to each kind of target: once, grouped, or kept whole."""

import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import pytest

from tests.support.changed_resources import (
    closed_again,
    function,
    opened_to_the_world,
    reconfigured,
    security_group,
    state_of,
)
from tests.support.deployments import (
    Deployed,
    assert_all_else_is_as_synthesised,
    deployed,
    eventually,
    left_out,
)
from tests.support.receiver import Receiver, receiver
from tests.support.streaming_process import StreamingProcess, streaming_process
from tfdrift.demo.deploy import assemble
from tfdrift.demo.emulator import running_emulator
from tfdrift.demo.emulator_clients import EmulatorClients

pytestmark = [pytest.mark.emulator, pytest.mark.timeout(400)]

ACCOUNT, REGION = "111122223333", "us-east-1"
OWNER = f"{REGION}:000000000000"
FIRST, SECOND, THIRD = (f"sg-0a1b2c3d4e5f6071{n}" for n in range(3))
KEY = "0123456789abcdef0123456789abcdef"
ROUTING_KEY = "an integration key of 32 letters"
POSTED = ("slack", "teams", "pagerduty", "webhook")
RULES = """
[[rule]]
severity = "high"
reason = "what a function is given costs money"
types = ["aws_lambda_function"]
attributes = ["memory_size", "timeout"]

[[rule]]
severity = "low"
reason = "words"
types = ["aws_lambda_function"]
attributes = ["description"]
"""
# A secret of this name answers to its ARN without the random end, too.
SECRETS = {kind: f"tfdrift-{kind}-AbCdEf" for kind in POSTED}
TARGETS: list[dict[str, Any]] = [
    *(
        {"kind": kind, "name": kind, "secret_arn": f"arn:aws:secretsmanager:{OWNER}:secret:{SECRETS[kind]}"}
        for kind in POSTED
    ),
    {"kind": "sns", "name": "mail", "topic_arn": f"arn:aws:sns:{OWNER}:drift"},
    {"kind": "event_bus", "name": "bus", "bus_arn": f"arn:aws:events:{OWNER}:event-bus/drift"},
]


@dataclass(frozen=True, slots=True)
class Listeners:
    """Who is told: receivers on loopback by kind, and queues of what comes over topic and bus."""

    receivers: dict[str, Receiver]
    topic_queue: str
    bus_queue: str


@dataclass(frozen=True, slots=True)
class Told:
    """The deployment, and who is told."""

    stacks: Deployed
    listeners: Listeners

    def bodies(self, kind: str) -> list[Any]:
        """Return what a receiver was sent."""
        return self.listeners.receivers[kind].bodies

    def queued(self, url: str) -> list[Any]:
        """Return a queue's messages, and remove them."""
        sqs, found = self.stacks.clients("sqs"), []
        while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                found.append(json.loads(message["Body"]))
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return found

    def is_at_rest(self) -> bool:
        """Whether the outbox holds nothing that is still to be delivered."""
        states = ("", "NotVisible", "Delayed")
        names = [f"ApproximateNumberOfMessages{state}" for state in states]
        answer = self.stacks.clients("sqs").get_queue_attributes(
            QueueUrl=self.stacks.outputs["OutboxUrl"], AttributeNames=names
        )
        return all(answer["Attributes"][name] == "0" for name in names)

    def change(self, *records: dict[str, Any], drifts: int) -> None:
        """Have calls happen, each told of twice, and wait until so many drifts are open."""
        for record in records * 2:
            self.stacks.put_record(record)
        eventually(lambda: len(self.stacks.items("/api/v1/drifts", status="open")) == drifts)


@pytest.fixture(scope="module")
def listeners(emulator_of_ones_own: EmulatorClients) -> Iterator[Listeners]:
    """Who is told, with what the targets' secrets say."""
    clients = emulator_of_ones_own
    with ExitStack() as context:
        receivers = {kind: context.enter_context(receiver()) for kind in POSTED}
        texts = {
            "slack": receivers["slack"].url,
            "teams": receivers["teams"].url,
            "pagerduty": ROUTING_KEY,
            "webhook": json.dumps({"url": receivers["webhook"].url, "key": KEY}),
        }
        for kind, text in texts.items():
            clients("secretsmanager").create_secret(Name=SECRETS[kind], SecretString=text)
        yield Listeners(receivers, _topic_queue(clients), _bus_queue(clients))


def _queue(clients: EmulatorClients, name: str) -> tuple[str, str]:
    """Make a queue; returns its URL and its ARN."""
    sqs = clients("sqs")
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
    return url, attributes["QueueArn"]


def _topic_queue(clients: EmulatorClients) -> str:
    url, arn = _queue(clients, "mails")
    topic = clients("sns").create_topic(Name="drift")["TopicArn"]
    clients("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    return url


def _bus_queue(clients: EmulatorClients) -> str:
    url, arn = _queue(clients, "own-events")
    events = clients("events")
    events.create_event_bus(Name="drift")
    pattern = json.dumps({"source": ["tfdrift"], "detail-type": ["TFDrift Drift"]})
    events.put_rule(Name="drifts", EventBusName="drift", EventPattern=pattern)
    events.put_targets(Rule="drifts", EventBusName="drift", Targets=[{"Id": "queue", "Arn": arn}])
    return url


@pytest.fixture(scope="module")
def emulator_of_ones_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmulatorClients]:
    """Clients of an emulator that holds nothing else."""
    with (
        running_emulator(tmp_path_factory.mktemp("emulator")) as emulator,
        EmulatorClients(emulator) as clients,
    ):
        yield clients


@pytest.fixture(scope="module")
def told(emulator_of_ones_own: EmulatorClients, listeners: Listeners) -> Told:
    """The deployment, with states of what is changed; nobody follows its stream yet."""
    clients = emulator_of_ones_own
    assembly = assemble(
        clients.emulator,
        "notifications",
        notifications=TARGETS,
        severity_rules=RULES,
        dashboard_url="https://drift.example.com",
    )
    stacks = deployed(clients.emulator, clients, assembly)
    # PagerDuty's address is one for all, and a receiver's here.
    deliver = stacks.outputs["DeliverFunctionName"]
    known = stacks.variables(deliver)["TFDRIFT_NOTIFICATIONS"]
    targets = [
        {**target, "endpoint": listeners.receivers["pagerduty"].url}
        if target["kind"] == "pagerduty"
        else target
        for target in json.loads(known)
    ]
    stacks.point(deliver, TFDRIFT_NOTIFICATIONS=json.dumps(targets))
    groups = [
        security_group(ACCOUNT, REGION, group, f"group-{number}")
        for number, group in enumerate((FIRST, SECOND, THIRD))
    ]
    lineage = "3f2b8a60-0000-4000-8000-000000000001"
    state = state_of(*groups, function(ACCOUNT, REGION, "orders"), lineage=lineage)
    stacks.put_states({"team/terraform.tfstate": state}, resources=4)
    return Told(stacks, listeners)


@pytest.fixture(scope="module")
def first_batch(told: Told, tmp_path_factory: pytest.TempPathFactory) -> Iterator[StreamingProcess]:
    """The streaming process, which finds three calls' drifts waiting and commits them together."""
    told.change(
        opened_to_the_world(ACCOUNT, REGION, FIRST),
        reconfigured(ACCOUNT, REGION, "orders", memorySize=1024, timeout=60),
        reconfigured(ACCOUNT, REGION, "orders", description="takes all orders"),
        drifts=4,
    )
    folder = tmp_path_factory.mktemp("container")
    environment = told.stacks.container_environment()
    with streaming_process(told.stacks.emulator, told.stacks.tables, folder, environment) as running:
        eventually(lambda: len(told.bodies("pagerduty")) >= 3)
        eventually(told.is_at_rest)
        yield running


@pytest.fixture
def impatient(told: Told, first_batch: StreamingProcess) -> None:
    """Have the outbox give back what failed after two seconds, where six minutes are too long for a test.

    The functions are warm by then, so that nothing is given back while it is being delivered.
    """
    assert first_batch.process.poll() is None
    told.stacks.clients("sqs").set_queue_attributes(
        QueueUrl=told.stacks.outputs["OutboxUrl"], Attributes={"VisibilityTimeout": "2"}
    )


def test_exactly_this_is_left_out(told: Told) -> None:
    assert left_out(told.stacks.assembly) == {
        "tfdrift-data": [],
        "tfdrift-ingest": ["AWS::CloudTrail::Trail"],
        "tfdrift-notify": [],
        "tfdrift-stream": [
            "AWS::EC2::FlowLog",
            "AWS::EC2::SecurityGroupEgress",
            "AWS::EC2::SecurityGroupIngress",
            "AWS_ENDPOINT_URL_DYNAMODB_STREAMS",
        ],
    }
    assert_all_else_is_as_synthesised(told.stacks.assembly)


@pytest.mark.usefixtures("first_batch")
def test_each_target_is_told_once_and_together_what_one_call_caused(told: Told) -> None:
    for kind in ("slack", "teams"):
        texts = sorted(json.dumps(body) for body in told.bodies(kind))
        assert len(texts) == 2, texts
        assert sum("1024" in text and "timeout" in text for text in texts) == 1, texts
        assert sum("ingress" in text for text in texts) == 1
    assert sorted(len(body["events"]) for body in told.bodies("webhook")) == [1, 2]
    # An incident ends with its drift, so that each is one of its own.
    assert [body["event_action"] for body in told.bodies("pagerduty")] == ["trigger"] * 3
    assert {body["routing_key"] for body in told.bodies("pagerduty")} == {ROUTING_KEY}
    assert len({body["dedup_key"] for body in told.bodies("pagerduty")}) == 3


@pytest.mark.usefixtures("first_batch")
def test_what_is_below_the_threshold_is_told_to_nobody_but_the_bus(told: Told) -> None:
    for kind in POSTED:
        assert "takes all orders" not in json.dumps(told.bodies(kind))
    mails = [json.loads(message["Message"]) for message in told.queued(told.listeners.topic_queue)]
    assert sorted(len(mail["events"]) for mail in mails) == [1, 2]
    put = told.queued(told.listeners.bus_queue)
    attributes = sorted(event["detail"]["attribute"] for event in put)
    assert attributes == ["description", "ingress", "memory_size", "timeout"]
    assert len({event["detail"]["event_id"] for event in put}) == 4


@pytest.mark.usefixtures("first_batch")
def test_a_receiver_can_tell_that_tfdrift_sent_it_and_when(told: Told) -> None:
    sent = told.listeners.receivers["webhook"]
    for raw, headers in zip(sent.raw, sent.headers, strict=True):
        parts = dict(part.split("=", 1) for part in headers["x-tfdrift-signature"].split(","))
        signed = parts["t"].encode() + b"." + raw
        assert parts["v1"] == hmac.new(KEY.encode(), signed, hashlib.sha256).hexdigest()
        assert abs(time.time() - int(parts["t"])) < 300
    assert len({headers["x-tfdrift-delivery"] for headers in sent.headers}) == 2


@pytest.mark.usefixtures("first_batch")
def test_links_lead_to_the_drift(told: Told) -> None:
    drifts = {drift["id"] for drift in told.stacks.items("/api/v1/drifts", severity="critical")}
    links = {body["client_url"] for body in told.bodies("pagerduty") if "ingress" in json.dumps(body)}
    assert links == {f"https://drift.example.com/drifts/{drift}" for drift in drifts}


@pytest.mark.usefixtures("first_batch")
def test_the_end_of_a_drift_ends_its_incident_and_is_no_news_in_the_channel(told: Told) -> None:
    # Given what was told so far
    before = {kind: len(told.bodies(kind)) for kind in POSTED}
    (opened,) = (body for body in told.bodies("pagerduty") if "ingress" in json.dumps(body))
    # When the rule is taken away again, while the stream is followed
    told.change(closed_again(ACCOUNT, REGION, FIRST), drifts=3)
    eventually(lambda: len(told.bodies("webhook")) > before["webhook"])
    eventually(lambda: len(told.bodies("pagerduty")) > before["pagerduty"])
    eventually(told.is_at_rest)
    # Then its incident is over, and Slack and Teams, who want what is open, hear nothing
    ended = told.bodies("pagerduty")[before["pagerduty"] :]
    assert [(body["event_action"], body["dedup_key"]) for body in ended] == [("resolve", opened["dedup_key"])]
    assert {kind: len(told.bodies(kind)) - before[kind] for kind in POSTED} == {
        "slack": 0,
        "teams": 0,
        "pagerduty": 1,
        "webhook": 1,
    }


@pytest.mark.usefixtures("impatient")
def test_a_receiver_that_fails_for_a_while_has_it_once_in_the_end(told: Told) -> None:
    # Given receivers of which one fails, then asks to come back, and then takes it
    before = {kind: len(told.bodies(kind)) for kind in POSTED}
    told.listeners.receivers["slack"].answers = [(500, {}), (503, {}), (429, {"Retry-After": "1"})]
    # When a drift is to be told
    told.change(opened_to_the_world(ACCOUNT, REGION, SECOND), drifts=4)
    eventually(lambda: len(told.bodies("slack")) >= before["slack"] + 4)
    eventually(told.is_at_rest)
    # Then it was tried until it was taken, with the same body, and the others were told once
    tried = told.bodies("slack")[before["slack"] :]
    assert len(tried) == 4
    assert all(body == tried[0] for body in tried)
    told_others = {kind: len(told.bodies(kind)) - before[kind] for kind in POSTED if kind != "slack"}
    assert told_others == {"teams": 1, "pagerduty": 1, "webhook": 1}
    assert told.queued(told.stacks.outputs["OutboxDeadLettersUrl"]) == []


@pytest.mark.usefixtures("impatient")
def test_what_a_receiver_will_never_take_is_kept_whole_and_told_once_it_is_mended(told: Told) -> None:
    # Given a receiver whose address is gone
    before = {kind: len(told.bodies(kind)) for kind in POSTED}
    told.listeners.receivers["webhook"].answers = [(404, {})] * 50
    # When a drift is to be told
    told.change(opened_to_the_world(ACCOUNT, REGION, THIRD), drifts=5)
    eventually(lambda: dead_letters(told))
    eventually(told.is_at_rest)
    # Then it is among the dead letters with all that was to be told, and the others were told
    (letter,) = dead_letters(told)
    assert letter["target"] == "webhook"
    (event,) = letter["events"]
    (drift,) = (
        found for found in told.stacks.items("/api/v1/drifts", status="open") if found["resource_id"] == THIRD
    )
    assert event["payload"]["id"] == drift["id"]
    assert event["payload"]["new_value"] == drift["new_value"]
    assert {kind: len(told.bodies(kind)) - before[kind] for kind in POSTED if kind != "webhook"} == {
        "slack": 1,
        "teams": 1,
        "pagerduty": 1,
    }
    # When the receiver is mended and the queue is redriven
    told.listeners.receivers["webhook"].answers = []
    refused = len(told.bodies("webhook"))
    redrive(told)
    # Then it is told, once
    eventually(lambda: len(told.bodies("webhook")) > refused)
    eventually(told.is_at_rest)
    assert [body["events"][0]["event_id"] for body in told.bodies("webhook")[refused:]] == [event["event_id"]]
    assert dead_letters(told) == []


def redrive(told: Told) -> None:
    """Move the dead letters back, message by message: the emulator does not know the call that does it."""
    letters, outbox = told.stacks.outputs["OutboxDeadLettersUrl"], told.stacks.outputs["OutboxUrl"]
    sqs = told.stacks.clients("sqs")
    while messages := sqs.receive_message(QueueUrl=letters, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            sqs.send_message(QueueUrl=outbox, MessageBody=message["Body"])
            sqs.delete_message(QueueUrl=letters, ReceiptHandle=message["ReceiptHandle"])


def dead_letters(told: Told) -> list[Any]:
    """Return what could not be delivered, and leave it there."""
    url, sqs = told.stacks.outputs["OutboxDeadLettersUrl"], told.stacks.clients("sqs")
    found = []
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=30).get(
        "Messages"
    ):
        found += messages
    for message in found:
        sqs.change_message_visibility(
            QueueUrl=url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0
        )
    return [json.loads(message["Body"]) for message in found]


@pytest.mark.usefixtures("first_batch")
def test_every_batch_could_be_announced(told: Told) -> None:
    assert told.queued(told.stacks.outputs["NotifyDeadLettersUrl"]) == []
