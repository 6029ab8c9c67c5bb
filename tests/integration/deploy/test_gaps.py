"""What is left out for the emulator is what it refuses, and nothing else."""

import copy
import json
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError, WaiterError

from tests.integration.deploy.conftest import Wired
from tfdrift.demo.assembly import stacks
from tfdrift.demo.emulator_clients import EmulatorClients
from tfdrift.demo.emulator_gaps import (
    FORGOTTEN_PROPERTIES,
    REFUSED_TYPES,
    REFUSED_VARIABLES,
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


@pytest.mark.parametrize("stack", sorted(EXPECTED))
def test_exactly_this_is_left_out_of_each_stack(wired: Wired, stack: str) -> None:
    (assembled,) = (found for found in stacks(wired.assembly) if found.name == stack)
    resources: Any = assembled.template["Resources"]
    left_out = [
        part.partition(".")[2] or resources[part]["Type"] for part in adapt(assembled.template).left_out
    ]
    assert sorted(left_out) == EXPECTED[stack]


def test_all_else_is_as_synthesised(wired: Wired) -> None:
    for assembled in stacks(wired.assembly):
        before: Any = copy.deepcopy(assembled.template)
        after: Any = adapt(assembled.template).template
        for name in list(before["Resources"]):
            if before["Resources"][name]["Type"] in REFUSED_TYPES:
                del before["Resources"][name]
            elif before["Resources"][name]["Type"] == "AWS::ECS::TaskDefinition":
                (container,) = before["Resources"][name]["Properties"]["ContainerDefinitions"]
                container["Environment"] = [
                    entry for entry in container["Environment"] if entry["Name"] not in REFUSED_VARIABLES
                ]
        assert after == before
        assert assembled.template["Resources"] != {}


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


def test_the_emulator_really_forgets_what_is_completed_afterwards(clients: EmulatorClients) -> None:
    # Given a table that expires and a target group with a target, straight from CloudFormation
    table = {
        "Type": "AWS::DynamoDB::GlobalTable",
        "Properties": {
            "TableName": f"forgotten-{uuid4().hex[:8]}",
            "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
            "Replicas": [{"Region": "us-east-1"}],
            "TimeToLiveSpecification": {"AttributeName": "expires_at", "Enabled": True},
        },
    }
    group = {
        "Type": "AWS::ElasticLoadBalancingV2::TargetGroup",
        "Properties": {
            "Name": f"forgotten-{uuid4().hex[:8]}",
            "TargetType": "lambda",
            "Targets": [{"Id": "arn:aws:lambda:us-east-1:000000000000:function:any"}],
        },
    }
    assert creation_failure(clients, {"Resources": {"Table": table, "Group": group}}) == ""
    # When they are looked at
    expiry = clients("dynamodb").describe_time_to_live(TableName=table["Properties"]["TableName"])
    elb = clients("elbv2")
    (made,) = elb.describe_target_groups(Names=[group["Properties"]["Name"]])["TargetGroups"]
    health = elb.describe_target_health(TargetGroupArn=made["TargetGroupArn"])
    # Then neither took: the list names what still has to be done by hand
    assert expiry["TimeToLiveDescription"]["TimeToLiveStatus"] == "DISABLED"
    assert health["TargetHealthDescriptions"] == []
    assert set(FORGOTTEN_PROPERTIES) == {
        (table["Type"], "TimeToLiveSpecification"),
        (group["Type"], "Targets"),
    }


def test_expiry_is_on_after_the_deployment(wired: Wired) -> None:
    deployment = wired.deployment
    for table in (deployment.events_table, deployment.state_table, deployment.feed_table):
        answer = wired.clients("dynamodb").describe_time_to_live(TableName=table)
        assert answer["TimeToLiveDescription"]["TimeToLiveStatus"] == "ENABLED"


def test_a_reference_to_something_left_out_is_refused() -> None:
    template: Any = {
        "Resources": {
            "Log": {"Type": "AWS::EC2::FlowLog", "Properties": {}},
            "Uses": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": {"Ref": "Log"}}},
        }
    }
    with pytest.raises(UnknownGapError, match="Log"):
        adapt(template)
