"""EC2 instances, volumes, networks: each attribute that a call sets, beside the state's."""

from typing import Any

import pytest

from tests.unit.engine.scene import call, detected, managed
from tfdrift.domain.detection import DetectionOutcome
from tfdrift.domain.drift import ChangeType, Fidelity, Severity

INSTANCE_ID = "i-0123456789abcdef0"
INSTANCE = managed(
    "module.web.aws_instance.app[1]",
    id=INSTANCE_ID,
    arn=f"arn:aws:ec2:eu-central-1:111122223333:instance/{INSTANCE_ID}",
    instance_type="t3.micro",
    vpc_security_group_ids=["sg-b", "sg-a"],
    source_dest_check=True,
    disable_api_termination=None,
    instance_initiated_shutdown_behavior="stop",
    ebs_optimized=False,
    monitoring=False,
    iam_instance_profile="app",
    user_data="2b0f5b5c",
    metadata_options=[
        {"http_endpoint": "enabled", "http_tokens": "required", "http_put_response_hop_limit": 1}
    ],
    root_block_device=[{"volume_id": "vol-1", "volume_size": 8, "volume_type": "gp3"}],
    primary_network_interface_id="eni-1",
    tags={"Name": "app", "Env": "prod"},
    tags_all={"Name": "app", "Env": "prod"},
)


def modify(**request: Any) -> Any:
    return call("ec2", "ModifyInstanceAttribute", {"instanceId": INSTANCE_ID, **request})


@pytest.mark.parametrize(
    ("request_", "attribute", "expected", "actual"),
    [
        ({"instanceType": {"value": "t3.xlarge"}}, "instance_type", "t3.micro", "t3.xlarge"),
        ({"attribute": "instanceType", "value": "t3.xlarge"}, "instance_type", "t3.micro", "t3.xlarge"),
        ({"sourceDestCheck": {"value": False}}, "source_dest_check", True, False),
        ({"disableApiTermination": {"value": True}}, "disable_api_termination", None, True),
        ({"ebsOptimized": {"value": "true"}}, "ebs_optimized", False, True),
        (
            {"instanceInitiatedShutdownBehavior": {"value": "terminate"}},
            "instance_initiated_shutdown_behavior",
            "stop",
            "terminate",
        ),
        (
            {"groupSet": {"items": [{"groupId": "sg-a"}, {"groupId": "sg-c"}]}},
            "vpc_security_group_ids",
            ["sg-b", "sg-a"],
            ["sg-a", "sg-c"],
        ),
    ],
)
def test_an_instance_attribute_is_compared(
    request_: dict[str, Any], attribute: str, expected: Any, actual: Any
):
    (finding,) = detected(modify(**request_), INSTANCE).findings
    assert finding.address == "module.web.aws_instance.app[1]"
    assert (finding.attribute, finding.expected, finding.actual) == (attribute, expected, actual)
    assert (finding.differs, finding.fidelity) == (True, Fidelity.EXACT)


@pytest.mark.parametrize(
    "request_",
    [
        {"instanceType": {"value": "t3.micro"}},
        {"disableApiTermination": {"value": False}},
        {"groupSet": {"items": [{"groupId": "sg-a"}, {"groupId": "sg-b"}]}},
        {"sourceDestCheck": {"value": "true"}},
    ],
)
def test_terraforms_own_value_is_no_difference(request_: dict[str, Any]):
    (finding,) = detected(modify(**request_), INSTANCE).findings
    assert not finding.differs


def test_an_instance_in_no_state_is_shown_as_unmanaged():
    # https://github.com/higakikeita/tfdrift-falco/issues/407
    found = detected(modify(instanceType={"value": "t3.xlarge"}))
    (finding,) = found.findings
    assert found.outcome is DetectionOutcome.NO_MANAGED_RESOURCE
    assert (finding.managed, finding.resource_type, finding.resource_id) == (
        False,
        "aws_instance",
        INSTANCE_ID,
    )
    assert (finding.attribute, finding.expected, finding.actual) == ("instance_type", None, "t3.xlarge")


