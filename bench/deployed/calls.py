"""CloudTrail records whose effect on the resources of `bench.corpus.write_state` is known by construction."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from tfdrift.demo.cloudtrail_records import Call, console_user, record
from tfdrift.domain.json_value import JsonObject, JsonValue

ACCOUNT, REGION = "111122223333", "us-east-1"
# `write_state` makes eight kinds of resources in turn; these are the places of two of them.
_KINDS = 8
_INSTANCE, _FUNCTION = 1, 3
TYPE_IN_STATE, MEMORY_IN_STATE = "t3.medium", 512
_CALLER = console_user(ACCOUNT, "oncall")


@dataclass(frozen=True, slots=True)
class Effect:
    """What a call does: the attribute of a managed resource, Terraform's value of it, and the call's."""

    resource_id: str
    attribute: str
    old_value: JsonValue
    new_value: JsonValue


@dataclass(frozen=True, slots=True)
class Made:
    """A call that was made, and its effect."""

    call: Call
    effect: Effect


def resized(number: int, instance_type: str) -> Made:
    """Return the call that gives the state's instance of that number (0, 1, …) another type."""
    instance = f"i-{number * _KINDS + _INSTANCE:017x}"
    request: JsonObject = {"instanceId": instance, "instanceType": {"value": instance_type}}
    call = Call("ec2", "ModifyInstanceAttribute", request, {"_return": True})
    return Made(call, Effect(instance, "instance_type", TYPE_IN_STATE, instance_type))


def with_memory(number: int, memory: int) -> Made:
    """Return the call that gives the state's function of that number another memory, in MiB."""
    name = f"made-{number * _KINDS + _FUNCTION}"
    request: JsonObject = {"functionName": name, "memorySize": memory}
    call = Call("lambda", "UpdateFunctionConfiguration20150331v2", request, dict(request))
    return Made(call, Effect(name, "memory_size", MEMORY_IN_STATE, memory))


def refused(made: Made) -> Call:
    """Return the same call, as AWS refused it."""
    return replace(
        made.call,
        response=None,
        error_code="Client.UnauthorizedOperation",
        error_message="You are not authorized to perform this operation.",
    )


def resized_unmanaged(number: int) -> Made:
    """Return the change of an instance that no state holds."""
    instance = f"i-0ff{number:014x}"
    request: JsonObject = {"instanceId": instance, "instanceType": {"value": "t3.nano"}}
    call = Call("ec2", "ModifyInstanceAttribute", request, {"_return": True})
    return Made(call, Effect(instance, "instance_type", None, "t3.nano"))


def terminated_unmanaged(number: int) -> Call:
    """Return the end of an instance that no state holds."""
    instances: JsonObject = {"items": [{"instanceId": f"i-0fe{number:014x}"}]}
    return Call("ec2", "TerminateInstances", {"instancesSet": instances}, {"instancesSet": instances})


def not_in_catalog(number: int) -> Call:
    """Return a call that the catalog does not know."""
    return Call("groundstation", "CreateConfig", {"name": f"antenna-{number}"}, {"configId": str(number)})


_READS: tuple[tuple[str, str, JsonObject], ...] = (
    ("ec2", "DescribeInstances", {"maxResults": 100}),
    ("ec2", "DescribeSecurityGroups", {"filterSet": {}}),
    ("lambda", "GetFunction20150331v2", {"functionName": "made-3"}),
    ("s3", "GetBucketAcl", {"bucketName": "made-4", "acl": "", "Host": "made-4.s3.amazonaws.com"}),
    ("iam", "GetRole", {"roleName": "made-2"}),
    ("sts", "GetCallerIdentity", {}),
    ("kms", "DescribeKey", {"keyId": "alias/aws/ssm"}),
)
READS: Sequence[Call] = tuple(Call(service, name, request) for service, name, request in _READS)


def written(call: Call, event_id: uuid.UUID, at: datetime, *, read_only: bool = False) -> JsonObject:
    """Return CloudTrail's record of a call, under an id of the caller's choice."""
    made = record(call, _CALLER, account_id=ACCOUNT, region=REGION, at=at)
    return {**made, "eventID": str(event_id), "requestID": str(event_id), "readOnly": read_only}
