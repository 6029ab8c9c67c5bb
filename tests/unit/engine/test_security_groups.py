"""Security group rules: inline, standalone, by content, by id, in every form of the calls."""

from typing import Any

import pytest

from tests.unit.engine.scene import ACCOUNT, call, detected, managed
from tfdrift.domain.detection import DetectionOutcome
from tfdrift.domain.drift import ChangeType, Fidelity, Severity

GROUP = "sg-0a1b2c3d4e5f60718"


def block(**more: Any) -> dict[str, Any]:
    rule = {
        "cidr_blocks": [],
        "description": "",
        "from_port": 443,
        "ipv6_cidr_blocks": [],
        "prefix_list_ids": [],
        "protocol": "tcp",
        "security_groups": [],
        "self": False,
        "to_port": 443,
    }
    return {**rule, **more}


HTTPS = block(cidr_blocks=["0.0.0.0/0"], description="HTTPS")


def group(*ingress: dict[str, Any], resource_type: str = "aws_security_group", **more: Any) -> Any:
    attributes = {"id": GROUP, "name": "web", "ingress": list(ingress), "egress": []}
    return managed(f"{resource_type}.web", **{**attributes, **more})


def permission(
    low: int | None, high: int | None, *cidrs: str, protocol: str = "tcp", **more: Any
) -> dict[str, Any]:
    found: dict[str, Any] = {
        "ipProtocol": protocol,
        "groups": {},
        "ipRanges": {"items": [{"cidrIp": cidr} for cidr in cidrs]} if cidrs else {},
        "ipv6Ranges": {},
        "prefixListIds": {},
    }
    if low is not None:
        found |= {"fromPort": low, "toPort": high}
    return {**found, **more}


def rules_call(name: str, *permissions: dict[str, Any], response: Any = None, **more: Any) -> Any:
    request = {"groupId": GROUP, "ipPermissions": {"items": list(permissions)}, **more}
    return call("ec2", name, request, response)


def test_ssh_opened_to_the_world_is_a_critical_change_of_the_inline_rules():
    # https://github.com/snyk/driftctl/issues/643 and /8: inline rules are managed in the group itself
    # given a group whose state has one inline rule
    # when SSH is opened to the world
    found = detected(
        rules_call("AuthorizeSecurityGroupIngress", permission(22, 22, "0.0.0.0/0")), group(HTTPS)
    )
    # then the group's ingress has the new rule beside the old one
    (finding,) = found.findings
    assert found.outcome is DetectionOutcome.FINDINGS
    assert (finding.attribute, finding.differs, finding.severity) == ("ingress", True, Severity.CRITICAL)
    assert finding.address == "aws_security_group.web"
    assert finding.expected == [HTTPS]
    assert finding.actual == [block(from_port=22, to_port=22, cidr_blocks=["0.0.0.0/0"]), HTTPS]
    assert finding.fidelity is Fidelity.EXACT


def test_the_revert_gives_terraforms_value_on_top_of_the_open_drift():
    open_value = [HTTPS, block(from_port=22, to_port=22, cidr_blocks=["0.0.0.0/0"])]
    record = rules_call("RevokeSecurityGroupIngress", permission(22, 22, "0.0.0.0/0"))
    found = detected(record, group(HTTPS), opened={("aws_security_group.web", "ingress"): open_value})
    (finding,) = found.findings
    assert (finding.attribute, finding.differs, finding.actual) == ("ingress", False, [HTTPS])


def test_a_second_change_builds_on_the_first():
    open_value = [HTTPS, block(from_port=22, to_port=22, cidr_blocks=["0.0.0.0/0"])]
    record = rules_call("AuthorizeSecurityGroupIngress", permission(3306, 3306, "10.0.0.0/8"))
    (finding,) = detected(
        record, group(HTTPS), opened={("aws_security_group.web", "ingress"): open_value}
    ).findings
    assert isinstance(finding.actual, list)
    assert len(finding.actual) == 3
    assert finding.severity is Severity.CRITICAL