@pytest.mark.parametrize("hidden", [{"value": "<sensitiveDataRemoved>"}, "<sensitiveDataRemoved>"])
def test_hidden_user_data_is_a_partial_finding(hidden: Any):
    (finding,) = detected(modify(userData=hidden), INSTANCE).findings
    assert (finding.attribute, finding.actual, finding.fidelity) == ("user_data", None, Fidelity.PARTIAL)
    assert finding.differs


def test_a_state_of_another_provider_version_that_lacks_the_attribute_is_no_difference():
    # https://github.com/snyk/driftctl/issues/1671, /255, /488
    old = managed("aws_instance.old", id=INSTANCE_ID, instance_type="t3.micro")
    found = detected(modify(disableApiStop={"value": True}), old)
    (finding,) = found.findings
    assert (finding.attribute, finding.fidelity) == (None, Fidelity.EVENT_ONLY)


@pytest.mark.parametrize("wrapped", [True, False])
def test_metadata_options_are_compared_in_both_ways_of_writing(wrapped: bool):
    pascal = {"InstanceId": INSTANCE_ID, "HttpTokens": "optional", "HttpPutResponseHopLimit": 1}
    plain = {"instanceId": INSTANCE_ID, "httpTokens": "optional", "httpPutResponseHopLimit": "1"}
    request = {"ModifyInstanceMetadataOptionsRequest": pascal} if wrapped else plain
    found = detected(call("ec2", "ModifyInstanceMetadataOptions", request), INSTANCE)
    different = [finding for finding in found.findings if finding.differs]
    assert [(f.attribute, f.expected, f.actual, f.severity) for f in different] == [
        ("metadata_options[0].http_tokens", "required", "optional", Severity.HIGH)
    ]


def test_monitoring_is_said_by_the_events_name():
    request = {"instancesSet": {"items": [{"instanceId": INSTANCE_ID}, {"instanceId": "i-other"}]}}
    found = detected(call("ec2", "MonitorInstances", request), INSTANCE)
    (finding,) = found.findings
    assert (finding.attribute, finding.actual) == ("monitoring", True)


@pytest.mark.parametrize(
    ("name", "request_", "response", "actual"),
    [
        (
            "AssociateIamInstanceProfile",
            {
                "AssociateIamInstanceProfileRequest": {
                    "InstanceId": INSTANCE_ID,
                    "IamInstanceProfile": {"Name": "admin"},
                }
            },
            {},
            "admin",
        ),
        (
            "ReplaceIamInstanceProfileAssociation",
            {
                "ReplaceIamInstanceProfileAssociationRequest": {
                    "AssociationId": "iip-assoc-1",
                    "IamInstanceProfile": {"Arn": "arn:aws:iam::111122223333:instance-profile/admin"},
                }
            },
            {
                "ReplaceIamInstanceProfileAssociationResponse": {
                    "iamInstanceProfileAssociation": {"instanceId": INSTANCE_ID}
                }
            },
            "arn:aws:iam::111122223333:instance-profile/admin",
        ),
        (
            "DisassociateIamInstanceProfile",
            {"DisassociateIamInstanceProfileRequest": {"AssociationId": "iip-assoc-1"}},
            {
                "DisassociateIamInstanceProfileResponse": {
                    "iamInstanceProfileAssociation": {"instanceId": INSTANCE_ID}
                }
            },
            None,
        ),
    ],
)
def test_the_instance_profile_is_followed(name: str, request_: Any, response: Any, actual: Any):
    (finding,) = detected(call("ec2", name, request_, response), INSTANCE).findings
    assert (finding.attribute, finding.expected, finding.actual) == ("iam_instance_profile", "app", actual)


