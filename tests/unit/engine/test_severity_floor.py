"""The loss of a whole resource is high at least, whatever a rule says of its type."""

import pytest

from tfdrift.catalog import load_catalog
from tfdrift.domain.drift import ChangeType, Severity
from tfdrift.domain.mapping import SeverityRule, SeverityRules
from tfdrift.domain.severity import Judged, severity_of

LENIENT = SeverityRules([SeverityRule(Severity.LOW, "of little weight", resource_types=("aws_*",))])


def deleted(resource_type: str, *, differs: bool = True) -> Judged:
    return Judged(
        resource_type,
        None,
        "DeleteSomething",
        ChangeType.DELETED,
        "id-1",
        None,
        differs=differs,
        account_id="111122223333",
    )


def test_a_deletion_is_high_where_a_rule_says_less() -> None:
    assert severity_of(deleted("aws_x"), LENIENT) == (
        Severity.HIGH,
        "a resource that Terraform manages was deleted",
    )


def test_a_graver_rule_stands() -> None:
    grave = SeverityRules([SeverityRule(Severity.CRITICAL, "lost for good"), *LENIENT])
    assert severity_of(deleted("aws_x"), grave) == (Severity.CRITICAL, "lost for good")


@pytest.mark.parametrize(
    "resource_type",
    ["aws_instance", "aws_kms_key", "aws_s3_bucket_public_access_block", "aws_ec2_tag", "aws_iam_role"],
)
def test_the_catalog_s_rules_know_no_harmless_deletion(resource_type: str) -> None:
    severity, reason = severity_of(deleted(resource_type), load_catalog().severities)
    assert severity in (Severity.HIGH, Severity.CRITICAL)
    assert reason


def test_what_was_removed_and_is_in_no_state_is_no_loss() -> None:
    assert severity_of(deleted("aws_x", differs=False), LENIENT)[0] is Severity.INFO