def test_the_group_id_comes_from_the_response_where_the_request_has_a_name():
    # https://github.com/cloud-custodian/cloud-custodian/issues/6920
    record = call(
        "ec2",
        "AuthorizeSecurityGroupIngress",
        {"groupName": "web", "ipPermissions": {"items": [permission(22, 22, "198.51.100.0/24")]}},
        {"_return": True, "securityGroupRuleSet": {"items": [{"groupId": GROUP, "isEgress": False}]}},
    )
    (finding,) = detected(record, group(HTTPS)).findings
    assert (finding.resource_id, finding.attribute) == (GROUP, "ingress")


def test_a_rule_whose_source_is_its_own_group_is_self():
    # https://github.com/snyk/driftctl/issues/544
    own = block(self=True, from_port=0, to_port=0, protocol="-1")
    pair = {"groups": {"items": [{"groupId": GROUP, "userId": ACCOUNT}]}}
    added = rules_call("AuthorizeSecurityGroupIngress", permission(None, None, protocol="-1", **pair))
    (same,) = detected(added, group(own)).findings
    (new,) = detected(added, group()).findings
    assert (same.differs, same.actual) == (False, [own])
    assert (new.differs, new.actual) == (True, [own])


def test_a_rule_of_the_default_security_group_is_found():
    # https://github.com/snyk/driftctl/issues/571
    record = rules_call("AuthorizeSecurityGroupEgress", permission(None, None, "0.0.0.0/0", protocol="-1"))
    (finding,) = detected(record, group(resource_type="aws_default_security_group")).findings
    assert (finding.resource_type, finding.attribute) == ("aws_default_security_group", "egress")
    assert finding.severity is Severity.MEDIUM


@pytest.mark.parametrize(
    ("written", "severity"),
    [
        (permission(443, 443, "0.0.0.0/0"), Severity.HIGH),
        (permission(20, 25, "0.0.0.0/0"), Severity.CRITICAL),
        (permission(3389, 3389, ipv6Ranges={"items": [{"cidrIpv6": "::/0"}]}), Severity.CRITICAL),
        (permission(None, None, "0.0.0.0/0", protocol="-1"), Severity.CRITICAL),
        (permission(22, 22, "10.0.0.0/8"), Severity.HIGH),
    ],
)
def test_how_severe_an_open_port_is(written: dict[str, Any], severity: Severity):
    (finding,) = detected(rules_call("AuthorizeSecurityGroupIngress", written), group()).findings
    assert finding.severity is severity


@pytest.mark.parametrize(
    "written",
    [
        permission(443, 443, "0.0.0.0/0"),
        permission(443, 443, "0.0.0.0/0", ipProtocol="6"),
        permission(443, 443, ipRanges=[{"cidrIp": "0.0.0.0/0", "description": "HTTPS"}]),
    ],
)
def test_what_terraform_has_already_is_no_difference(written: dict[str, Any]):
    (finding,) = detected(rules_call("AuthorizeSecurityGroupIngress", written), group(HTTPS)).findings
    assert not finding.differs


def test_equal_networks_in_other_words_are_equal():
    state = block(ipv6_cidr_blocks=["2001:0DB8:0000::/32"], cidr_blocks=["10.0.0.0/8"])
    written = permission(443, 443, "10.1.2.3/8", ipv6Ranges={"items": [{"cidrIpv6": "2001:db8::/32"}]})
    (finding,) = detected(rules_call("AuthorizeSecurityGroupIngress", written), group(state)).findings
    assert not finding.differs


def test_a_call_in_the_old_flat_form_is_read():
    record = call(
        "ec2",
        "RevokeSecurityGroupIngress",
        {
            "groupId": GROUP,
            "ipPermissions": {},
            "ipProtocol": "tcp",
            "fromPort": 443,
            "toPort": 443,
            "cidrIp": "0.0.0.0/0",
        },
    )
    (finding,) = detected(record, group(HTTPS)).findings
    assert (finding.differs, finding.actual) == (True, [])


