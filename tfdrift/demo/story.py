"""The demo's story: who does what to the account, and what the stream must then say, or must not."""

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from tfdrift.demo.cloudtrail_records import (
    Call,
    Caller,
    console_user,
    ssh_from_everywhere,
    sso_session,
    terraform_session,
)
from tfdrift.demo.emulator_clients import EmulatorClients
from tfdrift.demo.world import BUCKET, ORDERS, ROLE, WORKER, World
from tfdrift.domain.feed_event import EventType
from tfdrift.domain.json_value import JsonObject, JsonValue

ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
CONTAINER = "3ad7b26ded6d"


@dataclass(frozen=True, slots=True)
class Expected:
    """An event that must arrive: its type, and the payload fields (dotted paths) that it must carry."""

    type: EventType
    fields: tuple[tuple[str, JsonValue], ...]

    def matches(self, event_type: str, payload: JsonObject) -> bool:
        """Return whether an event of the stream is the expected one."""
        return event_type == self.type and all(_at(payload, path) == wanted for path, wanted in self.fields)


@dataclass(frozen=True, slots=True)
class ApiCall:
    """A call to make in the emulator (None: the emulator has no such operation) and to write a record of."""

    call: Call
    caller: Caller
    change: Callable[[], object] | None


@dataclass(frozen=True, slots=True)
class StateUpload:
    """A new version of the Terraform state."""

    serial: int
    worker_timeout: int


