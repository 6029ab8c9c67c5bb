"""IAM: policies as documents, attachments, trust, and what was attached by hand."""

import json
from typing import Any
from urllib.parse import quote

import pytest

from tests.unit.engine.scene import call, detected, managed
from tfdrift.domain.detection import DetectionOutcome
from tfdrift.domain.drift import ChangeType, Fidelity, Severity

ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess"
READ = "arn:aws:iam::aws:policy/ReadOnlyAccess"


def trust(*principals: str) -> dict[str, Any]:
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"AWS": [*principals]}, "Action": "sts:AssumeRole"},
        ],
    }


OWN = [f"arn:aws:iam::111122223333:role/{name}" for name in ("a", "b")]
ROLE = managed(
    'aws_iam_role.app["blue"]',
    id="app",
    name="app",
    assume_role_policy=json.dumps(trust(*OWN)),
    managed_policy_arns=[READ],
    inline_policy=[],
    max_session_duration=3600,
    permissions_boundary="",
    tags={},
)
USER = managed("aws_iam_user.worker", id="worker", name="worker", permissions_boundary="")


@pytest.mark.parametrize("encoded", [False, True])
def test_principals_in_another_order_are_no_drift(encoded: bool):
    # https://github.com/snyk/driftctl/issues/551
    text = json.dumps(trust(*reversed(OWN)), indent=2)
    request = {"roleName": "app", "policyDocument": quote(text) if encoded else text}
    (finding,) = detected(call("iam", "UpdateAssumeRolePolicy", request), ROLE).findings
    assert (finding.attribute, finding.differs) == ("assume_role_policy", False)


@pytest.mark.parametrize("principal", ["*", "arn:aws:iam::444455556666:root", "444455556666"])
def test_trust_in_a_foreign_account_is_critical(principal: str):
    request = {"roleName": "app", "policyDocument": json.dumps(trust(*OWN, principal))}
    (finding,) = detected(call("iam", "UpdateAssumeRolePolicy", request), ROLE).findings
    assert (finding.differs, finding.severity) == (True, Severity.CRITICAL)
    assert isinstance(finding.actual, str)


def test_administrator_access_attached_by_hand_to_a_managed_user_is_critical():
    # https://github.com/snyk/driftctl/issues/489
    record = call("iam", "AttachUserPolicy", {"userName": "worker", "policyArn": ADMIN})
    found = detected(record, USER)
    (finding,) = found.findings
    assert found.outcome is DetectionOutcome.FINDINGS
    assert (finding.resource_type, finding.change_type) == (
        "aws_iam_user_policy_attachment",
        ChangeType.CREATED,
    )
    assert (finding.managed, finding.parent, finding.severity) == (False, USER, Severity.CRITICAL)


def test_detaching_what_was_attached_by_hand_gives_terraforms_state_again():
    record = call("iam", "DetachUserPolicy", {"userName": "worker", "policyArn": ADMIN})
    (finding,) = detected(record, USER).findings
    assert (finding.managed, finding.differs) == (False, False)


def test_a_policy_attached_to_a_role_by_hand_joins_its_managed_policies():
    record = call("iam", "AttachRolePolicy", {"roleName": "app", "policyArn": ADMIN})
    (finding,) = detected(record, ROLE).findings
    assert (finding.address, finding.attribute) == ('aws_iam_role.app["blue"]', "managed_policy_arns")
    assert (finding.expected, finding.actual) == ([READ], [ADMIN, READ])
    assert finding.severity is Severity.CRITICAL


def test_an_attachment_of_terraforms_is_deleted_and_restored():
    attachment = managed(
        "aws_iam_role_policy_attachment.admin", id="app-2020111", role="app", policy_arn=ADMIN
    )
    request = {"roleName": "app", "policyArn": ADMIN}
    (gone,) = detected(call("iam", "DetachRolePolicy", request), ROLE, attachment).findings
    whole, back = detected(call("iam", "AttachRolePolicy", request), ROLE, attachment).findings
    assert (gone.address, gone.attribute, gone.expected, gone.actual) == (
        attachment.address,
        "policy_arn",
        ADMIN,
        None,
    )
    assert (gone.change_type, gone.severity) == (ChangeType.DELETED, Severity.HIGH)
    assert (back.address, back.attribute, back.differs) == (attachment.address, "policy_arn", False)
    assert (whole.attribute, whole.differs) == (None, False)


