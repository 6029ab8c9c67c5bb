"""Expected changes are hidden by rules in driftctl's .driftignore syntax."""

import pytest

from tests.unit.lifecycle.findings import finding
from tfdrift.domain.drift import Origin, OriginKind
from tfdrift.domain.identity import UserIdentity
from tfdrift.domain.ignore_rules import parse_ignore_rules

CALLER = UserIdentity(
    "AssumedRole",
    "autoscaler",
    "arn:aws:sts::111122223333:assumed-role/scaling/autoscaler",
    "AROA:autoscaler",
)
SERVICE = Origin(OriginKind.AWS_SERVICE)


def hides(rules: str, **changes: object) -> bool:
    return parse_ignore_rules(rules).deciding(finding(**changes), CALLER, SERVICE) is not None


@pytest.mark.parametrize(
    "rules",
    [
        "*",
        "aws_instance",
        "aws_instance.*",
        "aws_instance.i-1",
        "aws_inst*.i-*",
        "aws_instance.i-1.instance_type",
        "aws_instance.*.instance_type",
        "*.*.instance_*",
        "aws_instance.web",
        "aws_instance.web.instance_type",
        "aws_instance.aws_instance\\.web",
        "# expected\n\n   aws_instance.i-1   ",
        "origin:aws_service",
        "origin:aws_*",
        "principal:arn:aws:sts::*:assumed-role/scaling/*",
        "principal:autoscaler",
    ],
)
def test_a_rule_that_fits_hides(rules: str) -> None:
    # https://github.com/hashicorp/terraform/issues/28803
    assert hides(rules)


@pytest.mark.parametrize(
    "rules",
    [
        "",
        "# *",
        "aws_instance.i-2",
        "aws_instance.i",
        "instance.i-1",
        "aws_instance.i-1.instance",
        "aws_instance.i-1.instance_type.deeper",
        "aws_instance.i-1.tags",
        "origin:console",
        "principal:oncall",
        "aws_instance.[a-z]*",
    ],
)
def test_a_rule_that_does_not_fit_hides_nothing(rules: str) -> None:
    assert not hides(rules)


@pytest.mark.parametrize(
    ("rules", "is_hidden"),
    [
        ("*\n!aws_instance", False),
        ("!aws_instance\n*", True),
        ("aws_instance.*\n!aws_instance.i-1\naws_instance.i-1.instance_type", True),
        ("*\n!aws_instance.i-1.tags", True),
    ],
)
def test_of_the_rules_that_fit_the_last_decides(rules: str, *, is_hidden: bool) -> None:
    assert hides(rules) is is_hidden


@pytest.mark.parametrize(
    ("rules", "resource_id"),
    [
        ("aws_instance.my\\.bucket\\.example\\.com", "my.bucket.example.com"),
        ("aws_instance.my\\.bucket\\.example\\.com.instance_type", "my.bucket.example.com"),
        ("aws_instance.*example*", "my.bucket.example.com"),
    ],
)
def test_a_dot_within_an_id_is_escaped(rules: str, resource_id: str) -> None:
    assert hides(rules, resource_id=resource_id)
    assert not hides(rules, resource_id="my-bucket")


@pytest.mark.parametrize("attribute", ["tags", "tags.Name", "tags.aws:created"])
def test_an_attribute_hides_what_lies_below_it(attribute: str) -> None:
    assert hides("aws_instance.i-1.tags", attribute=attribute)


@pytest.mark.parametrize(
    "rule",
    ["aws_instance.i-1.metadata_options.0.http_tokens", "aws_instance.i-1.metadata_options.http_tokens"],
)
def test_an_index_may_be_written_or_left_out(rule: str) -> None:
    assert hides(rule, attribute="metadata_options[0].http_tokens")
    assert not hides(rule, attribute="metadata_options[0].http_endpoint")


def test_an_attribute_s_rule_does_not_hide_the_resource_s_end() -> None:
    assert not hides("aws_instance.i-1.tags", attribute=None)
    assert hides("aws_instance.i-1", attribute=None)


def test_modules_and_index_keys_can_be_named() -> None:
    address = 'module.net.aws_instance.web["a.b"]'
    assert hides('aws_instance.module\\.net\\.aws_instance\\.web["a\\.b"]', address=address)
    assert hides('aws_instance.web["a\\.b"]', address=address)
    assert not hides('aws_instance.web["c"]', address=address)


def test_the_deciding_rule_is_named_by_its_line() -> None:
    rules = parse_ignore_rules("# first\naws_instance.*\n")
    rule = rules.deciding(finding(), CALLER, SERVICE)
    assert rule is not None
    assert (rule.line, rule.text) == (2, "aws_instance.*")
