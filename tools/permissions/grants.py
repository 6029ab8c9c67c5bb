"""What the policies of queues, buckets, topics, buses, keys and functions let others do."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tools.permissions.stacks import Stacks, UnknownValueError

# Where a type's policy stands, and what of the deployment it is about.
_POLICIES = {
    "AWS::Events::EventBusPolicy": ("Statement", "EventBusName"),
    "AWS::KMS::Key": ("KeyPolicy", None),
    "AWS::S3::BucketPolicy": ("PolicyDocument", "Bucket"),
    "AWS::SecretsManager::ResourcePolicy": ("ResourcePolicy", "SecretId"),
    "AWS::SNS::TopicPolicy": ("PolicyDocument", "Topics"),
    "AWS::SQS::QueuePolicy": ("PolicyDocument", "Queues"),
}


@dataclass(frozen=True, slots=True, order=True)
class Grant:
    """One statement of a resource's own policy."""

    resource: str
    who: str
    effect: str
    actions: tuple[str, ...]
    condition: str


def resource_grants(stacks: Stacks) -> Iterator[Grant]:
    """Yield every statement of every resource's own policy, and every permission to invoke a function."""
    for kind, (place, about) in _POLICIES.items():
        for stack, logical_id, properties in stacks.resources(kind):
            document = properties[place]
            for statement in document.get("Statement", [document]):
                for resource in _resources(stacks, stack, logical_id, properties, about):
                    yield _grant(stacks, stack, resource, statement)
    for stack, _, properties in stacks.resources("AWS::Lambda::Permission"):
        yield Grant(
            stacks.text(stack, properties["FunctionName"]),
            f"`{properties['Principal']}`",
            "Allow",
            (properties["Action"],),
            f"from `{stacks.text(stack, properties['SourceArn'])}`" if "SourceArn" in properties else "",
        )


def _resources(
    stacks: Stacks, stack: str, logical_id: str, properties: Mapping[str, Any], about: str | None
) -> Iterator[str]:
    if about is None:
        yield stacks.arn(stack, logical_id)
        return
    named = properties[about]
    for reference in named if isinstance(named, list) else [named]:
        yield _arn_of(stacks, stack, reference)


def _arn_of(stacks: Stacks, stack: str, reference: object) -> str:
    if isinstance(reference, dict) and "Ref" in reference:
        return stacks.arn(stack, reference["Ref"])
    return stacks.text(stack, reference)


def _grant(stacks: Stacks, stack: str, resource: str, statement: Mapping[str, Any]) -> Grant:
    actions = statement["Action"]
    return Grant(
        resource,
        _who(stacks, stack, statement["Principal"]),
        statement["Effect"],
        tuple(sorted(actions if isinstance(actions, list) else [actions])),
        _condition(stacks, stack, statement.get("Condition", {})),
    )


def _who(stacks: Stacks, stack: str, principal: object) -> str:
    if not isinstance(principal, dict) or principal == {"AWS": "*"}:
        return "everybody"
    [(_, named)] = principal.items()
    names = [stacks.text(stack, each) for each in (named if isinstance(named, list) else [named])]
    return ", ".join(
        "this account's policies" if name.endswith(f"{stacks.place.account}:root") else f"`{name}`"
        for name in names
    )


def _condition(stacks: Stacks, stack: str, condition: Mapping[str, Mapping[str, Any]]) -> str:
    parts = [
        f"{key} {operator} `{_operand(stacks, stack, operand)}`"
        for operator, operands in condition.items()
        for key, operand in operands.items()
    ]
    return " and ".join(parts)


def _operand(stacks: Stacks, stack: str, operand: object) -> str:
    if isinstance(operand, list):
        return ", ".join(_operand(stacks, stack, each) for each in operand)
    try:
        return stacks.text(stack, operand)
    except UnknownValueError:
        return str(operand)
