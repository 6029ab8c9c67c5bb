"""Hand-made domain values that several suites begin with."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from tfdrift.domain.cloudtrail_record import CloudTrailRecord
from tfdrift.domain.drift import (
    Cause,
    ChangeType,
    DriftRecord,
    DriftStatus,
    Fidelity,
    Origin,
    OriginKind,
    Severity,
    StateReference,
    drift_id,
)
from tfdrift.domain.feed_event import EventType, FeedEvent
from tfdrift.domain.identity import UserIdentity

ACCOUNT, REGION = "111122223333", "eu-west-1"
NOON = datetime(2025, 1, 15, 12, tzinfo=UTC)
CALLER = UserIdentity(
    type="IAMUser",
    user_name="oncall",
    arn=f"arn:aws:iam::{ACCOUNT}:user/oncall",
    account_id=ACCOUNT,
    mfa=True,
)


def drift(resource_id: str = "sg-1", attribute: str | None = "ingress", **fields: Any) -> DriftRecord:
    """Return an open drift of a security group."""
    made = DriftRecord(
        id=drift_id(ACCOUNT, REGION, "aws_security_group", resource_id, attribute),
        status=DriftStatus.OPEN,
        change_type=ChangeType.MODIFIED,
        severity=Severity.CRITICAL,
        provider="aws",
        account_id=ACCOUNT,
        region=REGION,
        resource_type="aws_security_group",
        resource_id=resource_id,
        resource_address="aws_security_group.web",
        managed=True,
        attribute=attribute,
        old_value=[],
        new_value=[{"from_port": 22, "cidr_blocks": ["0.0.0.0/0"]}],
        user_identity=CALLER,
        origin=Origin(OriginKind.CONSOLE, ("sessionCredentialFromConsole",)),
        source_ip="203.0.113.7",
        user_agent="AWS Internal",
        timestamp=NOON,
        detected_at=NOON,
        cause=Cause("e-1", "ec2.amazonaws.com", "AuthorizeSecurityGroupIngress", "r-1"),
        state=StateReference("prod/terraform.tfstate", 4, "lineage", "states", "v4"),
        fidelity=Fidelity.EXACT,
        severity_reason="SSH is open to the world",
    )
    return replace(made, **fields)


def drift_event(event_id: str, record: DriftRecord) -> FeedEvent:
    """Return a feed event that tells of a drift."""
    return FeedEvent(
        event_id=event_id,
        type=EventType.DRIFT,
        timestamp=record.timestamp,
        payload={"id": record.id, "transition": "opened"},
        severity=record.severity.value,
        resource_type=record.resource_type,
        account_id=record.account_id,
    )


def call(event_id: str, **fields: Any) -> CloudTrailRecord:
    """Return a successful write call."""
    made = CloudTrailRecord(
        event_id=event_id,
        event_time=NOON,
        event_source="ec2.amazonaws.com",
        event_name="ModifyInstanceAttribute",
        raw_event_name="ModifyInstanceAttribute",
        event_type="AwsApiCall",
        region=REGION,
        account_id=ACCOUNT,
        identity=CALLER,
        request={"instanceId": "i-1", "nanoseconds": 1736935200123456789},
        response={},
    )
    return replace(made, **fields)
