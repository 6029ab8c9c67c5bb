"""What is left out for the emulator is what it refuses, and nothing else."""

import json
import string
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError, WaiterError

from tests.integration.deploy.conftest import Wired
from tests.support.deployments import assert_all_else_is_as_synthesised, left_out
from tfdrift.demo.emulator import Emulator
from tfdrift.demo.emulator_clients import EmulatorClients
from tfdrift.demo.emulator_gaps import (
    DIFFERENCES,
    FORGOTTEN_PROPERTIES,
    REFUSED_TYPES,
    UnknownGapError,
    adapt,
)

pytestmark = pytest.mark.emulator

EXPECTED = {
    "probes-data": [],
    "probes-ingest": ["AWS::CloudTrail::Trail"],
    "probes-stream": [
        "AWS::EC2::FlowLog",
        "AWS::EC2::SecurityGroupEgress",
        "AWS::EC2::SecurityGroupIngress",
        "AWS_ENDPOINT_URL_DYNAMODB_STREAMS",
    ],
}


def creation_failure(clients: EmulatorClients, template: dict[str, Any]) -> str:
    """Return why a stack of a template cannot be created; an empty text if it can."""
    cloudformation = clients("cloudformation")
    name = f"gap-{uuid4().hex[:12]}"
    try:
        cloudformation.create_stack(
            StackName=name, TemplateBody=json.dumps(template), Capabilities=["CAPABILITY_IAM"]
        )
        cloudformation.get_waiter("stack_create_complete").wait(
            StackName=name, WaiterConfig={"Delay": 0.1, "MaxAttempts": 300}
        )
    except ClientError as error:
        return str(error)
    except WaiterError:
        events = cloudformation.describe_stack_events(StackName=name)["StackEvents"]
        return "; ".join(event.get("ResourceStatusReason", "") for event in events)
    return ""


def test_exactly_this_is_left_out_of_each_stack(wired: Wired) -> None:
    assert left_out(wired.assembly) == EXPECTED


def test_all_else_is_as_synthesised(wired: Wired) -> None:
    assert_all_else_is_as_synthesised(wired.assembly)


@pytest.mark.parametrize("resource_type", sorted(REFUSED_TYPES))
def test_the_emulator_really_refuses_a_type_that_is_left_out(
    clients: EmulatorClients, resource_type: str
) -> None:
    reason = creation_failure(clients, {"Resources": {"Refused": {"Type": resource_type, "Properties": {}}}})
    assert f"Unrecognized resource types: [{resource_type}]" in reason


def test_the_emulator_really_has_no_names_for_an_interface_endpoint(clients: EmulatorClients) -> None:
    endpoint = {
        "Type": "AWS::EC2::VPCEndpoint",
        "Properties": {
            "ServiceName": "com.amazonaws.us-east-1.dynamodb-streams",
            "VpcEndpointType": "Interface",
            "VpcId": "vpc-00000001",
        },
    }
    name = {"Value": {"Fn::Select": [0, {"Fn::GetAtt": ["Endpoint", "DnsEntries"]}]}}
    reason = creation_failure(clients, {"Resources": {"Endpoint": endpoint}, "Outputs": {"Name": name}})
    assert "nonexistent value at index 0" in reason


def test_the_list_of_what_is_forgotten_is_shown_below() -> None:
    assert set(FORGOTTEN_PROPERTIES) == {
        ("AWS::DynamoDB::GlobalTable", "DeletionProtectionEnabled"),
        ("AWS::DynamoDB::GlobalTable", "PointInTimeRecoverySpecification"),
        ("AWS::DynamoDB::GlobalTable", "SSESpecification"),
        ("AWS::DynamoDB::GlobalTable", "TimeToLiveSpecification"),
        ("AWS::ElasticLoadBalancingV2::Listener", "AuthenticateOidcConfig"),
        ("AWS::ElasticLoadBalancingV2::ListenerRule", "AuthenticateOidcConfig"),
        ("AWS::ElasticLoadBalancingV2::TargetGroup", "Targets"),
    }


def test_the_emulator_really_forgets_how_a_table_is_kept(clients: EmulatorClients) -> None:
    # Given a table that expires, is backed up and protected, and has a key, straight from CloudFormation
    key = {"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": {}}}
    name = f"forgotten-{uuid4().hex[:8]}"
    table = {
        "Type": "AWS::DynamoDB::GlobalTable",
        "Properties": {
            "TableName": name,
            "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
            "Replicas": [
                {
                    "Region": "us-east-1",
                    "DeletionProtectionEnabled": True,
                    "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
                    "SSESpecification": {"KMSMasterKeyId": {"Fn::GetAtt": ["Key", "Arn"]}},
                }
            ],
            "SSESpecification": {"SSEEnabled": True, "SSEType": "KMS"},
            "TimeToLiveSpecification": {"AttributeName": "expires_at", "Enabled": True},
        },
    }
    assert creation_failure(clients, {"Resources": {"Key": key, "Table": table}}) == ""
    # When it is looked at
    tables = clients("dynamodb")
    expiry = tables.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    backups = tables.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    made = tables.describe_table(TableName=name)["Table"]
    # Then nothing of it took
    assert expiry["TimeToLiveStatus"] == "DISABLED"
    assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "DISABLED"
    assert (made["DeletionProtectionEnabled"], made.get("SSEDescription")) == (False, None)