def test_a_description_alone_is_a_difference():
    written = permission(443, 443, ipRanges={"items": [{"cidrIp": "0.0.0.0/0", "description": "open"}]})
    (finding,) = detected(
        rules_call("UpdateSecurityGroupRuleDescriptionsIngress", written), group(HTTPS)
    ).findings
    assert (finding.attribute, finding.differs) == ("ingress", True)
    assert finding.actual == [block(cidr_blocks=["0.0.0.0/0"], description="open")]


RULE = managed(
    "module.net.aws_security_group_rule.https[0]",
    id="sgrule-1",
    security_group_id=GROUP,
    type="ingress",
    protocol="tcp",
    from_port=443,
    to_port=443,
    cidr_blocks=["10.0.0.0/8", "192.0.2.0/24"],
    ipv6_cidr_blocks=None,
    self=False,
)
SINGLE = managed(
    'aws_vpc_security_group_ingress_rule.https["a"]',
    id="sgr-0123456789abcdef0",
    security_group_rule_id="sgr-0123456789abcdef0",
    security_group_id=GROUP,
    ip_protocol="tcp",
    from_port=443,
    to_port=443,
    cidr_ipv4="10.0.0.0/8",
    description="",
)


def test_a_revoked_standalone_rule_is_the_rules_own_drift():
    record = rules_call("RevokeSecurityGroupIngress", permission(443, 443, "10.0.0.0/8"))
    (finding,) = detected(record, group(), RULE).findings
    assert finding.address == "module.net.aws_security_group_rule.https[0]"
    assert (finding.attribute, finding.expected, finding.actual) == (
        "cidr_blocks",
        ["10.0.0.0/8", "192.0.2.0/24"],
        ["192.0.2.0/24"],
    )


def test_a_standalone_rule_of_one_source_is_deleted_by_its_revocation_and_comes_back():
    written = permission(443, 443, "10.0.0.0/8")
    (gone,) = detected(rules_call("RevokeSecurityGroupIngress", written), group(), SINGLE).findings
    (back,) = detected(rules_call("AuthorizeSecurityGroupIngress", written), group(), SINGLE).findings
    assert (gone.attribute, gone.change_type, gone.differs) == (None, ChangeType.DELETED, True)
    assert gone.severity is Severity.HIGH
    assert (back.attribute, back.differs) == (None, False)


def test_a_revocation_by_rule_id_finds_the_rule():
    record = call(
        "ec2",
        "RevokeSecurityGroupIngress",
        {"groupId": GROUP, "securityGroupRuleIds": {"items": [{"securityGroupRuleId": SINGLE.resource_id}]}},
    )
    (finding,) = detected(record, group(), SINGLE).findings
    assert (finding.address, finding.change_type) == (SINGLE.address, ChangeType.DELETED)


def test_a_revocation_by_an_unknown_rule_id_is_partial():
    record = call(
        "ec2",
        "RevokeSecurityGroupIngress",
        {"groupId": GROUP, "securityGroupRuleIds": {"items": [{"securityGroupRuleId": "sgr-0f"}]}},
    )
    (finding,) = detected(record, group(HTTPS)).findings
    assert (finding.attribute, finding.fidelity, finding.actual) == ("ingress", Fidelity.PARTIAL, None)


def test_a_rule_beside_standalone_ones_is_compared_with_all_that_terraform_has():
    record = rules_call("AuthorizeSecurityGroupIngress", permission(22, 22, "0.0.0.0/0"))
    (finding,) = detected(record, group(), SINGLE).findings
    assert finding.address == "aws_security_group.web"
    assert finding.expected == [block(cidr_blocks=["10.0.0.0/8"])]
    assert finding.severity is Severity.CRITICAL


