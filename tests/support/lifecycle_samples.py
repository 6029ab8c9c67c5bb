"""Small hand-made values that several suites use: a managed resource, a drift, a record, a state."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from tests.support import samples
from tfdrift.domain.cloudtrail_record import CloudTrailRecord
from tfdrift.domain.drift import (
    Cause,
    DriftRecord,
    Origin,
    OriginKind,
    Severity,
    StateReference,
    drift_id,
)
from tfdrift.domain.feed_event import EventType, FeedEvent
from tfdrift.domain.identity import UserIdentity
from tfdrift.domain.json_value import JsonObject, JsonValue
from tfdrift.domain.managed_resource import ManagedResource

ACCOUNT = samples.ACCOUNT
REGION = "eu-central-1"
NOON = samples.NOON
TERRAFORM_AGENT = "APN/1.0 HashiCorp/1.0 Terraform/1.9.8 aws-sdk-go-v2/1.32.0"
FUNCTION = "orders"
FUNCTION_ARN = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{FUNCTION}"


def minutes(count: float) -> datetime:
    """Return a moment that many minutes after noon."""
    return NOON + timedelta(minutes=count)


def lambda_call(
    event_id: str,
    moment: datetime,
    *,
    terraform: bool = False,
    name: str = "UpdateFunctionConfiguration",
    error: str | None = None,
    **parameters: JsonValue,
) -> CloudTrailRecord:
    """Return a call that configures the function ``orders``; by a person, or by Terraform."""
    session = "terraform" if terraform else "oncall"
    arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/{session}-role/{session}"
    return samples.call(
        event_id,
        event_time=moment,
        event_source="lambda.amazonaws.com",
        event_name=name,
        raw_event_name=f"{name}20150331v2",
        region=REGION,
        identity=UserIdentity("AssumedRole", session, arn, None, ACCOUNT, session),
        request={"functionName": FUNCTION, **parameters},
        read_only=False,
        error_code=error,
        source_ip="203.0.113.7",
        user_agent=TERRAFORM_AGENT if terraform else "aws-cli/2.31.0",
        issuer_arn=f"arn:aws:iam::{ACCOUNT}:role/{session}-role",
    )


def state_entry(resource_type: str, name: str, attributes: JsonObject, **more: JsonValue) -> JsonObject:
    """Return an entry of a state's `resources` with one instance; `more` goes to the instance."""
    return {
        "mode": "managed",
        "type": resource_type,
        "name": name,
        "provider": 'provider["registry.terraform.io/hashicorp/aws"]',
        "instances": [{"schema_version": 0, "attributes": attributes, "sensitive_attributes": [], **more}],
    }


def function_entry(**attributes: JsonValue) -> JsonObject:
    """Return the state's entry of the function ``orders``."""
    plain: JsonObject = {
        "id": FUNCTION,
        "arn": FUNCTION_ARN,
        "function_name": FUNCTION,
        "memory_size": 128,
        "timeout": 3,
        "description": "",
    }
    return state_entry("aws_lambda_function", FUNCTION, {**plain, **attributes})


def state_bytes(*entries: JsonObject, serial: int = 1, lineage: str = "lineage-1", **more: Any) -> bytes:
    """Return a state of version 4."""
    document = {
        "version": 4,
        "terraform_version": "1.9.8",
        "serial": serial,
        "lineage": lineage,
        "outputs": {},
        "resources": list(entries),
        **more,
    }
    return json.dumps(document).encode()


def managed(
    address: str = "aws_instance.web", resource_id: str = "i-1", *, key: str = "prod.tfstate", **changes: Any
) -> ManagedResource:
    """Return a managed instance of a state at ``states/<key>``."""
    resource = ManagedResource(
        address=address,
        resource_type="aws_instance",
        resource_id=resource_id,
        provider="aws",
        attributes={"id": resource_id, "instance_type": "t3.micro", "tags": {"Name": "web"}},
        identifiers=(resource_id,),
        state=reference(key=key),
        account_id=ACCOUNT,
        region=REGION,
    )
    return replace(resource, **changes)


def reference(serial: int = 1, *, key: str = "prod.tfstate", lineage: str = "lineage-1") -> StateReference:
    """Return a version of a state in the bucket ``states``."""
    return StateReference(key=key, serial=serial, lineage=lineage, bucket="states", version_id=f"v{serial}")


def drift(
    attribute: str | None = "ingress", resource_id: str = "sg-1", moment: datetime = NOON, **changes: Any
) -> DriftRecord:
    """Return an open drift of a security group."""
    record = samples.drift(
        resource_id,
        attribute,
        id=drift_id(ACCOUNT, REGION, "aws_security_group", resource_id, attribute),
        region=REGION,
        severity=Severity.HIGH,
        new_value=[{"from_port": 22, "nanoseconds": 1736935200123456789}],
        user_identity=UserIdentity("IAMUser", "oncall"),
        origin=Origin(OriginKind.CONSOLE, ("user agent is a browser",)),
        user_agent="Mozilla/5.0",
        timestamp=moment,
        detected_at=moment + timedelta(seconds=2),
        cause=Cause("event-1", "ec2.amazonaws.com", "AuthorizeSecurityGroupIngress", "request-1"),
        state=reference(),
        severity_reason="a reason",
    )
    return replace(record, **changes)


def event(event_id: str, moment: datetime = NOON, **changes: Any) -> FeedEvent:
    """Return an event of the feed."""
    written = FeedEvent(
        event_id=event_id,
        type=EventType.DRIFT,
        timestamp=moment,
        payload={"n": 1736935200123456789, "text": "grün → 緑"},
        severity="high",
        resource_type="aws_security_group",
        account_id=ACCOUNT,
    )
    return replace(written, **changes)