def test_the_emulator_really_forgets_who_is_asked_to_sign_in_and_who_answers(
    clients: EmulatorClients,
) -> None:
    # Given a listener that asks an identity provider, with a target, straight from CloudFormation
    name = f"forgotten-{uuid4().hex[:8]}"
    asks = {
        "Type": "authenticate-oidc",
        "Order": 1,
        "AuthenticateOidcConfig": {"Issuer": "https://login.example.com", "ClientId": "dashboard"},
    }
    then = {"Type": "forward", "Order": 2, "TargetGroupArn": {"Ref": "Group"}}
    condition = {"Field": "path-pattern", "PathPatternConfig": {"Values": ["/*"]}}
    target = {"Id": "arn:aws:lambda:us-east-1:000000000000:function:any"}
    properties: dict[str, tuple[str, dict[str, Any]]] = {
        "Balancer": ("LoadBalancer", {"Name": name}),
        "Group": ("TargetGroup", {"Name": name, "TargetType": "lambda", "Targets": [target]}),
        "Listener": (
            "Listener",
            {"LoadBalancerArn": {"Ref": "Balancer"}, "Port": 443, "DefaultActions": [asks, then]},
        ),
        "Rule": (
            "ListenerRule",
            {
                "ListenerArn": {"Ref": "Listener"},
                "Priority": 1,
                "Conditions": [condition],
                "Actions": [asks, then],
            },
        ),
    }
    resources = {
        logical_id: {"Type": f"AWS::ElasticLoadBalancingV2::{kind}", "Properties": said}
        for logical_id, (kind, said) in properties.items()
    }
    assert creation_failure(clients, {"Resources": resources}) == ""
    # When they are looked at
    elb = clients("elbv2")
    (balancer,) = elb.describe_load_balancers(Names=[name])["LoadBalancers"]
    (listener,) = elb.describe_listeners(LoadBalancerArn=balancer["LoadBalancerArn"])["Listeners"]
    rules = elb.describe_rules(ListenerArn=listener["ListenerArn"])["Rules"]
    (group,) = elb.describe_target_groups(Names=[name])["TargetGroups"]
    health = elb.describe_target_health(TargetGroupArn=group["TargetGroupArn"])
    # Then nobody is asked, and nobody answers
    asking = [rule["Actions"][0] for rule in rules]
    assert [action["Type"] for action in asking] == ["authenticate-oidc", "authenticate-oidc"]
    assert all("AuthenticateOidcConfig" not in action for action in asking)
    assert health["TargetHealthDescriptions"] == []


def test_the_list_of_differences_is_shown_below() -> None:
    assert set(DIFFERENCES) == {
        ("AWS::ElasticLoadBalancingV2::LoadBalancer", "the ARN's end"),
        ("AWS::Events::Rule", "a bus of another account or region"),
        ("AWS::SecretsManager::Secret", "ExcludePunctuation"),
        ("AWS::SecretsManager::Secret", "Ref"),
        ("AWS::SQS::Queue", "StartMessageMoveTask"),
    }


def test_the_emulator_really_moves_no_messages(clients: EmulatorClients) -> None:
    arn = "arn:aws:sqs:us-east-1:000000000000:any"
    with pytest.raises(ClientError, match="InvalidAction"):
        clients("sqs").start_message_move_task(SourceArn=arn)


def test_the_emulator_really_ends_a_load_balancers_arn_otherwise(clients: EmulatorClients) -> None:
    made = clients("elbv2").create_load_balancer(Name=f"end-{uuid4().hex[:8]}")["LoadBalancers"][0]
    end = made["LoadBalancerArn"].rpartition("/")[2]
    assert set(end) - set("0123456789abcdef")


def test_the_emulator_really_makes_secrets_otherwise(clients: EmulatorClients) -> None:
    generated = {"PasswordLength": 400, "ExcludePunctuation": True}
    secret = {"Type": "AWS::SecretsManager::Secret", "Properties": {"GenerateSecretString": generated}}
    output = {"Value": {"Ref": "Secret"}}
    name = f"gap-{uuid4().hex[:12]}"
    cloudformation = clients("cloudformation")
    template = {"Resources": {"Secret": secret}, "Outputs": {"Reference": output}}
    cloudformation.create_stack(StackName=name, TemplateBody=json.dumps(template))
    cloudformation.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig={"Delay": 0.1})
    (stack,) = cloudformation.describe_stacks(StackName=name)["Stacks"]
    reference = stack["Outputs"][0]["OutputValue"]
    assert not reference.startswith("arn:")
    text = clients("secretsmanager").get_secret_value(SecretId=reference)["SecretString"]
    assert set(text) & set(string.punctuation)