@pytest.mark.parametrize("many", [False, True])
def test_a_rule_rewritten_by_its_id_is_compared_field_by_field(many: bool):
    update = {
        "SecurityGroupRuleId": SINGLE.resource_id,
        "SecurityGroupRule": {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 443, "CidrIpv4": "0.0.0.0/0"},
        "tag": 1,
    }
    request = {
        "ModifySecurityGroupRulesRequest": {
            "GroupId": GROUP,
            "SecurityGroupRule": [update] if many else update,
        }
    }
    found = detected(call("ec2", "ModifySecurityGroupRules", request), group(), SINGLE)
    different = {finding.attribute: finding.actual for finding in found.findings if finding.differs}
    assert different == {"from_port": 22, "cidr_ipv4": "0.0.0.0/0"}
    assert {finding.severity for finding in found.findings if finding.attribute == "cidr_ipv4"} == {
        Severity.CRITICAL
    }


def test_a_rule_of_no_known_resource_rewritten_by_its_id_is_partial():
    request = {
        "ModifySecurityGroupRulesRequest": {
            "GroupId": GROUP,
            "SecurityGroupRule": {
                "SecurityGroupRuleId": "sgr-1",
                "SecurityGroupRule": {"IpProtocol": "-1", "CidrIpv4": "0.0.0.0/0"},
            },
        }
    }
    (finding,) = detected(call("ec2", "ModifySecurityGroupRules", request), group(HTTPS)).findings
    assert (finding.address, finding.fidelity) == ("aws_security_group.web", Fidelity.PARTIAL)


def test_an_unmanaged_group_is_shown_as_unmanaged():
    found = detected(rules_call("AuthorizeSecurityGroupIngress", permission(22, 22, "0.0.0.0/0")))
    (finding,) = found.findings
    assert found.outcome is DetectionOutcome.NO_MANAGED_RESOURCE
    assert (finding.managed, finding.resource_id, finding.expected) == (False, GROUP, None)
    assert finding.severity is Severity.CRITICAL


def test_a_deleted_group_is_a_deletion():
    (finding,) = detected(call("ec2", "DeleteSecurityGroup", {"groupId": GROUP}), group(HTTPS)).findings
    assert (finding.attribute, finding.change_type, finding.expected, finding.actual) == (
        None,
        ChangeType.DELETED,
        GROUP,
        None,
    )


def test_on_top_of_a_change_that_is_not_known_the_value_is_partial():
    record = rules_call("AuthorizeSecurityGroupIngress", permission(22, 22, "0.0.0.0/0"))
    opened = {("aws_security_group.web", "ingress"): None}
    (finding,) = detected(record, group(HTTPS), opened=opened).findings
    assert (finding.differs, finding.fidelity) == (True, Fidelity.PARTIAL)
    assert finding.severity is Severity.CRITICAL


def lowered(value: Any) -> Any:
    if isinstance(value, dict):
        return {key.lower(): lowered(inner) for key, inner in value.items()}
    return [lowered(item) for item in value] if isinstance(value, list) else value


def test_names_in_lower_case_as_falco_writes_them_are_read_alike():
    request = {"groupId": GROUP, "ipPermissions": {"items": [permission(22, 22, "0.0.0.0/0")]}}
    (plain,) = detected(call("ec2", "AuthorizeSecurityGroupIngress", request), group(HTTPS)).findings
    (falco,) = detected(call("ec2", "AuthorizeSecurityGroupIngress", lowered(request)), group(HTTPS)).findings
    assert falco == plain


def test_a_state_that_lacks_the_rules_is_no_difference():
    # https://github.com/snyk/driftctl/issues/1671
    old = managed("aws_security_group.web", id=GROUP)
    (finding,) = detected(
        rules_call("AuthorizeSecurityGroupIngress", permission(22, 22, "0.0.0.0/0")), old
    ).findings
    assert (finding.attribute, finding.fidelity) == (None, Fidelity.EVENT_ONLY)
