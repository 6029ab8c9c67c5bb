"""The stream stack: network without internet, tasks without rights, and the front door's paths in order."""

import json
from typing import Any

import pytest

from tests.support.templates import Template

RULE = "AWS::ElasticLoadBalancingV2::ListenerRule"
GROUP = "AWS::ElasticLoadBalancingV2::TargetGroup"


def container(template: Template) -> dict[str, Any]:
    (only,) = template.only("AWS::ECS::TaskDefinition")["ContainerDefinitions"]
    return only


def target_of(rule: dict[str, Any]) -> str:
    (action,) = rule["Actions"]
    name: str = action["TargetGroupArn"]["Ref"]
    return name


def https(template: Template) -> dict[str, Any]:
    """Return the listener that serves clients, where another sends them to it."""
    listeners = template.of_type("AWS::ElasticLoadBalancingV2::Listener").values()
    (only,) = (listener for listener in listeners if listener["Protocol"] == "HTTPS")
    return only


def test_paths_are_decided_in_this_order(stream: Template) -> None:
    rules = sorted(stream.of_type(RULE).values(), key=lambda rule: rule["Priority"])
    decided = [(rule["Conditions"][0]["PathPatternConfig"]["Values"], target_of(rule)) for rule in rules]
    assert [paths for paths, _ in decided] == [
        ["/api/v1/falco/*"],
        ["/api/v1/stream", "/ws"],
        ["/api/v1/*"],
    ]
    groups = stream.of_type(GROUP)
    assert [groups[name]["TargetType"] for _, name in decided] == ["lambda", "ip", "lambda"]
    assert "Falco" in str(groups[decided[0][1]]["Targets"])
    assert "Api" in str(groups[decided[2][1]]["Targets"])


def test_whatever_else_goes_to_the_container(stream: Template) -> None:
    (action,) = stream.only("AWS::ElasticLoadBalancingV2::Listener")["DefaultActions"]
    group = stream.of_type(GROUP)[action["TargetGroupArn"]["Ref"]]
    assert (group["TargetType"], group["Port"], group["HealthCheckPath"]) == ("ip", 8080, "/health")


def test_the_load_balancer_is_internal_and_keeps_quiet_streams_open(stream: Template) -> None:
    balancer = stream.only("AWS::ElasticLoadBalancingV2::LoadBalancer")
    attributes = {entry["Key"]: entry["Value"] for entry in balancer["LoadBalancerAttributes"]}
    assert balancer["Scheme"] == "internal"
    assert int(attributes["idle_timeout.timeout_seconds"]) > 2 * 30
    assert attributes["access_logs.s3.enabled"] == "true"
    assert attributes["routing.http.drop_invalid_header_fields.enabled"] == "true"
    assert attributes["deletion_protection.enabled"] == "true"


def test_functions_are_invoked_by_this_accounts_load_balancers_alone(
    stream: Template, ingest: Template
) -> None:
    permissions = [
        permission
        for template in (stream, ingest)
        for permission in template.of_type("AWS::Lambda::Permission").values()
        if permission["Principal"] == "elasticloadbalancing.amazonaws.com"
    ]
    assert len(permissions) == 2
    for permission in permissions:
        assert {"Ref": "AWS::AccountId"} in permission["SourceArn"]["Fn::Join"][1]
        assert permission["SourceArn"]["Fn::Join"][1][-1] == ":targetgroup/*"


def test_no_way_leads_to_the_internet(stream: Template) -> None:
    for resource_type in ("InternetGateway", "NatGateway", "EIP", "Route", "VPCGatewayAttachment"):
        assert stream.of_type(f"AWS::EC2::{resource_type}") == {}
    assert all(not subnet["MapPublicIpOnLaunch"] for subnet in stream.of_type("AWS::EC2::Subnet").values())
    service = stream.only("AWS::ECS::Service")
    assert service["NetworkConfiguration"]["AwsvpcConfiguration"]["AssignPublicIp"] == "DISABLED"


