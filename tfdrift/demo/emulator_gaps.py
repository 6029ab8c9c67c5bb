"""What the emulator's CloudFormation cannot make of the templates, as data, each with its reason."""

import copy
import json
from dataclasses import dataclass
from typing import Any

from tfdrift.domain.json_value import JsonObject

# Resource types that the emulator answers "Unrecognized resource types" to.
REFUSED_TYPES = {
    "AWS::ApplicationAutoScaling::ScalableTarget": "the emulator runs no task, so that none is added",
    "AWS::ApplicationAutoScaling::ScalingPolicy": "the emulator runs no task, so that none is added",
    "AWS::CloudTrail::Trail": "the emulator records no calls; the demo writes the records itself",
    "AWS::EC2::EIP": "the address of a gateway that is left out",
    "AWS::EC2::FlowLog": "no packet flows through the emulated VPC",
    "AWS::EC2::NatGateway": "no packet flows through the emulated VPC",
    "AWS::EC2::SecurityGroupEgress": "a rule apart from its group; nothing filters packets here",
    "AWS::EC2::SecurityGroupIngress": "a rule apart from its group; nothing filters packets here",
    "AWS::Events::EventBusPolicy": "made afterwards by a call, which the emulator takes",
    "AWS::SecretsManager::RotationSchedule": "the emulator's rotation copies the value and invokes nothing",
    "AWS::WAFv2::LoggingConfiguration": "the emulated firewall refuses nothing, so that nothing is logged",
    "AWS::WAFv2::WebACLAssociation": "made afterwards by a call, which the emulator takes",
}

# Types of which only those are left out that refer to something left out.
FALLING_TYPES = {"AWS::EC2::Route": "a route to a gateway that is left out leads nowhere"}

# Variables of the container whose value the emulator cannot compute.
REFUSED_VARIABLES = {
    "AWS_ENDPOINT_URL_DYNAMODB_STREAMS": "the emulated interface endpoint has no DNS names",
}

# Properties that the emulator takes and forgets; `tfdrift.demo.completion` does what CloudFormation would.
FORGOTTEN_PROPERTIES = {
    ("AWS::DynamoDB::GlobalTable", "DeletionProtectionEnabled"): "the table can be deleted",
    ("AWS::DynamoDB::GlobalTable", "PointInTimeRecoverySpecification"): "no backup is kept",
    ("AWS::DynamoDB::GlobalTable", "SSESpecification"): "the table is not said to have its own key",
    ("AWS::DynamoDB::GlobalTable", "TimeToLiveSpecification"): "expiry is not switched on",
    ("AWS::ElasticLoadBalancingV2::Listener", "AuthenticateOidcConfig"): "the action is kept without it",
    ("AWS::ElasticLoadBalancingV2::ListenerRule", "AuthenticateOidcConfig"): "the action is kept without it",
    ("AWS::ElasticLoadBalancingV2::TargetGroup", "Targets"): "the group is made without its function",
}

# What the emulator does otherwise than AWS; what depends on it has to live with it.
DIFFERENCES = {
    ("AWS::ElasticLoadBalancingV2::LoadBalancer", "the ARN's end"): "any letters and digits, not hexadecimal",
    ("AWS::Events::Rule", "a bus of another account or region"): "nothing arrives there",
    ("AWS::SecretsManager::Secret", "ExcludePunctuation"): "what is generated has punctuation",
    ("AWS::SecretsManager::Secret", "Ref"): "the name, not the ARN; the calls take either",
    ("AWS::SQS::Queue", "StartMessageMoveTask"): "refused: dead letters are moved one by one",
}

# The sources that nobody but AWS may name; the emulator holds to that, and tells of no call itself. A rule
# that takes CloudTrail's events from AWS alone has to take them from the demo, too.
RESERVED_SOURCE = {"prefix": "aws."}


class UnknownGapError(Exception):
    """A template refers to a resource that the emulator refuses, so leaving it out would break the stack."""


@dataclass(frozen=True, slots=True)
class Adapted:
    """A template that the emulator takes.

    `left_out` names what it lacks: logical ids, some with a variable's name. `widened` names the rules that
    take records from the demo, too.
    """

    template: JsonObject
    left_out: tuple[str, ...]
    widened: tuple[str, ...] = ()


def adapt(template: JsonObject, record_source: str | None = None) -> Adapted:
    """Return a copy of a template without what is refused; nothing else changes.

    With a `record_source` the rules that take CloudTrail's events from AWS alone take them from there, too.

    Raises
    ------
    UnknownGapError
        If what remains refers to a resource left out.
    """
    adapted: Any = copy.deepcopy(template)
    resources = adapted["Resources"]
    refused = _left_out(resources)
    for name in refused:
        del resources[name]
    variables = [left for name in resources for left in _drop_variables(name, resources[name])]
    for resource in resources.values():
        _drop_dependencies(resource, refused)
    rest = json.dumps(adapted)
    for name in refused:
        if f'"{name}"' in rest:
            raise UnknownGapError(f"the template still refers to {name}, which the emulator cannot make")
    widened = [] if record_source is None else _widen(resources, record_source)
    return Adapted(adapted, tuple(sorted([*refused, *variables])), tuple(sorted(widened)))


def _left_out(resources: dict[str, Any]) -> list[str]:
    """Return the logical ids of what is refused, and of what falls with it."""
    refused = [name for name, resource in resources.items() if resource["Type"] in REFUSED_TYPES]
    falling = [
        name
        for name, resource in resources.items()
        if resource["Type"] in FALLING_TYPES
        and any(f'"{other}"' in json.dumps(resource["Properties"]) for other in refused)
    ]
    return refused + falling


def _drop_variables(name: str, resource: Any) -> list[str]:  # noqa: ANN401 - a template's free form
    """Remove refused variables from a task definition; returns what was removed."""
    dropped = []
    if resource["Type"] == "AWS::ECS::TaskDefinition":
        for container in resource["Properties"]["ContainerDefinitions"]:
            kept = [entry for entry in container["Environment"] if entry["Name"] not in REFUSED_VARIABLES]
            dropped += [f"{name}.{entry['Name']}" for entry in container["Environment"] if entry not in kept]
            container["Environment"] = kept
    return dropped


def _drop_dependencies(resource: Any, refused: list[str]) -> None:  # noqa: ANN401 - a template's free form
    """Remove the order of creation that refers to resources left out."""
    dependencies = resource.get("DependsOn")
    if dependencies:
        names = [dependencies] if isinstance(dependencies, str) else dependencies
        resource["DependsOn"] = [name for name in names if name not in refused]


def _widen(resources: dict[str, Any], record_source: str) -> list[str]:
    """Have rules take records from one more source; returns the rules' logical ids."""
    widened = []
    for name, resource in resources.items():
        sources = resource.get("Properties", {}).get("EventPattern", {}).get("source", [])
        if RESERVED_SOURCE in sources and record_source not in sources:
            sources.append(record_source)
            widened.append(name)
    return widened
