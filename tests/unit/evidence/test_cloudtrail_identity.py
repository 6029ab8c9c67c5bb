"""Each kind of caller is named as the person, or the service, that it is."""

import pytest

from tests.unit.evidence.samples import ACCOUNT, iam_user, role_session
from tfdrift.domain.cloudtrail_identity import account_text, parse_identity
from tfdrift.domain.json_value import JsonObject


@pytest.mark.parametrize(
    ("element", "kind", "name"),
    [
        (iam_user(), "IAMUser", "oncall"),
        ({"type": "IAMUser", "arn": f"arn:aws:iam::{ACCOUNT}:user/ops/oncall"}, "IAMUser", "oncall"),
        ({"type": "Root", "arn": f"arn:aws:iam::{ACCOUNT}:root", "userName": "our-alias"}, "Root", "root"),
        ({"type": "Root", "principalId": ACCOUNT, "accountId": ACCOUNT}, "Root", "root"),
        (
            {"type": "AWSService", "invokedBy": "cloudtrail.amazonaws.com"},
            "AWSService",
            "cloudtrail.amazonaws.com",
        ),
        (
            {"type": "FederatedUser", "arn": f"arn:aws:sts::{ACCOUNT}:federated-user/oncall"},
            "FederatedUser",
            "oncall",
        ),
        ({"type": "FederatedUser", "principalId": f"{ACCOUNT}:oncall"}, "FederatedUser", "oncall"),
        (
            {
                "type": "SAMLUser",
                "principalId": "kaN3tzZRNbTY=:oncall@example.com",
                "userName": "oncall@example.com",
            },
            "SAMLUser",
            "oncall@example.com",
        ),
        (
            {
                "type": "WebIdentityUser",
                "principalId": "accounts.example.com:app:user-7",
                "userName": "user-7",
            },
            "WebIdentityUser",
            "user-7",
        ),
        (
            {"type": "WebIdentityUser", "principalId": "accounts.example.com:app:user-7"},
            "WebIdentityUser",
            "user-7",
        ),
        (
            {"type": "IdentityCenterUser", "accountId": ACCOUNT, "onBehalfOf": {"userId": "94482488-3041"}},
            "IdentityCenterUser",
            "94482488-3041",
        ),
        (
            {"type": "AWSAccount", "principalId": "AROAEXAMPLE:deploy", "accountId": ACCOUNT},
            "AWSAccount",
            "deploy",
        ),
        ({"type": "AWSAccount", "principalId": "AIDAEXAMPLE", "accountId": ACCOUNT}, "AWSAccount", None),
        ({"type": "Directory", "userName": "oncall"}, "Directory", "oncall"),
        ({"accountId": ACCOUNT, "invokedBy": "AWS Internal"}, "Unknown", "AWS Internal"),
        ({"arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/Admin/oncall"}, "AssumedRole", "oncall"),
        ({"arn": f"arn:aws:iam::{ACCOUNT}:root"}, "Root", "root"),
        ({}, "Unknown", None),
        ({"type": "...", "arn": "...", "principalId": "...", "userName": "..."}, "Unknown", None),
    ],
)
def test_each_kind_of_caller_has_its_name(element: JsonObject, kind: str, name: str | None) -> None:
    found = parse_identity(element)

    assert (found.type, found.user_name) == (kind, name)


def test_a_role_session_keeps_all_that_the_record_says() -> None:
    found = parse_identity(role_session("deploy", "apply-1042"))

    assert found.user_name == "apply-1042"
    assert found.session_name == "apply-1042"
    assert found.arn == f"arn:aws:sts::{ACCOUNT}:assumed-role/deploy/apply-1042"
    assert found.principal_id == "AROAEXAMPLE0000000001:apply-1042"
    assert found.account_id == ACCOUNT
    assert found.mfa is False


def test_a_role_session_without_arn_is_named_by_its_principal() -> None:
    found = parse_identity({"type": "AssumedRole", "principalId": "AROAEXAMPLE:oncall@example.com"})

    assert (found.user_name, found.session_name) == ("oncall@example.com", "oncall@example.com")


def test_a_role_session_of_which_only_the_role_is_known_is_named_by_the_role() -> None:
    found = parse_identity(
        {"type": "AssumedRole", "sessionContext": {"sessionIssuer": {"userName": "deploy"}}}
    )

    assert (found.user_name, found.session_name) == ("deploy", None)


def test_only_a_role_session_has_a_session_name() -> None:
    found = parse_identity({"type": "FederatedUser", "principalId": f"{ACCOUNT}:oncall"})

    assert found.session_name is None


def test_the_callers_account_may_stand_in_the_arn_alone() -> None:
    assert parse_identity({"arn": f"arn:aws-cn:iam::{ACCOUNT}:user/oncall"}).account_id == ACCOUNT


@pytest.mark.parametrize(
    ("written", "meaning"),
    [("true", True), ("false", False), ("False", False), (True, True), ("...", None), (None, None)],
)
def test_mfa_is_a_word_or_a_boolean_or_unknown(written: str | bool | None, meaning: bool | None) -> None:
    element: JsonObject = {"sessionContext": {"attributes": {"mfaAuthenticated": written}}}

    assert parse_identity(element).mfa is meaning


@pytest.mark.parametrize(
    "element",
    [
        {"sessionContext": None},
        {"sessionContext": "text"},
        {"sessionContext": {"attributes": [], "sessionIssuer": {}}},
        {"type": 7, "arn": ["arn"], "principalId": {}, "accountId": True, "onBehalfOf": "x"},
    ],
)
def test_odd_parts_of_an_identity_are_passed_over(element: JsonObject) -> None:
    assert parse_identity(element).type == "Unknown"


@pytest.mark.parametrize(
    ("written", "account"),
    [
        ("012345678901", "012345678901"),
        (12345678901, "012345678901"),
        (0, None),
        (-1, None),
        (10**12, None),
        (True, None),
        (None, None),
        ("...", None),
    ],
)
def test_an_account_id_is_text_of_twelve_digits(written: str | int | None, account: str | None) -> None:
    assert account_text(written) == account


def test_a_session_of_identity_center_does_not_tell_of_a_second_factor() -> None:
    element: JsonObject = {
        "type": "AssumedRole",
        "sessionContext": {
            "sessionIssuer": {"userName": "AWSReservedSSO_Developer_0123456789abcdef"},
            "attributes": {"mfaAuthenticated": "false"},
        },
    }

    assert parse_identity(element).mfa is None
