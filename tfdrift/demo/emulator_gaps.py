"""What the emulator's CloudFormation cannot make of the templates, as data, each with its reason."""

import copy
import json
from dataclasses import dataclass
from typing import Any

from tfdrift.domain.json_value import JsonObject

# Resource types that the emulator answers "Unrecognized resource types" to.
REFUSED_TYPES = {
    "AWS::CloudTrail::Trail": "the emulator records no calls; the demo writes the records itself",
    "AWS::EC2::FlowLog": "no packet flows through the emulated VPC",
    "AWS::EC2::SecurityGroupEgress": "a rule apart from its group; nothing filters packets here",
    "AWS::EC2::SecurityGroupIngress": "a rule apart from its group; nothing filters packets here",
}

# Variables of the container whose value the emulator cannot compute.
REFUSED_VARIABLES = {
    "AWS_ENDPOINT_URL_DYNAMODB_STREAMS": "the emulated interface endpoint has no DNS names",
}

# Properties that the emulator takes and forgets; `tfdrift.demo.completion` does what CloudFormation would.
FORGOTTEN_PROPERTIES = {
    ("AWS::DynamoDB::GlobalTable", "TimeToLiveSpecification"): "expiry is not switched on",
    ("AWS::ElasticLoadBalancingV2::TargetGroup", "Targets"): "the group is made without its function",
}


class UnknownGapError(Exception):
    """A template refers to a resource that the emulator refuses, so leaving it out would break the stack."""


@dataclass(frozen=True, slots=True)
class Adapted:
    """A template that the emulator takes, and what was left out: logical ids, some with a variable's name."""

    template: JsonObject
    left_out: tuple[str, ...]


def adapt(template: JsonObject) -> Adapted:
    """Return a copy of a template without what is refused; nothing else changes.

    Raises
    ------
    UnknownGapError
        If what remains refers to a resource left out.
    """
    adapted: Any = copy.deepcopy(template)
    resources = adapted["Resources"]
    refused = [name for name, resource in resources.items() if resource["Type"] in REFUSED_TYPES]
    for name in refused:
        del resources[name]
    variables = [left for name in resources for left in _drop_variables(name, resources[name])]
    for resource in resources.values():
        _drop_dependencies(resource, refused)
    rest = json.dumps(adapted)
    for name in refused:
        if f'"{name}"' in rest:
            raise UnknownGapError(f"the template still refers to {name}, which the emulator cannot make")
    return Adapted(adapted, tuple(sorted([*refused, *variables])))


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