def test_every_aws_service_that_a_task_calls_has_an_endpoint(stream: Template) -> None:
    endpoints = {
        str(endpoint["ServiceName"]): endpoint["VpcEndpointType"]
        for endpoint in stream.of_type("AWS::EC2::VPCEndpoint").values()
    }
    for service in ("dynamodb", "dynamodb-streams", "ecr.api", "ecr.dkr", "logs", "s3"):
        assert [name for name in endpoints if name.rstrip("]})\"'").endswith(f".{service}")], service


def test_the_task_is_told_where_streams_answer_since_their_endpoint_has_no_private_name(
    stream: Template,
) -> None:
    endpoint = stream.resource("NetworkVpcDynamoDbStreams", "AWS::EC2::VPCEndpoint")
    assert endpoint["PrivateDnsEnabled"] is False
    variables = {entry["Name"]: entry["Value"] for entry in container(stream)["Environment"]}
    assert "DnsEntries" in str(variables["AWS_ENDPOINT_URL_DYNAMODB_STREAMS"])


def test_only_the_vpc_reaches_the_load_balancer_and_only_it_the_tasks(stream: Template) -> None:
    group = stream.resource("FrontDoorSecurityGroup", "AWS::EC2::SecurityGroup")
    (rule,) = group["SecurityGroupIngress"]
    assert (rule["CidrIp"], rule["FromPort"], rule["ToPort"]) == ("10.77.0.0/22", 80, 80)
    assert "SecurityGroupIngress" not in stream.resource("StreamingSecurityGroup", "AWS::EC2::SecurityGroup")
    inner = stream.only("AWS::EC2::SecurityGroupIngress")
    assert (inner["FromPort"], inner["ToPort"]) == (8080, 8080)
    assert "FrontDoorSecurityGroup" in str(inner["SourceSecurityGroupId"])


def test_the_container_has_no_root_and_no_writable_file_system(stream: Template) -> None:
    app = container(stream)
    assert app["User"] == "10001"
    assert app["ReadonlyRootFilesystem"] is True
    assert app["StopTimeout"] == 120
    variables = {entry["Name"]: entry["Value"] for entry in app["Environment"]}
    assert variables["TFDRIFT_PORT"] == "8080"
    assert variables["TFDRIFT_TRUSTED_PROXIES"] == "10.77.0.0/22"
    assert int(variables["TFDRIFT_DRAIN_SECONDS"]) < app["StopTimeout"]


def test_a_failed_deployment_rolls_back_and_no_task_is_missed_meanwhile(stream: Template) -> None:
    service = stream.only("AWS::ECS::Service")
    assert service["DesiredCount"] == 2
    assert service["DeploymentConfiguration"]["DeploymentCircuitBreaker"] == {
        "Enable": True,
        "Rollback": True,
    }
    assert service["DeploymentConfiguration"]["MinimumHealthyPercent"] == 100


@pytest.mark.parametrize(("option", "expected"), [("networks", "10.0.0.0/8"), ("port", 443), ("tasks", 3)])
def test_certificate_networks_and_tasks_are_options(
    configured: dict[str, Template], option: str, expected: object
) -> None:
    stream = configured["Stream"]
    rules = stream.resource("FrontDoorSecurityGroup", "AWS::EC2::SecurityGroup")["SecurityGroupIngress"]
    listener = https(stream)
    (network,) = {rule["CidrIp"] for rule in rules}
    found = {
        "networks": network,
        "port": listener["Port"],
        "tasks": stream.only("AWS::ECS::Service")["DesiredCount"],
    }
    assert found[option] == expected
    assert sorted(rule["FromPort"] for rule in rules) == [80, 443]
    assert "TLS13" in listener["SslPolicy"]


def test_traces_are_told_where_they_are_asked_for_alone(
    stream: Template, organisation: dict[str, Template]
) -> None:
    def told(template: Template) -> tuple[bool, bool, bool]:
        (app,) = template.only("AWS::ECS::TaskDefinition")["ContainerDefinitions"]
        endpoints = json.dumps(template.of_type("AWS::EC2::VPCEndpoint"))
        rights = [statement["Action"] for _, statement in template.statements()]
        return (
            {"Name": "TFDRIFT_TRACES", "Value": "true"} in app["Environment"],
            ".xray" in endpoints,
            "xray:PutTraceSegments" in rights,
        )

    assert told(stream) == (False, False, False)
    assert told(organisation["Stream"]) == (True, True, True)