@dataclass(frozen=True, slots=True)
class FalcoAlert:
    """An alert that Falco's http_output would post."""

    rule: str
    priority: str
    command: str

    def body(self, at: datetime) -> JsonObject:
        """Return what Falco posts of an alert at that moment (UTC)."""
        moment = at.strftime("%Y-%m-%dT%H:%M:%S.%f000Z")
        facts = f"user=root command={self.command} container_id={CONTAINER}"
        return {
            "uuid": str(uuid.uuid4()),
            "hostname": "node-1",
            "output": f"{moment}: {self.priority} {self.rule} ({facts})",
            "priority": self.priority,
            "rule": self.rule,
            "source": "syscall",
            "tags": ["container", "maturity_stable"],
            "time": moment,
            "output_fields": {
                "container.id": CONTAINER,
                "container.image.repository": "orders",
                "evt.time": int(at.timestamp()) * 1_000_000_000,
                "proc.cmdline": self.command,
                "user.name": "root",
            },
        }


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the story. An empty `expected` means that the stream must stay silent about it."""

    title: str
    action: ApiCall | StateUpload | FalcoAlert
    expected: tuple[Expected, ...]


def story(world: World, clients: EmulatorClients) -> tuple[Step, ...]:
    """Return the steps in order; `clients` make the changes."""
    return (
        _first_state(),
        *_changes_by_people(world, clients),
        *_terraform_applies(world, clients),
        *_failure_and_revert(world, clients),
        *_falco_alerts(),
    )


def _first_state() -> Step:
    added = Expected(EventType.STATE_CHANGE, (("action", "added"), ("resource", "aws_security_group.web")))
    return Step("Terraform state uploaded", StateUpload(serial=1, worker_timeout=30), (added,))


def _drift(address: str, attribute: str | None, **more: JsonValue) -> Expected:
    fields = (("resource_address", address), ("attribute", attribute), *more.items())
    return Expected(EventType.DRIFT, tuple((name.replace("__", "."), value) for name, value in fields))


_SSH = [{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]


def _changes_by_people(world: World, clients: EmulatorClients) -> Iterator[Step]:
    oncall = console_user(world.account_id, "oncall")
    developer = sso_session(world.account_id, "Developer", "developer@example.com")
    ec2, functions, s3, iam = (clients(name) for name in ("ec2", "lambda", "s3", "iam"))
    yield Step(
        "Console: SSH opened to the world",
        ApiCall(
            Call(
                "ec2",
                "AuthorizeSecurityGroupIngress",
                ssh_from_everywhere(world.security_group_id),
                {"_return": True},
            ),
            oncall,
            lambda: ec2.authorize_security_group_ingress(GroupId=world.security_group_id, IpPermissions=_SSH),
        ),
        (
            _drift(
                "aws_security_group.web",
                "ingress",
                severity="critical",
                status="open",
                origin__kind="console",
                user_identity__user_name="oncall",
            ),
        ),
    )
    resize: JsonObject = {"instanceId": world.instance_id, "instanceType": {"value": "t3.xlarge"}}
    yield Step(
        "SSO role: instance type changed",
        ApiCall(Call("ec2", "ModifyInstanceAttribute", resize, {"_return": True}), developer, None),
        (
            _drift(
                "aws_instance.web",
                "instance_type",
                old_value="t3.micro",
                new_value="t3.xlarge",
                user_identity__user_name="developer@example.com",
            ),
        ),
    )
    memory: JsonObject = {"functionName": ORDERS, "memorySize": 1024}
    yield Step(
        "SSO role: Lambda memory changed",
        ApiCall(
            Call("lambda", "UpdateFunctionConfiguration20150331v2", memory, {**memory, "timeout": 30}),
            developer,
            lambda: functions.update_function_configuration(FunctionName=ORDERS, MemorySize=1024),
        ),
        (_drift("aws_lambda_function.orders", "memory_size", old_value=128, new_value=1024),),
    )
    no_encryption: JsonObject = {"bucketName": BUCKET, "encryption": "", "Host": "s3.amazonaws.com"}
    yield Step(
        "Console: bucket encryption removed",
        ApiCall(
            Call("s3", "DeleteBucketEncryption", no_encryption),
            oncall,
            lambda: s3.delete_bucket_encryption(Bucket=BUCKET),
        ),
        (
            Expected(
                EventType.DRIFT,
                (
                    ("resource_address", "aws_s3_bucket_server_side_encryption_configuration.invoices"),
                    ("severity", "critical"),
                    ("status", "open"),
                ),
            ),
        ),
    )
    yield Step(
        "Console: AdministratorAccess attached by hand",
        ApiCall(
            Call("iam", "AttachRolePolicy", {"roleName": ROLE, "policyArn": ADMINISTRATOR}),
            oncall,
            lambda: iam.attach_role_policy(RoleName=ROLE, PolicyArn=ADMINISTRATOR),
        ),
        (Expected(EventType.DRIFT, (("cause.event_name", "AttachRolePolicy"), ("severity", "critical"))),),
    )


def _terraform_applies(world: World, clients: EmulatorClients) -> Iterator[Step]:
    pipeline = terraform_session(world.account_id, "terraform-apply")
    functions = clients("lambda")
    timeout: JsonObject = {"functionName": WORKER, "timeout": 60}
    yield Step(
        "Terraform: timeout applied (must not alert)",
        ApiCall(
            Call("lambda", "UpdateFunctionConfiguration20150331v2", timeout, {**timeout, "memorySize": 128}),
            pipeline,
            lambda: functions.update_function_configuration(FunctionName=WORKER, Timeout=60),
        ),
        (),
    )
    modified = (("action", "modified"), ("resource", "aws_lambda_function.worker"), ("serial", 2))
    yield Step(
        "Terraform: the new state is written",
        StateUpload(serial=2, worker_timeout=60),
        (Expected(EventType.STATE_CHANGE, modified),),
    )


def _failure_and_revert(world: World, clients: EmulatorClients) -> Iterator[Step]:
    oncall = console_user(world.account_id, "oncall")
    ec2 = clients("ec2")
    denied = "You are not authorized to perform this operation."
    yield Step(
        "A call that AWS refused (must not alert)",
        ApiCall(
            Call(
                "ec2",
                "ModifyInstanceAttribute",
                {"instanceId": world.instance_id, "instanceType": {"value": "m7i.48xlarge"}},
                error_code="Client.UnauthorizedOperation",
                error_message=denied,
            ),
            oncall,
            None,
        ),
        (),
    )
    yield Step(
        "Console: SSH closed again, which resolves the drift",
        ApiCall(
            Call(
                "ec2",
                "RevokeSecurityGroupIngress",
                ssh_from_everywhere(world.security_group_id),
                {"_return": True},
            ),
            oncall,
            lambda: ec2.revoke_security_group_ingress(GroupId=world.security_group_id, IpPermissions=_SSH),
        ),
        (_drift("aws_security_group.web", "ingress", status="resolved", resolution__how="reverted"),),
    )


def _falco_alerts() -> Iterator[Step]:
    for rule, priority, severity, command in (
        ("Terminal shell in container", "Notice", "low", "bash -il"),
        ("Drop and execute new binary in container", "Critical", "critical", "./miner --threads 8"),
    ):
        alert = FalcoAlert(rule, priority, command)
        fields = (("rule", rule), ("severity", severity), ("container_id", CONTAINER))
        yield Step(f"Falco: {rule}", alert, (Expected(EventType.FALCO, fields),))


def _at(payload: JsonObject, path: str) -> JsonValue:
    """Return the value at a dotted path, None where there is none."""
    value: JsonValue = payload
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value
