"""The roles of a deployment: what their policies grant, and what AWS itself does in their names."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from tools.permissions.stacks import Stacks, readable

# Conditions that the deployment's own calls meet: whose bucket is read, and by which service a key is used.
NARROWING = {"kms:ViaService", "s3:ResourceAccount"}
_PARTS = {"Sid", "Effect", "Action", "Resource", "Condition"}
_OF_BUCKETS = {"s3:ListBucket"}
_USES = Path(__file__).with_name("aws_uses.toml")


@dataclass(frozen=True, slots=True, order=True)
class Right:
    """An action on a resource; in a policy the resource may be a pattern."""

    action: str
    resource: str

    def covers(self, needed: "Right") -> bool:
        """Whether a policy with this right allows what is needed."""
        return self.action == needed.action and fnmatchcase(needed.resource, self.resource)


@dataclass(frozen=True, slots=True, order=True)
class Role:
    """A role of a stack: its logical id, and the service that may assume it."""

    stack: str
    logical_id: str
    service: str

    @property
    def name(self) -> str:
        """The logical id without its hash."""
        return readable(self.logical_id)


@dataclass(frozen=True, slots=True)
class AwsUse:
    """What AWS does in a role's name because a resource of the template says so."""

    actions: tuple[str, ...]
    reason: str
    source: str


@dataclass(frozen=True, slots=True)
class Needed:
    """A right that AWS uses in a role's name, and the use that says why."""

    right: Right
    use: AwsUse


def aws_uses() -> dict[str, AwsUse]:
    """Return the uses of the data file by name."""
    entries = tomllib.loads(_USES.read_text("utf-8"))
    return {
        name: AwsUse(tuple(entry["actions"]), entry["reason"], entry["source"])
        for name, entry in entries.items()
    }


def roles(stacks: Stacks) -> list[Role]:
    """Return every role, sorted."""
    return sorted(
        Role(
            stack, logical_id, properties["AssumeRolePolicyDocument"]["Statement"][0]["Principal"]["Service"]
        )
        for stack, logical_id, properties in stacks.resources("AWS::IAM::Role")
    )


def granted(stacks: Stacks, role: Role) -> set[Right]:
    """Return each action with each resource of the role's policies that it can be of.

    Raises
    ------
    ValueError
                For a statement that is no grant, or under a condition that may do more than narrow it.
    """
    found: set[Right] = set()
    for statement in _statements(stacks, role):
        keys = {key for operands in statement.get("Condition", {}).values() for key in operands}
        if statement["Effect"] != "Allow" or not keys <= NARROWING or set(statement) - _PARTS:
            raise ValueError(f"{role.name} has a statement of another form: {statement}")
        found |= {
            Right(action, stacks.text(role.stack, resource))
            for action in _as_list(statement["Action"])
            for resource in _as_list(statement["Resource"])
        }
    return {right for right in found if not _is_void(right)}


def _is_void(right: Right) -> bool:
    """Return whether the action is never one on that resource: S3 has those of buckets and of objects.

    https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
    """
    if not right.action.startswith("s3:"):
        return False
    return ("/" in right.resource) == (right.action in _OF_BUCKETS)


def used_by_aws(stacks: Stacks, role: Role) -> list[Needed]:
    """Return what AWS does in the role's name, derived from the resources that the role is given to."""
    uses = aws_uses()
    return [
        Needed(Right(action, resource), uses[use])
        for use, resource in _resource_uses(stacks, role)
        for action in uses[use].actions
    ]


def _statements(stacks: Stacks, role: Role) -> Iterator[dict[str, Any]]:
    own = stacks.templates[role.stack]["Resources"][role.logical_id]["Properties"]
    attached = own.get("ManagedPolicyArns", [])
    for kind in ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"):
        for stack, logical_id, properties in stacks.resources(kind):
            named = {"Ref": role.logical_id} in properties.get("Roles", [])
            if stack == role.stack and (named or {"Ref": logical_id} in attached):
                yield from properties["PolicyDocument"]["Statement"]
    for policy in own.get("Policies", []):
        yield from policy["PolicyDocument"]["Statement"]


def _resource_uses(stacks: Stacks, role: Role) -> Iterator[tuple[str, str]]:
    yield from _of_functions(stacks, role)
    yield from _of_tasks(stacks, role)
    arn = {"Fn::GetAtt": [role.logical_id, "Arn"]}
    for stack, _, properties in stacks.resources("AWS::EC2::FlowLog"):
        if stack == role.stack and properties["DeliverLogsPermissionArn"] == arn:
            yield "flow_log", _log_group(stacks, stack, properties["LogGroupName"])
    for stack, _, properties in stacks.resources("AWS::Events::Rule"):
        for target in properties.get("Targets", []):
            if stack == role.stack and target.get("RoleArn") == arn:
                yield "rule_to_bus", stacks.text(stack, target["Arn"])


def _of_functions(stacks: Stacks, role: Role) -> Iterator[tuple[str, str]]:
    for function, properties in functions_of(stacks, role):
        yield "function_logs", _log_group(stacks, role.stack, properties["LoggingConfig"]["LogGroup"])
        if properties.get("TracingConfig", {}).get("Mode") == "Active":
            yield "function_traces", "*"
        if "DeadLetterConfig" in properties:
            dead_letters = properties["DeadLetterConfig"]["TargetArn"]
            yield "failed_invocations", stacks.text(role.stack, dead_letters)
        for stack, _, mapping in stacks.resources("AWS::Lambda::EventSourceMapping"):
            if stack == role.stack and mapping["FunctionName"] == {"Ref": function}:
                yield from _of_mapping(stacks, stack, mapping)


def functions_of(stacks: Stacks, role: Role) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield logical id and properties of the functions that run under a role."""
    for stack, logical_id, properties in stacks.resources("AWS::Lambda::Function"):
        if stack == role.stack and properties["Role"] == {"Fn::GetAtt": [role.logical_id, "Arn"]}:
            yield logical_id, properties


def _of_mapping(stacks: Stacks, stack: str, mapping: dict[str, Any]) -> Iterator[tuple[str, str]]:
    source = stacks.text(stack, mapping["EventSourceArn"])
    if source.startswith("arn:aws:sqs:"):
        yield "queue_to_function", source
        return
    yield "stream_to_function", source
    yield "streams_to_function", "*"
    failed = mapping.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination")
    if failed is not None:
        yield "failed_batches", stacks.text(stack, failed)


def _of_tasks(stacks: Stacks, role: Role) -> Iterator[tuple[str, str]]:
    for stack, _, properties in stacks.resources("AWS::ECS::TaskDefinition"):
        if stack != role.stack or properties["ExecutionRoleArn"] != {"Fn::GetAtt": [role.logical_id, "Arn"]}:
            continue
        for container in properties["ContainerDefinitions"]:
            registry, _, path = stacks.text(stack, container["Image"]).partition("/")
            account, region = registry.split(".")[0], registry.split(".")[3]
            repository = path.partition(":")[0]
            yield "image", f"arn:aws:ecr:{region}:{account}:repository/{repository}"
            yield "image_login", "*"
            group = container["LogConfiguration"]["Options"]["awslogs-group"]
            yield "task_logs", _log_group(stacks, stack, group)


def _log_group(stacks: Stacks, stack: str, name: object) -> str:
    if not isinstance(name, dict) or "Ref" not in name:
        raise ValueError(f"{stack}: the log group {name} is not one of the stack's")
    return stacks.arn(stack, name["Ref"])


def _as_list(value: Any) -> list[Any]:  # noqa: ANN401 - an element of a policy: one, or a list of them
    return value if isinstance(value, list) else [value]
