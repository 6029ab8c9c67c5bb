"""Calls that add and remove give the same drift in whatever order they arrive."""

from dataclasses import replace
from itertools import permutations

import pytest

from tests.support.lifecycle_samples import ACCOUNT, lambda_call, minutes, state_entry
from tests.unit.service.product import Product
from tests.unit.service.security_groups import call, group, rule
from tfdrift.domain.drift import DriftStatus


def outcome(product: Product) -> list[tuple[DriftStatus, list[object], str]]:
    """Return status, open ports and last cause of each drift."""
    found = []
    for drift in product.all_drifts():
        rules = drift.new_value if isinstance(drift.new_value, list) else []
        ports = sorted(entry["from_port"] for entry in rules if isinstance(entry, dict))  # type: ignore[type-var]
        found.append((drift.status, list(ports), drift.cause.event_id))
    return found


@pytest.mark.parametrize(
    ("calls", "status", "ports"),
    [
        ([("Authorize", 22), ("Authorize", 80)], DriftStatus.OPEN, [22, 80, 443]),
        ([("Authorize", 22), ("Revoke", 22)], DriftStatus.RESOLVED, [22, 443]),
        ([("Authorize", 22), ("Revoke", 443)], DriftStatus.OPEN, [22]),
        ([("Authorize", 22), ("Authorize", 80), ("Revoke", 22)], DriftStatus.OPEN, [80, 443]),
        ([("Revoke", 443), ("Authorize", 443), ("Authorize", 22)], DriftStatus.OPEN, [22, 443]),
        (
            [("Authorize", 22), ("Revoke", 22), ("Authorize", 22), ("Authorize", 81)],
            DriftStatus.OPEN,
            [22, 81, 443],
        ),
    ],
)
def test_any_order_of_arrival_ends_alike(
    calls: list[tuple[str, int]], status: DriftStatus, ports: list[int]
) -> None:
    records = [call(f"e-{number}", number, *said) for number, said in enumerate(calls)]
    in_order = Product()
    in_order.upload(group(rule(443)))
    in_order.take(*records)
    (expected,) = outcome(in_order)
    assert expected[:2] == (status, ports)
    for order in permutations(records):
        product = Product()
        product.upload(group(rule(443)))
        # each call comes by two trails
        product.take(*order, *order)
        assert outcome(product) == [expected], [record.event_id for record in order]
        assert product.use.release_held_calls.run(minutes(99)).transitions == ()


def test_inline_rules_are_managed_by_the_group_itself() -> None:
    # https://github.com/snyk/driftctl/issues/643 and /issues/8
    product = Product()
    product.upload(group(rule(443)))
    product.take(call("e-1", 1, "Authorize", 443))
    assert product.all_drifts() == []


def test_a_rule_from_the_group_itself_is_self() -> None:
    # https://github.com/snyk/driftctl/issues/544
    product = Product()
    product.upload(group(rule(443, cidr_blocks=[], self=True)))
    own = {"items": [{"groupId": "sg-1", "userId": ACCOUNT}]}
    product.take(call("e-1", 1, "Authorize", 443, ipRanges={}, groups=own))
    assert product.all_drifts() == []


def test_a_rule_on_a_default_group_is_found() -> None:
    # https://github.com/snyk/driftctl/issues/571
    product = Product()
    product.upload(group(rule(443), resource_type="aws_default_security_group"))
    product.take(call("e-1", 1, "Authorize", 22))
    (drift,) = product.all_drifts()
    assert (drift.resource_address, drift.attribute) == ("aws_default_security_group.web", "ingress")


def test_principals_in_another_order_are_no_drift() -> None:
    # https://github.com/snyk/driftctl/issues/551
    def policy(*principals: str) -> str:
        listed = ",".join(f'"arn:aws:iam::{ACCOUNT}:role/{name}"' for name in principals)
        return (
            '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole",'
            f'"Principal":{{"AWS":[{listed}]}}}}]}}'
        )

    product = Product()
    role = {
        "id": "app",
        "name": "app",
        "arn": f"arn:aws:iam::{ACCOUNT}:role/app",
        "assume_role_policy": policy("a", "b"),
    }
    product.upload(state_entry("aws_iam_role", "app", role))
    update = replace(
        lambda_call("e-1", minutes(1)),
        event_source="iam.amazonaws.com",
        event_name="UpdateAssumeRolePolicy",
        region="us-east-1",
    )
    product.take(replace(update, request={"roleName": "app", "policyDocument": policy("b", "a")}))
    assert product.all_drifts() == []
    product.take(
        replace(update, event_id="e-2", request={"roleName": "app", "policyDocument": policy("b", "c")})
    )
    assert [drift.attribute for drift in product.all_drifts()] == ["assume_role_policy"]
