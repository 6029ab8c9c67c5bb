"""Writes CloudTrail records for the demo, since the emulator emits none of its own.

The shape follows AWS's record contents reference:
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
"""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime

from tfdrift.domain.json_value import JsonObject

_CONSOLE = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0 Safari/537.36"
_CLI = "aws-cli/2.31.0 md/awscrt#0.27.6 ua/2.1 os/linux#6.8 lang/python#3.13.7 cfg/retry-mode#standard"
_TERRAFORM = (
    "APN/1.0 HashiCorp/1.0 Terraform/1.13.3 (+https://www.terraform.io) terraform-provider-aws/6.14.0 "
    "(+https://registry.terraform.io/providers/hashicorp/aws) aws-sdk-go-v2/1.39.0"
)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who makes a call in the story, from where, with what program."""

    identity: JsonObject
    source_ip: str
    user_agent: str
    from_console: bool = False


def console_user(account_id: str, name: str) -> Caller:
    """Return an IAM user who signed in to the console with MFA."""
    identity: JsonObject = {
        "type": "IAMUser",
        "principalId": "AIDAEXAMPLEONCALL00001",
        "arn": f"arn:aws:iam::{account_id}:user/{name}",
        "accountId": account_id,
        "accessKeyId": "ASIAEXAMPLEONCALL0001",
        "userName": name,
        "sessionContext": {"attributes": {"mfaAuthenticated": "true"}},
    }
    return Caller(identity, "203.0.113.17", _CONSOLE, from_console=True)


def sso_session(account_id: str, permission_set: str, person: str) -> Caller:
    """Return a person in a role session that IAM Identity Center opened."""
    role = f"AWSReservedSSO_{permission_set}_0123456789abcdef"
    identity = _session(account_id, role, person, path="aws-reserved/sso.amazonaws.com/")
    return Caller(identity, "198.51.100.24", _CLI)


def terraform_session(account_id: str, role: str) -> Caller:
    """Return the pipeline's role session in which Terraform applies."""
    return Caller(_session(account_id, role, "apply-1042"), "192.0.2.80", _TERRAFORM)


def _session(account_id: str, role: str, session: str, *, path: str = "") -> JsonObject:
    return {
        "type": "AssumedRole",
        "principalId": f"AROAEXAMPLE000000001:{session}",
        "arn": f"arn:aws:sts::{account_id}:assumed-role/{role}/{session}",
        "accountId": account_id,
        "accessKeyId": "ASIAEXAMPLESESSION001",
        "sessionContext": {
            "sessionIssuer": {
                "type": "Role",
                "principalId": "AROAEXAMPLE000000001",
                "arn": f"arn:aws:iam::{account_id}:role/{path}{role}",
                "accountId": account_id,
                "userName": role,
            },
            "attributes": {"mfaAuthenticated": "false"},
        },
    }


@dataclass(frozen=True, slots=True)
class Call:
    """An API call of the story: what was asked and what AWS answered."""

    service: str
    name: str
    request: JsonObject
    response: JsonObject | None = None
    error_code: str | None = None
    error_message: str | None = None


def ssh_from_everywhere(group_id: str) -> JsonObject:
    """Return the parameters of a call that opens a security group's SSH to everybody, or closes it again."""
    ssh: JsonObject = {
        "ipProtocol": "tcp",
        "fromPort": 22,
        "toPort": 22,
        "groups": {},
        "ipRanges": {"items": [{"cidrIp": "0.0.0.0/0"}]},
        "ipv6Ranges": {},
        "prefixListIds": {},
    }
    return {"groupId": group_id, "ipPermissions": {"items": [ssh]}}


def record(call: Call, caller: Caller, *, account_id: str, region: str, at: datetime) -> JsonObject:
    """Return the CloudTrail record of a call made at that moment (UTC)."""
    written: JsonObject = {
        "eventVersion": "1.11",
        "userIdentity": caller.identity,
        "eventTime": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "eventSource": f"{call.service}.amazonaws.com",
        "eventName": call.name,
        "awsRegion": region,
        "sourceIPAddress": caller.source_ip,
        "userAgent": caller.user_agent,
        "requestParameters": call.request,
        "responseElements": call.response,
        "requestID": str(uuid.uuid4()),
        "eventID": str(uuid.uuid4()),
        "readOnly": False,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": account_id,
        "eventCategory": "Management",
    }
    if caller.from_console:
        written["sessionCredentialFromConsole"] = "true"
    if call.error_code is not None:
        written["errorCode"] = call.error_code
        written["errorMessage"] = call.error_message
        written["responseElements"] = None
    return written
