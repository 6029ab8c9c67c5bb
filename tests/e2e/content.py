"""A small account's content for the page tests: drifts of each kind, a state, alerts, and state changes."""

import json
from dataclasses import replace
from datetime import datetime, timedelta

from tests.e2e.stack import Stack
from tests.support.samples import ACCOUNT, CALLER, NOON, REGION, drift
from tfdrift.domain.drift import (
    Acknowledgement,
    Cause,
    ChangeType,
    DriftRecord,
    DriftStatus,
    Resolution,
    ResolutionHow,
    Severity,
    StateReference,
)
from tfdrift.domain.feed_event import EventType, FeedEvent
from tfdrift.domain.managed_resource import ManagedResource

STATE = StateReference("prod/terraform.tfstate", 4, "lineage", "states", "v4")
WEB = 'module.web["a"].aws_security_group.web'
DATA = "aws_s3_bucket.data"
# Markup, were a page to take it for that.
PROBE = "<img src=x onerror=\"document.title='probed'\"><script>document.title='probed'</script>"


def _policy(actions: str | list[str]) -> str:
    statement = {"Sid": "Read", "Effect": "Allow", "Action": actions, "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def world_open_ssh(at: datetime = NOON) -> DriftRecord:
    """A critical drift within a module, made by somebody who was told apart by their session."""
    return drift("sg-web", resource_address=WEB, timestamp=at, detected_at=at)


def widened_policy(at: datetime = NOON) -> DriftRecord:
    """A drift of a policy document."""
    return drift(
        "data",
        "policy",
        resource_type="aws_s3_bucket",
        resource_address=DATA,
        severity=Severity.HIGH,
        severity_reason="the policy allows more",
        old_value=_policy("s3:GetObject"),
        new_value=_policy(["s3:*", "s3:GetObject"]),
        cause=Cause("e-2", "s3.amazonaws.com", "PutBucketPolicy", "r-2"),
        timestamp=at,
        detected_at=at,
    )


def unmanaged_bucket(at: datetime = NOON) -> DriftRecord:
    """A resource that was created without Terraform."""
    return drift(
        "by-hand",
        None,
        resource_type="aws_s3_bucket",
        resource_address=None,
        managed=False,
        change_type=ChangeType.CREATED,
        old_value=None,
        new_value=None,
        state=None,
        severity=Severity.MEDIUM,
        severity_reason="created without Terraform",
        cause=Cause("e-3", "s3.amazonaws.com", "CreateBucket", "r-3"),
        timestamp=at,
        detected_at=at,
    )


def acknowledged(at: datetime = NOON) -> DriftRecord:
    """A drift that somebody took note of."""
    return drift(
        "i-1",
        "instance_type",
        resource_type="aws_instance",
        resource_address='module.web["a"].aws_instance.web[0]',
        severity=Severity.LOW,
        severity_reason="another size",
        status=DriftStatus.ACKNOWLEDGED,
        acknowledgement=Acknowledgement("lead", at, "until the release"),
        old_value="t3.small",
        new_value="t3.large",
        timestamp=at,
        detected_at=at,
    )


def reverted(at: datetime = NOON) -> DriftRecord:
    """A drift that is over."""
    return replace(
        drift("sg-old", resource_address="aws_security_group.old", timestamp=at, detected_at=at),
        status=DriftStatus.RESOLVED,
        resolution=Resolution(ResolutionHow.REVERTED, "oncall", at + timedelta(minutes=5)),
    )


def falco_alert(number: int, at: datetime = NOON, **payload: str) -> FeedEvent:
    """An alert of a container."""
    return FeedEvent(
        event_id=f"falco:{number}",
        type=EventType.FALCO,
        timestamp=at,
        payload={
            "severity": "critical",
            "rule": f"Terminal shell in container {number}",
            "output": "A shell was spawned in a container (user=root)",
            "container_id": "abc123",
            "priority": "Critical",
            "source": "syscall",
            "hostname": "node-7",
            "tags": ["container", "shell"],
            "timestamp": at.isoformat(),
            "event_id": f"falco:{number}",
            **payload,
        },
        severity="critical",
    )


def state_change(resource: str, at: datetime = NOON) -> FeedEvent:
    """A resource that a new version of the state modified."""
    return FeedEvent(
        event_id=f"state:{resource}",
        type=EventType.STATE_CHANGE,
        timestamp=at,
        payload={
            "resource": resource,
            "action": "modified",
            "serial": STATE.serial,
            "state": {
                "bucket": STATE.bucket,
                "key": STATE.key,
                "serial": STATE.serial,
                "lineage": STATE.lineage,
            },
            "changed_attributes": ["policy"],
            "timestamp": at.isoformat(),
        },
    )


def managed_resources() -> list[ManagedResource]:
    """The state's resources: a network that a module called twice stands on, and a bucket."""
    resources = [_resource("aws_vpc.main", "vpc-1"), _resource(DATA, "data")]
    for key in ("a", "b"):
        module = f'module.web["{key}"]'
        group = f"{module}.aws_security_group.web"
        resources.append(_resource(group, "sg-web" if key == "a" else "sg-b", "aws_vpc.main"))
        resources.append(
            _resource(f"{module}.aws_instance.web[0]", "i-1" if key == "a" else "i-b", "aws_vpc.main", group)
        )
    return resources


def _resource(address: str, resource_id: str, *depends_on: str) -> ManagedResource:
    kind = address.rpartition("module.")[2].split(".")[-2]
    return ManagedResource(
        address,
        kind,
        resource_id,
        "aws",
        {"id": resource_id},
        (resource_id,),
        STATE,
        ACCOUNT,
        REGION,
        depends_on,
    )


def fill(stack: Stack, at: datetime = NOON) -> None:
    """Store all of it, as if it had happened around that time."""
    stack.states.replace(STATE, managed_resources(), terraform_version="1.9.5", indexed_at=at)
    stack.record(world_open_ssh(at))
    stack.record(widened_policy(at - timedelta(minutes=20)))
    stack.record(unmanaged_bucket(at - timedelta(hours=3)))
    stack.record(
        replace(acknowledged(at - timedelta(hours=5)), status=DriftStatus.OPEN, acknowledgement=None)
    )
    stack.record(acknowledged(at - timedelta(hours=5)), "acknowledged")
    stack.record(replace(reverted(at - timedelta(hours=7)), status=DriftStatus.OPEN, resolution=None))
    stack.record(reverted(at - timedelta(hours=7)), "resolved")
    for number in range(3):
        stack.events.append(falco_alert(number, at - timedelta(minutes=5 * number)))
    stack.events.append(state_change(DATA, at - timedelta(minutes=30)))


def probed() -> DriftRecord:
    """A drift whose every text would be markup, if a page took it for that."""
    return replace(
        drift(),
        resource_id=PROBE,
        resource_address=PROBE,
        attribute=PROBE,
        old_value=PROBE,
        new_value={PROBE: [PROBE]},
        severity_reason=PROBE,
        source_ip=PROBE,
        user_agent=PROBE,
        user_identity=replace(CALLER, user_name=PROBE, arn=PROBE),
    )