EVERYTHING = {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


def test_an_inline_policy_of_its_own_resource_is_compared_as_a_document():
    own = managed(
        "aws_iam_role_policy.logs",
        id="app:logs",
        name="logs",
        role="app",
        policy=json.dumps(
            {"Statement": {"Effect": "Allow", "Action": ["logs:PutLogEvents"], "Resource": ["*"]}}
        ),
    )
    same = {"Statement": [{"Resource": "*", "Action": "logs:putlogevents", "Effect": "Allow", "Sid": ""}]}
    request = {"roleName": "app", "policyName": "logs"}
    _, equal = detected(
        call("iam", "PutRolePolicy", {**request, "policyDocument": json.dumps(same)}), ROLE, own
    ).findings
    _, changed = detected(
        call("iam", "PutRolePolicy", {**request, "policyDocument": json.dumps(EVERYTHING)}), ROLE, own
    ).findings
    (gone,) = detected(call("iam", "DeleteRolePolicy", request), ROLE, own).findings
    assert (equal.address, equal.differs) == ("aws_iam_role_policy.logs", False)
    assert (changed.change_type, changed.severity) == (ChangeType.MODIFIED, Severity.CRITICAL)
    assert (gone.attribute, gone.actual, gone.change_type) == ("policy", None, ChangeType.DELETED)


def test_an_inline_policy_put_by_hand_joins_the_roles_own():
    request = {"roleName": "app", "policyName": "evil", "policyDocument": json.dumps(EVERYTHING)}
    (finding,) = detected(call("iam", "PutRolePolicy", request), ROLE).findings
    assert (finding.attribute, finding.differs) == ("inline_policy", True)
    assert finding.actual == [{"name": "evil", "policy": json.dumps(EVERYTHING)}]
    assert finding.severity is Severity.CRITICAL


def test_a_managed_policys_new_default_version_is_its_value():
    arn = "arn:aws:iam::111122223333:policy/app"
    own = managed("aws_iam_policy.app", id=arn, arn=arn, name="app", policy=json.dumps({"Statement": []}))
    request = {"policyArn": arn, "policyDocument": json.dumps(EVERYTHING), "setAsDefault": True}
    (finding,) = detected(call("iam", "CreatePolicyVersion", request), own).findings
    aside = detected(call("iam", "CreatePolicyVersion", {**request, "setAsDefault": False}), own)
    (older,) = detected(
        call("iam", "SetDefaultPolicyVersion", {"policyArn": arn, "versionId": "v1"}), own
    ).findings
    assert (finding.attribute, finding.severity) == ("policy", Severity.CRITICAL)
    assert aside.outcome is DetectionOutcome.NO_MANAGED_RESOURCE
    assert (older.attribute, older.fidelity, older.actual) == ("policy", Fidelity.PARTIAL, None)


def test_the_password_policy_is_the_accounts_one():
    own = managed(
        "aws_iam_account_password_policy.strict",
        id="iam-account-password-policy",
        minimum_password_length=14,
        require_symbols=True,
        hard_expiry=False,
    )
    request = {"minimumPasswordLength": 6, "requireSymbols": True, "hardExpiry": False}
    found = detected(call("iam", "UpdateAccountPasswordPolicy", request), own)
    different = [(f.attribute, f.expected, f.actual) for f in found.findings if f.differs]
    assert different == [("minimum_password_length", 14, 6)]
    (gone,) = detected(call("iam", "DeleteAccountPasswordPolicy"), own).findings
    assert gone.change_type is ChangeType.DELETED


def test_a_boundary_taken_away_is_a_difference_only_where_terraform_has_one():
    bound = managed("aws_iam_user.bound", id="bound", name="bound", permissions_boundary=READ)
    (none,) = detected(call("iam", "DeleteUserPermissionsBoundary", {"userName": "worker"}), USER).findings
    (gone,) = detected(call("iam", "DeleteUserPermissionsBoundary", {"userName": "bound"}), bound).findings
    assert (none.attribute, none.differs) == ("permissions_boundary", False)
    assert (gone.differs, gone.severity) == (True, Severity.HIGH)


def test_an_access_key_of_a_managed_user_is_reported_beside_him():
    record = call(
        "iam",
        "CreateAccessKey",
        {"userName": "worker"},
        {"accessKey": {"accessKeyId": "AKIAEXAMPLE000000001"}},
    )
    (finding,) = detected(record, USER).findings
    assert (finding.resource_type, finding.parent, finding.severity) == (
        "aws_iam_access_key",
        USER,
        Severity.HIGH,
    )


def test_group_membership_is_followed_from_either_side():
    members = managed("aws_iam_group_membership.ops", id="m", group="ops", users=["worker"])
    groups = managed("aws_iam_user_group_membership.w", id="g", user="worker", groups=["ops", "dev"])
    request = {"groupName": "ops", "userName": "worker"}
    (of_group,) = detected(call("iam", "RemoveUserFromGroup", request), members, groups).findings
    (of_user,) = detected(call("iam", "RemoveUserFromGroup", request), groups).findings
    assert (of_group.attribute, of_group.actual) == ("users", [])
    assert (of_user.attribute, of_user.actual) == ("groups", ["dev"])


def test_the_instance_profiles_role_is_compared_by_name():
    profile = managed("aws_iam_instance_profile.app", id="app", name="app", role="app")
    request = {"instanceProfileName": "app", "roleName": "app"}
    (same,) = detected(call("iam", "AddRoleToInstanceProfile", request), profile).findings
    (gone,) = detected(call("iam", "RemoveRoleFromInstanceProfile", request), profile).findings
    assert (same.differs, gone.attribute, gone.actual) == (False, "role", None)


@pytest.mark.parametrize(
    ("resource", "attribute", "actual"),
    [
        (
            managed("aws_iam_user_policy_attachments_exclusive.w", user_name="worker", policy_arns=[]),
            "policy_arns",
            [ADMIN],
        ),
        (
            managed("aws_iam_policy_attachment.a", id="a", policy_arn=ADMIN, users=["x"]),
            "users",
            ["worker", "x"],
        ),
    ],
)
def test_resources_that_hold_all_attachments_are_compared(resource: Any, attribute: str, actual: Any):
    record = call("iam", "AttachUserPolicy", {"userName": "worker", "policyArn": ADMIN})
    (finding,) = detected(record, USER, resource).findings
    assert (finding.address, finding.attribute, finding.actual) == (resource.address, attribute, actual)
    assert finding.differs
