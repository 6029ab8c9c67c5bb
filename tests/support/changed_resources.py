"""Resources that an account's Terraform manages, their state, and calls that change them by hand."""

import json
from datetime import UTC, datetime
from typing import Any

from tfdrift.demo.cloudtrail_records import Call, console_user, record, ssh_from_everywhere


def state_of(*resources: dict[str, Any], lineage: str, serial: int = 1) -> bytes:
    """Return a Terraform state of some resources."""
    return json.dumps(
        {
            "version": 4,
            "terraform_version": "1.13.3",
            "serial": serial,
            "lineage": lineage,
            "outputs": {},
            "resources": list(resources),
        }
    ).encode()


def security_group(account_id: str, region: str, group_id: str, name: str) -> dict[str, Any]:
    """Return a managed security group that lets nobody in."""
    return _managed(
        "aws_security_group",
        name,
        {
            "id": group_id,
            "arn": f"arn:aws:ec2:{region}:{account_id}:security-group/{group_id}",
            "name": name,
            "description": "HTTPS only",
            "owner_id": account_id,
            "vpc_id": "vpc-0a1b2c3d",
            "ingress": [],
            "egress": [],
            "tags": {},
        },
    )


def function(account_id: str, region: str, name: str) -> dict[str, Any]:
    """Return a managed function of 128 MB and 30 seconds."""
    return _managed(
        "aws_lambda_function",
        name,
        {
            "id": name,
            "arn": f"arn:aws:lambda:{region}:{account_id}:function:{name}",
            "function_name": name,
            "description": "takes orders",
            "memory_size": 128,
            "timeout": 30,
            "tags": {},
        },
    )


def _managed(resource_type: str, name: str, attributes: dict[str, Any]) -> dict[str, Any]:
    return {
        "mode": "managed",
        "type": resource_type,
        "name": name,
        "provider": 'provider["registry.terraform.io/hashicorp/aws"]',
        "instances": [{"schema_version": 1, "attributes": attributes, "sensitive_attributes": []}],
    }


def opened_to_the_world(account_id: str, region: str, group_id: str) -> dict[str, Any]:
    """Return the record of SSH opened to everybody in the console."""
    return _ingress("AuthorizeSecurityGroupIngress", account_id, region, group_id)


def closed_again(account_id: str, region: str, group_id: str) -> dict[str, Any]:
    """Return the record of the same rule taken away."""
    return _ingress("RevokeSecurityGroupIngress", account_id, region, group_id)


def _ingress(name: str, account_id: str, region: str, group_id: str) -> dict[str, Any]:
    request = ssh_from_everywhere(group_id)
    return _by_hand(Call("ec2", name, request, {"_return": True}), account_id, region)


def reconfigured(account_id: str, region: str, name: str, **parameters: Any) -> dict[str, Any]:
    """Return the record of a function's new configuration; keywords as CloudTrail spells them."""
    request = {"functionName": name, **parameters}
    return _by_hand(Call("lambda", "UpdateFunctionConfiguration20150331v2", request), account_id, region)


def _by_hand(call: Call, account_id: str, region: str) -> dict[str, Any]:
    caller = console_user(account_id, "oncall")
    return dict(record(call, caller, account_id=account_id, region=region, at=datetime.now(UTC)))
