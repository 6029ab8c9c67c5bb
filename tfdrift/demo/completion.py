"""Does after a stack's creation what the emulator's CloudFormation forgot of it (`FORGOTTEN_PROPERTIES`)."""

from typing import Any

from tfdrift.demo.emulator_clients import EmulatorClients
from tfdrift.domain.json_value import JsonObject


class CompletionError(Exception):
    """A template says something in a form that the completion does not read."""


def complete(clients: EmulatorClients, stack_name: str, template: JsonObject) -> None:
    """Switch on expiry of tables and register functions in target groups, as the template says."""
    resources: Any = template["Resources"]
    described = clients("cloudformation").describe_stack_resources(StackName=stack_name)
    made = {entry["LogicalResourceId"]: entry["PhysicalResourceId"] for entry in described["StackResources"]}
    for name, resource in resources.items():
        properties = resource.get("Properties", {})
        if resource["Type"] == "AWS::DynamoDB::GlobalTable" and "TimeToLiveSpecification" in properties:
            _expire(clients, made[name], properties["TimeToLiveSpecification"])
        if resource["Type"] == "AWS::ElasticLoadBalancingV2::TargetGroup" and "Targets" in properties:
            _register(clients, made[name], properties["Targets"])


def _expire(clients: EmulatorClients, table: str, specification: dict[str, Any]) -> None:
    clients("dynamodb").update_time_to_live(
        TableName=table,
        TimeToLiveSpecification={
            "Enabled": specification["Enabled"],
            "AttributeName": specification["AttributeName"],
        },
    )


def _register(clients: EmulatorClients, group_arn: str, targets: list[dict[str, Any]]) -> None:
    exports = clients("cloudformation").list_exports()["Exports"]
    values = {export["Name"]: export["Value"] for export in exports}
    found = [{"Id": _imported(target["Id"], values)} for target in targets]
    clients("elbv2").register_targets(TargetGroupArn=group_arn, Targets=found)


def _imported(value: Any, exports: dict[str, str]) -> str:  # noqa: ANN401 - a template's free form
    """Return the value that another stack exports; a target is always another stack's function."""
    match value:
        case {"Fn::ImportValue": str(name)} if name in exports:
            return exports[name]
        case _:
            raise CompletionError(f"a target is not another stack's export: {value}")
