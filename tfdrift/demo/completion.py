"""Does after a stack's creation, by the services' own calls, what the emulator's CloudFormation did not.

What that is: `FORGOTTEN_PROPERTIES`, and those of `REFUSED_TYPES` that say so.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tfdrift.demo.emulator_clients import EmulatorClients
from tfdrift.domain.json_value import JsonObject

_SECRET = re.compile(r"\{\{resolve:secretsmanager:(?P<arn>arn:[^}]+?):SecretString:::\}\}")
_SIGN_IN = "AuthenticateOidcConfig"


class CompletionError(Exception):
    """A template says something in a form that the completion does not read."""


@dataclass(frozen=True, slots=True)
class _Stack:
    """A stack that was created: its clients, and the physical ids by logical ids."""

    clients: EmulatorClients
    made: dict[str, str]

    def id_of(self, value: Any) -> str:  # noqa: ANN401 - a template's free form
        """Return the physical id that a reference or an attribute of a resource of the stack stands for."""
        match value:
            case {"Ref": str(name)} | {"Fn::GetAtt": [str(name), str()]} if name in self.made:
                return self.made[name]
            case _:
                raise CompletionError(f"no reference to a resource of the stack: {value}")


def complete(clients: EmulatorClients, stack_name: str, template: JsonObject) -> None:
    """Make whole what the emulator made of a template, which is given as it was synthesised.

    Raises
    ------
    CompletionError
        If the template refers to something in a way that is not known here.
    """
    resources: Any = template["Resources"]
    described = clients("cloudformation").describe_stack_resources(StackName=stack_name)
    made = {entry["LogicalResourceId"]: entry["PhysicalResourceId"] for entry in described["StackResources"]}
    stack = _Stack(clients, made)
    for name, resource in resources.items():
        complete_one = _COMPLETIONS.get(resource["Type"])
        if complete_one is not None:
            complete_one(stack, made.get(name, ""), resource.get("Properties", {}))


def _keep_table(stack: _Stack, table: str, properties: dict[str, Any]) -> None:
    """Switch on a table's expiry, backups, protection, and its own key if it has one."""
    tables = stack.clients("dynamodb")
    specification = properties.get("TimeToLiveSpecification")
    if specification:
        expiry = {name: specification[name] for name in ("Enabled", "AttributeName")}
        tables.update_time_to_live(TableName=table, TimeToLiveSpecification=expiry)
    for replica in properties.get("Replicas", []):
        backups = replica.get("PointInTimeRecoverySpecification")
        if backups:
            tables.update_continuous_backups(TableName=table, PointInTimeRecoverySpecification=backups)
        if replica.get("DeletionProtectionEnabled"):
            tables.update_table(TableName=table, DeletionProtectionEnabled=True)
        if "SSESpecification" in replica:
            key = stack.id_of(replica["SSESpecification"]["KMSMasterKeyId"])
            encryption = {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key}
            tables.update_table(TableName=table, SSESpecification=encryption)


def _register(stack: _Stack, group_arn: str, properties: dict[str, Any]) -> None:
    """Register the functions of a target group."""
    targets = properties.get("Targets", [])
    if targets:
        exports = stack.clients("cloudformation").list_exports()["Exports"]
        values = {export["Name"]: export["Value"] for export in exports}
        found = [{"Id": _imported(target["Id"], values)} for target in targets]
        stack.clients("elbv2").register_targets(TargetGroupArn=group_arn, Targets=found)


def _imported(value: Any, exports: dict[str, str]) -> str:  # noqa: ANN401 - a template's free form
    """Return the value that another stack exports; a target is always another stack's function."""
    match value:
        case {"Fn::ImportValue": str(name)} if name in exports:
            return exports[name]
        case _:
            raise CompletionError(f"a target is not another stack's export: {value}")


def _sign_in_at_listener(stack: _Stack, listener_arn: str, properties: dict[str, Any]) -> None:
    """Say which identity provider a listener asks."""
    declared = properties["DefaultActions"]
    if _asks(declared):
        elb = stack.clients("elbv2")
        (listener,) = elb.describe_listeners(ListenerArns=[listener_arn])["Listeners"]
        actions = _with_provider(stack, listener["DefaultActions"], declared)
        elb.modify_listener(ListenerArn=listener_arn, DefaultActions=actions)


def _sign_in_at_rule(stack: _Stack, rule_arn: str, properties: dict[str, Any]) -> None:
    """Say which identity provider a rule asks."""
    declared = properties["Actions"]
    if _asks(declared):
        elb = stack.clients("elbv2")
        (rule,) = elb.describe_rules(RuleArns=[rule_arn])["Rules"]
        elb.modify_rule(RuleArn=rule_arn, Actions=_with_provider(stack, rule["Actions"], declared))


def _asks(actions: list[dict[str, Any]]) -> bool:
    return any(_SIGN_IN in action for action in actions)


def _with_provider(
    stack: _Stack, made: list[dict[str, Any]], declared: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Return the actions that were made, with what the template says of the identity provider."""
    return [
        {**action, _SIGN_IN: _provider(stack, said[_SIGN_IN])} if _SIGN_IN in said else action
        for action, said in zip(made, declared, strict=True)
    ]


def _provider(stack: _Stack, config: dict[str, Any]) -> dict[str, Any]:
    named = _SECRET.fullmatch(config["ClientSecret"])
    if named is None:
        raise CompletionError("the client's secret is not a reference to Secrets Manager")
    secret = stack.clients("secretsmanager").get_secret_value(SecretId=named["arn"])["SecretString"]
    return {**config, "ClientSecret": secret, "SessionTimeout": int(config["SessionTimeout"])}


def _allow_on_bus(stack: _Stack, _: str, properties: dict[str, Any]) -> None:
    """Give a bus its policy, in the form of the call that the emulator knows: one condition of one key."""
    statement = properties["Statement"]
    (operator,) = statement["Condition"]
    ((key, value),) = statement["Condition"][operator].items()
    stack.clients("events").put_permission(
        EventBusName=stack.id_of(properties["EventBusName"]),
        StatementId=properties["StatementId"],
        Action=statement["Action"],
        Principal=statement["Principal"],
        Condition={"Type": operator, "Key": key, "Value": value},
    )


def _put_firewall(stack: _Stack, _: str, properties: dict[str, Any]) -> None:
    """Put the firewall in front of the load balancer."""
    name, acl_id, scope = stack.id_of(properties["WebACLArn"]).split("|")
    firewall = stack.clients("wafv2")
    acl = firewall.get_web_acl(Name=name, Id=acl_id, Scope=scope)["WebACL"]
    firewall.associate_web_acl(WebACLArn=acl["ARN"], ResourceArn=stack.id_of(properties["ResourceArn"]))


_COMPLETIONS: dict[str, Callable[[_Stack, str, dict[str, Any]], None]] = {
    "AWS::DynamoDB::GlobalTable": _keep_table,
    "AWS::ElasticLoadBalancingV2::Listener": _sign_in_at_listener,
    "AWS::ElasticLoadBalancingV2::ListenerRule": _sign_in_at_rule,
    "AWS::ElasticLoadBalancingV2::TargetGroup": _register,
    "AWS::Events::EventBusPolicy": _allow_on_bus,
    "AWS::WAFv2::WebACLAssociation": _put_firewall,
}
