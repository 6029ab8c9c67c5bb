"""Small hand-made inputs, in the shape in which AWS and Falco write them."""

from tfdrift.domain.cloudtrail_parser import parse_record
from tfdrift.domain.cloudtrail_record import CloudTrailRecord
from tfdrift.domain.json_value import JsonObject, JsonValue

ACCOUNT = "111122223333"


def iam_user(**changes: JsonValue) -> JsonObject:
    """Return the userIdentity of an IAM user with MFA."""
    return {
        "type": "IAMUser",
        "principalId": "AIDAEXAMPLE00000ONCALL",
        "arn": f"arn:aws:iam::{ACCOUNT}:user/ops/oncall",
        "accountId": ACCOUNT,
        "accessKeyId": "ASIAEXAMPLE00000ONCALL",
        "userName": "oncall",
        "sessionContext": {"attributes": {"mfaAuthenticated": "true"}},
        **changes,
    }


def role_session(role: str, session: str, *, path: str = "", **changes: JsonValue) -> JsonObject:
    """Return the userIdentity of a role session."""
    return {
        "type": "AssumedRole",
        "principalId": f"AROAEXAMPLE0000000001:{session}",
        "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/{role}/{session}",
        "accountId": ACCOUNT,
        "accessKeyId": "ASIAEXAMPLE000SESSION",
        "sessionContext": {
            "sessionIssuer": {
                "type": "Role",
                "principalId": "AROAEXAMPLE0000000001",
                "arn": f"arn:aws:iam::{ACCOUNT}:role/{path}{role}",
                "accountId": ACCOUNT,
                "userName": role,
            },
            "attributes": {"mfaAuthenticated": "false"},
        },
        **changes,
    }


def raw_record(*without: str, **changes: JsonValue) -> JsonObject:
    """Return a record of a security group's opening; named fields changed or left out."""
    written: JsonObject = {
        "eventVersion": "1.11",
        "userIdentity": iam_user(),
        "eventTime": "2025-01-15T10:00:00Z",
        "eventSource": "ec2.amazonaws.com",
        "eventName": "AuthorizeSecurityGroupIngress",
        "awsRegion": "eu-central-1",
        "sourceIPAddress": "203.0.113.17",
        "userAgent": "aws-cli/2.31.0",
        "requestParameters": {"groupId": "sg-0123456789abcdef0"},
        "responseElements": {"_return": True},
        "requestID": "7f0c5a4c-0000-4000-8000-000000000001",
        "eventID": "0b1c2d3e-0000-4000-8000-000000000001",
        "readOnly": False,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": ACCOUNT,
        "eventCategory": "Management",
        **changes,
    }
    return {field: value for field, value in written.items() if field not in without}


def record(*without: str, **changes: JsonValue) -> CloudTrailRecord:
    """Return the same record, parsed."""
    return parse_record(raw_record(*without, **changes))


def raw_alert(**changes: JsonValue) -> JsonObject:
    """Return an alert of a shell in a container, as Falco's http_output posts it."""
    return {
        "hostname": "node-1",
        "output": "10:00:00.123456789: Critical A shell was spawned in a container (container_id=abc123)",
        "output_fields": {
            "container.id": "abc123",
            "evt.time": 1736935200123456789,
            "k8s.pod.name": None,
            "proc.pname": "<NA>",
            "proc.name": "sh",
        },
        "priority": "Critical",
        "rule": "Terminal shell in container",
        "source": "syscall",
        "tags": ["container", "shell"],
        "time": "2025-01-15T10:00:00.123456789Z",
        **changes,
    }
