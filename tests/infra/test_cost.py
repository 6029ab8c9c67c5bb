"""The quantities that the cost page is computed from are those of the templates."""

from bench.cost import read
from tests.support.templates import Template


def count(templates: dict[str, Template], resource_type: str) -> int:
    return sum(len(template.of_type(resource_type)) for template in templates.values())


def test_idle_quantities_are_those_of_the_default(templates: dict[str, Template]) -> None:
    idle = read().idle
    stream = templates["Stream"]
    task = stream.only("AWS::ECS::TaskDefinition")
    endpoints = stream.of_type("AWS::EC2::VPCEndpoint").values()
    subnets = stream.only("AWS::ECS::Service")["NetworkConfiguration"]["AwsvpcConfiguration"]["Subnets"]
    assert {
        "tasks": stream.only("AWS::ECS::Service")["DesiredCount"],
        "task_vcpu": int(task["Cpu"]) / 1024,
        "task_gib": int(task["Memory"]) / 1024,
        "interface_endpoints": sum(each["VpcEndpointType"] == "Interface" for each in endpoints),
        "availability_zones": len(subnets),
        "secrets": count(templates, "AWS::SecretsManager::Secret"),
        "alarms": count(templates, "AWS::CloudWatch::Alarm"),
    }.items() <= idle.items()


def test_what_sign_in_adds_is_that_of_the_public_deployment(
    templates: dict[str, Template], public: dict[str, Template], organisation: dict[str, Template]
) -> None:
    added = read().sign_in
    assert count(public, "AWS::EC2::NatGateway") == added["nats"]
    secret = "AWS::SecretsManager::Secret"
    # The provider's client secret stands there beside the machines' token.
    assert count(public, secret) - count(templates, secret) + 1 == added["secrets"]
    acl = organisation["Stream"].only("AWS::WAFv2::WebACL")
    assert len(acl["Rules"]) == added["firewall_rules"]