def test_the_consoles_change_of_groups_through_the_interface_is_the_instances():
    request = {"networkInterfaceId": "eni-1", "groupSet": {"items": [{"groupId": "sg-a"}]}}
    (finding,) = detected(call("ec2", "ModifyNetworkInterfaceAttribute", request), INSTANCE).findings
    assert (finding.attribute, finding.actual) == ("vpc_security_group_ids", ["sg-a"])


def test_the_root_volume_belongs_to_its_instance():
    request = {"ModifyVolumeRequest": {"VolumeId": "vol-1", "Size": 100}}
    (finding,) = detected(call("ec2", "ModifyVolume", request), INSTANCE).findings
    assert (finding.attribute, finding.expected, finding.actual) == (
        "root_block_device[0].volume_size",
        8,
        100,
    )


def test_tags_are_merged_and_dropped():
    items = {"resourcesSet": {"items": [{"resourceId": INSTANCE_ID}]}}
    added = call("ec2", "CreateTags", {**items, "tagSet": {"items": [{"key": "Env", "value": "dev"}]}})
    gone = call("ec2", "DeleteTags", {**items, "tagSet": {"items": [{"key": "Env"}]}})
    (changed,) = detected(added, INSTANCE).findings
    (dropped,) = detected(gone, INSTANCE).findings
    assert (changed.attribute, changed.actual) == ("tags", {"Env": "dev", "Name": "app"})
    assert changed.severity is Severity.LOW
    assert dropped.actual == {"Name": "app"}


def test_default_tags_of_the_provider_are_compared_in_tags_all():
    tagged = managed(
        "aws_vpc.main", id="vpc-1", tags={"Name": "main"}, tags_all={"Name": "main", "Team": "net"}
    )
    request = {
        "resourcesSet": {"items": [{"resourceId": "vpc-1"}]},
        "tagSet": {"items": [{"key": "Team", "value": "net"}]},
    }
    (same,) = detected(call("ec2", "CreateTags", request), tagged).findings
    assert (same.attribute, same.differs) == ("tags_all", False)


def test_a_terminated_instance_is_deleted():
    request = {"instancesSet": {"items": [{"instanceId": INSTANCE_ID}]}}
    (finding,) = detected(call("ec2", "TerminateInstances", request), INSTANCE).findings
    assert (finding.attribute, finding.change_type, finding.severity) == (
        None,
        ChangeType.DELETED,
        Severity.HIGH,
    )


def test_dns_hostnames_of_a_vpc_are_compared():
    # https://github.com/higakikeita/tfdrift-falco/issues/324
    vpc = managed("aws_vpc.main", id="vpc-1", enable_dns_hostnames=True, enable_dns_support=True)
    record = call("ec2", "ModifyVpcAttribute", {"vpcId": "vpc-1", "enableDnsHostnames": {"value": False}})
    (finding,) = detected(record, vpc).findings
    assert (finding.attribute, finding.expected, finding.actual) == ("enable_dns_hostnames", True, False)


ROUTE = {"cidr_block": "0.0.0.0/0", "gateway_id": "igw-1", "nat_gateway_id": "", "ipv6_cidr_block": ""}


def test_a_route_belongs_to_its_own_resource_or_to_the_table():
    replaced = call(
        "ec2",
        "ReplaceRoute",
        {"routeTableId": "rtb-1", "destinationCidrBlock": "0.0.0.0/0", "gatewayId": "igw-evil"},
    )
    table = managed("aws_route_table.main", id="rtb-1", route=[ROUTE])
    own = managed(
        "aws_route.out",
        id="r-rtb-1",
        route_table_id="rtb-1",
        destination_cidr_block="0.0.0.0/0",
        gateway_id="igw-1",
    )
    (inline,) = detected(replaced, table).findings
    _, standalone = detected(replaced, managed("aws_route_table.main", id="rtb-1", route=[]), own).findings
    assert (inline.attribute, inline.actual) == (
        "route",
        [{"cidr_block": "0.0.0.0/0", "gateway_id": "igw-evil"}],
    )
    assert (standalone.address, standalone.attribute, standalone.actual) == (
        "aws_route.out",
        "gateway_id",
        "igw-evil",
    )


