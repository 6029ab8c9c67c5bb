"""Every severity rule can decide: its globs fit something that the catalog finds."""

from fnmatch import fnmatchcase

import pytest

from tests.unit.catalog.walker import CATALOG, ways
from tfdrift.domain.drift import ChangeType, Severity
from tfdrift.domain.mapping import SeverityRule
from tfdrift.domain.severity import TESTS, Judged, severity_of

TYPES = {name for _, _, way in ways() for name in way.types} - {"*"}
FOLLOWED = {"ingress", "egress", "cidr_blocks", "ipv6_cidr_blocks", "cidr_ipv4", "cidr_ipv6", "tags_all", "-"}
ATTRIBUTES = {attribute for _, _, way in ways() for attribute in way.attributes} | FOLLOWED


@pytest.mark.parametrize("rule", CATALOG.severities, ids=lambda rule: rule.reason)
def test_a_rules_globs_fit_something(rule: SeverityRule):
    unfit_types = [glob for glob in rule.resource_types if not any(fnmatchcase(n, glob) for n in TYPES)]
    unfit = [glob for glob in rule.attributes if not any(fnmatchcase(n, glob) for n in ATTRIBUTES)]
    assert (unfit_types, unfit) == ([], [])


def test_every_test_is_used():
    assert {rule.test for rule in CATALOG.severities if rule.test} == set(TESTS)


def test_dangerous_rules_come_before_harmless_ones():
    order = [rule.severity for rule in CATALOG.severities]
    assert order == sorted(order, key=list(Severity).index)


def judged(**more: object) -> Judged:
    fields: dict[str, object] = {
        "resource_type": "aws_vpc",
        "attribute": "anything",
        "event_name": "ModifyVpcAttribute",
        "change_type": ChangeType.MODIFIED,
        "expected": 1,
        "actual": 2,
        "differs": True,
        "account_id": "111122223333",
    }
    return Judged(**{**fields, **more})  # type: ignore[arg-type]


def test_what_no_rule_fits_is_medium_and_terraforms_own_value_is_information():
    assert severity_of(judged(), CATALOG.severities)[0] is Severity.MEDIUM
    assert severity_of(judged(differs=False), CATALOG.severities)[0] is Severity.INFO
    assert (
        severity_of(judged(attribute=None, change_type=ChangeType.DELETED), CATALOG.severities)[0]
        is Severity.HIGH
    )
