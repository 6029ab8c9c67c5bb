"""An organisation's deployment away from us-east-1: members' calls over the central bus, each one's view."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.support.changed_resources import opened_to_the_world, security_group, state_of
from tests.support.deployments import (
    CALL,
    Deployed,
    assert_all_else_is_as_synthesised,
    deployed,
    eventually,
    left_out,
)
from tfdrift.demo.assembly import AssembledStack, stacks
from tfdrift.demo.deploy import RECORD_SOURCE, assemble, create_stack
from tfdrift.demo.emulator import Emulator, running_emulator
from tfdrift.demo.emulator_clients import EmulatorClients
from tfdrift.demo.emulator_gaps import adapt

pytestmark = [pytest.mark.emulator, pytest.mark.timeout(400)]

HOME, GLOBAL = "eu-central-1", "us-east-1"
ORGANISATION = "o-a1b2c3d4e5"
# A resource of its own for each account and region, all in one bucket of states.
FIRST = ("111122223333", "eu-west-1", "sg-0a1b2c3d4e5f60711")
SECOND = ("444455556666", "us-east-1", "sg-0a1b2c3d4e5f60722")
THIRD = ("777788889999", "eu-central-1", "sg-0a1b2c3d4e5f60733")
MEMBERS = (FIRST, SECOND, THIRD)
# Whose bucket is told of from the emulator's own account, since its buses know no other.
MEMBER, MEMBERS_STATES = "000000000000", "states-of-payments"
RESOURCES = "/api/v1/state/resources"


@dataclass(frozen=True, slots=True)
class Organisation:
    """The deployment, and a queue that sees all that the central bus is given."""

    stacks: Deployed
    seen: str

    @property
    def bus(self) -> str:
        """The central bus's ARN."""
        return self.stacks.outputs["CentralBusArn"]

    def seen_on_bus(self) -> list[str]:
        """Return the ids of the calls that the central bus was given, and forget them."""
        sqs, found = self.stacks.clients("sqs"), []
        while messages := sqs.receive_message(QueueUrl=self.seen, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                found.append(json.loads(message["Body"])["detail"]["eventID"])
                sqs.delete_message(QueueUrl=self.seen, ReceiptHandle=message["ReceiptHandle"])
        return found

    def drifts(self, **query: str) -> list[tuple[str, str, str]]:
        """Return account, region and resource of each drift of a listing."""
        found = self.stacks.items("/api/v1/drifts", **query)
        return sorted((drift["account_id"], drift["region"], drift["resource_id"]) for drift in found)


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """An emulator that holds nothing else."""
    with running_emulator(tmp_path_factory.mktemp("emulator")) as running:
        yield running


@pytest.fixture(scope="module")
def organisation(emulator: Emulator) -> Iterator[Organisation]:
    """The deployment, with a state of each member's."""
    with EmulatorClients(emulator, HOME) as clients:
        assembly = assemble(
            emulator,
            "organisation",
            region=HOME,
            organization_id=ORGANISATION,
            own_key=True,
            most_tasks=6,
            record_sources=[],
            member_states=[{"bucket": MEMBERS_STATES, "account": MEMBER}],
        )
        home = deployed(emulator, clients, assembly, HOME)
        states = {
            f"{account}/terraform.tfstate": state_of(
                security_group(account, region, group, "web"),
                lineage=f"3f2b8a60-0000-4000-8000-00000000000{number}",
            )
            for number, (account, region, group) in enumerate(MEMBERS)
        }
        home.put_states(states, resources=len(MEMBERS))
        yield Organisation(home, _watched(clients))


@pytest.fixture(scope="module")
def forwarder(organisation: Organisation) -> str:
    """The forwarder's template, as the command prints it."""
    command = [sys.executable, "-m", "infra.forwarder", organisation.bus]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def _watched(clients: EmulatorClients) -> str:
    """Return the URL of a queue for all that comes to the central bus, beside the product's own."""
    sqs, events = clients("sqs"), clients("events")
    url: str = sqs.create_queue(QueueName="seen")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    pattern = json.dumps({"detail-type": [CALL]})
    events.put_rule(Name="seen", EventBusName="tfdrift", EventPattern=pattern)
    events.put_targets(Rule="seen", EventBusName="tfdrift", Targets=[{"Id": "queue", "Arn": arn}])
    return url


def test_exactly_this_is_left_out(organisation: Organisation) -> None:
    assert left_out(organisation.stacks.assembly) == {
        "tfdrift-data": [],
        "tfdrift-global-services": [],
        "tfdrift-ingest": ["AWS::CloudTrail::Trail", "AWS::Events::EventBusPolicy"],
        "tfdrift-stream": [
            "AWS::ApplicationAutoScaling::ScalableTarget",
            "AWS::ApplicationAutoScaling::ScalingPolicy",
            "AWS::ApplicationAutoScaling::ScalingPolicy",
            "AWS::EC2::FlowLog",
            "AWS::EC2::SecurityGroupEgress",
            "AWS::EC2::SecurityGroupIngress",
            "AWS_ENDPOINT_URL_DYNAMODB_STREAMS",
        ],
    }
    assert_all_else_is_as_synthesised(organisation.stacks.assembly)


def test_only_accounts_of_the_organisation_may_put_events_on_the_bus(organisation: Organisation) -> None:
    bus = organisation.stacks.clients("events").describe_event_bus(Name="tfdrift")
    (statement,) = json.loads(bus["Policy"])["Statement"]
    assert bus["Arn"] == organisation.bus
    assert (statement["Effect"], statement["Action"]) == ("Allow", "events:PutEvents")
    assert statement["Resource"] == organisation.bus
    assert statement["Condition"] == {
        "Type": "StringEquals",
        "Key": "aws:PrincipalOrgID",
        "Value": ORGANISATION,
    }


def test_the_tables_have_a_key_of_their_own_that_is_rotated(organisation: Organisation) -> None:
    clients = organisation.stacks.clients
    (key,) = clients("kms").list_keys()["Keys"]
    assert clients("kms").get_key_rotation_status(KeyId=key["KeyId"])["KeyRotationEnabled"]
    found = organisation.stacks.deployment
    for table in (found.events_table, found.state_table, found.feed_table):
        encryption = clients("dynamodb").describe_table(TableName=table)["Table"]["SSEDescription"]
        assert (encryption["SSEType"], encryption["KMSMasterKeyArn"]) == ("KMS", key["KeyId"])


def test_the_rules_as_synthesised_take_what_aws_tells_and_nothing_that_anybody_may_claim(
    organisation: Organisation,
) -> None:
    # Given the event patterns of bus and forwarders, which only the emulator's are wider than
    patterns = [
        resource["Properties"]["EventPattern"]
        for stack in stacks(organisation.stacks.assembly)
        for name, resource in _resources(stack.template).items()
        if name in adapt(stack.template, RECORD_SOURCE).widened
    ]
    assert len(patterns) == 3
    # When the emulator's EventBridge is asked whom they fit
    said = {"id": "1", "detail-type": CALL, "account": FIRST[0], "time": "2025-01-15T10:00:00Z"}
    for pattern in patterns:
        fits = [
            organisation.stacks.clients("events").test_event_pattern(
                EventPattern=json.dumps(pattern),
                Event=json.dumps({**said, "source": source, "region": HOME, "resources": [], "detail": {}}),
            )["Result"]
            for source in ("aws.ec2", "aws.iam", "somebody.else", "my.aws.ec2")
        ]
        # Then it is AWS
        assert fits == [True, True, False, False]


def _resources(template: Any) -> dict[str, Any]:
    return dict(template["Resources"])


def test_a_members_call_on_the_central_bus_becomes_a_drift_of_its_account_and_region(
    organisation: Organisation,
) -> None:
    # Given a record as a member's forwarder hands it on
    record = opened_to_the_world(*FIRST)
    # When it comes to the central bus, twice
    for _ in range(2):
        organisation.stacks.put_record(record, organisation.bus)
    # Then there is one drift, the member's
    eventually(lambda: organisation.drifts(account_id=FIRST[0]))
    assert organisation.drifts(account_id=FIRST[0]) == [FIRST]
    assert set(organisation.seen_on_bus()) == {record["eventID"]}


@pytest.fixture(scope="module")
def beside(organisation: Organisation, emulator: Emulator, forwarder: str) -> None:
    """The forwarder as a StackSet would make it, beside the bus: the emulator's buses know no place else."""
    stack = AssembledStack("forwarder", json.loads(forwarder), ())
    create_stack(emulator, organisation.stacks.clients, stack, HOME, StateBucketNames=MEMBERS_STATES)


@pytest.mark.usefixtures("beside")
def test_a_members_forwarder_hands_on_what_its_account_tells(organisation: Organisation) -> None:
    # Given a central bus that has seen nothing
    organisation.seen_on_bus()
    # When a call is told of on the account's own bus
    record = opened_to_the_world(*SECOND)
    organisation.stacks.put_record(record)
    # Then it came over the central bus, and is one drift, though the account's own rule took it, too
    eventually(lambda: organisation.drifts(account_id=SECOND[0]))
    assert organisation.seen_on_bus() == [record["eventID"]]
    assert organisation.drifts(account_id=SECOND[0]) == [SECOND]


@pytest.mark.usefixtures("beside")
def test_a_members_state_is_read_where_it_is(organisation: Organisation) -> None:
    # Given a member's bucket that tells EventBridge of its objects
    s3 = organisation.stacks.clients("s3")
    s3.create_bucket(Bucket=MEMBERS_STATES, CreateBucketConfiguration={"LocationConstraint": HOME})
    s3.put_bucket_notification_configuration(
        Bucket=MEMBERS_STATES, NotificationConfiguration={"EventBridgeConfiguration": {}}
    )
    known = len(organisation.stacks.items(RESOURCES))
    # When Terraform writes a state there
    group = security_group(MEMBER, HOME, "sg-0a1b2c3d4e5f60744", "theirs")
    state = state_of(group, lineage="3f2b8a60-0000-4000-8000-000000000009")
    s3.put_object(Bucket=MEMBERS_STATES, Key="theirs/terraform.tfstate", Body=state)
    # Then its resource is known as the member's
    eventually(lambda: len(organisation.stacks.items(RESOURCES)) > known)
    (found,) = (
        resource
        for resource in organisation.stacks.items(RESOURCES)
        if resource["address"] == "aws_security_group.theirs"
    )
    assert (found["account_id"], found["region"]) == (MEMBER, HOME)
    assert found["state"]["bucket"] == MEMBERS_STATES


def test_the_forwarders_template_is_made_in_a_members_account_as_it_is(
    organisation: Organisation, emulator: Emulator, forwarder: str
) -> None:
    # Given a member's account that nobody bootstrapped
    account, region, _ = FIRST
    with EmulatorClients(emulator, region, account) as member:
        # When the template is given to CloudFormation, without bucket or parameter
        cloudformation = member("cloudformation")
        cloudformation.create_stack(
            StackName="tfdrift-forwarder",
            TemplateBody=forwarder,
            Capabilities=["CAPABILITY_IAM"],
        )
        cloudformation.get_waiter("stack_create_complete").wait(
            StackName="tfdrift-forwarder", WaiterConfig={"Delay": 0.1, "MaxAttempts": 600}
        )
        # Then its rules hand on to the central bus alone, by a role of its own, and keep what they cannot
        events = member("events")
        rules = events.list_rules()["Rules"]
        assert [rule["State"] for rule in rules if CALL in rule["EventPattern"]] == ["ENABLED"]
        (queue,) = member("sqs").list_queues()["QueueUrls"]
        kept = member("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
        for rule in rules:
            (target,) = events.list_targets_by_rule(Rule=rule["Name"])["Targets"]
            assert target["Arn"] == organisation.bus
            assert target["RoleArn"].startswith(f"arn:aws:iam::{account}:role/")
            assert target["DeadLetterConfig"]["Arn"] == kept["Attributes"]["QueueArn"]
            rights = granted(member, target["RoleArn"].rpartition("/")[2])
            assert [(right["Action"], right["Resource"]) for right in rights] == [
                ("events:PutEvents", organisation.bus)
            ]


def granted(clients: EmulatorClients, role: str) -> list[dict[str, Any]]:
    """Return the statements of all policies of a role."""
    iam = clients("iam")
    documents = [
        iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
        for name in iam.list_role_policies(RoleName=role)["PolicyNames"]
    ]
    for attached in iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]:
        version = iam.get_policy(PolicyArn=attached["PolicyArn"])["Policy"]["DefaultVersionId"]
        found = iam.get_policy_version(PolicyArn=attached["PolicyArn"], VersionId=version)["PolicyVersion"]
        documents.append(found["Document"])
    return [statement for document in documents for statement in document["Statement"]]


def test_global_services_are_forwarded_from_where_they_are_told_of(
    organisation: Organisation, emulator: Emulator
) -> None:
    with EmulatorClients(emulator, GLOBAL) as clients:
        (stack,) = clients("cloudformation").describe_stacks()["Stacks"]
        assert stack["StackName"] == "tfdrift-global-services"
        (rule,) = clients("events").list_rules()["Rules"]
        (target,) = clients("events").list_targets_by_rule(Rule=rule["Name"])["Targets"]
        assert target["Arn"] == organisation.bus


def test_each_accounts_drifts_can_be_seen_alone(organisation: Organisation) -> None:
    # Given a change in each account
    for member in MEMBERS:
        organisation.stacks.put_record(opened_to_the_world(*member), organisation.bus)
    eventually(lambda: len(organisation.drifts()) == len(MEMBERS))
    # When listings are asked for one account, for two, and for one that is nobody's
    for account, region, group in MEMBERS:
        assert organisation.drifts(account_id=account) == [(account, region, group)]
    assert organisation.drifts(account_id=f"{FIRST[0]},{SECOND[0]}") == [FIRST, SECOND]
    assert organisation.drifts(account_id="999900001111") == []
    # Then each shows its own, in the counts too
    counted = organisation.stacks.data("/api/v1/stats")["by_account"]
    assert counted == {account: 1 for account, _, _ in MEMBERS}