def test_a_deleted_inline_route_leaves_the_table():
    table = managed("aws_route_table.main", id="rtb-1", route=[ROUTE])
    request = {"routeTableId": "rtb-1", "destinationCidrBlock": "0.0.0.0/0"}
    (finding,) = detected(call("ec2", "DeleteRoute", request), table).findings
    assert (finding.attribute, finding.actual, finding.differs) == ("route", [], True)


def test_an_acl_entry_is_compared_by_number_with_protocols_by_name():
    entry = {"rule_no": 20, "action": "allow", "protocol": "tcp", "from_port": 443, "to_port": 443}
    acl = managed(
        "aws_network_acl.main", id="acl-1", ingress=[{**entry, "cidr_block": "10.0.0.0/8"}], egress=[]
    )
    request = {
        "networkAclId": "acl-1",
        "ruleNumber": 20,
        "egress": False,
        "ruleAction": "allow",
        "icmpTypeCode": {},
        "portRange": {"from": 443, "to": 443},
        "aclProtocol": "6",
        "cidrBlock": "10.0.0.0/8",
    }
    (same,) = detected(call("ec2", "ReplaceNetworkAclEntry", request), acl).findings
    (open_,) = detected(
        call("ec2", "ReplaceNetworkAclEntry", {**request, "cidrBlock": "0.0.0.0/0"}), acl
    ).findings
    assert (same.attribute, same.differs) == ("ingress", False)
    assert (open_.differs, open_.severity) == (True, Severity.HIGH)


def test_an_entry_for_all_protocols_is_shown_with_the_ports_that_terraform_writes():
    acl = managed("aws_network_acl.main", id="acl-1", ingress=[], egress=[])
    request = {
        "networkAclId": "acl-1",
        "ruleNumber": 20,
        "egress": False,
        "ruleAction": "allow",
        "portRange": {},
        "aclProtocol": "-1",
        "cidrBlock": "10.0.0.0/8",
    }
    (finding,) = detected(call("ec2", "CreateNetworkAclEntry", request), acl).findings
    shown = {"rule_no": 20, "action": "allow", "cidr_block": "10.0.0.0/8", "protocol": "-1"}
    assert finding.actual == [{**shown, "from_port": 0, "to_port": 0}]


def test_each_of_many_instances_that_one_call_starts_is_told():
    started = [{"instanceId": f"i-{number:017x}"} for number in range(300)]
    found = detected(call("ec2", "RunInstances", {}, {"instancesSet": {"items": started}})).findings
    assert {finding.resource_id for finding in found} == {one["instanceId"] for one in started}


def test_a_snapshot_shared_with_everybody_is_critical():
    snapshot = managed("aws_ebs_snapshot.data", id="snap-1")
    request = {"snapshotId": "snap-1", "createVolumePermission": {"add": {"items": [{"group": "all"}]}}}
    found = detected(call("ec2", "ModifySnapshotAttribute", request), snapshot)
    (finding,) = found.findings
    assert found.outcome is DetectionOutcome.FINDINGS
    assert (finding.resource_type, finding.severity) == (
        "aws_snapshot_create_volume_permission",
        Severity.CRITICAL,
    )
    assert finding.parent == snapshot


def test_tags_are_of_the_resource_alone_that_has_tags():
    vpc = managed("aws_vpc.main", id="vpc-1", tags={})
    beside = managed("aws_vpc_dhcp_options_association.x", id="vpc-1", vpc_id="vpc-1")
    request = {
        "resourcesSet": {"items": [{"resourceId": "vpc-1"}]},
        "tagSet": {"items": [{"key": "a", "value": "b"}]},
    }
    assert [f.address for f in detected(call("ec2", "CreateTags", request), vpc, beside).findings] == [
        "aws_vpc.main"
    ]
