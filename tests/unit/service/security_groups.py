"""A security group with inline rules, and the calls that change them."""

from dataclasses import replace

from tests.support.lifecycle_samples import ACCOUNT, REGION, lambda_call, minutes, state_entry
from tfdrift.domain.cloudtrail_record import CloudTrailRecord
from tfdrift.domain.json_value import JsonObject, JsonValue


def rule(port: int, **changes: JsonValue) -> JsonObject:
    """Return a rule as the state of a security group holds it."""
    return {
        "cidr_blocks": ["10.0.0.0/8"],
        "description": "",
        "from_port": port,
        "ipv6_cidr_blocks": [],
        "prefix_list_ids": [],
        "protocol": "tcp",
        "security_groups": [],
        "self": False,
        "to_port": port,
        **changes,
    }


def group(*rules: JsonObject, resource_type: str = "aws_security_group") -> JsonObject:
    """Return a state's entry of the group ``sg-1`` with inline rules."""
    arn = f"arn:aws:ec2:{REGION}:{ACCOUNT}:security-group/sg-1"
    attributes: JsonObject = {"id": "sg-1", "arn": arn, "ingress": list(rules), "egress": []}
    return state_entry(resource_type, "web", attributes)


def call(event_id: str, minute: int, verb: str, port: int, **permission: JsonValue) -> CloudTrailRecord:
    """Return a call that authorises or revokes a rule of the group."""
    item: JsonObject = {
        "ipProtocol": "tcp",
        "fromPort": port,
        "toPort": port,
        "ipRanges": {"items": [{"cidrIp": "10.0.0.0/8"}]},
        "ipv6Ranges": {},
        "prefixListIds": {},
        "groups": {},
        **permission,
    }
    return replace(
        lambda_call(event_id, minutes(minute)),
        event_source="ec2.amazonaws.com",
        event_name=f"{verb}SecurityGroupIngress",
        request={"groupId": "sg-1", "ipPermissions": {"items": [item]}},
    )