@pytest.mark.parametrize("owner", ["eu-central-1:000000000000", "us-east-1:111122223333"])
def test_the_emulator_really_hands_nothing_to_a_bus_elsewhere(
    emulator: Emulator, clients: EmulatorClients, owner: str
) -> None:
    # Given a bus elsewhere and one here, each with a queue, and a rule that sends to both
    name = f"gap-{uuid4().hex[:8]}"
    region, _, account = owner.partition(":")
    with EmulatorClients(emulator, region, account) as elsewhere:
        queues = {place: bus_with_queue(place, name) for place in (elsewhere, clients)}
        events = clients("events")
        source = f"test.{name}"
        events.put_rule(Name=name, EventPattern=json.dumps({"source": [source]}))
        targets = [
            {
                "Id": str(number),
                "Arn": place("events").describe_event_bus(Name=name)["Arn"],
                "RoleArn": "arn:aws:iam::000000000000:role/forward",
            }
            for number, place in enumerate(queues)
        ]
        events.put_targets(Rule=name, Targets=targets)
        # When an event comes
        events.put_events(Entries=[{"Source": source, "DetailType": "any", "Detail": "{}"}])
        # Then it is here, and not there
        received = [
            place("sqs").receive_message(QueueUrl=url, WaitTimeSeconds=1).get("Messages", [])
            for place, url in queues.items()
        ]
    assert [len(messages) for messages in received] == [0, 1]


def bus_with_queue(clients: EmulatorClients, name: str) -> str:
    """Make a bus with a queue for all that comes there; returns the queue's URL."""
    url: str = clients("sqs").create_queue(QueueName=name)["QueueUrl"]
    attributes = clients("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
    events = clients("events")
    events.create_event_bus(Name=name)
    pattern = json.dumps({"account": [{"exists": True}]})
    events.put_rule(Name=f"{name}-all", EventBusName=name, EventPattern=pattern)
    target = {"Id": "queue", "Arn": attributes["QueueArn"]}
    events.put_targets(Rule=f"{name}-all", EventBusName=name, Targets=[target])
    return url


def test_the_emulator_really_keeps_awss_own_sources_for_aws(clients: EmulatorClients) -> None:
    entry = {"Source": "aws.ec2", "DetailType": "AWS API Call via CloudTrail", "Detail": "{}"}
    answer = clients("events").put_events(Entries=[entry])
    assert answer["Entries"][0]["ErrorCode"] == "NotAuthorizedForSourceException"


def test_only_rules_that_take_cloudtrails_events_from_aws_alone_are_widened() -> None:
    def rule(*sources: object) -> dict[str, Any]:
        return {"Type": "AWS::Events::Rule", "Properties": {"EventPattern": {"source": list(sources)}}}

    template: Any = {
        "Resources": {
            "Calls": rule({"prefix": "aws."}),
            "Already": rule({"prefix": "aws."}, "demo"),
            "Objects": rule("aws.s3"),
            "Clock": {"Type": "AWS::Events::Rule", "Properties": {"ScheduleExpression": "rate(1 minute)"}},
        }
    }
    adapted = adapt(template, "demo")
    assert adapted.widened == ("Calls",)
    resources: Any = adapted.template["Resources"]
    assert resources["Calls"] == rule({"prefix": "aws."}, "demo")
    assert {name: resources[name] for name in resources if name != "Calls"} == {
        name: template["Resources"][name] for name in resources if name != "Calls"
    }
    assert adapt(template).template == template


def test_only_routes_to_what_is_left_out_fall_with_it() -> None:
    template: Any = {
        "Resources": {
            "Nat": {"Type": "AWS::EC2::NatGateway", "Properties": {}},
            "Out": {"Type": "AWS::EC2::Route", "Properties": {"NatGatewayId": {"Ref": "Nat"}}},
            "In": {"Type": "AWS::EC2::Route", "Properties": {"GatewayId": {"Ref": "Gateway"}}},
        }
    }
    assert adapt(template).left_out == ("Nat", "Out")


def test_tables_are_kept_as_the_template_says_after_the_deployment(wired: Wired) -> None:
    deployment = wired.deployment
    for table in (deployment.events_table, deployment.state_table, deployment.feed_table):
        answer = wired.clients("dynamodb").describe_time_to_live(TableName=table)
        assert answer["TimeToLiveDescription"]["TimeToLiveStatus"] == "ENABLED"
        backups = wired.clients("dynamodb").describe_continuous_backups(TableName=table)
        recovery = backups["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
        assert recovery["PointInTimeRecoveryStatus"] == "ENABLED"
        assert wired.clients("dynamodb").describe_table(TableName=table)["Table"]["DeletionProtectionEnabled"]


def test_a_reference_to_something_left_out_is_refused() -> None:
    template: Any = {
        "Resources": {
            "Log": {"Type": "AWS::EC2::FlowLog", "Properties": {}},
            "Uses": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": {"Ref": "Log"}}},
        }
    }
    with pytest.raises(UnknownGapError, match="Log"):
        adapt(template)
