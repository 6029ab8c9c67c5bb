"""EC2's networks, launch templates and the settings of a region, in the spellings that CloudTrail has."""

from typing import Any

import pytest

from tests.unit.engine.scene import call, detected, managed
from tfdrift.domain.drift import ChangeType, Severity


def test_a_launch_template_gets_a_version():
    template = managed(
        "aws_launch_template.web",
        id="lt-1",
        name="web",
        latest_version=3,
        image_id="ami-1",
        metadata_options=[{"http_tokens": "required"}],
        vpc_security_group_ids=["sg-1"],
    )
    data = {
        "ImageId": "ami-1",
        "MetadataOptions": {"HttpTokens": "optional"},
        "SecurityGroupId": {"tag": 1, "content": "sg-1"},
    }
    record = call(
        "ec2",
        "CreateLaunchTemplateVersion",
        {"CreateLaunchTemplateVersionRequest": {"LaunchTemplateName": "web", "LaunchTemplateData": data}},
        {
            "CreateLaunchTemplateVersionResponse": {
                "launchTemplateVersion": {"versionNumber": 4},
                "xmlns": "x",
            }
        },
    )
    found = {
        finding.attribute: (finding.actual, finding.differs)
        for finding in detected(record, template).findings
    }
    assert found == {
        "latest_version": (4, True),
        "image_id": ("ami-1", False),
        "metadata_options[0].http_tokens": ("optional", True),
        "vpc_security_group_ids": (["sg-1"], False),
    }


def prefix_list(**request: Any) -> Any:
    wrapped = {"ModifyManagedPrefixListRequest": {"PrefixListId": "pl-1", **request}}
    return call("ec2", "ModifyManagedPrefixList", wrapped)


def test_entries_of_a_prefix_list_are_its_own_or_resources():
    inline = managed(
        "aws_ec2_managed_prefix_list.a", id="pl-1", entry=[{"cidr": "192.0.2.0/24", "description": "office"}]
    )
    record = prefix_list(AddEntry={"tag": 1, "Cidr": "0.0.0.0/0", "Description": "all"})
    (finding,) = detected(record, inline).findings
    assert finding.actual == [
        {"cidr": "192.0.2.0/24", "description": "office"},
        {"cidr": "0.0.0.0/0", "description": "all"},
    ]
    entries = [
        managed(
            f"aws_ec2_managed_prefix_list_entry.{name}", id=f"pl-1,{cidr}", prefix_list_id="pl-1", cidr=cidr
        )
        for name, cidr in (("a", "192.0.2.0/24"), ("b", "198.51.100.0/24"))
    ]
    record = prefix_list(
        RemoveEntry=[{"tag": 1, "Cidr": "192.0.2.0/24"}, {"tag": 2, "Cidr": "203.0.113.0/24"}]
    )
    gone = [finding for finding in detected(record, *entries).findings if finding.managed]
    assert [(finding.address, finding.change_type) for finding in gone] == [
        ("aws_ec2_managed_prefix_list_entry.a", ChangeType.DELETED)
    ]


@pytest.mark.parametrize(
    ("event", "resource_type", "request_", "attribute", "before", "after"),
    [
        ("DisableEbsEncryptionByDefault", "aws_ebs_encryption_by_default", {}, "enabled", True, False),
        ("EnableSerialConsoleAccess", "aws_ec2_serial_console_access", {}, "enabled", False, True),
        (
            "DisableImageBlockPublicAccess",
            "aws_ec2_image_block_public_access",
            {},
            "state",
            "block-new-sharing",
            "unblocked",
        ),
        (
            "ModifyInstanceMetadataDefaults",
            "aws_ec2_instance_metadata_defaults",
            {"ModifyInstanceMetadataDefaultsRequest": {"HttpTokens": "optional"}},
            "http_tokens",
            "required",
            "optional",
        ),
    ],
)
def test_settings_of_a_region(
    event: str, resource_type: str, request_: dict[str, Any], attribute: str, before: object, after: object
):
    setting = managed(f"{resource_type}.this", id="terraform-1", **{attribute: before})
    (finding,) = detected(call("ec2", event, request_), setting).findings
    assert (finding.attribute, finding.expected, finding.actual) == (attribute, before, after)
    assert finding.severity is Severity.HIGH


def test_a_transit_gateways_route_goes_by_table_and_network():
    route = managed(
        "aws_ec2_transit_gateway_route.out",
        id="tgw-rtb-1_0.0.0.0/0",
        transit_gateway_attachment_id="tgw-attach-1",
        blackhole=False,
    )
    request = {
        "ReplaceTransitGatewayRouteRequest": {
            "TransitGatewayRouteTableId": "tgw-rtb-1",
            "DestinationCidrBlock": "0.0.0.0/0",
            "TransitGatewayAttachmentId": "tgw-attach-9",
        }
    }
    found = detected(call("ec2", "ReplaceTransitGatewayRoute", request), route).findings
    assert [(finding.attribute, finding.actual) for finding in found if finding.differs] == [
        ("transit_gateway_attachment_id", "tgw-attach-9")
    ]


def test_who_may_connect_to_an_endpoint_service():
    service = managed("aws_vpc_endpoint_service.s", id="vpce-svc-1", allowed_principals=[])
    request = {
        "ModifyVpcEndpointServicePermissionsRequest": {
            "ServiceId": "vpce-svc-1",
            "AddAllowedPrincipals": {"tag": 1, "content": "*"},
        }
    }
    (finding,) = detected(call("ec2", "ModifyVpcEndpointServicePermissions", request), service).findings
    assert (finding.attribute, finding.actual) == ("allowed_principals", ["*"])


def test_a_vpcs_dhcp_options_are_followed_where_they_are_managed():
    vpc = managed("aws_vpc.main", id="vpc-1", dhcp_options_id="dopt-1")
    association = managed(
        "aws_vpc_dhcp_options_association.a", id="dopt-1-vpc-1", vpc_id="vpc-1", dhcp_options_id="dopt-1"
    )
    record = call("ec2", "AssociateDhcpOptions", {"dhcpOptionsId": "default", "vpcId": "vpc-1"})
    assert [finding.address for finding in detected(record, vpc).findings] == [vpc.address]
    (finding,) = detected(record, vpc, association).findings
    assert (finding.address, finding.expected, finding.actual) == (association.address, "dopt-1", "default")
